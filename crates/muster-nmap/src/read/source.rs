//! The text of a file: unpacked, in UTF-8, with its lines counted, and never more than a piece of it in memory.

use std::io::{self, BufRead, Read};

use muster_model::Excerpt;

use super::ReadError;
use super::text::Encoding;
use super::unpack::Unpacked;

/// The text of a file.
pub(super) struct Source<R> {
    input: Unpacked<R>,
    encoding: Encoding,
    /// What was read and not yet decoded stands at the front, up to `kept`.
    raw: Vec<u8>,
    kept: usize,
    ready: String,
    /// Where in `ready` the unread part begins.
    at: usize,
    /// How much of the text stood before `ready`.
    dropped: u64,
    is_over: bool,
    /// What the input failed with when somebody looked further than all have read.
    failure: Option<io::Error>,
    /// Line ends before the place `counted` of `ready`, and before the last mark.
    lines: u64,
    counted: usize,
    marked: u64,
    ends_in_line_end: bool,
    /// Bytes that were taken since the last mark.
    taken: usize,
    trouble: Option<ReadError>,
}

impl<R> Default for Source<R> {
    /// The text of nothing.
    fn default() -> Self {
        Self {
            input: Unpacked::Nothing,
            encoding: Encoding::Utf8,
            raw: Vec::new(),
            kept: 0,
            ready: String::new(),
            at: 0,
            dropped: 0,
            is_over: false,
            failure: None,
            lines: 0,
            counted: 0,
            marked: 0,
            ends_in_line_end: false,
            taken: 0,
            trouble: None,
        }
    }
}

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// With its end.
    Whole,
    /// The file ends within it.
    Partial,
    /// There is none.
    None,
}

impl<R: Read> Source<R> {
    /// Takes off packing and byte order mark.
    pub(super) fn open(bytes: R) -> Result<Self, ReadError> {
        let mut source = Self {
            input: Unpacked::open(bytes).map_err(|source| ReadError::Input { line: 1, source })?,
            raw: vec![0; CHUNK],
            ready: String::with_capacity(CHUNK),
            ..Self::default()
        };
        while source.kept < LONGEST_MARK && !source.is_over {
            source.read_raw()?;
        }
        let (encoding, mark) = Encoding::of(&source.raw[..source.kept]);
        source.encoding = encoding;
        source.raw.copy_within(mark..source.kept, 0);
        source.kept -= mark;
        source.decode();
        Ok(source)
    }

    /// The unread part, at least so many bytes of it if there are as many.
    pub(super) fn peek(&mut self, wanted: usize) -> Result<&[u8], ReadError> {
        while self.ready.len() - self.at < wanted && !self.is_over {
            self.refill()?;
        }
        Ok(&self.ready.as_bytes()[self.at..])
    }

    /// What was read of the text and not yet taken.
    pub(super) fn ahead(&self) -> &str {
        self.ready.get(self.at..).unwrap_or_default()
    }

    /// Makes what is ahead longer, if there is more. What fails here is told to whoever reads up to there.
    pub(super) fn look_further(&mut self) -> bool {
        let unread = self.ready.len() - self.at;
        while self.ready.len() - self.at == unread && !self.is_over && self.failure.is_none() {
            self.drop_taken();
            match self.read_input() {
                Ok(()) => self.decode(),
                Err(error) => self.failure = Some(error),
            }
        }
        self.ready.len() - self.at > unread
    }

    /// How much of the text was taken.
    pub(super) fn place(&self) -> u64 {
        self.dropped + self.at as u64
    }

    /// Reads a line without its end.
    pub(super) fn read_line(&mut self, line: &mut Vec<u8>) -> Result<Line, ReadError> {
        line.clear();
        self.mark();
        if self.read_until(b'\n', line).is_err() {
            return Err(self.trouble());
        }
        let is_whole = line.pop_if(|last| *last == b'\n').is_some();
        line.pop_if(|last| is_whole && *last == b'\r');
        Ok(match is_whole {
            true => Line::Whole,
            false if line.is_empty() => Line::None,
            false => Line::Partial,
        })
    }

    /// Puts text back that was taken last: it is read once more.
    pub(super) fn put_back(&mut self, text: &str) {
        self.drop_taken();
        self.ready.insert_str(self.at, text);
        self.lines -= line_ends(text.as_bytes());
        self.dropped -= text.len() as u64;
        (self.taken, self.trouble) = (0, None);
    }

    /// Whether the last read failed for something that is too long.
    pub(super) fn met_too_much(&self) -> bool {
        matches!(self.trouble, Some(ReadError::Oversized { .. }))
    }

    /// Something begins here that must not be too long.
    pub(super) fn mark(&mut self) {
        self.taken = 0;
        self.count_lines();
        self.marked = self.lines;
    }

    /// The line of the last mark.
    pub(super) fn marked_line(&self) -> u64 {
        self.marked + 1
    }

    /// The last line of which something was read.
    pub(super) fn last_line(&self) -> u64 {
        let lines = self.lines + line_ends(&self.ready.as_bytes()[self.counted..self.at]);
        (lines + u64::from(!self.ends_in_line_end)).max(1)
    }

    /// Whether all was read.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.at == self.ready.len() && !self.look_further() && self.failure.is_none()
    }

    /// What was behind the error that the last read gave.
    pub(super) fn trouble(&mut self) -> ReadError {
        let line = self.last_line();
        self.trouble.take().unwrap_or(ReadError::Input { line, source: io::ErrorKind::Other.into() })
    }

    fn refill(&mut self) -> Result<(), ReadError> {
        self.drop_taken();
        self.read_raw()?;
        self.decode();
        Ok(())
    }

    /// Forgets what was taken, but for the first bytes of a character of which the others were not.
    fn drop_taken(&mut self) {
        self.count_lines();
        let taken = self.ready.floor_char_boundary(self.at);
        self.ready.drain(..taken);
        self.at -= taken;
        self.counted = self.at;
        self.dropped += taken as u64;
    }

    fn count_lines(&mut self) {
        self.lines += line_ends(&self.ready.as_bytes()[self.counted..self.at]);
        self.counted = self.at;
    }

    fn read_raw(&mut self) -> Result<(), ReadError> {
        let read = match self.failure.take() {
            Some(error) => Err(error),
            None => self.read_input(),
        };
        read.map_err(|error| self.input_error(error))
    }

    /// A stream that ends in the middle of its packing has ended, like one that ends in the middle of a line.
    fn read_input(&mut self) -> io::Result<()> {
        let length = loop {
            match self.input.read(&mut self.raw[self.kept..]) {
                Ok(length) => break length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if self.input.is_packed() && error.kind() == io::ErrorKind::UnexpectedEof => {
                    break 0;
                }
                Err(error) => return Err(error),
            }
        };
        self.is_over = length == 0;
        self.kept += length;
        Ok(())
    }

    fn decode(&mut self) {
        let used = self.encoding.decode(&self.raw[..self.kept], self.is_over, &mut self.ready);
        self.raw.copy_within(used..self.kept, 0);
        self.kept -= used;
    }

    fn input_error(&self, source: io::Error) -> ReadError {
        let line = self.last_line();
        let is_packing = matches!(source.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
        if is_packing && self.input.is_packed() {
            return ReadError::Packing { line, why: Excerpt::of(&source.to_string()) };
        }
        ReadError::Input { line, source }
    }

    fn fails_with(&mut self, trouble: ReadError) -> io::Error {
        self.trouble = Some(trouble);
        io::ErrorKind::Other.into()
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > LONGEST {
            let trouble = ReadError::Oversized { line: self.marked_line(), what: "something" };
            return Err(self.fails_with(trouble));
        }
        while self.at == self.ready.len() && !self.is_over {
            self.refill().map_err(|trouble| self.fails_with(trouble))?;
        }
        Ok(&self.ready.as_bytes()[self.at..])
    }

    fn consume(&mut self, length: usize) {
        let consumed = &self.ready.as_bytes()[self.at..self.at + length];
        self.ends_in_line_end = consumed.last().map_or(self.ends_in_line_end, |byte| *byte == b'\n');
        self.at += length;
        self.taken += length;
    }
}

fn line_ends(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// How many bytes tell the encoding, also where XML declares it.
const LONGEST_MARK: usize = 128;

/// The longest line, tag or record. A host of whom all 65,535 ports are listed takes some 3 MB in one grepable line.
pub(super) const LONGEST: usize = 16 << 20;
