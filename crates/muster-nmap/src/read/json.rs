//! A pull parser for records that are small and flat: it gives scalars with the key they stand under, and the ends of
//! objects. It builds no tree, and takes what masscan's versions wrote: escapes that JSON does not know stay as they are.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::CharIndices;

/// What comes next in a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A string, number or word, and how many objects and arrays it stands in.
    Scalar { key: &'a str, value: Cow<'a, str>, depth: usize },
    /// An object of this depth is over.
    ObjectEnd { depth: usize },
}

/// Something is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotJson;

/// The parser of one record.
pub(super) struct Events<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    key: &'a str,
    depth: usize,
}

impl<'a> Events<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, rest: text.char_indices().peekable(), key: "", depth: 0 }
    }

    /// The next event; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>, NotJson> {
        while let Some((at, c)) = self.rest.next() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ',' | ':' => {}
                '{' | '[' => self.depth += 1,
                '}' | ']' => {
                    let depth = self.depth;
                    self.depth = depth.checked_sub(1).ok_or(NotJson)?;
                    if c == '}' {
                        return Ok(Some(Event::ObjectEnd { depth }));
                    }
                }
                '"' => {
                    let value = self.string(at + 1)?;
                    if let Some(event) = self.key_or_value(value) {
                        return Ok(Some(event));
                    }
                }
                _ => {
                    let value = self.word(at)?;
                    if let Some(event) = self.key_or_value(value.into()) {
                        return Ok(Some(event));
                    }
                }
            }
        }
        if self.depth == 0 { Ok(None) } else { Err(NotJson) }
    }

    /// A key is what a colon follows.
    fn key_or_value(&mut self, value: Cow<'a, str>) -> Option<Event<'a>> {
        while self.rest.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
        if self.rest.next_if(|(_, c)| *c == ':').is_none() {
            return Some(Event::Scalar { key: self.key, value, depth: self.depth });
        }
        // A key with an escape is none of masscan's.
        self.key = if let Cow::Borrowed(key) = value { key } else { "" };
        None
    }

    /// A number, or `true`, or the key of an old version without its quotes.
    fn word(&mut self, start: usize) -> Result<&'a str, NotJson> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
        while self.rest.next_if(|(_, c)| is_part(*c)).is_some() {}
        let word = &self.text[start..self.here()];
        if word.starts_with(is_part) { Ok(word) } else { Err(NotJson) }
    }

    fn string(&mut self, start: usize) -> Result<Cow<'a, str>, NotJson> {
        let mut has_escapes = false;
        while let Some((at, c)) = self.rest.next() {
            match c {
                '"' if has_escapes => return Ok(unescaped(&self.text[start..at]).into()),
                '"' => return Ok(self.text[start..at].into()),
                '\\' => {
                    has_escapes = true;
                    self.rest.next();
                }
                _ => {}
            }
        }
        Err(NotJson)
    }

    fn here(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(at, _)| *at)
    }
}

/// Escapes of RFC 8259, section 7. Half of a surrogate pair becomes U+FFFD.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let letter = behind.chars().next();
        rest = &behind[letter.map_or(0, char::len_utf8)..];
        match letter {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some(c @ ('"' | '\\' | '/')) => out.push(c),
            Some('u') => rest = code(rest, &mut out),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out + rest
}

/// `00e9`, or `d83d\ude00`; gives what is left.
fn code<'a>(text: &'a str, out: &mut String) -> &'a str {
    let unit = |text: &str| text.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let Some(first) = unit(text) else {
        out.push_str("\\u");
        return text;
    };
    let behind = &text[4..];
    let second = behind.strip_prefix("\\u").and_then(unit).filter(|_| (0xd800..0xdc00).contains(&first));
    let units = [Some(first), second.filter(|unit| (0xdc00..0xe000).contains(unit))];
    out.extend(
        char::decode_utf16(units.iter().flatten().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
    if units[1].is_some() { &behind[6..] } else { behind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalars(text: &str) -> Option<Vec<(String, String, usize)>> {
        let (mut events, mut scalars) = (Events::of(text), Vec::new());
        while let Some(event) = events.next().ok()? {
            match event {
                Event::Scalar { key, value, depth } => {
                    scalars.push((key.to_owned(), value.into_owned(), depth));
                }
                Event::ObjectEnd { depth } => scalars.push(("}".to_owned(), String::new(), depth)),
            }
        }
        Some(scalars)
    }

    #[test]
    fn a_record_gives_its_scalars() {
        let of = |key: &str, value: &str, depth| (key.to_owned(), value.to_owned(), depth);
        assert_eq!(
            scalars(r#"{"ip": "10.0.0.1", "ports": [{"port": 80, "is": true}]}"#).unwrap(),
            [
                of("ip", "10.0.0.1", 1),
                of("port", "80", 3),
                of("is", "true", 3),
                of("}", "", 3),
                of("}", "", 1)
            ]
        );
        assert_eq!(scalars("{finished: 1}").unwrap(), [of("finished", "1", 1), of("}", "", 1)]);
        for broken in ["{", "}", "{\"a", "{\"a\": ?}", "]", "{\"a\": \"b\\"] {
            assert_eq!(scalars(broken), None, "{broken}");
        }
    }

    #[test]
    fn strings_lose_their_escapes() {
        for (text, expected) in [
            (r"plain", "plain"),
            (r#"\"\\\/\n\r\t\b\f"#, "\"\\/\n\r\t\u{8}\u{c}"),
            (r"\u00e9\ud83d\ude00", "é😀"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83d", "\u{fffd}"),
            (r"\x41\u12", r"\x41\u12"),
            (r"\u12é4", r"\u12é4"),
        ] {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }
}
