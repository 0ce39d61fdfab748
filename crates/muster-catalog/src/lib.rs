//! What muster knows by heart: so far IANA's port registry.
//!
//! It reads nothing but its own data, which is compiled in, and decides nothing.

pub mod registry;
