//! Nmap's own judges of its formats: the document type, `ndiff`, the style sheet.

use std::path::Path;

use crate::clients::{FEW, MANY, NETWORK, Swept, WORDS};
use crate::common::{finish, has, skip};
use crate::support::finish_all;

const DOCUMENT_TYPE: &str = "/usr/share/nmap/nmap.dtd";
const STYLE_SHEET: &str = "/usr/share/nmap/nmap.xsl";

#[test]
#[ignore = "needs root and the lab"]
fn our_xml_is_valid_and_shows_like_nmaps() {
    let Some(swept) = Swept::new() else { return };
    for name in ["few", "many"] {
        let xml = format!("{name}.xml");
        if has("xmllint") && exists(DOCUMENT_TYPE) {
            swept.said("xmllint", &["--nonet", "--noout", "--dtdvalid", DOCUMENT_TYPE, &xml]);
        }
        if has("xsltproc") && exists(STYLE_SHEET) {
            let page = swept.said("xsltproc", &["--nonet", STYLE_SHEET, &xml]);
            assert_shows(&page, &swept, name);
        }
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn ndiff_finds_no_difference_from_nmaps() {
    let Some(swept) = Swept::new() else { return };
    if !has("nmap") || !has("ndiff") {
        return;
    }
    let nmaps = |name: &str| format!("{name}-nmap.xml");
    let scans = [("few", FEW), ("many", MANY)].map(|(name, ports)| {
        let mut command = swept.command("nmap");
        command.args(WORDS).args(["-p", ports, "-oX", &nmaps(name), NETWORK]);
        command
    });
    finish_all(scans.into()).into_iter().for_each(|ran| drop(ran.ok()));
    for name in ["few", "many"] {
        let mut command = swept.command("ndiff");
        command.args([&nmaps(name), &format!("{name}.xml")]);
        let ran = finish(command);
        assert!(ran.code <= 1, "{}", ran.stderr);
        let different: Vec<&str> = ran.stdout.lines().filter(|line| is_difference(line)).collect();
        assert_eq!(different, [""; 0], "{name}: {}", ran.stdout);
    }
}

/// All but the two first lines, which say who wrote the files and when.
fn is_difference(line: &str) -> bool {
    line.starts_with(['+', '-']) && !line.contains(" scan initiated ")
}

fn exists(path: &str) -> bool {
    let is_there = Path::new(path).exists();
    if !is_there {
        skip(&format!("{path} is not installed"));
    }
    is_there
}

/// Every host has its part of the page, and every open port its row.
fn assert_shows(page: &str, swept: &Swept, name: &str) {
    let told = swept.told(name);
    for address in &told.up {
        assert!(page.contains(&address.to_string()), "{address} is not on the page of {name}");
    }
    let rows = page.matches("<td>open</td>").count();
    assert_eq!(rows, told.only_open().ports.len(), "{name}");
}
