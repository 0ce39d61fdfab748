//! `--dns-servers`: who is asked for the names of addresses, and that nobody is waited for without end. Every name server
//! is one on loopback.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use muster_testkit::lab::dns::Zone;

use crate::common::{json_lines, of_type};
use crate::support::{assert_refused, scanned};

/// A name server on loopback that knows a few names of 10.0.0.0/8, until it is dropped.
struct Server {
    at: String,
    asked: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(answers: bool) -> Self {
        let mut zone = Zone::default();
        for last in 0..200 {
            zone.add(&format!("pc{last}.office.test"), [10, 9, 8, last].into());
        }
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let at = socket.local_addr().unwrap().to_string();
        let (asked, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&asked), Arc::clone(&over));
        let thread = thread::spawn(move || {
            let mut bytes = [0; 512];
            while !end.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut bytes) else { continue };
                count.fetch_add(1, Ordering::Relaxed);
                if let Some((answer, _)) = zone.answer(&bytes[..length]).filter(|_| answers) {
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
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[test]
fn the_servers_that_were_named_are_asked() {
    let servers = [Server::start(true), Server::start(true)];
    let (one, other) = (&servers[0].at, &servers[1].at);
    let ran = scanned(&format!("-sL --dns-servers {one},{other} -oG - 10.9.8.0/24")).ok();
    assert_eq!(ran.stdout.matches(".office.test)").count(), 200, "{}", ran.stdout);
    assert!(ran.stdout.contains("Host: 10.9.8.7 (pc7.office.test)\t"), "{}", ran.stdout);
    assert_eq!(servers.iter().map(Server::asked).sum::<usize>(), 256);
    assert!(servers.iter().all(|server| server.asked() >= 128));
    let xml = scanned(&format!("-sL --dns-servers {one} -oX - 10.9.8.7")).ok();
    assert!(xml.stdout.contains("<hostname name=\"pc7.office.test\" type=\"PTR\"/>"), "{}", xml.stdout);
}

#[test]
fn loopback_is_asked_for_of_nobody() {
    let server = Server::start(true);
    scanned(&format!("-sL -R --dns-servers {} 127.0.0.0/28", server.at)).ok();
    scanned(&format!("-R -Pn -p 1 --dns-servers {} 127.0.0.1", server.at)).ok();
    assert_eq!(server.asked(), 0);
}

#[test]
fn who_wants_no_names_asks_nobody() {
    let server = Server::start(true);
    for words in ["-n -R", "-R -n", "-n"] {
        scanned(&format!("-sL {words} --dns-servers {} 10.9.8.0/28", server.at)).ok();
        scanned(&format!("-Pn -p 1 {words} --dns-servers {} 127.0.0.1", server.at)).ok();
    }
    assert_eq!(server.asked(), 0);
}

#[test]
fn a_scan_tells_the_names_that_were_given() {
    let ran = scanned("-n -Pn -p 1 -oJ - localhost 127.0.0.2").ok();
    let lines = json_lines(&ran.stdout);
    let names = of_type(&lines, "name");
    let expected =
        serde_json::json!({"type": "name", "address": "127.0.0.1", "name": "localhost", "source": "given"});
    assert_eq!(names, [&expected], "{}", ran.stdout);
    assert_eq!(lines.last().unwrap()["type"], "name", "behind everything else");
}

#[test]
fn servers_that_do_not_answer_are_given_up() {
    let silent = Server::start(false);
    let begun = Instant::now();
    let ran = scanned(&format!("-sL -R --dns-servers {} -oG - 10.9.0.0/16", silent.at)).ok();
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    assert_eq!(ran.stdout.matches("Status: Unknown").count(), 65_536);
    let warning = format!("warning: the name server {} does not answer\n", silent.at);
    assert!(ran.stderr.contains(&warning), "{}", ran.stderr);
    let left_out = ran
        .stderr
        .lines()
        .find(|line| line.ends_with(" addresses not looked up, and therefore without a name"));
    assert!(left_out.is_some_and(|line| line.starts_with("warning: 6")), "{}", ran.stderr);
    let nobody = silent.at.clone();
    drop(silent);
    let ran = scanned(&format!("-sL -R --dns-servers {nobody} 10.9.8.0/24")).ok();
    assert!(ran.stderr.contains(&warning), "{}", ran.stderr);
}

#[test]
fn a_name_server_is_an_address() {
    for wrong in ["localhost", "127.0.0.1:0", "127.0.0.1,,127.0.0.2", "127.0.0.1:x", "0.0.0.0"] {
        let ran = scanned(&format!("-sL -R --dns-servers {wrong} 127.0.0.1"));
        assert_refused(&ran, 2, "not the address of a name server", "name an address, as in ");
    }
}
