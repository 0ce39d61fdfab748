//! Keys, families, sources and programs of the shipped files.

use super::*;

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
    let stacks = crate::stack::signatures().iter();
    facts.extend(stacks.map(|stack| (stack.system.clone(), &stack.source)));
    facts.extend(catalog.contradictions.iter().map(|item| (item.topic.clone(), &item.source)));
    for port in &catalog.ports {
        let notes = port.registration.iter().chain(&port.users).map(|note| (&note.text, &note.source));
        let readings = port.readings.iter().map(|reading| (&reading.seen, &reading.source));
        facts.extend(notes.chain(readings).map(|(text, source)| (text.clone(), source)));
    }
    facts
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
