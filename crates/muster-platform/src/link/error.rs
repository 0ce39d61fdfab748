//! Why a link cannot be opened.

use std::io;

/// Why a link cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Nobody here writes or reads such frames.
    #[error("{device}: no frames can be sent there: {reason}")]
    Unsupported {
        /// The device's name.
        device: String,
        /// What stands against it.
        reason: &'static str,
    },
    /// A system call failed.
    #[error("{device}: {operation}: {source}")]
    System {
        /// The device's name.
        device: String,
        /// What was to be done.
        operation: &'static str,
        /// What the kernel says.
        source: io::Error,
    },
}

impl LinkError {
    /// What can be done about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::System { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => Some(PRIVILEGE),
                io::ErrorKind::NetworkDown => Some(DOWN),
                _ => None,
            },
            Self::Unsupported { .. } => None,
        }
    }
}

const PRIVILEGE: &str = "run it with sudo, or grant it once: setcap cap_net_raw+ep on the program";
const DOWN: &str = "switch the interface on: ip link set dev NAME up";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_follows_the_cause() {
        let of = |kind: io::ErrorKind| LinkError::System {
            device: "eth0".to_owned(),
            operation: "open",
            source: kind.into(),
        };
        assert_eq!(of(io::ErrorKind::PermissionDenied).hint(), Some(PRIVILEGE));
        assert_eq!(of(io::ErrorKind::NetworkDown).hint(), Some(DOWN));
        assert_eq!(of(io::ErrorKind::NotFound).hint(), None);
        assert_eq!(of(io::ErrorKind::NetworkDown).to_string(), "eth0: open: network down");
    }
}
