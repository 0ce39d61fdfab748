//! Bytes in whatever encoding → UTF-8.
//!
//! Nmap writes ASCII, but names, banners and shells do not keep to it: a file may hold bytes of Latin-1, and what
//! PowerShell redirects is UTF-16. Bytes that are no UTF-8 become what they become in an excerpt, `\xff`, unless XML says
//! that it is in Latin-1.

use std::fmt::Write;

/// How a stream is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
    /// Windows-1252, which is ISO-8859-1 with signs in place of controls that nobody writes.
    Latin1,
}

impl Encoding {
    /// By the byte order mark, of which the length is given too, or by what XML says of files without one (XML 1.0,
    /// appendix F).
    pub(super) fn of(start: &[u8]) -> (Self, usize) {
        match start {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Little, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Big, 2),
            [b'<' | b'#', 0, ..] => (Self::Utf16Little, 0),
            [0, b'<' | b'#', ..] => (Self::Utf16Big, 0),
            start if is_declared_latin(start) => (Self::Latin1, 0),
            _ => (Self::Utf8, 0),
        }
    }

    /// Appends what the bytes mean, and gives how many of them are used up: a character that more bytes may complete is
    /// not, unless these are the last.
    pub(super) fn decode(self, bytes: &[u8], is_last: bool, text: &mut String) -> usize {
        match self {
            Self::Utf8 => utf8(bytes, is_last, text),
            Self::Utf16Little => utf16(bytes, is_last, u16::from_le_bytes, text),
            Self::Utf16Big => utf16(bytes, is_last, u16::from_be_bytes, text),
            Self::Latin1 => {
                text.extend(bytes.iter().map(|byte| latin(*byte)));
                bytes.len()
            }
        }
    }
}

/// `<?xml version="1.0" encoding="iso-8859-1"?>`
fn is_declared_latin(start: &[u8]) -> bool {
    let declared = || {
        let declaration = start.strip_prefix(b"<?xml ")?;
        let end = declaration.iter().position(|byte| *byte == b'>')?;
        let text = str::from_utf8(&declaration[..end]).ok()?;
        let value = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        Some(value[1..].split_once(quote)?.0.to_ascii_lowercase())
    };
    declared().is_some_and(|name| matches!(&name[..], "iso-8859-1" | "latin1" | "windows-1252" | "cp1252"))
}

fn latin(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
        byte => byte.into(),
    }
}

/// What Windows-1252 has in place of controls (WHATWG, Encoding, index-windows-1252).
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn utf8(bytes: &[u8], is_last: bool, text: &mut String) -> usize {
    let mut rest = bytes;
    loop {
        let error = match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return bytes.len();
            }
            Err(error) => error,
        };
        let (valid, invalid) = rest.split_at(error.valid_up_to());
        text.push_str(str::from_utf8(valid).unwrap_or_default());
        let length = match error.error_len() {
            None if !is_last => return bytes.len() - invalid.len(),
            None => invalid.len(),
            Some(length) => length,
        };
        for byte in &invalid[..length] {
            // Writing to memory cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
        rest = &invalid[length..];
    }
}

fn utf16(bytes: &[u8], is_last: bool, unit: fn([u8; 2]) -> u16, text: &mut String) -> usize {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units = || pairs.iter().map(|pair| unit(*pair));
    let waits = !is_last && units().next_back().is_some_and(|last| (0xd800..0xdc00).contains(&last));
    let ready = units().take(pairs.len() - usize::from(waits));
    for character in char::decode_utf16(ready) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.push(character);
    }
    let left = odd.len() + 2 * usize::from(waits);
    if is_last { bytes.len() } else { bytes.len() - left }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a stream would: in pieces.
    fn decoded(encoding: Encoding, bytes: &[u8], piece: usize) -> String {
        let (mut text, mut from, mut until) = (String::new(), 0, 0);
        while until < bytes.len() {
            until = (until + piece).min(bytes.len());
            from += encoding.decode(&bytes[from..until], until == bytes.len(), &mut text);
        }
        text
    }

    #[test]
    fn every_encoding_becomes_text() {
        let little: Vec<u8> = "Büro 電 😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Büro 電 😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for piece in 1..20 {
            assert_eq!(decoded(Encoding::Utf8, "Büro 電 😀".as_bytes(), piece), "Büro 電 😀");
            assert_eq!(decoded(Encoding::Utf16Little, &little, piece), "Büro 電 😀");
            assert_eq!(decoded(Encoding::Utf16Big, &big, piece), "Büro 電 😀");
            assert_eq!(decoded(Encoding::Utf8, b"B\xfcro \xe9", piece), "B\\xfcro \\xe9");
            assert_eq!(decoded(Encoding::Latin1, b"B\xfcro \x80\x9f", piece), "Büro €Ÿ");
            assert_eq!(decoded(Encoding::Utf16Little, b"a\0\x3d\xd8b\0c", piece), "a\u{fffd}b");
        }
    }

    #[test]
    fn encodings_are_told_by_their_beginning() {
        for (start, expected) in [
            (&b"\xef\xbb\xbf<"[..], (Encoding::Utf8, 3)),
            (b"\xff\xfe<\0", (Encoding::Utf16Little, 2)),
            (b"\xfe\xff\0<", (Encoding::Utf16Big, 2)),
            (b"<\0?\0", (Encoding::Utf16Little, 0)),
            (b"\0<\0?", (Encoding::Utf16Big, 0)),
            (b"<?xml", (Encoding::Utf8, 0)),
            (b"<?xml version='1.0' encoding = 'Windows-1252'?>", (Encoding::Latin1, 0)),
            (b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>", (Encoding::Latin1, 0)),
            (b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a encoding=\"iso-8859-1\"?>", (Encoding::Utf8, 0)),
            (b"<?xml encoding=\"iso-8859-1?>", (Encoding::Utf8, 0)),
            (b"", (Encoding::Utf8, 0)),
        ] {
            assert_eq!(Encoding::of(start), expected);
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(bytes: Vec<u8>, piece in 1..9_usize) {
            for encoding in [Encoding::Utf8, Encoding::Utf16Little, Encoding::Utf16Big, Encoding::Latin1] {
                prop_assert_eq!(decoded(encoding, &bytes, piece), decoded(encoding, &bytes, bytes.len().max(1)));
            }
        }
    }
}
