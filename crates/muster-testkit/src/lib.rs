//! Simulated network with virtual time, namespace lab, fuzz entry points.
