//! The words that the forms share: states, reasons, transports, port lists, dates.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use muster_model::{Excerpt, PortState, Protocol, Reason};

use super::LONGEST_COMMAND;

/// Nmap's word for a state. `unfiltered` and `closed|filtered` leave open whether something listens, and are none.
pub(super) fn state(word: &str) -> Option<PortState> {
    use PortState::{Closed, Filtered, Open, OpenFiltered};
    [Open, Closed, Filtered, OpenFiltered].into_iter().find(|state| state.name() == word)
}

/// Nmap's word for a reason, also in the plural of old versions, or masscan's, which are the flags of a segment.
pub(super) fn reason(word: &str) -> Option<Reason> {
    let named = |word: &str| Reason::ALL.iter().copied().find(|reason| reason.name() == word);
    let singular = || {
        let (one, two) = (word.strip_suffix('s')?, word.strip_suffix("es"));
        named(one).or_else(|| named(two?)).or_else(|| named(&format!("{}y", word.strip_suffix("ies")?)))
    };
    named(word).or_else(singular).or_else(|| flags(word))
}

/// A reason for a host to be up. The replies for which muster has no word are the host's own, as an echo's is.
pub(super) fn host_reason(word: &str) -> Option<Reason> {
    match word {
        "proto-response" | "init-ack" | "abort" => Some(Reason::EchoReply),
        word => reason(word),
    }
}

fn flags(word: &str) -> Option<Reason> {
    let has = |flag: &str| word.split('-').any(|word| word == flag);
    match () {
        () if has("rst") => Some(Reason::Reset),
        () if has("syn") && has("ack") => Some(Reason::SynAck),
        () => None,
    }
}

/// A transport that has ports and that muster knows.
pub(super) fn protocol(word: &str) -> Option<Protocol> {
    match word {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        _ => None,
    }
}

/// An address; the zone of a link-local one (RFC 4007) is left out.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.split('%').next()?.parse().ok()
}

/// `02:00:5E:00:AB:01`
pub(super) fn hardware(text: &str) -> Option<[u8; 6]> {
    let mut bytes = [0; 6];
    let mut pairs = text.split(':');
    for byte in &mut bytes {
        *byte = u8::from_str_radix(pairs.next()?, 16).ok()?;
    }
    pairs.next().is_none().then_some(bytes)
}

/// `22,80,2950-3000`, put in order. What is no port is left out.
pub(super) fn ports(list: &str) -> Vec<RangeInclusive<u16>> {
    let mut ranges: Vec<_> = list.split(',').filter_map(range).collect();
    ranges.sort_by_key(|range| *range.start());
    ranges.dedup_by(|next, last| {
        let joins = u32::from(*next.start()) <= u32::from(*last.end()) + 1;
        if joins {
            *last = *last.start()..=*last.end().max(next.end());
        }
        joins
    });
    ranges.shrink_to_fit();
    ranges
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some(first..=last)
}

/// Unix seconds.
pub(super) fn epoch(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// A date as C's `ctime` prints it, or as ISO 8601 has it. Unless it says that it is in UTC, it is the `zone`'s. The day of
/// the week follows from the date, whatever is written.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let universal = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT"));
    let text = universal.unwrap_or(text);
    let is_weekday = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let date = text.split_once(' ').filter(|(word, _)| is_weekday(word)).map_or(text, |(_, date)| date);
    let forms = ["%b %d %H:%M:%S %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let date = forms.iter().find_map(|form| DateTime::strptime(form, date.trim_start()).ok())?;
    let zone = if universal.is_some() { &TimeZone::UTC } else { zone };
    zone.to_timestamp(date).ok()
}

/// An excerpt, unless there is nothing.
pub(super) fn excerpt(text: &str) -> Option<Excerpt> {
    Some(Excerpt::of(text)).filter(|excerpt| !excerpt.is_empty())
}

/// A command line, as far as it is kept.
pub(super) fn command(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST_COMMAND)].to_owned()
}

/// Whether a command line asks for hosts that are down as well: `-v` in any form, and not `--open`.
pub(super) fn lists_down(arguments: &str) -> bool {
    let is_verbose = |word: &str| {
        let tail = word.strip_prefix("-v");
        tail.is_some_and(|tail| tail.chars().all(|c| c == 'v' || c.is_ascii_digit())) || word == "--verbose"
    };
    arguments.split(' ').any(is_verbose) && !hides_down(arguments)
}

/// Whether a command line says `--open`.
pub(super) fn hides_down(arguments: &str) -> bool {
    arguments.split(' ').any(|word| matches!(word, "--open" | "-open"))
}

/// Whether a command line asks by transports that muster does not speak.
pub(super) fn asks_otherwise(arguments: &str) -> bool {
    arguments
        .split(' ')
        .filter_map(|word| word.strip_prefix("-s"))
        .any(|kinds| kinds.contains(['Y', 'Z', 'O']))
}

/// Whether a command line asks for no ports at all: then a host that is up is all that is said.
pub(super) fn is_discovery(arguments: &str) -> bool {
    arguments.split(' ').any(|word| matches!(word, "-sn" | "-sP" | "-sL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_known_in_every_spelling() {
        for reason in Reason::ALL {
            assert_eq!(super::reason(reason.name()), Some(*reason));
        }
        for (word, expected) in [
            ("resets", Some(Reason::Reset)),
            ("no-responses", Some(Reason::NoResponse)),
            ("host-unreaches", Some(Reason::HostUnreach)),
            ("echo-replies", Some(Reason::EchoReply)),
            ("admin-prohibiteds", Some(Reason::AdminProhibited)),
            ("rst-ack", Some(Reason::Reset)),
            ("syn-psh-ack", Some(Reason::SynAck)),
            ("response", None),
            ("script-set", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(reason(word), expected, "{word}");
        }
    }

    #[test]
    fn replies_without_a_word_of_ours_are_a_hosts_own() {
        for word in ["proto-response", "init-ack", "abort", "echo-reply"] {
            assert_eq!(host_reason(word), Some(Reason::EchoReply), "{word}");
        }
        assert_eq!((host_reason("reset"), host_reason("x")), (Some(Reason::Reset), None));
        assert_eq!(reason("abort"), None, "of a port it says something else");
    }

    #[test]
    fn port_lists_hold_no_more_than_they_say() {
        assert!(ports(&"1,".repeat(10_000)).capacity() < 16);
    }

    #[test]
    fn port_lists_are_put_in_order() {
        for (list, expected) in [
            ("22,80,2950-3000", &[22..=22, 80..=80, 2950..=3000][..]),
            ("80,22,21-23,24", &[21..=24, 80..=80]),
            ("0-65535,7", &[0..=65535]),
            ("", &[]),
            ("x,9-1,70000,5", &[5..=5]),
        ] {
            assert_eq!(ports(list), expected, "{list}");
        }
    }

    #[test]
    fn dates_are_the_zones_unless_they_say_otherwise() {
        let expected = Timestamp::from_second(1_795_316_400).ok();
        let (utc, east) = (TimeZone::UTC, TimeZone::fixed(jiff::tz::offset(2)));
        for text in ["Sun Nov 22 03:00:00 2026", "2026-11-22 03:00", "2026-11-22 03:00:00"] {
            assert_eq!(moment(text, &utc), expected, "{text}");
            let later = text.replace("03:00", "05:00");
            assert_eq!(moment(&later, &east), expected, "{text}");
        }
        for text in ["2026-11-22 03:00 UTC", "2026-11-22 03:00:00 GMT"] {
            assert_eq!(moment(text, &east), expected, "{text}");
        }
        let expected = Timestamp::from_second(1_793_588_400).ok();
        assert_eq!(moment("Mon Nov  2 03:00:00 2026", &utc), expected);
        assert_eq!(moment("Sat Nov  2 03:00:00 2026", &utc), expected, "no Saturday");
        assert_eq!(moment("yesterday", &utc), None);
    }

    #[test]
    fn addresses_and_cards() {
        assert_eq!(address("fe80::1%eth0"), "fe80::1".parse().ok());
        assert_eq!(address("printer"), None);
        assert_eq!(hardware("02:00:5E:00:ab:01"), Some([2, 0, 0x5e, 0, 0xab, 1]));
        assert_eq!(hardware("02:00:5E:00:AB"), None);
        assert_eq!(hardware("02:00:5E:00:AB:01:02"), None);
    }

    #[test]
    fn command_lines_tell_of_other_transports() {
        for (line, expected) in [("nmap -sSY x", true), ("nmap -sO x", true), ("nmap -sS -sU -sC x", false)] {
            assert_eq!(asks_otherwise(line), expected, "{line}");
        }
    }

    #[test]
    fn command_lines_tell_what_is_listed() {
        for (line, expected) in [
            ("nmap -v 10.0.0.0/8", true),
            ("nmap -vv -p 80 x", true),
            ("nmap -v2 x", true),
            ("nmap --verbose x", true),
            ("nmap -v --open x", false),
            ("nmap -version x", false),
            ("nmap -p 80 x", false),
        ] {
            assert_eq!(lists_down(line), expected, "{line}");
        }
    }
}
