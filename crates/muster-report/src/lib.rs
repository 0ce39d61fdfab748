//! Renders what a sweep found: the public JSON contract and the terminal text.
//!
//! Renderers write to any `io::Write` and decide nothing. [`schema`] holds the JSON that others may rely on; its types
//! are counterparts of the model's, so that the model can change without breaking a reader.

mod map;
pub mod schema;
mod summary;

pub use map::{AddressMap, Cell};
pub use summary::{States, write_summary};
