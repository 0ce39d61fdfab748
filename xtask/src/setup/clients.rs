//! Clients of Nmap that Debian does not have: from `pip` and `npm`, into `clients` in the target folder, where
//! `crates/muster/tests/lab/clients` looks for them.
//!
//! Where they come from is whatever `pip` and `npm` are set to. nmaptocsv is there as source only, so `pip` builds it.

use std::path::Path;

use crate::error::Error;
use crate::{project, shell};

/// A client, the file that shows it is there, and who installs it.
struct Client {
    name: &'static str,
    sign: &'static str,
    program: &'static str,
    install: fn(&Path) -> Result<(), Error>,
}

const CLIENTS: &[Client] = &[
    Client { name: "nmaptocsv", sign: "python/bin/nmaptocsv", program: "python3", install: nmaptocsv },
    Client {
        name: "node-libnmap",
        sign: "node/node_modules/node-libnmap/package.json",
        program: "npm",
        install: node_libnmap,
    },
];

/// node-libnmap asks for the latest of everything, and no longer runs with the latest `ip-address`.
const MANIFEST: &str = r#"{
  "private": true,
  "dependencies": { "node-libnmap": "0.2.15" },
  "overrides": { "ip-address": "4.2.0" }
}
"#;

/// Installs what is missing and names what will be skipped where that fails.
pub(super) fn install() {
    let folder = project::target_folder().join("clients");
    for client in CLIENTS.iter().filter(|client| !folder.join(client.sign).is_file()) {
        let name = client.name;
        if shell::is_present(client.program) {
            println!("setup: installing {name} into {}", folder.display());
            if let Err(error) = (client.install)(&folder) {
                println!("setup: {error}");
            }
        }
        if !folder.join(client.sign).is_file() {
            println!("setup: without {name} this is skipped: {name} on our outputs");
        }
    }
}

fn nmaptocsv(folder: &Path) -> Result<(), Error> {
    // Its dependencies are for Python 2 alone.
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"];
    let bounds = ["--retries", "1", "--timeout", "10", "--root-user-action", "ignore"];
    let mut pip = shell::command("python3", &words);
    shell::run(pip.args(bounds).arg("--target").arg(folder.join("python")).arg("nmaptocsv==1.6"))
}

fn node_libnmap(folder: &Path) -> Result<(), Error> {
    let folder = folder.join("node");
    project::write(folder.join("package.json"), MANIFEST)?;
    let words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
    let bounds = ["--silent", "--fetch-retries=1", "--fetch-timeout=10000", "--prefix"];
    shell::run(shell::command("npm", &words).args(bounds).arg(&folder))
}
