//! Who exists, who is silent, and for whom something else answers.

use muster_engine::Prefix;
use muster_model::{Excerpt, IcmpError, Identity, Speech, Told, Trait, Verdict};
use proptest::prelude::*;

use muster_catalog::Catalog;

use super::*;
use crate::testing::{expecting, genuine, ids, ip, seen_at, service_at};

const DECOY: u16 = 7239;

/// Everything `reconcile` is given, owned.
#[derive(Default)]
struct Seen {
    observations: Vec<Observation>,
    services: Vec<Service>,
    names: HashMap<IpAddr, Vec<HostName>>,
    hardware: HashMap<IpAddr, [u8; 6]>,
}

impl Seen {
    fn port(mut self, address: &str, port: u16, state: PortState) -> Self {
        self.observations.push(seen_at(address, port, state));
        self
    }

    fn service(mut self, address: &str, port: u16, identity: Option<Identity>, told: &[Told]) -> Self {
        self.services.push(service_at(address, port, identity, told));
        self.port(address, port, PortState::Open)
    }

    fn reconciled(mut self, targets: &str, complete: bool) -> Reconciled {
        self.observations.sort_by_key(|seen| seen.endpoint);
        self.services.sort_by_key(|service| service.endpoint);
        let evidence = Evidence {
            observations: &self.observations,
            services: &self.services,
            hardware: &self.hardware,
            names: &self.names,
            targets: &targets.parse::<Prefix>().unwrap().into(),
            decoy: Some(DECOY),
            complete,
        };
        let policy = expecting("\"symantec-savce-10\"", "catalogue");
        let classifier = muster_identify::Classifier::new(Catalog::builtin());
        reconcile(&evidence, &policy, |asset| (classifier.device(asset), classifier.system(asset)))
    }
}

fn shown(ranges: &[AddressRange]) -> Vec<String> {
    ranges.iter().map(ToString::to_string).collect()
}

fn greeting() -> Told {
    Told::Greeting(Excerpt::of("hello"))
}

#[test]
fn what_answers_itself_exists_and_the_rest_is_silent() {
    let mut seen = Seen::default()
        .port("10.0.0.1", 2967, PortState::Open)
        .port("10.0.0.1", 8081, PortState::Closed)
        .port("10.0.0.3", 2967, PortState::Closed)
        // No sign of life: nobody answered on the local link, or a router said no.
        .port("10.0.0.4", 2967, PortState::Filtered)
        .port("10.0.0.5", 2967, PortState::Filtered);
    seen.observations[4].icmp = Some(IcmpError { kind: 3, code: 13, from: ip("10.9.9.9") });
    let found = seen.reconciled("10.0.0.0/29", true);
    let addresses: Vec<IpAddr> = found.assets.iter().map(|asset| asset.address).collect();
    assert_eq!(addresses, [ip("10.0.0.1"), ip("10.0.0.3")]);
    assert_eq!(found.assets[0].ports.len(), 2);
    assert_eq!(found.assets[0].zone, Some(Excerpt::of("clients")));
    assert_eq!(shown(&found.silent), ["10.0.0.0", "10.0.0.2", "10.0.0.4-10.0.0.7"]);
    assert_eq!(found.phantom, []);
}

#[test]
fn nobody_is_called_silent_who_may_not_have_been_asked() {
    let found = Seen::default().port("10.0.0.1", 2967, PortState::Open).reconciled("10.0.0.0/29", false);
    assert_eq!((found.assets.len(), found.silent), (1, vec![]));
}

#[test]
fn a_phantom_answer_voids_the_observation_and_not_the_asset() {
    let consistent = Identity::Consistent { products: ids(&["symantec-savce-10"]), by: Trait::StaysSilent };
    let found = Seen::default()
        // Everything open, nothing said: not there.
        .port("10.0.0.1", DECOY, PortState::Open)
        .service("10.0.0.1", 2967, Some(consistent), &[])
        .port("10.0.0.2", DECOY, PortState::Open)
        // Somebody speaks behind it.
        .port("10.0.0.3", DECOY, PortState::Open)
        .service("10.0.0.3", 2967, None, &[greeting()])
        .port("10.0.0.4", DECOY, PortState::Open)
        .service("10.0.0.4", 8081, Some(genuine("trellix-agent")), &[])
        .port("10.0.0.5", DECOY, PortState::Closed)
        .reconciled("10.0.0.0/29", true);
    assert_eq!(shown(&found.phantom), ["10.0.0.1-10.0.0.2"]);
    assert_eq!(shown(&found.silent), ["10.0.0.0", "10.0.0.6-10.0.0.7"]);
    let phantoms: Vec<(IpAddr, bool)> =
        found.assets.iter().map(|asset| (asset.address, asset.is_phantom)).collect();
    assert_eq!(phantoms, [(ip("10.0.0.3"), true), (ip("10.0.0.4"), true), (ip("10.0.0.5"), false)]);
}

/// A printer's ports are open on everything behind such a firewall.
#[test]
fn open_ports_behind_a_phantom_are_no_sign_of_a_device() {
    let open = |decoy: PortState| {
        let seen = Seen::default()
            .port("10.0.0.3", DECOY, decoy)
            .port("10.0.0.3", 515, PortState::Open)
            .port("10.0.0.3", 9100, PortState::Open)
            .service("10.0.0.3", 2967, None, &[greeting()]);
        seen.reconciled("10.0.0.0/29", true).assets.remove(0).device
    };
    assert!(open(PortState::Closed).is_some());
    assert_eq!(open(PortState::Open), None);
}

/// Neither its stack nor a web page's words are the host's own there; what its SSH server says is.
#[test]
fn behind_a_phantom_the_system_is_what_an_application_says() {
    let system = |decoy: PortState, server: &str, greeting: &str| {
        let mut seen = Seen::default()
            .port("10.0.0.3", DECOY, decoy)
            .service("10.0.0.3", 22, None, &[Told::Greeting(Excerpt::of(greeting))])
            .service("10.0.0.3", 8080, None, &[Told::Server(Excerpt::of(server))]);
        seen.services[1].speech = Some(Speech::Http);
        let system = seen.reconciled("10.0.0.0/29", true).assets.remove(0).system;
        system.map(|system| system.family)
    };
    let (page, ssh) = ("Apache/2.4.62 (Debian)", "SSH-2.0-OpenSSH_9.2p1 Debian-2");
    assert_eq!(system(PortState::Closed, page, "SSH-2.0-x"), Some(muster_model::SystemFamily::Linux));
    assert_eq!(system(PortState::Open, page, "SSH-2.0-x"), None);
    assert_eq!(system(PortState::Open, "", ssh), Some(muster_model::SystemFamily::Linux));
}

/// A middle box for TCP does not answer for what a host says over UDP.
#[test]
fn a_word_over_udp_keeps_the_host_behind_a_phantom() {
    let told = Told::HostName(Excerpt::of("PC-3"));
    let mut seen = Seen::default()
        .port("10.0.0.2", DECOY, PortState::Open)
        .port("10.0.0.3", DECOY, PortState::Open)
        .port("10.0.0.3", 2967, PortState::Open)
        .service("10.0.0.3", 137, None, &[told]);
    seen.services[0].endpoint.protocol = muster_model::Protocol::Udp;
    seen.observations.last_mut().unwrap().endpoint.protocol = muster_model::Protocol::Udp;
    let found = seen.reconciled("10.0.0.0/29", true);
    assert_eq!(shown(&found.phantom), ["10.0.0.2"]);
    assert_eq!(found.assets.iter().map(|asset| asset.is_phantom).collect::<Vec<_>>(), [true]);
}

#[test]
fn who_answers_on_the_decoy_too_is_no_host() {
    let page = |server: &str| [Told::Status(Excerpt::of("HTTP/1.1 503")), Told::Server(Excerpt::of(server))];
    let found = Seen::default()
        // A proxy on the way answers every port alike.
        .service("10.0.0.1", DECOY, None, &page("proxy"))
        .service("10.0.0.1", 8080, None, &page("proxy"))
        .service("10.0.0.2", DECOY, None, &page("proxy"))
        // Behind it, a host has a page of its own.
        .service("10.0.0.3", DECOY, None, &page("proxy"))
        .service("10.0.0.3", 8080, None, &page("wiki"))
        // Nothing was heard on the decoy.
        .service("10.0.0.4", DECOY, None, &[])
        .service("10.0.0.4", 8080, None, &page("wiki"))
        .reconciled("10.0.0.0/29", true);
    assert_eq!(shown(&found.phantom), ["10.0.0.1-10.0.0.2"]);
    let addresses: Vec<IpAddr> = found.assets.iter().map(|asset| asset.address).collect();
    assert_eq!(addresses, [ip("10.0.0.3"), ip("10.0.0.4")]);
}

/// The page may be that of what is on the way.
#[test]
fn pages_behind_a_phantom_are_no_sign_of_a_device() {
    let device = |decoy: PortState| {
        let mut seen = Seen::default()
            .port("10.0.0.3", DECOY, decoy)
            .service("10.0.0.3", 22, None, &[greeting()])
            .service("10.0.0.3", 8080, None, &[Told::Title(Excerpt::of("HP LaserJet 4250"))]);
        seen.services[1].speech = Some(Speech::Http);
        seen.reconciled("10.0.0.0/29", true).assets.remove(0).device
    };
    assert!(device(PortState::Closed).is_some());
    assert_eq!(device(PortState::Open), None);
}

#[test]
fn the_agent_s_own_name_comes_first_and_each_name_once() {
    let told = [Told::HostName(Excerpt::of("pc-3")), Told::Version(Excerpt::of("5.7"))];
    let mut seen = Seen::default()
        .service("10.0.0.3", 8081, Some(genuine("trellix-agent")), &told)
        // Not an agent: its word for a name is nobody's.
        .service("10.0.0.4", 80, None, &[Told::HostName(Excerpt::of("liar"))]);
    let name = |text: &str, source| HostName { name: Excerpt::of(text), source };
    let others = vec![
        name("pc-3", NameSource::Reverse),
        name("pc-3.office.example", NameSource::Reverse),
        name("desk", NameSource::Target),
        name("", NameSource::Reverse),
    ];
    seen.names.insert(ip("10.0.0.3"), others);
    let found = seen.reconciled("10.0.0.0/29", true);
    let names: Vec<(&str, NameSource)> =
        found.assets[0].names.iter().map(|name| (name.name.as_str(), name.source)).collect();
    let expected = [
        ("pc-3", NameSource::Agent),
        ("desk", NameSource::Target),
        ("pc-3.office.example", NameSource::Reverse),
    ];
    assert_eq!(names, expected);
    assert_eq!(found.assets[1].names, []);
}

#[test]
fn whole_ipv6_networks_are_silent_in_no_time() {
    let found = Seen::default().port("fd00::1", 2967, PortState::Closed).reconciled("fd00::/32", true);
    assert_eq!(shown(&found.silent), ["fd00::", "fd00::2-fd00:0:ffff:ffff:ffff:ffff:ffff:ffff"]);
}

proptest! {
    /// Every target is an asset, a phantom or silent, and nothing is two of them.
    #[test]
    fn nobody_is_lost(ports in prop::collection::vec((0_u8..16, 0_usize..5, 0_u8..4, any::<bool>()), 0..40)) {
        let mut seen = Seen::default();
        let mut asked = std::collections::HashSet::new();
        for (host, port, state, talks) in ports {
            let port = [DECOY, 2967, 8081, 445, 9100][port];
            if !asked.insert((host, port)) {
                continue;
            }
            let address = format!("10.0.0.{host}");
            let state = [PortState::Open, PortState::Closed, PortState::Filtered, PortState::Open][usize::from(state)];
            let by = Trait::Speaks(Speech::Irc);
            let identity = Identity::Impostor { products: ids(&["symantec-savce-10"]), by };
            seen = match state == PortState::Open && talks && port == 2967 {
                true => seen.service(&address, port, Some(identity), &[greeting()]),
                false => seen.port(&address, port, state),
            };
        }
        let found = seen.reconciled("10.0.0.0/28", true);
        let silent: u128 = found.silent.iter().map(AddressRange::len).sum();
        let phantom: u128 = found.phantom.iter().map(AddressRange::len).sum();
        prop_assert_eq!(found.assets.len() as u128 + silent + phantom, 16);
        prop_assert!(found.assets.is_sorted_by_key(|asset| asset.address));
        let policy = expecting("\"symantec-savce-10\"", "required");
        for asset in &found.assets {
            let judgement = crate::testing::judged(&policy, asset);
            prop_assert!(!judgement.reasons.is_empty());
            if asset.is_phantom {
                prop_assert!(judgement.verdict != Verdict::Unprotected);
            }
        }
    }
}
