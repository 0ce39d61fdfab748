//! A way that takes time: a program between two tun devices that holds every packet for as long as a seed says, and
//! so brings them out of order; some twice.
//!
//! The kernel at hand has no netem. A userspace way is slower than any real one (some 100,000 packets a second) and
//! exact enough: a packet is late by the scheduler's few hundred microseconds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use muster_platform::open_tun;

/// How a relay treats packets, in each direction on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay {
    /// What every packet waits.
    pub delay: Duration,
    /// What it waits on top of it at most: drawn evenly, so that neighbours overtake each other.
    pub jitter: Duration,
    /// Percent of the packets that wait ten times the delay.
    pub late: u8,
    /// Percent of the packets that arrive twice, the second time with a wait of its own.
    pub twice: u8,
    /// What the draws depend on, besides the order in which the packets come.
    pub seed: u64,
}

impl Default for Relay {
    /// 20 ms each way, up to 20 ms more, 2 % late, 2 % twice.
    fn default() -> Self {
        let delay = Duration::from_millis(20);
        Self { delay, jitter: delay, late: 2, twice: 2, seed: 1 }
    }
}

impl Relay {
    /// The lines by which a lab tells its relay what to do.
    pub(super) fn work(&self, near: &str, far: &str) -> Vec<String> {
        let Self { delay, jitter, late, twice, seed } = self;
        let numbers = format!("{} {} {late} {twice} {seed}", delay.as_micros(), jitter.as_micros());
        vec![near.to_owned(), far.to_owned(), numbers]
    }

    fn read(numbers: &str) -> Option<Self> {
        let mut numbers = numbers.split(' ').map(|word| word.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        let micros = |number: u64| Duration::from_micros(number);
        Some(Self {
            delay: micros(next()?),
            jitter: micros(next()?),
            late: u8::try_from(next()?).ok()?,
            twice: u8::try_from(next()?).ok()?,
            seed: next()?,
        })
    }

    /// The waits of the next packet: one, or two where it is doubled.
    fn waits(&self, random: &mut Random) -> impl Iterator<Item = Duration> + use<> {
        let copies = if random.percent() < self.twice { 2 } else { 1 };
        let waits: Vec<Duration> = (0..copies).map(|_| self.wait(random)).collect();
        waits.into_iter()
    }

    fn wait(&self, random: &mut Random) -> Duration {
        let delay = if random.percent() < self.late { self.delay * 10 } else { self.delay };
        let jitter = self.jitter.as_micros() as u64;
        delay + Duration::from_micros(random.next() % (jitter + 1))
    }
}

/// Makes both tun devices and carries packets between them, on threads of their own, until the process ends.
///
/// # Errors
/// Where the lines cannot be read, or the devices cannot be made.
pub fn serve_work(lines: &[String]) -> io::Result<()> {
    let [near, far, numbers] = lines else { return Err(io::Error::other("three lines expected")) };
    let relay = Relay::read(numbers).ok_or_else(|| io::Error::other("five numbers expected"))?;
    let (near, far) = (Arc::new(open_tun(near)?), Arc::new(open_tun(far)?));
    carry(relay, Random(relay.seed), Arc::clone(&near), Arc::clone(&far));
    carry(relay, Random(!relay.seed), far, near);
    Ok(())
}

/// One direction: a thread that reads and draws, and one that waits and writes.
fn carry(relay: Relay, mut random: Random, from: Arc<File>, to: Arc<File>) {
    let (sender, receiver) = mpsc::sync_channel(MOST_WAITING);
    thread::spawn(move || deliver(&receiver, &to));
    thread::spawn(move || {
        let mut packet = vec![0; LONGEST];
        loop {
            // A device that is still down gives an error for every read.
            let Ok(length) = (&*from).read(&mut packet) else {
                thread::park_timeout(UNTIL_UP);
                continue;
            };
            let now = Instant::now();
            for wait in relay.waits(&mut random) {
                // Full: the way is overloaded and loses packets, as any does.
                let _ = sender.try_send((now + wait, packet[..length].to_vec()));
            }
        }
    });
}

fn deliver(packets: &Receiver<(Instant, Vec<u8>)>, to: &File) {
    let mut waiting = BinaryHeap::new();
    loop {
        let due = waiting.peek().map(|Reverse((due, _)): &Reverse<(Instant, Vec<u8>)>| *due);
        let left = due.map_or(LONG, |due| due.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            let Some(Reverse((_, packet))) = waiting.pop() else { continue };
            // The other side may be down, as a cut cable is.
            let _ = (&*to).write(&packet);
            continue;
        }
        match packets.recv_timeout(left) {
            Ok(packet) => waiting.push(Reverse(packet)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// `SplitMix64`: the same draws everywhere.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn percent(&mut self) -> u8 {
        (self.next() % 100) as u8
    }
}

/// Longer than any packet of a device with an MTU of 1,500.
const LONGEST: usize = 2048;
/// Packets between the two threads.
const MOST_WAITING: usize = 65_536;
const UNTIL_UP: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_as_it_was_written() {
        let relay = Relay { late: 7, seed: 9, ..Relay::default() };
        let work = relay.work("a", "b");
        assert_eq!((work[0].as_str(), work[1].as_str()), ("a", "b"));
        assert_eq!(Relay::read(&work[2]), Some(relay));
        assert!(serve_work(&work[..2]).is_err());
        assert_eq!(Relay::read("1 2 3 4"), None);
    }

    #[test]
    fn waits_are_those_of_the_plan() {
        let relay = Relay::default();
        let mut random = Random(relay.seed);
        let packets: Vec<Vec<Duration>> = (0..20_000).map(|_| relay.waits(&mut random).collect()).collect();
        let waits = || packets.iter().flatten();
        assert!(waits().all(|wait| *wait >= relay.delay && *wait <= relay.delay * 10 + relay.jitter));
        let twice = packets.iter().filter(|waits| waits.len() == 2).count();
        let late = waits().filter(|wait| **wait >= relay.delay * 10).count();
        // 2 % of 20,000 with five standard deviations to each side.
        assert!((300..=500).contains(&twice) && (300..=510).contains(&late), "{twice} twice, {late} late");
        let overtaken = packets.windows(2).filter(|pair| pair[0][0] > pair[1][0]).count();
        assert!(overtaken > 8_000, "{overtaken}");
    }
}
