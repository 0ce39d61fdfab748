//! Files of other scanners, judged and kept: what they prove they prove here, and what they do not say is unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::Ipv4Addr;
use std::process::Command;

use muster_audit::Policy;
use muster_catalog::{Catalog, DECOY_PORT, SIGN_PORTS};
use muster_engine::AddressSet;
use serde_json::Value;

use crate::audit::{ranges, verdicts};
use crate::common::{finish, finish_with, has, of_type};
use crate::support::{Workplace, address, assert_refused, network, office};

type Verdicts = BTreeMap<Ipv4Addr, String>;

/// Lets nmap ask the network of a test; leaves `scan.xml`, `scan.gnmap` and `scan.nmap`.
fn scanned_by_nmap(place: &Workplace, test: u8, ports: &[u16]) {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let mut command = Command::new("nmap");
    command.args([
        "-n",
        "-sT",
        "-Pn",
        "-T4",
        "--max-retries",
        "1",
        "--host-timeout",
        "30s",
        "-oA",
        "scan",
        "-p",
    ]);
    command.args([ports.join(","), format!("{}/24", network(test))]).current_dir(place.path(""));
    finish(command).ok();
}

/// The ports that an audit of the network asks by this policy, with the decoy.
fn ports_of_an_audit(test: u8, policy: &str) -> Vec<u16> {
    let policy = Policy::parse(policy, Catalog::builtin()).unwrap();
    let targets = AddressSet::of_addresses((0..=255).map(|host| address(test, host))).unwrap();
    let groups = policy.port_groups(&targets, Catalog::builtin());
    let ports = groups.into_iter().flat_map(|group| group.ports);
    let ports: BTreeSet<u16> = ports.chain(SIGN_PORTS.iter().copied()).chain([DECOY_PORT]).collect();
    ports.into_iter().collect()
}

/// Those of the office's workshop, few enough for a line.
fn few_ports() -> Vec<u16> {
    SIGN_PORTS.iter().copied().chain([2967, 8081, DECOY_PORT]).collect()
}

#[track_caller]
fn judged(place: &Workplace, file: &str, options: &str) -> Vec<Value> {
    place.run(&format!("audit --from-scan {file} --no-store --jsonl lines {options}")).ok();
    place.lines("lines")
}

#[test]
fn a_file_is_judged_as_an_audit_would_judge_where_it_says_enough() {
    let Some(office) = office(201) else { return };
    if !has("nmap") {
        return;
    }
    let place = Workplace::new();
    place.write("office.toml", &office.policy());
    place.run(&format!("audit -T4 -n --no-store --policy office.toml --jsonl live {}/24", network(201))).ok();
    scanned_by_nmap(&place, 201, &ports_of_an_audit(201, &office.policy()));
    let live = place.lines("live");
    let told = judged(&place, "scan.xml", "--policy office.toml");
    let (live_verdicts, told_verdicts) = (verdicts(&live), verdicts(&told));
    // What a conversation would have shown a file does not: unknown is the only other word, and not measured where
    // everything seems open.
    let phantom = ranges(&told, "phantom");
    let differs = |(address, verdict): (&Ipv4Addr, &String)| {
        let is_phantom = phantom.contains(address);
        let told =
            told_verdicts.get(address).map_or(if is_phantom { "unknown" } else { "nothing" }, String::as_str);
        (told != verdict && told != "unknown").then(|| format!("{address}: {told} instead of {verdict}"))
    };
    let wrong: Vec<String> = live_verdicts.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let all = |verdicts: &Verdicts, word: &str| -> Vec<Ipv4Addr> {
        verdicts.iter().filter(|(_, verdict)| *verdict == word).map(|(address, _)| *address).collect()
    };
    for word in ["unprotected", "exempt"] {
        assert!(!all(&live_verdicts, word).is_empty(), "nobody is {word}");
        assert_eq!(all(&told_verdicts, word), all(&live_verdicts, word), "{word}");
    }
    // Whoever is silent at the agents' ports is asked nothing else by an audit; nmap asks all the same.
    let silent = ranges(&live, "silent");
    assert!(ranges(&told, "silent").iter().all(|address| silent.contains(address)));
    let is_unknown = |address| told_verdicts.get(address).is_none_or(|verdict| verdict == "unknown");
    assert!(silent.iter().all(is_unknown), "{silent:?}");
    assert!(told_verdicts.values().all(|verdict| !verdict.starts_with("protected")), "nobody was talked to");
}

#[test]
fn each_form_of_nmaps_says_the_same_as_far_as_it_goes() {
    let Some(office) = office(202) else { return };
    if !has("nmap") {
        return;
    }
    let place = Workplace::new();
    place.write("office.toml", &office.policy());
    scanned_by_nmap(&place, 202, &few_ports());
    let by = |file: &str| verdicts(&judged(&place, file, "--policy office.toml"));
    let (xml, grepable, normal) = (by("scan.xml"), by("scan.gnmap"), by("scan.nmap"));
    let unprotected =
        |verdicts: &Verdicts| verdicts.values().filter(|verdict| *verdict == "unprotected").count();
    assert!(unprotected(&xml) > 0);
    assert_eq!(grepable, xml);
    assert_eq!(normal, xml);
}

#[test]
fn a_file_that_breaks_off_says_less_and_nothing_else() {
    let Some(office) = office(203) else { return };
    if !has("nmap") {
        return;
    }
    let place = Workplace::new();
    place.write("office.toml", &office.policy());
    scanned_by_nmap(&place, 203, &few_ports());
    for name in ["scan.xml", "scan.gnmap", "scan.nmap"] {
        let whole = verdicts(&judged(&place, name, "--policy office.toml"));
        let bytes = fs::read(place.path(name)).unwrap();
        let mut most = 0;
        for part in [20, 37, 51, 68, 83, 97] {
            fs::write(place.path("cut"), &bytes[..bytes.len() * part / 100 + part]).unwrap();
            let cut = judged(&place, "cut", "--policy office.toml");
            assert_eq!(cut[0]["complete"], false, "{}", cut[0]);
            let cut = verdicts(&cut);
            for (address, verdict) in &cut {
                assert_eq!(whole.get(address), Some(verdict), "{name}, {part} %: {address}");
            }
            assert!(cut.len() >= most, "{name}, {part} %");
            most = cut.len();
        }
        assert!(most > 0, "{name}");
    }
}

const MASSCAN: &str = r#"[
{   "ip": "10.0.0.7",   "timestamp": "1700000000", "ports": [ {"port": 2967, "proto": "tcp", "status": "closed", "reason": "rst-ack", "ttl": 64} ] },
{   "ip": "10.0.0.7",   "timestamp": "1700000001", "ports": [ {"port": 445, "proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64} ] },
{   "ip": "10.0.0.8",   "timestamp": "1700000002", "ports": [ {"port": 8081, "proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64} ] },
{   "ip": "10.0.0.8",   "timestamp": "1700000003", "ports": [ {"port": 8081, "proto": "tcp", "service": {"name": "http.server", "banner": "Agent-ListenServer-HttpSvr/1.0"}} ] }
]
"#;

const POLICY: &str = "[[zone]]\nname = \"all\"\nranges = [\"10.0.0.0/24\"]\nproducts = [\"symantec-savce-10\"]\nlistener = \"required\"\n";

#[test]
fn records_of_masscan_are_one_host_and_what_a_server_says_of_itself_counts() {
    let place = Workplace::new();
    place.write("masscan.json", MASSCAN);
    place.write("muster.toml", POLICY);
    let lines = judged(&place, "masscan.json", "");
    let verdicts = verdicts(&lines);
    assert_eq!(verdicts.len(), 2);
    // masscan does not say what it asked: a port that it does not list may have been open.
    assert_eq!(verdicts[&Ipv4Addr::new(10, 0, 0, 7)], "unknown");
    assert_eq!(verdicts[&Ipv4Addr::new(10, 0, 0, 8)], "protected-verified");
    assert_eq!(of_type(&lines, "silent").len(), 0);
}

#[test]
fn targets_narrow_and_who_is_not_listed_is_not_silent() {
    let place = Workplace::new();
    place.write("masscan.json", MASSCAN);
    let lines = judged(&place, "masscan.json", "10.0.0.8-9");
    assert_eq!(verdicts(&lines).len(), 1);
    assert_eq!(ranges(&lines, "silent"), [] as [Ipv4Addr; 0]);
    let tried = format!("{lines:?}");
    assert!(tried.contains("1 target: no file tells anything of them"), "{tried}");
    assert!(tried.contains("left out by the targets"), "{tried}");
    let named = place.run("audit --from-scan masscan.json --no-store nobody.example");
    assert_refused(&named, 2, "a name would have to be looked up", "its address");
}

#[test]
fn files_become_runs_with_their_own_times_and_none_twice() {
    let place = Workplace::new();
    place.write("masscan.json", MASSCAN);
    let first = place.run("import masscan.json").ok();
    assert!(first.stdout.starts_with("run 1: masscan.json: "), "{}", first.stdout);
    assert!(first.stdout.contains("2 hosts: "), "{}", first.stdout);
    let again = place.run("import masscan.json").ok();
    assert!(again.stdout.is_empty() && again.stderr.contains("run 1"), "{}", again.stderr);
    place.run("import --again masscan.json").ok();
    let history = place.run("history").ok().stdout;
    assert!(history.contains("2023-11-14"), "{history}");
    let why = place.run("why 10.0.0.8").ok().stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(why.contains("imported from masscan.json") && why.contains("protected (verified)"), "{why}");
    place.run("report --jsonl lines 1").ok();
    assert_eq!(verdicts(&place.lines("lines")).len(), 2);
    assert_eq!(place.run("diff 1 2").code, 0);
    let piped = finish_with(place.muster("import --again -"), MASSCAN).ok();
    assert!(piped.stdout.starts_with("run 3: stdin: "), "{}", piped.stdout);
}

#[test]
fn one_file_that_cannot_be_read_does_not_stop_the_others() {
    let place = Workplace::new();
    place.write("good.json", MASSCAN);
    place.write("cut.json", &MASSCAN[..MASSCAN.len() * 3 / 4]);
    place.write("bad.xml", "<html><body>not a scan</body></html>");
    fs::create_dir(place.path("folder")).unwrap();
    let ran = place.run("import bad.xml folder missing.xml cut.json good.json");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("error: ").count(), 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: name the files in it: folder/*.xml"), "{}", ran.stderr);
    let runs: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(runs.len(), 2, "{}", ran.stdout);
    assert!(runs[0].contains("cut.json breaks off after line"), "{}", ran.stdout);
    let refused = place.run("audit --no-store --from-scan bad.xml");
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    let twice = place.run("import - -");
    assert_refused(&twice, 2, "stdin can be read once", "name a file");
}

#[test]
fn a_dry_run_says_what_would_be_read() {
    let place = Workplace::new();
    place.write("masscan.json", MASSCAN);
    let ran = place.run("audit --dry-run --from-scan masscan.json").ok();
    assert!(ran.stdout.contains("read       masscan.json: masscan's JSON of masscan"), "{}", ran.stdout);
    assert!(ran.stdout.contains("no packet is sent"), "{}", ran.stdout);
    assert_eq!(place.names(), ["masscan.json"], "nothing is kept");
}

#[test]
fn an_older_scan_fills_what_a_newer_one_left_out() {
    let place = Workplace::new();
    let record = |port: u16, status: &str, reason: &str, at: u32| {
        format!(
            "[\n{{ \"ip\": \"{}\", \"timestamp\": \"{at}\", \"ports\": [ {{\"port\": {port}, \"proto\": \"tcp\", \
             \"status\": \"{status}\", \"reason\": \"{reason}\", \"ttl\": 64}} ] }}\n]\n",
            address(204, 7)
        )
    };
    place.write("old.json", &record(22, "open", "syn-ack", 1_600_000_000));
    place.write("new.json", &record(22, "closed", "rst", 1_700_000_000));
    place.write("other.json", &record(80, "open", "syn-ack", 1_500_000_000));
    for order in ["old.json --from-scan new.json", "new.json --from-scan old.json"] {
        let lines = judged(&place, order, "--from-scan other.json");
        let host = of_type(&lines, "host")[0].clone();
        let states: Vec<(String, String)> = host["ports"]
            .as_array()
            .unwrap()
            .iter()
            .map(|port| (port["port"].to_string(), port["state"].as_str().unwrap_or_default().to_owned()))
            .collect();
        assert_eq!(
            states.iter().map(|(_, state)| state.as_str()).collect::<Vec<_>>(),
            ["closed", "open"],
            "{host}"
        );
        assert!(format!("{lines:?}").contains("the newest counts"));
    }
}

#[test]
fn a_run_of_a_file_names_whoever_made_the_file() {
    let place = Workplace::new();
    place.write("masscan.json", MASSCAN);
    let scan = "# Nmap 7.93 scan initiated Mon Nov 22 05:00:00 2026 as: nmap -p 22 10.0.0.7\n\
                Host: 10.0.0.7 ()\tStatus: Up\nHost: 10.0.0.7 ()\tPorts: 22/open/tcp//ssh///\n\
                # Nmap done at Sun Nov 22 05:00:01 2026 -- 1 IP address (1 host up) scanned in 1.00 seconds\n";
    place.write("scan.gnmap", scan);
    let east = |line: &str| {
        let mut command = place.muster(line);
        command.env("TZ", "XXX-2");
        finish(command)
    };
    east("import masscan.json scan.gnmap").ok();
    let banners = east("diff 1 2").stdout;
    let mut lines = banners.lines();
    assert!(lines.next().unwrap().starts_with("-masscan scan initiated 2023-11-14 "), "{banners}");
    assert_eq!(
        lines.next().unwrap(),
        "+nmap 7.93 scan initiated 2026-11-22 03:00:00 UTC as: nmap -p 22 10.0.0.7",
        "the day of the week is wrong, and the zone is that of the machine"
    );
    let files = east("diff masscan.json scan.gnmap").stdout;
    assert_eq!(files.lines().nth(1), banners.lines().nth(1));
    let why = east("why 10.0.0.7").ok().stdout;
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        why.contains("by nmap 7.93, imported from scan.gnmap, muster ") && !why.contains("by imported"),
        "{why}"
    );
}
