//! Which programs listen on a computer's ports, as its own tools tell: `netstat` of Windows, Linux and macOS, `ss`, `lsof`,
//! and PowerShell's `Get-NetTCPConnection`.
//!
//! Text in, [`Listing`] out. Nothing is asked, opened or judged. Header lines are not needed, so that they may be in any
//! language; what a line means follows from its form. A listing is read to its end whatever is in it, and never grows beyond
//! [`MOST_LISTENERS`].
//!
//! | tool | where |
//! |---|---|
//! | `netstat -ano`, `-anob` (Windows); `netstat -tlnp`, `-anv` | `netstat` |
//! | `ss -tlnp`, `ss -ltnup` | `ss` |
//! | `lsof -i -nP` | `lsof` |
//! | `Get-NetTCPConnection`, `Get-NetUDPEndpoint`, as tables | `powershell` |

mod lsof;
mod netstat;
mod owners;
mod place;
mod powershell;
mod ss;
#[cfg(test)]
mod tests;
mod text;

use std::net::IpAddr;

use muster_model::Protocol;
use thiserror::Error;

pub use owners::owners;

/// More are not read: a computer has as many ports as that of each transport.
pub const MOST_LISTENERS: usize = 2 * 65_536;

/// What a listing says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Who wrote it, by the first line that could be read.
    pub tool: Tool,
    /// In the order of the lines.
    pub listeners: Vec<Listener>,
    /// Connections and other lines that are no listener's, headers among them.
    pub others: usize,
}

impl Listing {
    /// Whether any program is named.
    pub fn has_names(&self) -> bool {
        self.listeners.iter().any(|listener| listener.program.is_some())
    }
}

/// Who wrote a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `netstat` of Windows.
    WindowsNetstat,
    /// `netstat` of Linux or macOS.
    UnixNetstat,
    /// `ss`.
    Ss,
    /// `lsof`.
    Lsof,
    /// PowerShell.
    PowerShell,
}

impl Tool {
    /// What to run so that programs are named.
    pub fn with_names(self) -> &'static str {
        match self {
            Self::WindowsNetstat => "netstat -anob, in a window that was opened as administrator",
            Self::UnixNetstat => "netstat -tlnp as root, or on macOS lsof -i -nP",
            Self::Ss => "ss -ltnup as root",
            Self::Lsof => "lsof -i -nP as root",
            Self::PowerShell => "netstat -anob, in a window that was opened as administrator",
        }
    }
}

/// A port on which somebody listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The transport.
    pub protocol: Protocol,
    /// At which address; `None`: at all.
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// The program, if it is named. Foreign text.
    pub program: Option<Program>,
    /// Its process, if that is told.
    pub process: Option<u32>,
    /// The line, from 1.
    pub line: usize,
}

impl Listener {
    /// Whether nobody else can reach it.
    pub fn is_local(&self) -> bool {
        self.address.is_some_and(|address| address.is_loopback())
    }
}

/// A program's name, without its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// As it was written.
    pub name: String,
    /// Whether the tool may have cut it.
    pub is_cut: bool,
}

impl Program {
    fn new(name: &str, is_cut: bool) -> Option<Self> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
        let name: String = name.chars().take(LONGEST_NAME).collect();
        (!name.is_empty() && name != "-").then_some(Self { name, is_cut })
    }
}

/// No system has longer names of files.
const LONGEST_NAME: usize = 255;

/// Why a text is no listing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ListingError {
    /// There is nothing in it.
    #[error("the listing is empty")]
    Empty,
    /// No line is like those of a tool.
    #[error("no line of it is like those of netstat, ss, lsof or Get-NetTCPConnection")]
    Foreign,
}

impl ListingError {
    /// What to do about it.
    pub fn hint(self) -> &'static str {
        "take what netstat -anob (Windows, as administrator), ss -ltnup (Linux, as root) or lsof -i -nP writes"
    }
}

/// What a line of a listing is.
#[derive(Debug)]
enum Line {
    /// Somebody listens.
    Listens(Tool, Listener),
    /// A connection, or a listener's line without what is needed.
    Other(Tool),
    /// The program of the line before.
    Program(Program),
    /// The head of a table.
    Head(powershell::Head),
}

/// Reads a listing, in UTF-8 or UTF-16, with any ends of lines.
///
/// # Errors
/// It is none.
///
/// ```
/// let text = b"  TCP    0.0.0.0:8081    0.0.0.0:0    ABH\xd6REN    1204\r\n [macmnsvc.exe]\r\n";
/// let listing = muster_listeners::read(text).unwrap();
/// assert_eq!(listing.listeners[0].port, 8081);
/// assert_eq!(listing.listeners[0].program.as_ref().unwrap().name, "macmnsvc.exe");
/// ```
pub fn read(bytes: &[u8]) -> Result<Listing, ListingError> {
    let text = text::decode(bytes);
    let mut reading = Reading::default();
    for (place, line) in text.lines().enumerate() {
        reading.take(place + 1, text::cut(line));
    }
    match reading.tool {
        Some(tool) => Ok(Listing { tool, listeners: reading.listeners, others: reading.others }),
        None if text.trim().is_empty() => Err(ListingError::Empty),
        None => Err(ListingError::Foreign),
    }
}

#[derive(Debug, Default)]
struct Reading {
    tool: Option<Tool>,
    listeners: Vec<Listener>,
    others: usize,
    head: Option<powershell::Head>,
    /// Whether the line before was a listener's, or of what belongs to one.
    is_after_listener: bool,
}

impl Reading {
    fn take(&mut self, number: usize, line: &str) {
        match self.line(number, line) {
            Some(Line::Listens(tool, listener)) => {
                self.tool.get_or_insert(tool);
                self.is_after_listener = self.listeners.len() < MOST_LISTENERS;
                if self.is_after_listener {
                    self.listeners.push(listener);
                }
            }
            Some(Line::Program(program)) => {
                if let Some(last) = self.listeners.last_mut().filter(|_| self.is_after_listener) {
                    last.program.get_or_insert(program);
                }
                self.is_after_listener = false;
            }
            Some(Line::Other(tool)) => {
                self.tool.get_or_insert(tool);
                (self.is_after_listener, self.others) = (false, self.others + 1);
            }
            Some(Line::Head(head)) => {
                self.tool.get_or_insert(Tool::PowerShell);
                (self.head, self.others) = (Some(head), self.others + 1);
            }
            // Between a listener of Windows and its program stands the service.
            None => self.others += 1,
        }
    }

    fn line(&self, number: usize, line: &str) -> Option<Line> {
        let words: Vec<&str> = line.split_whitespace().take(MOST_WORDS).collect();
        netstat::read(&words, number)
            .or_else(|| ss::read(&words, number))
            .or_else(|| lsof::read(&words, number))
            .or_else(|| powershell::read(&words, self.head.as_ref(), number))
            .or_else(|| netstat::program(line))
    }
}

/// Lines that have more have them in a program's name.
const MOST_WORDS: usize = 64;
