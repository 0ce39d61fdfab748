//! `muster learn`: from a real listener to a file by which others find the product, on another address and another port.

mod certificates;

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use crate::common::{finish_with, json_lines, of_type};
use crate::support::{Workplace, address, assert_refused};

/// Greets everybody, or answers whoever asks, as long as the test runs; each `#` is another number every time. `None`
/// where the machine does not have the address.
fn serve(at: IpAddr, port: u16, greeting: &'static str, answer: &'static str) -> Option<()> {
    let listener = TcpListener::bind(SocketAddr::new(at, port)).ok()?;
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { continue };
            let said = move |text: &str| text.replace('#', &format!("{}", number + 100)).into_bytes();
            thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
                let _ = stream.write_all(&said(greeting));
                if stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {
                    let _ = stream.write_all(&said(answer));
                }
            });
        }
    });
    Some(())
}

const PAGE: &str = "HTTP/1.1 200 OK\r\nServer: AcmeTray/7.3.1\r\nDate: #\r\nX-Acme: run #\r\nConnection: close\r\n\r\n\
                    <html><title>Acme Agent - PC-0417</title></html>";
const GREETING: &str = "ACMEGUARD v3.11 ready\r\n";
const NGINX: &str = "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 2\r\n\r\nok";

/// What every call here has: nobody is slow, and no name is asked for.
const QUICK: &str = "-T5 -n";

#[test]
fn a_product_is_found_elsewhere_by_what_was_learnt() {
    let place = Workplace::new();
    let (good, other) = (address(0, 1), address(0, 2));
    for (said, answer) in [("", PAGE), (GREETING, "")] {
        let ports = if said.is_empty() { (41_001, 42_001) } else { (41_002, 42_002) };
        let served = serve(good, ports.0, said, answer).and_then(|()| serve(other, ports.1, said, answer));
        if served.is_none() {
            return;
        }
        let line = format!("learn {QUICK} --product trend-officescan -p {} -o own.toml {good}", ports.0);
        let ran = place.run(&line).ok();
        assert!(ran.stderr.contains("a proposal is in own.toml"), "{}", ran.stderr);
        let text = place.read("own.toml");
        assert!(!text.contains("= \"run 1") && !text.contains("text = \"Acme Agent - PC"), "{text}");
        place.run("catalog check own.toml").ok();
        found_by_all(&place, other, ports.1);
        let before = place.run(&format!("audit {QUICK} --no-store -p {} {other}", ports.1)).ok().stdout;
        assert!(!before.contains("identified itself\n") || before.contains("verified)       0"), "{before}");
    }
}

/// By a scan and by an audit.
#[track_caller]
fn found_by_all(place: &Workplace, at: IpAddr, port: u16) {
    let ran = place.run(&format!("scan {QUICK} -Pn -sV -p {port} --catalog own.toml {at}")).ok();
    assert!(ran.stdout.contains("Trend Micro OfficeScan client"), "{}", ran.stdout);
    let line = format!("audit {QUICK} --no-store --no-devices -p {port} --catalog own.toml --jsonl - {at}");
    let lines = json_lines(&place.run(&line).ok().stdout);
    let hosts = of_type(&lines, "host");
    assert_eq!(hosts[0]["verdict"], "protected-verified", "{}", hosts[0]);
    let text = place.run("explain trend-officescan --catalog own.toml").ok().stdout;
    assert!(["41001", "41002", "41021"].iter().any(|port| text.contains(port)), "{text}");
}

/// What two hosts do not share is none of the product's.
#[test]
fn several_hosts_teach_what_they_share() {
    let place = Workplace::new();
    let (one, other) = (address(0, 1), address(0, 2));
    const FIRST: &str =
        "HTTP/1.1 200 OK\r\nServer: AcmeTray\r\nX-Site: north building\r\nConnection: close\r\n\r\n";
    const SECOND: &str =
        "HTTP/1.1 200 OK\r\nServer: AcmeTray\r\nX-Site: south building\r\nConnection: close\r\n\r\n";
    if serve(one, 41_003, "", FIRST).and_then(|()| serve(other, 41_003, "", SECOND)).is_none() {
        return;
    }
    let text = |hosts: &str| {
        place.run(&format!("learn {QUICK} --product trend-officescan -p 41003 {hosts}")).ok().stdout
    };
    assert!(text(&one.to_string()).contains("text = \"north building\""));
    let both = text(&format!("{one} {other}"));
    assert!(
        !both.contains("text = \"north") && both.contains("it differs from one answer to the next"),
        "{both}"
    );
    assert!(both.contains("text = \"AcmeTray\"") && both.contains("4 answers compared"), "{both}");
}

#[test]
fn what_many_programs_say_is_proposed_only_where_somebody_insists() {
    let place = Workplace::new();
    let at = address(0, 1);
    if serve(at, 41_004, "", NGINX).is_none() {
        return;
    }
    let line = format!("learn {QUICK} --product trend-officescan -p 41004 {at}");
    let modest = place.run(&line).ok().stdout;
    assert!(modest.contains("no fingerprint is proposed") && !modest.contains("nginx/\""), "{modest}");
    let forced = place.run(&format!("{line} --force")).ok().stdout;
    assert!(forced.contains("NOT DISTINGUISHING") && forced.contains("text = \"nginx/\""), "{forced}");
}

#[test]
fn where_nothing_answers_nothing_is_proposed() {
    let place = Workplace::new();
    let ran = place.run(&format!("learn {QUICK} --product clamav -o own.toml {}", address(0, 1)));
    assert!(ran.code == 1 && ran.stderr.contains("no port is open"), "{}", ran.stderr);
    assert_eq!(place.names(), [""; 0], "no empty file is left behind");
    place.write("own.toml", "# of old\n");
    let ran = place.run(&format!("learn {QUICK} --product clamav -o own.toml {}", address(0, 1)));
    assert_eq!((ran.code, place.read("own.toml").as_str()), (1, "# of old\n"));
    let lost = place.run(&format!("learn {QUICK} --product clamav -o nowhere/own.toml {}", address(0, 1)));
    assert_refused(&lost, 2, "cannot write nowhere/own.toml", "a folder that exists");
    let plan = place.run(&format!("learn --dry-run --product clamav -p 41005 {}", address(0, 1))).ok().stdout;
    assert!(plan.contains("TCP 3310,41005") && plan.contains("no probe was sent"), "{plan}");
    let plan =
        place.run(&format!("learn --dry-run --product trend-officescan {}", address(0, 1))).ok().stdout;
    assert!(plan.contains("TCP 1-65535"), "{plan}");
}

#[test]
fn what_cannot_be_learnt_is_said() {
    let place = Workplace::new();
    let at = address(0, 1);
    place.write("own.toml", "vendor = 'x'\n");
    for (line, error, hint) in [
        (format!("learn {at}"), "no product is named", "--product"),
        (format!("learn --product clamv {at}"), "no product has the key `clamv`", "did you mean `clamav`?"),
        (format!("learn --product trend-apexone {at}"), "a family of several products", "trend-officescan"),
        (
            format!("learn --product clamav -p U:53 {at}"),
            "UDP ports are not learnt from",
            "leave the U: ports",
        ),
        ("learn --product clamav 127.250.0.0/24".to_owned(), "hosts to learn from", "up to 16 hosts"),
        ("learn --product clamav".to_owned(), "no targets", "name addresses"),
        (
            format!("learn --product clamav --catalog own.toml -o own.toml {at}"),
            "the output would overwrite the input",
            "another output",
        ),
        ("learn --from - -iL -".to_owned(), "several inputs", "into files"),
        ("learn --from nowhere".to_owned(), "cannot read nowhere", "netstat"),
        ("learn --from own.toml".to_owned(), "no line of it is like those of", "netstat -anob"),
    ] {
        assert_refused(&place.run(&line), 2, error, hint);
    }
}

const NETSTAT: &str = "
Aktive Verbindungen
  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         920
  RpcSs
 [svchost.exe]
  TCP    0.0.0.0:41234          0.0.0.0:0              ABHÖREN         2304
 [tmlisten.exe]
  TCP    127.0.0.1:41235        0.0.0.0:0              ABHÖREN         2304
 [tmlisten.exe]
  TCP    0.0.0.0:8081           0.0.0.0:0              ABHÖREN         2400
 [macmnsvc.exe]
";

#[test]
fn a_listing_gives_the_ports_of_known_programs() {
    let place = Workplace::new();
    let units = NETSTAT.replace('\n', "\r\n");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(units.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    std::fs::write(place.path("netstat.txt"), wide).unwrap();
    let ran = place.run("learn --from netstat.txt --product trend-officescan -o own.toml").ok();
    assert!(ran.stderr.contains("tcp 41235 of tmlisten.exe: left out"), "{}", ran.stderr);
    let text = place.read("own.toml");
    assert!(text.contains("ports = [41234]") && text.contains("process = \"tmlisten.exe\""), "{text}");
    place.run("catalog check own.toml").ok();
    let plan =
        place.run(&format!("audit -n --dry-run --no-store --catalog own.toml {}", address(0, 1))).ok().stdout;
    assert!(plan.contains("41234"), "{plan}");
    let several = place.run("learn --from netstat.txt");
    assert!(several.stderr.contains("several products have it"), "{}", several.stderr);
}

#[test]
fn a_listing_comes_from_stdin_and_has_to_name_programs() {
    let place = Workplace::new();
    let ss = "LISTEN 0 4096 0.0.0.0:3311 0.0.0.0:* users:((\"clamd\",pid=77,fd=5))\n\
              LISTEN 0 4096 0.0.0.0:3310 0.0.0.0:* users:((\"clamd\",pid=77,fd=6))\n";
    let ran = finish_with(place.muster("learn --from -"), ss).ok();
    assert!(
        ran.stdout.contains("id = \"clamav\"") && ran.stdout.contains("ports = [3311]"),
        "{}",
        ran.stdout
    );
    place.write("own.toml", &ran.stdout);
    place.run("catalog check own.toml").ok();
    let known = finish_with(place.muster("learn --from - --catalog own.toml"), ss);
    assert!(known.code == 1 && known.stderr.contains("no port is new"), "{}", known.stderr);
    let nameless = "  TCP    0.0.0.0:3311    0.0.0.0:0    LISTENING    1500\n";
    let ran = finish_with(place.muster("learn --from -"), nameless);
    assert_refused(
        &ran,
        2,
        "names no programs",
        "netstat -anob, in a window that was opened as administrator",
    );
}
