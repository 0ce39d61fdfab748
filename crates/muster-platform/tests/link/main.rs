//! Links over real devices, in network namespaces that have no way out: what is sent arrives, what is filtered does
//! not, what is lost is counted, and an interface that goes away is an error. Needs root; says visibly where it has none.
#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "a thread asks the kernel for a network of its own")]

mod arrival;
mod filters;
mod frames;
mod latency;
mod network;
mod room;
mod trouble;
mod tunnel;
