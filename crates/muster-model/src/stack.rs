//! How a TCP implementation shows itself: in the answer to a SYN, or by what a connection agreed on.

mod agreed;

use std::fmt;
use std::str::FromStr;

pub use self::agreed::{Agreed, Agreement};

/// What was seen of a TCP implementation. Hosts of one kind answer alike; a device that answers for a whole network
/// answers alike for every address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stack {
    /// Its segment was seen.
    Answered(Answered),
    /// The system made the connection, and says what was agreed on.
    Agreed(Agreed),
}

impl Stack {
    /// The segment, if it was seen.
    pub fn answered(self) -> Option<Answered> {
        match self {
            Self::Answered(answered) => Some(answered),
            Self::Agreed(_) => None,
        }
    }
}

impl From<Answered> for Stack {
    fn from(answered: Answered) -> Self {
        Self::Answered(answered)
    }
}

impl From<Agreed> for Stack {
    fn from(agreed: Agreed) -> Self {
        Self::Agreed(agreed)
    }
}

/// The window and the options of a SYN-ACK or a reset (RFC 9293, RFC 7323).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Answered {
    /// The window as it stands in the header, not scaled.
    pub window: u16,
    /// The largest segment it takes, in bytes, where it says so.
    pub mss: Option<u16>,
    /// The options in their order.
    pub options: Options,
}

/// The kinds of up to sixteen TCP options, in order; further ones are left out. One letter each, as in
/// `MSTNW`: `M` largest segment, `S` selective acknowledgement, `T` time stamps, `N` no operation, `W` window scale,
/// `E` end of the list, `X` any other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Options(u64);

impl Options {
    /// Adds an option by its kind (IANA, "TCP Option Kind Numbers").
    pub fn push(&mut self, kind: u8) {
        let letter = KINDS.iter().position(|(number, _)| *number == kind).unwrap_or(OTHER) as u64 + 1;
        let used = (u64::BITS - self.0.leading_zeros()).div_ceil(4);
        if used < MOST {
            self.0 |= letter << (used * 4);
        }
    }

    fn letters(self) -> impl Iterator<Item = char> {
        (0..MOST)
            .map(move |place| (self.0 >> (place * 4)) & 15)
            .take_while(|code| *code > 0)
            .map(|code| KINDS.get(code as usize - 1).map_or('X', |(_, letter)| *letter))
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.letters().try_for_each(|letter| write!(f, "{letter}"))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Options({self})")
    }
}

/// The window, the largest segment and the options: `64240 1460 MSTNW`, `0 - ` without any.
impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mss {
            Some(mss) => write!(f, "{} {mss} {}", self.window, self.options),
            None => write!(f, "{} - {}", self.window, self.options),
        }
    }
}

/// `64240 1460 MSTNW` of a segment, `- - SW8/T` of a connection.
impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(answered) => answered.fmt(f),
            Self::Agreed(agreed) => agreed.fmt(f),
        }
    }
}

/// Text that [`Stack`] does not print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a window, a largest segment and the letters of options, nor what a connection agreed on")]
pub struct NotAStack;

impl FromStr for Stack {
    type Err = NotAStack;

    fn from_str(text: &str) -> Result<Self, NotAStack> {
        if text.starts_with('-') { text.parse().map(Self::Agreed) } else { text.parse().map(Self::Answered) }
    }
}

impl FromStr for Answered {
    type Err = NotAStack;

    fn from_str(text: &str) -> Result<Self, NotAStack> {
        let mut words = text.splitn(3, ' ');
        let mut next = || words.next().ok_or(NotAStack);
        let window = next()?.parse().map_err(|_| NotAStack)?;
        let mss = match next()? {
            "-" => None,
            mss => Some(mss.parse().map_err(|_| NotAStack)?),
        };
        let mut options = Options::default();
        for letter in next()?.chars() {
            let known = KINDS.iter().find(|(_, known)| *known == letter).map(|(kind, _)| *kind);
            options.push(match (known, letter) {
                (Some(kind), _) => kind,
                (None, 'X') => u8::MAX,
                _ => return Err(NotAStack),
            });
        }
        Ok(Self { window, mss, options })
    }
}

const KINDS: [(u8, char); 6] = [(0, 'E'), (1, 'N'), (2, 'M'), (3, 'W'), (4, 'S'), (8, 'T')];
const OTHER: usize = KINDS.len();
const MOST: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_are_written_and_read() {
        let mut options = Options::default();
        [2, 4, 8, 1, 3, 30].into_iter().for_each(|kind| options.push(kind));
        let stack = Stack::from(Answered { window: 64_240, mss: Some(1_460), options });
        assert_eq!(stack.to_string(), "64240 1460 MSTNWX");
        assert_eq!(stack.to_string().parse(), Ok(stack));
        let reset = Stack::from(Answered::default());
        assert_eq!((reset.to_string().as_str(), "0 - ".parse()), ("0 - ", Ok(reset)));
        for text in ["", "1", "1 -", "x - ", "1 - Q", "1 99999 M"] {
            assert_eq!(text.parse::<Stack>(), Err(NotAStack), "{text}");
        }
    }

    #[test]
    fn no_more_than_sixteen_options_are_kept() {
        let mut options = Options::default();
        (0..40).for_each(|_| options.push(1));
        assert_eq!(options.to_string(), "N".repeat(16));
    }
}
