//! Foreign text that is safe to carry about.

use std::fmt;
use std::sync::Arc;

/// What somebody else's program said, short and printable: letters, digits, blanks and ordinary punctuation of any
/// script stay, everything else (control characters, escape sequences, marks that turn the direction of text) becomes
/// `\x1b` or `\u{202e}`.
///
/// No excerpt can move a cursor or hide text. Markup and formulas are the business of the page or table it is written
/// into.
///
/// Cheap to clone: the same is said again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Excerpt(Arc<str>);

impl Excerpt {
    /// The longest excerpt, in characters; what is longer ends in `…`.
    pub const LONGEST: usize = 200;

    /// An excerpt of bytes that may be anything; what is no UTF-8 becomes `\xff`.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut excerpt = Builder::default();
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|c| excerpt.push(c));
            chunk.invalid().iter().for_each(|&byte| excerpt.push_byte(byte));
            if excerpt.is_full() {
                break;
            }
        }
        excerpt.finish()
    }

    /// An excerpt of text.
    pub fn of(text: &str) -> Self {
        // Most of what programs say is short and plain.
        // Not to stop at the first byte that is not lets many be looked at at once.
        let is_plain = |so_far: bool, byte| so_far & matches!(byte, b' '..=b'~');
        if text.len() <= Self::LONGEST && text.bytes().fold(true, is_plain) {
            return Self(text.trim_ascii_end().into());
        }
        Self::of_bytes(text.as_bytes())
    }

    /// An excerpt that was kept as text. `None` if no excerpt reads like it: who wrote it may be anybody, so what is
    /// safe is checked again.
    pub fn of_kept(text: &str) -> Option<Self> {
        let body = text.strip_suffix(CUT).unwrap_or(text);
        let is_short = body.chars().count() <= 2 * Self::LONGEST; // an escape counts as 8 characters, and has up to 10
        let is_one = is_short && body.chars().all(is_plain) && !body.ends_with(' ');
        is_one.then(|| Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// All of these bytes as an excerpt shows them, however many.
pub(crate) struct Escaped<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    _ if is_plain(c) => write!(f, "{c}")?,
                    '\0'..='\u{7f}' => f.write_str(&escape(c as u8))?,
                    _ => write!(f, "{}", c.escape_unicode())?,
                }
            }
            chunk.invalid().iter().try_for_each(|&byte| f.write_str(&escape(byte)))?;
        }
        Ok(())
    }
}

fn escape(byte: u8) -> String {
    match byte {
        b'\t' => "\\t".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// An excerpt in the making.
#[derive(Default)]
struct Builder {
    text: String,
    length: usize,
}

impl Builder {
    fn push(&mut self, c: char) {
        match c {
            _ if self.is_full() => self.length += 1,
            _ if is_plain(c) => self.append(c),
            '\0'..='\u{7f}' => self.push_byte(c as u8),
            _ => {
                self.text.extend(c.escape_unicode());
                self.length += 8;
            }
        }
    }

    fn push_byte(&mut self, byte: u8) {
        let escaped = escape(byte);
        if self.is_full() {
            self.length += 1;
        } else {
            self.length += escaped.len();
            self.text.push_str(&escaped);
        }
    }

    fn append(&mut self, c: char) {
        self.text.push(c);
        self.length += 1;
    }

    fn is_full(&self) -> bool {
        self.length >= Excerpt::LONGEST
    }

    fn finish(mut self) -> Excerpt {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
        if self.length > Excerpt::LONGEST {
            self.text.push(CUT);
        }
        Excerpt(self.text.into())
    }
}

/// Whether a character neither moves a cursor nor hides or turns text.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}') || c.is_alphanumeric()
}

/// The end of an excerpt of something longer.
const CUT: char = '…';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_dangerous_passes() {
        for (bytes, expected) in [
            (&b"hello"[..], "hello"),
            (b"a\x1b[31mred", "a\\x1b[31mred"),
            (b"line\r\nnext\t", "line\\r\\nnext\\t"),
            (b"\xff\xfeok", "\\xff\\xfeok"),
            ("Bürorechner 電腦".as_bytes(), "Bürorechner 電腦"),
            ("a\u{202e}b\u{200b}".as_bytes(), "a\\u{202e}b\\u{200b}"),
            (b"\x00\x7f", "\\x00\\x7f"),
            ("\u{9b}31m".as_bytes(), "\\u{9b}31m"),
        ] {
            assert_eq!(Excerpt::of_bytes(bytes).as_str(), expected);
        }
    }

    #[test]
    fn plain_text_is_treated_like_any_other() {
        let full = "a".repeat(Excerpt::LONGEST);
        for text in [
            "",
            " ",
            "plain",
            " a  b  ",
            "a~",
            "a\x7f",
            "é",
            &full,
            &(full.clone() + " "),
            &(full.clone() + "b"),
        ] {
            assert_eq!(Excerpt::of(text), Excerpt::of_bytes(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn an_excerpt_that_was_kept_is_the_same() {
        let escapes = "\u{10ffff}".repeat(Excerpt::LONGEST);
        let nearly = "a".repeat(Excerpt::LONGEST - 1) + "\u{10ffff}";
        for text in ["", "plain", "a\x1b[31m", "Büro 電腦\u{202e}", "…", &"b".repeat(300), &escapes, &nearly]
        {
            let excerpt = Excerpt::of(text);
            assert_eq!(Excerpt::of_kept(excerpt.as_str()), Some(excerpt));
        }
        for text in ["\x1b[31m", "a\0", "a\u{202e}", "a ", "a…b", "…… ", &"a".repeat(500)] {
            assert_eq!(Excerpt::of_kept(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_excerpt_is_short() {
        let long = Excerpt::of_bytes(&vec![b'a'; 1 << 20]);
        assert_eq!(long.as_str().chars().count(), Excerpt::LONGEST + 1);
        assert!(long.as_str().ends_with('…'));
        assert_eq!(Excerpt::of_bytes(&[b'a'; Excerpt::LONGEST]).as_str().chars().count(), Excerpt::LONGEST);
        assert!(Excerpt::of_bytes(&[0xff; 1000]).as_str().len() < 4 * Excerpt::LONGEST);
    }
}
