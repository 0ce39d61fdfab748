//! A scan, from what was typed to its outputs. `demo` runs the same sweep on its own targets.

mod args;
mod collector;
mod hosts;
mod outputs;
mod plan;
mod progress;
mod run;
mod timing;

pub(crate) use args::ScanArgs;
pub(crate) use collector::states;
pub(crate) use hosts::Roster;
pub(crate) use outputs::Outputs;
pub(crate) use plan::{ScanPlan, inputs};
pub(crate) use run::{MORE_DESCRIPTORS, Scanned, Stage, network_failure, sweep_stage};
