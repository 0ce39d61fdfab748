//! What somebody can do today to know more, or to put it right.

use std::fmt;

use muster_model::DeviceClass;

use super::{Sentence, Titles};

/// What somebody can do to know more, or to put it right. Ports are TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Put the network into a zone.
    AddZone,
    /// Let the scanner in.
    AllowScanner {
        /// To this port.
        port: u16,
    },
    /// Audit it again, with the ports that tell devices from computers.
    AskDevicePorts,
    /// Audit it again, with this port.
    AskPort {
        /// The port.
        port: u16,
    },
    /// Look whether it is what it seems.
    ConfirmDevice {
        /// What it seems to be.
        class: DeviceClass,
    },
    /// Look the host up in a console.
    Console {
        /// Of these products.
        products: Titles,
    },
    /// Look the host up in a console, since nothing else can tell.
    ConsoleOnly {
        /// Of these products.
        products: Titles,
    },
    /// Look where a product shows besides.
    Evidence {
        /// The product.
        product: Titles,
        /// Where, in the catalogue's words.
        evidence: String,
    },
    /// Say what is expected.
    ExpectProducts,
    /// Read up on a port.
    Explain {
        /// The port.
        port: u16,
    },
    /// Find out what the host is.
    FindInLists,
    /// Install what is missing.
    Install {
        /// One of these.
        products: Titles,
    },
    /// Install something, since what is expected is no longer supported.
    InstallSupported,
    /// Cut the host off.
    Isolate {
        /// As long as nobody knows what listens on this port.
        port: u16,
    },
    /// Ask the host which program it is.
    ListProgram {
        /// The port.
        port: u16,
    },
    /// Prolong an exemption, or end it.
    RenewExemption,
    /// Get something that is supported.
    Replace {
        /// In place of this.
        products: Titles,
    },
    /// Take it off, or expect it.
    RemoveOrExpect {
        /// What is there.
        products: Titles,
    },
    /// Make a closed port mean something.
    RequireListener {
        /// Of this port.
        port: u16,
    },
    /// Get younger signatures.
    UpdateSignatures,
    /// Sweep from somewhere else.
    WithinSegment,
}

impl Sentence for NextStep {
    fn code(&self) -> &'static str {
        match self {
            Self::AddZone => "add-zone",
            Self::AllowScanner { .. } => "allow-scanner",
            Self::AskDevicePorts => "ask-device-ports",
            Self::AskPort { .. } => "ask-port",
            Self::ConfirmDevice { .. } => "confirm-device",
            Self::Console { .. } | Self::ConsoleOnly { .. } => "console",
            Self::Evidence { .. } => "other-evidence",
            Self::ExpectProducts => "expect-products",
            Self::Explain { .. } => "explain",
            Self::FindInLists => "find-in-lists",
            Self::Install { .. } | Self::InstallSupported => "install-agent",
            Self::Isolate { .. } => "isolate",
            Self::ListProgram { .. } => "list-program",
            Self::RemoveOrExpect { .. } => "remove-or-expect",
            Self::RenewExemption => "renew-exemption",
            Self::Replace { .. } => "replace-agent",
            Self::RequireListener { .. } => "require-listener",
            Self::UpdateSignatures => "update-signatures",
            Self::WithinSegment => "within-segment",
        }
    }
}

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddZone => f.write_str("put its network into a [[zone]] of muster.toml, with the expected products"),
            Self::AllowScanner { port } => {
                write!(f, "let this machine through the firewalls to TCP {port} of the host, and audit it again")
            }
            Self::AskDevicePorts => {
                f.write_str("audit it again to the end, and without --no-devices")
            }
            Self::AskPort { port } => write!(f, "audit it again to the end, with TCP {port}"),
            Self::ConfirmDevice { class } => {
                write!(f, "look whether it is {}; if so, enter it as an [[exemption]] in muster.toml", class.noun())
            }
            Self::Console { products } => write!(f, "look the host up where {products} is managed, in its console or inventory"),
            Self::ConsoleOnly { products } => {
                write!(f, "look the host up where {products} is managed, in its console: no sweep can see that product")
            }
            Self::Evidence { product, evidence } => write!(f, "look where {product} shows besides: {evidence}"),
            Self::ExpectProducts => {
                f.write_str("write into muster.toml which products are expected where, and audit with it")
            }
            Self::Explain { port } => write!(f, "read what may listen there: muster explain {port}"),
            Self::FindInLists => {
                f.write_str("find out what it is: look its address up in the DHCP leases, the ARP table or the directory")
            }
            Self::Install { products } => {
                write!(f, "install {products}, or enter the host as an [[exemption]] in muster.toml")
            }
            Self::InstallSupported => f.write_str(
                "install a product that its maker supports and expect it in the zone, or enter the host as an \
                 [[exemption]] in muster.toml",
            ),
            Self::Isolate { port } => write!(
                f,
                "take the host off the network until somebody knows which program listens on TCP {port}"
            ),
            Self::ListProgram { port } => write!(
                f,
                "see on the host which program listens on TCP {port}: netstat -anob on Windows, ss -tlnp on Linux, \
                 lsof -nP -iTCP:{port} -sTCP:LISTEN on macOS"
            ),
            Self::RemoveOrExpect { products } => {
                write!(f, "remove {products}, or expect it in the zone")
            }
            Self::RenewExemption => {
                f.write_str("give the [[exemption]] a new `expires` in muster.toml, or take it out")
            }
            Self::Replace { products } => {
                write!(f, "replace {} by a product that its maker supports", products.all())
            }
            Self::RequireListener { port } => write!(
                f,
                "if every host of the zone must listen on TCP {port}, set listener = \"required\" for it in muster.toml"
            ),
            Self::UpdateSignatures => {
                f.write_str("start an update of the signatures on the host, and see why the last ones did not come")
            }
            Self::WithinSegment => {
                f.write_str("audit it from within its own network, where nothing answers in its place")
            }
        }
    }
}
