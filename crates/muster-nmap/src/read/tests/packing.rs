//! Packed files.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::super::*;
use super::told::told;
use super::{SAMPLES, sample};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn packed_files_are_read_like_others() {
    for (name, bytes) in SAMPLES {
        let (one, two) = bytes.split_at(bytes.len() / 2);
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(bytes)].concat();
        for packed in [
            gzip(bytes),
            zstd(bytes),
            [gzip(one), gzip(two)].concat(),
            [zstd(one), zstd(two)].concat(),
            skipped,
        ] {
            assert_eq!(told(&packed), told(bytes), "{name}");
        }
    }
}

#[test]
fn a_packed_file_that_breaks_off_tells_what_stands_before() {
    let bytes = sample("nmap.xml").repeat(20);
    for packed in [gzip(&bytes), zstd(&bytes)] {
        for cut in (0..packed.len()).step_by(7) {
            let Ok(reader) = Reader::new(&packed[..cut]) else { continue };
            for piece in reader {
                piece.unwrap_or_else(|error| panic!("at {cut}: {error}"));
            }
        }
    }
}

#[test]
fn damaged_packing_is_an_error_that_says_so() {
    for mut packed in [gzip(sample("nmap.gnmap")), zstd(sample("nmap.gnmap"))] {
        for at in 0..packed.len() {
            packed[at] ^= 0x10;
            if let Ok(reader) = Reader::new(&packed[..]) {
                reader.for_each(drop);
            }
            packed[at] ^= 0x10;
        }
        let end = packed.len() - 5;
        packed[end] ^= 0x10;
        let said = told(&packed);
        assert!(said.contains("cannot unpack further"), "{said}");
    }
}

#[test]
fn zeros_behind_gzip_are_padding_and_anything_else_is_damage() {
    let (packed, padding) = (gzip(sample("nmap.gnmap")), [0; 70_000]);
    for padded in [[&packed[..], &padding].concat(), [&packed[..], &padding, &gzip(b"")].concat()] {
        assert_eq!(told(&padded), told(sample("nmap.gnmap")));
    }
    let said = told(&[&packed[..], b"\0\x1e\x8b and more"].concat());
    assert!(said.contains("cannot unpack further"), "{said}");
}

/// A window of more than the decoder takes.
#[test]
fn a_frame_cannot_ask_for_memory() {
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x00, 0x00, 0x00];
    let error = Reader::new(&frame[..]).unwrap_err();
    assert!(matches!(error, ReadError::Packing { line: 1, .. }), "{error}");
}
