//! One file a command; `scan` and `audit` have rooms of their own.

mod demo;
mod doctor;
mod explain;
mod history;
mod report;
mod why;

pub(crate) use demo::{DemoArgs, demo};
pub(crate) use doctor::{DoctorArgs, doctor};
pub(crate) use explain::{ExplainArgs, explain};
pub(crate) use history::{HistoryArgs, history};
pub(crate) use report::{ReportArgs, report};
pub(crate) use why::{WhyArgs, why};
