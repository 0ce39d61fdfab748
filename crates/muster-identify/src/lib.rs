//! Who really answers on an open port, and what kind of thing a host is.
//!
//! A [`Dialogue`] is one conversation without a socket: bytes and times go in, bytes and a
//! [`Service`](muster_model::Service) come out. It listens first, asks the one benign request that [`approach`] names, and
//! compares what was heard with the catalogue. a [`Classifier`] looks at everything seen of a host and says whether it is a
//! printer, a switch or another thing that carries no agent, and which system it runs.
//!
//! Nothing here opens a socket, reads a clock or judges: whether a host is protected is the audit's business. Whatever
//! comes in, a dialogue ends within [`Limits::total`] and keeps no more than [`Limits::bytes`].
//!
//! | what | where |
//! |---|---|
//! | what may be done at a port | `approach` |
//! | the conversation | `dialogue` |
//! | protocols, one file each | `service` |
//! | fingerprints and what they tell | `fingerprint` |
//! | what a known-good host teaches | `learn` |
//! | names of addresses in DNS messages | `names` |
//! | what other programs say of a conversation of theirs | `reported` |
//! | genuine, consistent, impostor, unlearnt | `identity` (with the table of rules) |
//! | printers, switches, telephones; systems | `device` |
//! | who answers where nobody is | `device::phantom` |

mod answer;
mod approach;
mod device;
mod dialogue;
mod fingerprint;
mod identity;
mod learn;
mod limits;
mod names;
mod reported;
mod service;
#[cfg(test)]
mod testing;

pub use approach::{Approach, approach};
pub use device::{Classifier, CommonSigns, Decoys, Phantom, PhantomKind, decoy_addresses, phantoms};
pub use dialogue::Dialogue;
pub use learn::{Heard, HostWords, Kept, Left, Lesson, Origin, SitePort, Teaching, lesson, proposal};
pub use limits::{Community, Depth, Limits};
pub use names::{NameAnswer, ptr_query, read_ptr_answer};
pub use reported::{Report, reported};
