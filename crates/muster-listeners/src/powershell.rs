//! PowerShell's tables: `Get-NetTCPConnection`, `Get-NetUDPEndpoint`, and what somebody selected of them. Their heads are
//! names of properties and in no language.

use muster_model::Protocol;

use crate::place;
use crate::{Line, Listener, Program, Tool};

/// The columns of a table, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Head(Vec<String>);

impl Head {
    fn read(words: &[&str]) -> Option<Self> {
        let columns: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let has = |name: &str| columns.iter().any(|column| column == name);
        (has("localaddress") && has("localport")).then_some(Self(columns))
    }

    /// The word of a column. Where a column is empty, those before it count from the left and those behind it from the
    /// right.
    fn word<'a>(&self, words: &[&'a str], names: &[&str]) -> Option<&'a str> {
        let place = self.0.iter().position(|column| names.contains(&column.as_str()))?;
        let from_end = self.0.len() - place;
        let is_first = place < 2 || words.len() == self.0.len();
        let place = if is_first { place } else { words.len().checked_sub(from_end)? };
        words.get(place).copied()
    }
}

/// Reads a head, or a line of the table below one.
pub(crate) fn read(words: &[&str], head: Option<&Head>, number: usize) -> Option<Line> {
    if let Some(head) = Head::read(words) {
        return Some(Line::Head(head));
    }
    let head = head?;
    let address = place::address(head.word(words, &["localaddress"])?)?;
    let port: u16 = head.word(words, &["localport"])?.parse().ok()?;
    let has_states = head.0.iter().any(|column| column == "state");
    let listens = words.iter().any(|word| word.eq_ignore_ascii_case("listen"));
    let is_udp = !has_states && !head.0.iter().any(|column| column == "remoteport");
    if port == 0 || !(listens || is_udp) {
        return Some(Line::Other(Tool::PowerShell));
    }
    let protocol = if is_udp { Protocol::Udp } else { Protocol::Tcp };
    let process = head.word(words, &["owningprocess", "pid", "id"]).and_then(|word| word.parse().ok());
    let name = head.word(words, &["processname", "process", "name"]);
    let name = name.filter(|name| name.parse::<u32>().is_err());
    let program = name.and_then(|name| Program::new(name, false));
    Some(Line::Listens(
        Tool::PowerShell,
        Listener { protocol, address, port, program, process, line: number },
    ))
}
