//! From what was typed to what will be swept. No probe is sent here.

use muster_engine::{
    AddressSet, IntervalSet, Order, Payloads, PortSet, ProbeKind, Questions, Seed, Shard, SweepKind,
    SweepPlan,
};
use muster_model::Protocol;

use super::args::ScanArgs;
use super::chosen::chosen_ports;
use super::pings::{Pings, describe};
use super::program::Program;
use crate::failure::Failure;
use crate::sweep::{NetworkKind, Pace, SNMP_PORT, Targets, timed, timed_for_neighbors};

/// What a scan will do.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    /// Where.
    pub(crate) targets: Targets,
    /// The ports; none for `-sn`.
    pub(crate) ports: PortSet,
    /// UDP ports that were typed and are not asked, since there is nothing to ask them.
    pub(crate) mute: IntervalSet<u16>,
    /// How hosts are looked for; `None` takes every address for a living host.
    pub(crate) pings: Option<Pings>,
    /// Which part of the ports of all hosts is this sweep's.
    pub(crate) shard: Shard,
    /// Whether the ports of a host are asked one after the other.
    pub(crate) order: Order,
    /// The order of probes.
    pub(crate) seed: Seed,
}

impl ScanPlan {
    /// Reads and checks everything; `payloads` are the requests that are known for UDP ports.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which target, port, list or name.
    pub(crate) fn new(args: &ScanArgs, payloads: &Payloads) -> Result<Self, Failure> {
        let ports = chosen_ports(args)?;
        check_udp(&ports, args)?;
        let (ports, mute) = asked(ports, args, payloads)?;
        let targets = Targets::new(&args.targets, ports.total())?;
        let pings =
            if args.skip_discovery { None } else { Some(Pings::new(&args.pings, &targets.addresses)?) };
        let shard = args.shard.unwrap_or(Shard::WHOLE);
        let order = if args.choice.sequential { Order::Ascending } else { Order::Random };
        Ok(Self { targets, ports, mute, pings, shard, order, seed: args.timing.seed() })
    }

    /// An option or list of ports that connections cannot do, as it is typed.
    pub(crate) fn needs_frames(&self, args: &ScanArgs) -> Option<&'static str> {
        let udp = [
            (args.udp, "-sU"),
            (self.ports.len(Protocol::Udp) > 0, "-p U:"),
            (args.udp_empty, "--udp-empty"),
        ];
        let udp = udp.into_iter().find(|(is_typed, _)| *is_typed).map(|(_, option)| option);
        // Nmap takes what it may for looking for hosts, whoever calls it: so does muster under its name.
        let of_pings = self.pings.as_ref().filter(|_| args.program == Program::Muster);
        udp.or_else(|| of_pings.and_then(Pings::needs_frames))
    }

    /// Whether hosts are asked at this UDP port, in whatever stage.
    pub(crate) fn asks_udp(&self, port: u16) -> bool {
        let pings = self.discovery_questions(NetworkKind::Raw);
        self.ports.contains(Protocol::Udp, port) || pings.ports(ProbeKind::Udp).contains(port)
    }

    /// What is said of the UDP ports that are not asked.
    pub(crate) fn warning_of_mute(&self) -> String {
        let ports = PortSet::new(IntervalSet::empty(), self.mute.clone());
        let (noun, them) = if self.mute.len() == 1 { ("UDP port", "it") } else { ("UDP ports", "them") };
        format!(
            "warning: {noun} {} not asked, since no request is known for {them}\n\
             hint: {}\n",
            ports.list(Protocol::Udp),
            hint_of_mute(&self.mute, them)
        )
    }

    /// What shows over such a network whether a host is there.
    pub(crate) fn discovery_questions(&self, kind: NetworkKind) -> Questions {
        let questions = self.pings.as_ref().map_or(Questions::none(), |pings| pings.questions(kind));
        // Of what only IPv4 has nothing need be said where no target has such an address.
        if self.targets.addresses.v4().is_empty() { questions.of_family(false) } else { questions }
    }

    /// The same in words.
    pub(crate) fn discovery_words(&self, kind: NetworkKind) -> String {
        let by = describe(&self.discovery_questions(kind), kind);
        if self.ignores_resets() { format!("{by} (resets ignored)") } else { by }
    }

    fn ignores_resets(&self) -> bool {
        self.pings.as_ref().is_some_and(Pings::ignore_resets)
    }

    /// The sweep that finds out who is there of the hosts on the same link.
    pub(crate) fn neighbors(&self, hosts: AddressSet, pace: Pace<'_>) -> SweepPlan {
        let plan = SweepPlan::new(hosts, Questions::neighbor());
        timed_for_neighbors(SweepPlan { kind: SweepKind::Discovery, ..plan }, pace)
    }

    /// The sweep that finds out which of `hosts` are there.
    pub(crate) fn discovery(&self, hosts: AddressSet, kind: NetworkKind, pace: Pace<'_>) -> SweepPlan {
        let plan = SweepPlan::new(hosts, self.discovery_questions(kind));
        let ignore_resets = self.ignores_resets();
        timed(SweepPlan { kind: SweepKind::Discovery, ignore_resets, ..plan }, pace)
    }

    /// The sweep of the ports of `hosts`.
    pub(crate) fn port_sweep(&self, hosts: AddressSet, pace: Pace<'_>) -> SweepPlan {
        let (shard, order) = (self.shard, self.order);
        timed(SweepPlan { shard, order, ..SweepPlan::new(hosts, self.ports.clone()) }, pace)
    }
}

/// Options of UDP ask for UDP ports, which then must be there.
fn check_udp(ports: &PortSet, args: &ScanArgs) -> Result<(), Failure> {
    let is_any_udp = ports.len(Protocol::Udp) > 0;
    if args.udp && !is_any_udp {
        return Err(Failure::usage("-sU: there is no UDP port among the ports")
            .hint("add UDP ports after U:, as in -p T:80,U:53, or leave out -sU".to_owned()));
    }
    if args.udp_empty && !is_any_udp && args.pings.udp.is_none() {
        return Err(Failure::usage("--udp-empty: no UDP port is asked")
            .hint("add -sU or UDP ports after U:, or leave out --udp-empty".to_owned()));
    }
    Ok(())
}

/// The ports that can be asked, and those of UDP that cannot: what is sent there has to mean something to somebody.
fn asked(
    ports: PortSet,
    args: &ScanArgs,
    payloads: &Payloads,
) -> Result<(PortSet, IntervalSet<u16>), Failure> {
    let (tcp, udp) = ports.into_sets();
    if args.udp_empty {
        return Ok((PortSet::new(tcp, udp), IntervalSet::empty()));
    }
    let known = IntervalSet::from_ranges(payloads.ports().map(|port| port..=port)).map_err(Failure::usage)?;
    let (known, mute) = (udp.intersection(&known), udp.difference(&known));
    let is_nothing_left = tcp.is_empty() && known.is_empty() && !mute.is_empty();
    if is_nothing_left {
        let hint = hint_of_mute(&mute, "them");
        let text = PortSet::new(IntervalSet::empty(), mute);
        return Err(Failure::usage(format!("no request is known for these UDP ports: {text}")).hint(hint));
    }
    Ok((PortSet::new(tcp, known), mute))
}

/// What can be done about ports that are not asked.
fn hint_of_mute(mute: &IntervalSet<u16>, them: &str) -> String {
    let snmp = if mute.contains(SNMP_PORT) { "--snmp-community FILE asks 161 by SNMP; " } else { "" };
    format!("{snmp}--udp-empty sends {them} an empty datagram")
}
