//! Signs of things that are not computers with an agent, as data.

use muster_model::{DeviceClass, SignKind};

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
}

impl Sign {
    /// Its kind: signs of one kind are not independent.
    pub fn kind(&self) -> SignKind {
        match self {
            Self::Ports(_) => SignKind::PortPattern,
            Self::Greeting(_) => SignKind::Greeting,
            Self::Name(_) => SignKind::Name,
        }
    }
}
