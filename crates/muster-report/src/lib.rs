//! Renders what a sweep and an audit found: JSON, CSV, HTML and the terminal's text.
//!
//! Renderers write to any `io::Write` and decide nothing. [`schema`] holds the JSON that others may rely on; its types
//! are counterparts of the model's, so that the model can change without breaking a reader.
//!
//! Whatever comes from foreign machines is escaped here, once for each output: markup in the page, formulas in the
//! table, control characters in the terminal.

mod audit;
mod catalog;
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
pub use catalog::write_catalog_list;
pub use duration::duration_text;
pub use explain::{PageForm, Topic, write_explanation, write_explanation_json, write_products_json};
pub use map::{AddressMap, Cell, Judged, Mark};
pub use summary::{States, write_summary};
