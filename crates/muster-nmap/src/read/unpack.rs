//! Takes gzip and zstd off a stream, told by its first bytes. Both are unpacked as they are read: how much comes out
//! costs time, never memory.

use std::io::{self, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::zstd::Zstd;

/// A stream with its packing taken off.
pub(super) enum Unpacked<R> {
    Plain(Begun<R>),
    Gzip(Box<MultiGzDecoder<Begun<R>>>),
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
            () if is_gzip => Self::Gzip(Box::new(MultiGzDecoder::new(bytes))),
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
            Self::Plain(bytes) => bytes.read(buffer),
            Self::Gzip(bytes) => bytes.read(buffer),
            Self::Zstd(bytes) => bytes.read(buffer),
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
