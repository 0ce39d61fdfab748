//! Signs of things that are not computers with an agent, as data.

use muster_model::{DeviceClass, SignKind};

use crate::makers::begins;

/// One sign of a class of devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSignature {
    /// Which class it speaks for.
    pub class: DeviceClass,
    /// What must be seen.
    pub sign: Sign,
    /// Keys of [`Source`](crate::Source).
    pub source: Vec<String>,
}

/// What must be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// All these TCP ports are open.
    Ports(Vec<u16>),
    /// A greeting, server name, title or certificate has this text in it, without regard to ASCII case.
    Greeting(String),
    /// The host's name, up to the first dot, has this word in it: set off by dashes, digits, underscores or the ends.
    Name(String),
    /// The maker of its network card has a name that begins with these words, see [`makers::begins`](crate::makers::begins).
    Maker {
        /// The words.
        words: String,
        /// Whether it is a sign by itself. Cards of a maker of computers are none, but bear out a sign of another kind.
        alone: bool,
    },
}

impl Sign {
    /// Whether it is one of makers, and of the maker of that name.
    pub(crate) fn is_of_maker(&self, name: &str) -> bool {
        matches!(self, Self::Maker { words, .. } if begins(name, words))
    }

    /// Its kind: signs of one kind are not independent.
    pub fn kind(&self) -> SignKind {
        match self {
            Self::Ports(_) => SignKind::PortPattern,
            Self::Greeting(_) => SignKind::Greeting,
            Self::Name(_) => SignKind::Name,
            Self::Maker { .. } => SignKind::Maker,
        }
    }
}

#[cfg(test)]
mod tests;
