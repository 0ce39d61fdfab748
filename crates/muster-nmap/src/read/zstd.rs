//! zstd (RFC 8878), unpacked as it is read: one frame after another, with frames that are to be skipped left out.
//! The decoder takes no window of more than 128 MiB.

use std::io::{self, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// A stream with zstd taken off.
pub(super) struct Zstd<R> {
    bytes: Watched<R>,
    decoder: FrameDecoder,
}

/// A stream that remembers whether it is over: the decoder's errors do not tell the end from damage.
struct Watched<R> {
    bytes: R,
    is_over: bool,
    count: u64,
}

impl<R: Read> Zstd<R> {
    pub(super) fn new(bytes: R) -> Self {
        let bytes = Watched { bytes, is_over: false, count: 0 };
        Self { bytes, decoder: FrameDecoder::new() }
    }

    /// Begins the next frame, if there is one.
    fn begin(&mut self) -> io::Result<bool> {
        let sums = (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
        if sums.0.is_some() && sums.0 != sums.1 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the checksum is not that of the content",
            ));
        }
        loop {
            self.bytes.count = 0;
            match self.decoder.reset(&mut self.bytes) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.bytes.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(_) if self.bytes.is_over && self.bytes.count == 0 => return Ok(false),
                Err(error) => return Err(self.error(&error)),
            }
        }
    }

    fn error(&self, error: &FrameDecoderError) -> io::Error {
        if self.bytes.is_over {
            return io::ErrorKind::UnexpectedEof.into();
        }
        io::Error::new(io::ErrorKind::InvalidData, error.to_string())
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 {
            if self.decoder.is_finished() {
                if !self.begin()? {
                    return Ok(0);
                }
            } else {
                let step = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.bytes, step);
                decoded.map_err(|error| self.error(&error))?;
            }
        }
        self.decoder.read(buffer)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(buffer)?;
        self.is_over |= length == 0 && !buffer.is_empty();
        self.count += length as u64;
        Ok(length)
    }
}
