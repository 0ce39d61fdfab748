//! `muster learn`: what a known-good host shows of a product, as a file of the catalogue to be reviewed.

mod args;
mod asking;
mod choice;
mod listing;
mod reserved;
mod run;

pub(crate) use args::LearnArgs;
pub(crate) use run::learn;
