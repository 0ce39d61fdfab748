//! A journal that is there: read once from front to back before anything is done with it.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use muster_engine::SweepEvent;
use muster_model::Instant;

use super::error::{JournalError, LOCK};
use super::header::Header;
use super::record::{Record, StageHead, StageTail};
use super::stream::{Chain, Damage, FORM, MAGIC, Next, PREFACE, Records, preface, read_up_to};

/// A journal that was read, and locked; not yet written.
#[derive(Debug)]
pub struct Found {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) contents: Contents,
}

/// What stands in a journal.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    pub(super) header: Header,
    pub(super) stages: Vec<Past>,
    /// The latest moment that it knows.
    pub(super) latest: Instant,
    pub(super) records: u64,
    /// Where the next record belongs, and the sum before it.
    pub(super) end: (u64, Chain),
    pub(super) torn: Option<Torn>,
}

/// A stage that was begun.
#[derive(Clone, Debug)]
pub(super) struct Past {
    pub(super) head: StageHead,
    pub(super) tail: Option<Box<StageTail>>,
    /// Where its events begin and the sum before them, and where they end.
    pub(super) events: (u64, Chain, u64),
}

/// The end of a journal that does not stand: whatever follows the last record that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// At which byte it begins.
    pub at: u64,
    /// How many records stand before it.
    pub records: u64,
    /// What is wrong with its first record.
    pub damage: Damage,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, records, damage } = self;
        write!(f, "the record at byte {at} {damage}; the {records} before it stand")
    }
}

impl Found {
    /// Locks and reads the journal at `path`; changes nothing in it.
    ///
    /// # Errors
    /// If it cannot be opened, is no journal or one of a newer form, does not say what it belongs to, or is written by
    /// another process. A torn end is none: see [`torn`](Self::torn).
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |operation| move |source| JournalError::Io { operation, path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(failed("read"))?;
        if !metadata.is_file() {
            return Err(JournalError::NotAFile { path: path.to_owned() });
        }
        let file = File::options().read(true).write(true).open(path).map_err(failed("open"))?;
        lock(&file, path)?;
        let contents = read(BufReader::new(&file)).map_err(|error| error.at(path))?;
        Ok(Self { path: path.to_owned(), file, contents })
    }

    /// What the journal says of itself.
    pub fn header(&self) -> &Header {
        &self.contents.header
    }

    /// The end that does not stand, if there is one. It is cut off when the journal goes on.
    pub fn torn(&self) -> Option<Torn> {
        self.contents.torn
    }

    /// Whether it belongs to the sweep that `here` is the header of.
    ///
    /// # Errors
    /// [`JournalError::OtherPlan`] with the first difference.
    pub fn check(&self, here: &Header) -> Result<(), JournalError> {
        match self.header().difference(here) {
            None => Ok(()),
            Some(difference) => {
                Err(JournalError::OtherPlan { path: self.path.clone(), difference: Box::new(difference) })
            }
        }
    }
}

pub(super) fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(JournalError::Locked { path: path.to_owned() }),
        Err(std::fs::TryLockError::Error(source)) => {
            Err(JournalError::Io { operation: LOCK, path: path.to_owned(), source })
        }
    }
}

/// A journal of these payloads, each with its length and its sum. For tests with hostile bytes.
pub fn write_bytes(payloads: &[&[u8]]) -> Vec<u8> {
    let mut bytes = preface().to_vec();
    let mut chain = Chain::start();
    for payload in payloads {
        chain.append(&mut bytes, |out| out.extend_from_slice(payload));
    }
    bytes
}

/// Reads a journal from bytes, as far as it stands: header and events in order. For tests with hostile bytes.
///
/// # Errors
/// As [`Found::open`].
pub fn read_bytes(bytes: &[u8]) -> Result<(Header, Vec<SweepEvent>, Option<Torn>), JournalError> {
    let contents = read(bytes).map_err(|error| error.at(Path::new("bytes")))?;
    let mut events = Vec::new();
    for past in &contents.stages {
        let (from, chain, to) = past.events;
        let mut records = Records::new(&bytes[from as usize..to as usize], from, chain);
        while let Ok(Next::Record(record)) = records.next() {
            events.extend(event(&record));
        }
    }
    Ok((contents.header, events, contents.torn))
}

pub(super) fn event(record: &Record) -> Option<SweepEvent> {
    match record {
        Record::Event(event) => Some(*event),
        _ => None,
    }
}

/// Why bytes are no journal, wherever they come from.
#[derive(Debug)]
enum Unreadable {
    Io(std::io::Error),
    Empty,
    Foreign,
    Newer(u16),
    Headless,
}

impl Unreadable {
    fn at(self, path: &Path) -> JournalError {
        let path = path.to_owned();
        match self {
            Self::Io(source) => JournalError::Io { operation: "read", path, source },
            Self::Empty => JournalError::Empty { path },
            Self::Foreign => JournalError::Foreign { path },
            Self::Newer(version) => JournalError::Newer { path, version, known: FORM },
            Self::Headless => JournalError::Headless { path },
        }
    }
}

fn read(mut source: impl Read) -> Result<Contents, Unreadable> {
    let mut preface = [0; PREFACE];
    let length = read_up_to(&mut source, &mut preface).map_err(Unreadable::Io)?;
    let (magic, version) = preface.split_at(MAGIC.len());
    match length {
        0 => return Err(Unreadable::Empty),
        _ if length < PREFACE && MAGIC.starts_with(&magic[..length.min(MAGIC.len())]) => {
            return Err(Unreadable::Headless);
        }
        _ if magic != MAGIC => return Err(Unreadable::Foreign),
        _ => {}
    }
    match u16::from_le_bytes([version[0], version[1]]) {
        FORM => {}
        0 => return Err(Unreadable::Foreign),
        newer => return Err(Unreadable::Newer(newer)),
    }
    let mut records = Records::new(source, PREFACE as u64, Chain::start());
    let Next::Record(Record::Header(header)) = records.next().map_err(Unreadable::Io)? else {
        return Err(Unreadable::Headless);
    };
    let mut contents = Contents {
        header,
        stages: Vec::new(),
        latest: Instant::START,
        records: 1,
        end: records.place(),
        torn: None,
    };
    contents.read_on(&mut records).map_err(Unreadable::Io)?;
    Ok(contents)
}

impl Contents {
    fn read_on(&mut self, records: &mut Records<impl Read>) -> std::io::Result<()> {
        let damage = loop {
            match records.next()? {
                Next::End => return Ok(()),
                Next::Damage(damage) => break damage,
                Next::Record(record) if self.admit(&record, records.place()) => {
                    self.records += 1;
                    self.end = records.place();
                }
                Next::Record(_) => break Damage::Unknown,
            }
        };
        self.torn = Some(Torn { at: self.end.0, records: self.records, damage });
        Ok(())
    }

    /// Whether a record may stand where it does. `place` is where the next one begins.
    fn admit(&mut self, record: &Record, place: (u64, Chain)) -> bool {
        let before = self.end.0;
        let is_between = self.stages.last().is_none_or(|stage| stage.tail.is_some());
        match record {
            Record::Resumed(at) => self.latest = self.latest.max(*at),
            Record::StageBegun(head) if is_between && self.stages.len() < MOST_STAGES => {
                self.latest = self.latest.max(head.begun);
                self.stages.push(Past {
                    head: head.clone(),
                    tail: None,
                    events: (place.0, place.1, place.0),
                });
            }
            Record::Event(event) if !is_between => {
                if let SweepEvent::Observed(seen) = event {
                    self.latest = self.latest.max(seen.at);
                }
                self.end_of_events(place.0);
            }
            Record::StageEnded(tail) if !is_between => {
                self.end_of_events(before);
                if let Some(stage) = self.stages.last_mut() {
                    stage.tail = Some(tail.clone());
                }
            }
            _ => return false,
        }
        true
    }

    fn end_of_events(&mut self, place: u64) {
        if let Some(stage) = self.stages.last_mut() {
            stage.events.2 = place;
        }
    }
}

/// A run has a handful.
const MOST_STAGES: usize = 1_000;
