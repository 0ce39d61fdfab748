//! What policies mean, and every way in which one can be wrong.

use std::net::IpAddr;

use jiff::civil::date;
use muster_catalog::Catalog;
use muster_engine::{AddressSet, Prefix};
use muster_model::{Excerpt, HostName, NameSource};
use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Policy {
    Policy::parse(text, Catalog::builtin()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn addresses(texts: &[&str]) -> AddressSet {
    let sets: Vec<AddressSet> = texts.iter().map(|text| text.parse::<Prefix>().unwrap().into()).collect();
    AddressSet::union_all(&sets).unwrap()
}

#[test]
fn the_sample_is_a_policy_and_means_what_it_says() {
    let policy = parse(SAMPLE);
    assert_eq!(policy.freshness, Freshness { signature_days: 7 });
    assert_eq!((policy.decoy, policy.scope.len()), (None, 0));
    let clients = policy.zone_named("clients").unwrap();
    assert_eq!(clients.site, Some(Excerpt::of("berlin")));
    assert_eq!(clients.listener, ListenerPolicy::Required);
    assert_eq!(clients.ranges, addresses(&["10.1.0.0/16", "10.2.0.5"]));
    assert_eq!(policy.zone_of(address("10.1.7.7")).unwrap().name.as_str(), "clients");
    assert_eq!(policy.zone_of(address("10.1.200.7")).unwrap().name.as_str(), "servers");
    assert_eq!(policy.zone_of(address("10.2.0.6")), None);
    let [exemption] = policy.exemptions.as_slice() else { panic!("one exemption") };
    assert_eq!((exemption.hosts.len(), exemption.expires), (3, date(2027, 3, 31)));
    assert!(exemption.is_in_force(date(2027, 3, 31)) && !exemption.is_in_force(date(2027, 4, 1)));
    assert!(!policy.is_none() && Policy::none().is_none() && parse("").is_none());
}

/// What is commented out in the sample is right as well.
#[test]
fn the_sample_without_its_comment_signs_is_a_policy() {
    let bare = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if rest.contains(" = ") && !rest.contains('`') || rest == "[scope]" => rest.to_owned(),
        _ => line.to_owned(),
    };
    let text: Vec<String> = SAMPLE.lines().map(bare).collect();
    let policy = parse(&text.join("\n"));
    assert_eq!((policy.decoy, policy.scope.len()), (Some(7239), 2));
}

#[test]
fn what_may_be_written_in_two_ways_means_the_same() {
    let decoy = |text: &str| parse(text).decoy;
    assert_eq!(
        [decoy("decoy = 0"), decoy("decoy = false"), decoy("decoy = 0x7000")],
        [Some(0), Some(0), Some(0x7000)]
    );
    let days = |text: &str| parse(&format!("[freshness]\nsignatures = {text}")).freshness.signature_days;
    assert_eq!([days("\"2w\""), days("\"14d\""), days("\" 3 d\"")], [14, 14, 3]);
    let expires = |day: &str| {
        let text = format!("[[exemption]]\nhosts=[\"a\"]\nreason=\"r\"\nowner=\"o\"\nexpires={day}");
        parse(&text).exemptions[0].expires
    };
    assert_eq!(expires("2027-03-31"), expires("\"2027-03-31\""));
}

#[test]
fn a_family_stands_for_its_agents() {
    let policy = parse("[[zone]]\nname=\"a\"\nranges=[\"10.0.0.0/8\"]\nproducts=[\"symantec-sep\"]");
    let catalog = Catalog::builtin();
    let zone = &policy.zones[0];
    let agents: Vec<&str> = zone.agents(catalog).map(|agent| agent.id.as_str()).collect();
    assert_eq!(agents, ["symantec-sep-client", "symantec-sep-gup"]);
    let product = |id: &str| catalog.product(&id.parse().unwrap()).unwrap();
    assert!(zone.expects(product("symantec-sep-gup"), catalog) && zone.names(product("symantec-sep-gup")));
    assert!(!zone.expects(product("symantec-savce-10"), catalog));

    let one = parse("[[zone]]\nname=\"a\"\nranges=[\"10.0.0.0/8\"]\nproducts=[\"symantec-sep-client\"]");
    let gup = product("symantec-sep-gup");
    assert!(one.zones[0].expects(gup, catalog) && !one.zones[0].names(gup));
    assert!(products_of("symantec-sepm", catalog).is_ok_and(|products| products.len() == 1));
}

#[test]
fn nothing_a_host_says_itself_exempts_it() {
    let policy = parse(SAMPLE);
    let count = |at: &str, name: &str, source| {
        let names = [HostName { name: Excerpt::of(name), source }];
        policy.exemptions_of(address(at), &names).count()
    };
    assert_eq!(count("10.1.3.15", "", NameSource::Reverse), 1);
    assert_eq!(count("10.1.3.16", "", NameSource::Reverse), 0);
    assert_eq!(count("10.9.9.9", "LAB-7.office.example.", NameSource::Reverse), 1);
    assert_eq!(count("10.9.9.9", "lab-7", NameSource::Reverse), 0);
    assert_eq!(count("10.9.9.9", "lab-7.office.example", NameSource::Agent), 0);
    let short = parse(&SAMPLE.replace("lab-7.office.example", "lab-7"));
    let names = [HostName { name: Excerpt::of("lab-7.other.example"), source: NameSource::Target }];
    assert_eq!(short.exemptions_of(address("10.9.9.9"), &names).count(), 1);
}

#[test]
fn each_target_is_swept_for_what_its_zone_expects() {
    let catalog = Catalog::builtin();
    let policy = parse(
        r#"
        [[zone]]
        name = "a"
        ranges = ["10.0.0.0/16"]
        products = ["trellix-agent"]
        [[zone]]
        name = "b"
        ranges = ["10.0.1.0/24", "10.0.3.0/24"]
        products = ["clamav"]
        [[zone]]
        name = "c"
        ranges = ["10.0.1.128/25", "10.9.0.0/16"]
        products = ["trellix-ma"]
        [[zone]]
        name = "d"
        ranges = ["10.0.1.129"]
        "#,
    );
    let groups = policy.port_groups(&addresses(&["10.0.0.0/22", "10.10.0.0/24"]), catalog);
    let trellix = addresses(&["10.0.0.0/24", "10.0.1.128/25", "10.0.2.0/24"]);
    let trellix = trellix.difference(&addresses(&["10.0.1.129"]));
    let group = |targets: AddressSet, ports: &[u16], zones: &[&str]| PortGroup {
        targets,
        ports: ports.to_vec(),
        zones: zones.iter().map(ToString::to_string).collect(),
    };
    let expected = [
        group(trellix, &[2967, 2968, 5168, 8081], &["a", "c"]),
        group(addresses(&["10.0.1.0/25", "10.0.3.0/24"]), &[2967, 2968, 3310, 5168], &["b"]),
        group(addresses(&["10.0.1.129", "10.10.0.0/24"]), &catalog.default_ports(), &["d"]),
    ];
    assert_eq!(groups, expected);
    assert!(Policy::none().port_groups(&AddressSet::empty(), catalog).is_empty());
    let all = Policy::none().port_groups(&addresses(&["::/0", "0.0.0.0/0"]), catalog);
    assert_eq!(all.len(), 1);
}

#[test]
fn a_place_in_the_text_is_a_line_and_a_character() {
    let error = Policy::parse("# ä\n[scope]\nallow = [\"ö\", 'x']", Catalog::builtin()).unwrap_err();
    assert_eq!((error.line, error.column), (3, 10));
    assert_eq!(error::position("ä\nöb", 5), (2, 2));
    assert_eq!(error::position("", 9), (1, 1));
}

#[test]
fn a_policy_of_many_networks_is_refused_and_one_of_half_as_many_is_quick() {
    let zones = |count: u32| {
        let range = |n: u32| format!("\"{}/32\"", std::net::Ipv4Addr::from(n * 2));
        let ranges: Vec<String> = (0..count).map(range).collect();
        format!("[[zone]]\nname = \"a\"\nranges = [{}]\n", ranges.join(","))
    };
    let policy = parse(&zones(error::MAX_RANGES as u32 / 2));
    assert_eq!(policy.port_groups(&addresses(&["0.0.0.0/0"]), Catalog::builtin()).len(), 1);
    let error = Policy::parse(&zones(error::MAX_RANGES as u32 + 1), Catalog::builtin()).unwrap_err();
    assert_eq!(error.to_string(), "line 3: more than 65536 networks");
}

/// Pieces of a policy, in any order: near enough to one to get far.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[[zone]]\n",
        "[[exemption]]\n",
        "[scope]\n",
        "[freshness]\n",
        "name = \"a\"\n",
        "name = \"b\"\n",
        "ranges = [\"10.0.0.0/8\"]\n",
        "ranges = [\"fd00::/8\", \"10.0.0.0/33\"]\n",
        "products = [\"clamav\"]\n",
        "products = [\"symantec-sav\", \"x\"]\n",
        "listener = \"required\"\n",
        "hosts = [\"a.b\", \"::1\"]\n",
        "reason = \"r\"\n",
        "owner = \"\\u0007\"\n",
        "owner = \"o\"\n",
        "expires = 2027-01-01\n",
        "expires = \"x\"\n",
        "allow = [\"0.0.0.0/0\"]\n",
        "signatures = \"7d\"\n",
        "decoy = 1\n",
        "decoy = false\n",
        "\u{202e}",
        "\0",
        "\"",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_a_policy_or_an_error_that_can_be_printed(text in prop_oneof![".{0,200}", fragments()]) {
        if let Err(error) = Policy::parse(&text, Catalog::builtin()) {
            prop_assert!(error.line >= 1 && error.line <= text.matches('\n').count() + 1);
            let said = format!("{error} {:?}", error.hint());
            prop_assert!(!said.chars().any(char::is_control), "{said:?}");
        }
    }

    #[test]
    fn every_target_is_in_one_group_and_has_its_zone_s_ports(
        ranges in prop::collection::vec((0_u32..64, 26_u8..=32), 1..12),
        from in 0_u32..64,
    ) {
        let mut text = String::new();
        let mut seen = std::collections::HashSet::new();
        for (place, (host, bits)) in ranges.iter().enumerate() {
            let prefix = Prefix::new(std::net::Ipv4Addr::from(*host).into(), *bits).unwrap();
            if seen.insert(prefix) {
                let product = ["clamav", "trellix-agent", "crowdstrike"][place % 3];
                text += &format!("[[zone]]\nname=\"{place}\"\nranges=[\"{prefix}\"]\nproducts=[\"{product}\"]\n");
            }
        }
        let policy = parse(&text);
        let last = std::net::Ipv4Addr::from(70);
        let targets = AddressSet::from(std::net::Ipv4Addr::from(from)..=last);
        let groups = policy.port_groups(&targets, Catalog::builtin());
        for target in targets.iter() {
            let here: Vec<_> = groups.iter().filter(|group| group.targets.contains(target)).collect();
            prop_assert_eq!(here.len(), 1);
            match policy.zone_of(target) {
                Some(zone) => {
                    prop_assert!(here[0].zones.contains(&zone.name.to_string()));
                    let widths: Vec<u8> = policy.zones.iter().flat_map(|zone| &zone.prefixes)
                        .filter(|prefix| AddressSet::from(**prefix).contains(target)).map(Prefix::bits).collect();
                    let own: Vec<u8> = zone.prefixes.iter()
                        .filter(|prefix| AddressSet::from(**prefix).contains(target)).map(Prefix::bits).collect();
                    prop_assert_eq!(widths.iter().max(), own.iter().max());
                }
                None => prop_assert!(here[0].zones.is_empty()),
            }
        }
        prop_assert_eq!(groups.iter().map(|group| group.targets.len()).sum::<u128>(), targets.len());
    }
}
