//! How long it takes to compare two scans: `cargo run --release --example diff OLD NEW`.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::thread;
use std::time::Instant;

use muster_nmap::read::Reader;
use muster_report::diff::{Comparison, Shown, Side, write_diff_text};

fn main() -> Result<(), Box<dyn Error>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = &names[..] else { return Err("name two files".into()) };
    let clock = Instant::now();
    let (old, new) = sides(old, new)?;
    let read = clock.elapsed();
    let comparison = Comparison::new(old, new);
    let tally = write_diff_text(&mut io::sink(), &comparison, Shown::Different)?;
    writeln!(io::stdout(), "read in {read:.2?}, compared in {:.2?}: {tally:?}", clock.elapsed() - read)?;
    Ok(())
}

/// Both at once, as the program reads them.
fn sides(old: &str, new: &str) -> Result<(Side, Side), Box<dyn Error>> {
    thread::scope(|scope| {
        let old = scope.spawn(|| side(old).map_err(|error| error.to_string()));
        let new = side(new)?;
        Ok((old.join().expect("the reader does not panic")?, new))
    })
}

fn side(name: &str) -> Result<Side, Box<dyn Error>> {
    Ok(Side::of_pieces(name, Reader::new(BufReader::new(File::open(name)?))?)?)
}
