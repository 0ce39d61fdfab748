//! Two files of 65,536 hosts each, of which one in fifty has changed: what `muster diff` and `ndiff` need for them.

use std::path::Path;
use std::process::Command;

use super::making::{self, Day, Length};
use super::{Extent, Outcome, built, figure, race};
use crate::bench::report::Scenario;
use crate::bench::rounds::{Contestant, FOLDER};
use crate::bench::score::Report;
use crate::bench::target::{Holds, Target, at_least};
use crate::error::Error;
use crate::shell;

const FILES: [&str; 2] = ["first.xml", "second.xml"];
const HOSTS: u64 = 65_536;
/// On files of so many hosts both programs must find what has changed, and nothing else.
const TRIED: u64 = 1_000;
/// `ndiff` runs once, for an hour at most.
const LIMIT_SECONDS: u32 = 3_600;
/// Of both programs: something differs.
const DIFFERENT: i32 = 1;

const MUSTER: &str = "muster diff";
const NDIFF: &str = "ndiff";

/// The files, and who compares them.
pub(super) fn contestants(folder: &Path, extent: Extent) -> Result<Vec<Contestant>, Error> {
    let changed = pair(folder, TRIED)?;
    let peers: Vec<&str> = [NDIFF].into_iter().filter(|name| shell::is_present(name)).collect();
    check("muster diff", shell::command(&muster(), &["diff"]).current_dir(folder).args(FILES), changed)?;
    for name in &peers {
        check(name, shell::command(name, &FILES).current_dir(folder), changed)?;
    }
    pair(folder, extent.of(HOSTS))?;
    let files = FILES.map(|name| format!("{FOLDER}{name}")).to_vec();
    let words = [vec!["diff".to_owned()], files.clone()].concat();
    let ours = Contestant::new(MUSTER, muster(), words, nothing).ending_with(DIFFERENT);
    let ours = Contestant { rounds: extent.rounds(), ..ours };
    let theirs = |name: &str| {
        Contestant::new(NDIFF, name, files.clone(), nothing).ending_with(DIFFERENT).once(LIMIT_SECONDS)
    };
    Ok([ours].into_iter().chain(peers.into_iter().map(theirs)).collect())
}

/// Writes the two days' files; gives how many hosts have changed between them.
fn pair(folder: &Path, hosts: u64) -> Result<u64, Error> {
    let [first, second] = FILES.map(|name| folder.join(name));
    making::write(&first, Length::Hosts(hosts), Day::First)?;
    Ok(making::write(&second, Length::Hosts(hosts), Day::Second)?.changed)
}

fn muster() -> String {
    built("muster").display().to_string()
}

/// Each changed host loses the line of its open port and gains one of a filtered one.
fn check(name: &str, command: &mut Command, changed: u64) -> Result<(), Error> {
    let failure = |source| Error::Start { program: name.to_owned(), source };
    let output = command.output().map_err(failure)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = |start: char, state: &str| {
        let is_line = |line: &&str| line.starts_with(start) && line.contains(&format!("22/tcp {state}"));
        text.lines().filter(is_line).count() as u64
    };
    let found = (output.status.code(), lines('-', "open "), lines('+', "filtered "));
    if found == (Some(DIFFERENT), changed, changed) {
        return Ok(());
    }
    Err(Error::unexpected(name, &format!("{changed} hosts have changed, but it finds {found:?}")))
}

fn nothing(_: &str) -> Report {
    Report::default()
}

/// The race and what it must show.
pub(super) fn part<'a>(contestants: &'a [Contestant], folder: &Path) -> Result<Outcome<'a>, Error> {
    let results = race(contestants, folder)?;
    let over = |of| figure(&results, NDIFF, of) / figure(&results, MUSTER, of);
    let (time, memory) = (over(|run| run.wall_seconds), over(|run| run.peak_kib as f64));
    let targets = vec![
        Target {
            what: "comparing two files: ndiff's wall time over ours",
            must: "at least 50",
            figure: format!("{time:.1}"),
            holds: at_least(time, 50.0),
        },
        Target {
            what: "comparing two files: ndiff's peak memory over ours",
            must: "more than 1",
            figure: format!("{memory:.1}"),
            holds: if memory.is_nan() { Holds::Unknown } else { Holds::of(memory > 1.0) },
        },
    ];
    let title = "Two files of Nmap's XML, one host in fifty changed";
    let remark = format!("{HOSTS} hosts each, or a tenth with --small. ndiff runs once.");
    Ok(Outcome { scenario: Scenario { title, remark, results }, targets })
}
