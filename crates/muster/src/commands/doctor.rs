//! `muster doctor`: what this machine lets muster do, what is missing, and how to get it.
//!
//! It looks and tries, and sends nothing: a link that is opened is closed again.

use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::output::print;

mod examination;
mod interfaces;
mod page;
mod report;

use examination::Examination;

/// Show what this machine lets muster do, and what is missing
///
/// The interfaces and how frames leave by them, routes, privilege and what grants it, descriptors, and which kind of
/// sweep will be used. Nothing is sent; no privilege is needed to look.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {}

/// Prints all of it. What cannot be found out is said in its place, and is no failure.
pub(crate) fn doctor(_args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let examination = Examination::of_this_machine();
    print(|out| report::write(out, &examination))?;
    Ok(ExitCode::SUCCESS)
}
