//! Hosts without a name are asked for it over UDP; devices are asked by SNMP, with the user's community and never without.

use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use super::{address_of, host_line};
use crate::common::skip;
use crate::support::{Workplace, address, assert_refused, network};

/// Answers datagrams until it is dropped.
struct Responder {
    is_over: Arc<AtomicBool>,
    heard: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// `None` where this port cannot be had.
    fn start(address: IpAddr, port: u16, answer: fn(&[u8]) -> Option<Vec<u8>>) -> Option<Self> {
        let Ok(socket) = UdpSocket::bind((address, port)) else {
            skip(&format!("this user cannot listen on UDP port {port} of {address}"));
            return None;
        };
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let (is_over, heard) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (until, count) = (Arc::clone(&is_over), Arc::clone(&heard));
        let thread = thread::spawn(move || {
            let mut buffer = [0; 1_500];
            while !until.load(Ordering::Relaxed) {
                let Ok((length, peer)) = socket.recv_from(&mut buffer) else { continue };
                count.fetch_add(1, Ordering::Relaxed);
                if let Some(answer) = answer(&buffer[..length]) {
                    socket.send_to(&answer, peer).unwrap();
                }
            }
        });
        Some(Self { is_over, heard, thread: Some(thread) })
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::Relaxed)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(ended.is_none_or(|ended| ended.is_ok()), "a responder failed");
    }
}

/// A member of a work group with a name that means harm.
fn netbios(query: &[u8]) -> Option<Vec<u8>> {
    let mut answer = query.get(..50)?.to_vec();
    answer[2] = 0x84;
    (answer[5], answer[7]) = (0, 1);
    answer.truncate(50);
    answer.extend([0, 0, 0, 0, 0, 61, 2]);
    for (name, kind, flags) in [("=<b>\x1b[2J7", 0x00, 0x04), ("DEPOT", 0x00, 0x84)] {
        answer.extend(format!("{name:<15}").bytes().chain([kind, flags, 0]));
    }
    answer.extend([0, 0x1b, 0x21, 0xaa, 0xbb, 0xcc]);
    Some(answer)
}

/// A device that answers whoever knows the word, and repeats it as the protocol wants.
fn snmp(query: &[u8]) -> Option<Vec<u8>> {
    let tlv = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    let text = |object: u8, said: &[u8]| {
        let object = tlv(6, &[0x2b, 6, 1, 2, 1, 1, object, 0]);
        tlv(0x30, &[object, tlv(4, said)].concat())
    };
    query.windows(WORD.len()).any(|bytes| bytes == WORD.as_bytes()).then(|| {
        let bindings = tlv(0x30, &[text(1, b"Depot Router 9"), text(5, b"router-9")].concat());
        let numbers = [tlv(2, b"mu"), tlv(2, &[0]), tlv(2, &[0])].concat();
        let response = tlv(0xa2, &[numbers, bindings].concat());
        tlv(0x30, &[tlv(2, &[1]), tlv(4, WORD.as_bytes()), response].concat())
    })
}

const WORD: &str = "hushhush";

fn names(host: &Value) -> Vec<(&str, &str)> {
    let names = host["names"].as_array().unwrap().iter();
    names.map(|name| (name["name"].as_str().unwrap(), name["source"].as_str().unwrap())).collect()
}

#[test]
fn a_host_without_a_name_is_asked_for_it() {
    let at = address(1, 1);
    let Some(station) = Responder::start(at, 137, netbios) else { return };
    let place = Workplace::new();
    let audit = format!("-T4 -p 2967 --html page --csv table --jsonl lines {at}-2");
    let ran = place.run(&format!("audit {audit}")).ok();
    let lines = place.lines("lines");
    let host = host_line(&lines, address_of(&Value::from(at.to_string())));
    assert_eq!(names(host), [("=<b>\\x1b[2J7", "host")]);
    assert!(host.to_string().contains("00:1B:21:AA:BB:CC"), "{host}");
    let why = place.run(&format!("why {at}")).ok();
    assert!(why.stdout.contains("conversation on 137/udp"), "{}", why.stdout);
    assert!(
        why.stdout.contains("sent       50 bytes: ") && why.stdout.contains("came       "),
        "{}",
        why.stdout
    );
    for text in [&ran.stdout, &why.stdout, &place.read("page"), &place.read("table")] {
        assert!(!text.contains('\x1b') && !text.contains(",=<b>"), "{text}");
    }
    assert!(!place.read("page").contains("=<b>"), "HTML is escaped");
    assert_eq!(station.heard(), 1);

    place.run(&format!("audit -n {audit}")).ok();
    assert_eq!(station.heard(), 1, "who wants no names asks for none");
}

#[test]
fn snmp_is_asked_with_the_users_word_alone_and_the_word_is_kept_nowhere() {
    let at = address(1, 1);
    let Some(device) = Responder::start(at, 161, snmp) else { return };
    let place = Workplace::new();
    let audit =
        format!("-n -T4 -p 2967 --store store.db --html page --csv table --jsonl lines {}/30", network(1));
    place.run(&format!("audit {audit}")).ok();
    assert_eq!(device.heard(), 0, "without a community nothing is sent");

    place.write("word", &format!("{WORD}\n"));
    let ran = place.run(&format!("audit --snmp-community word {audit}")).ok();
    assert!(device.heard() > 0);
    let lines = place.lines("lines");
    let host = host_line(&lines, address_of(&Value::from(at.to_string())));
    assert_eq!(names(host), [("router-9", "host")]);
    assert!(host.to_string().contains("Depot Router 9"), "{host}");
    let why = place.run(&format!("why --store store.db {at}")).ok();
    assert!(why.stdout.contains("conversation on 161/udp"), "{}", why.stdout);
    assert!(why.stdout.contains("not kept: the community is in them"), "{}", why.stdout);
    for text in [&ran.stdout, &ran.stderr, &why.stdout, &place.read("page"), &place.read("lines")] {
        assert!(!text.contains(WORD), "{text}");
    }
    let files: Vec<String> = place.names().into_iter().filter(|name| name.starts_with("store.db")).collect();
    assert!(!files.is_empty());
    for name in files {
        let bytes = std::fs::read(place.path(&name)).unwrap();
        assert!(!bytes.windows(WORD.len()).any(|bytes| bytes == WORD.as_bytes()), "{name} keeps the word");
    }

    place.write("word", "\n");
    let refused = place.run(&format!("audit --snmp-community word {audit}"));
    assert_refused(&refused, 2, "no community of SNMP", "first line");
}
