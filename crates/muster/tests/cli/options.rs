//! Which addresses and ports the words of the command line stand for, and whether hosts are looked for first.
//!
//! Where only the plan matters a dry run tells it, which sends nothing.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::common::{finish_with, json_lines, of_type};
use crate::support::{address, assert_refused, network, office, planned, scan, scanned, scanned_in};

#[test]
fn ports_are_written_as_for_nmap() {
    for (words, ports) in [
        ("2967", "1: TCP 2967"),
        ("2967,8081,22-25", "6: TCP 22-25,2967,8081"),
        ("T:1-3,80", "4: TCP 1-3,80"),
        ("ssh,symantec-av", "2: TCP 22,2967"),
        ("-", "65535: TCP 1-65535"),
        ("-80", "80: TCP 1-80"),
        ("65000-", "536: TCP 65000-65535"),
    ] {
        assert_eq!(planned(&format!("-Pn -p {words} 127.0.0.1"), "ports"), ports, "-p {words}");
        assert_eq!(planned(&format!("-Pn -p{words} 127.0.0.1"), "ports"), ports, "-p{words}");
    }
    let names = planned("-Pn -p http* 127.0.0.1", "ports");
    assert!(names.contains("80,") && names.contains("443") && names.contains("8080"), "{names}");
}

/// Whoever is left out once stays left out, whatever else is said.
#[test]
fn what_is_left_out_adds_up() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("one"), "127.0.0.1\n").unwrap();
    fs::write(folder.path().join("other"), "127.0.0.4\n").unwrap();
    let words = "--exclude 127.0.0.2 --excludefile one --exclude-file other --exclude 127.0.0.3";
    let ran = scanned_in(folder.path(), &format!("--dry-run -p 1 {words} 127.0.0.0/29")).ok();
    assert!(ran.stdout.contains(" 4 addresses: 127.0.0.0, 127.0.0.5-7\n"), "{}", ran.stdout);
    let listed = scanned_in(folder.path(), &format!("-sL -n -oG - {words} 127.0.0.0/29")).ok();
    assert_eq!(listed.stdout.matches("Host: ").count(), 4, "{}", listed.stdout);
    let over = scanned_in(folder.path(), &format!("-p 1 {words} -oX other 127.0.0.0/29"));
    assert_refused(&over, 2, "the output would overwrite the input: other", "");
}

#[test]
fn targets_are_written_as_for_nmap() {
    for (words, targets) in [
        ("10.1.2.3", "1 address: 10.1.2.3"),
        ("10.1.2.0/30 10.1.2.2", "4 addresses: 10.1.2.0/30"),
        ("10.1.2-3.1,5-6", "6 addresses: 10.1.2.1, 10.1.2.5-6, 10.1.3.1, 10.1.3.5-6"),
        ("10.1.2.*", "256 addresses: 10.1.2.0/24"),
        ("fd00::/126 10.0.0.1", "5 addresses: 10.0.0.1, fd00::/126"),
        ("localhost", "1 address: 127.0.0.1"),
        ("localhost/31", "2 addresses: 127.0.0.0/31"),
        (
            "127.0.0.0/29 --exclude 127.0.0.1,127.0.0.4-5",
            "5 addresses: 127.0.0.0, 127.0.0.2/31, 127.0.0.6/31",
        ),
        ("127.0.0.0/30 --exclude localhost", "3 addresses: 127.0.0.0, 127.0.0.2/31"),
        ("127.0.0.0/30 --exclude 10.0.0.0/8", "4 addresses: 127.0.0.0/30"),
        (
            "127.0.0.0/29 --exclude 127.0.0.1 --exclude 127.0.0.4 --exclude=127.0.0.5",
            "5 addresses: 127.0.0.0, 127.0.0.2/31, 127.0.0.6/31",
        ),
        ("--resolve-all localhost", "1 address: 127.0.0.1"),
        ("-- 10.0.0.1", "1 address: 10.0.0.1"),
    ] {
        assert_eq!(planned(&format!("-p 1 {words}"), "targets"), targets, "{words}");
    }
}

#[test]
fn lists_of_targets_come_from_files_and_stdin() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("in"), "# office\r\n127.0.0.8/31 127.0.0.11\r\n\r\n127.0.0.200 # printer\n")
        .unwrap();
    fs::write(folder.path().join("out"), "127.0.0.9\n").unwrap();
    let ran = scanned_in(folder.path(), "--dry-run -p 1 -iL in --excludefile out 127.0.0.1").ok();
    assert!(
        ran.stdout.contains("4 addresses: 127.0.0.1, 127.0.0.8, 127.0.0.11, 127.0.0.200\n"),
        "{}",
        ran.stdout
    );
    let ran = finish_with(scan("--dry-run -p 1 -iL -"), "127.0.0.7\n127.0.0.5").ok();
    assert!(ran.stdout.contains("2 addresses: 127.0.0.5, 127.0.0.7\n"), "{}", ran.stdout);
}

#[test]
fn excluded_addresses_are_not_probed() {
    let network = network(10);
    let ran = scanned(&format!("-p 2967 -Pn -oJ - {network}/28 --exclude {}", address(10, 3))).ok();
    let lines = json_lines(&ran.stdout);
    let ports = of_type(&lines, "port");
    assert_eq!(ports.len(), 15);
    assert!(!ports.iter().any(|port| port["address"] == address(10, 3).to_string()));
}

#[test]
fn a_dry_run_shows_the_plan_and_sends_nothing() {
    let listener = TcpListener::bind((address(11, 1), 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for discovery in ["", "-Pn"] {
        let ran =
            scanned(&format!("--dry-run {discovery} -p {port} --seed 5 --max-rate 100 {}", address(11, 1)))
                .ok();
        assert_eq!(ran.stderr, "");
        let sockets = ran.stdout.lines().find(|line| line.starts_with("sockets")).unwrap();
        let text =
            ran.stdout.replace(sockets, "sockets    (as many as may be)").replace(&port.to_string(), "PORT");
        let text = text.replace(&address(11, 1).to_string(), "ADDRESS");
        insta::assert_snapshot!(if discovery.is_empty() { "plan_with_discovery" } else { "plan" }, text);
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    scanned(&format!("-Pn -p {port} {}", address(11, 1))).ok();
    assert!(listener.accept().is_ok(), "the real run did not come either");
}

#[test]
fn a_dry_run_creates_no_file() {
    let folder = TempDir::new().unwrap();
    scanned_in(folder.path(), "--dry-run -p 1 -oA all -oJ lines 127.0.0.1").ok();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_old_words_for_no_discovery_mean_the_same() {
    let Some(_office) = office(12) else { return };
    let line = |word: &str| format!("{word} -n -sT -p 2967 -oG - {}", address(12, 17));
    for word in ["-Pn", "-PN", "-P0"] {
        let ran = scanned(&line(word)).ok();
        assert!(ran.stdout.contains("2967/open/tcp//symantec-av///\n"), "{}", ran.stdout);
        assert!(!ran.stderr.contains("discovery"), "{}", ran.stderr);
    }
}

#[test]
fn hosts_are_looked_for_unless_told_not_to() {
    let Some(_office) = office(13) else { return };
    let ran = scanned(&format!("-p 2967 -oJ - {}/30", address(13, 16))).ok();
    let lines = json_lines(&ran.stdout);
    let stages: Vec<_> = of_type(&lines, "run").iter().map(|line| line["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["discovery", "ports"]);
    assert!(
        ran.stderr.contains("discovery by ports 80 and 443: 4 hosts answered, 0 did not\n"),
        "{}",
        ran.stderr
    );
    // Whatever answers on port 80 first is left alone on 443.
    let of_discovery: Vec<_> =
        of_type(&lines, "port").into_iter().filter(|line| line["port"] != 2967).collect();
    assert_eq!(of_discovery.len(), 4, "{of_discovery:?}");
}

#[test]
fn discovery_alone_sweeps_no_port() {
    let Some(_office) = office(14) else { return };
    for word in ["-sn", "-sP"] {
        let ran = scanned(&format!("{word} -oG - {}/30", address(14, 16))).ok();
        let up: Vec<_> = ran.stdout.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(up.len(), 4, "{up:?}");
        assert!(up.iter().all(|line| line.ends_with("\tStatus: Up")), "{up:?}");
        assert!(!ran.stderr.contains("2967"), "{}", ran.stderr);
    }
}

#[test]
fn ipv6_works_with_and_without_its_flag() {
    let listener = TcpListener::bind("[::1]:0");
    let Ok(listener) = listener else { return crate::common::skip("this machine has no ::1") };
    let port = listener.local_addr().unwrap().port();
    for target in ["::1", "-6 ::1", "-n ::1", "-R ::1"] {
        let ran = scanned(&format!("-Pn -oG - -p {port} {target}")).ok();
        assert!(ran.stdout.contains("Host: ::1 (") && ran.stdout.contains("/open/tcp"), "{}", ran.stdout);
    }
}

#[test]
fn a_name_stands_beside_its_address() {
    let ran = scanned("-Pn -p 1 localhost").ok();
    assert!(ran.stdout.contains("scan report for localhost (127.0.0.1)\n"), "{}", ran.stdout);
}

#[test]
fn addresses_beyond_the_private_ones_need_a_permission() {
    assert_eq!(planned("-p 1 --allow 192.0.2.0/24 192.0.2.7", "targets"), "1 address: 192.0.2.7");
    let both = "-p 1 --allow 192.0.2.0/24 --allow 2001:db8::/32 192.0.2.7 2001:db8::1";
    assert_eq!(planned(both, "targets"), "2 addresses: 192.0.2.7, 2001:db8::1");
    assert_eq!(planned("-p 1 --allow 10.0.0.0/8 10.0.0.0/8", "targets"), "16777216 addresses: 10.0.0.0/8");
    let metadata = "-p 1 --allow 169.254.169.254/32 169.254.169.254";
    assert_eq!(planned(metadata, "targets"), "1 address: 169.254.169.254");
}
