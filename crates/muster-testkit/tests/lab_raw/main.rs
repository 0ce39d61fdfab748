//! The raw sweep of the built program against a lab whose truth is known, and against Nmap.
//!
//! Needs root; where there can be no lab the tests say so and pass. Run with
//! `cargo test --package muster-testkit --test lab_raw -- --ignored --test-threads=1 --nocapture`.

mod asked;
mod cuts;
mod discovery;
mod hosts;
mod kills;
mod phantoms;
mod shards;
mod states;
mod support;
mod ways;
