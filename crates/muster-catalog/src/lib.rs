//! What muster knows by heart: products and their listeners, incidents, signs of devices, and IANA's port registry.
//!
//! It reads nothing but its own data, which is compiled in, and decides nothing. A product is an entry in the TOML file
//! of its vendor under `data/`; every fact there names its sources.

mod catalog;
pub mod common_ports;
mod contradiction;
mod device;
mod fault;
mod fingerprint;
pub mod makers;
pub mod payloads;
mod port;
mod product;
mod read;
pub mod registry;
pub mod stack;
mod terms;
mod words;
mod write;

pub use catalog::{COMPUTER_PORTS, Catalog, DECOY_PORT, SIGN_PORTS, maker_signs};
pub use contradiction::Contradiction;
pub use device::{DeviceSignature, Sign};
pub use fault::{Fault, Wrong};
pub use fingerprint::{AnswerPart, Comparison, Fingerprint, Match, Tell, TellKind};
pub use port::{Note, PortNote, Reading};
pub use product::{
    Binding, Confidence, Incident, Listener, Manner, Means, Os, Part, Process, Product, Proof, Purpose,
    Source, Status,
};
pub use terms::Term;
pub use write::{Notes, toml, toml_source, toml_with};

/// The form of a file of the catalogue, as JSON Schema (2020-12).
pub const SCHEMA: &str = include_str!("schema.json");
