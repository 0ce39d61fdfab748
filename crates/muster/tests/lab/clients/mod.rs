//! Programs that nobody here wrote, on our outputs and as callers of `nmap`: what they make of one network must be what
//! our JSON lines say of it.
//!
//! Nmap's own judges (`xmllint` with its document type, `ndiff`, its style sheet), five libraries, and masscan the other
//! way round: its files, read by us. All of them run inside the lab, from where no packet can leave. `cargo xtask setup`
//! installs what it can; whatever is missing is named and skipped.

mod callers;
mod judges;
mod masscan;
mod readers;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use muster_testkit::lab::{Lab, LabPlan, Side};
use tempfile::TempDir;

use crate::common::{finish, has, skip};
use crate::support::{by_frames, finish_all, lab};
use told::Told;

const NETWORK: &str = "10.77.3.0/27";
/// The same, for a client that knows no prefix shorter than its own blocks.
const RANGE: &str = "10.77.3.0-31";
/// Ports whose service has the same name in both programs.
const FEW: &str = "22,80,443,2967";
const FEW_PORTS: [u16; 4] = [22, 80, 443, 2967];
/// So many that most are only counted.
const MANY: &str = "22,80,443,2900-2967";

/// What every sweep is told besides its ports and targets.
const WORDS: [&str; 4] = ["-sS", "-n", "-Pn", "-T4"];

/// What ours is told besides: the way loses nothing, and to ask the silent once more is enough.
const BRISKLY: [&str; 2] = ["--max-retries", "1"];

/// A lab that has been swept, and a folder with what came of it.
struct Swept {
    lab: Lab,
    folder: TempDir,
}

impl Swept {
    /// `few.*` and `many.*`, in every form; nothing where there can be no lab.
    fn new() -> Option<Self> {
        let swept = Self::yet_to_be()?;
        let sweeps = [("few", FEW), ("many", MANY)].map(|(name, ports)| {
            let base = swept.file(name).display().to_string();
            let words = [&WORDS[..], &BRISKLY].concat().join(" ");
            by_frames(&swept.lab, &format!("{words} -p {ports} -oA {base} -oJ {base}.json {NETWORK}"))
        });
        finish_all(sweeps.into()).into_iter().for_each(|ran| drop(ran.ok()));
        Some(swept)
    }

    /// The lab and the folder, in which there is nothing.
    fn yet_to_be() -> Option<Self> {
        let plan = LabPlan { ports: FEW_PORTS.to_vec(), ..LabPlan::of(NETWORK).unwrap() };
        Some(Self { lab: lab(plan)?, folder: TempDir::new().unwrap() })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the JSON lines of one of the sweeps say, as other outputs put it: everybody is up, since `-Pn` says so, and
    /// filtered ports have no line of their own where they are many.
    fn told(&self, name: &str) -> Told {
        let mut told = self.told_in_full(name);
        if name == "many" {
            told.ports.retain(|_, state| state != "filtered");
        }
        assert!(told.ports.values().any(|state| state == "open"), "{told:?}");
        told
    }

    /// The same at `-vvv`, where all have: silent ones have no line of their own in JSON.
    fn told_in_full(&self, name: &str) -> Told {
        let text = fs::read_to_string(self.file(&format!("{name}.json"))).unwrap();
        let mut told = Told::by_json_lines(&text);
        let ports: Vec<u16> = if name == "many" {
            [22, 80, 443].into_iter().chain(2900..=2967).collect()
        } else {
            FEW_PORTS.to_vec()
        };
        for (address, ..) in self.lab.truth() {
            told.up.insert(address);
            for port in &ports {
                told.ports.entry((address, *port)).or_insert_with(|| "filtered".to_owned());
            }
        }
        told
    }

    /// A command inside the lab, in the folder.
    fn command(&self, program: &str) -> Command {
        let mut command = self.lab.command(Side::Near, program);
        command.current_dir(self.folder.path());
        command
    }

    /// What a program says on stdout that must succeed.
    #[track_caller]
    fn said(&self, program: &str, words: &[&str]) -> String {
        let mut command = self.command(program);
        command.args(words);
        finish(command).ok().stdout
    }
}

/// A script of ours in which a library says what it has found.
fn script(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/clients").join(name).display().to_string()
}

/// Where `cargo xtask setup` puts clients that Debian does not have.
fn installed(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join("clients").join(name);
    if !path.exists() {
        skip(&format!("{name} is not installed"));
        return None;
    }
    Some(path)
}

/// The Python that has a module: Debian's packages are for Debian's own.
fn python_with(module: &str) -> Option<&'static str> {
    let knows = |program: &&str| {
        let import = Command::new(program).args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    };
    let python = ["/usr/bin/python3", "python3"].into_iter().find(knows);
    if python.is_none() {
        skip(&format!("Python's {module} is not installed"));
    }
    python
}

/// Whether Perl has `Nmap::Parser`.
fn has_nmap_parser() -> bool {
    let is_there = has("perl")
        && Command::new("perl")
            .args(["-MNmap::Parser", "-e", "1"])
            .output()
            .is_ok_and(|output| output.status.success());
    if !is_there {
        skip("Perl's Nmap::Parser is not installed");
    }
    is_there
}
