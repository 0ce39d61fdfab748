//! What muster knows by heart: products and their listeners, incidents, signs of devices, and IANA's port registry.
//!
//! It reads nothing but its own data, which is compiled in, and decides nothing. A product is an entry in the TOML file
//! of its vendor under `data/`; every fact there names its sources.

mod catalog;
pub mod common_ports;
mod device;
mod fingerprint;
pub mod payloads;
mod port;
mod product;
mod read;
pub mod registry;
mod words;

pub use catalog::{COMPUTER_PORTS, Catalog, DECOY_PORT, SIGN_PORTS};
pub use device::{DeviceSignature, Sign};
pub use fingerprint::{AnswerPart, Comparison, Fingerprint, Match, Tell, TellKind};
pub use port::{Note, PortNote, Reading};
pub use product::{
    Binding, Confidence, Incident, Listener, Manner, Means, Os, Part, Process, Product, Proof, Purpose,
    Source, Status,
};
