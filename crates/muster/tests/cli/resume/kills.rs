//! `kill -9` at fifty moments.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use std::{fs, process, thread};

use super::listeners::Listeners;
use super::{findings, noted, started, unbroken};
use crate::common::{json_lines, of_type, skip};
use crate::support::{Workplace, address, network, office};

/// Kills over all scans.
const KILLS: u32 = 50;
/// Addresses with a listener; the others refuse.
const LISTENING: u8 = 96;
/// All addresses, of which the scan takes 0.64 s.
const ADDRESSES: usize = 256;
const RATE: u32 = 400;
/// The answers of a flush, and those that came while it went out, many times over.
const MOST_LOST: u32 = RATE / 5;

/// Moments drawn from a seed (xorshift, Marsaglia 2003).
struct Moments(u64);

impl Moments {
    /// Up to as long as the whole scan takes.
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(self.0 % 700)
    }
}

#[test]
fn nothing_in_the_journal_is_asked_again() {
    let number = 180;
    let Some(listeners) = Listeners::open((1..=LISTENING).map(|host| address(number, host)), 2967) else {
        return skip("this machine has only one loopback address");
    };
    let seed = u64::from(process::id()) << 20 | 0x5eed;
    // Shown where the test fails.
    let _ = writeln!(std::io::stderr(), "moments of the seed {seed:#x}");
    let mut moments = Moments(seed);
    let words = format!("-Pn -n -p 2967 --max-rate {RATE} {}/24", network(number));
    let expected = unbroken(&words);
    let (mut kills, mut in_mid_sweep) = (0, 0);
    while kills < KILLS {
        let place = Workplace::new();
        let scan = Scan { place: &place, listeners: &listeners, words: &words };
        let (more, inside) = scan.run(&mut moments, KILLS - kills);
        kills += more;
        in_mid_sweep += inside;
        assert_eq!(findings(&place, "found"), expected, "after {more} kills");
        let lines = json_lines(&place.read("lines"));
        assert_eq!(of_type(&lines, "port").len(), ADDRESSES, "old and new answers, each once");
    }
    assert!(in_mid_sweep >= KILLS / 2, "{in_mid_sweep} of {KILLS} kills came in mid-sweep");
}

/// One scan of which the process is killed again and again, until one comes to its end.
struct Scan<'a> {
    place: &'a Workplace,
    listeners: &'a Listeners,
    words: &'a str,
}

impl Scan<'_> {
    /// How often it was killed, and how often of that in mid-sweep.
    fn run(&self, moments: &mut Moments, most: u32) -> (u32, u32) {
        let (mut kills, mut inside) = (0, 0);
        let journal = self.place.path("journal");
        while kills < most {
            let line = self.line();
            let known = if line.contains("--resume") { noted(&journal) } else { Default::default() };
            let counts = self.counts();
            let is_over = self.runs_to_its_end(&line, moments.next());
            let after = self.counts();
            for address in &known {
                assert_eq!(counts.get(address), after.get(address), "{address} is in the journal");
            }
            if is_over {
                return (kills, inside);
            }
            kills += 1;
            if fs::metadata(&journal).is_ok_and(|there| there.len() > 0) {
                let noted = noted(&journal);
                inside += u32::from((1..ADDRESSES).contains(&noted.len()));
                let fresh: u32 = after
                    .iter()
                    .filter(|(address, _)| !known.contains(address))
                    .map(|(address, count)| count - counts[address] - u32::from(noted.contains(address)))
                    .sum();
                assert!(fresh <= MOST_LOST, "{fresh} answers were lost");
            }
        }
        self.place.run(&self.line()).ok();
        (kills, inside)
    }

    /// Goes on where the journal ends; from the beginning where the process was killed before it wrote any.
    fn line(&self) -> String {
        match fs::metadata(self.place.path("journal")) {
            Ok(there) if there.len() > 0 => "scan --resume journal".to_owned(),
            _ => format!("scan {} -oG found -oJ lines --journal journal", self.words),
        }
    }

    /// Runs `muster`; kills it after a while. Whether it had come to its end.
    fn runs_to_its_end(&self, line: &str, after: Duration) -> bool {
        let mut running = started(self.place, line);
        let deadline = Instant::now() + after;
        while Instant::now() < deadline {
            if let Some(status) = running.child().try_wait().unwrap() {
                assert!(status.success(), "{line}: {status}");
                return true;
            }
            thread::park_timeout(Duration::from_millis(2));
        }
        running.child().kill().unwrap();
        running.child().wait().unwrap().success()
    }

    fn counts(&self) -> BTreeMap<IpAddr, u32> {
        self.listeners.counts().into_iter().collect()
    }
}

/// With everything an office has: services, refusals, hosts that are silent.
#[test]
fn an_office_is_found_as_in_one_go() {
    let Some(_office) = office(181) else { return };
    let words = format!("-Pn -n -T5 -p 2967,8081 --max-rate 1500 {}/24", network(181));
    let expected = unbroken(&words);
    let place = Workplace::new();
    let mut line = format!("scan {words} -oG found --journal journal");
    for milliseconds in [250, 350, 450] {
        let mut running = started(&place, &line);
        // How long it takes to begin depends on what else the machine does.
        let deadline = Instant::now() + Duration::from_secs(10);
        while !fs::metadata(place.path("journal")).is_ok_and(|there| there.len() > 0)
            && Instant::now() < deadline
        {
            thread::park_timeout(Duration::from_millis(2));
        }
        thread::park_timeout(Duration::from_millis(milliseconds));
        running.child().kill().unwrap();
        running.child().wait().unwrap();
        line = "scan --resume journal".to_owned();
    }
    let ran = place.run(&line).ok();
    assert_eq!(findings(&place, "found"), expected);
    assert!(ran.stderr.contains("known from the journal and not asked again: "), "{}", ran.stderr);
}
