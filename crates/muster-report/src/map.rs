//! Addresses as a picture: a letter each, 64 in a row.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;

use anstyle::{AnsiColor, Style};
use muster_model::{Assurance, PortState, Verdict};

const IN_A_ROW: u32 = 64;

/// What a map can say of one address. Of several marks for one address the greatest stays.
pub trait Mark: Copy + Ord + 'static {
    /// All of them, in the order of the legend.
    const ALL: &'static [Self];
    /// Stands for an address of which nothing is known.
    const EMPTY: char;

    /// Stands for the mark on the map.
    fn letter(self) -> char;
    /// What the letter means.
    fn word(self) -> &'static str;
    /// Its colour; nothing is told by colour alone.
    fn style(self) -> Style;
}

/// What is known of one port of one address, strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing came back.
    Silent,
    /// An ICMP error came back.
    Refused,
    /// The port is closed.
    Closed,
    /// The port is open.
    Open,
}

impl Cell {
    /// The cell for a port in `state`; `is_error` if an ICMP error said so.
    pub fn of(state: PortState, is_error: bool) -> Self {
        match state {
            PortState::Open => Self::Open,
            PortState::Closed => Self::Closed,
            PortState::Filtered | PortState::OpenFiltered if is_error => Self::Refused,
            PortState::Filtered | PortState::OpenFiltered => Self::Silent,
        }
    }
}

impl Mark for Cell {
    const ALL: &'static [Self] = &[Self::Open, Self::Closed, Self::Refused, Self::Silent];
    const EMPTY: char = '.';

    fn letter(self) -> char {
        match self {
            Self::Silent => 's',
            Self::Refused => 'x',
            Self::Closed => 'c',
            Self::Open => 'O',
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent (filtered)",
            Self::Refused => "refused by an ICMP error",
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Silent => AnsiColor::BrightBlack.on_default(),
            Self::Refused => AnsiColor::Magenta.on_default(),
            Self::Closed => AnsiColor::Yellow.on_default(),
            Self::Open => AnsiColor::Green.on_default().bold(),
        }
    }
}

/// What an audit says of one address, what needs attention last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judged {
    /// Nothing came back.
    Silent,
    /// Something on the way answers for it.
    Phantom,
    /// No computer that carries an agent.
    OutOfScope,
    /// Exempt.
    Exempt,
    /// The agent identified itself.
    Verified,
    /// The agent is likely there.
    Likely,
    /// Not enough evidence.
    Unknown,
    /// The agent is there and does not do its work.
    Degraded,
    /// No agent.
    Unprotected,
    /// Something else in the agent's place.
    Suspect,
}

impl From<Verdict> for Judged {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Suspect => Self::Suspect,
            Verdict::Unprotected => Self::Unprotected,
            Verdict::Degraded => Self::Degraded,
            Verdict::Unknown => Self::Unknown,
            Verdict::Protected(Assurance::Likely) => Self::Likely,
            Verdict::Protected(Assurance::Verified) => Self::Verified,
            Verdict::Exempt => Self::Exempt,
            Verdict::OutOfScope => Self::OutOfScope,
        }
    }
}

impl Mark for Judged {
    const ALL: &'static [Self] = &[
        Self::Suspect,
        Self::Unprotected,
        Self::Degraded,
        Self::Unknown,
        Self::Likely,
        Self::Verified,
        Self::Exempt,
        Self::OutOfScope,
        Self::Phantom,
        Self::Silent,
    ];
    const EMPTY: char = ' ';

    fn letter(self) -> char {
        match self {
            Self::Silent => '.',
            Self::Phantom => '~',
            Self::OutOfScope => 'o',
            Self::Exempt => 'e',
            Self::Verified => 'P',
            Self::Likely => 'p',
            Self::Unknown => '?',
            Self::Degraded => 'D',
            Self::Unprotected => 'U',
            Self::Suspect => '!',
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Phantom => "not measured: answers that prove nothing",
            Self::OutOfScope => "out-of-scope",
            Self::Exempt => "exempt",
            Self::Verified => "protected (verified)",
            Self::Likely => "protected (likely)",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Unprotected => "unprotected",
            Self::Suspect => "suspect",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Silent | Self::Phantom => AnsiColor::BrightBlack.on_default(),
            Self::OutOfScope | Self::Exempt => AnsiColor::Blue.on_default(),
            Self::Verified => AnsiColor::Green.on_default().bold(),
            Self::Likely => AnsiColor::Green.on_default(),
            Self::Unknown => AnsiColor::Yellow.on_default(),
            Self::Degraded => AnsiColor::Magenta.on_default(),
            Self::Unprotected => AnsiColor::Red.on_default(),
            Self::Suspect => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// How a map is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawing {
    /// How many of an address's last bits one place stands for: 8 for a /24.
    pub(crate) bits: u32,
    /// Whether letters have colours.
    pub(crate) color: bool,
}

/// A map of IPv4 addresses. Rows without any mark are left out.
#[derive(Clone, Debug)]
pub struct AddressMap<M = Cell> {
    cells: BTreeMap<u32, M>,
}

impl<M> Default for AddressMap<M> {
    fn default() -> Self {
        Self { cells: BTreeMap::new() }
    }
}

impl<M: Mark> AddressMap<M> {
    /// Adds what is known of `address`; of several marks the greatest stays. IPv6 addresses, too many for a map, are
    /// passed over.
    pub fn add(&mut self, address: IpAddr, mark: M) {
        if let IpAddr::V4(address) = address {
            let place = self.cells.entry(address.into()).or_insert(mark);
            *place = mark.max(*place);
        }
    }

    /// Draws the map with the legend of all marks.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_rows(out, Drawing { bits: 0, color: true })?;
        for &mark in M::ALL {
            self.write_legend(out, mark)?;
        }
        Ok(())
    }

    /// Draws the rows without a legend.
    pub(crate) fn write_rows(&self, out: &mut impl Write, drawing: Drawing) -> io::Result<()> {
        let Drawing { bits, color } = drawing;
        let mut places: BTreeMap<u32, M> = BTreeMap::new();
        for (address, mark) in &self.cells {
            let place = places.entry(address >> bits).or_insert(*mark);
            *place = (*place).max(*mark);
        }
        let mut rows: Vec<u32> = places.keys().map(|place| place / IN_A_ROW).collect();
        rows.dedup();
        for row in rows {
            write!(out, "{:>15} ", Ipv4Addr::from((row * IN_A_ROW) << bits).to_string())?;
            for place in drawn::<M>(row, &places) {
                match places.get(&place) {
                    Some(mark) if color => {
                        write!(out, "{}{}{:#}", mark.style(), mark.letter(), mark.style())?;
                    }
                    Some(mark) => write!(out, "{}", mark.letter())?,
                    None => write!(out, "{}", M::EMPTY)?,
                }
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn write_legend(&self, out: &mut impl Write, mark: M) -> io::Result<()> {
        let (style, letter, word) = (mark.style(), mark.letter(), mark.word());
        let count = self.cells.values().filter(|&&cell| cell == mark).count();
        writeln!(out, "{count:>15} {style}{letter}{style:#} {word}")
    }
}

/// The places of a row that are drawn: blanks at the end of a line are nothing to look at.
fn drawn<M: Mark>(row: u32, places: &BTreeMap<u32, M>) -> RangeInclusive<u32> {
    let (first, end) = (row * IN_A_ROW, row * IN_A_ROW + (IN_A_ROW - 1));
    let last = places.range(first..=end).next_back().filter(|_| M::EMPTY == ' ');
    first..=last.map_or(end, |(&place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_sixty_four_and_a_legend() {
        let mut map = AddressMap::default();
        for (last, cell) in
            [(1, Cell::Open), (2, Cell::Closed), (63, Cell::Silent), (64, Cell::Refused), (255, Cell::Open)]
        {
            map.add(IpAddr::from([127, 44, 0, last]), cell);
        }
        map.add(IpAddr::from([127, 44, 0, 2]), Cell::Silent);
        let mut text = Vec::new();
        map.write(&mut text).unwrap();
        insta::assert_snapshot!(plain(&text));
    }

    #[test]
    fn a_place_may_stand_for_a_network_and_shows_its_worst() {
        let mut map = AddressMap::default();
        map.add(IpAddr::from([10, 0, 0, 1]), Judged::Verified);
        map.add(IpAddr::from([10, 0, 2, 1]), Judged::Suspect);
        map.add(IpAddr::from([10, 0, 2, 2]), Judged::Verified);
        map.add(IpAddr::from([10, 0, 64, 2]), Judged::Unknown);
        let mut text = Vec::new();
        map.write_rows(&mut text, Drawing { bits: 8, color: false }).unwrap();
        let lines = plain(&text).lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines, ["       10.0.0.0 P !", "      10.0.64.0 ?"]);
    }

    #[test]
    fn every_letter_is_told_apart() {
        let mut letters: Vec<_> = Judged::ALL.iter().map(|mark| mark.letter()).collect();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), Judged::ALL.len());
    }

    fn plain(bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
    }
}
