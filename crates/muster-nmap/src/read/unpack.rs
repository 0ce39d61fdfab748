//! Takes gzip and zstd off a stream, told by its first bytes. Both are unpacked as they are read: how much comes out
//! costs time, never memory.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::zstd::Zstd;

/// A stream with its packing taken off.
pub(super) enum Unpacked<R> {
    /// Nothing is read.
    Nothing,
    Plain(Begun<R>),
    Gzip(Box<Gzip<Begun<R>>>),
    Zstd(Box<Zstd<Begun<R>>>),
}

/// A stream of which the first bytes were looked at.
pub(super) type Begun<R> = Chain<Cursor<Vec<u8>>, R>;

impl<R: Read> Unpacked<R> {
    /// Looks at the first bytes.
    pub(super) fn open(mut bytes: R) -> io::Result<Self> {
        let mut magic = Vec::with_capacity(MAGIC);
        bytes.by_ref().take(MAGIC as u64).read_to_end(&mut magic)?;
        let (is_gzip, is_zstd) = (magic.starts_with(&GZIP), is_zstd(&magic));
        let bytes = Cursor::new(magic).chain(bytes);
        Ok(match () {
            () if is_gzip => Self::Gzip(Box::new(Gzip::new(bytes))),
            () if is_zstd => Self::Zstd(Box::new(Zstd::new(bytes))),
            () => Self::Plain(bytes),
        })
    }

    /// Whether an error may be the packing's and not the system's.
    pub(super) fn is_packed(&self) -> bool {
        !matches!(self, Self::Plain(_))
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Nothing => Ok(0),
            Self::Plain(bytes) => bytes.read(buffer),
            Self::Gzip(bytes) => bytes.read(buffer),
            Self::Zstd(bytes) => bytes.read(buffer),
        }
    }
}

/// gzip, a member after another. Zeros behind a member are padding; anything else there that is no member is damage, since
/// it may have been one.
pub(super) struct Gzip<R> {
    member: Option<GzDecoder<BufReader<R>>>,
}

impl<R: Read> Gzip<R> {
    fn new(bytes: R) -> Self {
        Self { member: Some(GzDecoder::new(BufReader::new(bytes))) }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let length = member.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            let is_more = skip_zeros(member.get_mut())?;
            let rest = self.member.take().filter(|_| is_more);
            self.member = rest.map(|member| GzDecoder::new(member.into_inner()));
        }
        Ok(0)
    }
}

/// Whether anything but zeros is left.
fn skip_zeros(bytes: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = bytes.fill_buf()?;
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        let (is_over, is_more) = (ahead.is_empty(), zeros < ahead.len());
        bytes.consume(zeros);
        if is_over || is_more {
            return Ok(is_more);
        }
    }
}

/// A frame of zstd, or one that is to be skipped (RFC 8878, 3.1).
fn is_zstd(magic: &[u8]) -> bool {
    matches!(magic, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// RFC 1952, 2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How many bytes tell.
const MAGIC: usize = 4;
