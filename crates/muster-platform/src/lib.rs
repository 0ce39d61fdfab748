//! Everything that differs by operating system.
//!
//! The only crate with `unsafe` code and with code for one system alone. One module per concern, each with the same
//! names everywhere; where a system lacks the thing, the module says what it does instead. Nothing here knows about
//! scanning.

#![allow(unsafe_code, reason = "the one crate that may; every block says why it is sound")]

pub mod connecting;
pub mod error_queue;
mod interfaces;
mod limits;
mod private;

pub use interfaces::{Interface, interfaces};
pub use limits::{Descriptors, raise_descriptors};
pub use private::{create_private_folder, open_private};
