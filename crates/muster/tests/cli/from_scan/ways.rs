//! By whatever way a file comes, it tells the same.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use super::{POLICY, SIGNS, closed, run};
use crate::common::{Ran, finish, finish_with, has, run as run_tool};
use crate::support::Workplace;

fn place() -> (Workplace, String) {
    let place = Workplace::new();
    place.write("muster.toml", POLICY);
    let hosts: String = (1..=9).map(|last| closed(&format!("10.0.0.{last}"))).collect();
    let scan = run("nmap 10.0.0.0/24", 1_700_000_000, SIGNS, &hosts);
    place.write("scan.xml", &scan);
    (place, scan)
}

/// What was found, without what the file is called.
#[track_caller]
fn found(ran: Ran) -> String {
    let line = ran.ok().stdout;
    let (_, found) = line.split_once("of nmap 7.93; ").unwrap_or_else(|| panic!("{line}"));
    found.to_owned()
}

#[test]
fn packed_files_pipes_and_stdin_tell_the_same() {
    let (place, scan) = place();
    let expected = found(place.run("import scan.xml"));
    assert!(expected.starts_with("9 hosts: 9 unprotected"), "{expected}");
    assert_eq!(found(finish_with(place.muster("import --again -"), &scan)), expected);
    for (packer, packed) in [("gzip", "scan.xml.gz"), ("zstd", "scan.xml.zst")] {
        if !has(packer) {
            continue;
        }
        let mut command = Command::new(packer);
        command.args(["-q", "-k", "scan.xml"]).current_dir(place.path(""));
        finish(command).ok();
        assert_eq!(found(place.run(&format!("import --again {packed}"))), expected, "{packed}");
        let known = place.run(&format!("import {packed}")).ok();
        assert!(known.stderr.contains("left out"), "packed or not it tells the same: {}", known.stderr);
        let mut piped = place.muster("audit --no-store --from-scan -");
        piped.stdin(fs::File::open(place.path(packed)).unwrap()).stdout(Stdio::piped());
        let output = piped.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("10.0.0.9"), "{packed}");
    }
}

#[test]
fn a_named_pipe_is_read_to_its_end() {
    if !has("mkfifo") {
        return;
    }
    let (place, scan) = place();
    let expected = found(place.run("import scan.xml"));
    let pipe = place.path("pipe");
    run_tool("mkfifo", &[&pipe]);
    let write = |scan: String, pipe: std::path::PathBuf| {
        thread::spawn(move || {
            let mut out = OpenOptions::new().write(true).open(pipe).unwrap();
            // In pieces, so that whoever reads has to wait for more.
            scan.as_bytes().chunks(1_000).for_each(|piece| out.write_all(piece).unwrap());
        })
    };
    let writer = write(scan.clone(), pipe.clone());
    assert_eq!(found(place.run("import --again pipe")), expected);
    writer.join().unwrap();
    // A dry run does not touch it: what is read from a pipe is gone.
    let plan = place.run("audit --dry-run --no-store --from-scan pipe").ok().stdout;
    assert!(plan.contains("a pipe, which is not touched before"), "{plan}");
    let writer = write(scan, pipe);
    assert!(place.run("audit --no-store --from-scan pipe").ok().stdout.contains("10.0.0.9"));
    writer.join().unwrap();
}

#[test]
fn a_file_that_grows_is_read_as_far_as_it_is_there() {
    let (place, scan) = place();
    let (head, tail) = scan.split_at(scan.find("<runstats>").unwrap());
    place.write("grows.xml", head);
    let path = place.path("grows.xml");
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let writer = thread::spawn(move || {
        let mut out = OpenOptions::new().append(true).open(path).unwrap();
        let mut written = 10..=99;
        while let (Some(last), Err(std::sync::mpsc::TryRecvError::Empty)) =
            (written.next(), stopped.try_recv())
        {
            let host = closed(&format!("10.0.0.{last}"));
            host.as_bytes().chunks(64).for_each(|piece| out.write_all(piece).unwrap());
        }
    });
    let ran = place.run("import grows.xml").ok();
    drop(stop);
    writer.join().unwrap();
    assert!(ran.stdout.contains("breaks off after line"), "{}", ran.stdout);
    let hosts: u32 = found(ran).split(' ').next().unwrap().parse().unwrap();
    assert!((9..=99).contains(&hosts), "{hosts}");
    let mut out = OpenOptions::new().append(true).open(place.path("grows.xml")).unwrap();
    out.write_all(tail.as_bytes()).unwrap();
    let whole = place.run("import grows.xml").ok();
    assert!(whole.stdout.starts_with("run 2: ") && !whole.stdout.contains("breaks off"), "{}", whole.stdout);
}

#[test]
fn a_file_with_a_head_alone_is_a_run_of_nobody() {
    let (place, scan) = place();
    let (head, _) = scan.split_at(scan.find("<host>").unwrap());
    place.write("head.xml", head);
    let ran = place.run("import head.xml").ok();
    assert!(
        ran.stdout.contains("; 0 hosts; ") && ran.stdout.contains("breaks off after line"),
        "{}",
        ran.stdout
    );
    let report = place.run("report 1").ok().stdout;
    assert!(report.contains("\nrun 1: 10.0.0.0/24, 256 addresses, "), "{report}");
    place.write("nobody.xml", &run("nmap 10.0.0.0/24", 1_700_000_000, SIGNS, ""));
    let ran = place.run("import nobody.xml").ok();
    assert!(ran.stdout.contains("0 hosts") && !ran.stdout.contains("breaks off"), "{}", ran.stdout);
    place.run("audit --no-store --from-scan nobody.xml --from-scan head.xml").ok();
}
