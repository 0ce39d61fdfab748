//! An office simulator on loopback: some sixty addresses of 127.44.0.0/24 with real sockets, so that a sweep has
//! something to find on any machine and without any privilege.
//!
//! One thread serves it all. It says what a port of that kind would say first and nothing more: no product is imitated
//! beyond that. It listens on loopback addresses only, on ports from 1024 up, for connections that are bounded in
//! number, bytes and time.
//!
//! ```no_run
//! let office = muster_demo::Office::open()?;
//! for (endpoint, state) in office.truth() {
//!     assert!(endpoint.address.is_loopback(), "{endpoint} is {state}");
//! }
//! office.close()?;
//! # Ok::<(), muster_demo::OfficeError>(())
//! ```

mod conversation;
mod error;
mod office;
mod plan;
mod server;
mod speech;

pub use error::OfficeError;
pub use office::Office;
pub use plan::{AGENT_PORT, Desk, NETWORK, Role, plan};
