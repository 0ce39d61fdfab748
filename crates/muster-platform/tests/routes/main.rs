//! Devices, routes and neighbours of the real kernel, in network namespaces that have no way out.
#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "a thread asks the kernel for a network of its own")]

mod devices;
mod neighbors;
mod network;
mod overview;
mod prefixes;
mod ways;
