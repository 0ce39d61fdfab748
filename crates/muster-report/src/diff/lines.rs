//! Lines with a sign: `-` as it was, `+` as it is, blank where both agree.

use std::io::{self, Write};

use super::change::Change;

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Old,
    New,
    Both,
}

impl Sign {
    pub(super) fn mark(self) -> char {
        match self {
            Self::Old => '-',
            Self::New => '+',
            Self::Both => ' ',
        }
    }
}

/// A row of signed cells, or a line of its own between rows.
pub(super) enum Row<const COLUMNS: usize> {
    Cells(Sign, [String; COLUMNS]),
    Line(Sign, String),
}

/// Writes one line.
pub(super) fn write_line(out: &mut dyn Write, sign: Sign, text: &str) -> io::Result<()> {
    writeln!(out, "{}{}", sign.mark(), text.trim_end())
}

/// The lines of something before and after: one if both are the same.
pub(super) fn signed<T: PartialEq>(change: Change<Option<T>>) -> impl Iterator<Item = (Sign, T)> {
    let (old, new) = match change {
        Change { old: Some(old), new: Some(new) } if old == new => (Some((Sign::Both, old)), None),
        Change { old, new } => (old.map(|old| (Sign::Old, old)), new.map(|new| (Sign::New, new))),
    };
    old.into_iter().chain(new)
}

/// Writes rows with their cells below each other.
pub(super) fn write_rows<const COLUMNS: usize>(out: &mut dyn Write, rows: &[Row<COLUMNS>]) -> io::Result<()> {
    let widths = widths(rows);
    for row in rows {
        match row {
            Row::Line(sign, text) => write_line(out, *sign, text)?,
            Row::Cells(sign, cells) => {
                let cells = cells.iter().zip(widths);
                let text = cells.fold(String::new(), |text, (cell, width)| format!("{text}{cell:width$} "));
                write_line(out, *sign, &text)?;
            }
        }
    }
    Ok(())
}

fn widths<const COLUMNS: usize>(rows: &[Row<COLUMNS>]) -> [usize; COLUMNS] {
    rows.iter().fold([0; COLUMNS], |widths, row| match row {
        Row::Line(..) => widths,
        Row::Cells(_, cells) => {
            std::array::from_fn(|column| widths[column].max(cells[column].chars().count()))
        }
    })
}
