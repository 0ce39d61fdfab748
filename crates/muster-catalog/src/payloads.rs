//! What UDP ports are asked: one benign request of a standard protocol each, from `data/payloads.toml`, where every
//! request names the document it was written after.
//!
//! Ports that are not among them have no request: nobody knows what listens there, so there is nothing that any client
//! of it would ask.

use std::sync::LazyLock;

use serde::Deserialize;

/// The request of one protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// A short name, IANA's where it has one.
    pub name: String,
    /// The ports of the protocol.
    pub ports: Vec<u16>,
    /// What it asks, as the end of a sentence.
    pub asks: String,
    /// The document that says how it is written.
    pub source: String,
    /// What is sent.
    pub bytes: Vec<u8>,
}

/// All of them, in order of their first port.
pub fn all() -> &'static [Payload] {
    static ALL: LazyLock<Vec<Payload>> = LazyLock::new(|| {
        read(FILE).unwrap_or_else(|error| unreachable!("a test reads this very file: {error}"))
    });
    &ALL
}

/// The request for each port that has one.
///
/// ```
/// let (port, request) = muster_catalog::payloads::requests().next().unwrap();
/// assert_eq!((port, request.len()), (53, 17));
/// ```
pub fn requests() -> impl Iterator<Item = (u16, &'static [u8])> {
    all().iter().flat_map(|payload| payload.ports.iter().map(|port| (*port, payload.bytes.as_slice())))
}

/// The file of requests is not as it should be.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("payloads.toml: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("payloads.toml: {name}: {what}")]
    Wrong { name: String, what: &'static str },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    payload: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    ports: Vec<u16>,
    asks: String,
    source: String,
    said: Vec<Piece>,
    /// Filled up with zeros to so many bytes.
    #[serde(default)]
    length: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Piece {
    /// Pairs of hexadecimal digits, apart where it helps to read.
    Hex(String),
    Text(String),
}

fn read(text: &str) -> Result<Vec<Payload>, ReadError> {
    let file: File = toml::from_str(text)?;
    file.payload.into_iter().map(Table::into_payload).collect()
}

impl Table {
    fn into_payload(self) -> Result<Payload, ReadError> {
        let Self { name, ports, asks, source, said, length } = self;
        let bytes: Option<Vec<Vec<u8>>> = said.iter().map(Piece::bytes).collect();
        let what = match &bytes {
            None => Some("not pairs of hexadecimal digits"),
            Some(_) if ports.is_empty() => Some("no port"),
            Some(_) => None,
        };
        if let Some(what) = what {
            return Err(ReadError::Wrong { name, what });
        }
        let mut bytes = bytes.unwrap_or_default().concat();
        bytes.resize(bytes.len().max(length), 0);
        Ok(Payload { name, ports, asks, source, bytes })
    }
}

impl Piece {
    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.as_bytes().to_vec()),
            Self::Hex(digits) => {
                let digits: Vec<u8> =
                    digits.chars().filter(|digit| *digit != ' ').map(nibble).collect::<Option<_>>()?;
                let (pairs, rest) = digits.as_chunks::<2>();
                rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
            }
        }
    }
}

fn nibble(digit: char) -> Option<u8> {
    digit.to_digit(16).map(|value| value as u8)
}

const FILE: &str = include_str!("../data/payloads.toml");

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(name: &str) -> &'static [u8] {
        &all().iter().find(|payload| payload.name == name).unwrap().bytes
    }

    fn half(bytes: &[u8], at: usize) -> u16 {
        u16::from_be_bytes([bytes[at], bytes[at + 1]])
    }

    #[test]
    fn ports_are_in_order_and_each_has_one_request() {
        let ports: Vec<u16> = requests().map(|(port, _)| port).collect();
        assert!(ports.is_sorted_by(|one, other| one < other), "{ports:?}");
        assert_eq!(ports, [53, 111, 123, 137, 389, 443, 623, 1900, 3478, 5060, 5353, 5683]);
        for payload in all() {
            // With the headers of IPv6 the least MTU that IPv6 allows.
            assert!((1..=1232).contains(&payload.bytes.len()), "{}", payload.name);
            assert!(!payload.asks.is_empty() && !payload.source.is_empty(), "{}", payload.name);
        }
    }

    /// Questions of DNS, also where they go to other ports: nothing is left after the one question.
    #[test]
    fn questions_of_dns_are_whole() {
        for (name, asked, kind) in [
            ("dns", "", 2),
            ("netbios-ns", "ckaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 33),
            ("mdns", "_services._dns-sd._udp.local", 12),
        ] {
            let bytes = bytes(name);
            assert_eq!([2, 4, 6, 8, 10].map(|at| half(bytes, at)), [0, 1, 0, 0, 0], "{name}");
            let (mut labels, mut at) = (Vec::new(), 12);
            while bytes[at] > 0 {
                let end = at + 1 + usize::from(bytes[at]);
                labels.push(String::from_utf8(bytes[at + 1..end].to_ascii_lowercase()).unwrap());
                at = end;
            }
            assert_eq!(
                (labels.join("."), half(bytes, at + 1), half(bytes, at + 3)),
                (asked.to_owned(), kind, 1)
            );
            assert_eq!(bytes.len(), at + 5, "{name}");
        }
    }

    #[test]
    fn lengths_are_those_of_the_standards() {
        for (name, length) in [("portmap", 40), ("ntp", 48), ("rmcp", 12), ("stun", 20), ("quic", 1200)] {
            assert_eq!(bytes(name).len(), length, "{name}");
        }
        let cldap = bytes("cldap");
        assert_eq!((usize::from(cldap[1]) + 2, usize::from(cldap[6]) + 7), (cldap.len(), cldap.len()));
        assert_eq!(
            bytes("quic")[1..5].iter().map(|byte| byte & 15).collect::<Vec<_>>(),
            [10; 4],
            "RFC 9000, 15"
        );
        let coap = bytes("coap");
        assert_eq!((&coap[5..16], coap[16], &coap[17..]), (&b".well-known"[..], 4, &b"core"[..]));
        for name in ["ssdp", "sip"] {
            assert!(bytes(name).ends_with(b"\r\n\r\n"), "{name}");
            assert!(!bytes(name).windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r'), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_wrong_is_refused() {
        let entry = |ports: &str, said: &str| {
            let text = format!(
                "[[payload]]\nname = \"x\"\nports = [{ports}]\nasks = \"a\"\nsource = \"s\"\nsaid = [{said}]\n"
            );
            read(&text).map(|payloads| payloads[0].bytes.clone()).map_err(|error| error.to_string())
        };
        assert_eq!(
            entry("7", "{ hex = \"0a F\" }, { text = \"z\" }"),
            Err(wrong("not pairs of hexadecimal digits"))
        );
        assert_eq!(entry("7", "{ hex = \"0a Fb\" }, { text = \"z\" }"), Ok(vec![0x0a, 0xfb, b'z']));
        assert_eq!(entry("7", "{ hex = \"0g\" }"), Err(wrong("not pairs of hexadecimal digits")));
        assert_eq!(entry("", "{ hex = \"00\" }"), Err(wrong("no port")));
        assert!(entry("7", "{ octets = \"00\" }").unwrap_err().contains("octets"));
        assert!(entry("70000", "{ hex = \"00\" }").is_err());
    }

    fn wrong(what: &str) -> String {
        format!("payloads.toml: x: {what}")
    }
}
