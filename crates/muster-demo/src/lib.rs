//! An office simulator on loopback: some hundred and seventy addresses of 127.44.0.0/24 with real sockets, so that a
//! sweep has something to find and an audit something to judge, on any machine and without any privilege.
//!
//! One thread serves it all. It says what a port of that kind would say first and nothing more: no product is imitated
//! beyond that. It listens on loopback addresses only, on ports from 1024 up, for connections that are bounded in
//! number, bytes and time. It knows what there is to find: the state of every port, and the verdict on every address,
//! under a policy of its own and without one.
//!
//! ```no_run
//! let office = muster_demo::Office::open()?;
//! for (endpoint, state) in office.truth() {
//!     assert!(endpoint.address.is_loopback(), "{endpoint} is {state}");
//! }
//! office.close()?;
//! # Ok::<(), muster_demo::OfficeError>(())
//! ```

mod audited;
mod conversation;
mod error;
mod expected;
mod machines;
mod office;
mod page;
mod plan;
mod role;
mod rows;
mod server;
mod speech;
mod zones;

pub use error::OfficeError;
pub use expected::Expected;
pub use office::Office;
pub use plan::{AGENT_PORT, Desk, NETWORK};
pub use role::Role;
