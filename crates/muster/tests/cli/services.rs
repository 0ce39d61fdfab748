//! `-sV`: what listens at open ports, in every format, and how it ends.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::Running;
use tempfile::TempDir;

use crate::common::{assert_valid_xml, json_lines, of_type, xml_findings};
use crate::support::{Workplace, address, assert_refused, office, planned, scan, scanned, scanned_in, send};

/// Greets everybody with `greeting`, or answers whoever asks with `answer`, as long as the test runs. `None` where the
/// machine does not have the address.
fn serve(at: IpAddr, port: u16, greeting: &'static [u8], answer: &'static [u8]) -> Option<()> {
    let listener = TcpListener::bind(SocketAddr::new(at, port)).ok()?;
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
                let _ = stream.write_all(greeting);
                if stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {
                    let _ = stream.write_all(answer);
                }
            });
        }
    });
    Some(())
}

const SSH: &[u8] = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n";
const NGINX: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn services_are_told_in_every_format() {
    let at = address(240, 1);
    let served = serve(at, 40_022, SSH, b"").and_then(|()| serve(at, 8080, b"", NGINX));
    let served = served.and_then(|()| serve(at, 40_100, b"", b"")).and_then(|()| serve(at, 9100, b"", b""));
    if served.is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let line = format!("-T4 -sV -n -Pn -p 40022,8080,40100,9100,40101 -oA all -oJ lines {at}");
    let ran = scanned_in(folder.path(), &line).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for row in [
        "40022/tcp open ssh OpenSSH 9.2p1 Debian 2+deb12u7 (protocol 2.0)",
        "8080/tcp open http nginx 1.22.1",
        "9100/tcp open pdl-datastream?",
        "40100/tcp open unknown",
        "40101/tcp closed unknown",
    ] {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert!(ran.stdout.lines().any(|line| words(line) == words(row)), "{row}: {}", ran.stdout);
    }
    assert!(read("all.gnmap").contains("8080/open/tcp//http//nginx 1.22.1/"), "{}", read("all.gnmap"));
    let xml = read("all.xml");
    assert!(
        xml.contains(
            "<service name=\"http\" product=\"nginx\" version=\"1.22.1\" method=\"probed\" conf=\"10\"/>"
        ),
        "{xml}"
    );
    assert!(xml.contains("<service name=\"pdl-datastream\" method=\"table\" conf=\"3\"/>"), "{xml}");
    assert_valid_xml(&folder.path().join("all.xml"));
    the_lines_tell_the_same(&read("lines"));
    let said = "services: 2 of 4 open ports told what listens there; 1 that may print was left alone\n";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

fn the_lines_tell_the_same(lines: &str) {
    let lines = json_lines(lines);
    let mut services = of_type(&lines, "service");
    services.sort_by_key(|line| line["port"].as_u64());
    let of = |key: &str| services.iter().map(|line| line[key].as_str().unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(of("name"), ["http", "pdl-datastream", "ssh", "unknown"]);
    assert_eq!(of("version"), ["1.22.1", "-", "9.2p1 Debian 2+deb12u7", "-"]);
    assert_eq!(of("method"), ["probed", "table", "probed", "table"]);
    assert_eq!(of("end"), ["satisfied", "not-asked", "satisfied", "closed"]);
    assert_eq!(services[0]["asked"][0], "HTTP GET /");
}

/// In Nmap's words where somebody wants to know.
#[test]
fn the_work_is_told_to_whoever_wants_to_know() {
    let at = address(241, 1);
    if serve(at, 40_022, SSH, b"").is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let ran = scanned_in(folder.path(), &format!("-v -T4 -sV -n -Pn -p 40022 -oX all.xml {at}")).ok();
    assert!(ran.stdout.contains("Initiating Service scan at "), "{}", ran.stdout);
    assert!(ran.stdout.contains(&format!("\nScanning 1 service on {at}\n")), "{}", ran.stdout);
    assert!(ran.stdout.contains("s elapsed (1 service on 1 host)\n"), "{}", ran.stdout);
    let xml = fs::read_to_string(folder.path().join("all.xml")).unwrap();
    assert!(
        xml.contains("<taskbegin task=\"Service scan\"") && xml.contains("extrainfo=\"1 service on 1 host\""),
        "{xml}"
    );
    assert!(planned(&format!("-sV -Pn -p 40022 {at}"), "services").starts_with("one conversation"));
}

#[test]
fn without_being_asked_for_no_service_is_talked_to() {
    let at = address(242, 1);
    if serve(at, 40_022, SSH, b"").is_none() {
        return;
    }
    let ran = scanned(&format!("-T4 -n -Pn -p 40022 -oJ - {at}")).ok();
    assert!(!ran.stdout.contains("\"service\"") && !ran.stderr.contains("services:"), "{}", ran.stdout);
}

/// The agents of an office, and what behaves like them.
#[test]
fn agents_are_told_by_their_names() {
    let Some(office) = office(243) else { return };
    let targets = office.targets().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let ran = scanned(&format!("-T4 -sV -n -Pn -p 2967,3310,8081 -oX - {targets}")).ok();
    let probed = ran.stdout.matches("method=\"probed\"").count();
    assert!(probed > 50 && ran.stdout.contains(" product=\"Cisco ClamAV\" version=\""), "{probed} probed");
}

/// What was told until then is told; what was not is not.
#[test]
fn ctrl_c_ends_conversations() {
    let at = address(244, 1);
    let served = serve(at, 40_022, SSH, b"").and_then(|()| serve(at, 40_100, b"", b""));
    if served.is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut command = scan(&format!("-T2 -sV -n -Pn -p 40022,40100 -oX all.xml -oJ lines {at}"));
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    wait_for_conversations(&folder.path().join("lines"));
    send("INT", &running);
    assert_eq!(running.wait(Duration::from_secs(3)).unwrap().code(), Some(130));
    let xml = fs::read_to_string(folder.path().join("all.xml")).unwrap();
    assert!(xml.contains("exit=\"error\"") && xml.contains("SIGINT"), "{xml}");
    assert!(xml.contains("portid=\"40100\""), "the state of the port is known: {xml}");
}

/// Fills the queue of a listener that nobody looks after: from then on the kernel drops what asks for a connection.
fn deaf(at: IpAddr, port: u16) -> Option<(TcpListener, Vec<TcpStream>)> {
    let place = SocketAddr::new(at, port);
    let listener = TcpListener::bind(place).ok()?;
    let connected = |_| TcpStream::connect_timeout(&place, Duration::from_millis(300)).ok();
    Some((listener, (0..5_000).map_while(connected).collect()))
}

/// The sweep was over: what it found is told as of any other, and only what was asked after it is missing.
#[test]
fn ending_conversations_loses_nothing_of_the_sweep() {
    let (at, silent) = (address(245, 1), address(245, 2));
    let served = serve(at, 40_022, SSH, b"").and_then(|()| serve(at, 40_100, b"", b""));
    let deaf =
        [(at, 40_101), (silent, 40_022), (silent, 40_100), (silent, 40_101)].map(|(at, port)| deaf(at, port));
    if served.is_none() || deaf.iter().any(Option::is_none) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let words = "-T4 --max-retries 0 --max-rtt-timeout 300ms -sV -n -Pn -v -p 40022,40100,40101";
    let mut command = scan(&format!("{words} -oX all.xml -oG all.gnmap -oJ lines {at} {silent}"));
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    wait_for_conversations(&folder.path().join("lines"));
    send("TERM", &running);
    assert_eq!(running.wait(Duration::from_secs(3)).unwrap().code(), Some(143));
    let xml = fs::read_to_string(folder.path().join("all.xml")).unwrap();
    let found = xml_findings(&xml);
    let state = |at, port| found.get(&(at, port)).map_or("not told", |(state, _)| state.as_str());
    assert_eq!([40_022, 40_100, 40_101].map(|port| state(at, port)), ["open", "open", "filtered"], "{xml}");
    assert_eq!([40_022, 40_100, 40_101].map(|port| state(silent, port)), ["filtered"; 3], "{xml}");
    assert!(
        xml.contains("exit=\"error\"") && xml.contains("<hosts up=\"2\" down=\"0\" total=\"2\"/>"),
        "{xml}"
    );
    let grepable = fs::read_to_string(folder.path().join("all.gnmap")).unwrap();
    assert!(grepable.contains(&format!("Host: {silent} ()\tPorts: ")), "{grepable}");
}

/// Waits until the sweep is over: what follows are conversations, the silent one of which takes seconds.
fn wait_for_conversations(lines: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !fs::read_to_string(lines).unwrap_or_default().contains("\"summary\"") {
        assert!(Instant::now() < deadline, "the sweep does not end");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// SNMP's community is a secret, that its port is not asked without and that nothing keeps.
#[test]
fn snmp_is_swept_by_its_community_alone() {
    let place = Workplace::new();
    place.write("word", "hush\n");
    let without = place.run("scan -sU -p 161 127.0.0.1");
    assert_refused(
        &without,
        2,
        "no request is known for these UDP ports: U:161",
        "--snmp-community FILE asks 161",
    );
    let kept = place.run("scan -sU -p 161 --snmp-community word --capture frames 127.0.0.1");
    assert_refused(&kept, 2, "--capture would keep the community", "UDP port 161");
    let kept = place.run("scan -sn -PU161 --snmp-community word --capture frames 127.0.0.1");
    assert_refused(&kept, 2, "--capture would keep the community", "leave out one of the two");
    let lost = place.run("scan -Pn -p 80 --snmp-community word -oX word 127.0.0.1");
    assert_refused(&lost, 2, "would overwrite", "name another");
    assert_eq!(place.read("word"), "hush\n");
    let plan = place.run("scan --dry-run -Pn -sV -p 80 --snmp-community word 127.0.0.1").ok().stdout;
    assert!(plan.contains("137, 161 and 5353") && !plan.contains("hush"), "{plan}");
    let none = place.run("scan -sU -p 161 --snmp-community none 127.0.0.1");
    assert_refused(&none, 2, "cannot read none", "first line");
}
