//! Every way in which a policy can be wrong: what is said, with its line, and what to do about it.

use muster_catalog::Catalog;

use super::Policy;

#[test]
fn of_the_whole() {
    let cases = [
        ("a = ", "line 1: "),
        ("zones = 1", "line 1: unknown key: `zones` | did you mean `zone`?"),
        (
            "[zone]\nname = \"a\"",
            "line 1: `zone` must be a list of tables, not a table | write [[zone]], once for each zone",
        ),
        (
            "exemption = [1]",
            "line 1: `exemption` must be a list of tables, not a number | write [[exemption]], once for each entry",
        ),
        ("scope = 1", "line 1: `scope` must be a table, not a number | write a line like [scope]"),
        ("[scope]\nallow = []", "line 2: `allow` is empty | write a line like allow = [\"10.0.0.0/8\"]"),
        ("\n[scope]\n", "line 2: [scope] has no `allow` | write a line like allow = [\"10.0.0.0/8\"]"),
        (
            "[scope]\nallow = [\"10.0.0.0/33\"]",
            "line 2: bad target 10.0.0.0/33: the prefix is longer than 32 bits, at character 10 | a single host is /32, \
             or no prefix",
        ),
        ("[freshness]\nsignature = \"7d\"", "line 2: unknown key: `signature` | did you mean `signatures`?"),
        (
            "[freshness]\nsignatures = \"7h\"",
            "line 2: not a number of days or weeks: `7h` | write \"7d\" or \"2w\", at most ten years",
        ),
        (
            "[freshness]\nsignatures = \"999999999w\"",
            "line 2: not a number of days or weeks: `999999999w` | write \"7d\" or \"2w\", at most ten years",
        ),
        (
            "[freshness]\nsignatures = 7",
            "line 2: `signatures` must be a text, not a number | write a line like signatures = \"7d\"",
        ),
        ("decoy = 65536", "line 1: not a port: 65536 | write 1 to 65535, or `decoy = false` for none"),
        (
            "decoy = true",
            "line 1: `decoy` must be a port or false, not true or false | write a line like decoy = 7239",
        ),
        (
            "decoy = 2967",
            "line 1: the decoy port is a port that Symantec AntiVirus 10 listens \
             on: 2967 | choose a port that nothing listens on, or `decoy = false`",
        ),
        (
            "decoy = 9100",
            "line 1: the decoy port is one of those that tell computers from devices: 9100 | choose a port that nothing \
             listens on, or `decoy = false`",
        ),
    ];
    check(cases.map(|(text, expected)| (text.to_owned(), expected)));
}

#[test]
fn of_zones() {
    check([
        (zone_with("prodcts = []"), "line 5: unknown key: `prodcts` | did you mean `products`?"),
        (
            zone_with("colour = 1"),
            "line 5: unknown key: `colour` | known here: listener, name, products, ranges, site",
        ),
        (
            "[[zone]]\nranges = [\"::1\"]".to_owned(),
            "line 1: [[zone]] has no `name` | write a line like name = \"clients\"",
        ),
        (
            "[[zone]]\nname = \"a\"".to_owned(),
            "line 1: [[zone]] has no `ranges` | write a line like ranges = [\"10.1.0.0/16\"]",
        ),
        (zone_with("name = \" \""), "line 4: `name` is empty | write a line like name = \"clients\""),
        (
            zone_with("name = 7"),
            "line 4: `name` must be a text, not a number | write a line like name = \"clients\"",
        ),
        (
            zone_with("name = \"a\\u001bb\""),
            "line 4: `name` is not plain text of at most 64 characters | leave out line breaks and control characters, \
             and shorten it",
        ),
        (
            zone_with("ranges = []"),
            "line 4: `ranges` is empty | write a line like ranges = [\"10.1.0.0/16\"]",
        ),
        (
            zone_with("ranges = \"10.0.0.0/8\""),
            "line 4: `ranges` must be a list of texts, not a text | write a list, as in [\"10.1.0.0/16\"]",
        ),
        (
            zone_with("ranges = [\"10.0.0.0/8\", \"10.1.0.1-9\"]"),
            "line 4: bad target 10.1.0.1-9: not an address with a prefix, at character 1 | write an address or a \
             network, as in 10.0.0.0/24 or fd00::/64",
        ),
        (
            zone_with("products = [\"symantec-savce-1\"]"),
            "line 4: unknown product: `symantec-savce-1` | did you mean `symantec-savce-10`?",
        ),
        (
            zone_with("products = [\"qqqq\"]"),
            "line 4: unknown product: `qqqq` | `muster explain PRODUCT` knows the keys of products",
        ),
        (
            zone_with("products = [\"symantec-sepm\"]"),
            "line 4: a server is no protection: `symantec-sepm` | expect its agent: symantec-sep-client, \
             symantec-sep-gup",
        ),
    ]);
}

#[test]
fn of_listeners() {
    check([
        (
            zone_with("listener = \"requierd\""),
            "line 5: unknown value of `listener`: `requierd` | did you mean `required`?",
        ),
        (
            zone_with("listener = \"x\""),
            "line 5: unknown value of `listener`: `x` | write \"required\" or \"catalogue\"",
        ),
        (
            format!("{}listener = \"required\"\n", zone_with("products = [\"trellix-agent\"]")),
            "line 5: `listener = \"required\"` cannot be checked in zone `a`: Trellix Agent is not known to \
             listen on TCP on every client | remove the line, or expect sophos-sec-rms or symantec-savce-10 alone",
        ),
        (
            format!(
                "{}listener = \"required\"\n",
                zone_with("products = [\"symantec-savce-10\", \"crowdstrike\", \"trellix-agent\"]")
            ),
            "line 5: `listener = \"required\"` cannot be checked in zone `a`: CrowdStrike Falcon sensor, Trellix Agent \
             are not known to listen on TCP on every client | remove the line, or expect symantec-savce-10 alone",
        ),
        (
            format!("{}listener = \"required\"\n", zone_with("products = []")),
            "line 5: `listener = \"required\"` cannot be checked in zone `a`: no product expected there is known to \
             listen on TCP on every client | remove the line, or expect sophos-sec-rms or symantec-savce-10 alone",
        ),
        (
            format!("{}listener = \"required\"\n", zone_with("products = [\"symantec-sav\"]")),
            "line 5: `listener = \"required\"` cannot be checked in zone `a`: Symantec AntiVirus \
             10 for Mac OS X, Symantec AntiVirus 8-9 are \
             not known to listen on TCP on every client | remove the line, or expect symantec-savce-10 alone",
        ),
        (
            format!("{}listener = \"required\"\n", zone_with("products = [\"crowdstrike\"]")),
            "line 5: `listener = \"required\"` cannot be checked in zone `a`: CrowdStrike Falcon sensor is not \
             known to listen on TCP on every client | remove the line, or expect sophos-sec-rms or symantec-savce-10 \
             alone",
        ),
    ]);
}

#[test]
fn of_zones_that_contradict_each_other_or_the_scope() {
    let second_zone = |name: &str, range: &str| {
        format!("{}[[zone]]\nname = \"{name}\"\nranges = [\"{range}\"]\n", zone_with("site = \"x\""))
    };
    check([
        (
            second_zone("a", "10.0.0.0/9"),
            "line 7: zone `a` was named before, in line 2 | put the networks of both into one zone, or give one another \
             name",
        ),
        (
            second_zone("b", "10.77.0.0/8"),
            "line 8: 10.0.0.0/8 is in zone `a` already, in line 3 | a network has one zone; a narrower one inside it \
             may have another",
        ),
        (
            format!("[scope]\nallow = [\"192.168.0.0/16\"]\n{}", zone_with("site = \"x\"")),
            "line 5: 10.0.0.0/8 of zone `a` lies outside what `[scope]` allows | add 10.0.0.0/8 to `allow`, or take it \
             out of the zone",
        ),
    ]);
}

#[test]
fn of_exemptions() {
    check([
        (
            "[[exemption]]\nhosts = [\"10.0.0.1\"]\nreason = \"r\"\nowner = \"o\"".to_owned(),
            "line 1: [[exemption]] has no `expires` | an exemption ends some day, as in expires = \"2027-03-31\"",
        ),
        (exemption_with("hosts = []"), "line 5: `hosts` is empty | write a line like hosts = [\"10.1.0.7\"]"),
        (
            exemption_with("hosts = [\"10.0.0.256\"]"),
            "line 5: neither an address, a network nor a host name: `10.0.0.256` | write 10.1.0.7, 10.1.3.0/28, \
             fd00::/64 or pc-17.office.example",
        ),
        (
            exemption_with("reason = \"\""),
            "line 5: `reason` is empty | write a line like reason = \"machine control, replaced next year\"",
        ),
        (
            exemption_with("expires = \"2027-02-30\""),
            "line 5: not a date: `2027-02-30` | write year, month and day, as in \"2027-03-31\"",
        ),
        (
            exemption_with("expires = \"31.3.2027\""),
            "line 5: not a date: `31.3.2027` | write year, month and day, as in \"2027-03-31\"",
        ),
        (
            exemption_with("expires = 2027-03-31T10:00:00Z"),
            "line 5: `expires` must be a day, not a date or time | write a line like expires = \"2027-03-31\"",
        ),
        (
            exemption_with("expires = false"),
            "line 5: `expires` must be a day, not true or false | write a line like expires = \"2027-03-31\"",
        ),
    ]);
}

/// Each text is refused with that message, followed by its hint after a bar. Of the words of the reader of TOML only
/// the place is held.
fn check<const N: usize>(cases: [(String, &str); N]) {
    for (text, expected) in cases {
        let error = Policy::parse(&text, Catalog::builtin()).expect_err(&text);
        let said: Vec<String> = [Some(error.to_string()), error.hint()].into_iter().flatten().collect();
        let said = said.join(" | ");
        match expected.ends_with(": ") {
            true => assert!(said.starts_with(expected) && said.len() > expected.len(), "{said}\n{text}"),
            false => assert_eq!(said, expected, "{text}"),
        }
    }
}

/// A policy with nothing wrong, and one line of it changed or added.
fn zone_with(line: &str) -> String {
    let key = line.split(" =").next().unwrap();
    let lines = ["name = \"a\"", "ranges = [\"10.0.0.0/8\"]", "products = [\"symantec-savce-10\"]"];
    let others = lines.iter().filter(|other| !other.starts_with(&format!("{key} ")));
    let others: Vec<&str> = others.copied().collect();
    format!("[[zone]]\n{}\n{line}\n", others.join("\n"))
}

fn exemption_with(line: &str) -> String {
    let key = line.split(" =").next().unwrap();
    let lines = ["hosts = [\"10.0.0.1\"]", "reason = \"r\"", "owner = \"o\"", "expires = \"2027-03-31\""];
    let others = lines.iter().filter(|other| !other.starts_with(&format!("{key} ")));
    let others: Vec<&str> = others.copied().collect();
    format!("[[exemption]]\n{}\n{line}\n", others.join("\n"))
}
