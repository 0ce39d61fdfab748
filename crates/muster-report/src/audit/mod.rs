//! The reports of an audit. All of them say the same things in the same words; only the form differs.

mod csv;
mod groups;
mod history;
mod host_history;
mod html;
mod jsonl;
mod networks;
pub(crate) mod products;
mod share;
mod text;
mod why;
pub(crate) mod words;

use jiff::Timestamp;
use muster_catalog::Catalog;
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
    /// Where runs of the command are kept, for the commands that tell more.
    pub store: StoreWords<'a>,
    /// When the report is made.
    pub made: Timestamp,
    /// What the products of the run are called.
    pub catalog: &'a Catalog,
}

/// Which store a command keeps its runs in, in words that can be typed.
#[derive(Clone, Copy, Debug)]
pub enum StoreWords<'a> {
    /// In the usual one, unless `--no-store` is typed.
    Usual,
    /// In this file, which `--store` names, as a shell takes it.
    Named(&'a str),
    /// In the one that `--store` names, and else nowhere.
    OnlyNamed,
}

impl AuditReport<'_> {
    /// `muster WORDS` with what names the store.
    pub(crate) fn command(&self, words: &str) -> String {
        match self.store {
            StoreWords::Usual => format!("muster {words}"),
            StoreWords::Named(file) => format!("muster {words} --store {file}"),
            StoreWords::OnlyNamed => format!("muster {words} --store FILE"),
        }
    }

    /// The command that tells every reason of one host of the run.
    pub(crate) fn why(&self) -> String {
        self.command(&self.id.map_or("why HOST".to_owned(), |id| format!("why --run {id} HOST")))
    }
}
