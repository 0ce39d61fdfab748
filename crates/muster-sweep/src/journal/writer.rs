//! Writing a journal, and going through what it holds already.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use muster_engine::SweepEvent;
use muster_model::Instant;
use muster_platform::open_private;

use super::error::{CREATE, JournalError, WRITE};
use super::found::{Found, Past, event, lock};
use super::header::Header;
use super::record::{Record, StageHead, StageTail, put_event};
use super::stream::{Chain, Next, Records, preface};
use crate::drive::Flow;

/// A journal in use.
///
/// Once it cannot be written it stays as it is, and [`tick`](Self::tick) asks for the end of the sweep.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    header: Header,
    /// Stages that it holds and that this run has not come to yet.
    past: VecDeque<Past>,
    stages: usize,
    /// Where the next record belongs: the length of what stands, and the sum of it.
    end: (u64, Chain),
    pending: Vec<u8>,
    /// When the oldest pending record may have been made at the earliest.
    flushed: Instant,
    lead: Duration,
    is_resumed: bool,
    failure: Option<JournalError>,
}

/// An empty file that is to become a journal, and is locked.
#[derive(Debug)]
pub struct Blank {
    path: PathBuf,
    file: File,
}

/// How far a stage is that begins now.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It was not begun before.
    New,
    /// It was begun, and what was seen then has been handed out.
    Begun,
    /// It came to its end, and everything that was seen has been handed out.
    Ended(Box<StageTail>),
}

impl Blank {
    /// Takes the file at `path` for a journal; makes it if there is none, its owner's alone.
    ///
    /// # Errors
    /// If there is something in it, somebody else writes it, or the system refuses.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |operation| move |source| JournalError::Io { operation, path: path.to_owned(), source };
        if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(JournalError::NotAFile { path: path.to_owned() });
        }
        let file = open_private(path).map_err(failed(CREATE))?;
        lock(&file, path)?;
        if file.metadata().map_err(failed("read"))?.len() > 0 {
            return Err(JournalError::Taken { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), file })
    }

    /// Begins the journal.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(self, header: Header) -> Result<Journal, JournalError> {
        let mut journal = Journal::new(self.path, self.file, header, Chain::start());
        journal.pending.extend_from_slice(&preface());
        journal.append(&Record::Header(journal.header.clone()));
        journal.flush();
        journal.into_result()
    }
}

impl Journal {
    /// Goes on with a journal, `since_start` after the run it belongs to began: a torn end is cut off.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn go_on(found: Found, since_start: Duration) -> Result<Self, JournalError> {
        let Found { path, file, contents } = found;
        let mut journal = Self::new(path, file, contents.header, contents.end.1);
        journal.end = contents.end;
        journal.past = contents.stages.into();
        journal.is_resumed = true;
        // Whatever the clocks of the world did meanwhile, what is to come is later than what was.
        journal.lead = since_start.max(contents.latest.since_start());
        if contents.torn.is_some()
            && let Err(source) = journal.file.set_len(contents.end.0)
        {
            return Err(journal.failed(source));
        }
        journal.append(&Record::Resumed(Instant::START + journal.lead));
        journal.flush();
        journal.into_result()
    }

    fn new(path: PathBuf, file: File, header: Header, chain: Chain) -> Self {
        Self {
            path,
            file,
            header,
            past: VecDeque::new(),
            stages: 0,
            end: (0, chain),
            pending: Vec::new(),
            flushed: Instant::START,
            lead: Duration::ZERO,
            is_resumed: false,
            failure: None,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether it was there before.
    pub fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// How long before this process's clock the run began: to be added to its moments, in events as everywhere.
    pub fn lead(&self) -> Duration {
        self.lead
    }

    /// Begins the next stage. What it has seen before goes to `restore`, in order.
    ///
    /// # Errors
    /// If the journal went on with another stage, or can no longer be read.
    pub fn begin_stage(
        &mut self,
        head: &StageHead,
        restore: &mut dyn FnMut(SweepEvent),
    ) -> Result<Standing, JournalError> {
        self.stages += 1;
        let Some(past) = self.past.pop_front() else {
            self.append(&Record::StageBegun(head.clone()));
            return Ok(Standing::New);
        };
        if !past.head.is_like(head) {
            return Err(JournalError::OtherStage {
                path: self.path.clone(),
                number: self.stages,
                journal: past.head.description(),
                here: head.description(),
            });
        }
        self.replay(&past, restore)?;
        Ok(past.tail.map_or(Standing::Begun, Standing::Ended))
    }

    /// Notes what happened.
    pub fn event(&mut self, event: &SweepEvent) {
        if self.failure.is_none() {
            self.end.1.append(&mut self.pending, |out| put_event(out, event));
            if self.pending.len() >= MOST_PENDING {
                self.flush();
            }
        }
    }

    /// Writes what is pending if it has waited long enough; [`Flow::Stop`] if the journal cannot be written.
    pub fn tick(&mut self, now: Instant) -> Flow {
        // Before a clock that jumped back is no time to wait for.
        if now.since(self.flushed) >= PATIENCE || now < self.flushed {
            self.flush();
            self.flushed = now;
        }
        if self.failure.is_some() { Flow::Stop } else { Flow::Continue }
    }

    /// Writes what is pending.
    pub fn flush(&mut self) {
        if self.pending.is_empty() || self.failure.is_some() {
            return;
        }
        let written =
            self.file.seek(SeekFrom::Start(self.end.0)).and_then(|_| self.file.write_all(&self.pending));
        match written {
            Ok(()) => {
                self.end.0 += self.pending.len() as u64;
                self.pending.clear();
            }
            Err(source) => self.failure = Some(self.failed(source)),
        }
    }

    /// Notes that the stage is over, and has the system put all of it on its disk.
    pub fn end_stage(&mut self, tail: StageTail) {
        self.append(&Record::StageEnded(Box::new(tail)));
        self.flush();
        if self.failure.is_none()
            && let Err(source) = self.file.sync_data()
        {
            self.failure = Some(self.failed(source));
        }
    }

    /// What keeps it from being written.
    pub fn failure(&self) -> Option<&JournalError> {
        self.failure.as_ref()
    }

    fn append(&mut self, record: &Record) {
        self.end.1.append(&mut self.pending, |out| record.put(out));
    }

    fn replay(&mut self, past: &Past, restore: &mut dyn FnMut(SweepEvent)) -> Result<(), JournalError> {
        let (from, chain, to) = past.events;
        let failed = |source| JournalError::Io { operation: "read", path: self.path.clone(), source };
        let mut file = &self.file;
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        let mut records = Records::new(BufReader::new(file.take(to - from)), from, chain);
        loop {
            match records.next().map_err(failed)? {
                Next::Record(record) => event(&record).into_iter().for_each(&mut *restore),
                Next::End if records.place().0 == to => return Ok(()),
                Next::End | Next::Damage(_) => return Err(JournalError::Changed { path: self.path.clone() }),
            }
        }
    }

    fn failed(&self, source: std::io::Error) -> JournalError {
        JournalError::Io { operation: WRITE, path: self.path.clone(), source }
    }

    fn into_result(mut self) -> Result<Self, JournalError> {
        match self.failure.take() {
            None => Ok(self),
            Some(failure) => Err(failure),
        }
    }
}

/// Records wait no longer, unless the loop does: it ticks at least as often.
const PATIENCE: Duration = Duration::from_millis(25);
/// More is written at once.
const MOST_PENDING: usize = 64 << 10;
