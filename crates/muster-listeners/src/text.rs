//! Bytes as tools and their redirections write them.

use std::borrow::Cow;

/// As text: UTF-16 by its mark or, as PowerShell may leave it out, by every other byte being zero; else UTF-8. What is
/// neither, as Windows' code pages, stands as a replacement: names of programs and all numbers are ASCII.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(wide(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ if has_zeros(bytes, 1) => Cow::Owned(wide(bytes, u16::from_le_bytes)),
        _ if has_zeros(bytes, 0) => Cow::Owned(wide(bytes, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// Whether the beginning is ASCII in two bytes, the zeros at `place` of each pair.
fn has_zeros(bytes: &[u8], place: usize) -> bool {
    let mut pairs = bytes.chunks_exact(2).take(16).peekable();
    pairs.peek().is_some() && pairs.all(|pair| pair[place] == 0 && pair[1 - place] != 0)
}

/// The beginning of a line: what tells a listener stands there.
pub(crate) fn cut(line: &str) -> &str {
    &line[..line.floor_char_boundary(LONGEST)]
}

const LONGEST: usize = 4_096;
