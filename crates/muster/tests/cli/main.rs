//! The program as its users run it, on loopback addresses alone.
//!
//! Every test has networks of its own in 127.0.0.0/8. What a test lacks (Nmap, root, another tool) it says and passes.

mod bad_input;
#[path = "../common/mod.rs"]
mod common;
mod demo;
mod descriptors;
mod full_outputs;
mod interruption;
mod nmaps_lines;
mod options;
mod outputs;
mod pipes;
mod scope;
mod support;
mod timing;
