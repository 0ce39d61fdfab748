//! What the office's ports say.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use muster_demo::{AGENT_PORT, Office, Role};

use crate::support::{converse, desk, open, read_to_end, say};

#[test]
fn each_says_what_its_kind_would_say() {
    let Some(office) = open(3) else { return };
    let request = b"GET / HTTP/1.0\r\n\r\n";
    let provider = desk(&office, Role::UpdateProvider);
    let answer = converse(provider, AGENT_PORT, request);
    assert!(answer.starts_with(b"HTTP/1.1 404 Not Found\r\nServer: "), "{answer:?}");
    assert_eq!(read_to_end(&mut say(provider, AGENT_PORT, request)), answer, "whoever closes first");
    let greeting = converse(desk(&office, Role::ChatServer), AGENT_PORT, b"");
    assert!(greeting.starts_with(b":chat.office.example NOTICE"), "{greeting:?}");
    assert!(converse(desk(&office, Role::LinuxServer), 2222, b"").starts_with(b"SSH-2.0-"));
    assert_eq!(converse(desk(&office, Role::Console), 8443, &[22, 3, 1, 0, 1, 1])[0], 21);
}

/// All that somebody says who greets.
fn greeting(office: &Office, role: Role, port: u16) -> String {
    String::from_utf8(converse(desk(office, role), port, b"")).unwrap()
}

/// The answer to a request of HTTP.
fn page(office: &Office, role: Role, port: u16) -> String {
    let request = b"GET / HTTP/1.0\r\nHost: office\r\n\r\n";
    String::from_utf8(converse(desk(office, role), port, request)).unwrap()
}

#[test]
fn impostors_and_routers_greet() {
    let Some(office) = open(10) else { return };
    assert!(greeting(&office, Role::ShellServer, AGENT_PORT).starts_with("SSH-2.0-"));
    assert!(greeting(&office, Role::TransferServer, 8192).starts_with("220 "));
    let router = greeting(&office, Role::SophosRouter, 8192);
    let digits = router.strip_prefix("IOR:").unwrap();
    assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{router}");
    let bytes: Vec<u8> =
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
    let length = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    assert_eq!(&bytes[8..8 + length], b"IDL:office/Router:1.0\0");
    assert_eq!(bytes[8 + length..].len(), 2 + 4, "padding to four bytes and a count of profiles");
}

#[test]
fn trellix_agents_tell_their_computers_names() {
    let Some(office) = open(11) else { return };
    for agent in office.desks().iter().filter(|desk| desk.role == Role::TrellixAgent).take(3) {
        let page = String::from_utf8(converse(agent, 8081, b"GET / HTTP/1.0\r\n\r\n")).unwrap();
        assert!(page.starts_with("HTTP/1.1 200 OK\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\n"), "{page}");
        let name = agent.name.split('.').next().unwrap().to_uppercase();
        assert!(page.contains(&format!("<naLog>\r\n<ComputerName>{name}</ComputerName>")), "{page}");
        for element in ["version", "ePOServerName", "AgentGuid"] {
            assert!(
                page.contains(&format!("<{element}>")) && page.contains(&format!("</{element}>")),
                "{page}"
            );
        }
    }
    let refusal = page(&office, Role::ReservedTrellixAgent, 8081);
    assert!(
        refusal.starts_with("HTTP/1.1 403 Forbidden\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\n")
            && !refusal.contains("naLog"),
        "{refusal}"
    );
    let wiki = page(&office, Role::WebApplication, 8081);
    assert!(wiki.contains("<title>") && !wiki.contains("Agent-ListenServer"), "{wiki}");
}

#[test]
fn clamd_tells_how_old_its_signatures_are() {
    let Some(office) = open(12) else { return };
    for (role, days) in [(Role::FreshScanner, 1), (Role::StaleScanner, 60)] {
        for (command, end) in [(&b"nVERSION\n"[..], '\n'), (b"zVERSION\0", '\0'), (b"VERSION\n", '\n')] {
            // clamd answers before the other side closes.
            let answer = read_to_end(&mut say(desk(&office, role), 3310, command));
            let answer = String::from_utf8(answer).unwrap();
            let date = answer.strip_prefix("ClamAV 1.4.1/27461/").unwrap().strip_suffix(end).unwrap();
            let date = DateTime::strptime("%a %b %e %H:%M:%S %Y", date).unwrap();
            let age = Timestamp::now() - date.to_zoned(TimeZone::UTC).unwrap().timestamp();
            let age = SignedDuration::try_from(age).unwrap() - SignedDuration::from_hours(24 * days);
            assert!(age.as_secs() < 60 && !age.is_negative(), "{answer}: {age}");
        }
    }
}

#[test]
fn devices_say_so_on_a_page() {
    let Some(office) = open(13) else { return };
    assert!(page(&office, Role::Switch, 8080).contains("<title>ProCurve Switch"));
    let printers: Vec<_> = office.desks().iter().filter(|desk| desk.role == Role::PrintServer).collect();
    assert_eq!(printers.len(), 3);
    for printer in printers {
        let page = converse(printer, 8080, b"GET / HTTP/1.0\r\n\r\n");
        assert!(String::from_utf8(page).unwrap().contains("<title>HP LaserJet "), "{printer:?}");
    }
    assert!(page(&office, Role::ShieldedApplication, 8080).contains("<title>"));
}

#[test]
fn phantoms_take_no_place_from_others() {
    let Some(office) = open(14) else { return };
    let ports: Vec<u16> = office
        .truth()
        .into_iter()
        .filter_map(|(at, _)| (at.address == desk(&office, Role::Phantom).address).then_some(at.port))
        .collect();
    let phantoms = office.desks().iter().filter(|desk| desk.role == Role::Phantom);
    let held: Vec<TcpStream> = phantoms
        .flat_map(|desk| ports.iter().map(|&port| (desk.address, port)))
        .map(|at| TcpStream::connect(at).unwrap())
        .collect();
    assert!(held.len() > 100, "{}", held.len());
    let mut agent = say(desk(&office, Role::Agent), AGENT_PORT, b"?");
    agent.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let heard = agent.read(&mut [0; 1]).map_err(|error| error.kind());
    assert!(matches!(heard, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "not kept: {heard:?}");
    assert!(page(&office, Role::UpdateProvider, AGENT_PORT).starts_with("HTTP/1.1 404"));
}
