//! What a result was measured on: without it a number says nothing.

use std::thread;

use serde_json::{Value, json};

use crate::{project, shell};

/// The machine, the compiler and the commit.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) commit: String,
    pub(super) cpu: String,
    pub(super) cores: usize,
    pub(super) kernel: String,
    pub(super) rustc: String,
}

impl Machine {
    /// Asks this machine.
    pub(super) fn look() -> Self {
        Self {
            commit: commit(),
            cpu: cpu().unwrap_or_else(|| "unknown".to_owned()),
            cores: thread::available_parallelism().map_or(0, usize::from),
            kernel: said("uname", &["-sr"]),
            rustc: said("rustc", &["--version"]),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "commit": self.commit, "cpu": self.cpu, "cores": self.cores, "kernel": self.kernel, "rustc": self.rustc,
        })
    }
}

/// The commit, marked where the files differ from it.
fn commit() -> String {
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"]);
    let changed = !said("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty();
    if changed { commit + " with changes" } else { commit }
}

fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str, words: &[&str]) -> String {
    let output = shell::output(shell::command(program, words).current_dir(project::root()));
    output.map_or_else(|error| error.to_string(), |text| text.trim().to_owned())
}
