//! Listings as the tools write them, in several languages and encodings.

use muster_catalog::Catalog;
use muster_model::Protocol::{Tcp, Udp};

use super::*;

/// Transport, port, program and process of every listener.
fn told(text: &[u8]) -> Vec<(Protocol, u16, String, u32)> {
    let name = |listener: &Listener| listener.program.as_ref().map(|program| program.name.clone());
    let listing = read(text).unwrap();
    let of = |it: &Listener| (it.protocol, it.port, name(it).unwrap_or_default(), it.process.unwrap_or(0));
    listing.listeners.iter().map(of).collect()
}

fn one(protocol: Protocol, port: u16, name: &str, process: u32) -> (Protocol, u16, String, u32) {
    (protocol, port, name.to_owned(), process)
}

const WINDOWS: &str = "
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABH\u{d6}REN         920
  RpcSs
 [svchost.exe]
  TCP    0.0.0.0:8081           0.0.0.0:0              ABH\u{d6}REN         2304
 [macmnsvc.exe]
  TCP    192.0.2.7:49712        198.51.100.3:443       HERGESTELLT     2304
 [macmnsvc.exe]
  TCP    127.0.0.1:9000         0.0.0.0:0              ABH\u{d6}REN         3000
 Besitzerinformationen konnten nicht abgerufen werden.
  TCP    [::]:445               [::]:0                 ABH\u{d6}REN         4
 Es konnten keine Besitzerinformationen abgerufen werden
  UDP    0.0.0.0:500            *:*                                    3412
 [svchost.exe]
";

fn windows() -> Vec<(Protocol, u16, String, u32)> {
    vec![
        one(Tcp, 135, "svchost.exe", 920),
        one(Tcp, 8081, "macmnsvc.exe", 2304),
        one(Tcp, 9000, "", 3000),
        one(Tcp, 445, "", 4),
        one(Udp, 500, "svchost.exe", 3412),
    ]
}

#[test]
fn netstat_of_windows_is_read_in_any_language() {
    assert_eq!(told(WINDOWS.as_bytes()), windows());
    let listing = read(WINDOWS.as_bytes()).unwrap();
    assert_eq!((listing.tool, listing.has_names()), (Tool::WindowsNetstat, true));
    let local: Vec<u16> = listing
        .listeners
        .iter()
        .filter(|listener| listener.is_local())
        .map(|listener| listener.port)
        .collect();
    assert_eq!(local, [9000]);
}

#[test]
fn encodings_and_ends_of_lines_make_no_difference() {
    let crlf = WINDOWS.replace('\n', "\r\n");
    let units: Vec<u16> = crlf.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let latin: Vec<u8> = crlf.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for text in [
        crlf.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", crlf.as_bytes()].concat(),
        [&b"\xff\xfe"[..], &little].concat(),
        [&b"\xfe\xff"[..], &big].concat(),
        little,
        big,
        latin,
    ] {
        assert_eq!(told(&text), windows());
    }
}

#[test]
fn netstat_without_programs_names_none() {
    let text = "  TCP    0.0.0.0:2967    0.0.0.0:0    LISTENING    1500\n";
    let listing = read(text.as_bytes()).unwrap();
    assert_eq!((listing.listeners.len(), listing.has_names()), (1, false));
    assert!(listing.tool.with_names().contains("-anob"));
}

#[test]
fn ss_is_read_with_and_without_transports() {
    let text = "\
State   Recv-Q  Send-Q   Local Address:Port    Peer Address:Port  Process
LISTEN  0       128            0.0.0.0:22           0.0.0.0:*      users:((\"sshd\",pid=812,fd=3))
LISTEN  0       511                  *:80                 *:*      users:((\"nginx\",pid=9,fd=6),(\"nginx\",pid=8,fd=6))
ESTAB   0       0           192.0.2.7:22       192.0.2.9:5000      users:((\"sshd\",pid=900,fd=4))
";
    assert_eq!(told(text.as_bytes()), [one(Tcp, 22, "sshd", 812), one(Tcp, 80, "nginx", 9)]);
    let text = "\
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
udp   UNCONN 0      0      127.0.0.53%lo:53   0.0.0.0:*    users:((\"systemd-resolve\",pid=501,fd=13))
udp   UNCONN 0      0      [fe80::1]%eth0:546 [::]:*
tcp   LISTEN 0      4096   [::]:3310          [::]:*       users:((\"clamd\",pid=77,fd=5))
tcp   LISTEN 0      4096   [::1]:631          [::]:*
";
    let expected = [
        one(Udp, 53, "systemd-resolve", 501),
        one(Udp, 546, "", 0),
        one(Tcp, 3310, "clamd", 77),
        one(Tcp, 631, "", 0),
    ];
    assert_eq!(told(text.as_bytes()), expected);
    let listing = read(text.as_bytes()).unwrap();
    assert!(listing.listeners[0].program.as_ref().unwrap().is_cut && listing.listeners[3].is_local());
}

#[test]
fn netstat_of_linux_and_macos_is_read() {
    let text = "\
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      812/sshd: /usr/sbin
tcp6       0      0 :::3310                 :::*                    LISTEN      77/clamd
tcp        0      0 192.0.2.7:22            192.0.2.9:5000          ESTABLISHED 900/sshd: u
udp        0      0 0.0.0.0:68              0.0.0.0:*                           600/dhclient
";
    let expected = [one(Tcp, 22, "sshd", 812), one(Tcp, 3310, "clamd", 77), one(Udp, 68, "dhclient", 600)];
    assert_eq!(told(text.as_bytes()), expected);
    let text = "tcp4  0  0  *.22  *.*  LISTEN\ntcp4  0  0  127.0.0.1.631  *.*  LISTEN\n";
    assert_eq!(told(text.as_bytes()), [one(Tcp, 22, "", 0), one(Tcp, 631, "", 0)]);
}

#[test]
fn lsof_is_read() {
    let text = "\
COMMAND   PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
sshd      812 root    3u  IPv4  23456      0t0  TCP *:22 (LISTEN)
clamd      77 clamav  5u  IPv6  23457      0t0  TCP [::1]:3310 (LISTEN)
mDNSRespo 123 _mdns   8u  IPv4 0xabc       0t0  UDP *:5353
Sophos\\x20 99 root    8u  IPv4 0xabc       0t0  TCP *:8192 (LISTEN)
ssh       901 u       3u  IPv4  23458      0t0  TCP 192.0.2.7:5000->192.0.2.9:22 (ESTABLISHED)
";
    let expected = [
        one(Tcp, 22, "sshd", 812),
        one(Tcp, 3310, "clamd", 77),
        one(Udp, 5353, "mDNSRespo", 123),
        one(Tcp, 8192, "Sophos", 99),
    ];
    assert_eq!(told(text.as_bytes()), expected);
    assert!(read(text.as_bytes()).unwrap().listeners[2].program.as_ref().unwrap().is_cut);
}

#[test]
fn tables_of_powershell_are_read() {
    let text = "
LocalAddress                        LocalPort RemoteAddress                       RemotePort State       AppliedSetting OwningProcess
------------                        --------- -------------                       ---------- -----       -------------- -------------
::                                  49665     ::                                  0          Listen                     1204
0.0.0.0                             2967      0.0.0.0                             0          Listen                     1500
192.0.2.7                           49712     198.51.100.3                        443        Established Internet       2304
";
    assert_eq!(told(text.as_bytes()), [one(Tcp, 49_665, "", 1204), one(Tcp, 2967, "", 1500)]);
    let text = "LocalAddress LocalPort State ProcessName\n0.0.0.0 2967 Listen Rtvscan\n";
    assert_eq!(told(text.as_bytes()), [one(Tcp, 2967, "Rtvscan", 0)]);
}

#[test]
fn what_is_no_listing_is_refused() {
    assert_eq!(read(b""), Err(ListingError::Empty));
    assert_eq!(read(b" \r\n\xff\xfe"), Err(ListingError::Foreign));
    assert_eq!(read(b"<html>\n[x]\n"), Err(ListingError::Foreign));
}

#[test]
fn a_program_stands_behind_its_own_listener_only() {
    let text = "TCP 0.0.0.0:1 0.0.0.0:0 X 1\nTCP 192.0.2.7:2 192.0.2.8:3 X 1\n[a.exe]\n[b.exe]\n";
    assert_eq!(told(text.as_bytes()), [one(Tcp, 1, "", 1)]);
}

#[test]
fn programs_are_known_by_their_names_and_beginnings() {
    let keys = |name: &str, is_cut| {
        let program = Program { name: name.to_owned(), is_cut };
        let owners = owners(Catalog::builtin(), &program);
        owners.iter().map(|product| product.id.to_string()).collect::<Vec<_>>()
    };
    assert!(keys("RTVSCAN.EXE", false).contains(&"symantec-savce-10".to_owned()));
    assert_eq!(keys("rtvscan", false), keys("Rtvscan.exe", false));
    assert_eq!(keys("tmlisten.ex", true), keys("TmListen.exe", false));
    assert!(
        keys("tm", true).is_empty() && keys("svchost.exe", false).is_empty() && keys("", true).is_empty()
    );
}

/// Cut anywhere, a listing is still one or none, and says no more than its whole.
#[test]
fn listings_may_be_cut_anywhere() {
    for end in 0..WINDOWS.len() {
        if let Ok(listing) = read(&WINDOWS.as_bytes()[..end]) {
            assert!(listing.listeners.len() <= 5);
        }
    }
}
