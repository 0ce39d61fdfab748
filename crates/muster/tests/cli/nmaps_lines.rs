//! The lines that people use with Nmap, run by both programs on the same office: what they print must be the same.

use std::fs;
use std::path::Path;

use muster_demo::Office;
use tempfile::TempDir;

use crate::common::{assert_valid_xml, finish, has, run, xml_findings, xml_hosts};
use crate::support::{network, office, scanned, shell};

// The ports are those whose registered names are the same in both programs.

#[test]
fn files_are_nmaps() {
    let Some(judged) = Judged::by(1, "-p 2967 -P0") else { return };
    judged.grepable_is_nmaps();
    judged.normal_is_nmaps();
    judged.xml_is_nmaps();
}

#[test]
fn files_are_nmaps_after_discovery() {
    let Some(judged) = Judged::by(2, "-p 2967,3389,5357") else { return };
    judged.grepable_is_nmaps();
    judged.normal_is_nmaps();
    judged.xml_is_nmaps();
}

#[test]
fn files_are_nmaps_with_every_option_that_changes_them() {
    let Some(judged) = Judged::by(3, "-p 2960-2990,3389 -Pn --open --reason -v") else { return };
    judged.grepable_is_nmaps();
    judged.xml_is_nmaps();
}

#[test]
fn xml_is_valid_and_rendered() {
    let Some(_office) = office(4) else { return };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("out.xml");
    let file = path.display().to_string();
    scanned(&format!("-p 2967 -Pn -oX {file} {}/24", network(4))).ok();
    assert_valid_xml(&path);
    let stylesheet = "/usr/share/nmap/nmap.xsl";
    if !(has("xsltproc") && Path::new(stylesheet).exists()) {
        return;
    }
    let page = run("xsltproc", &["--nonet", "--novalid", stylesheet, &file]);
    assert!(page.contains("symantec-av") && page.contains(&network(4).to_string().replace(".0", ".17")));
}

#[test]
fn the_pipe_finds_who_is_open() {
    let Some(office) = office(5) else { return };
    let line = format!("-p 2967 -P0 -oG - {}/24 2>/dev/null | grep open", network(5));
    let ours = finish(shell(&format!("$MUSTER scan {line}"))).ok().stdout;
    let open: Vec<&str> = ours.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    let truth = office.truth().into_iter().filter(|(at, state)| at.port == 2967 && state.name() == "open");
    assert_eq!(open, truth.map(|(at, _)| at.address.to_string()).collect::<Vec<_>>());
    if has("nmap") {
        assert_eq!(ours, run("sh", &["-c", &format!("nmap --unprivileged -sT -n {line}")]));
    }
    assert_eq!(finish(shell("$MUSTER scan -p 2967 -P0 -oG - 127.0.0.1 | grep -c open")).stdout, "0\n");
}

/// The files of both programs for one line.
struct Judged {
    ours: [String; 3],
    nmaps: [String; 3],
    _office: Office,
}

impl Judged {
    /// `None` where there is no office or no judge.
    fn by(test: u8, line: &str) -> Option<Self> {
        let office = office(test)?;
        if !has("nmap") {
            return None;
        }
        let folder = TempDir::new().unwrap();
        let base = |name: &str| folder.path().join(name).display().to_string();
        let (ours, nmaps) = (base("ours"), base("nmaps"));
        scanned(&format!("{line} -oA {ours} {}/24", network(test))).ok();
        let mut words = vec!["--unprivileged", "-sT", "-n", "-oA", &nmaps];
        let target = format!("{}/24", network(test));
        words.extend(line.split(' ').chain([target.as_str()]));
        run("nmap", &words);
        let read = |base: &str| {
            ["nmap", "gnmap", "xml"].map(|ending| fs::read_to_string(format!("{base}.{ending}")).unwrap())
        };
        Some(Self { ours: read(&ours), nmaps: read(&nmaps), _office: office })
    }

    #[track_caller]
    fn normal_is_nmaps(&self) {
        assert_same_lines(&masked(&self.ours[0]), &masked(&self.nmaps[0]));
    }

    /// Byte for byte, but for the lines in which the program speaks of itself.
    #[track_caller]
    fn grepable_is_nmaps(&self) {
        let without_comments = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
        };
        let ours = without_comments(&self.ours[1]);
        assert!(ours.len() > 30, "{ours:?}");
        assert_same_lines(&ours, &without_comments(&self.nmaps[1]));
    }

    #[track_caller]
    fn xml_is_nmaps(&self) {
        let (ours, nmaps) = (xml_hosts(&self.ours[2]), xml_hosts(&self.nmaps[2]));
        assert!(ours.len() > 30, "{ours:?}");
        assert_eq!(ours, nmaps);
        assert_eq!(xml_findings(&self.ours[2]), xml_findings(&self.nmaps[2]));
    }
}

/// Fails with the first difference, not with 256 hosts.
#[track_caller]
fn assert_same_lines(ours: &[String], nmaps: &[String]) {
    let length = ours.len().max(nmaps.len());
    let different = (0..length).find(|&at| ours.get(at) != nmaps.get(at));
    assert_eq!(different.map(|at| (ours.get(at), nmaps.get(at))), None, "(ours, nmap's)");
}

/// Normal output without names, dates and times.
fn masked(text: &str) -> Vec<String> {
    let about_itself =
        |line: &&str| !(line.starts_with('#') || line.starts_with("Starting") || line.contains(" done: "));
    text.lines()
        .filter(about_itself)
        .map(|line| match line.split_once(" (") {
            Some((start, rest)) if rest.ends_with("s latency).") => format!("{start} (latency)."),
            _ => line.to_owned(),
        })
        .collect()
}
