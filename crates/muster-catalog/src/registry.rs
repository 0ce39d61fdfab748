//! The names of ports, from IANA's Service Name and Transport Protocol Port Number Registry.
//!
//! `iana.tsv` holds the registry's names for TCP and UDP ports, without descriptions, contacts or references: columns
//! port, transports (`t`, `u` or both) and name, sorted by port. Where a port has several names the first row is the
//! one that is printed: the registry's well-formed name (RFC 6335 section 5.1) before its historic alias
//! (`z39-50` before `z39.50`). A range of the registry is a row for each port. IANA puts its protocol registries in the
//! public domain (CC0 1.0).
//!
//! A name says what a port is registered for, never what answers on it.

use std::sync::OnceLock;

use muster_model::Protocol;

/// The name a report prints for a port; `None` if the registry has none.
///
/// ```
/// use muster_catalog::registry::service_name;
/// use muster_model::Protocol;
///
/// assert_eq!(service_name(443, Protocol::Tcp), Some("https"));
/// ```
pub fn service_name(port: u16, protocol: Protocol) -> Option<&'static str> {
    if port == SCANNERS_WORD.0 {
        return Some(SCANNERS_WORD.1);
    }
    let rows = rows();
    let first = rows.partition_point(|row| row.port < port);
    rows[first..]
        .iter()
        .take_while(|row| row.port == port)
        .find(|row| row.serves(protocol))
        .map(|row| row.name)
}

/// The ports whose name matches `pattern`, in order, each once. `*` stands for any characters, `?` for one; case does
/// not count (RFC 6335 section 5.1).
pub fn numbers(pattern: &str, protocol: Protocol) -> Vec<u16> {
    let named = rows().iter().filter(|row| row.serves(protocol) && matches(pattern, row.name));
    let mut ports: Vec<u16> = named.map(|row| row.port).collect();
    if matches(pattern, SCANNERS_WORD.1) {
        ports.push(SCANNERS_WORD.0);
        ports.sort_unstable();
    }
    ports.dedup();
    ports
}

/// IANA registers 2967 as `ssc-agent`. Port scanners have printed `symantec-av` for as long as the product exists, and
/// the parsers and greps people keep for this very port look for that word. Both names are understood.
const SCANNERS_WORD: (u16, &str) = (2967, "symantec-av");

#[derive(Debug)]
struct Row {
    port: u16,
    tcp: bool,
    udp: bool,
    name: &'static str,
}

impl Row {
    /// `None` for a line that is no row; a test holds that there is none.
    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (port, transports, name) = (columns.next()?, columns.next()?, columns.next()?);
        let row = Self {
            port: port.parse().ok()?,
            tcp: transports.contains('t'),
            udp: transports.contains('u'),
            name,
        };
        columns.next().is_none().then_some(row)
    }

    fn serves(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Tcp => self.tcp,
            Protocol::Udp => self.udp,
            Protocol::Icmp | Protocol::Neighbor => false,
        }
    }
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| TABLE.lines().filter_map(Row::parse).collect())
}

const TABLE: &str = include_str!("iana.tsv");

/// Wildcard match without recursion: only the last `*` ever needs to be tried again, so the work is at most the
/// product of the two lengths, whatever the pattern.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut seen) = (0, 0);
    let mut retry = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, seen));
            }
            Some(&byte) if byte == b'?' || byte.eq_ignore_ascii_case(&name[seen]) => {
                at += 1;
                seen += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    (at, seen) = (after_star, from + 1);
                    retry = Some((after_star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use Protocol::{Tcp, Udp};

    #[test]
    fn every_line_is_a_row_and_the_rows_are_sorted() {
        assert_eq!(rows().len(), TABLE.lines().count());
        assert!(rows().len() > 6_000);
        assert!(rows().is_sorted_by_key(|row| row.port));
        for row in rows() {
            assert!(row.tcp || row.udp, "{row:?}");
            assert!(!row.name.is_empty() && row.name.bytes().all(|byte| byte.is_ascii_graphic()), "{row:?}");
        }
    }

    #[test]
    fn ports_have_their_registered_names() {
        for (port, protocol, name) in [
            (22, Tcp, Some("ssh")),
            (53, Udp, Some("domain")),
            (80, Tcp, Some("http")),
            (210, Tcp, Some("z39-50")),
            (443, Tcp, Some("https")),
            (514, Tcp, Some("shell")),
            (514, Udp, Some("syslog")),
            (631, Tcp, Some("ipp")),
            (2967, Tcp, Some("symantec-av")),
            (2967, Udp, Some("symantec-av")),
            (6001, Tcp, Some("x11")),
            (6667, Tcp, Some("ircu")),
            (9100, Tcp, Some("pdl-datastream")),
            (0, Tcp, None),
            (65_535, Tcp, None),
        ] {
            assert_eq!(service_name(port, protocol), name, "{port}/{protocol}");
        }
    }

    #[test]
    fn names_find_their_ports() {
        for (pattern, protocol, ports) in [
            ("http", Tcp, &[80][..]),
            ("HTTP", Tcp, &[80]),
            ("www-http", Tcp, &[80]),
            ("z39.50", Tcp, &[210]),
            ("symantec-av", Tcp, &[2967]),
            ("ssc-agent", Tcp, &[2967]),
            ("ssc-agent", Udp, &[2967]),
            ("syslog", Tcp, &[]),
            ("syslog", Udp, &[514]),
            ("netbios-?s*", Udp, &[137, 139]),
            ("*-hush", Tcp, &[]),
            ("ircu", Tcp, &[6665, 6666, 6667, 6668, 6669]),
            ("", Tcp, &[]),
        ] {
            assert_eq!(numbers(pattern, protocol), ports, "{pattern}/{protocol}");
        }
        assert!(numbers("*", Tcp).len() > 5_000);
        assert!(numbers("*", Udp).is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn wildcards_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("?", "", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("a**c", "ac", true),
            ("a?c", "abc", true),
            ("abc", "abcd", false),
            ("*bcd", "abcbcd", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} on {name}");
        }
        let stars = "*a".repeat(2_000);
        assert!(!matches(&stars, &"a".repeat(1_999)));
    }
}
