//! Addresses as a picture: a letter each, 64 in a row.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};

use anstyle::{AnsiColor, Style};
use muster_model::PortState;

const IN_A_ROW: u32 = 64;

/// What is known of one address, strongest last.
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

    const ALL: [Self; 4] = [Self::Open, Self::Closed, Self::Refused, Self::Silent];

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

/// A map of IPv4 addresses; addresses without a cell are dots. Rows without any cell are left out.
#[derive(Clone, Debug, Default)]
pub struct AddressMap {
    cells: BTreeMap<u32, Cell>,
}

impl AddressMap {
    /// Adds what is known of `address`; of several cells the strongest stays. IPv6 addresses, too many for a map, are
    /// passed over.
    pub fn add(&mut self, address: IpAddr, cell: Cell) {
        if let IpAddr::V4(address) = address {
            let place = self.cells.entry(address.into()).or_insert(cell);
            *place = cell.max(*place);
        }
    }

    /// Draws the map with its legend.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut rows: Vec<u32> = self.cells.keys().map(|address| address / IN_A_ROW).collect();
        rows.dedup();
        for row in rows {
            write!(out, "{:>15} ", Ipv4Addr::from(row * IN_A_ROW).to_string())?;
            for column in 0..IN_A_ROW {
                match self.cells.get(&(row * IN_A_ROW + column)) {
                    Some(cell) => write!(out, "{}{}{:#}", cell.style(), cell.letter(), cell.style())?,
                    None => out.write_all(b".")?,
                }
            }
            out.write_all(b"\n")?;
        }
        let count = |kind: Cell| self.cells.values().filter(|&&cell| cell == kind).count();
        for cell in Cell::ALL {
            writeln!(
                out,
                "{:>15} {}{}{:#} {}",
                count(cell),
                cell.style(),
                cell.letter(),
                cell.style(),
                cell.word()
            )?;
        }
        Ok(())
    }
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
        let plain = anstyle_free(&String::from_utf8(text).unwrap());
        insta::assert_snapshot!(plain);
    }

    fn anstyle_free(text: &str) -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
    }
}
