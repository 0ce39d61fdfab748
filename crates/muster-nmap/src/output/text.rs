//! The small words that the formats share: dates, numbers, names and port lists as Nmap prints them.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Zoned;

use super::{Ending, Scan};

/// A moment in the form of C's `ctime`: `Sun Nov 22 03:00:00 2026`.
pub(super) fn moment(at: &Zoned) -> impl fmt::Display {
    at.strftime("%a %b %e %H:%M:%S %Y")
}

/// `8 IP addresses (1 host up) scanned in 2.35 seconds`
pub(super) fn tally(ending: &Ending) -> String {
    let (addresses, hosts) =
        (counted(ending.total, "IP address", "IP addresses"), counted(ending.up, "host", "hosts"));
    format!("{addresses} ({hosts} up) scanned in {:.2} seconds", ending.elapsed.as_secs_f64())
}

/// The last line of a run that was cut short. It does not say `done`, which readers take for complete.
pub(super) fn interrupted(scan: &Scan, ending: &Ending, cause: &str) -> String {
    let (program, end) = (&scan.program, moment(&ending.end));
    format!("{program} interrupted at {end} ({}), partial -- {}", line(cause), tally(ending))
}

/// `1 host`, `2 hosts`
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A reason with what is known of the reply: `admin-prohibited from 10.0.0.1 ttl 63`.
pub(super) fn reason(reason: &str, from: Option<IpAddr>, ttl: u8) -> String {
    let mut text = reason.to_owned();
    if let Some(from) = from {
        text += &format!(" from {from}");
    }
    if ttl != 0 {
        text += &format!(" ttl {ttl}");
    }
    text
}

/// Seconds with two significant digits: `0.00020`, `0.010`, `1.2`, `12`.
///
/// In floating point and with the decimals chosen before rounding, since Nmap's quirks come from there: 225 µs are
/// `0.00022` and 999 µs `0.00100`.
pub(super) fn seconds(duration: Duration) -> String {
    let seconds =
        Duration::from_micros(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)).as_secs_f64();
    if seconds == 0.0 {
        return "0.00".to_owned();
    }
    let second_digit = seconds.log10().floor() - 1.0;
    let unit = 10_f64.powf(second_digit);
    let decimals = (-second_digit).max(0.0) as usize;
    format!("{:.decimals$}", (seconds / unit + 0.5).floor() * unit)
}

/// A port list: `22,80,2950-3000`. Ranges that touch become one.
pub(super) fn ranges(ranges: impl IntoIterator<Item = RangeInclusive<u16>>) -> String {
    let mut joined: Vec<RangeInclusive<u16>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end().checked_add(1) == Some(*range.start()) => {
                *last = *last.start()..=*range.end();
            }
            _ => joined.push(range),
        }
    }
    let texts: Vec<_> = joined
        .iter()
        .map(|range| match (range.start(), range.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        })
        .collect();
    texts.join(",")
}

/// How many ports a list holds.
pub(super) fn count(ranges: &[RangeInclusive<u16>]) -> usize {
    ranges.iter().map(ExactSizeIterator::len).sum()
}

/// A host's name with every character replaced that names do not have.
///
/// A PTR record may hold any bytes. Parentheses, blanks and slashes would forge fields of the line formats
/// (`x) 2967/open/tcp`), so letters, digits, `-`, `_` and `.` are all that is let through, in every format.
pub(super) fn name(name: &str) -> String {
    let fits = |character: char| character.is_alphanumeric() || "-_.".contains(character);
    name.chars().map(|character| if fits(character) { character } else { '?' }).collect()
}

/// A text for one line: control characters, line ends and marks that turn the direction of writing become `?`.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    let breaks = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(breaks) { Cow::Owned(text.replace(breaks, "?")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_have_two_significant_digits() {
        for (microseconds, expected) in [
            (0, "0.00"),
            (6, "0.0000060"),
            (33, "0.000033"),
            (99, "0.000099"),
            (100, "0.00010"),
            (123, "0.00012"),
            (225, "0.00022"),
            (999, "0.00100"),
            (1_023, "0.0010"),
            (45_600, "0.046"),
            (312_000, "0.31"),
            (1_200_000, "1.2"),
            (1_990_000, "2.0"),
            (12_345_678, "12"),
            (123_456_789, "120"),
        ] {
            assert_eq!(seconds(Duration::from_micros(microseconds)), expected, "{microseconds} µs");
        }
    }

    #[test]
    fn port_lists_are_as_short_as_can_be() {
        assert_eq!(ranges([80..=80, 2950..=3000, 65000..=65000]), "80,2950-3000,65000");
        assert_eq!(ranges((2950..=2966).chain(2968..=2969).map(|port| port..=port)), "2950-2966,2968-2969");
        assert_eq!(ranges([0..=65535]), "0-65535");
        assert_eq!(ranges([]), "");
        assert_eq!(count(&[0..=65535, 1..=1]), 65537);
    }

    #[test]
    fn names_and_lines_lose_what_could_forge_a_field() {
        assert_eq!(name("pc-7_a.example.lan"), "pc-7_a.example.lan");
        assert_eq!(name("münchen.example"), "münchen.example");
        assert_eq!(name("x)\tPorts: 2967/open/tcp\n\u{1b}[2J"), "x??Ports??2967?open?tcp???2J");
        assert_eq!(line("a\nb\tc\u{85}d\u{2028}e\u{202e}f\u{7f}"), "a?b?c?d?e?f?");
        assert_eq!(line("as: muster -p 2967"), "as: muster -p 2967");
    }
}
