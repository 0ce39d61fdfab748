//! The program as its users run it, on loopback addresses alone.
//!
//! Every test has networks of its own in 127.0.0.0/8. What a test lacks (Nmap, root, another tool) it says and passes.

mod audit;
mod bad_files;
mod bad_input;
mod bad_policy;
mod bad_store;
mod called_nmap;
mod catalog;
#[path = "../common/mod.rs"]
mod common;
mod common_options;
mod completions;
mod demo;
mod descriptors;
mod diff;
mod doctor;
mod explain;
mod from_scan;
mod full_outputs;
mod help;
mod history;
mod hostile;
mod import;
mod interruption;
mod learn;
mod name_servers;
mod network;
mod nmaps_lines;
mod options;
mod outputs;
mod pipes;
mod report;
mod resume;
mod scope;
mod services;
mod shard;
mod support;
mod terminal;
mod timing;
mod why;
mod wrapping;
mod xml_report;
