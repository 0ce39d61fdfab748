//! The program against a network of namespaces: every state, ICMP errors, neighbours that are not there, loss, names.
//!
//! Needs root; where there can be no lab the tests say so and pass. Run with
//! `cargo test --package muster --test lab -- --ignored --test-threads=1 --nocapture`.

mod announced;
mod audit;
mod clients;
#[path = "../common/mod.rs"]
mod common;
mod datagrams;
mod discovery;
mod identify;
mod link_local;
mod loss;
mod names;
mod nmaps_lines;
mod phantom;
mod privilege;
mod raw;
mod segment;
mod stacks;
mod states;
mod support;
mod trouble;
mod tunnel;
