//! Records one after the other, each with its sum.

use std::fmt;
use std::io::{self, Read};

use crc32fast::Hasher;

use super::record::Record;

/// What every journal begins with; the form's number follows in two bytes.
pub(super) const MAGIC: &[u8; 15] = b"muster journal\n";
/// The form that is written.
pub(super) const FORM: u16 = 1;
/// Bytes before the first record.
pub(super) const PREFACE: usize = MAGIC.len() + 2;
/// Bytes before a payload: its length and its sum.
pub(super) const FRAME: usize = 8;
/// The longest payload; only arguments can be as long.
pub(super) const MOST_PAYLOAD: usize = 4 << 20;

/// The sum over everything so far: a record counts only in its own place of its own journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain(u32);

impl Chain {
    /// Before the first record.
    pub(super) fn start() -> Self {
        Self(crc32fast::hash(&preface()))
    }

    /// With one record more.
    pub(super) fn with(self, length: [u8; 4], payload: &[u8]) -> Self {
        let mut hasher = Hasher::new_with_initial(self.0);
        hasher.update(&length);
        hasher.update(payload);
        Self(hasher.finalize())
    }

    /// Appends the frame and the payload that `put` writes.
    ///
    /// A payload that is too long is left out, which makes what follows unreadable; see [`MOST_PAYLOAD`].
    pub(super) fn append(&mut self, out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
        let start = out.len();
        out.extend_from_slice(&[0; FRAME]);
        put(out);
        let length = (out.len() - start - FRAME) as u32;
        *self = self.with(length.to_le_bytes(), &out[start + FRAME..]);
        out[start..start + 4].copy_from_slice(&length.to_le_bytes());
        out[start + 4..start + FRAME].copy_from_slice(&self.0.to_le_bytes());
    }
}

/// The first bytes of a journal.
pub(super) fn preface() -> [u8; PREFACE] {
    let mut bytes = [0; PREFACE];
    bytes[..MAGIC.len()].copy_from_slice(MAGIC);
    bytes[MAGIC.len()..].copy_from_slice(&FORM.to_le_bytes());
    bytes
}

/// Why a record does not stand, and with it whatever follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The file ends within it.
    Cut,
    /// It claims to be longer than any.
    TooLong,
    /// Its sum is wrong.
    WrongSum,
    /// Its sum is right, but it is none that is known or that may stand there.
    Unknown,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cut => "is cut short",
            Self::TooLong => "has an impossible length",
            Self::WrongSum => "has a wrong sum",
            Self::Unknown => "is of no known kind",
        })
    }
}

/// Reads records; memory is bounded by the longest payload.
#[derive(Debug)]
pub(super) struct Records<R> {
    source: R,
    chain: Chain,
    /// Bytes of the file before the next record.
    place: u64,
    payload: Vec<u8>,
}

/// The next thing in a stream of records.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Record(Record),
    Damage(Damage),
    End,
}

impl<R: Read> Records<R> {
    /// `source` stands at `place`, before which the sum is `chain`.
    pub(super) fn new(source: R, place: u64, chain: Chain) -> Self {
        Self { source, chain, place, payload: Vec::new() }
    }

    /// Where the next record begins, and the sum before it.
    pub(super) fn place(&self) -> (u64, Chain) {
        (self.place, self.chain)
    }

    pub(super) fn next(&mut self) -> io::Result<Next> {
        let mut frame = [0; FRAME];
        match read_up_to(&mut self.source, &mut frame)? {
            0 => return Ok(Next::End),
            FRAME => {}
            _ => return Ok(Next::Damage(Damage::Cut)),
        }
        let ([length @ .., _, _, _, _], [_, _, _, _, sum @ ..]) = (frame, frame);
        let size = u32::from_le_bytes(length) as usize;
        if size > MOST_PAYLOAD {
            return Ok(Next::Damage(Damage::TooLong));
        }
        self.payload.clear();
        // Grows with what is there, not with what is claimed.
        self.source.by_ref().take(size as u64).read_to_end(&mut self.payload)?;
        if self.payload.len() < size {
            return Ok(Next::Damage(Damage::Cut));
        }
        let chain = self.chain.with(length, &self.payload);
        if chain.0 != u32::from_le_bytes(sum) {
            return Ok(Next::Damage(Damage::WrongSum));
        }
        let Some(record) = Record::take(&self.payload) else {
            return Ok(Next::Damage(Damage::Unknown));
        };
        self.chain = chain;
        self.place += (FRAME + size) as u64;
        Ok(Next::Record(record))
    }
}

/// How many bytes there were, up to the length of `buffer`.
pub(super) fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
