//! What was sent over a connection, and what came.

use std::fmt;

use crate::excerpt::Escaped;

/// The words of both sides over one connection, from their beginning: evidence for whoever doubts what they were taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What we sent.
    pub sent: Said,
    /// What came.
    pub heard: Said,
    /// Whether these are the words that were said within TLS, rather than the bytes on the wire.
    pub is_in_tls: bool,
}

/// The beginning of what one side said, as it was, and how much it said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    bytes: Box<[u8]>,
    total: u64,
}

impl Said {
    /// So many bytes are kept.
    pub const MOST: usize = 512;

    /// What begins with `bytes`, and was so many bytes in all: at least as many as are given.
    pub fn of(bytes: &[u8], total: u64) -> Self {
        let kept = &bytes[..bytes.len().min(Self::MOST)];
        Self { bytes: kept.into(), total: total.max(bytes.len() as u64) }
    }

    /// So many bytes of which none is kept, since a secret is in them.
    pub fn secret(total: u64) -> Self {
        Self { bytes: Box::default(), total }
    }

    /// The beginning.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes there were in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether nothing was said.
    pub fn is_nothing(&self) -> bool {
        self.total == 0
    }

    /// Whether something was said and none of it is kept.
    pub fn is_secret(&self) -> bool {
        self.total > 0 && self.bytes.is_empty()
    }
}

/// What is kept of it, with everything escaped that an [`Excerpt`](crate::Excerpt) escapes; a `…` behind it where more was said.
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.bytes).fmt(f)?;
        if self.total > self.bytes.len() as u64 { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        for length in [0, 1, 511, 512, 513, 100_000] {
            let said = Said::of(&vec![b'a'; length], length as u64);
            assert_eq!((said.bytes().len(), said.total()), (length.min(Said::MOST), length as u64));
            assert_eq!(said.to_string().ends_with('…'), length > Said::MOST);
            assert_eq!((said.is_nothing(), said.is_secret()), (length == 0, false));
        }
        assert_eq!(Said::of(b"abc", 2).total(), 3, "there were at least as many as there are");
    }

    #[test]
    fn what_is_shown_moves_no_cursor_and_hides_nothing() {
        let told = |bytes: &[u8]| Said::of(bytes, bytes.len() as u64).to_string();
        assert_eq!(told(b"GET / HTTP/1.1\r\n\r\n"), "GET / HTTP/1.1\\r\\n\\r\\n");
        assert_eq!(told(b"\x1b]0;x\x07\xff\x00"), "\\x1b]0;x\\x07\\xff\\x00");
        assert_eq!(told("\u{202e}b\u{9b}".as_bytes()), "\\u{202e}b\\u{9b}");
        assert_eq!(told(b"trailing  "), "trailing  ", "nothing is cut but what is too long");
        assert_eq!(told(&[0; 512]).len(), 4 * 512, "all that is kept is shown");
    }

    #[test]
    fn a_secret_shows_nothing_but_its_size() {
        let said = Said::secret(43);
        assert_eq!(
            (said.bytes().len(), said.total(), said.is_secret(), said.is_nothing()),
            (0, 43, true, false)
        );
    }
}
