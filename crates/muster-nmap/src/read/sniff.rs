//! What a file is, by how it begins.

use std::io::Read;

use super::source::Source;
use super::{Form, ReadError};

/// What a reader is chosen by. Which of the XML forms it is, its first element says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Xml,
    Grepable,
    Normal,
    MasscanJson,
    MasscanList,
}

/// What a piece of text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Like(Kind),
    /// Something else, namely.
    Other(&'static str),
    /// Nothing decides yet.
    Undecided,
}

/// Looks at the beginning, as far as is needed to tell.
pub(super) fn kind<R: Read>(source: &mut Source<R>) -> Result<Kind, ReadError> {
    let mut wanted = FIRST_LOOK;
    loop {
        let start = source.peek(wanted)?;
        let is_all = start.len() < wanted;
        match look(start) {
            Look::Like(kind) => return Ok(kind),
            Look::Other(what) => return Err(ReadError::not_a_scan(what)),
            Look::Undecided if start.trim_ascii().is_empty() && is_all => return Err(ReadError::Empty),
            Look::Undecided if is_all || wanted >= LAST_LOOK => return undecided(start),
            Look::Undecided => wanted *= 8,
        }
    }
}

/// The form that a line begins for certain, in words, if it is another than `form`.
pub(super) fn foreign(line: &str, form: Form) -> Option<&'static str> {
    let line = line.trim_start();
    let is_record =
        line.starts_with(['{', '[']) && line.chars().take(20).collect::<String>().contains("\"ip\"");
    let look = match () {
        () if line.starts_with("<?xml ") || line.starts_with("<nmaprun ") => Look::Like(Kind::Xml),
        () if is_record => Look::Like(Kind::MasscanJson),
        () => line_look(line.as_bytes()),
    };
    let (kind, name) = match look {
        Look::Like(Kind::Xml) => (Kind::Xml, "XML"),
        Look::Like(Kind::Grepable) => (Kind::Grepable, "grepable output"),
        Look::Like(Kind::Normal) => (Kind::Normal, "normal output"),
        Look::Like(Kind::MasscanJson) => (Kind::MasscanJson, "masscan's JSON"),
        Look::Like(Kind::MasscanList) => (Kind::MasscanList, "masscan's list"),
        Look::Other(_) | Look::Undecided => return None,
    };
    (kind != Kind::of(form)).then_some(name)
}

impl Kind {
    fn of(form: Form) -> Self {
        match form {
            Form::Xml | Form::MasscanXml => Self::Xml,
            Form::Grepable => Self::Grepable,
            Form::Normal => Self::Normal,
            Form::MasscanJson => Self::MasscanJson,
            Form::MasscanList => Self::MasscanList,
        }
    }
}

fn look(start: &[u8]) -> Look {
    let text = start.trim_ascii_start();
    match structure(text) {
        Look::Undecided if text.is_empty() => Look::Undecided,
        Look::Undecided if text.contains(&0) => Look::Other("binary data"),
        Look::Undecided => lines_look(text),
        look => look,
    }
}

/// What is told by its first characters.
fn structure(text: &[u8]) -> Look {
    for (magic, what) in MAGICS {
        if text.starts_with(magic) {
            return Look::Other(what);
        }
    }
    match text {
        [b'<', ..] if is_page(text) => Look::Other("a web page"),
        [b'<', ..] => Look::Like(Kind::Xml),
        [b'[' | b'{', ..] => json(text),
        _ => Look::Undecided,
    }
}

fn is_page(text: &[u8]) -> bool {
    let start = text[..text.len().min(14)].to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// masscan's records begin with the address; its old versions end with `{finished: 1}`.
fn json(text: &[u8]) -> Look {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"[{,".contains(byte);
    let Some(first) = text.iter().position(|byte| !is_between(byte)) else { return Look::Undecided };
    let first = &text[first..];
    let keys: [&[u8]; 3] = [b"\"ip\"", b"finished", b"]"];
    if keys.iter().any(|key| first.starts_with(key)) {
        return Look::Like(Kind::MasscanJson);
    }
    if first.len() < 10 {
        return Look::Undecided;
    }
    let is_ours = first.starts_with(b"\"type\":\"");
    Look::Other(if is_ours { "JSON lines, perhaps muster's own" } else { "JSON of another program" })
}

/// The first line that decides. The head of Nmap's line forms is the same in both.
fn lines_look(text: &[u8]) -> Look {
    let mut looks = text.split(|byte| *byte == b'\n').map(line_look);
    looks.find(|look| *look != Look::Undecided).unwrap_or(Look::Undecided)
}

fn line_look(line: &[u8]) -> Look {
    let starts = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start.as_bytes()));
    match () {
        () if line.starts_with(b"#masscan") || is_listed(line) => Look::Like(Kind::MasscanList),
        () if starts(&["Host: ", "Timestamp: ", "# Ports scanned:", "# Masscan "]) => {
            Look::Like(Kind::Grepable)
        }
        () if starts(NORMAL) => Look::Like(Kind::Normal),
        () => Look::Undecided,
    }
}

/// `open tcp 80 10.0.0.1 1500000000`
fn is_listed(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let is_known = matches!(words.next(), Some(b"open" | b"closed" | b"banner"));
    is_known && words.nth(1).is_some_and(|port| !port.is_empty() && port.iter().all(u8::is_ascii_digit))
}

/// A file of Nmap's that names no host, or something else. With nothing but a head, the command line must tell.
fn undecided(start: &[u8]) -> Result<Kind, ReadError> {
    let start = start.trim_ascii_start();
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |words: &[u8]| first.windows(words.len()).any(|window| window == words);
    match () {
        () if !has(b" scan initiated ") && first.contains(&b',') => {
            Err(ReadError::not_a_scan("a table, perhaps CSV"))
        }
        () if !has(b" scan initiated ") => Err(ReadError::not_a_scan("text of another kind")),
        () if has(b" -oG ") || has(b" -oM ") => Ok(Kind::Grepable),
        () => Ok(Kind::Normal),
    }
}

/// How lines begin that only normal output has, whoever wrote it.
const NORMAL: &[&str] = &[
    "Starting Nmap ",
    "Starting nmap ",
    "Starting muster ",
    "Nmap scan report for ",
    "Interesting ports on ",
    "Host is up",
    "All 1000 scanned ports on ",
    "All 65535 scanned ports on ",
    "Nmap done: ",
    "muster done: ",
];

/// What else people keep beside scans. Bytes that are no UTF-8 have become `\xff` before they are looked at.
const MAGICS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive, or a document in one"),
    (b"\x1f\\x8b", "something that is packed twice"),
    (b"(\\xb5/\\xfd", "something that is packed twice"),
    (b"\\xfd7zXZ", "packed by xz"),
    (b"BZh", "packed by bzip2"),
    (b"7z\\xbc\\xaf", "packed by 7-zip"),
    (b"\\xd4\xc3\xb2\\xa1", "a capture of packets"),
    (b"\\xa1\\xb2\\xc3\\xd4", "a capture of packets"),
    (b"\x0a\x0d\x0d\x0a", "a capture of packets"),
    (b"SQLite format 3", "a SQLite database"),
    (b"%PDF", "a PDF"),
    (b"masscan/1.1", "masscan's binary form, which `masscan --readscan FILE -oX OTHER` turns into XML"),
];

const FIRST_LOOK: usize = 4 * 1024;

/// A command line of more than this is nobody's.
const LAST_LOOK: usize = 4 << 20;
