//! The command line: what was typed, and which command it is for.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use muster_nmap::options::{self, Note};

use crate::audit::{AuditArgs, audit};
use crate::commands::{
    self, CatalogCommandArgs, DemoArgs, DiffArgs, DoctorArgs, ExplainArgs, HistoryArgs, ImportArgs,
    ReportArgs, WhyArgs,
};
use crate::dialect::{self, Called, HELP, in_nmaps_words, typed_words};
use crate::failure::Failure;
use crate::help::{self, CompletionsArgs, ManualArgs};
use crate::learn::{LearnArgs, learn};
use crate::output::say;
use crate::scan::{Program, ScanArgs, list_interfaces, list_targets, scan};
use crate::sweep::{NetworkKind, Resumed, resumed, settle_privilege};

/// Calls the roll of an organisation's endpoint protection
#[derive(Debug, Parser)]
#[command(name = "muster", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What each is for stands at its arguments.
#[derive(Debug, Subcommand)]
enum Command {
    Scan(Box<ScanArgs>),
    Audit(Box<AuditArgs>),
    Why(WhyArgs),
    History(HistoryArgs),
    Report(ReportArgs),
    Diff(DiffArgs),
    Import(ImportArgs),
    Learn(Box<LearnArgs>),
    Explain(ExplainArgs),
    Catalog(CatalogCommandArgs),
    Demo(DemoArgs),
    Doctor(DoctorArgs),
    Completions(CompletionsArgs),
    Manual(ManualArgs),
}

/// Parses `arguments`, program name first, and runs the command.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let called = Called::of(arguments.into_iter().collect());
    let read = dialect::canonical(&called.arguments, &parser())?;
    let (called, read, journal) = match resumed(&read.words)? {
        Some(Resumed { words, journal }) => {
            let called = called.with(words);
            let read = dialect::canonical(&called.arguments, &parser())?;
            (called, read, Some(journal))
        }
        None => (called, read, None),
    };
    let parsed = parser().try_get_matches_from_mut(read.words);
    let matches = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return show(&error, &called),
    };
    if !matches!(matches.command, Command::Audit(_) | Command::Doctor(_) | Command::Scan(_)) {
        settle_privilege(NetworkKind::Connect)?;
    }
    match matches.command {
        Command::Scan(args) => scanned(args.going_on(journal), &called, &read.notes),
        Command::Audit(args) => {
            args.timing.check()?;
            check_comparable(&args)?;
            audit(&args, &options::quoted(&called.typed))
        }
        Command::Why(args) => commands::why(&args),
        Command::History(args) => commands::history(&args),
        Command::Report(args) => commands::report(&args),
        Command::Diff(args) => commands::diff(&args),
        Command::Import(args) => commands::import(&args),
        Command::Learn(args) => {
            args.timing.check()?;
            learn(&args)
        }
        Command::Explain(args) => commands::explain(&args),
        Command::Catalog(args) => commands::catalog(&args),
        Command::Doctor(args) => commands::doctor(&args),
        Command::Demo(args) => commands::demo(&args, &options::quoted(&called.typed)),
        Command::Completions(args) => help::completions(&args, &parser()),
        Command::Manual(args) => help::manual(&args, &parser()),
    }
}

/// What can be typed.
pub(crate) fn parser() -> clap::Command {
    in_nmaps_words(Cli::command())
}

/// Nmap's one-dash words become long options.
#[cfg(test)]
pub(crate) fn rewritten(arguments: &[OsString]) -> Result<Vec<OsString>, Failure> {
    dialect::canonical(arguments, &parser()).map(|read| read.words)
}

/// Scans, or lists what there is without scanning.
fn scanned(args: ScanArgs, called: &Called, notes: &[Note]) -> Result<ExitCode, Failure> {
    let args = args.called(called.program);
    args.timing.check()?;
    if args.output.verbose > 0 {
        notes.iter().for_each(|note| say(&format!("note: {note}\n")));
    }
    if args.iflist || args.only_list {
        settle_privilege(NetworkKind::Connect)?;
    }
    match args {
        args if args.iflist => list_interfaces(),
        args if args.only_list => list_targets(&args, &called.typed),
        args => scan(&args, &called.typed),
    }
}

/// What is new cannot be told where no run is kept.
fn check_comparable(args: &AuditArgs) -> Result<(), Failure> {
    if !(args.store.no_store && args.fail_on.needs_previous()) {
        return Ok(());
    }
    Err(Failure::usage("--fail-on new: compares with the run before, and with --no-store none is kept")
        .hint("leave out --no-store, or new:".to_owned()))
}

/// Help and version go to stdout and are no error; anything else is a usage error that names the argument.
fn show(error: &clap::Error, called: &Called) -> Result<ExitCode, Failure> {
    let is_missing = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let text = match (error.kind(), called.program) {
        _ if is_missing => help::asked(&parser(), &[]),
        (ErrorKind::DisplayHelp, Program::Muster) => help::asked(&parser(), &called.arguments),
        (ErrorKind::DisplayHelp, Program::Nmap) => {
            help::asked(&parser(), &called.arguments).replace("muster scan", "nmap")
        }
        (ErrorKind::DisplayVersion, Program::Nmap) => dialect::version_of_nmap(),
        _ => typed_words(&error.render().to_string()),
    };
    let sent = match error.use_stderr() {
        false => anstream::stdout().write_all(text.as_bytes()),
        true if is_missing => anstream::stderr().write_all(text.as_bytes()),
        true => return Err(usage(&text, has_command(called))),
    };
    // A reader that closed the pipe has seen enough.
    drop(sent);
    Ok(ExitCode::from(if error.use_stderr() { 2 } else { 0 }))
}

/// The parser's error in the words of all others: its paragraphs are the message, tips, a line of usage that leaves most
/// of it out, and where help is: that of the command, if there is one.
fn usage(text: &str, has_command: bool) -> Failure {
    let mut paragraphs = text.trim_end().split("\n\n");
    let message = paragraphs.next().unwrap_or(text);
    let mut failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(message));
    let foreign = FOREIGN.iter().find(|(word, _)| message.contains(&format!("unexpected argument '{word}'")));
    if let Some((_, hint)) = foreign {
        return failure.hint((*hint).to_owned()).hint(HELP.to_owned());
    }
    for tip in paragraphs.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("tip: ")) {
        // An option that does not exist is seldom meant as a target.
        if !tip.contains("as a value") {
            failure = failure.hint(tip.to_owned());
        }
    }
    failure.hint(if has_command { HELP } else { COMMANDS }.to_owned())
}

/// Whether the first word is a command, and if that is `help` the second one.
fn has_command(called: &Called) -> bool {
    let mut words = called.arguments.iter().skip(1).filter_map(|word| word.to_str());
    words.find(|word| *word != "help").is_some_and(|word| parser().find_subcommand(word).is_some())
}

/// For whoever begins with a target, an option, or a command that there is not.
const COMMANDS: &str =
    "begin with a command: muster scan sweeps, muster audit judges; muster --help lists them all";

/// Words of `scan` that people try with `audit`, and what to do instead.
const FOREIGN: [(&str, &str); 7] = [
    ("-Pn", "leave it out: an audit always takes every address for living"),
    ("-v", "leave it out: muster why HOST tells all that was seen of a host"),
    ("-oG", DOCUMENTS),
    ("-oN", DOCUMENTS),
    ("-oX", "an audit is written in Nmap's XML with --xml"),
    ("-oA", DOCUMENTS),
    ("-oJ", DOCUMENTS),
];
const DOCUMENTS: &str = "an audit is written with --html, --csv, --jsonl or --xml; muster scan knows -oG";

#[cfg(test)]
mod tests {
    use super::*;

    fn error(words: &[&str]) -> String {
        let words = words.iter().map(OsString::from);
        format!("{:?}", run(words).unwrap_err())
    }

    #[test]
    fn the_parser_is_in_order() {
        parser().debug_assert();
    }

    #[test]
    fn who_has_no_command_is_told_to_begin_with_one() {
        for words in [&["127.0.0.1"][..], &["-p", "80", "127.0.0.1"], &["help", "scna"], &["sweep"]] {
            let error = error(&[&["muster"], words].concat());
            assert!(error.contains("begin with a command") && !error.contains(HELP), "{error}");
        }
        for words in [&["why"][..], &["scan", "--nonsense"], &["help", "why", "--nonsense"]] {
            let error = error(&[&["muster"], words].concat());
            assert!(error.contains(HELP) && !error.contains("begin with a command"), "{error}");
        }
    }

    #[test]
    fn errors_name_options_as_they_were_typed() {
        assert!(error(&["muster", "scan", "-oG"]).contains("'-oG <FILE>'"));
        assert!(error(&["muster", "scan", "-sn", "-p", "80"]).contains("'-sn'"));
        assert!(error(&["muster", "demo", "-oG", "-"]).contains("'-o'"), "the dialect is that of scan alone");
    }
}
