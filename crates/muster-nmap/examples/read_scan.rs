//! Reads what scanners wrote and counts its hosts and ports: `cargo run --release --example read_scan FILE…`. The
//! benchmark of the readers runs it.

use std::error::Error;
use std::fs::File;
use std::io::{Write, stdout};

use muster_nmap::read::{Ending, Piece, Reader};

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args_os().skip(1) {
        let reader = Reader::new(File::open(&path)?)?;
        let (form, mut hosts, mut ports, mut counted, mut is_whole) = (reader.form(), 0_u64, 0, 0, false);
        for piece in reader {
            match piece? {
                Piece::Head(_) => {}
                Piece::Host(host) => {
                    hosts += 1;
                    ports += host.ports.len() as u64;
                    counted += host.rest.iter().map(|rest| u64::from(rest.count)).sum::<u64>();
                }
                Piece::Tail(tail) => is_whole = tail.ending == Ending::Complete,
            }
        }
        let path = path.display();
        writeln!(
            stdout(),
            "{path}: {form}: {hosts} hosts, {ports} ports, {counted} counted, whole: {is_whole}"
        )?;
    }
    Ok(())
}
