//! Scenario files: a network in TOML, swept, and what came of it as text to be compared.
//!
//! | file | owns |
//! |---|---|
//! | `file` | what a scenario file may say, and the plan and the network that follow from it |
//! | `report` | the text |

mod file;
mod report;

use muster_engine::{Seed, Sweep, SweepEvent};
use muster_sweep::{Flow, Sink, drive};

use super::network::SimulatedNetwork;
pub use file::Scenario;

/// Sweeps the network that `text` describes and reports events, probes and bounds.
///
/// # Errors
/// If the file cannot be read as a scenario.
pub fn run_scenario(text: &str) -> Result<String, ScenarioError> {
    let scenario: Scenario = toml::from_str(text)?;
    let mut sweep = Sweep::new(scenario.plan()?, Seed(scenario.seed))
        .map_err(|error| ScenarioError::Value { what: "plan", text: error.to_string() })?;
    let mut network = SimulatedNetwork::new(scenario.model()?, Seed(scenario.seed));
    let mut events = Events::default();
    let ending = drive(&mut sweep, &mut network, &mut events);
    let report = report::Report { scenario: &scenario, sweep: &sweep, network: &network, events: &events.0 };
    Ok(report.text(&ending))
}

/// What is wrong with a scenario file.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, or an unknown key.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A range, port or state that cannot be read.
    #[error("{what}: {text}")]
    Value {
        /// Which.
        what: &'static str,
        /// As written.
        text: String,
    },
}

#[derive(Default)]
struct Events(Vec<SweepEvent>);

impl Sink for Events {
    fn event(&mut self, event: SweepEvent) -> Flow {
        self.0.push(event);
        Flow::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_in_a_file_are_errors() {
        let good = "shows = ''\ntargets = '10.0.0.0/30'\nports = '1'\nseed = 1\n";
        assert!(run_scenario(good).is_ok());
        for bad in [
            "colour = 'red'",
            "[network]\ncolour = 'red'",
            "[[host]]\nrange = '10.0.0.1'\nstate = 'open'\ncolour = 'red'",
            "[[host]]\nrange = '10.0.0.1'\nstate = 'ajar'",
            "[[host]]\nrange = '10.0.0.1'\nstate = 'until-ms soon'",
            "[[host]]\nrange = '10.0.0.256'\nstate = 'open'",
            "[[host]]\nrange = '10.0.0.1'\nstate = 'open'\nstack = '1'",
            "[proxy]\nrange = 'x'",
        ] {
            assert!(run_scenario(&format!("{good}{bad}\n")).is_err(), "{bad}");
        }
        assert!(run_scenario(&good.replace("ports = '1'", "")).is_err(), "no question");
        assert!(run_scenario(&good.replace("ports", "udp_ports")).is_ok());
        assert!(run_scenario(&good.replace("'1'", "'http'")).is_err());
        assert!(run_scenario(&good.replace("10.0.0.0/30", "name.example")).is_err());
    }
}
