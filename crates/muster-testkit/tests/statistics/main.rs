//! Whether the stated error holds, over some hundred thousand simulated sweeps with a virtual clock.
//!
//! Every seed is derived from its cell's name, so that the tables are the same on every machine; a change of behaviour
//! shows as a change of numbers in a snapshot.

mod accuracy;
mod bounds;
mod cell;
mod recall;
