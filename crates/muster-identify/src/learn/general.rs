//! What is cut from a text so that it fits other hosts with the same product.

use std::net::IpAddr;

use muster_catalog::{AnswerPart, Comparison, Tell, TellKind};

use super::parts::Piece;

/// The addresses and names of the hosts that are learnt from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostWords {
    words: Vec<String>,
}

impl HostWords {
    /// Notes an address.
    pub fn address(&mut self, address: IpAddr) {
        self.words.push(address.to_string());
    }

    /// Notes a name, and the first label of it.
    pub fn name(&mut self, name: &str) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let label = name.split('.').next().unwrap_or_default().to_owned();
        let some = [name, label].into_iter().filter(|word| word.len() >= SHORTEST_NAME);
        self.words.extend(some.collect::<Vec<_>>());
    }

    /// Where one of them first stands in a text of lower case.
    fn position(&self, text: &str) -> Option<usize> {
        self.words.iter().filter_map(|word| text.find(word.as_str())).min()
    }
}

/// Shorter names are in many words.
const SHORTEST_NAME: usize = 3;

/// What is left of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct General {
    pub(super) comparison: Comparison,
    pub(super) text: String,
    /// The version, where one follows.
    pub(super) tell: Option<Tell>,
    pub(super) why: &'static str,
}

/// Cuts a text before the first thing that other hosts will not say.
///
/// # Errors
/// Why nothing is left.
pub(super) fn general(
    part: &AnswerPart,
    piece: Piece<'_>,
    hosts: &HostWords,
) -> Result<General, &'static str> {
    let Piece { text: bytes, is_whole, is_inside } = piece;
    let plain: String =
        bytes.iter().take_while(|byte| matches!(byte, b' '..=b'~')).map(|&byte| byte as char).collect();
    let is_plain = plain.len() == bytes.len();
    let lower = plain.to_ascii_lowercase();
    let (mut end, mut why) = (plain.len().min(LONGEST), "the same in every answer");
    if let Some(place) = hosts.position(&lower).filter(|place| *place < end) {
        (end, why) = (place, "cut before the host's name or address");
    }
    let digits = version(&lower);
    if let Some(place) = digits.filter(|place| *place < end) {
        let is_number = lower[..place].ends_with('-') && !is_server(part);
        (end, why) = match is_number {
            // As in PC-0417: a name that ends in a number.
            true => {
                (lower[..place].rfind(' ').map_or(0, |blank| blank + 1), "cut before a name with a number")
            }
            false => (place, "cut before the version"),
        };
    }
    if let Some(place) = drawn(&lower).filter(|place| *place < end) {
        (end, why) = (place, "cut before a number or key");
    }
    if is_inside && lower.starts_with("cn=") && is_host_name(&lower[3..]) {
        return Err("it names the host");
    }
    let is_cut = end < plain.len() || !is_plain;
    // Inside of a list nothing tells where an attribute ends, and a name that is cut in half is another.
    if is_inside && is_cut {
        return Err("it names the host, or changes from host to host");
    }
    let kept = if is_cut { plain[..end].trim_end_matches(OPENING) } else { plain.trim_end() };
    let letters = kept.bytes().filter(u8::is_ascii_alphabetic).count();
    if letters < FEWEST_LETTERS + if is_inside { 2 } else { 0 } {
        return Err(if is_plain {
            "nothing is left that other hosts would say too"
        } else {
            "it is no text"
        });
    }
    let comparison = match (is_inside, is_whole && !is_cut) {
        (true, _) => Comparison::Contains,
        (false, true) => Comparison::Equals,
        (false, false) => Comparison::StartsWith,
    };
    let is_version = why == "cut before the version" && digits == Some(end) && plain[..end] == *kept;
    let tell = (is_version && !matches!(part, AnswerPart::Body)).then(|| Tell {
        what: TellKind::Version,
        part: part.clone(),
        after: kept.to_owned(),
        before: " ".to_owned(),
    });
    Ok(General { comparison, text: kept.to_owned(), tell, why })
}

/// What leads to something that was cut.
const OPENING: [char; 9] = [' ', '(', '"', '\'', '[', '{', '-', ':', '='];

fn is_server(part: &AnswerPart) -> bool {
    matches!(part, AnswerPart::Field(name) if name == "server")
}

/// A text with fewer is in too many answers.
const FEWEST_LETTERS: usize = 4;
/// What tells a product is at the beginning.
const LONGEST: usize = 120;

/// Where digits begin that change from version to version: behind a sign, or a `v` that stands alone. A reply's code and
/// SSH's own version at the beginning are none.
fn version(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let from = match bytes {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => 4,
        _ if text.starts_with("ssh-2.0-") => 8,
        _ if text.starts_with("ssh-1.99-") => 9,
        _ => 0,
    };
    (from..bytes.len()).find(|&place| {
        let before = |back: usize| place.checked_sub(back).map(|at| bytes[at]);
        let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let is_alone = !is_letter(before(1)) || (before(1) == Some(b'v') && !is_letter(before(2)));
        bytes[place].is_ascii_digit() && is_alone
    })
}

/// Where a word begins that is drawn: many hexadecimal digits, or letters and digits without an end.
fn drawn(text: &str) -> Option<usize> {
    let mut start = 0;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        let is_hexadecimal = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if (has_digit && (is_hexadecimal || word.len() >= 16)) || word.len() >= 40 {
            return Some(start);
        }
        start += word.len() + 1;
    }
    None
}

/// `host.example`, `pc-0417`, an address: something with a dot and no blank, or with a digit at its end.
fn is_host_name(text: &str) -> bool {
    let is_word = !text.contains(' ');
    is_word && (text.contains('.') || text.bytes().last().is_some_and(|byte| byte.is_ascii_digit()))
}
