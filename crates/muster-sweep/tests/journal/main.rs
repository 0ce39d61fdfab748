//! Journals in real files: written, cut, damaged, gone on with.

mod damage;
mod refusals;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use muster_engine::{
    AddressSet, LossTally, PortSet, Prefix, RoundSummary, Seed, Summary, Sweep, SweepEvent, SweepPlan,
};
use muster_model::{Endpoint, IcmpError, Instant, Observation, PortState, Reason};
use muster_sweep::{Blank, Fact, Flow, Found, Header, Journal, JournalError, StageHead, StageTail, Standing};
use tempfile::TempDir;

/// A file that is gone when the test is.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    fn write(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).unwrap();
    }

    fn create(&self) -> Journal {
        create(&self.path()).unwrap()
    }
}

fn header() -> Header {
    Header {
        program: "0.0.0".to_owned(),
        arguments: vec!["scan".to_owned(), "-p80".to_owned()],
        start: 1_700_000_000_000_000_000,
        seed: 7,
        facts: vec![Fact::new("targets", "10.0.0.0/24"), Fact::new("ports", 80)],
    }
}

fn plan(port: u16) -> SweepPlan {
    let prefix: Prefix = "10.0.0.0/24".parse().unwrap();
    SweepPlan::new(AddressSet::from(prefix), PortSet::tcp(port))
}

fn head(name: &str, port: u16) -> StageHead {
    StageHead::new(name, &plan(port), Instant::START)
}

fn tail() -> StageTail {
    let summary: Summary = Sweep::new(plan(80), Seed(1)).unwrap().summary();
    StageTail { summary, elapsed: Duration::from_millis(1_234) }
}

/// The `number`th of many events, of every kind and shape.
fn event(number: u32) -> SweepEvent {
    let [.., third, last] = number.to_be_bytes();
    let address: IpAddr = [10, 0, third, last].into();
    match number % 10 {
        8 => SweepEvent::HostTimedOut(address),
        9 => SweepEvent::RoundEnded(RoundSummary {
            number: last,
            sent: number.into(),
            found: 300,
            controls: LossTally { sent: 20, silent: 1 },
        }),
        kind => SweepEvent::Observed(Observation {
            endpoint: Endpoint::tcp(if kind == 7 { "fe80::1".parse().unwrap() } else { address }, 80),
            state: if kind < 4 { PortState::Open } else { PortState::Filtered },
            reason: if kind < 4 { Reason::SynAck } else { Reason::HostUnreach },
            icmp: (kind > 4).then_some(IcmpError { kind: 3, code: 1, from: address }),
            ttl: (kind > 2).then_some(last),
            stack: (kind < 3).then(|| "64240 1460 MSTNW".parse().unwrap()),
            rtt: (kind > 1).then(|| Duration::from_micros(number.into())),
            round: 1 + last % 5,
            at: Instant::from_nanos(u64::from(number) * 1_000_000),
        }),
    }
}

/// A journal with a stage that ended after three events and one that goes on after `more`.
fn written(place: &Place, more: u32) -> Vec<SweepEvent> {
    let mut journal = place.create();
    let mut nothing = |event| panic!("{event:?} in a new journal");
    assert_eq!(journal.begin_stage(&head("discovery", 80), &mut nothing).unwrap(), Standing::New);
    (0..3).for_each(|number| journal.event(&event(number)));
    journal.end_stage(tail());
    assert_eq!(journal.begin_stage(&head("ports", 2967), &mut nothing).unwrap(), Standing::New);
    (3..3 + more).for_each(|number| journal.event(&event(number)));
    journal.flush();
    assert!(journal.failure().is_none());
    (0..3 + more).map(event).collect()
}

/// What both stages of such a journal hold.
fn replayed(journal: &mut Journal) -> (Vec<SweepEvent>, [Standing; 2]) {
    let mut events = Vec::new();
    let standing = [("discovery", 80), ("ports", 2967)]
        .map(|(name, port)| journal.begin_stage(&head(name, port), &mut |event| events.push(event)).unwrap());
    (events, standing)
}

fn create(path: &Path) -> Result<Journal, JournalError> {
    Blank::open(path)?.begin(header())
}

fn found(path: &Path) -> Result<Found, JournalError> {
    Found::open(path)
}

#[test]
fn what_was_written_is_handed_out_again_and_goes_on() {
    let place = Place::new();
    let mut expected = written(&place, 30);
    for resumption in 1..4 {
        let found = found(&place.path()).unwrap();
        assert_eq!((found.header(), found.torn()), (&header(), None));
        let mut journal = Journal::go_on(found, Duration::from_secs(resumption)).unwrap();
        assert!(journal.is_resumed());
        let (events, standing) = replayed(&mut journal);
        assert_eq!(events, expected);
        assert_eq!(standing, [Standing::Ended(Box::new(tail())), Standing::Begun]);
        let next = event(expected.len() as u32);
        journal.event(&next);
        journal.flush();
        expected.push(next);
    }
}

#[test]
fn a_journal_that_is_complete_has_nothing_left_to_do() {
    let place = Place::new();
    let expected = written(&place, 5);
    let go_on = || Journal::go_on(found(&place.path()).unwrap(), Duration::ZERO).unwrap();
    let mut journal = go_on();
    replayed(&mut journal);
    journal.end_stage(tail());
    drop(journal);
    let (events, standing) = replayed(&mut go_on());
    assert_eq!((events, standing[1].clone()), (expected, Standing::Ended(Box::new(tail()))));
}

#[test]
fn records_wait_for_their_time_and_no_longer() {
    let place = Place::new();
    let mut journal = place.create();
    journal.begin_stage(&head("ports", 80), &mut |_| ()).unwrap();
    let at = |milliseconds| Instant::START + Duration::from_millis(milliseconds);
    assert_eq!(journal.tick(at(1_000)), Flow::Continue);
    let before = place.bytes().len();
    journal.event(&event(1));
    journal.tick(at(1_010));
    assert_eq!(place.bytes().len(), before, "not yet");
    journal.tick(at(1_025));
    let after = place.bytes().len();
    assert!(after > before, "in time");
    journal.event(&event(2));
    journal.tick(at(500));
    assert!(place.bytes().len() > after, "a clock that jumps back holds nothing up");
    (0..2_000).for_each(|number| journal.event(&event(number)));
    let full = place.bytes().len();
    assert!(full > after + (64 << 10), "what is much is written at once");
}

#[test]
fn the_clock_of_a_run_only_goes_forward() {
    let place = Place::new();
    written(&place, 30);
    let latest = Duration::from_millis(32);
    for (since_start, lead) in [(Duration::ZERO, latest), (latest * 2, latest * 2), (latest, latest * 2)] {
        let journal = Journal::go_on(found(&place.path()).unwrap(), since_start).unwrap();
        assert_eq!(journal.lead(), lead);
    }
}
