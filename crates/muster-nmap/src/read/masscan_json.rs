//! masscan's `-oJ` and `-oD` (a record a line).
//!
//! The list of `-oJ` was no JSON for years: a comma stood behind the last record, or `{finished: 1}` did, or there were no
//! brackets around it. What parts the records is therefore not looked at. `-oD` has no end of its own: it is whole if its
//! last line is. The two are told apart by their records.

use std::io::{BufRead, Read};

use super::json::{Event, Events, NotJson};
use super::making::{HostInMaking, TooMuch};
use super::masscan::{Record, RecordProtocol, banner};
use super::source::Source;
use super::{Ending, Form, Head, Host, Piece, ReadError, Tail, sniff, words};

/// The reader of `-oJ` and `-oD`.
pub(super) struct Json<R> {
    source: Source<R>,
    record: Vec<u8>,
    run: Run,
    /// The host that comes behind the head of its run.
    next: Option<Box<Host>>,
    /// The last line of a run that has no end.
    broken_off: Option<u64>,
    /// How often a run was found within a record.
    breaks: usize,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// Its head is yet to be given.
    Due,
    /// Nothing of it was seen yet.
    Begun,
    /// It goes on: that of `-oJ` to an end of its own.
    Open { has_end: bool },
    /// Its end was seen.
    Over,
}

/// What stands between two records, or one of them.
enum Found {
    Record,
    /// A list, which is another run.
    Run,
    Broken,
    End,
}

impl<R: Read> Json<R> {
    pub(super) fn new(source: Source<R>) -> Self {
        Self { source, record: Vec::new(), run: Run::Due, next: None, broken_off: None, breaks: 0 }
    }

    pub(super) fn next_piece(&mut self) -> Result<Piece, ReadError> {
        if self.run == Run::Due {
            return Ok(self.begin_run());
        }
        if let Some(host) = self.next.take() {
            return Ok(Piece::Host(host));
        }
        loop {
            match self.find()? {
                Found::Record | Found::Broken if self.break_off() => {}
                Found::Record => {
                    if let Some((host, has_end)) = self.host()? {
                        return Ok(self.give(host, has_end));
                    }
                }
                Found::Run => return Ok(self.begin_run()),
                Found::Broken => {
                    self.broken_off = Some(self.source.last_line());
                    return Ok(self.tail());
                }
                Found::End => return Ok(self.tail()),
            }
        }
    }

    /// A record within a record is another run's, to which the one before broke off. Reads once more from there.
    fn break_off(&mut self) -> bool {
        let Some(at) = run_within(&self.record).filter(|_| self.breaks < MOST_BREAKS) else { return false };
        self.breaks += 1;
        self.broken_off = Some((self.source.marked_line() - 1).max(1));
        self.run = Run::Over;
        self.source.put_back(&String::from_utf8_lossy(&self.record[at..]));
        true
    }

    fn begin_run(&mut self) -> Piece {
        self.run = if self.run == Run::Due { Run::Begun } else { Run::Open { has_end: true } };
        Piece::Head(Box::new(Head::of(Form::MasscanJson)))
    }

    /// Behind the end of a run a host is another run's.
    fn give(&mut self, host: Box<Host>, has_end: bool) -> Piece {
        let was_over = self.run == Run::Over;
        let had_end = self.run == Run::Open { has_end: true };
        self.run = Run::Open { has_end: has_end || had_end };
        if was_over {
            self.next = Some(host);
            return Piece::Head(Box::new(Head::of(Form::MasscanJson)));
        }
        Piece::Host(host)
    }

    fn tail(&self) -> Piece {
        let last = (self.run == Run::Open { has_end: true }).then(|| self.source.last_line());
        let broken_off = self.broken_off.or(last);
        let ending = broken_off.map_or(Ending::Complete, |line| Ending::BrokenOff { line });
        Piece::Tail(Box::new(Tail { ending, ..Tail::default() }))
    }

    /// Goes to the next record and takes its text.
    fn find(&mut self) -> Result<Found, ReadError> {
        loop {
            self.source.mark();
            let Some(byte) = self.next_byte()? else { return Ok(Found::End) };
            match byte {
                b'{' => return self.take_record(),
                b'[' if self.run == Run::Begun => self.run = Run::Open { has_end: true },
                b'[' => {
                    if self.run == (Run::Open { has_end: true }) {
                        self.broken_off = Some((self.source.marked_line() - 1).max(1));
                    }
                    return Ok(Found::Run);
                }
                b']' => self.run = Run::Over,
                b',' | b' ' | b'\t' | b'\r' | b'\n' => {}
                other => return Err(self.foreign(other)),
            }
        }
    }

    /// Up to the bracket that closes the record. Brackets in strings do not count.
    fn take_record(&mut self) -> Result<Found, ReadError> {
        self.record.clear();
        self.record.push(b'{');
        let (mut depth, mut is_string, mut is_escaped) = (1_usize, false, false);
        loop {
            let Ok(bytes) = self.source.fill_buf() else { return self.unended() };
            if bytes.is_empty() {
                return Ok(Found::Broken);
            }
            let end = bytes.iter().position(|byte| {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' if is_string => is_escaped = true,
                    b'"' => is_string = !is_string,
                    b'{' if !is_string => depth += 1,
                    b'}' if !is_string => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            let length = end.map_or(bytes.len(), |end| end + 1);
            self.record.extend_from_slice(&bytes[..length]);
            self.source.consume(length);
            if end.is_some() {
                return Ok(Found::Record);
            }
        }
    }

    /// A record that cannot be read to its end may have taken another run for its own.
    fn unended(&mut self) -> Result<Found, ReadError> {
        let may_go_on = self.source.met_too_much() && self.breaks < MOST_BREAKS;
        match run_within(&self.record) {
            Some(_) if may_go_on => Ok(Found::Broken),
            _ => Err(self.source.trouble()),
        }
    }

    /// The host that the record speaks of, and whether it is one of `-oJ`: there the port's words stand in an array, with
    /// `-oD` beside the address.
    fn host(&mut self) -> Result<Option<(Box<Host>, bool)>, ReadError> {
        let line = self.source.marked_line();
        let text = String::from_utf8_lossy(&self.record);
        let (mut host, mut record) = (HostInMaking::new(), Record::default());
        let (mut events, mut port_depth, mut is_in_array) = (Events::of(&text), None, false);
        let malformed = |_: NotJson| ReadError::malformed(line, "a record that is no JSON");
        let oversized = |_: TooMuch| ReadError::Oversized { line, what: "a host" };
        while let Some(event) = events.next().map_err(malformed)? {
            match event {
                Event::Scalar { key: "finished", .. } => self.run = Run::Over,
                Event::Scalar { key, value, depth } => {
                    if key == "port" {
                        port_depth = Some(depth);
                        is_in_array |= depth > 1;
                    }
                    take(&mut record, key, &value);
                }
                Event::ObjectEnd { depth } if port_depth == Some(depth) => {
                    record.take_port(&mut host).map_err(oversized)?;
                    port_depth = None;
                }
                Event::ObjectEnd { .. } => {}
            }
        }
        Ok(host.finish().map(|host| (host, is_in_array)))
    }

    fn next_byte(&mut self) -> Result<Option<u8>, ReadError> {
        let Ok(bytes) = self.source.fill_buf() else { return Err(self.source.trouble()) };
        let byte = bytes.first().copied();
        self.source.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// What stands between records and is no JSON: another program's output, or damage.
    fn foreign(&mut self, first: u8) -> ReadError {
        let line = self.source.marked_line();
        let ahead = self.source.peek(200).unwrap_or_default();
        let text = [&[first], &ahead[..ahead.len().min(200)]].concat();
        let text = String::from_utf8_lossy(&text);
        match sniff::foreign(&text, Form::MasscanJson) {
            Some(second) => {
                let second = muster_model::Excerpt::of(second);
                ReadError::Mixed { line, first: Form::MasscanJson, second }
            }
            None => ReadError::malformed(line, "something between the records that is no JSON"),
        }
    }
}

/// Where in a record another one begins, with the bracket of its list if there is one. No record has two addresses, and no
/// string of its has a quote but behind a slash.
fn run_within(record: &[u8]) -> Option<usize> {
    let keys = memchr::memmem::find_iter(record, ADDRESS);
    let starts =
        keys.map(|key| record[..key].trim_ascii_end()).filter_map(|before| before.strip_suffix(b"{"));
    let before = starts.map(<[u8]>::trim_ascii_end).find(|before| !before.is_empty())?;
    Some(before.strip_suffix(b"[").unwrap_or(before).len())
}

fn take(record: &mut Record, key: &str, value: &str) {
    match key {
        "ip" => record.address = words::address(value),
        "timestamp" => record.at = words::epoch(value),
        "port" => record.number = value.parse().ok(),
        "proto" => record.protocol = RecordProtocol::of(value),
        "status" => record.state = words::state(value),
        "reason" => record.reason = words::reason(value),
        "ttl" => record.ttl = value.parse().unwrap_or_default(),
        "name" | "service_name" => record.service.name = banner(value, "").name,
        "banner" => record.service = banner_of(record, value),
        _ => {}
    }
}

fn banner_of(record: &mut Record, text: &str) -> super::Service {
    super::Service { is_probed: true, banner: words::excerpt(text), ..std::mem::take(&mut record.service) }
}

/// The key that a record begins with.
const ADDRESS: &[u8] = b"\"ip\"";

/// How many runs of a file are looked for within a record: each is read twice.
const MOST_BREAKS: usize = 16;
