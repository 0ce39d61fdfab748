//! Benchmarks, run by hand on a quiet machine; results are kept, dated, in `bench/runs/`.

mod audit;
mod classify;
mod connect;
mod files;
mod identify;
mod instructions;
mod machine;
mod peers;
mod report;
mod rounds;
mod score;
mod sweep;
mod target;

pub(crate) use audit::run as audit;
pub(crate) use classify::run as classify;
pub(crate) use connect::run as connect;
pub(crate) use files::{Extent, run as files};
pub(crate) use identify::run as identify;
pub(crate) use instructions::run as instructions;
pub(crate) use sweep::run as sweep;
