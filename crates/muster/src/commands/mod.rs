//! One file a command; `scan` and `audit` have rooms of their own.

mod catalog;
mod demo;
mod diff;
mod doctor;
mod explain;
mod history;
mod import;
mod report;
mod why;

pub(crate) use catalog::{CatalogCommandArgs, catalog};
pub(crate) use demo::{DemoArgs, demo};
pub(crate) use diff::{DiffArgs, diff};
pub(crate) use doctor::{DoctorArgs, doctor};
pub(crate) use explain::{ExplainArgs, explain};
pub(crate) use history::{HistoryArgs, history};
pub(crate) use import::{ImportArgs, import};
pub(crate) use report::{ReportArgs, report};
pub(crate) use why::{WhyArgs, why};
