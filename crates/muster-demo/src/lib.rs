//! An office simulator on loopback.
