//! muster calls the roll of an organisation's endpoint protection.
//!
//! The binary reads arguments, composes the crates and turns their errors into exit codes. One file a command; no
//! logic of sweeps, formats or judgement.

mod audit;
mod catalog;
mod cli;
mod commands;
mod dialect;
mod documents;
mod failure;
mod help;
mod keeping;
mod learn;
mod output;
mod scan;
mod signals;
mod sweep;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
