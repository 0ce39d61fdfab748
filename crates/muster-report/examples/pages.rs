//! Writes reports of made-up runs into a folder and says how large they are and how long it took.

#[path = "../tests/common/mod.rs"]
mod common;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use muster_model::Run;
use muster_report::{TextStyle, write_audit_text, write_csv, write_html, write_jsonl};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: pages FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let hostile = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    for (name, run) in [
        ("office", common::office()),
        ("partial", common::partial()),
        ("empty", common::empty()),
        ("hostile", common::hostile(hostile)),
        ("middle", common::large(7)),
        ("large", common::large(256)),
        ("different", common::all_different(256)),
    ] {
        write_all(folder, name, &run)?;
    }
    Ok(())
}

fn write_all(folder: &Path, name: &str, run: &Run) -> Result<(), Box<dyn Error>> {
    let report = common::report(run);
    let style = TextStyle { width: 80, most_hosts: 20, color: false };
    let path = |end: &str| folder.join(format!("{name}.{end}"));
    timed(&path("html"), |out| write_html(out, &report))?;
    timed(&path("csv"), |out| write_csv(out, &report))?;
    timed(&path("jsonl"), |out| write_jsonl(out, &report))?;
    timed(&path("txt"), |out| write_audit_text(out, &report, style))
}

fn timed(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(File::create(path)?);
    let start = Instant::now();
    write(&mut out)?;
    out.flush()?;
    let elapsed = start.elapsed();
    let size = std::fs::metadata(path)?.len() as f64 / 1e6;
    let name = path.file_name().unwrap_or_default().display();
    writeln!(io::stdout(), "{size:8.2} MB {:8.3} s {name}", elapsed.as_secs_f64())?;
    Ok(())
}
