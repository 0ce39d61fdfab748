//! Renders what a sweep and an audit found: JSON, CSV, HTML and the terminal's text.
//!
//! Renderers write to any `io::Write` and decide nothing. [`schema`] holds the JSON that others may rely on; its types
//! are counterparts of the model's, so that the model can change without breaking a reader.
//!
//! Whatever comes from foreign machines is escaped here, once for each output: markup in the page, formulas in the
//! table, control characters in the terminal.

mod audit;
pub mod diff;
mod duration;
mod explain;
mod map;
pub mod nmap;
pub mod schema;
mod summary;

pub use audit::{
    AuditReport, StoreWords, TextStyle, write_audit_text, write_csv, write_history, write_host_history,
    write_html, write_jsonl, write_why,
};
pub use duration::duration_text;
pub use explain::{Topic, write_explanation};
pub use map::{AddressMap, Cell, Judged, Mark};
pub use summary::{States, write_summary};
