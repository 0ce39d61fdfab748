//! What kind of thing a host is, when it is not a computer that carries an agent.

use std::fmt;

use crate::{Endpoint, Excerpt};

/// A host's class with the signs for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it looks like.
    pub class: DeviceClass,
    /// Why; not empty.
    pub signs: Vec<DeviceSign>,
}

impl Device {
    /// Whether at least two signs of different kinds agree: one alone never convicts.
    pub fn is_certain(&self) -> bool {
        self.signs.iter().any(|sign| sign.kind != self.signs[0].kind)
    }
}

/// One thing that speaks for a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSign {
    /// What kind of sign.
    pub kind: SignKind,
    /// Where it was seen, if at a port.
    pub endpoint: Option<Endpoint>,
    /// What was seen.
    pub seen: Excerpt,
}

/// Kinds of signs. Only signs of different kinds are independent of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignKind {
    /// Ports that are open together.
    PortPattern,
    /// What a service said.
    Greeting,
    /// The host's name.
    Name,
    /// Who made its network card.
    Maker,
    /// How its TCP answers.
    Stack,
}

impl SignKind {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::PortPattern, Self::Greeting, Self::Name, Self::Maker, Self::Stack];

    /// For a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::PortPattern => "port",
            Self::Greeting => "greeting or title",
            Self::Name => "name",
            Self::Maker => "maker",
            Self::Stack => "TCP stack",
        }
    }
}

/// Things on a network that are not computers with an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DeviceClass {
    /// A camera or its recorder.
    Camera,
    /// A controller of machines, or another small thing that computes.
    Control,
    /// A hypervisor or a server's management card.
    Hypervisor,
    /// A mobile telephone or a tablet.
    Mobile,
    /// A switch, router, access point or firewall.
    NetworkGear,
    /// A telephone.
    Phone,
    /// A power supply or a building's controls.
    Power,
    /// A printer.
    Printer,
    /// A storage appliance.
    Storage,
}

impl DeviceClass {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Camera,
        Self::Control,
        Self::Hypervisor,
        Self::Mobile,
        Self::NetworkGear,
        Self::Phone,
        Self::Power,
        Self::Printer,
        Self::Storage,
    ];

    /// The stable name, in catalogue, store and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Control => "control",
            Self::Hypervisor => "hypervisor",
            Self::Mobile => "mobile",
            Self::NetworkGear => "network-gear",
            Self::Phone => "phone",
            Self::Power => "power",
            Self::Printer => "printer",
            Self::Storage => "storage",
        }
    }

    /// For a sentence: "looks like ...".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Camera => "a camera",
            Self::Control => "a controller or another small device",
            Self::Mobile => "a mobile telephone or tablet",
            Self::Hypervisor => "a hypervisor or management card",
            Self::NetworkGear => "network equipment",
            Self::Phone => "a telephone",
            Self::Power => "a power supply or building control",
            Self::Printer => "a printer",
            Self::Storage => "a storage appliance",
        }
    }
}

impl fmt::Display for DeviceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
