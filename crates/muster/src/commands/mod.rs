//! One file a command.

mod demo;
mod scan;

pub(crate) use demo::{DemoArgs, demo};
pub(crate) use scan::scan;
