//! The nouns that cross muster's crates and are kept: where a probe went, what came of it, and why we say so.
//!
//! Nothing here does anything: no I/O, no clock, no SQL, no wire format. Each type is small, valid once built, and
//! prints itself in the trade's words.

mod endpoint;
mod instant;
mod observation;
mod reason;
mod state;

pub use endpoint::{Endpoint, Protocol};
pub use instant::Instant;
pub use observation::{IcmpError, Observation};
pub use reason::{Nature, Reason};
pub use state::PortState;
