//! Runs of any content that the types allow.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use muster_model::{
    AddressRange, Agreed, Agreement, Answered, Asset, ComputerRole, Conversation, Device, DeviceClass,
    DeviceSign, Endpoint, Excerpt, Exchange, Fact, Finding, FindingCode, Host, HostName, IcmpError, Identity,
    Instant, Judgement, NameSource, Observation, Options, PortState, ProductId, Protection, Protocol, Reason,
    Request, Run, RunHeader, RunOutcome, Said, Service, Severity, SignKind, Speech, Stack, Statement,
    SweepRecord, System, SystemFamily, Told, Trait, Verdict,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Any run.
pub(super) fn run() -> impl Strategy<Value = Run> {
    let lists = (vec(sweep(), 0..3), vec(range(), 0..3), vec(range(), 0..3), vec(any::<String>(), 0..3));
    let outcome = prop_oneof![Just(RunOutcome::Complete), any::<String>().prop_map(RunOutcome::Partial)];
    (header(), timestamp(), outcome, lists, vec(host(), 0..6)).prop_map(
        |(header, end, outcome, (sweeps, silent, phantom, not_tried), hosts)| Run {
            header,
            end,
            outcome,
            sweeps,
            silent,
            phantom,
            not_tried,
            hosts,
        },
    )
}

fn header() -> impl Strategy<Value = RunHeader> {
    let texts = (any::<String>(), any::<String>(), any::<String>(), any::<String>());
    (timestamp(), texts, of(any::<String>()), any::<u64>(), any::<u64>(), of(any::<String>())).prop_map(
        |(start, (arguments, operator, version, targets), policy, addresses, seed, network)| RunHeader {
            start,
            arguments,
            operator,
            version,
            policy,
            targets,
            addresses,
            seed,
            network,
        },
    )
}

fn sweep() -> impl Strategy<Value = SweepRecord> {
    let texts = (any::<String>(), vec(any::<String>(), 0..3), any::<String>());
    let missed = (of(any::<u64>()), of(any::<u64>()));
    let times = (duration(), of(duration()));
    (texts, any::<[u64; 11]>(), missed, any::<u8>(), times, any::<bool>()).prop_map(
        |((stage, zones, ports), counts, missed, rounds, (elapsed, blocked_since), is_complete)| {
            let [
                endpoints,
                answered,
                open,
                errors,
                withheld,
                not_tried,
                silent,
                probes,
                known,
                lost,
                conflicts,
            ] = counts;
            SweepRecord {
                stage,
                zones,
                ports,
                endpoints,
                answered,
                open,
                errors,
                withheld,
                not_tried,
                silent,
                probes,
                rounds,
                controls: (known, lost),
                conflicts,
                blocked_since,
                missed_if_losses_alike: missed.0,
                missed_if_no_host_loses_half: missed.1,
                elapsed,
                is_complete,
            }
        },
    )
}

fn range() -> impl Strategy<Value = AddressRange> {
    let pair = |first: IpAddr, last: IpAddr| AddressRange { first, last };
    prop_oneof![
        any::<[u32; 2]>().prop_map(move |[a, b]| pair(IpAddr::V4(a.into()), IpAddr::V4(b.into()))),
        any::<[u128; 2]>().prop_map(move |[a, b]| pair(IpAddr::V6(a.into()), IpAddr::V6(b.into()))),
    ]
}

fn host() -> impl Strategy<Value = Host> {
    let names = vec((excerpt(), select(NameSource::ALL)), 0..3);
    let seen =
        (vec(observation(), 0..4), vec(service(), 0..3), of(device()), of(any::<[u8; 6]>()), of(system()));
    (address(), names, of(excerpt()), seen, any::<bool>(), judgement(), any::<bool>()).prop_map(
        |(
            address,
            names,
            zone,
            (mut ports, services, device, hardware, system),
            is_phantom,
            judgement,
            is_own,
        )| {
            if is_own {
                ports.iter_mut().for_each(|port| port.endpoint.address = address);
            }
            let names = names.into_iter().map(|(name, source)| HostName { name, source }).collect();
            let asset = Asset { address, names, zone, ports, services, hardware, system, device, is_phantom };
            Host { asset, judgement }
        },
    )
}

fn observation() -> impl Strategy<Value = Observation> {
    let states = [PortState::Open, PortState::Closed, PortState::Filtered, PortState::OpenFiltered];
    let icmp = of((any::<u8>(), any::<u8>(), address()).prop_map(|(kind, code, from)| IcmpError {
        kind,
        code,
        from,
    }));
    let times = (of(duration()), any::<u64>());
    (
        endpoint(),
        select(states.to_vec()),
        select(Reason::ALL),
        icmp,
        of(any::<u8>()),
        of(stack()),
        times,
        any::<u8>(),
    )
        .prop_map(|(endpoint, state, reason, icmp, ttl, stack, (rtt, at), round)| Observation {
            endpoint,
            state,
            reason,
            icmp,
            ttl,
            stack,
            rtt,
            round,
            at: Instant::from_nanos(at),
        })
}

fn stack() -> impl Strategy<Value = Stack> {
    let options = vec(any::<u8>(), 0..20).prop_map(|kinds| {
        let mut options = Options::default();
        kinds.into_iter().for_each(|kind| options.push(kind));
        options
    });
    let answered = (any::<u16>(), of(any::<u16>()), options)
        .prop_map(|(window, mss, options)| Stack::from(Answered { window, mss, options }));
    prop_oneof![answered, agreed()]
}

fn agreed() -> impl Strategy<Value = Stack> {
    fn of<T: Clone + std::fmt::Debug + 'static>(
        agreed: impl Strategy<Value = T> + 'static,
    ) -> impl Strategy<Value = Agreement<T>> {
        let others = select(vec![Agreement::NotOffered, Agreement::Declined]);
        prop_oneof![others, agreed.prop_map(Agreement::Agreed)]
    }
    (of(Just(())), of(Just(())), of(any::<u8>()))
        .prop_map(|(sack, timestamps, scale)| Stack::from(Agreed { sack, timestamps, scale }))
}

fn service() -> impl Strategy<Value = Service> {
    use Conversation::*;
    let ends = [Satisfied, Closed, Reset, TimedOut, TooLong, NotConnected, Stopped, NotAsked];
    let asked = vec(select(Request::ALL), 0..3);
    let exchanges = vec(exchange(), 0..3);
    let ends = select(ends.to_vec());
    (endpoint(), of(identity()), of(select(Speech::ALL)), asked, vec(told(), 0..5), ends, exchanges).prop_map(
        |(endpoint, identity, speech, asked, told, end, exchanges)| Service {
            endpoint,
            identity,
            speech,
            asked,
            told,
            end,
            exchanges,
        },
    )
}

fn exchange() -> impl Strategy<Value = Exchange> {
    (said(), said(), any::<bool>()).prop_map(|(sent, heard, is_in_tls)| Exchange { sent, heard, is_in_tls })
}

fn said() -> impl Strategy<Value = Said> {
    let some = (vec(any::<u8>(), 0..600), 0..=i64::MAX.cast_unsigned());
    prop_oneof![some.prop_map(|(bytes, total)| Said::of(&bytes, total)), any::<u64>().prop_map(Said::secret),]
}

fn identity() -> impl Strategy<Value = Identity> {
    let products = || vec(product(), 1..3);
    prop_oneof![
        (product(), excerpt()).prop_map(|(product, fingerprint)| Identity::Genuine { product, fingerprint }),
        (products(), manner()).prop_map(|(products, by)| Identity::Consistent { products, by }),
        (products(), manner()).prop_map(|(products, by)| Identity::Impostor { products, by }),
        products().prop_map(|products| Identity::Unlearnt { products }),
    ]
}

fn manner() -> impl Strategy<Value = Trait> {
    prop_oneof![
        Just(Trait::SpeaksFirst),
        Just(Trait::StaysSilent),
        select(Speech::ALL).prop_map(Trait::Speaks),
        Just(Trait::AnswersOtherwise),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    let kinds: [fn(Excerpt) -> Told; 17] = [
        Told::Greeting,
        Told::Answer,
        Told::Status,
        Told::Server,
        Told::Title,
        Told::CertificateSubject,
        Told::CertificateIssuer,
        Told::Protocol,
        Told::HostName,
        Told::Domain,
        Told::System,
        Told::Announced,
        Told::HardwareAddress,
        Told::Version,
        Told::Signatures,
        Told::Manager,
        Told::AgentId,
    ];
    let days = 0..4_000_000i32;
    prop_oneof![
        12 => (select(kinds.to_vec()), excerpt()).prop_map(|(tell, text)| tell(text)),
        1 => select(vec![Date::MIN, Date::MAX, Date::ZERO]).prop_map(Told::SignatureDate),
        1 => days.prop_map(|day| Told::SignatureDate(day_of(day))),
    ]
}

fn day_of(day: i32) -> Date {
    use jiff::ToSpan;
    Date::ZERO.saturating_add(day.days())
}

fn system() -> impl Strategy<Value = System> {
    (select(SystemFamily::ALL), of(select(ComputerRole::ALL)), vec(sign(), 0..3))
        .prop_map(|(family, role, signs)| System { family, role, signs })
}

fn sign() -> impl Strategy<Value = DeviceSign> {
    (select(SignKind::ALL), of(endpoint()), excerpt()).prop_map(|(kind, endpoint, seen)| DeviceSign {
        kind,
        endpoint,
        seen,
    })
}

fn device() -> impl Strategy<Value = Device> {
    (select(DeviceClass::ALL), vec(sign(), 0..3)).prop_map(|(class, signs)| Device { class, signs })
}

fn judgement() -> impl Strategy<Value = Judgement> {
    let finding = (select(FindingCode::ALL), select(&Severity::ALL[..]), statement(), statement())
        .prop_map(|(code, severity, text, remedy)| Finding { code, severity, text, remedy });
    let lists = (vec(statement(), 0..4), vec(finding, 0..3), vec(statement(), 0..3), vec(protection(), 0..3));
    (select(&Verdict::ALL[..]), lists).prop_map(|(verdict, (reasons, findings, next_steps, protection))| {
        Judgement { verdict, reasons, findings, next_steps, protection }
    })
}

fn protection() -> impl Strategy<Value = Protection> {
    let facts = (of(fact()), of(fact()), of(fact()), of(fact()), of(fact()));
    (product(), facts).prop_map(|(product, (present, running, enforcing, fresh, reporting))| Protection {
        product,
        present,
        running,
        enforcing,
        fresh,
        reporting,
    })
}

fn fact() -> impl Strategy<Value = Fact> {
    (any::<bool>(), excerpt(), timestamp()).prop_map(|(holds, source, at)| Fact { holds, source, at })
}

/// Few enough codes that hosts share statements, and texts that differ under one code.
fn statement() -> impl Strategy<Value = Statement> {
    let texts = prop_oneof!["[ab]", any::<String>()];
    ("[ab]", texts).prop_map(|(code, text)| Statement { code: Arc::from(code), text: Arc::from(text) })
}

fn product() -> impl Strategy<Value = ProductId> {
    "[a-z0-9-]{1,12}".prop_map(|key| key.parse().unwrap())
}

fn excerpt() -> impl Strategy<Value = Excerpt> {
    let sizes = prop_oneof![9 => 0..20usize, 1 => 190..400usize];
    prop_oneof![
        any::<String>().prop_map(|text| Excerpt::of(&text)),
        sizes.prop_flat_map(|size| vec(any::<u8>(), size)).prop_map(|bytes| Excerpt::of_bytes(&bytes)),
    ]
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    (address(), select(&[Protocol::Tcp, Protocol::Udp, Protocol::Icmp, Protocol::Neighbor][..]), any::<u16>())
        .prop_map(|(address, protocol, port)| Endpoint { address, protocol, port })
}

/// Of both families, and such that are one written as the other.
fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(bits.into())),
        any::<u128>().prop_map(|bits| IpAddr::V6(bits.into())),
        any::<u32>().prop_map(|bits| IpAddr::V6(std::net::Ipv4Addr::from(bits).to_ipv6_mapped())),
    ]
}

fn duration() -> impl Strategy<Value = Duration> {
    any::<u64>().prop_map(Duration::from_nanos)
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    let span = Timestamp::MIN.as_nanosecond()..=Timestamp::MAX.as_nanosecond();
    span.prop_map(|nanosecond| Timestamp::from_nanosecond(nanosecond).unwrap())
}
