//! What rules say, as typed values that know their words.
//!
//! A rule picks a variant and fills in what it saw; the sentence is made here and nowhere else. Sentences are plain,
//! have no full stop and never hold the host's address, so that equal reasons are equal.

mod next_step;
mod problem;
mod reason;
mod words;

use std::fmt;
use std::sync::Arc;

use muster_model::Statement;

pub(crate) use next_step::NextStep;
pub(crate) use problem::Problem;
pub(crate) use reason::VerdictReason;
pub(crate) use words::{Behaviour, Titles};

/// A value that is a sentence with a stable code.
pub(crate) trait Sentence: fmt::Display {
    fn code(&self) -> &'static str;

    fn statement(&self) -> Statement {
        Statement { code: self.code().into(), text: Arc::from(self.to_string()) }
    }
}
