//! The reports of an audit, as their readers get them.

#[path = "../common/mod.rs"]
mod common;

mod escaping;
mod lines;
mod page;
mod sha256;
mod table;
mod text;
mod xml;
