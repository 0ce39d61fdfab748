//! What an audit adds to its sweep, and how long the keeping and the page of a large run take.
//!
//! Two namespaces of our own, from which no packet can leave, answer for a /16: some two thousand addresses accept
//! connections and say nothing, which is the slowest that an honest service can be.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use muster_catalog::DECOY_PORT;
use muster_model::PortState;
use muster_testkit::lab::{Lab, LabError, LabPlan, Shares, Truth as LabTruth, Welcome};
use serde_json::{Value, json};

use super::peers::{self, PORT};
use super::report::{self, Scenario};
use super::rounds::{Contestant, OUT, median, race};
use super::score::{Report, Truth};
use crate::error::Error;
use crate::{setup, shell};

const LAB: &str = "10.77.0.0/16";
/// About 2,000 of 65,536 open.
const SHARES: Shares = Shares { open: 3, closed: 15, rejected: 4 };
/// How often keeping, page and browser are timed.
const REPEATS: usize = 5;

/// Runs everything and writes the results.
pub(crate) fn run() -> Result<(), Error> {
    setup::run(setup::Purpose::Bench)?;
    Lab::available()
        .map_err(|what| Error::Missing { what, hint: "run as root on Linux, with `ip` and `nft`" })?;
    let folder = super::connect::scratch()?;
    let contestants = contestants(&folder)?;
    let scenario = lab(&contestants, &folder)?;
    let scenarios = [scenario];
    let (large, large_data) = large_run(&folder)?;
    let _ = fs::remove_dir_all(&folder);
    let body = report::markdown(&scenarios) + &large;
    let data = json!({ "lab": report::json(&scenarios), "large_run": large_data });
    report::write("audit", &body, &data)
}

/// The sweep alone, of the same ports; the audit; the audit with the ports that tell devices.
fn contestants(folder: &Path) -> Result<[Contestant; 3], Error> {
    let scan = peers::muster(LAB)?;
    let ports = format!("{PORT},{DECOY_PORT}");
    let words =
        scan.words.iter().map(|word| if *word == PORT.to_string() { ports.clone() } else { word.clone() });
    let scan =
        Contestant { name: "scan of the same ports", words: words.collect(), program: scan.program, ..scan };
    let store = folder.join("store.db").display().to_string();
    let page = folder.join("page.html").display().to_string();
    let fast = ["-T5", "--min-rate", "100000", "--max-rate", "100000"];
    let audit = |name, more: &[&str]| {
        let port = PORT.to_string();
        let words = ["audit", "-n", "-p", &port, "--store", &store, "--html", &page, "--jsonl", OUT, LAB];
        let words = words.iter().chain(&fast).chain(more).map(|&word| word.to_owned()).collect();
        Contestant::new(name, scan.program.clone(), words, hosts)
    };
    let (quick, whole) = (audit("audit --no-devices", &["--no-devices"]), audit("audit", &[]));
    Ok([scan, quick, whole])
}

/// The state of the agent's port in the lines of an audit.
fn hosts(text: &str) -> Report {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let states = lines.filter(|line| line["type"] == "host").filter_map(|line| {
        let address: IpAddr = line["address"].as_str()?.parse().ok()?;
        let ports = line["ports"].as_array()?;
        let port = ports.iter().find(|port| port["port"] == format!("{PORT}/tcp"))?;
        let state = match port["state"].as_str()? {
            "open" => PortState::Open,
            "closed" => PortState::Closed,
            _ => PortState::Filtered,
        };
        Some((address, state))
    });
    Report { states: states.collect(), ..Report::default() }
}

fn lab<'a>(contestants: &'a [Contestant], folder: &Path) -> Result<Scenario<'a>, Error> {
    let title = "a /16, 3 % open and silent, 15 % closed, 4 % rejected, the rest silent";
    println!("bench: {title}");
    let plan = LabPlan {
        truth: LabTruth::Seeded(SHARES, 0),
        welcome: Welcome::Hold,
        ..LabPlan::of(LAB).map_err(broken)?
    };
    let lab = Lab::start(plan).map_err(broken)?;
    let truth = Truth::of(&lab);
    let results = race(contestants, &truth, Some(&lab), folder)?;
    let wall = |place: usize| {
        results.get(place).map_or(0.0, |result| median(result.runs.iter().map(|run| run.wall_seconds)))
    };
    let remark = format!(
        "In two namespaces. Both audits talk to every open port until they have waited in vain, keep the run and write \
         its page and its JSON. What the audit adds to the sweep of the same ports: {:.2} s; with the ports that tell \
         devices from computers, asked of every living host: {:.2} s.",
        wall(1) - wall(0),
        wall(2) - wall(0),
    );
    Ok(Scenario { title, remark, results })
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn broken(error: LabError) -> Error {
    Error::unexpected("the lab", &error)
}

/// A run of 65,536 living hosts: stored, loaded, written as a page, shown by a browser.
fn large_run(folder: &Path) -> Result<(String, Value), Error> {
    println!("bench: a run of 65,536 hosts");
    let store = example("muster-store", "record", &["65536"])?;
    let pages = example("muster-report", "pages", &[&folder.display().to_string()])?;
    let browser = browser(folder)?;
    let text = format!(
        "\n## A run of 65,536 living hosts\n\nStored and loaded (`cargo run --release -p muster-store --example record`):\n\n\
         ```text\n{store}```\n\nWritten (`cargo run --release -p muster-report --example pages`):\n\n```text\n{pages}```\n\n{browser}\n"
    );
    Ok((text, json!({ "store": store, "pages": pages, "browser": browser })))
}

fn example(package: &str, name: &str, words: &[&str]) -> Result<String, Error> {
    let mut command =
        shell::cargo(&["run", "--quiet", "--release", "--package", package, "--example", name, "--"]);
    shell::output(command.args(words))
}

/// From a browser's start to the picture of the page, and the same for an empty page: the difference is the page's.
fn browser(folder: &Path) -> Result<String, Error> {
    if !shell::is_present("chromium") {
        return Ok("No browser: install chromium to time the page.".to_owned());
    }
    let empty = folder.join("empty.html");
    fs::write(&empty, "<!doctype html><title>empty</title>").map_err(Error::file("write", &empty))?;
    let [blank, page] = [empty, folder.join("large.html")].map(|page| shots(&page, folder));
    let (blank, page) = (blank?, page?);
    Ok(format!(
        "Headless Chromium, from its start to the picture of the page's top at 1280 × 1000, medians of {REPEATS}: an empty \
         page {blank:.2} s, the page of 65,536 hosts {page:.2} s: {:.2} s are the page's.",
        page - blank
    ))
}

fn shots(page: &Path, folder: &Path) -> Result<f64, Error> {
    let mut seconds = Vec::new();
    for repeat in 0..REPEATS {
        let profile = folder.join(format!("profile-{repeat}"));
        let mut command = Command::new("chromium");
        command.args(BROWSER_WORDS).arg(format!("--user-data-dir={}", profile.display()));
        command.arg(format!("--screenshot={}", folder.join("shot.png").display()));
        command.arg(format!("file://{}", page.display()));
        let begun = Instant::now();
        shell::output(&mut command)?;
        seconds.push(begun.elapsed().as_secs_f64());
        let _ = fs::remove_dir_all(&profile);
    }
    Ok(median(seconds))
}

/// No network: a page is one file, and a browser's own errands are its own.
const BROWSER_WORDS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--window-size=1280,1000",
];
