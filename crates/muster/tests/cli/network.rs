//! By connections or by frames: what is chosen, what is said about it, and what is refused where frames cannot be sent.
//!
//! Nothing is sent here but to this machine: elsewhere only plans are asked for. The lab sends.

use std::fs;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::common::{finish, json_lines, of_type};
use crate::support::{Workplace, address, assert_refused, planned, scan, scanned, unprivileged};

#[test]
fn this_machine_is_asked_by_connections() {
    let ours = "connections: every target is an address of this machine itself";
    for (words, expected) in [
        ("", ours),
        ("-sS", ours),
        ("--privileged", ours),
        ("--disable-arp-ping", ours),
        ("--send-ip", ours),
        ("-sT", "connections: asked for by -sT"),
        ("-sS --unprivileged", "connections: asked for by --unprivileged"),
    ] {
        assert_eq!(planned(&format!("{words} -Pn -p 1 127.0.0.1 ::1"), "network"), expected, "{words}");
    }
    assert_eq!(planned("-sT -Pn -p 1 10.1.2.3", "network"), "connections: asked for by -sT");
}

#[test]
fn half_handshakes_that_are_none_are_told() {
    let ran = scanned("-sS -Pn -p 1 127.0.0.1").ok();
    let warning =
        "warning: -sS: ports are asked by connections instead: every target is an address of this machine";
    assert_eq!(ran.stderr.matches(warning).count(), 1, "{}", ran.stderr);
    let silent = scanned("-Pn -p 1 127.0.0.1").ok();
    assert!(!silent.stderr.contains("warning"), "{}", silent.stderr);
    assert!(silent.stderr.contains("asked by connections: every target is"), "{}", silent.stderr);
}

#[test]
fn without_privilege_connections_do() {
    for words in ["", "-sS"] {
        let Some(command) = unprivileged(&format!("scan --dry-run {words} -Pn -p 1 10.1.2.3")) else {
            return;
        };
        let ran = finish(command).ok();
        assert!(
            ran.stdout.contains("\nnetwork    connections: this process may not send frames\n"),
            "{}",
            ran.stdout
        );
        let told =
            ["warning: -sS: ports are asked by connections instead", "hint: sudo setcap cap_net_raw+ep "];
        assert!(told.iter().all(|text| ran.stderr.contains(text) != words.is_empty()), "{}", ran.stderr);
    }
}

#[test]
fn without_privilege_what_takes_frames_is_refused() {
    for words in [
        "-sU -p 53",
        "-p U:53",
        "-p 1 -PE",
        "-p 1 -PP",
        "-p 1 -PM",
        "-p 1 -PA",
        "-p 1 -PU",
        "-p 1 -e eth0",
        "-p 1 -S 10.0.0.1",
        "-p 1 -g 53",
        "-p 1 --ttl 9",
        "-p 1 --packet-trace",
        "-p 1 --capture frames",
        "-p 1 --privileged",
    ] {
        let Some(command) = unprivileged(&format!("scan --dry-run {words} 10.1.2.3")) else { return };
        let ran = finish(command);
        assert_refused(
            &ran,
            3,
            " takes frames: this process may not send frames",
            "sudo setcap cap_net_raw+ep ",
        );
        assert!(ran.stderr.contains("or leave out "), "{}", ran.stderr);
    }
}

/// Nothing leaves by it, whoever may send frames.
#[test]
fn by_the_loopback_interface_nobody_else_is_reached() {
    if cfg!(target_os = "linux") {
        let ran = scanned("--dry-run -e lo -p 80 10.77.0.5");
        assert_refused(&ran, 2, "-e lo: what leaves by the loopback interface", "or leave out -e");
    }
}

#[test]
fn decoys_are_part_of_the_plan() {
    let plan = planned("-sT -Pn -p 2967 10.77.0.0/24", "decoys");
    assert!(plan.contains(" at TCP 7239 too, ") && plan.ends_with("; --no-decoys leaves them out"), "{plan}");
    // A proxy makes hosts seem to be there as it makes ports seem open.
    assert!(planned("-sT -sn 10.77.0.0/24", "decoys").contains(" at TCP 7239 too, "));
    for line in
        ["-sT -Pn --no-decoys -p 2967 10.77.0.0/24", "-sT -sn -Pn 10.77.0.0/24", "-Pn -p 2967 127.0.0.1"]
    {
        let plan = scanned(&format!("--dry-run {line}")).ok().stdout;
        assert!(!plan.contains("decoys"), "{line}: {plan}");
    }
}

#[test]
fn an_audit_chooses_alike() {
    let here = Workplace::new();
    let plan = here.run("audit --dry-run -n 127.0.0.1").ok().stdout;
    assert!(plan.contains("\nnetwork    connections: every target is an address of this machine"), "{plan}");
    for option in ["--ttl 9", "-g 53", "--capture frames", "--packet-trace", "-e lo", "-S 127.0.0.1"] {
        let ran = here.run(&format!("audit --dry-run -n {option} 127.0.0.1"));
        assert_refused(&ran, 2, "takes frames, and every target is an address of this machine", "leave out ");
    }
    assert_eq!(here.names(), [""; 0]);
}

#[test]
fn the_stream_says_how_it_was_asked() {
    let lines = json_lines(&scanned("-Pn -p 1 -oJ - 127.0.0.1").ok().stdout);
    let run = of_type(&lines, "run")[0];
    assert_eq!(run["network"], "connect");
    assert_eq!(run["network_why"], "every target is an address of this machine itself");
}

#[test]
fn hosts_are_looked_for_at_the_ports_that_are_named() {
    let listener = TcpListener::bind((address(15, 1), 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let line = format!("-sn -PS{port} -oG - {}", address(15, 1));
    let ran = scanned(&line).ok();
    assert!(
        ran.stderr.contains(&format!("discovery by port {port}: 1 host answered, 0 did not\n")),
        "{}",
        ran.stderr
    );
    assert_eq!(planned("-p 1 -PS 127.0.0.1", "discovery"), "port 80 first; only hosts that answer are swept");
    assert_eq!(
        planned("-p 1 -PS22,80-81,443 127.0.0.1", "discovery"),
        "ports 22, 80-81 and 443 first; only hosts that answer are swept"
    );
}

/// As Nmap does by frames. By connections its 7.93 takes the second look at a refused socket for a connection.
#[test]
fn a_refusal_is_no_sign_of_life_to_whoever_says_so() {
    let (accepting, refusing) = (address(0, 1), address(0, 2));
    let listener = TcpListener::bind((accepting, 0)).unwrap();
    let line = format!("-sn -PS{} -oG - {accepting} {refusing}", listener.local_addr().unwrap().port());
    let up = |options: &str| {
        let grepable = scanned(&format!("{options} {line}")).ok().stdout;
        let up = grepable.lines().filter(|line| line.ends_with("\tStatus: Up"));
        up.map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect::<Vec<std::net::IpAddr>>()
    };
    assert_eq!(up(""), [accepting, refusing]);
    assert_eq!(up("--discovery-ignore-rst"), [accepting]);
    assert_eq!(
        planned("-p 1 -PS --discovery-ignore-rst 127.0.0.1", "discovery"),
        "port 80 (resets ignored) first; only hosts that answer are swept"
    );
}

#[test]
fn nobody_is_asked_who_is_taken_for_living() {
    assert_eq!(planned("-sn -Pn 127.0.0.1", "probes"), "0 if everything answers, at most 0 and the controls");
    let ran = scanned("-sn -Pn -oG - 127.0.0.1").ok();
    assert!(ran.stdout.contains("\tStatus: Up\n"), "{}", ran.stdout);
}

#[test]
fn a_plan_tells_bytes_and_time() {
    assert_eq!(planned("-Pn -sT -p 1 10.1.0.0/24", "bytes"), "18944 a round, answers not counted");
    assert_eq!(planned("-Pn -sT -p 1 fd00::/120", "bytes"), "24064 a round, answers not counted");
    let time = planned("-Pn -sT --max-rate 256 -p 1 10.1.0.0/24", "time");
    assert_eq!(time, "at least 1.0 s, about 4.0 s if nothing answers");
}

#[test]
fn how_many_may_be_missed_decides_how_often_is_asked() {
    assert_eq!(planned("-sT -Pn -p 1 --max-missed 0.01 10.1.2.3", "rounds"), "2 to 8");
    let ran = scanned(&format!("-Pn -p 1 --max-missed 0.5 {}", address(15, 2))).ok();
    assert!(ran.stderr.contains("missed responders: none"), "{}", ran.stderr);
}

/// Neither may be written over: a scan that is refused leaves both as they are.
#[test]
fn a_capture_is_a_place_of_its_own() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("in"), "127.0.0.1\n").unwrap();
    let mut command = scan("-Pn -p 1 -iL in --journal in");
    command.current_dir(folder.path());
    assert_eq!(finish(command).code, 2);
    assert_eq!(fs::read_to_string(folder.path().join("in")).unwrap(), "127.0.0.1\n");
}
