//! What the system says of a connection that it made: which options were agreed on, not in which order.

use std::fmt;
use std::str::FromStr;

use super::NotAStack;

/// The options that count for a connection. What was not offered was not agreed on either, and says nothing of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Agreed {
    /// Selective acknowledgement (RFC 2018).
    pub sack: Agreement<()>,
    /// Time stamps (RFC 7323).
    pub timestamps: Agreement<()>,
    /// How many bits the peer shifts its windows by (RFC 7323).
    pub scale: Agreement<u8>,
}

/// What became of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Agreement<T> {
    /// This side did not offer it, as far as it knows.
    #[default]
    NotOffered,
    /// The peer, or something on the way, left it out.
    Declined,
    /// Both sides use it.
    Agreed(T),
}

impl<T> Agreement<T> {
    /// Whether it came about; `None` where it was not offered.
    pub fn came_about(&self) -> Option<bool> {
        match self {
            Self::NotOffered => None,
            Self::Declined => Some(false),
            Self::Agreed(_) => Some(true),
        }
    }
}

impl Agreed {
    /// The letters of the options, in the order of their letters, with what became of them.
    fn options(&self) -> [(char, Option<bool>); 3] {
        [('S', self.sack.came_about()), ('T', self.timestamps.came_about()), ('W', self.scale.came_about())]
    }
}

/// Where a segment has its window, its largest segment and its options: neither of the first two is known, and then come
/// the letters of what was agreed on, the scale behind its own, and after a stroke those of what was declined: `- - SW8/T`.
impl fmt::Display for Agreed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BEGINNING)?;
        let is = |wanted| self.options().into_iter().filter(move |(_, is)| *is == Some(wanted));
        is(true).try_for_each(|(letter, _)| write!(f, "{letter}"))?;
        if let Agreement::Agreed(scale) = self.scale {
            write!(f, "{scale}")?;
        }
        let declined: String = is(false).map(|(letter, _)| letter).collect();
        if declined.is_empty() { Ok(()) } else { write!(f, "/{declined}") }
    }
}

impl FromStr for Agreed {
    type Err = NotAStack;

    fn from_str(text: &str) -> Result<Self, NotAStack> {
        let options = text.strip_prefix(BEGINNING).ok_or(NotAStack)?;
        let (agreed, declined) = options.split_once('/').unwrap_or((options, ""));
        let (letters, scale) =
            agreed.split_at(agreed.find(|c: char| c.is_ascii_digit()).unwrap_or(agreed.len()));
        let of = |letter: char| match (letters.contains(letter), declined.contains(letter)) {
            (true, _) => Agreement::Agreed(()),
            (_, true) => Agreement::Declined,
            _ => Agreement::NotOffered,
        };
        let scale = match of('W') {
            Agreement::Agreed(()) => Agreement::Agreed(scale.parse().map_err(|_| NotAStack)?),
            Agreement::Declined => Agreement::Declined,
            Agreement::NotOffered => Agreement::NotOffered,
        };
        let read = Self { sack: of('S'), timestamps: of('T'), scale };
        // Nothing but what is printed is read.
        if read.to_string() == text { Ok(read) } else { Err(NotAStack) }
    }
}

const BEGINNING: &str = "- - ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stack;

    #[test]
    fn what_was_agreed_on_is_written_and_read() {
        use Agreement::{Agreed as Yes, Declined, NotOffered};
        for (sack, timestamps, scale, text) in [
            (Yes(()), Declined, Yes(8), "- - SW8/T"),
            (Yes(()), Yes(()), Yes(7), "- - STW7"),
            (Declined, Declined, Declined, "- - /STW"),
            (Yes(()), NotOffered, Yes(14), "- - SW14"),
            (NotOffered, NotOffered, NotOffered, "- - "),
            (NotOffered, Declined, Yes(0), "- - W0/T"),
        ] {
            let stack = Stack::from(Agreed { sack, timestamps, scale });
            assert_eq!(stack.to_string(), text);
            assert_eq!(text.parse(), Ok(stack), "{text}");
            assert_eq!(stack.answered(), None);
        }
    }

    #[test]
    fn what_is_not_printed_is_not_read() {
        for text in [
            "-",
            "- -",
            "- 1 S",
            "- - WS8",
            "- - SW",
            "- - S8",
            "- - SW999",
            "- - S/S",
            "- - S/",
            "- - SX",
            "- - SW08",
        ] {
            assert!(text.parse::<Stack>().is_err(), "{text}");
        }
    }
}
