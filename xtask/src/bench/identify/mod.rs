//! Who answers at a thousand open ports: how many are told rightly, by muster and by Nmap, and in what time; and whom an
//! audit takes for an agent or a device.
//!
//! All in namespaces of our own, from which no packet can leave: real programs of Debian, each at an address of its own; a
//! hundred addresses that say on ten ports what is written here; hosts that look like devices, or are some.

mod matrix;
mod office;
mod race;

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use muster_testkit::lab::programs::Programs;
use muster_testkit::lab::replay::Replay;
use muster_testkit::lab::{Lab, LabError, LabPlan, Side};
use serde_json::{Value, json};

use self::matrix::{Matrix, Rates, hosts};
use self::office::{KINDS, MACHINES};
use self::race::Raced;
use super::report;
use super::rounds::{Contestant, OUT, Place, run as run_once};
use super::score::{Report, Truth};
use super::target::{self, Target, at_least, at_most};
use crate::error::Error;
use crate::{project, setup, shell};

/// The addresses that all say the same.
const NETWORK: &str = "10.77.8.0/24";
const TARGETS: &str = "10.77.8.1-100";
const HOSTS: usize = 100;
/// The addresses of devices, so many of each.
const MACHINES_NETWORK: &str = "10.77.9.0/24";
const OF_EACH: u8 = 10;

/// All that is measured.
struct Measured {
    /// A thousand ports, replayed.
    replayed: Raced,
    /// The ports of real programs.
    real: Raced,
    /// How many ports real programs have.
    real_ports: usize,
    matrix: Matrix,
    commands: String,
}

/// Runs everything and writes the results.
pub(crate) fn run() -> Result<(), Error> {
    setup::run(setup::Purpose::Bench)?;
    setup::run(setup::Purpose::Test)?;
    Lab::available()
        .map_err(|what| Error::Missing { what, hint: "run as root on Linux, with `ip` and `nft`" })?;
    shell::run(&mut shell::cargo(&["build", "--quiet", "--release", "--package", "muster"]))?;
    let folder = super::connect::scratch()?;
    let outcome = measure(&folder);
    let _ = fs::remove_dir_all(&folder);
    let measured = outcome?;
    let (text, data) = told(&measured);
    report::write("identify", &text, &data)
}

fn measure(folder: &Path) -> Result<Measured, Error> {
    let mut matrix = Matrix::default();
    let (replayed, commands) = replayed(folder, &mut matrix)?;
    let (real, real_ports) = real(folder, &mut matrix)?;
    machines(folder, &mut matrix)?;
    Ok(Measured { replayed, real, real_ports, matrix, commands })
}

/// A hundred addresses that say the same on ten ports.
fn replayed(folder: &Path, matrix: &mut Matrix) -> Result<(Raced, String), Error> {
    let lab = open_lab(LabPlan::of(NETWORK).map_err(broken)?)?;
    let said: Vec<_> = KINDS.iter().map(|kind| kind.at(Ipv4Addr::UNSPECIFIED)).collect();
    let _replay = Replay::start(&lab, &said).map_err(broken)?;
    let ports = ports(KINDS.iter().map(|kind| kind.port));
    let contestants = race::contestants(&ports, TARGETS);
    let is_right =
        |_, port: u16, name: &str| KINDS.iter().any(|kind| kind.port == port && kind.names.contains(&name));
    let raced = race::run(&contestants, &lab, folder, is_right)?;
    let audit = audit(&ports, TARGETS);
    for host in hosts(&listen(&audit, &lab, folder)?).values() {
        for kind in KINDS {
            matrix.add_service(host, kind.port, &format!("{} replayed", kind.names[0]), kind.agent);
        }
        matrix.add_host(host, "server, replayed", false);
    }
    let lines = contestants.iter().chain([&audit]).map(|contestant| contestant.line() + "\n");
    Ok((raced, lines.collect()))
}

/// Real programs; those that are not installed are left out.
fn real(folder: &Path, matrix: &mut Matrix) -> Result<(Raced, usize), Error> {
    let lab = Lab::start(Programs::plan().map_err(broken)?).map_err(broken)?;
    let files = folder.join("programs");
    fs::create_dir_all(&files).map_err(Error::file("create", &files))?;
    // Some of them are other users.
    for folder in [folder, &files] {
        let readable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder, readable).map_err(Error::file("change", folder))?;
    }
    let programs = Programs::start(&lab, &files).map_err(broken)?;
    programs.missing().for_each(|missing| println!("bench: {missing} is not installed"));
    let served: Vec<_> = programs.served().filter(|served| !served.is_udp).collect();
    let ports = ports(served.iter().map(|served| served.port));
    let is_right = |address: IpAddr, port: u16, name: &str| {
        served.iter().any(|served| (served.address, served.port) == (address, port) && served.is_called(name))
    };
    let contestants = race::contestants(&ports, Programs::TARGETS);
    let raced = race::run(&contestants, &lab, folder, is_right)?;
    let hosts = hosts(&listen(&audit(&ports, Programs::TARGETS), &lab, folder)?);
    for (address, host) in &hosts {
        let here: Vec<_> = served.iter().filter(|served| served.address == *address).collect();
        for served in &here {
            let what = format!("{} on {}", served.program, served.port);
            matrix.add_service(host, served.port, &what, served.agent);
        }
        matrix.add_host(host, here.first().map_or("no server over TCP", |served| served.program), false);
    }
    Ok((raced, served.len()))
}

/// Hosts that are devices or look like some.
fn machines(folder: &Path, matrix: &mut Matrix) -> Result<(), Error> {
    let lab = open_lab(LabPlan::of(MACHINES_NETWORK).map_err(broken)?)?;
    let all = || MACHINES.iter().flat_map(|machine| std::iter::repeat_n(machine, usize::from(OF_EACH)));
    let addresses = || (1..=u8::MAX).map(|host| Ipv4Addr::new(10, 77, 9, host));
    let said: Vec<_> = addresses().zip(all()).flat_map(|(address, machine)| machine.at(address)).collect();
    let _replay = Replay::start(&lab, &said).map_err(broken)?;
    let targets = format!("10.77.9.1-{}", all().count());
    let found = hosts(&listen(&audit("2967,8081", &targets), &lab, folder)?);
    for (address, machine) in addresses().zip(all()) {
        if let Some(host) = found.get(&IpAddr::V4(address)) {
            matrix.add_host(host, machine.what, machine.is_device);
        }
    }
    Ok(())
}

/// A lab whose rules are lifted, and whose own listener has none of our ports.
fn open_lab(plan: LabPlan) -> Result<Lab, Error> {
    let lab = Lab::start(LabPlan { ports: vec![1], ..plan }).map_err(broken)?;
    shell::run(lab.command(Side::Far, "nft").args(["flush", "ruleset"]))?;
    Ok(lab)
}

fn ports(ports: impl Iterator<Item = u16>) -> String {
    let mut ports: Vec<u16> = ports.collect();
    ports.sort_unstable();
    ports.dedup();
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

fn audit(ports: &str, targets: &str) -> Contestant {
    let words = ["audit", "-n", "-T5", "--no-store", "-p", ports, "--jsonl", OUT, targets];
    let program = project::target_folder().join("release/muster");
    Contestant::new("audit", program, words.map(str::to_owned).to_vec(), |_| Report::default())
}

/// What a contestant writes.
fn listen(contestant: &Contestant, lab: &Lab, folder: &Path) -> Result<String, Error> {
    let (run, _) = run_once(contestant, Place::Lab(lab), folder, &Truth::default())?;
    println!("bench: {}: {:.2} s{}", contestant.name, run.wall_seconds, run.ending.remark());
    Ok(fs::read_to_string(folder.join("found")).unwrap_or_default())
}

fn told(measured: &Measured) -> (String, Value) {
    let targets = targets(measured);
    for target in &targets {
        println!("bench: {target}");
    }
    let Measured { replayed, real, matrix, commands, .. } = measured;
    println!("\n{}", matrix.markdown());
    let mut text = target::table(&targets);
    text += "\nReplayed services answer whatever they are asked with the same words, which says nothing of who asks other \
             questions first: who names more is measured on real programs.\n\n## What an audit says\n\n";
    text += &matrix.markdown();
    text += "\n## What a replayed service is\n\n| port | names | agent | rests on | nmap names it |\n|---|---|---|---|---|\n";
    for kind in KINDS {
        let of_nmap =
            race::count(&replayed.nmap, |_, port, name| port == kind.port && kind.names.contains(&name));
        let agent = kind.agent.unwrap_or("none");
        text += &format!(
            "| {} | {} | {agent} | {} | {of_nmap} of {HOSTS} |\n",
            kind.port, kind.names[0], kind.basis
        );
    }
    text += &format!("\n```sh\n{commands}```\n");
    let data = json!({
        "targets": targets.iter().map(Target::json).collect::<Vec<_>>(),
        "replayed": replayed.json(), "real": real.json(), "matrix": matrix.json(),
    });
    (text, data)
}

fn targets(measured: &Measured) -> Vec<Target> {
    let Measured { replayed, real, real_ports, matrix, .. } = measured;
    let ratio = replayed.muster_seconds / replayed.nmap_seconds;
    let sure = |what, rates: Rates| Target {
        what,
        must: "precision 1.0, recall stated",
        figure: format!("precision {:.3}, recall {:.3}", rates.precision, rates.recall),
        holds: at_least(rates.precision, 1.0),
    };
    vec![
        Target {
            what: "1,000 open ports: wall time",
            must: "at most 3 s",
            figure: format!("{:.2} s, {} named rightly", replayed.muster_seconds, replayed.muster_right),
            holds: at_most(replayed.muster_seconds, 3.0),
        },
        Target {
            what: "wall time over nmap's",
            must: "at most 0.2",
            figure: format!("{ratio:.3} ({:.1} s)", replayed.nmap_seconds),
            holds: at_most(ratio, 0.2),
        },
        Target {
            what: "ports of real programs named rightly",
            must: "as many as nmap",
            figure: format!("{} of {real_ports}, nmap {}", real.muster_right, real.nmap_right),
            holds: at_least(real.muster_right as f64, real.nmap_right as f64),
        },
        sure("genuine", matrix.genuine()),
        sure("excluded from the scope", matrix.excluded()),
    ]
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn broken(error: LabError) -> Error {
    Error::unexpected("the lab", &error)
}
