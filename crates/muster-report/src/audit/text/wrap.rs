//! Lines that fit.

use std::io::{self, Write};

use crate::audit::words::clean;

/// Writes `text` in lines of at most `width` columns, the first behind `indents.0`, the others behind `indents.1`.
/// Words longer than a line are broken. Whatever could steer a terminal is spelt out in `text`, but not in the indents.
pub(crate) fn write_wrapped(
    out: &mut impl Write,
    width: usize,
    indents: (&str, &str),
    text: &str,
) -> io::Result<()> {
    write_items(out, width, indents, text.split(' ').filter(|word| !word.is_empty()))
}

/// As [`write_wrapped`], with items that are kept whole where they fit into a line.
pub(crate) fn write_items<'a>(
    out: &mut impl Write,
    width: usize,
    indents: (&str, &str),
    items: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    let mut line = String::from(indents.0);
    let mut used = columns(indents.0);
    let mut start = used;
    let most = width.saturating_sub(used.max(columns(indents.1))).max(10);
    for item in items.map(clean) {
        for (piece, is_start) in pieces(&item, most) {
            let length = piece.chars().count() + usize::from(is_start && used > start);
            if used > start && used + length > width {
                writeln!(out, "{}", line.trim_end())?;
                indents.1.clone_into(&mut line);
                start = columns(indents.1);
                used = start;
            }
            if used > start && is_start {
                line.push(' ');
                used += 1;
            }
            line.push_str(piece);
            used += piece.chars().count();
        }
    }
    writeln!(out, "{}", line.trim_end())
}

/// The word in pieces of at most `most` characters; the first is marked.
fn pieces(word: &str, most: usize) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let is_start = rest.len() == word.len();
        let end = rest.char_indices().nth(most).map_or(rest.len(), |(end, _)| end);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some((piece, is_start))
    })
}

/// Columns that a text of ours takes, without its colours.
fn columns(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().map_or(0, |part| part.chars().count());
    first + parts.map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.chars().count())).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(width: usize, indents: (&str, &str), text: &str) -> String {
        let mut bytes = Vec::new();
        write_wrapped(&mut bytes, width, indents, text).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_fit() {
        assert_eq!(wrapped(12, ("- ", "  "), "one two three four"), "- one two\n  three four\n");
        assert_eq!(wrapped(12, ("", ""), "abcdefghijklmno p"), "abcdefghijkl\nmno p\n");
        assert_eq!(
            wrapped(12, ("\u{1b}[1mx\u{1b}[0m ", ""), "abcde fghij"),
            "\u{1b}[1mx\u{1b}[0m abcde\nfghij\n"
        );
        assert_eq!(wrapped(12, ("-", ""), ""), "-\n");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(wrapped(40, ("", ""), "a\nb\x1b[2J"), "a\\nb\\x1b[2J\n");
    }
}
