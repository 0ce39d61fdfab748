//! A large file of Nmap's XML, read to its end.

use std::path::Path;

use super::making::{self, Day, Length, Made};
use super::{Extent, Outcome, built, figure, python, race};
use crate::bench::report::Scenario;
use crate::bench::rounds::{Contestant, FOLDER};
use crate::bench::score::Report;
use crate::bench::target::{Target, at_least, at_most};
use crate::error::Error;
use crate::shell;

const BYTES: u64 = 200_000_000;
/// python-libnmap holds all of a file, many times over: it reads a part of it.
const PART: u64 = 10;
const LIMIT_SECONDS: u32 = 900;

/// Reads a file as its users do, and says what it has found.
const LIBNMAP: &str = "import sys; from libnmap.parser import NmapParser; \
    hosts = NmapParser.parse_fromfile(sys.argv[1]).hosts; \
    print(len(hosts), sum(len(host.get_ports()) for host in hosts))";

const MUSTER: &str = "muster";
const XMLLINT: &str = "xmllint";
const PYTHON: &str = "python-libnmap, a tenth of the file";

/// The files, and who reads them.
pub(super) fn contestants(folder: &Path, extent: Extent) -> Result<Vec<Contestant>, Error> {
    let (whole, part) = (folder.join("whole.xml"), folder.join("part.xml"));
    let bytes = extent.of(BYTES);
    check(&whole, making::write(&whole, Length::Bytes(bytes), Day::First)?)?;
    let made = making::write(&part, Length::Bytes(bytes / PART), Day::First)?;
    let named = |name: &str| format!("{FOLDER}{name}.xml");
    let muster = Contestant::new(MUSTER, built("examples/read_scan"), vec![named("whole")], nothing);
    let words = ["--stream", "--noout", &named("whole")].map(str::to_owned).to_vec();
    let mut contestants = vec![muster];
    if shell::is_present(XMLLINT) {
        contestants.push(Contestant::new(XMLLINT, XMLLINT, words, nothing));
    }
    if let Some(python) = python() {
        let said = shell::output(shell::command(python, &["-c", LIBNMAP]).arg(&part))?;
        if said.trim() != format!("{} {}", made.hosts, made.ports) {
            return Err(Error::unexpected("what python-libnmap reads", &said));
        }
        let words = ["-c", LIBNMAP, &named("part")].map(str::to_owned).to_vec();
        contestants.push(Contestant::new(PYTHON, python, words, nothing).once(LIMIT_SECONDS));
    }
    contestants.iter_mut().for_each(|one| one.rounds = one.rounds.min(extent.rounds()));
    Ok(contestants)
}

/// A race says nothing unless we read what is there.
fn check(file: &Path, made: Made) -> Result<(), Error> {
    let said = shell::output(shell::command("nice", &[]).arg(built("examples/read_scan")).arg(file))?;
    let expected =
        format!("{} hosts, {} ports, {} counted, whole: true\n", made.hosts, made.ports, made.counted);
    if said.ends_with(&expected) { Ok(()) } else { Err(Error::unexpected("what we read", &said)) }
}

fn nothing(_: &str) -> Report {
    Report::default()
}

/// The race and what it must show.
pub(super) fn part<'a>(contestants: &'a [Contestant], folder: &Path) -> Result<Outcome<'a>, Error> {
    let results = race(contestants, folder)?;
    let megabytes = std::fs::metadata(folder.join("whole.xml")).map_or(0, |file| file.len()) / 1_000_000;
    let wall = |name| figure(&results, name, |run| run.wall_seconds);
    let over_xmllint = wall(MUSTER) / wall(XMLLINT);
    let over_us = wall(PYTHON) * PART as f64 / wall(MUSTER);
    let targets = vec![
        Target {
            what: "reading Nmap's XML: wall time over `xmllint --stream`'s",
            must: "at most 2",
            figure: format!("{over_xmllint:.2}"),
            holds: at_most(over_xmllint, 2.0),
        },
        Target {
            what: "reading Nmap's XML: python-libnmap's wall time over ours",
            must: "at least 10",
            figure: format!("{over_us:.1}"),
            holds: at_least(over_us, 10.0),
        },
    ];
    let remark = format!(
        "muster is the example `read_scan`, which counts hosts and ports and holds one host at a time. python-libnmap \
         holds all, so it reads {} MB once; its time counts {PART}-fold above, and as it was below.",
        megabytes / PART
    );
    let title = "Nmap's XML, 200 MB";
    let title = if megabytes < BYTES / 1_000_000 { "Nmap's XML, 20 MB" } else { title };
    Ok(Outcome { scenario: Scenario { title, remark, results }, targets })
}
