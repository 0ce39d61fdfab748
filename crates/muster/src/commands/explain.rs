//! `muster explain`: what the catalogue knows about a port, a product, a program or an incident.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use muster_catalog::Catalog;
use muster_model::Excerpt;
use muster_report::{Topic, write_explanation};

use crate::failure::Failure;

/// Explain a port, a product, a program or an incident
///
/// Whose a port is and who listens there, what an open, closed or silent port proves, which programs a product has,
/// what happened, and what to run on a computer to see who listens. Everything is from muster's own catalogue; nothing
/// is sent.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// A port (2967, udp/2967), a program (rtvscan.exe), a product, family or vendor (sophos), or an incident
    /// (CVE-2006-2630)
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
}

/// Prints what is known about each word; nothing, if one of them is unknown.
pub(crate) fn explain(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let catalog = Catalog::builtin();
    let topics =
        args.words.iter().map(|word| Topic::find(catalog, word).ok_or_else(|| unknown(catalog, word)));
    let topics: Vec<Topic<'_>> = topics.collect::<Result<_, _>>()?;
    match write(catalog, &topics) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot write stdout: {error}")))
        }
        // Whoever closed the pipe has seen enough.
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn write(catalog: &Catalog, topics: &[Topic<'_>]) -> io::Result<()> {
    let mut text = Vec::new();
    for (place, topic) in topics.iter().enumerate() {
        if place > 0 {
            writeln!(text, "\n")?;
        }
        write_explanation(&mut text, catalog, topic)?;
    }
    let mut out = anstream::stdout();
    out.write_all(&text)?;
    out.flush()
}

fn unknown(catalog: &Catalog, word: &str) -> Failure {
    let failure = Failure::usage(format!("nothing is known about `{}`", Excerpt::of(word)));
    match Topic::nearest(catalog, word) {
        Some(known) => failure.hint(format!("did you mean `{known}`?")),
        None => failure.hint(
            "a port, program, product, vendor or incident, as in: muster explain 2967 rtvscan.exe sophos CVE-2006-2630"
                .to_owned(),
        ),
    }
}
