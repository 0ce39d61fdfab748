//! Names, asked of a resolver of the lab's own: what is asked, what is not, and what is printed.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use muster_testkit::lab::{Behaviour, Lab, LabPlan, Resolver, Running, Side, Truth};
use tempfile::TempDir;

use crate::common::{MUSTER, finish, json_lines, of_type, run};
use crate::support::{by_frames, lab, scan, scanned};

const NAMES: [(&str, &str); 8] = [
    ("pc1.office.test", "10.77.3.1"),
    ("pc1.office.test", "fd77::1"),
    ("pc2.office.test", "10.77.3.2"),
    ("outside.office.test", "192.0.2.7"),
    ("inside.office.test", "127.0.0.1"),
    ("metadata.office.test", "169.254.169.254"),
    ("two.office.test", "10.77.3.4"),
    ("two.office.test", "10.77.3.5"),
];

fn office() -> Option<(Lab, Resolver)> {
    let plan = LabPlan {
        networks: vec!["10.77.3.0/28".parse().unwrap(), "fd77::/124".parse().unwrap()],
        ..LabPlan::default()
    };
    let plan = LabPlan { truth: Truth::Function(Arc::new(|_, _| Behaviour::Open)), ..plan };
    let lab = lab(plan)?;
    let names = NAMES.map(|(name, address)| (name, address.parse::<IpAddr>().unwrap()));
    let resolver = Resolver::start(&lab, names).unwrap();
    Some((lab, resolver))
}

#[test]
#[ignore = "needs root and the lab"]
fn a_target_by_name_is_its_address_and_keeps_its_name() {
    let Some((lab, mut resolver)) = office() else { return };
    let folder = TempDir::new().unwrap();
    let mut command = scan(&lab, "-Pn -p 2967 -oA all pc1.office.test");
    command.current_dir(folder.path());
    finish(command).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(
        read("all.nmap").contains("scan report for pc1.office.test (10.77.3.1)\n"),
        "{}",
        read("all.nmap")
    );
    assert!(
        read("all.gnmap").contains("Host: 10.77.3.1 (pc1.office.test)\tPorts: 2967/open/tcp"),
        "{}",
        read("all.gnmap")
    );
    assert!(
        read("all.xml").contains("<hostname name=\"pc1.office.test\" type=\"user\"/>"),
        "{}",
        read("all.xml")
    );
    let asked = resolver.questions();
    assert!(asked.contains(&"pc1.office.test A".to_owned()), "{asked:?}");
    let ran = scanned(&lab, "-6 -n -Pn -p 2967 -oG - pc1.office.test").ok();
    assert!(ran.stdout.contains("Host: fd77::1 ("), "{}", ran.stdout);
}

#[test]
#[ignore = "needs root and the lab"]
fn who_answers_is_asked_for_by_address() {
    let Some((lab, mut resolver)) = office() else { return };
    let ran = scanned(&lab, "-Pn -p 2967 -oG - 10.77.3.1-3").ok();
    assert!(ran.stdout.contains("Host: 10.77.3.2 (pc2.office.test)\t"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Host: 10.77.3.3 ()\t"), "{}", ran.stdout);
    let asked = resolver.questions();
    let about = |last: u8| asked.contains(&format!("{last}.3.77.10.in-addr.arpa PTR"));
    assert!(about(1) && about(2) && about(3), "{asked:?}");
}

#[test]
#[ignore = "needs root and the lab"]
fn the_server_that_was_named_is_asked_for_names() {
    let Some((lab, mut resolver)) = office() else { return };
    let ran = scanned(&lab, "-Pn -p 2967 -oG - --dns-servers 127.0.0.53 10.77.3.1-3").ok();
    assert!(ran.stdout.contains("Host: 10.77.3.2 (pc2.office.test)\t"), "{}", ran.stdout);
    assert_eq!(resolver.questions().len(), 3);
    let ran = scanned(&lab, "-Pn -p 2967 -oG - --dns-servers 127.0.0.99 10.77.3.1-3").ok();
    assert_eq!(ran.stdout.matches(" ()\tPorts").count(), 3, "{}", ran.stdout);
    assert!(ran.stderr.contains("warning: the name server 127.0.0.99 does not answer\n"), "{}", ran.stderr);
    assert_eq!(resolver.questions(), [""; 0], "nobody else is asked");
    let ran = scanned(&lab, "-sV -n -Pn -p 2967 -oG - 10.77.3.1 fd77::1").ok();
    assert!(ran.stderr.contains("services: "), "{}", ran.stderr);
}

#[test]
#[ignore = "needs root and the lab"]
fn who_is_silent_is_asked_for_only_if_so_told() {
    let Some((lab, mut resolver)) = office() else { return };
    scanned(&lab, "-T4 -Pn -p 1234 10.77.3.2").ok();
    assert_eq!(resolver.questions(), [""; 0]);
    let ran = scanned(&lab, "-T4 -R -Pn -p 1234 -oG - 10.77.3.2").ok();
    assert!(ran.stdout.contains("Host: 10.77.3.2 (pc2.office.test)\t"), "{}", ran.stdout);
    assert!(!resolver.questions().is_empty());
}

/// Nmap asks for the name of every host that it calls up, and with `-Pn` that is everybody.
#[test]
#[ignore = "needs root and the lab"]
fn under_the_name_nmap_whoever_is_called_up_is_asked_for() {
    let Some((lab, mut resolver)) = office() else { return };
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("nmap");
    symlink(MUSTER, &link).unwrap();
    let nmap = |line: &str| {
        let mut command = lab.command(Side::Near, link.to_str().unwrap());
        command.args(line.split_whitespace());
        finish(command).ok()
    };
    let ran = nmap("-sT -T4 -Pn -p 1234 -oG - 10.77.3.2-3");
    assert!(ran.stdout.contains("Host: 10.77.3.2 (pc2.office.test)\t"), "{}", ran.stdout);
    assert!(resolver.questions().iter().any(|asked| asked == "3.3.77.10.in-addr.arpa PTR"));
    let ran = nmap("-sT -T4 -p 1234 -PS1234 -v -oG - 10.77.3.2");
    assert!(ran.stdout.contains("Host: 10.77.3.2 ()\tStatus: Down"), "{}", ran.stdout);
    assert_eq!(resolver.questions(), [""; 0], "who is down is nobody to ask for");
}

#[test]
#[ignore = "needs root and the lab"]
fn names_are_in_the_stream_of_json() {
    let Some((lab, _resolver)) = office() else { return };
    let ran = scanned(&lab, "-Pn -p 2967 -oJ - pc1.office.test 10.77.3.2-3").ok();
    let lines = json_lines(&ran.stdout);
    let names = of_type(&lines, "name");
    let told = |key: &str| names.iter().map(|line| line[key].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(told("address"), ["10.77.3.1", "10.77.3.1", "10.77.3.2"], "{}", ran.stdout);
    assert_eq!(told("name"), ["pc1.office.test", "pc1.office.test", "pc2.office.test"]);
    assert_eq!(told("source"), ["given", "reverse", "reverse"]);
}

#[test]
#[ignore = "needs root and the lab"]
fn a_name_that_has_several_addresses() {
    let Some((lab, _resolver)) = office() else { return };
    let targets = |line: &str| -> Vec<String> {
        let ran = finish(by_frames(&lab, &format!("-sL -n -oG - {line}"))).ok();
        let hosts = ran.stdout.lines().filter_map(|line| line.strip_prefix("Host: "));
        hosts.filter_map(|host| Some(host.split_once(' ')?.0.to_owned())).collect()
    };
    assert_eq!(targets("two.office.test").len(), 1);
    let mut both = targets("--resolve-all two.office.test");
    both.sort();
    assert_eq!(both, ["10.77.3.4", "10.77.3.5"]);
    assert_eq!(targets("10.77.3.3-6 --exclude two.office.test"), ["10.77.3.3", "10.77.3.6"], "all of them");
}

#[test]
#[ignore = "needs root and the lab"]
fn nobody_is_asked_who_need_not_be() {
    let Some((lab, mut resolver)) = office() else { return };
    let ran = scanned(&lab, "-n -Pn -p 2967 -oG - 10.77.3.1-3").ok();
    assert_eq!(ran.stdout.matches(" ()\tPorts").count(), 3, "{}", ran.stdout);
    assert_eq!(resolver.questions(), [""; 0], "-n");
    scanned(&lab, "-Pn -p 2967 127.0.0.1 127.5.5.5 ::1").ok();
    scanned(&lab, "-R -Pn -p 2967 127.0.0.1 127.5.5.5 ::1").ok();
    assert_eq!(resolver.questions(), [""; 0], "loopback");
    scanned(&lab, "-Pn -p 2967 localhost").ok();
    assert_eq!(resolver.questions(), [""; 0], "the file of hosts knows it");
    let v6 = scanned(&lab, "-6 -Pn -p 2967 localhost").ok();
    assert!(v6.stdout.contains("scan report for localhost (::1)\n"), "{}", v6.stdout);
    scanned(&lab, "--dry-run -Pn -p 2967 10.77.3.1").ok();
    assert_eq!(resolver.questions(), [""; 0], "a dry run of addresses");
}

#[test]
#[ignore = "needs root and the lab"]
fn a_name_that_does_not_resolve_costs_only_itself() {
    let Some((lab, _resolver)) = office() else { return };
    let ran = scanned(&lab, "-n -Pn -p 2967 -oG - nobody.office.test 10.77.3.1");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("warning: nobody.office.test does not resolve: "), "{}", ran.stderr);
    assert!(ran.stdout.contains("Host: 10.77.3.1 ()\tPorts: 2967/open"), "{}", ran.stdout);
    let alone = scanned(&lab, "-n -Pn -p 2967 -oG - nobody.office.test");
    assert_eq!((alone.code, alone.stdout.as_str()), (2, ""));
    assert!(
        alone.stderr.starts_with("error: nobody.office.test does not resolve: ")
            && alone.stderr.contains("\nhint: "),
        "{}",
        alone.stderr
    );
    let family = scanned(&lab, "-6 -n -Pn -p 2967 pc2.office.test");
    assert_eq!(family.code, 2);
    assert_eq!(
        family.stderr,
        "error: pc2.office.test has no IPv6 address\nhint: sweep it over IPv4 without -6\n"
    );
    let excluded = scanned(&lab, "-n -Pn -p 2967 --exclude nobody.office.test 10.77.3.1");
    assert_eq!(excluded.code, 2);
    assert!(
        excluded.stderr.starts_with("error: cannot exclude: nobody.office.test does not resolve: "),
        "{}",
        excluded.stderr
    );
}

#[test]
#[ignore = "needs root and the lab"]
fn a_name_is_no_way_around_the_scope() {
    let Some((lab, _resolver)) = office() else { return };
    for (name, reason) in [
        ("outside.office.test", "not in the scope: 192.0.2.7"),
        ("metadata.office.test", "cloud metadata service: 169.254.169.254"),
        ("outside.office.test/30", "not in the scope: 192.0.2.4/30"),
    ] {
        let ran = scanned(&lab, &format!("-n -Pn -p 2967 {name} 10.77.3.1"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}: {}", ran.stderr);
        assert!(
            ran.stderr.starts_with(&format!("error: targets that may not be probed: {reason}\nhint: ")),
            "{}",
            ran.stderr
        );
    }
    let inside = scanned(&lab, "--dry-run -p 1 inside.office.test").ok();
    assert!(inside.stdout.contains("1 address: 127.0.0.1\n"), "{}", inside.stdout);
}

#[test]
#[ignore = "needs root and the lab"]
fn a_name_can_be_excluded() {
    let Some((lab, _resolver)) = office() else { return };
    let ran = scanned(&lab, "-n -Pn -p 2967 -oJ - 10.77.3.1-3 --exclude pc2.office.test").ok();
    let lines = json_lines(&ran.stdout);
    let swept: Vec<_> =
        of_type(&lines, "port").iter().map(|line| line["address"].as_str().unwrap().to_owned()).collect();
    assert!(swept.len() == 2 && !swept.contains(&"10.77.3.2".to_owned()), "{swept:?}");
}

/// Without a resolver the machine refuses every question; one that drops them makes every question take seconds.
#[test]
#[ignore = "needs root and the lab"]
fn ctrl_c_ends_the_wait_for_names() {
    let Some((lab, resolver)) = office() else { return };
    drop(resolver);
    let mut silent = lab.command(Side::Near, "nft");
    silent.args(["add table inet quiet; add chain inet quiet in { type filter hook input priority 0; }; add rule inet quiet in udp dport 53 drop"]);
    finish(silent).ok();
    let folder = TempDir::new().unwrap();
    let mut command = scan(&lab, "-R -Pn -p 2967 -oX out -oJ lines 10.77.3.0/24");
    command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let lines = folder.path().join("lines");
    while !fs::read_to_string(&lines).unwrap_or_default().contains("\"summary\"") {
        assert!(Instant::now() < deadline, "the sweep does not end");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    assert!(running.wait(Duration::from_millis(500)).is_err(), "it does not wait for names");
    run("sh", &["-c", &format!("kill -INT {}", running.id())]);
    assert_eq!(running.wait(Duration::from_secs(1)).unwrap().code(), Some(130));
    let xml = fs::read_to_string(folder.path().join("out")).unwrap();
    assert!(xml.contains("SIGINT") && xml.matches("<port ").count() == 256, "{xml}");
}
