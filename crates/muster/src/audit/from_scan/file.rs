//! Reading a file: what it says of itself is kept, what it says of hosts is narrowed and put aside.

use std::fs::File;
use std::hash::Hasher as _;
use std::io::{self, BufReader, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use muster_engine::AddressSet;
use muster_nmap::read::{Ending, Form, Head, Host, LONGEST_COMMAND, Piece, ReadError, Reader, Status, Tail};
use muster_store::{Spool, StoreError};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::asked::FileAsked;
use super::narrow::{Narrow, Telling};
use crate::failure::{Failure, chain};
use crate::keeping::store_failure;
use crate::output::is_stdout;

/// What a file says of itself.
#[derive(Clone, Debug)]
pub(crate) struct ScanFile {
    /// How it was named.
    pub(crate) name: String,
    /// Who wrote it in which form, when.
    pub(crate) head: Head,
    /// How it ended.
    pub(crate) tail: Tail,
    /// When the file was last written to, where it is one.
    pub(super) written: Option<Timestamp>,
    /// What its runs asked, each once. A sheet says by its place here who tells it.
    pub(super) asked: Vec<FileAsked>,
    /// The command lines of its runs, each once; `None`: not all of them are known.
    pub(super) commands: Option<Vec<String>>,
    /// Hosts it tells something of.
    pub(crate) hosts: u64,
    /// Hosts it calls up without saying why, and tells nothing else of.
    pub(crate) unclear: u64,
    /// Hosts that were not named as targets.
    pub(super) elsewhere: u64,
    /// The first and the last moment at which it saw something.
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// Of all it tells.
    pub(crate) digest: [u8; 16],
}

impl ScanFile {
    /// Whether the scan came to its end and the file shows it.
    pub(crate) fn is_complete(&self) -> bool {
        self.tail.ending == Ending::Complete
    }

    /// When the scan began.
    pub(crate) fn start(&self) -> Timestamp {
        let first = self.span.map(|(first, _)| first);
        self.head.start.or(first).unwrap_or_else(|| self.end())
    }

    /// When it ended, as well as can be told: by its own word, by what it saw last, by when the file was written.
    pub(crate) fn end(&self) -> Timestamp {
        let last = self.span.map(|(_, last)| last);
        let lasted = || self.head.start?.checked_add(self.tail.elapsed?).ok();
        let end = self.tail.end.or_else(lasted).or(last).or(self.head.start).or(self.written);
        end.unwrap_or_else(Timestamp::now)
    }

    /// Who wrote it, as in `nmap 7.93`.
    pub(crate) fn scanner(&self) -> String {
        match &self.head.version {
            Some(version) => format!("{} {version}", self.head.scanner),
            None => self.head.scanner.to_string(),
        }
    }

    /// What cut the scan or the file short, in words.
    pub(crate) fn shortfall(&self) -> Option<String> {
        match &self.tail.ending {
            Ending::Complete => None,
            Ending::Stopped(words) if words.is_empty() => {
                Some(format!("the scan of {} was stopped", self.name))
            }
            Ending::Stopped(words) => Some(format!("the scan of {} was stopped: {words}", self.name)),
            Ending::BrokenOff { line } => Some(format!("{} breaks off after line {line}", self.name)),
        }
    }
}

/// Where what files tell is put aside.
pub(super) struct Aside<'a> {
    pub(super) spool: Spool,
    pub(super) telling: &'a Telling,
    /// Only these addresses, if any are named.
    pub(super) targets: Option<&'a AddressSet>,
}

impl Aside<'_> {
    /// Reads a file to its end as of now.
    ///
    /// # Errors
    /// It cannot be read, or is not what a scanner wrote; there is no room to put it aside.
    pub(super) fn read(&mut self, path: &Path, number: usize) -> Result<ScanFile, Failure> {
        if is_stdout(path) {
            return self.take("stdin", None, number, io::stdin().lock());
        }
        let file = opened(path)?;
        let written = file.metadata().ok().filter(std::fs::Metadata::is_file);
        let written = written.and_then(|about| about.modified().ok());
        let written = written.and_then(|at: SystemTime| Timestamp::try_from(at).ok());
        let bytes = BufReader::with_capacity(BUFFER, file);
        self.take(&path.display().to_string(), written, number, bytes)
    }

    fn take(
        &mut self,
        name: &str,
        written: Option<Timestamp>,
        number: usize,
        bytes: impl Read,
    ) -> Result<ScanFile, Failure> {
        let failed = |error: ReadError| unreadable(name, &error);
        let mut reader = Reader::new(bytes).map_err(failed)?.in_zone(TimeZone::system());
        let head = match reader.next() {
            Some(Ok(Piece::Head(head))) => *head,
            Some(Err(error)) => return Err(failed(error)),
            _ => return Err(unreadable(name, &ReadError::Empty)),
        };
        let mut reading = Reading::new(number, &head);
        for piece in reader {
            match piece.map_err(failed)? {
                Piece::Head(head) => reading.begin(&head),
                Piece::Host(host) => reading.host(self, &host)?,
                Piece::Tail(tail) => return Ok(reading.finish(name.to_owned(), written, head, *tail)),
            }
        }
        Err(unreadable(name, &ReadError::Empty))
    }
}

/// A file that is being read.
struct Reading {
    number: usize,
    asked: Vec<FileAsked>,
    /// Which of them the run asked that is being read.
    current: usize,
    commands: Option<Vec<String>>,
    hash: SipHasher13,
    hosts: u64,
    unclear: u64,
    elsewhere: u64,
    span: Option<(Timestamp, Timestamp)>,
}

impl Reading {
    fn new(number: usize, head: &Head) -> Self {
        let (asked, commands) = (Vec::new(), Some(Vec::new()));
        let (current, hosts, unclear, elsewhere, hash) = (0, 0, 0, 0, SipHasher13::new());
        let mut new = Self { number, asked, current, commands, hash, hosts, unclear, elsewhere, span: None };
        new.begin(head);
        new
    }

    /// Begins a run: what follows from silence follows from what that one asked.
    fn begin(&mut self, head: &Head) {
        for text in [Some(&head.scanner), head.version.as_ref(), head.arguments.as_ref()] {
            add(&mut self.hash, text.map_or("", |text| text.as_str()));
        }
        self.hash.write_i64(head.start.map_or(0, Timestamp::as_second));
        let mut asked = FileAsked::of(head);
        // Nothing follows from what further ones do not list, so that a file of endless runs takes no memory.
        if self.asked.len() >= MOST_RUNS && !self.asked.contains(&asked) {
            asked.ports = None;
        }
        let known = self.asked.iter().position(|known| *known == asked);
        self.current = known.unwrap_or_else(|| {
            self.asked.push(asked);
            self.asked.len() - 1
        });
        self.commands = self.commands.take().and_then(|known| with_command(known, &head.command));
    }

    fn host(&mut self, aside: &mut Aside<'_>, host: &Host) -> Result<(), Failure> {
        self.add(host);
        let moments = host.ports.iter().filter_map(|port| port.at).chain(host.times.0).chain(host.times.1);
        for at in moments {
            let (first, last) = self.span.unwrap_or((at, at));
            self.span = Some((first.min(at), last.max(at)));
        }
        if aside.targets.is_some_and(|targets| !targets.contains(host.address)) {
            self.elsewhere += 1;
            return Ok(());
        }
        let asked = &self.asked[self.current];
        let narrow = Narrow { file: (self.number, self.current), asked, telling: aside.telling };
        let Some(sheet) = narrow.sheet(host) else {
            self.unclear += u64::from(host.status == Status::Up);
            return Ok(());
        };
        self.hosts += 1;
        aside.spool.put(host.address, &sheet.to_text()).map_err(|error| aside_failure(&error))
    }

    /// What makes two files tell the same.
    fn add(&mut self, host: &Host) {
        match host.address {
            IpAddr::V4(address) => self.hash.write_u32(address.to_bits()),
            IpAddr::V6(address) => self.hash.write_u128(address.to_bits()),
        }
        self.hash.write_u8(host.status as u8);
        for port in &host.ports {
            self.hash.write_u32(
                u32::from(port.number) << 8 | u32::from(port.protocol == muster_model::Protocol::Tcp),
            );
            add(&mut self.hash, port.state.name());
            add(&mut self.hash, port.reason.map_or("", muster_model::Reason::name));
            let service = port.service.as_ref();
            let texts =
                service.map(|service| [&service.name, &service.product, &service.version, &service.banner]);
            for text in texts.into_iter().flatten().flatten() {
                add(&mut self.hash, text.as_str());
            }
            self.hash.write_i64(port.at.map_or(0, Timestamp::as_second));
        }
        for rest in &host.rest {
            add(&mut self.hash, rest.state.name());
            self.hash.write_u32(rest.count);
        }
    }

    fn finish(mut self, name: String, written: Option<Timestamp>, head: Head, tail: Tail) -> ScanFile {
        self.hash.write_i64(tail.end.map_or(0, Timestamp::as_second));
        self.hash.write_u8(u8::from(tail.ending == Ending::Complete));
        let Self { asked, commands, hash, hosts, unclear, elsewhere, span, .. } = self;
        let digest = hash.finish128().as_bytes();
        ScanFile { name, head, tail, written, asked, commands, hosts, unclear, elsewhere, span, digest }
    }
}

/// Command lines with one more, if it is known from its beginning to its end.
fn with_command(mut known: Vec<String>, command: &str) -> Option<Vec<String>> {
    if known.iter().any(|other| other == command) {
        return Some(known);
    }
    let is_known = !command.is_empty() && command.len() < LONGEST_COMMAND && known.len() < MOST_RUNS;
    is_known.then(|| {
        known.push(command.to_owned());
        known
    })
}

/// What is put aside cannot be, or cannot be taken up again.
pub(super) fn aside_failure(error: &StoreError) -> Failure {
    store_failure(error).hint("TMPDIR names another folder for what is put aside".to_owned())
}

/// A text with its end, so that two do not run into each other.
fn add(hash: &mut SipHasher13, text: &str) {
    hash.write(text.as_bytes());
    hash.write_u8(0xff);
}

/// The form of a file and what stands at its head, for a dry run. Pipes are not touched: what is read from one is gone.
pub(super) fn look(path: &Path) -> Result<Option<(Form, Head)>, Failure> {
    if is_stdout(path) || std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        return Ok(None);
    }
    let name = path.display().to_string();
    let reader = Reader::new(BufReader::new(opened(path)?)).map_err(|error| unreadable(&name, &error))?;
    let mut reader = reader.in_zone(TimeZone::system());
    match reader.next() {
        Some(Ok(Piece::Head(head))) => Ok(Some((reader.form(), *head))),
        Some(Err(error)) => Err(unreadable(&name, &error)),
        _ => Ok(None),
    }
}

fn opened(path: &Path) -> Result<File, Failure> {
    let failed =
        |why: &dyn std::fmt::Display| Failure::usage(format!("cannot read {}: {why}", path.display()));
    let file = File::open(path)
        .map_err(|error| failed(&error).hint("name a file that nmap, masscan or muster wrote".to_owned()))?;
    match file.metadata() {
        Ok(about) if about.is_dir() => {
            let hint = format!("name the files in it: {}", path.join("*.xml").display());
            Err(failed(&"it is a folder").hint(hint))
        }
        _ => Ok(file),
    }
}

fn unreadable(name: &str, error: &ReadError) -> Failure {
    Failure::usage(format!("cannot read {name}: {}", chain(error))).hint(error.hint().to_owned())
}

/// Refuses to read stdin twice.
///
/// # Errors
/// It is named more than once.
pub(crate) fn check_stdin(paths: &[PathBuf]) -> Result<(), Failure> {
    match paths.iter().filter(|path| is_stdout(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::usage("stdin can be read once, and is named more than once: -")
            .hint("name a file for the others".to_owned())),
    }
}

/// Runs of one file that may each have asked something else.
const MOST_RUNS: usize = 64;

/// Bytes that are read from a file at once.
const BUFFER: usize = 1 << 16;
