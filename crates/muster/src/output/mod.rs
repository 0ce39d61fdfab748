//! Where a command's results go.

mod place;

use std::io::{self, Write};

use muster_report::TextStyle;
use terminal_size::{Width, terminal_size};

use crate::failure::Failure;

pub(crate) use place::{Place, Writer, check_apart, check_spares, is_stdout, stdout};

/// Prints to stderr. Nobody is left to be told if that is gone.
pub(crate) fn say(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

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
    let width = terminal_size().map_or(80, |(Width(width), _)| usize::from(width));
    TextStyle { width: width.clamp(60, 120), most_hosts: MOST_HOSTS, color: true }
}

/// Hosts that are listed one by one; reports in files have all of them.
const MOST_HOSTS: usize = 40;

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
