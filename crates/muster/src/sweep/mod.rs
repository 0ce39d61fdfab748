//! A sweep, from what was typed to what was seen. `scan`, `audit` and `demo` share it.

mod args;
mod collector;
mod lines;
mod names;
mod ports;
mod progress;
mod stage;
mod targets;
mod timing;

pub(crate) use args::{TargetArgs, TimingArgs};
pub(crate) use collector::states;
pub(crate) use lines::{LineStream, NoStream};
pub(crate) use names::names_of;
pub(crate) use ports::parse_ports;
pub(crate) use stage::{MORE_DESCRIPTORS, Scanned, Stage, network_failure, sweep_stage};
pub(crate) use targets::{Targets, inputs, surroundings};
pub(crate) use timing::timed;
