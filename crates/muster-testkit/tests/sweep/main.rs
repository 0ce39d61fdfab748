//! What holds for every sweep, whatever its plan, its seed and its network: properties over simulated networks.

mod order;
mod pace;
mod restore;
mod scope;
mod stop;
mod strays;
mod trouble;
mod world;
