//! The project's own chores, run as `cargo xtask CHORE`.
//!
//! Each chore is a module; this file only reads the words. Nothing here ships with the product.

// The gate must run, and name the step that fails, where the project's own crates do not compile: so `cargo xtask` is
// built without them, and only the chores that use them build it again, with its default features.
#![cfg_attr(
    not(feature = "testkit"),
    allow(dead_code, reason = "used by the chores that need the project's crates")
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line chore runner")]

#[cfg(feature = "testkit")]
mod bench;
mod error;
#[cfg(feature = "testkit")]
mod fuzz;
mod gate;
mod generate;
#[cfg(feature = "testkit")]
mod lab;
mod makers;
mod package;
mod project;
mod setup;
mod shell;
mod tidy;

use std::process::ExitCode;

use error::Error;

const USAGE: &str = "\
cargo xtask CHORE

  test [--quick]       the gate: every check, in order, stopping at the first that fails
  setup [--bench]      install what the tests (or the benchmarks) can use
  tidy                 hold the sources against the crate table and the invariants
  generate [--check]   write the generated files, or only say whether they are fresh
  makers DATE FILE…    pack IEEE's CSV files of that day (MA-L, MA-M, MA-S, IAB) into the list of card makers
  package [--check]    build target/package/muster_VERSION_ARCH.deb and try it, or only try how one is built
  fuzz [SECONDS]       feed every fuzz entry point its corpus and mutations of it
  lab up NAME [--minutes N]
                       build a lab of network namespaces and keep it up; without a name: list them (root)
  lab down [NAME]      remove it, or all of them (root)
  lab truth NAME       print what a sweep must find there, as `address port state reason`
  bench audit          what an audit adds to its sweep; keeping and showing a large run (root)
  bench classify       time the catalogue, makers of cards, and the classes of a million hosts
  bench connect        race the connect sweep against nmap and RustScan (root)
  bench files [--small]
                       race the readers and `muster diff` against xmllint, python-libnmap and ndiff; with
                       --small on a tenth, once, and nothing is written
  bench identify       race the conversations with 1,000 open ports against nmap -sV in namespaces (root)
  bench instructions   count the instructions of the engine's hot operations (valgrind)
  bench sweep          race the raw sweep against zmap, masscan and nmap in namespaces (root)
  bench sweep PART…    one round of rate, clean, lossy, silent or memory; nothing is written";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Usage) => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Error> {
    match words {
        ["test"] => gate::run(gate::Depth::Full),
        ["test", "--quick"] => gate::run(gate::Depth::Quick),
        ["setup"] => setup::run(setup::Purpose::Test),
        ["setup", "--bench"] => setup::run(setup::Purpose::Bench),
        ["tidy"] => tidy::run(),
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["makers", date, paths @ ..] => makers::run(date, paths),
        ["package"] => package::run(),
        ["package", "--check"] => package::check(),
        ["fuzz"]
        | ["fuzz", _]
        | ["bench", "audit" | "classify" | "connect" | "files" | "identify" | "instructions" | "sweep", ..]
        | ["lab", ..] => run_coupled(words),
        _ => Err(Error::Usage),
    }
}

/// The chores that use the project's own crates.
#[cfg(feature = "testkit")]
fn run_coupled(words: &[&str]) -> Result<(), Error> {
    match words {
        ["fuzz"] => fuzz::run(fuzz::SMOKE_SECONDS),
        ["fuzz", seconds] => fuzz::run(seconds.parse().map_err(|_| Error::Usage)?),
        ["bench", "audit"] => bench::audit(),
        ["bench", "classify"] => bench::classify(),
        ["bench", "connect"] => bench::connect(),
        ["bench", "files"] => bench::files(bench::Extent::Full),
        ["bench", "files", "--small"] => bench::files(bench::Extent::Small),
        ["bench", "identify"] => bench::identify(),
        ["bench", "instructions"] => bench::instructions(),
        ["bench", "sweep", parts @ ..] => bench::sweep(parts),
        ["lab", words @ ..] => lab::run(words),
        _ => Err(Error::Usage),
    }
}

/// Builds this program with the project's own crates, and hands the words on to that.
#[cfg(not(feature = "testkit"))]
fn run_coupled(words: &[&str]) -> Result<(), Error> {
    shell::run(shell::cargo(&["run", "--quiet", "--package", "xtask", "--"]).args(words))
}
