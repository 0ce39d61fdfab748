//! The reports of an audit. All of them say the same things in the same words; only the form differs.

mod csv;
mod groups;
mod history;
mod host_history;
mod html;
mod jsonl;
mod networks;
mod share;
mod text;
mod why;
pub(crate) mod words;

use jiff::Timestamp;
use muster_model::{Run, RunId};

pub use self::csv::write_csv;
pub use history::write_history;
pub use host_history::write_host_history;
pub use html::write_html;
pub use jsonl::write_jsonl;
pub use text::{TextStyle, write_audit_text};
pub use why::write_why;

/// A run to be reported.
#[derive(Clone, Copy, Debug)]
pub struct AuditReport<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its number in the store; `None`: it was not stored.
    pub id: Option<RunId>,
    /// When the report is made.
    pub made: Timestamp,
}
