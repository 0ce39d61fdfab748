//! The command line: what was typed, and which command it is for.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use muster_nmap::options::{self, WORDS};

use crate::audit::{AuditArgs, audit};
use crate::commands::{self, DemoArgs, DoctorArgs, ExplainArgs, HistoryArgs, ReportArgs, WhyArgs};
use crate::failure::Failure;
use crate::scan::{ScanArgs, scan};
use crate::sweep::{NetworkKind, resumed_words, settle_privilege};

/// Calls the roll of an organisation's endpoint protection
#[derive(Debug, Parser)]
#[command(name = "muster", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sweep addresses for open ports, in Nmap's words: -p 2967 -Pn -oG - 192.168.0.0/24
    Scan(Box<ScanArgs>),
    /// Sweep networks, find out who answers, and say which hosts are protected and which are not
    Audit(Box<AuditArgs>),
    /// Tell why a host has its verdict
    Why(WhyArgs),
    /// List the runs that are kept, newest first, or the verdicts on one host through them
    History(HistoryArgs),
    /// Show a run that is kept, on the terminal or in files
    Report(ReportArgs),
    /// Explain a port, a product, a program or an incident
    Explain(ExplainArgs),
    /// Show muster at work on a simulated office on this machine's loopback addresses
    Demo(DemoArgs),
    /// Show what this machine lets muster do, and what is missing
    Doctor(DoctorArgs),
}

/// Parses `arguments`, program name first, and runs the command.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let arguments = resumed_words(&arguments)?.unwrap_or(arguments);
    let mut parser = in_nmaps_words(Cli::command());
    let parsed = parser.try_get_matches_from_mut(rewritten(&arguments)?);
    let matches = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return show(&error),
    };
    if !matches!(matches.command, Command::Audit(_) | Command::Doctor(_) | Command::Scan(_)) {
        settle_privilege(NetworkKind::Connect)?;
    }
    match matches.command {
        Command::Scan(args) => {
            args.timing.check()?;
            scan(&args, &arguments)
        }
        Command::Audit(args) => {
            args.timing.check()?;
            check_comparable(&args)?;
            audit(&args, &options::quoted(&arguments))
        }
        Command::Why(args) => commands::why(&args),
        Command::History(args) => commands::history(&args),
        Command::Report(args) => commands::report(&args),
        Command::Explain(args) => commands::explain(&args),
        Command::Doctor(args) => commands::doctor(&args),
        Command::Demo(args) => commands::demo(&args, &options::quoted(&arguments)),
    }
}

/// Nmap's one-dash words become long options; only the commands that sweep speak the dialect.
fn rewritten(arguments: &[OsString]) -> Result<Vec<OsString>, Failure> {
    let sweeps = arguments.get(1).is_some_and(|word| SWEEPING.iter().any(|command| word == command));
    if !sweeps {
        return Ok(arguments.to_vec());
    }
    let words = options::canonical(arguments[2..].iter().cloned())
        .map_err(|error| Failure::usage(&error).hint(error.hint()).hint(HELP.to_owned()))?;
    Ok(arguments[..2].iter().cloned().chain(words).collect())
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
fn show(error: &clap::Error) -> Result<ExitCode, Failure> {
    let text = typed_words(&error.render().to_string());
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let sent = match error.use_stderr() {
        false => anstream::stdout().write_all(text.as_bytes()),
        true if is_help => anstream::stderr().write_all(text.as_bytes()),
        true => return Err(usage(&text)),
    };
    // A reader that closed the pipe has seen enough.
    drop(sent);
    Ok(ExitCode::from(if error.use_stderr() { 2 } else { 0 }))
}

/// The parser's error in the words of all others: its paragraphs are the message, tips, a line of usage that leaves most
/// of it out, and where help is.
fn usage(text: &str) -> Failure {
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
    failure.hint(HELP.to_owned())
}

/// Words of `scan` that people try with `audit`, and what to do instead.
const FOREIGN: [(&str, &str); 7] = [
    ("-Pn", "leave it out: an audit always takes every address for living"),
    ("-v", "leave it out: muster why HOST tells all that was seen of a host"),
    ("-oG", DOCUMENTS),
    ("-oN", DOCUMENTS),
    ("-oX", DOCUMENTS),
    ("-oA", DOCUMENTS),
    ("-oJ", DOCUMENTS),
];
const DOCUMENTS: &str = "an audit is written with --html, --csv or --jsonl; muster scan knows -oG";

const HELP: &str = "add --help to see the options";

/// `--oG` is how the parser reads `-oG`; people are shown what they type. In the list of options a blank makes up for
/// the lost dash.
fn typed_words(text: &str) -> String {
    let text = text.replace("[=<PORTS>]", "[<PORTS>] ");
    WORDS.iter().fold(text, |text, word| {
        let in_list = text.replace(&format!("      {}", word.long), &format!("       {}", word.typed));
        [" ", "\n", "'", ","].iter().fold(in_list, |text, after| {
            text.replace(&format!("{}{after}", word.long), &format!("{}{after}", word.typed))
        })
    })
}

/// Commands that take targets and share their options.
const SWEEPING: [&str; 2] = ["scan", "audit"];

/// Every option of a command that sweeps may have a value that begins with a dash, as in Nmap.
fn in_nmaps_words(command: clap::Command) -> clap::Command {
    SWEEPING.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| {
            command.mut_args(|arg| {
                let takes_value = arg.get_action().takes_values() && !arg.is_positional();
                if takes_value { arg.allow_hyphen_values(true) } else { arg }
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(words: &[&str]) -> String {
        let words = words.iter().map(OsString::from);
        format!("{:?}", run(words).unwrap_err())
    }

    #[test]
    fn the_parser_is_in_order() {
        in_nmaps_words(Cli::command()).debug_assert();
    }

    #[test]
    fn errors_name_options_as_they_were_typed() {
        assert!(error(&["muster", "scan", "-oG"]).contains("'-oG <FILE>'"));
        assert!(error(&["muster", "scan", "-sn", "-p", "80"]).contains("'-sn'"));
        assert!(error(&["muster", "demo", "-oG", "-"]).contains("'-o'"), "the dialect is that of scan alone");
    }

    #[test]
    fn words_are_shown_as_they_are_typed() {
        assert_eq!(
            typed_words("use '--oG', --Pn or\n      --sn  Only\n"),
            "use '-oG', -Pn or\n       -sn  Only\n"
        );
        assert_eq!(typed_words("--open and --only-x stay"), "--open and --only-x stay");
        assert_eq!(typed_words("\n      --PS[=<PORTS>]  By\n"), "\n       -PS[<PORTS>]   By\n");
    }
}
