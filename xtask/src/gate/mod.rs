//! The gate: every check in order, each announced and timed, stopping at the first that fails.
//!
//! Adding a step: one function in the file of its family, one line in [`STEPS`].

mod lab;
mod rust;
mod tools;

use std::time::Instant;

use crate::error::Error;
use crate::{generate, package, setup, tidy};

/// How much of the gate to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What a person runs between two edits: no installing, no documentation, no fuzzing, no lab.
    Quick,
    /// Everything.
    Full,
}

/// One check; a quick one belongs to the full gate too.
struct Step {
    name: &'static str,
    depth: Depth,
    run: fn() -> Result<(), Error>,
}

const STEPS: &[Step] = &[
    Step { name: "setup", depth: Depth::Full, run: || setup::run(setup::Purpose::Test) },
    Step { name: "format", depth: Depth::Quick, run: rust::format },
    Step { name: "lints", depth: Depth::Quick, run: rust::lints },
    Step { name: "tests", depth: Depth::Quick, run: rust::tests },
    Step { name: "documentation", depth: Depth::Full, run: rust::documentation },
    Step { name: "tidy", depth: Depth::Quick, run: tidy::run },
    Step { name: "generated files", depth: Depth::Quick, run: generate::check },
    Step { name: "package", depth: Depth::Full, run: package::check },
    Step { name: "fuzz smoke", depth: Depth::Full, run: || crate::run_coupled(&["fuzz"]) },
    Step { name: "cargo-fuzz", depth: Depth::Full, run: tools::fuzz },
    Step { name: "cargo-deny", depth: Depth::Full, run: tools::deny },
    Step { name: "lab", depth: Depth::Full, run: lab::run },
];

/// Runs the steps; the last line says that all passed.
pub(crate) fn run(depth: Depth) -> Result<(), Error> {
    let steps: Vec<&Step> =
        STEPS.iter().filter(|step| depth == Depth::Full || step.depth == Depth::Quick).collect();
    let start = Instant::now();
    for (index, step) in steps.iter().enumerate() {
        println!("gate: [{}/{}] {}", index + 1, steps.len(), step.name);
        let before = Instant::now();
        (step.run)().map_err(|error| Error::Step { step: step.name, source: Box::new(error) })?;
        println!("gate: {} passed in {:.1} s", step.name, before.elapsed().as_secs_f64());
    }
    println!("gate: {:.0} s in all", start.elapsed().as_secs_f64());
    println!("gate: all steps passed");
    Ok(())
}
