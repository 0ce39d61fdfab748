//! Who listens where, and what it means.

use super::*;

#[test]
fn an_open_port_is_a_hint_unless_the_entry_says_less_and_only_a_required_one_can_be_missed() {
    for product in Catalog::builtin().products() {
        for listener in &product.listeners {
            let closed = if listener.is_on_every_client { Proof::AbsentIfRequired } else { Proof::Nothing };
            // It says less of a port that others use as well, and then it says why.
            let says_less = listener.means.open == Proof::Nothing && listener.note.is_some();
            assert!(listener.means.open == Proof::Hint || says_less, "{product} {:?}", listener.ports);
            assert_eq!(listener.means.closed, closed);
            assert_eq!(listener.means.filtered, Proof::Nothing);
        }
    }
    let required = Catalog::builtin().products().iter().filter_map(|product| {
        let listener = product.required_listener()?;
        Some((product.id.as_str(), listener.protocol, listener.ports.clone()))
    });
    assert_eq!(
        required.collect::<Vec<_>>(),
        [("sophos-sec-rms", Tcp, vec![8192]), ("symantec-savce-10", Tcp, vec![2967])]
    );
}

#[test]
fn ports_belong_to_their_products() {
    let http = Manner::Answers(Speech::Http);
    let tls = Manner::Answers(Speech::Tls);
    for (port, protocol, expected) in [
        (2967, Tcp, &[("symantec-savce-10", Manner::Silent), ("symantec-sep-gup", http)][..]),
        (2967, Udp, &[("symantec-savce-8-9", Manner::Unknown)]),
        (2968, Tcp, &[("symantec-savce-10", Manner::Unknown), ("symantec-sep-client", Manner::Unknown)]),
        (38293, Udp, &[("ivanti-epm", Manner::Unknown), ("symantec-system-center", Manner::Unknown)]),
        (8014, Tcp, &[("symantec-sepm", http)]),
        (8446, Tcp, &[("symantec-sepm", tls)]),
        (8081, Tcp, &[("fsecure-pm", http), ("trellix-agent", http), ("trellix-superagent", http)]),
        (8082, Udp, &[("trellix-agent", Manner::Unknown), ("trellix-superagent", Manner::Unknown)]),
        (12345, Tcp, &[("trend-officescan", http)]),
        (21112, Tcp, &[("trend-apexone-agent", tls)]),
        (8192, Tcp, &[("sophos-sec-rms", Manner::Greets(Some(Speech::CorbaReference)))]),
        (8193, Tcp, &[("sophos-sec-rms", Manner::Unknown)]),
        (8194, Tcp, &[("sophos-sec-rms", tls)]),
        (13000, Tcp, &[("kaspersky-distribution-point", tls), ("kaspersky-ksc", tls)]),
        (15000, Udp, &[("kaspersky-nagent", Manner::Unknown)]),
        (3310, Tcp, &[("clamav", Manner::Answers(Speech::Clamd))]),
        (8192, Udp, &[("symantec-sav10-mac", Manner::Unknown)]),
        (5601, Tcp, &[("symantec-esm", Manner::Unknown)]),
        (4118, Tcp, &[("trend-deepsecurity-agent", tls)]),
        (4122, Tcp, &[("trend-deepsecurity-relay", tls)]),
        (5168, Tcp, &[("trend-serverprotect", Manner::Unknown)]),
        (2193, Tcp, &[("drweb-ess", Manner::Greets(None))]),
        (2222, Tcp, &[("eset-era-server", Manner::Unknown), ("eset-protect", Manner::Unknown)]),
        (3128, Tcp, &[("eset-bridge", http), ("panda-aether-proxy", http)]),
        (4158, Tcp, &[("avast-business-master", Manner::Unknown), ("avg-admin-server", http)]),
        (7074, Tcp, &[("bitdefender-relay", Manner::Unknown)]),
        (7169, Tcp, &[("gdata", Manner::Greets(None))]),
        (42510, Tcp, &[("ca-etrust-itm", Manner::Unknown)]),
        (54322, Tcp, &[("avg-daemon", Manner::Greets(None))]),
        (10123, Tcp, &[("ms-configmgr-server", Manner::Unknown)]),
        (52311, Udp, &[("bigfix", Manner::Unknown)]),
        (
            52311,
            Tcp,
            &[("bigfix-relay", http), ("bigfix-relay", tls), ("bigfix-server", http), ("bigfix-server", tls)],
        ),
        (17472, Tcp, &[("tanium", Manner::Unknown), ("tanium-server", Manner::Unknown)]),
        (9595, Tcp, &[("ivanti-epm", http)]),
        (33115, Tcp, &[("ivanti-idac", Manner::Unknown)]),
        (1514, Udp, &[("ossec-server", Manner::Unknown), ("wazuh-server", Manner::Unknown)]),
        (1515, Tcp, &[("ossec-server", tls), ("wazuh-server", tls)]),
        (10001, Tcp, &[("qualys", Manner::Unknown)]),
        (22, Tcp, &[]),
    ] {
        let listeners = Catalog::builtin().listeners(protocol, port);
        let found: Vec<_> =
            listeners.map(|(product, listener)| (product.id.as_str(), listener.manner)).collect();
        assert_eq!(found, expected, "{port}/{protocol}");
    }
}

#[test]
fn some_products_only_call_home() {
    let silent = Catalog::builtin().products().iter().filter(|product| product.listeners.is_empty());
    let silent: Vec<_> = silent.map(|product| product.id.as_str()).collect();
    assert_eq!(
        silent,
        [
            "absolute",
            "avast-business",
            "avira",
            "bitdefender-best",
            "cb-appcontrol",
            "cb-cloud",
            "cb-edr",
            "cisco-secure-endpoint",
            "comodo-em",
            "crowdstrike",
            "cybereason",
            "cylance",
            "drweb-agent",
            "elastic-agent",
            "elastic-defend",
            "eset-agent",
            "forticlient",
            "iss-blackice",
            "malwarebytes",
            "manageengine-ec",
            "ms-defender",
            "osquery-fleet",
            "ossec",
            "rapid7",
            "sentinelone",
            "sophos-central-endpoint",
            "tenable",
            "trellix-hx",
            "trend-apexone-mac",
            "velociraptor",
            "wazuh",
            "webroot",
            "withsecure-client",
        ]
    );
}

#[test]
fn an_audit_without_a_policy_sweeps_the_ports_of_agents() {
    let ports = Catalog::builtin().default_ports();
    assert_eq!(
        ports,
        [
            2868, 2967, 2968, 3310, 3999, 4118, 4122, 4158, 5168, 7074, 7075, 7076, 7077, 7169, 8081, 8190,
            8191, 8192, 8193, 8194, 12345, 13000, 18226, 21112, 33115, 33221, 42510, 54322
        ]
    );
}

#[test]
fn nothing_is_expected_on_the_decoy_port() {
    let catalog = Catalog::builtin();
    for protocol in [Tcp, Udp] {
        assert_eq!(registry::service_name(DECOY_PORT, protocol), None);
        assert_eq!(catalog.listeners(protocol, DECOY_PORT).count(), 0);
    }
    assert!(catalog.incidents().iter().all(|incident| !incident.ports.contains(&DECOY_PORT)));
    assert!(catalog.port_note(DECOY_PORT).is_none());
    assert!(!SIGN_PORTS.contains(&DECOY_PORT));
    // Above Windows XP's range for outgoing connections and below everybody else's.
    assert!((5001..10_000).contains(&DECOY_PORT));
}

#[test]
fn every_port_that_a_sign_needs_is_asked() {
    assert!(SIGN_PORTS.is_sorted_by(|one, other| one < other));
    assert!(COMPUTER_PORTS.is_sorted_by(|one, other| one < other));
    assert!(COMPUTER_PORTS.iter().all(|port| SIGN_PORTS.contains(port)));
    for device in Catalog::builtin().devices() {
        match &device.sign {
            Sign::Ports(ports) => {
                assert!(!ports.is_empty());
                assert!(ports.iter().all(|port| SIGN_PORTS.contains(port)), "{ports:?}");
                assert!(ports.iter().all(|port| !COMPUTER_PORTS.contains(port)), "{ports:?}");
            }
            Sign::Greeting(text) => assert!(text.len() >= 4, "{text}: too short to mean anything"),
            Sign::Name(word) => assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}"),
            Sign::Maker { words, .. } => assert!(words.len() >= 4, "{words}"),
        }
    }
}
