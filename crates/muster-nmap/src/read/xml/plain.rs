//! A host as scanners write it, read in one go.
//!
//! Of the many ways in which XML can say something, scanners use one: no blanks but those that part two attributes, no
//! comments. A host in that hand, if all of it is in memory, is read here in a fraction of the time. What is written
//! otherwise is nothing to this reader: quick-xml reads such a host from its beginning, and what the elements mean is one
//! and the same code for both.

use std::io::{BufRead, Read};

use super::host::HostElement;
use super::{Element, Fault};
use crate::read::source::Source;
use crate::read::{Form, Host};

/// The host that the text begins with, and how long its text is. It is nobody if it has no address.
fn host(text: &str, form: Form) -> Option<(Option<Box<Host>>, usize)> {
    let mut hand = Hand { text, at: 0 };
    hand.take(b'<').filter(|()| hand.name() == Some("host"))?;
    let mut host = HostElement::new(&mut hand, form).ok()?;
    let mut depth = usize::from(!hand.end_tag()?);
    while depth > 0 {
        hand.text(&mut host)?;
        if hand.take(b'/').is_some() {
            depth -= 1;
            hand.end(&mut host, depth)?;
        } else {
            depth += usize::from(!hand.start(&mut host)?);
        }
        if depth > DEEPEST {
            return None;
        }
    }
    Some((host.finish(), hand.at))
}

/// What a source has next.
#[derive(Debug)]
pub(super) enum Next {
    /// A host, which is taken.
    Host(Option<Box<Host>>),
    /// Up to this place something that is not read here.
    Other { until: u64 },
}

/// Takes a host from a source, if one comes next. Looks no further ahead than at its end.
pub(super) fn next<R: Read>(source: &mut Source<R>, form: Form) -> Next {
    let Some(begin) = beginning(source) else { return Next::Other { until: source.place() } };
    if let Some(host) = taken(source, begin, form) {
        return Next::Host(host);
    }
    // Either it is written otherwise, or not all of it is there.
    let known = source.ahead().len();
    let end = ending(source, begin);
    let host = if end > known { taken(source, begin, form) } else { None };
    host.map_or_else(|| Next::Other { until: source.place() + end as u64 }, Next::Host)
}

/// How far ahead a host begins.
fn beginning<R: Read>(source: &mut Source<R>) -> Option<usize> {
    loop {
        let ahead = source.ahead();
        let rest = ahead.trim_ascii_start();
        if !may_be_host(rest) {
            return None;
        }
        let begin = ahead.len() - rest.len();
        if rest.len() > OPENING.len() {
            return Some(begin);
        }
        if begin > LONGEST || !source.look_further() {
            return None;
        }
    }
}

/// How far ahead a host ends, or up to where it does not.
fn ending<R: Read>(source: &mut Source<R>, begin: usize) -> usize {
    let mut from = begin;
    loop {
        let ahead = source.ahead().as_bytes();
        if let Some(place) = memchr::memmem::find(&ahead[from..], CLOSING) {
            return from + place + CLOSING.len();
        }
        let length = ahead.len();
        from = begin.max(length.saturating_sub(CLOSING.len()));
        if length > LONGEST || !source.look_further() {
            return length;
        }
    }
}

fn taken<R: Read>(source: &mut Source<R>, begin: usize, form: Form) -> Option<Option<Box<Host>>> {
    let (host, length) = host(source.ahead().get(begin..)?, form)?;
    source.consume(begin + length);
    Some(host)
}

/// Whether the text begins with a host, or is too short to tell.
fn may_be_host(text: &str) -> bool {
    match text.as_bytes().get(OPENING.len()) {
        Some(next) => text.starts_with(OPENING) && matches!(next, b' ' | b'>'),
        None => OPENING.starts_with(text),
    }
}

/// How a host begins.
const OPENING: &str = "<host";

/// How a host ends.
const CLOSING: &[u8] = b"</host>";

/// The longest host that is read here. A thousand listed ports take a sixth of it.
const LONGEST: usize = 1 << 20;

/// Goes through a text. Whatever gives nothing has met with something that scanners do not write, or with the end.
#[derive(Debug)]
struct Hand<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Hand<'a> {
    /// Text up to the next tag, of which the first sign is taken.
    fn text(&mut self, host: &mut HostElement) -> Option<()> {
        let text = self.until(b'<')?;
        if text.is_empty() {
            return Some(());
        }
        let mut parts = text.split('&');
        let is_kept = host.text(parts.next()?);
        parts.try_for_each(|part| reference(host, part))?;
        (is_kept || text.trim_ascii().is_empty()).then_some(())
    }

    /// An element begins; whether it is over with that.
    fn start(&mut self, host: &mut HostElement) -> Option<bool> {
        let name = self.name()?;
        if matches!(name, "host" | "hosthint" | "runstats" | "nmaprun") {
            return None;
        }
        host.start(name, &mut *self).ok()?;
        let is_over = self.end_tag()?;
        if is_over {
            host.close(name).ok()?;
        }
        Some(is_over)
    }

    /// An element is over, and so many are left; the host is if none is.
    fn end(&mut self, host: &mut HostElement, left: usize) -> Option<()> {
        let name = self.name()?;
        self.take(b'>')?;
        if (name == "host") != (left == 0) {
            return None;
        }
        host.close(name).ok()
    }

    /// The rest of a tag; whether it is that of an empty element.
    fn end_tag(&mut self) -> Option<bool> {
        // Of most elements the attributes are taken already.
        self.each_attribute(|_, _| {}).ok()?;
        let is_empty = self.take(b'/').is_some();
        self.take(b'>')?;
        Some(is_empty)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.text.as_bytes().get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    /// The name of an element or attribute.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let is_end = |byte: &u8| !IN_NAMES[usize::from(*byte)];
        let length = rest.as_bytes().iter().position(is_end).filter(|length| *length > 0)?;
        self.at += length;
        rest.get(..length)
    }

    /// The text up to a byte, which is taken as well.
    fn until(&mut self, end: u8) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let length = distance(rest.as_bytes(), end)?;
        self.at += length + 1;
        rest.get(..length)
    }

    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        let key = self.name()?;
        self.take(b'=')?;
        let quote = if self.take(b'"').is_some() { b'"' } else { self.take(b'\'').map(|()| b'\'')? };
        Some((key, self.until(quote)?))
    }
}

impl Element for &mut Hand<'_> {
    fn each_attribute(self, mut visit: impl FnMut(&str, &str)) -> Result<(), Fault> {
        while self.take(b' ').is_some() {
            // masscan has a blank at the end of some elements.
            if matches!(self.text.as_bytes().get(self.at), Some(b'/' | b'>')) {
                break;
            }
            let (key, value) = self.attribute().ok_or(Fault::Attributes)?;
            visit(key, value);
        }
        Ok(())
    }
}

/// `lt; and text`, of which the first sign is taken.
fn reference(host: &mut HostElement, part: &str) -> Option<()> {
    let (name, text) = part.split_once(';')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
    name.bytes().all(is_name).then(|| {
        host.reference(name);
        host.text(text);
    })
}

/// Which bytes names are made of.
const IN_NAMES: [bool; 256] = {
    let (mut bytes, mut byte) = ([false; 256], 0);
    while byte < 256 {
        bytes[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte == b'-' as usize;
        byte += 1;
    }
    bytes
};

/// How far away a byte is. Most are near, where to begin a search costs more than to look.
fn distance(bytes: &[u8], byte: u8) -> Option<usize> {
    let near = &bytes[..bytes.len().min(NEAR)];
    let is_near = near.iter().position(|one| *one == byte);
    is_near.or_else(|| memchr::memchr(byte, &bytes[near.len()..]).map(|far| near.len() + far))
}

const NEAR: usize = 16;

/// How deep elements of a host stand in one another, at most.
const DEEPEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::tests::sample;

    /// What `tests/plain.rs` compares are two readers only if this one reads.
    #[test]
    fn hosts_of_scanners_are_read_here() {
        for (name, form, expected) in [("nmap.xml", Form::Xml, 5), ("masscan.xml", Form::MasscanXml, 3)] {
            let text = str::from_utf8(sample(name)).unwrap();
            let texts = text.match_indices("<host").map(|(at, _)| &text[at..]);
            let hosts = texts.filter(|text| may_be_host(text) && host(text, form).is_some()).count();
            assert_eq!(hosts, expected, "{name}");
        }
    }

    #[test]
    fn what_may_be_a_host() {
        for (text, expected) in [
            ("", true),
            ("<ho", true),
            ("<host", true),
            ("<host>", true),
            ("<host a", true),
            ("<hosthint>", false),
            ("<host\n", false),
            ("</host>", false),
            ("x", false),
        ] {
            assert_eq!(may_be_host(text), expected, "{text}");
        }
    }
}
