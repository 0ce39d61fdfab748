//! Answers to DNS queries from a table (RFC 1035): A, AAAA and PTR, and that a name does not exist.
//!
//! Bytes in, bytes out. No recursion, no caching, no compression but for the one pointer to the question.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// The bit that says "response", here with "authoritative" and "recursion available" (RFC 1035, 4.1.1).
const FLAGS: u16 = 0x8480;
const TRUNCATED: u16 = 0x0200;
const RECURSION_DESIRED: u16 = 0x0100;
const NO_SUCH_NAME: u16 = 3;
const NOT_IMPLEMENTED: u16 = 4;
const INTERNET: u16 = 1;
const TTL_SECONDS: u32 = 60;
/// The largest answer over UDP without EDNS (RFC 1035, 2.3.4).
const LARGEST: usize = 512;

/// Record types by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    A,
    Aaaa,
    Ptr,
    Other(u16),
}

impl Kind {
    fn of(number: u16) -> Self {
        match number {
            1 => Self::A,
            28 => Self::Aaaa,
            12 => Self::Ptr,
            other => Self::Other(other),
        }
    }

    fn name(self) -> String {
        match self {
            Self::A => "A".to_owned(),
            Self::Aaaa => "AAAA".to_owned(),
            Self::Ptr => "PTR".to_owned(),
            Self::Other(number) => format!("TYPE{number}"),
        }
    }
}

/// Names and their addresses; every pair also answers the other way round.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    forward: BTreeMap<String, Vec<IpAddr>>,
    reverse: BTreeMap<String, Vec<String>>,
}

impl Zone {
    /// Adds a name's address. Names are compared without case and without the last dot.
    pub fn add(&mut self, name: &str, address: IpAddr) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.reverse.entry(reverse_name(address)).or_default().push(name.clone());
        self.forward.entry(name).or_default().push(address);
    }

    /// The answer to a query, with the question in words for a log; `None` for what is no query.
    pub fn answer(&self, query: &[u8]) -> Option<(Vec<u8>, String)> {
        let question = Question::read(query)?;
        let (code, records) = self.look_up(&question);
        let asked = format!("{} {}", question.name, question.kind.name());
        Some((respond(query, &question, code, &records), asked))
    }

    fn look_up(&self, question: &Question) -> (u16, Vec<Vec<u8>>) {
        let known = self.forward.contains_key(&question.name) || self.reverse.contains_key(&question.name);
        let addresses = self.forward.get(&question.name).map_or(&[][..], Vec::as_slice);
        let records = match question.kind {
            Kind::A => addresses.iter().filter_map(v4_bytes).collect(),
            Kind::Aaaa => addresses.iter().filter_map(v6_bytes).collect(),
            Kind::Ptr => {
                self.reverse.get(&question.name).into_iter().flatten().map(|name| name_bytes(name)).collect()
            }
            Kind::Other(_) => Vec::new(),
        };
        (if known { 0 } else { NO_SUCH_NAME }, records)
    }
}

/// The one question of a query.
#[derive(Debug)]
struct Question {
    name: String,
    kind: Kind,
    /// Where it ends in the query.
    end: usize,
}

impl Question {
    fn read(query: &[u8]) -> Option<Self> {
        let is_response = *query.get(2)? & 0x80 != 0;
        if is_response || word(query, 4)? != 1 {
            return None;
        }
        let (mut labels, mut at) = (Vec::new(), 12);
        loop {
            match usize::from(*query.get(at)?) {
                0 => break,
                // Longer would be a pointer, and a question has nothing to point to.
                64.. => return None,
                length => labels.push(query.get(at + 1..at + 1 + length)?),
            }
            at += 1 + labels.last().map_or(0, |label| label.len());
        }
        let name = labels.iter().map(|label| String::from_utf8_lossy(label).to_ascii_lowercase());
        let name = name.collect::<Vec<_>>().join(".");
        let kind = Kind::of(word(query, at + 1)?);
        word(query, at + 3).filter(|class| *class == INTERNET)?;
        Some(Self { name, kind, end: at + 5 })
    }
}

fn respond(query: &[u8], question: &Question, code: u16, records: &[Vec<u8>]) -> Vec<u8> {
    let operation = query[2] & 0x78;
    let code = if operation == 0 { code } else { NOT_IMPLEMENTED };
    let mut out = query[..question.end].to_vec();
    let mut count: u16 = 0;
    for data in records {
        if out.len() + 12 + data.len() > LARGEST {
            break;
        }
        let kind = [word(query, question.end - 4).unwrap_or_default(), INTERNET];
        out.extend([0xc0, 12]);
        out.extend(kind.iter().flat_map(|word| word.to_be_bytes()));
        out.extend(TTL_SECONDS.to_be_bytes());
        out.extend((data.len() as u16).to_be_bytes());
        out.extend(data);
        count += 1;
    }
    let recursion = u16::from_be_bytes([query[2], query[3]]) & RECURSION_DESIRED;
    let truncated = if usize::from(count) < records.len() { TRUNCATED } else { 0 };
    let header = [FLAGS | recursion | truncated | code, 1, count, 0, 0];
    out.splice(2..12, header.iter().flat_map(|word| word.to_be_bytes()));
    out
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn v4_bytes(address: &IpAddr) -> Option<Vec<u8>> {
    if let IpAddr::V4(v4) = address { Some(v4.octets().to_vec()) } else { None }
}

fn v6_bytes(address: &IpAddr) -> Option<Vec<u8>> {
    if let IpAddr::V6(v6) = address { Some(v6.octets().to_vec()) } else { None }
}

fn name_bytes(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| (1..64).contains(&label.len()));
    let mut bytes: Vec<u8> =
        labels.flat_map(|label| std::iter::once(label.len() as u8).chain(label.bytes())).collect();
    bytes.push(0);
    bytes
}

/// The name under in-addr.arpa (RFC 1035, 3.5) or ip6.arpa (RFC 3596, 2.5).
fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).collect::<String>() + "ip6.arpa"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        let mut zone = Zone::default();
        zone.add("PC1.office.test.", "10.77.0.1".parse().unwrap());
        zone.add("pc1.office.test", "fd77::1".parse().unwrap());
        zone
    }

    fn query(name: &str, kind: u16) -> Vec<u8> {
        let mut bytes = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend(name_bytes(name));
        bytes.extend(kind.to_be_bytes());
        bytes.extend(INTERNET.to_be_bytes());
        bytes
    }

    fn ask(name: &str, kind: u16) -> (Vec<u8>, u8, u8) {
        let (answer, _) = zone().answer(&query(name, kind)).unwrap();
        (answer.clone(), answer[3] & 15, answer[7])
    }

    #[test]
    fn addresses_and_names_are_found_both_ways() {
        let (answer, code, count) = ask("pc1.OFFICE.test", 1);
        assert_eq!((code, count), (0, 1));
        assert_eq!(answer[..4], [0xab, 0xcd, 0x85, 0x80]);
        assert!(answer.ends_with(&[0, 4, 10, 77, 0, 1]));
        let (answer, ..) = ask("1.0.77.10.in-addr.arpa", 12);
        assert!(answer.ends_with(b"\x03pc1\x06office\x04test\0"));
        let v6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa";
        assert_eq!(ask(v6, 12).2, 1);
    }

    #[test]
    fn no_such_name_is_not_no_such_record() {
        assert_eq!((ask("pc2.office.test", 1).1, ask("pc2.office.test", 1).2), (3, 0));
        assert_eq!((ask("pc1.office.test", 15).1, ask("pc1.office.test", 15).2), (0, 0));
    }

    #[test]
    fn what_does_not_fit_is_marked() {
        let mut zone = Zone::default();
        (0..100).for_each(|n| zone.add("many.test", std::net::Ipv4Addr::new(10, 77, 0, n).into()));
        let (answer, _) = zone.answer(&query("many.test", 1)).unwrap();
        assert!(answer.len() <= LARGEST);
        assert_eq!(answer[2] & 2, 2);
    }

    #[test]
    fn what_is_no_query_has_no_answer() {
        let whole = query("pc1.office.test", 1);
        assert!((0..whole.len()).all(|end| zone().answer(&whole[..end]).is_none()));
        let mut response = whole.clone();
        response[2] |= 0x80;
        assert!(zone().answer(&response).is_none());
        let mut pointer = whole;
        pointer[12] = 0xc0;
        assert!(zone().answer(&pointer).is_none());
    }
}
