//! Name servers on loopback that answer, lie, refuse and stay silent.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use super::*;
use crate::dns::NameServer;

/// A server that does to every question what it is told to, until it is dropped.
struct Server {
    at: NameServer,
    asked: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// From the question and its number to the datagrams that are sent back.
type Manner = fn(usize, &[u8]) -> Vec<Vec<u8>>;

impl Server {
    fn start(manner: Manner) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let at = NameServer(socket.local_addr().unwrap());
        let (asked, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&asked), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while !end.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut bytes) else { continue };
                let number = count.fetch_add(1, Ordering::Relaxed);
                for answer in manner(number, &bytes[..length]) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self { at, asked, over, thread: Some(thread) }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().unwrap().join();
    }
}

/// A response with this code, and a name if one is given.
fn response(query: &[u8], code: u8, name: Option<&str>) -> Vec<u8> {
    let mut bytes = query.to_vec();
    (bytes[2], bytes[3], bytes[7]) = (0x81, 0x80 | code, u8::from(name.is_some()));
    if let Some(name) = name {
        let labels = name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
        let data: Vec<u8> = labels.chain([0]).collect();
        bytes.extend([0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
        bytes.extend(data);
    }
    bytes
}

/// `h-4-3.example` for 10.x.3.4, which is the question's first labels.
fn right(query: &[u8]) -> Vec<u8> {
    let first = &query[13..13 + usize::from(query[12])];
    let second = 13 + usize::from(query[12]);
    let second = &query[second + 1..second + 1 + usize::from(query[second])];
    let [first, second] = [first, second].map(|label| str::from_utf8(label).unwrap());
    response(query, 0, Some(&format!("h-{first}-{second}.example")))
}

fn addresses(count: u32) -> Vec<IpAddr> {
    (0..count).map(|number| IpAddr::from((0x0a00_0000 + number).to_be_bytes())).collect()
}

const QUICK: &[Duration] = &[Duration::from_millis(150); 3];

fn names_by(servers: &[&Server], count: u32) -> NamesFound {
    let servers: Vec<NameServer> = servers.iter().map(|server| server.at).collect();
    ask(&servers, count)
}

fn ask(servers: &[NameServer], count: u32) -> NamesFound {
    let orders = NameServers { servers, tries: QUICK, limit: Duration::from_secs(30) };
    orders.names(&addresses(count), &mut |_, _| Flow::Continue).unwrap()
}

#[test]
fn every_address_gets_its_name_from_one_server_or_the_other() {
    let servers =
        [Server::start(|_, query| vec![right(query)]), Server::start(|_, query| vec![right(query)])];
    let found = names_by(&[&servers[0], &servers[1]], 1_000);
    assert_eq!((found.names.len(), found.unasked, found.silent.len()), (1_000, 0, 0));
    assert_eq!(found.names[&IpAddr::from([10, 0, 3, 4])], "h-4-3.example");
    assert!(servers.iter().all(|server| server.asked() >= 500));
}

#[test]
fn what_is_lost_is_asked_again() {
    let server = Server::start(|number, query| match number % 10 {
        0 => Vec::new(),
        _ => vec![right(query)],
    });
    let found = names_by(&[&server], 200);
    assert!(found.names.len() >= 195, "{}", found.names.len());
    assert!(found.unasked == 0 && server.asked() > 200);
}

#[test]
fn who_cannot_say_is_not_asked_twice_and_another_is() {
    let unable = Server::start(|_, query| vec![response(query, 2, None)]);
    assert_eq!(names_by(&[&unable], 50).names.len(), 0);
    assert_eq!(unable.asked(), 50);
    let good = Server::start(|_, query| vec![right(query)]);
    assert_eq!(names_by(&[&unable, &good], 50).names.len(), 50);
    let nameless = Server::start(|_, query| vec![response(query, 3, None)]);
    assert_eq!(names_by(&[&nameless, &good], 50).names.len(), 25, "that is an answer");
}

/// Other numbers, other questions, no answers at all: the right one still counts. A forged second answer comes too late.
#[test]
fn lies_are_not_heard() {
    let server = Server::start(|_, query| {
        let forged = |change: fn(&mut Vec<u8>)| {
            let mut bytes = response(query, 0, Some("forged.example"));
            change(&mut bytes);
            bytes
        };
        vec![
            forged(|bytes| bytes[0] ^= 1),
            forged(|bytes| bytes[13] ^= 1),
            forged(|bytes| bytes[2] = 1),
            forged(|bytes| bytes.truncate(20)),
            vec![],
            query.to_vec(),
            right(query),
            forged(|_| {}),
        ]
    });
    let found = names_by(&[&server], 100);
    assert!(found.names.len() == 100 && found.names.values().all(|name| name.starts_with("h-")));
}

#[test]
fn names_that_are_none_are_dropped() {
    let server = Server::start(|_, query| vec![response(query, 0, Some("two words"))]);
    assert_eq!(names_by(&[&server], 3).names.len(), 0);
}

#[test]
fn a_server_that_nobody_runs_is_given_up_at_once() {
    let at = Server::start(|_, _| Vec::new()).at;
    let begun = Instant::now();
    let found = ask(&[at], 65_536);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!((found.names.len(), found.silent), (0, vec![at]));
    assert!(found.unasked > 60_000, "{}", found.unasked);
}

#[test]
fn silence_ends_in_its_time_and_another_server_answers() {
    let silent = Server::start(|_, _| Vec::new());
    let begun = Instant::now();
    let found = names_by(&[&silent], 65_536);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(found.silent == [silent.at] && silent.asked() < 1_000);
    let good = Server::start(|_, query| vec![right(query)]);
    let found = names_by(&[&silent, &good], 2_000);
    assert_eq!((found.names.len(), found.silent), (2_000, vec![silent.at]));
}

/// A server that waits in vain for whoever knows the names of one network: those of others come all the same.
#[test]
fn a_dead_zone_costs_no_other_its_names() {
    // 10.0.0.x is known to nobody, and whoever asks for it hears nothing.
    let server = Server::start(|_, query| {
        let third = 13 + usize::from(query[12]);
        if &query[third..third + 2] == b"\x010" { Vec::new() } else { vec![right(query)] }
    });
    let servers = [server.at];
    let orders = NameServers { servers: &servers, tries: QUICK, limit: Duration::from_secs(12) };
    let begun = Instant::now();
    let found = orders.names(&addresses(8 * 256), &mut |_, _| Flow::Continue).unwrap();
    assert!(found.names.len() > 7 * 256 - 30, "{} names, {} left", found.names.len(), found.unasked);
    assert!(found.silent.is_empty() && begun.elapsed() < Duration::from_secs(14), "{:?}", begun.elapsed());
}

/// Silence is longer than that after which a server that never answered is given up.
#[test]
fn who_has_answered_is_not_given_up() {
    let server = Server::start(|number, query| match number {
        1..900 => Vec::new(),
        _ => vec![right(query)],
    });
    let servers = [server.at];
    let orders = NameServers {
        servers: &servers,
        tries: &[Duration::from_millis(40); 2],
        limit: Duration::from_secs(30),
    };
    let found = orders.names(&addresses(1_000), &mut |_, _| Flow::Continue).unwrap();
    assert_eq!(found.unasked, 0);
    assert!(found.names.len() > 50, "{} names of {} questions", found.names.len(), server.asked());
}

#[test]
fn whoever_wants_it_to_end_is_heard() {
    let silent = Server::start(|_, _| Vec::new());
    let servers = [silent.at];
    let orders = NameServers { servers: &servers, tries: NameServers::TRIES, limit: Duration::from_secs(60) };
    let begun = Instant::now();
    let found = orders.names(&addresses(500), &mut |_, total| {
        assert_eq!(total, 500);
        if begun.elapsed() > Duration::from_millis(200) { Flow::Stop } else { Flow::Continue }
    });
    assert_eq!(found.unwrap().unasked, 500);
    let hurried = NameServers { limit: Duration::from_millis(200), ..orders };
    assert_eq!(hurried.names(&addresses(500), &mut |_, _| Flow::Continue).unwrap().unasked, 500);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn loopback_is_asked_for_of_nobody() {
    let server = Server::start(|_, query| vec![right(query)]);
    let servers = [server.at];
    let orders = NameServers { servers: &servers, tries: QUICK, limit: Duration::from_secs(5) };
    let own = ["127.0.0.1", "169.254.1.1", "::1", "fe80::1"].map(|text| text.parse().unwrap());
    let found = orders.names(&own, &mut |_, _| Flow::Continue).unwrap();
    assert_eq!((found.names.len(), server.asked()), (0, 0));
}

/// As many as the largest network that is swept without a word: seconds, not minutes.
#[test]
fn a_whole_network_takes_seconds() {
    let server = Server::start(|_, query| vec![right(query)]);
    let begun = Instant::now();
    let found = names_by(&[&server], 65_536);
    assert!(found.names.len() > 65_000, "{}", found.names.len());
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

/// A socket of a wrong server's hears nothing: the system drops what does not come from the server.
#[test]
fn only_the_server_itself_is_heard() {
    let server = Server::start(|_, _| Vec::new());
    let servers = [server.at];
    let orders = NameServers { servers: &servers, tries: QUICK, limit: Duration::from_secs(5) };
    let exchange = Exchange::new(&orders, &addresses(1)).unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    for socket in 0..exchange.sockets.len() {
        let port = exchange.sockets.get(socket).local_addr().unwrap().port();
        stranger.send_to(b"hello", SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
        assert!(exchange.sockets.get(socket).recv(&mut [0; 16]).is_err());
    }
}
