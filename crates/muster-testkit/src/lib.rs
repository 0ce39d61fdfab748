//! Simulated network with virtual time, namespace lab, fuzz entry points.

pub mod fuzz;
pub mod lab;
pub mod simulation;
