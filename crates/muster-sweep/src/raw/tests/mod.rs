//! The raw network against a machine and links that the tests make up: no privilege, no packet.

mod flood;
mod forged;
mod links;
mod local;
mod neighbors;
mod packets;
mod planning;
mod states;
mod world;
