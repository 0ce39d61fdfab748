//! Files that break off: what stands before the break is told as it would be of the whole, and the tail says so.

use super::super::*;
use super::{SAMPLES, pieces};

/// Whether a file says all there is to say although its end is missing.
fn is_whole(name: &str, before: &str, missing: &str) -> bool {
    let finished = before.rsplit_once("<finished").is_some_and(|(_, rest)| rest.contains('>'));
    match name {
        _ if missing.trim().is_empty() => true,
        "masscan.ndjson" => before.trim_end().ends_with("\"}}") || before.trim_end().ends_with("48}}"),
        "masscan-old.json" => before.contains("{finished: 1}"),
        name => name.ends_with(".xml") && finished,
    }
}

#[test]
fn a_file_that_breaks_off_anywhere_tells_what_stands_before() {
    for (name, bytes) in SAMPLES {
        let whole = pieces(bytes);
        let hosts = &whole[1..whole.len() - 1];
        let mut most = 0;
        for cut in 0..bytes.len() {
            let Ok(reader) = Reader::new(&bytes[..cut]) else {
                assert_eq!(most, 0, "{name} at {cut}: not known any more");
                continue;
            };
            let told: Vec<_> = reader
                .map(|piece| piece.unwrap_or_else(|error| panic!("{name} at {cut}: {error}")))
                .collect();
            let (Some(Piece::Head(_)), Some(Piece::Tail(tail))) = (told.first(), told.last()) else {
                panic!("{name} at {cut}: {told:?}")
            };
            let before = &told[1..told.len() - 1];
            assert!(hosts.starts_with(before), "{name} at {cut}: {before:?}");
            assert!(before.len() >= most, "{name} at {cut}: a host is lost");
            most = before.len();
            check_tail(name, bytes, cut, tail);
        }
        assert!(most + 1 >= hosts.len(), "{name}: {most} of {}", hosts.len());
    }
}

fn check_tail(name: &str, bytes: &[u8], cut: usize, tail: &Tail) {
    let [before, missing] = <[_; 2]>::from(bytes.split_at(cut)).map(String::from_utf8_lossy);
    let is_whole = is_whole(name, &before, &missing);
    match &tail.ending {
        Ending::Complete => assert!(is_whole, "{name} at {cut}: {missing}"),
        Ending::BrokenOff { line } => {
            let lines = before.matches('\n').count() as u64;
            assert!(!is_whole, "{name} at {cut}: whole without {missing:?}");
            assert!((lines.max(1)..=lines + 1).contains(line), "{name} at {cut}: line {line} of {lines}");
        }
        Ending::Stopped(_) => panic!("{name} at {cut}: nobody stopped it"),
    }
}

#[test]
fn any_damage_is_an_error_or_a_result() {
    for (name, bytes) in SAMPLES {
        let mut damaged = bytes.to_vec();
        for at in 0..bytes.len() {
            for damage in [[b'<', b'"', 0, b'\n', b'&', b'{'][at % 6], bytes[at] ^ 1, 0xff] {
                damaged[at] = damage;
                if let Ok(reader) = Reader::new(&damaged[..]) {
                    let ends = reader.filter(|piece| matches!(piece, Err(_) | Ok(Piece::Tail(_)))).count();
                    assert_eq!(ends, 1, "{name} at {at}: one end");
                }
            }
            damaged[at] = bytes[at];
        }
    }
}
