//! Nmap as the author of what we read: it scans listeners of this test on loopback and writes its three formats, twice
//! into the same files; all of them must tell what the test knows, and the same. Without Nmap the test says so and passes.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{Write as _, stderr};
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use muster_model::PortState;
use muster_nmap::read::{Ending, Head, Host, Piece, Reader, Status, Tail};

#[test]
fn what_nmap_writes_is_read_alike_in_every_form() -> Result<(), Box<dyn Error>> {
    if Command::new("nmap").arg("--version").stdout(Stdio::null()).status().is_err() {
        return Ok(stderr().write_all(b"skipped: nmap is not installed\n")?);
    }
    let _listeners = [1, 2].map(|last| TcpListener::bind((IpAddr::from([127, 44, 172, last]), 2967)));
    for options in [
        "-p 2967",
        "-p 2967 -v",
        "-p 2967,64940-64999 --reason",
        "-p 2967,64940-64999 -vv",
        "-p 2967,64940-64999 --open",
        "-p 64940-64999",
    ] {
        let folder = tempfile::tempdir()?;
        for _ in 0..2 {
            scan(options, folder.path())?;
        }
        let [xml, grepable, normal] =
            ["xml", "gnmap", "nmap"].map(|ending| read(&folder.path().join("scan").with_extension(ending)));
        for (head, hosts, tail) in [&xml, &grepable, &normal] {
            assert_eq!(head.scanner.as_str(), "nmap", "{options}");
            assert_eq!(head.lists_down, options.contains("-v"), "{options} {:?}", head.form);
            assert_eq!(
                (&tail.ending, tail.total, tail.up),
                (&Ending::Complete, Some(8), Some(8)),
                "{options}"
            );
            let hosts: Vec<_> = hosts.iter().map(|host| (host.address, host.status, counts(host))).collect();
            assert_eq!(hosts, expected(options), "{options} {:?}", head.form);
        }
        let reasons = |hosts: &[Host]| {
            hosts.iter().flat_map(|host| &host.ports).map(|port| port.reason).collect::<Vec<_>>()
        };
        if options.contains("-vv") || options.contains("--reason") {
            assert_eq!(reasons(&xml.1), reasons(&normal.1), "{options}");
        }
        let ports: u32 = xml.0.asked[0].ports.iter().map(|range| range.len() as u32).sum();
        let told =
            |host: &Host| host.ports.len() as u32 + host.rest.iter().map(|rest| rest.count).sum::<u32>();
        assert!(xml.1.iter().all(|host| told(host) == ports), "{options}: every port is told of");
    }
    Ok(())
}

/// Only literal addresses of loopback: nothing is asked of anybody.
fn scan(options: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new("nmap")
        .args(["-n", "-sT", "-Pn", "--append-output", "-oA", "scan"])
        .args(options.split(' '))
        .arg("127.44.172.0/30")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    assert!(status.success(), "{options}: {status}");
    Ok(())
}

fn read(path: &Path) -> (Head, Vec<Host>, Tail) {
    let (mut heads, mut hosts, mut tails) = (Vec::new(), Vec::new(), Vec::new());
    for piece in Reader::new(File::open(path).unwrap()).unwrap() {
        match piece.unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
            Piece::Head(head) => heads.push(*head),
            Piece::Host(host) => hosts.push(*host),
            Piece::Tail(tail) => tails.push(*tail),
        }
    }
    let ([head, again], [_]) = (&heads[..], &tails[..]) else { panic!("two heads and one tail") };
    assert_eq!((&head.asked, &head.arguments), (&again.asked, &again.arguments));
    (heads.remove(0), hosts, tails.remove(0))
}

/// How many ports are in each state, listed or not.
fn counts(host: &Host) -> BTreeMap<&'static str, u32> {
    let listed = host.ports.iter().map(|port| (port.state, 1));
    let counted = host.rest.iter().map(|rest| (rest.state, rest.count));
    let mut counts = BTreeMap::new();
    for (state, count) in listed.chain(counted) {
        *counts.entry(state.name()).or_default() += count;
    }
    counts
}

/// Two computers listen; the run is in the file twice.
fn expected(options: &str) -> Vec<(IpAddr, Status, BTreeMap<&'static str, u32>)> {
    let (has_agent_port, has_others) = (options.contains("2967"), options.contains("64940"));
    let host = |last: u8| {
        let is_open = has_agent_port && matches!(last, 1 | 2);
        let closed = u32::from(has_agent_port && !is_open) + if has_others { 60 } else { 0 };
        let counts = [(PortState::Open.name(), u32::from(is_open)), (PortState::Closed.name(), closed)];
        let counts: BTreeMap<_, _> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        (IpAddr::from([127, 44, 172, last]), Status::Up, counts)
    };
    let is_shown = |(_, _, counts): &(IpAddr, Status, BTreeMap<&str, u32>)| {
        !options.contains("--open") || counts.contains_key("open")
    };
    let once: Vec<_> = (0..4).map(host).filter(is_shown).collect();
    [once.clone(), once].concat()
}
