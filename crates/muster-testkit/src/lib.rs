//! Simulated network with virtual time, namespace lab, fuzz entry points.

pub mod lab;
pub mod simulation;
