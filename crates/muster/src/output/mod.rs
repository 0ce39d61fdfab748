//! Where a command's results go.

mod place;
mod status;
mod wrap;

use std::io::{self, Write};
use std::path::Path;

use muster_report::TextStyle;
use terminal_size::{Width, terminal_size, terminal_size_of};

use crate::failure::Failure;

pub(crate) use place::{Place, Writer, check_apart, check_spares, is_stdout, stdout};
pub(crate) use status::{StatusLine, lines};
pub(crate) use wrap::{fill, unbroken, write_row};

/// Prints to stderr, in lines that fit where that is a terminal. Nobody is left to be told if it is gone.
pub(crate) fn say(text: &str) {
    let width = terminal_size_of(io::stderr()).map(|(Width(width), _)| usize::from(width));
    let text = wrap::for_terminal(text, width.filter(|width| *width >= NARROWEST));
    let _ = status::aside(|| anstream::stderr().write_all(text.as_bytes()));
}

/// A terminal that is narrower does not know how wide it is.
const NARROWEST: usize = 20;

/// Lets `write` print to stdout. A reader that closes its pipe has seen enough.
///
/// # Errors
/// If stdout cannot be written for another reason.
pub(crate) fn print(write: impl FnOnce(&mut Writer) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = stdout();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot write stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Text for whoever reads stdout: as wide as the terminal within reason. Colours are taken out on the way where they are
/// not wanted.
pub(crate) fn text_style() -> TextStyle {
    TextStyle { width: text_width(), most_hosts: MOST_HOSTS, color: true }
}

/// Columns of text on stdout.
pub(crate) fn text_width() -> usize {
    terminal_size().map_or(80, |(Width(width), _)| usize::from(width)).clamp(60, 120)
}

/// Hosts that are listed one by one; reports in files have all of them.
const MOST_HOSTS: usize = 40;

/// A path as a shell takes it.
pub(crate) fn shell_word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    match !path.is_empty() && path.chars().all(is_plain) {
        true => path,
        false => {
            let visible: String = path.chars().filter(|c| !c.is_control()).collect();
            format!("'{}'", visible.replace('\'', r"'\''"))
        }
    }
}

/// A number with its noun, in the plural where it is one.
pub(crate) fn count(number: impl Into<u128>, noun: &str) -> String {
    let number = number.into();
    let ending = match noun {
        _ if number == 1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{number} {noun}{ending}")
}
