//! masscan's `-oJ` and `-oD` (a record a line).
//!
//! The list of `-oJ` was no JSON for years: a comma stood behind the last record, or `{finished: 1}` did. What parts the
//! records is therefore not looked at. `-oD` has no end of its own: it is whole if its last line is.

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
    has_begun: bool,
    is_list: bool,
    is_finished: bool,
}

/// What stands between two records, or one of them.
enum Found {
    Record,
    Broken,
    End,
}

impl<R: Read> Json<R> {
    pub(super) fn new(source: Source<R>) -> Self {
        Self { source, record: Vec::new(), has_begun: false, is_list: false, is_finished: false }
    }

    pub(super) fn next_piece(&mut self) -> Result<Piece, ReadError> {
        if !self.has_begun {
            self.has_begun = true;
            return Ok(Piece::Head(Box::new(Head::of(Form::MasscanJson))));
        }
        loop {
            match self.find()? {
                Found::Record => {
                    if let Some(host) = self.host()? {
                        return Ok(Piece::Host(host));
                    }
                }
                Found::Broken => return Ok(self.tail(false)),
                Found::End => return Ok(self.tail(self.is_finished || !self.is_list)),
            }
        }
    }

    fn tail(&self, is_whole: bool) -> Piece {
        let line = self.source.last_line();
        let ending = if is_whole { Ending::Complete } else { Ending::BrokenOff { line } };
        Piece::Tail(Box::new(Tail { end: None, elapsed: None, up: None, total: None, ending }))
    }

    /// Goes to the next record and takes its text.
    fn find(&mut self) -> Result<Found, ReadError> {
        loop {
            self.source.mark();
            let Some(byte) = self.next_byte()? else { return Ok(Found::End) };
            match byte {
                b'{' => return self.take_record(),
                b'[' => (self.is_list, self.is_finished) = (true, false),
                b']' => self.is_finished = true,
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
            let Ok(bytes) = self.source.fill_buf() else { return Err(self.source.trouble()) };
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

    /// The host that the record speaks of. With `-oJ` the port's words stand in an array, with `-oD` beside the address.
    fn host(&mut self) -> Result<Option<Box<Host>>, ReadError> {
        let line = self.source.marked_line();
        let text = String::from_utf8_lossy(&self.record);
        let (mut host, mut record) = (HostInMaking::new(), Record::default());
        let (mut events, mut port_depth) = (Events::of(&text), None);
        let malformed = |_: NotJson| ReadError::malformed(line, "a record that is no JSON");
        let oversized = |_: TooMuch| ReadError::Oversized { line, what: "a host" };
        while let Some(event) = events.next().map_err(malformed)? {
            match event {
                Event::Scalar { key: "finished", .. } => self.is_finished = true,
                Event::Scalar { key, value, depth } => {
                    if key == "port" {
                        port_depth = Some(depth);
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
        Ok(host.finish())
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
