//! A network in memory, with seeded loss and a virtual clock: a simulated hour takes no time, and the same seed gives
//! the same hour.

mod answer;
mod flight;
mod model;
mod network;
mod scenario;

pub use model::{Behaviour, Burst, Host, NetworkModel, SynProxy};
pub use network::SimulatedNetwork;
pub use scenario::{Scenario, ScenarioError, run_scenario};
