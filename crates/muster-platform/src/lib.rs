//! Everything that differs by operating system.
//!
//! The only crate with `unsafe` code and with code for one system alone. One module per concern, each with the same
//! names everywhere; where a system lacks the thing, the module says what it does instead. Nothing here knows about
//! scanning.

#![allow(unsafe_code, reason = "the one crate that may; every block says why it is sound")]

pub mod connecting;
pub mod devices;
pub mod error_queue;
#[cfg(target_os = "linux")]
mod ethtool;
pub mod handshake;
mod hangup;
mod interfaces;
mod keyboard;
mod limits;
pub mod link;
mod neighbors;
#[cfg(target_os = "linux")]
mod netlink;
mod ports;
mod private;
mod privilege;
mod routes;
mod tun;

pub use devices::{Device, DeviceKind, devices};
pub use hangup::{hangup_signal, is_unread};
pub use interfaces::{Interface, interfaces};
pub use keyboard::Keyboard;
pub use limits::{Descriptors, raise_descriptors};
pub use neighbors::{Neighbor, neighbors};
pub use ports::quiet_ports;
pub use private::{create_private_folder, open_private};
pub use privilege::{
    GivenUp, Grant, Obstacle, User, as_calling_user, calling_user, can_send_frames, give_up_privilege,
    grant_of, works_for_another,
};
pub use routes::{Overview, Routes, Unreachable, Wanted, Way};
pub use tun::open_tun;
