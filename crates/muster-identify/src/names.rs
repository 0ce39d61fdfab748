//! DNS messages, as far as names of addresses need them: one question for a PTR record, and what comes back (RFC 1035,
//! section 4).
//!
//! What comes back are foreign bytes. A pointer of a compressed name leads only backwards, so that every name ends; aliases
//! (RFC 2317) are followed within the answer, each record once.

use std::net::IpAddr;

/// What a name server says to the question for an address's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameAnswer {
    /// This is its name, as it came: whether it is fit to be shown is not looked at.
    Name(String),
    /// It has none.
    Nameless,
    /// The server cannot or will not say; another may.
    Unable,
}

/// The question for the name of `address`; whoever answers repeats `id`.
pub fn ptr_query(id: u16, address: IpAddr) -> Vec<u8> {
    question(id, &reverse_name(address))
}

/// The question for the kinds of services that a host announces by multicast DNS (RFC 6763, section 9).
pub(crate) fn services_query(id: u16) -> Vec<u8> {
    question(id, SERVICES)
}

/// The question for what an owner points to.
fn question(id: u16, owner: &[u8]) -> Vec<u8> {
    let mut query = Vec::with_capacity(100);
    query.extend(id.to_be_bytes());
    query.extend(RECURSION_DESIRED.to_be_bytes());
    // One question, and nothing else.
    query.extend([0, 1, 0, 0, 0, 0, 0, 0]);
    query.extend(owner);
    query.extend([PTR, INTERNET].map(u16::to_be_bytes).concat());
    query
}

/// What `bytes` say to [`ptr_query`]; `None` if they do not answer this question, whatever they are.
pub fn read_ptr_answer(id: u16, address: IpAddr, bytes: &[u8]) -> Option<NameAnswer> {
    let asked = reverse_name(address);
    let (flags, records) = answered(id, &asked, bytes)?;
    Some(match flags & CODE {
        NO_ERROR => match ptr_of(asked, &records) {
            Some(name) => NameAnswer::Name(name),
            None if flags & TRUNCATED != 0 => NameAnswer::Unable,
            None => NameAnswer::Nameless,
        },
        NO_SUCH_NAME => NameAnswer::Nameless,
        _ => NameAnswer::Unable,
    })
}

/// The kinds that `bytes` answer to [`services_query`], as in `_ipp._tcp`, each once; `None` if they do not answer it.
pub(crate) fn read_services(id: u16, bytes: &[u8]) -> Option<Vec<String>> {
    let (_, records) = answered(id, SERVICES, bytes)?;
    let own = records.iter().filter(|record| record.kind == PTR && is_same(&record.owner, SERVICES));
    let mut kinds: Vec<String> = own.filter_map(|record| kind_of_service(&record.target)).collect();
    kinds.sort();
    kinds.dedup();
    Some(kinds)
}

/// A name of two labels of that form below `local` (RFC 6763, section 7), without that.
fn kind_of_service(name: &[u8]) -> Option<String> {
    let name = text(name)?.to_ascii_lowercase();
    let kind = name.strip_suffix(".local")?;
    let (service, transport) = kind.split_once('.')?;
    (service.starts_with('_') && matches!(transport, "_tcp" | "_udp")).then(|| kind.to_owned())
}

/// The flags and the records of a response that repeats this question.
fn answered(id: u16, asked: &[u8], bytes: &[u8]) -> Option<(u16, Vec<Record>)> {
    let flags = word(bytes, 2)?;
    let is_answer = word(bytes, 0)? == id && flags & (RESPONSE | OPERATION) == RESPONSE;
    if !is_answer || word(bytes, 4)? != 1 {
        return None;
    }
    let (question, end) = name(bytes, HEADER)?;
    if !is_same(&question, asked) || word(bytes, end)? != PTR || word(bytes, end + 2)? != INTERNET {
        return None;
    }
    Some((flags, records(bytes, end + 4, word(bytes, 6)?)))
}

/// A name as it is on the wire, in its own spelling: lengths and labels, with the empty one at the end.
type Name = Vec<u8>;

/// Whether two names are one, since case means nothing (RFC 1035, section 2.3.3). No length is a letter.
fn is_same(name: &[u8], other: &[u8]) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// A record that has to do with names.
struct Record {
    owner: Name,
    kind: u16,
    target: Name,
}

/// The aliases and names among `count` records, as far as they can be read.
fn records(bytes: &[u8], start: usize, count: u16) -> Vec<Record> {
    let mut at = start;
    let mut records = Vec::new();
    for _ in 0..count.min(MOST_RECORDS) {
        let Some((record, end)) = record(bytes, at) else { break };
        records.extend(record);
        at = end;
    }
    records
}

/// The record that begins at `at`, if it is of use, and where it ends.
fn record(bytes: &[u8], at: usize) -> Option<(Option<Record>, usize)> {
    let (owner, at) = name(bytes, at)?;
    let (kind, class) = (word(bytes, at)?, word(bytes, at + 2)?);
    let data = at + 10;
    let end = data + usize::from(word(bytes, at + 8)?);
    if end > bytes.len() {
        return None;
    }
    let is_of_use = class == INTERNET && (kind == PTR || kind == CNAME);
    let target = if is_of_use { name(bytes, data) } else { None };
    // A name that does not end where its record does is none.
    let target = target.filter(|(_, stop)| *stop == end);
    Some((target.map(|(target, _)| Record { owner, kind, target }), end))
}

/// The name that belongs to `asked`, by whatever aliases.
fn ptr_of(asked: Name, records: &[Record]) -> Option<String> {
    let mut owner = asked;
    for _ in 0..=records.len() {
        let of = |kind| records.iter().find(|record| record.kind == kind && is_same(&record.owner, &owner));
        if let Some(record) = of(PTR) {
            return text(&record.target);
        }
        owner = of(CNAME)?.target.clone();
    }
    None
}

/// The name at `at`, and where what stands there ends: behind its first pointer, if it has one.
fn name(bytes: &[u8], at: usize) -> Option<(Name, usize)> {
    let mut name = Name::new();
    let (mut place, mut begin, mut end) = (at, at, None);
    loop {
        let length = *bytes.get(place)?;
        match length {
            0 => {
                name.push(0);
                return Some((name, end.unwrap_or(place + 1)));
            }
            1..=63 => {
                let label = bytes.get(place..=place + usize::from(length))?;
                name.extend(label);
                place += label.len();
            }
            0xc0.. => {
                let target = usize::from(word(bytes, place)? & 0x3fff);
                end = end.or(Some(place + 2));
                // Only to what stands before everything that was read: so it comes to an end.
                if target >= begin {
                    return None;
                }
                (place, begin) = (target, target);
            }
            _ => return None,
        }
        if name.len() >= LONGEST_NAME {
            return None;
        }
    }
}

/// With dots, without the last one. A dot within a label, or what is no ASCII, would pretend to be something else.
fn text(name: &[u8]) -> Option<String> {
    let mut labels = Vec::new();
    let mut rest = name;
    while let Some((&length, behind)) = rest.split_first().filter(|(length, _)| **length > 0) {
        let (label, behind) = behind.split_at_checked(usize::from(length))?;
        let is_plain = label.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'.');
        labels.push(str::from_utf8(label).ok().filter(|_| is_plain)?);
        rest = behind;
    }
    Some(labels.join(".")).filter(|name| !name.is_empty())
}

/// The name under `in-addr.arpa` (RFC 1035, section 3.5) or `ip6.arpa` (RFC 3596, section 2.5).
fn reverse_name(address: IpAddr) -> Name {
    let (labels, zone): (Vec<String>, &str) = match address.to_canonical() {
        IpAddr::V4(v4) => (v4.octets().iter().rev().map(u8::to_string).collect(), "in-addr"),
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            (nibbles.map(|nibble| format!("{nibble:x}")).collect(), "ip6")
        }
    };
    let labels = labels.iter().map(String::as_str).chain([zone, "arpa"]);
    let mut name: Name = labels.flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    name.push(0);
    name
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

/// Whose pointers lead to the kinds of services.
const SERVICES: &[u8] = b"\x09_services\x07_dns-sd\x04_udp\x05local\0";
const HEADER: usize = 12;
const RESPONSE: u16 = 0x8000;
const OPERATION: u16 = 0x7800;
const TRUNCATED: u16 = 0x0200;
const RECURSION_DESIRED: u16 = 0x0100;
const CODE: u16 = 0x000f;
const NO_ERROR: u16 = 0;
const NO_SUCH_NAME: u16 = 3;
const CNAME: u16 = 5;
const PTR: u16 = 12;
const INTERNET: u16 = 1;
/// RFC 1035, section 2.3.4.
const LONGEST_NAME: usize = 255;
/// More do not fit into a datagram that anybody sends.
const MOST_RECORDS: u16 = 256;

#[cfg(test)]
mod tests;
