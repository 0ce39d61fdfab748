//! The loop that drives the engine over a network of sockets.
//!
//! [`drive()`] carries probes from a [`Sweep`](muster_engine::Sweep) to a [`Network`](muster_engine::Network) and replies
//! back, and hands every event to a [`Sink`]. [`Connect`] is the network that needs no privilege; [`Scoped`] wraps any
//! network and lets no probe out of the [`Scope`]. Names are resolved here too, once, before the sweep.
//!
//! What it does not do: print, store, decide policy.

mod connect;
mod dns;
mod drive;
mod identify;
mod journal;
mod raw;
mod resolve;
mod scope;
mod scoped;

pub use connect::Connect;
pub use dns::{NameServer, NameServers, NamesFound, NotANameServer};
pub use drive::{Ending, Flow, Sink, drive};
pub use identify::{Identification, Identified, IdentifyPace, IdentifySink};
pub use journal::{
    Blank, Damage, Difference, Fact, Found, Header, Journal, JournalError, StageHead, StageTail, Standing,
    Torn, read_bytes, write_bytes,
};
pub use raw::{Capture, Direction, Passage, Raw, RawError, RawOptions, Tap, Trace};
pub use resolve::*;
pub use scope::*;
pub use scoped::Scoped;
