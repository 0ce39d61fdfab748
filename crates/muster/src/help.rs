//! Help: what `-h`, `--help` and the manual show of a verb, and what shells complete.
//!
//! A [`page::Page`] is read from the parser, so that no option can be forgotten, and dressed with the examples and exit
//! codes of [`texts`]. It is shown on a terminal, or written as a manual page. Words of Nmap are shown as they are typed
//! (`-oG`), whatever the parser calls them.

mod completions;
mod manual;
mod page;
mod terminal;
mod texts;

pub(crate) use completions::{CompletionsArgs, completions};
pub(crate) use manual::{ManualArgs, manual};
pub(crate) use terminal::asked;
