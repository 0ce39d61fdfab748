//! `muster explain`: what the catalogue knows about a port, a product, a program or an incident.

use std::io;
use std::process::ExitCode;

use clap::Args;
use muster_catalog::Catalog;
use muster_model::Excerpt;
use muster_report::{PageForm, Topic, write_explanation, write_explanation_json};

use crate::catalog::CatalogArgs;
use crate::failure::Failure;
use crate::output::print;

/// Explain a port, a product, a program, a service or an incident
///
/// Whose a port is and who listens there, what an open, closed or silent port proves, which programs a product has,
/// what happened, and what to run on a computer to see who listens. Everything is from muster's own catalogue; nothing
/// is sent.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// A port (2967, udp/2967) or its registered name (ssc-agent), a program or service (rtvscan.exe), a product, family or vendor (sophos), or an incident
    /// (CVE-2006-2630)
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
    /// As Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// As JSON, an object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

/// Prints what is known about each word; nothing, if one of them is unknown.
pub(crate) fn explain(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let catalog = args.catalog.read()?;
    let catalog = &*catalog;
    let topics =
        args.words.iter().map(|word| Topic::find(catalog, word).ok_or_else(|| unknown(catalog, word)));
    let topics: Vec<Topic<'_>> = topics.collect::<Result<_, _>>()?;
    let form = if args.markdown { PageForm::Markdown } else { PageForm::Text };
    print(|out| match args.json {
        true => write_explanation_json(out, catalog, &topics, env!("CARGO_PKG_VERSION")),
        false => write(out, catalog, &topics, form),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn write(
    out: &mut impl io::Write,
    catalog: &Catalog,
    topics: &[Topic<'_>],
    form: PageForm,
) -> io::Result<()> {
    for (place, topic) in topics.iter().enumerate() {
        if place > 0 {
            writeln!(out, "\n")?;
        }
        write_explanation(out, catalog, topic, form)?;
    }
    Ok(())
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
