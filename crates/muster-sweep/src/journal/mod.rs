//! The journal of a sweep: an append-only file from which a sweep that was killed goes on.
//!
//! ```text
//! "muster journal\n" version │ record │ record │ …        integers little-endian
//! record = length (4) sum (4) payload                     sum = CRC-32 of everything since the file began
//!
//! Header ─▶ ( StageBegun ─▶ events … ─▶ StageEnded )*     what makes the plan; then stage after stage
//! ```
//!
//! [`Journal`] writes. It buffers, and flushes when its `tick` says so: what was flushed outlives the process, however
//! that ends. A power cut may cost what the system had not written yet; only at the end of a stage is it made to.
//! [`Found`] reads: streaming, one record at a time, and without trust, since a file can be cut, damaged or forged. It
//! takes the longest run of records that is whole; what follows that is cut off before the journal goes on.
//!
//! What it does not do: know options and outputs. What makes a plan comes in as named [`Fact`]s.

mod bytes;
mod digest;
mod error;
mod found;
mod header;
mod observed;
mod record;
mod stream;
mod summary;
mod writer;

pub use error::JournalError;
pub use found::{Found, Torn, read_bytes, write_bytes};
pub use header::{Difference, Fact, Header};
pub use record::{StageHead, StageTail};
pub use stream::Damage;
pub use writer::{Blank, Journal, Standing};
