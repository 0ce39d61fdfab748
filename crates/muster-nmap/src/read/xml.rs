//! `-oX` of Nmap, muster and masscan.
//!
//! quick-xml pulls elements from the text; what they mean is in `run` (the scan) and `host`. Elements are known by their
//! names wherever they stand: a file may break off anywhere, and another run may have been appended there. Nothing is
//! looked up for a document type or an entity; an entity that XML does not define stays as it is written.
//!
//! Most hosts are written in one and the same hand. `plain` reads these, without quick-xml and in a fraction of the time;
//! it leaves to quick-xml whatever it does not know, so that it makes no difference to what is told.

use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::source::Source;
use super::{Form, Host, Piece, ReadError};

mod host;
mod known;
mod plain;
mod run;

use known::KnownPorts;
use plain::Next;
use run::Run;

/// The reader of `-oX`.
pub(super) struct Xml<R> {
    xml: quick_xml::Reader<Source<R>>,
    buffer: Vec<u8>,
    depth: usize,
    run: Run,
    /// Whether quick-xml stands behind a tag, where a host more or less is the same to it.
    is_behind_tag: bool,
    /// Up to this place only quick-xml reads.
    plain_from: u64,
    known: KnownPorts,
    /// How often a run was found within a tag.
    breaks: usize,
}

/// What is wrong with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The host takes too much memory.
    TooMuch,
    /// Another program wrote it.
    Foreign(&'static str),
    /// Its attributes are none.
    Attributes,
}

/// What a step has brought.
pub(super) enum Step {
    Nothing,
    /// The head is over, or a host.
    Piece(Piece),
    /// The text is over, and a run has not ended.
    BrokenOff,
    /// The text is over.
    End,
}

impl<R: Read> Xml<R> {
    /// Reads up to the first element, which tells whose XML it is.
    pub(super) fn open(source: Source<R>) -> Result<Self, ReadError> {
        let mut this = Self {
            xml: elements(source),
            buffer: Vec::with_capacity(4096),
            depth: 0,
            run: Run::default(),
            is_behind_tag: false,
            plain_from: 0,
            known: KnownPorts::new(),
            breaks: 0,
        };
        while !this.run.has_begun() {
            match this.step()? {
                Step::BrokenOff | Step::End => {
                    return Err(ReadError::not_a_scan("XML that ends before its first element"));
                }
                Step::Nothing | Step::Piece(_) => {}
            }
        }
        Ok(this)
    }

    pub(super) fn form(&self) -> Form {
        self.run.form()
    }

    pub(super) fn next_piece(&mut self) -> Result<Piece, ReadError> {
        loop {
            while let Some(host) = self.plain_host() {
                if let Some(host) = host {
                    return Ok(Piece::Host(host));
                }
            }
            match self.step()? {
                Step::Nothing => {}
                Step::Piece(piece) => return Ok(piece),
                Step::BrokenOff | Step::End => {
                    let line = self.xml.get_ref().last_line();
                    return Ok(self.run.end(line));
                }
            }
        }
    }

    /// Only quick-xml reads: what it gives is what `plain` must give.
    #[cfg(test)]
    pub(super) fn without_plain(&mut self) {
        self.plain_from = u64::MAX;
    }

    /// The host that comes next, if it stands there as scanners write it. It is nobody if it has no address.
    fn plain_host(&mut self) -> Option<Option<Box<Host>>> {
        let source = self.xml.get_mut();
        let is_possible = self.is_behind_tag && self.depth < DEEPEST / 2 && self.run.awaits_host();
        if !is_possible || source.place() < self.plain_from {
            return None;
        }
        match plain::next(source, self.run.form(), &mut self.known) {
            Next::Host(host) => Some(host),
            Next::Other { until } => {
                self.plain_from = until;
                None
            }
        }
    }

    fn step(&mut self) -> Result<Step, ReadError> {
        self.buffer.clear();
        self.xml.get_mut().mark();
        self.is_behind_tag = false;
        let event = match self.xml.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return self.stopped(&error),
        };
        self.run.at_line(self.xml.get_ref().marked_line());
        let tag: Option<&str> = match &event {
            Event::Start(element) | Event::Empty(element) => Some(element),
            Event::End(element) => Some(element),
            _ => None,
        };
        if tag.is_some_and(|tag| run_within(tag.as_bytes()).is_some()) && self.breaks < MOST_BREAKS {
            drop(event);
            self.break_off();
            return Ok(Step::Nothing);
        }
        self.is_behind_tag = tag.is_some();
        let taken = match event {
            Event::Start(element) if element.name().as_ref().len() > LONGEST_NAME => {
                return Err(self.oversized("the name of an element"));
            }
            Event::Start(element) => {
                self.depth += 1;
                self.run.start(&element)
            }
            Event::Empty(element) => self.run.start(&element).and_then(|step| match step {
                Step::Nothing => self.run.close(element.name().as_ref()),
                step => Ok(step),
            }),
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                self.run.close(element.name().as_ref())
            }
            Event::Text(text) => self.run.text(&text.into_inner()),
            Event::CData(text) => self.run.text(&text.into_inner()),
            Event::GeneralRef(name) => self.run.reference(&name),
            Event::Comment(comment) => Ok(self.run.comment(&comment.into_inner())),
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) => Ok(Step::Nothing),
            Event::Eof => Ok(Step::End),
        };
        if self.depth > DEEPEST {
            return Err(self.oversized("a nest of elements"));
        }
        taken.map_err(|fault| self.error(fault))
    }

    /// What an error of the parser means: a text that ends within an element has broken off there; what it can step over
    /// it has stepped over. A run that broke off within quotes has taken the beginning of the next for its own.
    fn stopped(&mut self, error: &quick_xml::Error) -> Result<Step, ReadError> {
        let source = self.xml.get_mut();
        let may_go_on = !matches!(error, quick_xml::Error::Io(_)) || source.met_too_much();
        let is_run = run_within(&self.buffer).is_some() || source.peek(LONGEST_START).is_ok_and(begins_run);
        match error {
            quick_xml::Error::IllFormed(_) => Ok(Step::Nothing),
            _ if may_go_on && is_run && self.breaks < MOST_BREAKS => {
                self.break_off();
                Ok(Step::Nothing)
            }
            quick_xml::Error::Io(_) => Err(source.trouble()),
            _ if source.is_at_end() => Ok(Step::BrokenOff),
            error => Err(ReadError::malformed(source.marked_line(), &error.to_string())),
        }
    }

    /// Reads once more from where a run begins within or behind what should have been a tag.
    fn break_off(&mut self) {
        self.breaks += 1;
        self.run.break_off();
        let at = run_within(&self.buffer).unwrap_or(self.buffer.len());
        let mut source = std::mem::take(self.xml.get_mut());
        source.put_back(&String::from_utf8_lossy(&self.buffer[at..]));
        self.xml = elements(source);
    }

    fn oversized(&self, what: &'static str) -> ReadError {
        ReadError::Oversized { line: self.xml.get_ref().marked_line(), what }
    }

    fn error(&self, fault: Fault) -> ReadError {
        let line = self.xml.get_ref().marked_line();
        match fault {
            Fault::TooMuch => self.oversized("a host"),
            Fault::Attributes => ReadError::malformed(line, "an element whose attributes are no XML"),
            Fault::Foreign(second) => self.run.foreign(second),
        }
    }
}

/// The parser, which is to take what it gets.
fn elements<R: Read>(source: Source<R>) -> quick_xml::Reader<Source<R>> {
    let mut xml = quick_xml::Reader::from_reader(source);
    let config = xml.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    xml
}

/// Where in a tag a run begins. No tag holds a `<`, so that the one before it must have broken off there.
fn run_within(tag: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'<', tag).find(|at| *at > 0 && begins_run(&tag[*at..]))
}

fn begins_run(text: &[u8]) -> bool {
    STARTS.iter().any(|start| text.starts_with(start))
}

/// An element, whoever reads it.
trait Element {
    /// Calls `visit` with each attribute's name and its value as it is written.
    fn each_attribute(self, visit: impl FnMut(&str, &str)) -> Result<(), Fault>;
}

impl Element for &BytesStart<'_> {
    fn each_attribute(self, mut visit: impl FnMut(&str, &str)) -> Result<(), Fault> {
        for attribute in self.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| Fault::Attributes)?;
            visit(attribute.key.as_ref(), &attribute.value);
        }
        Ok(())
    }
}

/// How deep elements may stand in one another: far deeper than a scanner puts them, also where many runs that broke off
/// follow each other.
const DEEPEST: usize = 10_000;

/// The longest name of an element. The parser keeps those of all that are open.
const LONGEST_NAME: usize = 256;

/// How a run begins.
const STARTS: [&[u8]; 2] = [b"<?xml ", b"<nmaprun "];
const LONGEST_START: usize = STARTS[1].len();

/// How many runs of a file are looked for within a tag: each is read twice.
const MOST_BREAKS: usize = 16;
