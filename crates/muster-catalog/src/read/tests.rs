//! The catalogue's own data, held against its rules and the facts it was made from.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use muster_model::{Protocol, Request, Speech};

use super::*;
use crate::{COMPUTER_PORTS, DECOY_PORT, Manner, Means, Proof, SIGN_PORTS, Sign, registry};
use Protocol::{Tcp, Udp};

#[test]
fn the_embedded_files_can_be_read_and_are_sorted() {
    let catalog = read(FILES).unwrap();
    assert!(catalog.products.is_sorted_by(|one, other| one.id < other.id), "a key is there twice");
    assert!(catalog.incidents.is_sorted_by_key(|incident| &incident.date));
    assert!(FILES.iter().all(|(name, _)| name.ends_with(".toml")));
}

#[test]
fn every_fact_names_sources_that_exist_and_no_source_is_left_over() {
    let catalog = Catalog::builtin();
    let mut used = BTreeSet::new();
    for (place, sources) in facts(catalog) {
        assert!(!sources.is_empty(), "{place}");
        for source in sources {
            assert!(catalog.source(source).is_some(), "{place}: {source}");
            used.insert(source);
        }
    }
    let unused: Vec<_> = catalog.sources.keys().filter(|id| !used.contains(id)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// Every fact: what it is and its sources.
fn facts(catalog: &Catalog) -> Vec<(String, &Vec<String>)> {
    let mut facts = Vec::new();
    for product in &catalog.products {
        facts.push((product.id.to_string(), &product.source));
        for listener in &product.listeners {
            facts.push((format!("{} {:?}", product.id, listener.ports), &listener.source));
        }
        for process in &product.processes {
            facts.push((format!("{} {}", product.id, process.name), &process.source));
            if process.service.is_some() {
                facts.push((format!("{} service of {}", product.id, process.name), &process.service_source));
            }
        }
        for fingerprint in &product.fingerprints {
            facts.push((fingerprint.id.clone(), &fingerprint.source));
        }
    }
    facts.extend(catalog.incidents.iter().map(|incident| (incident.name.clone(), &incident.source)));
    facts.extend(catalog.devices.iter().map(|device| (format!("{:?}", device.sign), &device.source)));
    for port in &catalog.ports {
        let notes = port.registration.iter().chain(&port.users).map(|note| (&note.text, &note.source));
        let readings = port.readings.iter().map(|reading| (&reading.seen, &reading.source));
        facts.extend(notes.chain(readings).map(|(text, source)| (text.clone(), source)));
    }
    facts
}

#[test]
fn products_can_be_seen_somewhere() {
    for product in Catalog::builtin().products() {
        assert!(!product.listeners.is_empty() || !product.other_evidence.is_empty(), "{product}");
        assert!(!product.name.starts_with(&product.vendor), "{product}");
    }
}

#[test]
fn keys_mean_one_thing() {
    let catalog = Catalog::builtin();
    for product in catalog.products() {
        let expected = catalog.expected(product.id.as_str()).unwrap();
        assert_eq!(expected.len(), 1, "{} is a product and a family", product.id);
        assert!(
            catalog.expected(product.family.as_str()).unwrap().iter().any(|member| member.id == product.id)
        );
        assert_eq!(catalog.product(&product.id).unwrap().id, product.id);
    }
    assert!(catalog.expected("symantec").is_none());
    assert!(catalog.keys().is_sorted_by(|one, other| one < other));
    for key in ["symantec-sep", "symantec-sep-gup", "clamav"] {
        assert!(catalog.keys().contains(&key), "{key}");
    }
    let mut fingerprints: Vec<_> =
        catalog.products().iter().flat_map(|product| &product.fingerprints).map(|print| &print.id).collect();
    fingerprints.sort_unstable();
    assert!(fingerprints.is_sorted_by(|one, other| one < other), "a fingerprint's key is there twice");
}

#[test]
fn families_are_as_the_policies_expect() {
    for (family, members) in [
        (
            "kaspersky-security-center",
            &["kaspersky-distribution-point", "kaspersky-ksc", "kaspersky-nagent"][..],
        ),
        ("avast", &["avast-business", "avast-business-master"]),
        ("avg", &["avg-admin", "avg-admin-server", "avg-daemon"]),
        ("avira-business", &["avira", "avira-server"]),
        ("bitdefender", &["bitdefender-best", "bitdefender-relay", "bitdefender-server"]),
        ("ca-etrust", &["ca-etrust-itm", "ca-etrust-itm-server"]),
        ("drweb", &["drweb-agent", "drweb-ess"]),
        ("eset", &["eset-agent", "eset-bridge", "eset-era-server", "eset-legacy-mirror", "eset-protect"]),
        ("gdata-business", &["gdata", "gdata-server"]),
        ("malwarebytes-business", &["malwarebytes", "malwarebytes-server"]),
        ("norman-endpoint", &["norman", "norman-server"]),
        ("altiris-deployment", &["altiris-aclient", "altiris-aclient-server"]),
        ("altiris-management", &["altiris-sma", "altiris-sma-server"]),
        ("bmc-client-management", &["bmc-cm", "bmc-cm-server"]),
        ("cb-app-control", &["cb-appcontrol", "cb-appcontrol-server"]),
        ("comodo-endpoint", &["comodo-em", "comodo-em-server"]),
        ("configmgr", &["ms-configmgr", "ms-configmgr-server"]),
        ("elastic-fleet", &["elastic-agent", "elastic-defend", "elastic-fleet-server"]),
        ("fortinet-endpoint", &["forticlient", "forticlient-server"]),
        ("hcl-bigfix", &["bigfix", "bigfix-relay", "bigfix-server"]),
        ("iss-realsecure", &["iss-blackice", "iss-blackice-server"]),
        ("ivanti-device-control", &["ivanti-idac", "ivanti-idac-server"]),
        ("manageengine-endpoint-central", &["manageengine-ec", "manageengine-ec-server"]),
        ("ossec-hids", &["ossec", "ossec-server"]),
        ("rapid7-insight", &["rapid7", "rapid7-collector"]),
        ("rapid7-velociraptor", &["velociraptor", "velociraptor-server"]),
        ("tanium-platform", &["tanium", "tanium-module-server", "tanium-server", "tanium-zone-server"]),
        ("tenable-nessus", &["tenable", "tenable-server"]),
        ("wazuh-platform", &["wazuh", "wazuh-server"]),
        ("panda", &["panda-aether", "panda-aether-proxy"]),
        ("sophos-central", &["sophos-central-endpoint", "sophos-central-relay"]),
        (
            "symantec-sav",
            &["symantec-sav10-mac", "symantec-savce-10", "symantec-savce-8-9", "symantec-system-center"],
        ),
        ("symantec-sep", &["symantec-sep-client", "symantec-sep-gup", "symantec-sepm"]),
        ("trellix-ma", &["trellix-agent", "trellix-epo", "trellix-superagent"]),
        (
            "trend-apexone",
            &[
                "trend-apexone-agent",
                "trend-apexone-mac",
                "trend-apexone-mac-server",
                "trend-officescan",
                "trend-osce-server",
            ],
        ),
        (
            "trend-deepsecurity",
            &["trend-deepsecurity-agent", "trend-deepsecurity-manager", "trend-deepsecurity-relay"],
        ),
        ("trend-serverprotect-5", &["trend-serverprotect", "trend-serverprotect-server"]),
        ("trend-worry-free", &["trend-wfbs", "trend-wfbs-server"]),
        ("withsecure", &["fsecure-pm", "withsecure-client"]),
        ("clamav", &["clamav"]),
    ] {
        let products = Catalog::builtin().expected(family).unwrap();
        let found: Vec<_> = products.iter().map(|product| product.id.as_str()).collect();
        assert_eq!(found, members, "{family}");
    }
}

#[test]
fn a_fingerprint_asks_what_its_product_may_be_asked() {
    for product in Catalog::builtin().products() {
        for print in &product.fingerprints {
            assert!(!print.matches.is_empty() && print.matches.iter().all(|item| !item.text.is_empty()));
            let fits = |listener: &crate::Listener| match print.request {
                None => matches!(listener.manner, Manner::Greets(_)),
                Some(Request::HttpGet | Request::TlsHello) if listener.request == Some(Request::HttpsGet) => {
                    true
                }
                request => listener.request == request,
            };
            assert!(product.listeners.iter().any(fits), "{}", print.id);
        }
    }
}

#[test]
fn what_is_asked_fits_what_is_answered() {
    for product in Catalog::builtin().products() {
        for listener in &product.listeners {
            let possible = match listener.manner {
                Manner::Answers(Speech::Http) => &[Some(Request::HttpGet)][..],
                Manner::Answers(Speech::Tls) => &[Some(Request::TlsHello), Some(Request::HttpsGet)],
                Manner::Answers(Speech::Clamd) => &[Some(Request::ClamdVersion)],
                _ => &[None],
            };
            assert!(possible.contains(&listener.request), "{product} {:?}", listener.ports);
            assert!(listener.protocol == Tcp || listener.request.is_none(), "{product} is asked over UDP");
            assert!(listener.ports.is_sorted_by(|one, other| one < other), "{product} {:?}", listener.ports);
        }
    }
}

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

/// Who listens where, and in which manner: the facts that verdicts hang on.
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
fn programs_are_found_without_regard_to_case() {
    for (program, expected) in [
        ("RTVSCAN.EXE", &["symantec-savce-10", "symantec-savce-8-9", "symantec-sep-client"][..]),
        ("macmnsvc.exe", &["trellix-agent"]),
        ("tmlisten.exe", &["trend-apexone-agent", "trend-officescan", "trend-wfbs"]),
        ("ERAAGENT", &["eset-agent"]),
        ("routernt.exe", &["sophos-sec-rms"]),
        ("msmpeng.exe", &["ms-defender"]),
        ("clamd", &["clamav", "clamav"]),
        ("besclient.exe", &["bigfix"]),
        ("taniumclient", &["tanium", "tanium"]),
        ("winword.exe", &[]),
    ] {
        let found: Vec<_> =
            Catalog::builtin().processes(program).map(|(product, _)| product.id.as_str()).collect();
        assert_eq!(found, expected, "{program}");
    }
}

#[test]
fn incidents_are_about_products_of_the_catalogue() {
    let catalog = Catalog::builtin();
    for incident in catalog.incidents() {
        assert!(!incident.products.is_empty(), "{}", incident.name);
        for id in &incident.products {
            assert!(catalog.product(id).is_some(), "{}: {id}", incident.name);
        }
    }
    let on_2967 = catalog.incidents().iter().filter(|incident| incident.ports == [2967]);
    assert_eq!(on_2967.map(|incident| &incident.date[..4]).collect::<Vec<_>>(), ["2006"; 4]);
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
        }
    }
}

#[test]
fn a_broken_file_is_named_with_the_place() {
    for (text, expected) in [
        ("[[source]]\nid = 'a'\nkind = 'b'\n", &["x.toml", "line 1", "missing field `reference`"][..]),
        ("\n\nvender = 'a'\n", &["x.toml", "line 3", "unknown field `vender`"]),
        ("[[device]]\nclass = 'toaster'\nsource = []\n", &["x.toml", "`toaster` is no class of devices"]),
        ("[[port]]\nport = 65536\n", &["x.toml", "line 2", "65536"]),
        ("product = 1", &["x.toml", "line 1"]),
        (&product("Clam AV", ""), &["x.toml: Clam AV: `Clam AV` is no product's key"]),
        (&product("a", "end_of_life = '2012-02-30'"), &["x.toml", "line 11"]),
        (&product("a", &fingerprint("field ")), &["x.toml: a: `field ` is no part of an answer"]),
        (&product("a", &fingerprint("head")), &["x.toml: a: `head` is no part of an answer"]),
        (&format!("{SOURCE}{SOURCE}"), &["x.toml: a: this source is there twice"]),
    ] {
        let error = read(&[("x.toml", text)]).unwrap_err().to_string();
        for words in expected {
            assert!(error.contains(words), "{text}\n{error}");
        }
    }
}

const SOURCE: &str = "[[source]]\nid = 'a'\nkind = 'b'\nreference = 'c'\n";

fn product(id: &str, rest: &str) -> String {
    format!(
        "vendor = 'A'\n\n[[product]]\nid = '{id}'\nname = 'b'\nversions = 'all'\npart = 'agent'\nstatus = 'current'\n\
         confidence = 'low'\nsource = []\n{rest}\n"
    )
}

fn fingerprint(part: &str) -> String {
    format!(
        "[[product.fingerprint]]\nid = 'a'\nconfidence = 'low'\nsource = []\n\
         matches = [{{ part = '{part}', comparison = 'equals', text = 'a' }}]\n"
    )
}

#[test]
fn the_whole_catalogue() {
    let mut text = String::new();
    for product in Catalog::builtin().products() {
        list(&mut text, product).unwrap();
    }
    for incident in Catalog::builtin().incidents() {
        let ports = &incident.ports;
        writeln!(text, "{} {} {}/{ports:?}", incident.date, incident.name, incident.protocol).unwrap();
    }
    for device in Catalog::builtin().devices() {
        writeln!(text, "{} {:?}", device.class, device.sign).unwrap();
    }
    insta::assert_snapshot!(text);
}

fn list(text: &mut String, product: &Product) -> std::fmt::Result {
    writeln!(text, "{} [{}] {product}", product.id, product.family)?;
    let end = product.end_of_life.map(|day| format!(" {day}")).unwrap_or_default();
    let (purpose, status) = (product.purpose, product.status);
    writeln!(
        text,
        "  {:?} for {purpose}, {status:?}{end}, confidence {:?}",
        product.part, product.confidence
    )?;
    for listener in &product.listeners {
        let Means { open, closed, .. } = listener.means;
        let (ports, manner) = (&listener.ports, listener.manner);
        writeln!(
            text,
            "  {}/{ports:?} {:?} {manner:?}, open: {open}, closed: {closed}",
            listener.protocol, listener.binding
        )?;
    }
    for process in &product.processes {
        writeln!(
            text,
            "  {:?} {} ({})",
            process.os,
            process.name,
            process.service.as_deref().unwrap_or("-")
        )?;
    }
    for print in &product.fingerprints {
        let tells: Vec<_> = print.tells.iter().map(|tell| tell.what).collect();
        writeln!(text, "  {} {:?} tells {tells:?}", print.id, print.request)?;
    }
    Ok(())
}
