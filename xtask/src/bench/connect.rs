//! The connect sweep against Nmap and RustScan: a /16 of closed ports, one as mixed as an office, one that loses packets.
//!
//! Loopback for the first; for the others two network namespaces of our own, from which no packet can leave.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use muster_model::PortState;
use muster_testkit::lab::{Lab, LabError, LabPlan, Loss};

use super::report::{self, Scenario};
use super::rounds::{Contestant, race};
use super::score::Truth;
use super::{peers, rounds};
use crate::error::Error;
use crate::{project, setup};

const LOOPBACK: &str = "127.44.0.0/16";
const LAB: &str = "10.77.0.0/16";

/// Percent of the packets lost on their way to the far side in the third scenario.
const LOSS_PERCENT: u8 = 5;

/// Runs the three scenarios and writes the results.
pub(crate) fn run() -> Result<(), Error> {
    setup::run(setup::Purpose::Bench)?;
    Lab::available()
        .map_err(|what| Error::Missing { what, hint: "run as root on Linux, with `ip` and `nft`" })?;
    let (local, far) = (contestants(LOOPBACK)?, contestants(LAB)?);
    let folder = scratch()?;
    let scenarios = [
        loopback(&local, &folder)?,
        lab("a /16, 30 % open, 15 % closed, 4 % rejected, the rest silent", 0, &far, &folder)?,
        lab("the same, 5 % of the packets to it lost", LOSS_PERCENT, &far, &folder)?,
    ];
    let _ = fs::remove_dir_all(&folder);
    report::write("connect", &report::markdown(&scenarios), &report::json(&scenarios))
}

/// The first is the one that all others are compared with.
fn contestants(target: &str) -> Result<[Contestant; 4], Error> {
    let [half, full] = peers::rustscans(target)?;
    Ok([peers::muster(target)?, peers::nmap(target)?, half, full])
}

fn loopback<'a>(contestants: &'a [Contestant], folder: &Path) -> Result<Scenario<'a>, Error> {
    let title = "127.44.0.0/16, all closed";
    println!("bench: {title}");
    let addresses = (0..=u16::MAX).map(|low| {
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(127, 44, c, d))
    });
    let truth = Truth::uniform(addresses, PortState::Closed);
    let results = race(contestants, &truth, None, folder)?;
    Ok(Scenario { title, remark: remark("On loopback."), results })
}

fn lab<'a>(
    title: &'a str,
    to_far: u8,
    contestants: &'a [Contestant],
    folder: &Path,
) -> Result<Scenario<'a>, Error> {
    println!("bench: {title}");
    let plan = LabPlan { loss: Loss { to_far, to_near: 0 }, ..LabPlan::of(LAB).map_err(broken)? };
    let lab = Lab::start(plan).map_err(broken)?;
    let results = race(contestants, &Truth::of(&lab), Some(&lab), folder)?;
    let overflows = lab.overflows().map_err(broken)?;
    let remark = remark(&format!(
        "In two namespaces; the lab itself lost {overflows} packets or connections for lack of room."
    ));
    Ok(Scenario { title, remark, results })
}

fn remark(place: &str) -> String {
    format!(
        "{place} {} rounds, the tools in turn; {} descriptors. RustScan reports open ports only.",
        rounds::ROUNDS,
        rounds::DESCRIPTORS
    )
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn broken(error: LabError) -> Error {
    Error::unexpected("the lab", &error)
}

/// A folder for what the tools write, in memory where that is to be had: the race is not about discs.
pub(super) fn scratch() -> Result<PathBuf, Error> {
    let base =
        Some(PathBuf::from("/dev/shm")).filter(|path| path.is_dir()).unwrap_or_else(project::target_folder);
    let folder = base.join(format!("muster-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    Ok(folder)
}
