//! Files of every form, of several versions, as the reader tells them. The samples are written by hand after the
//! formats' documentation; `muster-nmap/tests` asks Nmap itself.

mod answers;
mod appended;
mod cuts;
mod packing;
mod plain;
mod told;
mod trouble;
mod writers;

use told::told;

use super::*;

/// Every sample, by name.
pub(super) const SAMPLES: &[(&str, &[u8])] = &[
    ("nmap.xml", include_bytes!("tests/samples/nmap.xml")),
    ("nmap5.xml", include_bytes!("tests/samples/nmap5.xml")),
    ("masscan.xml", include_bytes!("tests/samples/masscan.xml")),
    ("nmap.gnmap", include_bytes!("tests/samples/nmap.gnmap")),
    ("nmap4.gnmap", include_bytes!("tests/samples/nmap4.gnmap")),
    ("masscan.gnmap", include_bytes!("tests/samples/masscan.gnmap")),
    ("nmap.nmap", include_bytes!("tests/samples/nmap.nmap")),
    ("nmap5.nmap", include_bytes!("tests/samples/nmap5.nmap")),
    ("terminal.nmap", include_bytes!("tests/samples/terminal.nmap")),
    ("masscan.json", include_bytes!("tests/samples/masscan.json")),
    ("masscan-old.json", include_bytes!("tests/samples/masscan-old.json")),
    ("masscan-comma.json", include_bytes!("tests/samples/masscan-comma.json")),
    ("masscan.ndjson", include_bytes!("tests/samples/masscan.ndjson")),
    ("masscan.list", include_bytes!("tests/samples/masscan.list")),
];

pub(in crate::read) fn sample(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn every_form_is_read() {
    for (name, bytes) in SAMPLES {
        insta::assert_snapshot!(*name, told(bytes));
    }
}

#[test]
fn line_ends_of_dos_change_nothing() {
    for (name, bytes) in SAMPLES {
        let dos = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
        assert_eq!(told(dos.as_bytes()), told(bytes), "{name}");
    }
}

#[test]
fn utf_16_and_byte_order_marks_change_nothing() {
    for (name, bytes) in SAMPLES {
        let text = format!("\u{feff}{}", String::from_utf8_lossy(bytes));
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for encoded in [text.into_bytes(), little, big] {
            assert_eq!(told(&encoded), told(bytes), "{name}");
        }
    }
}

#[test]
fn an_interrupted_scan_says_so() {
    for file in [
        "<nmaprun><runstats><finished exit=\"error\" errormsg=\"no room\"/></runstats></nmaprun>",
        "# muster 0.1.0 scan initiated x as: muster -oG -\n# Ports scanned: x\n# muster interrupted at Sun Nov 22 \
         03:00:00 2026 (no room), partial -- 8 IP addresses (1 host up) scanned in 2.35 seconds\n",
    ] {
        let Some(Piece::Tail(tail)) = pieces(file.as_bytes()).pop() else { panic!("no tail") };
        assert_eq!(tail.ending, Ending::Stopped(Excerpt::of("no room")), "{file}");
    }
}

#[test]
fn who_wrote_a_file_is_told_by_its_head() {
    for (file, expected) in [
        ("<!-- muster 0.1.0 scan initiated x as: y --><nmaprun scanner=\"nmap\">", "muster"),
        ("<!-- Nmap 7 scan initiated x as: y --><nmaprun scanner=\"nmap\">", "nmap"),
        ("<nmaprun scanner=\"masscan\">", "masscan"),
        ("# muster 0.1.0 scan initiated x as: muster -oG -\n", "muster"),
        ("# Masscan 1.3.2 scan initiated x\n", "masscan"),
    ] {
        let Some(Piece::Head(head)) = pieces(file.as_bytes()).into_iter().next() else { panic!("no head") };
        assert_eq!(head.scanner.as_str(), expected, "{file}");
    }
}

/// All pieces of a file that can be read.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    Reader::new(bytes).unwrap().map(Result::unwrap).collect()
}
