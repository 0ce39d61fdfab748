//! Nmap's dialect on the command line: under which name muster was called, and what of the words the parser reads.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::{Arg, ArgAction, Command};
use muster_nmap::options::{self, Canonical, OwnOption};

use crate::failure::Failure;
use crate::scan::Program;

/// The command line: as it was typed, and as muster under its own name would be told the same.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    /// By which name.
    pub(crate) program: Program,
    /// Program name first.
    pub(crate) typed: Vec<OsString>,
    /// Program name and verb first.
    pub(crate) arguments: Vec<OsString>,
}

impl Called {
    /// Under the name `nmap` there is no verb: all words are those of `scan`.
    pub(crate) fn of(typed: Vec<OsString>) -> Self {
        let program = typed.first().map_or(Program::Muster, |name| program_called(name));
        let arguments = match program {
            Program::Muster => typed.clone(),
            Program::Nmap => as_scan(&typed),
        };
        Self { program, typed, arguments }
    }

    /// The same with the words of a journal in place of those that were typed.
    pub(crate) fn with(self, arguments: Vec<OsString>) -> Self {
        let typed = match self.program {
            Program::Muster => arguments.clone(),
            Program::Nmap => {
                self.typed.into_iter().take(1).chain(arguments.iter().skip(2).cloned()).collect()
            }
        };
        Self { program: self.program, typed, arguments }
    }
}

/// The words of `muster scan` that say what `nmap` is told by `typed`.
pub(crate) fn as_scan(typed: &[OsString]) -> Vec<OsString> {
    let verb = ["muster", "scan"].map(OsString::from);
    verb.into_iter().chain(typed.iter().skip(1).cloned()).collect()
}

fn program_called(name: &OsStr) -> Program {
    let file = Path::new(name).file_name().and_then(OsStr::to_str).unwrap_or_default();
    let is_nmap = ["nmap", "nmap.exe"].iter().any(|nmap| file.eq_ignore_ascii_case(nmap));
    if is_nmap { Program::Nmap } else { Program::Muster }
}

/// What `nmap -V` prints: the version that clients look for, and the program that it is.
pub(crate) fn version_of_nmap() -> String {
    format!(
        "Nmap version {} ( https://nmap.org )\ncompatible: muster {}\n",
        Program::Nmap.version(),
        Program::Muster.version()
    )
}

/// Nmap's words as options of `parser`; only the commands that sweep speak the dialect.
///
/// # Errors
/// For the first word that cannot be taken, with the reason.
pub(crate) fn canonical(arguments: &[OsString], parser: &Command) -> Result<Canonical, Failure> {
    let verb = arguments.get(1).and_then(|verb| SWEEPING.into_iter().find(|sweeping| verb == sweeping));
    let Some(verb) = verb else { return Ok(Canonical { words: listed(arguments), notes: Vec::new() }) };
    let read = options::canonical(arguments[2..].iter().cloned(), &own_options(parser, verb))
        .map_err(|error| Failure::usage(&error).hint(error.hint()).hint(HELP.to_owned()))?;
    let words = arguments[..2].iter().cloned().chain(read.words).collect();
    Ok(Canonical { words, ..read })
}

/// `muster learn` has the targets of a sweep, and with them the one option that is a word of Nmap's.
fn listed(arguments: &[OsString]) -> Vec<OsString> {
    let is_learn = arguments.get(1).is_some_and(|verb| verb == "learn");
    let long = |word: &OsString| if is_learn && word == "-iL" { "--iL".into() } else { word.clone() };
    arguments.iter().map(long).collect()
}

/// Where help is.
pub(crate) const HELP: &str = "add --help to see the options";

/// The options of a verb, with all their names.
pub(crate) fn own_options(parser: &Command, verb: &str) -> Vec<OwnOption> {
    let mut parser = parser.clone();
    parser.build();
    let arguments = parser.find_subcommand(verb).into_iter().flat_map(Command::get_arguments);
    arguments.filter(|arg| !arg.is_positional()).flat_map(names).collect()
}

fn names(arg: &clap::Arg) -> Vec<OwnOption> {
    let needs_one = arg.get_num_args().is_none_or(|count| count.min_values() > 0);
    let takes_value = arg.get_action().takes_values() && needs_one;
    let aliases = arg.get_all_aliases().unwrap_or_default();
    let long = arg.get_long().into_iter().chain(aliases).map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    long.chain(short).map(|name| OwnOption { name, takes_value }).collect()
}

/// `--oG` is how the parser reads `-oG`; people are shown what they type.
pub(crate) fn typed_words(text: &str) -> String {
    options::words().fold(text.replace("[=<PORTS>]", "[<PORTS>]"), |text, (typed, read)| {
        [" ", "\n", "'", ",", "["]
            .iter()
            .fold(text, |text, after| text.replace(&format!("{read}{after}"), &format!("{typed}{after}")))
    })
}

/// Commands that take targets and share their options.
const SWEEPING: [&str; 2] = ["scan", "audit"];

/// Every option of a command that sweeps may have a value that begins with a dash, and it tells its version, as in Nmap.
pub(crate) fn in_nmaps_words(command: Command) -> Command {
    SWEEPING.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| {
            let command = command.version(env!("CARGO_PKG_VERSION")).display_name("muster");
            command.mut_args(|arg| {
                let takes_value = arg.get_action().takes_values() && !arg.is_positional();
                let arg = if takes_value { arg.allow_hyphen_values(true) } else { arg };
                if name == "scan" { repeatable(arg) } else { arg }
            })
        })
    })
}

/// Of an option that is given twice the last counts, as in Nmap: programs that drive it add words of their own to those of
/// their users. Not of what says who is asked, and for what, and as whom: what was typed first must not be lost without a
/// word, and there Nmap refuses it too. What is left out adds up.
fn repeatable(arg: Arg) -> Arg {
    let is_single = matches!(arg.get_action(), ArgAction::Set | ArgAction::SetTrue) && !arg.is_positional();
    let id = arg.get_id().clone();
    if is_single && !SINGLE.iter().any(|single| id == *single) { arg.overrides_with(id) } else { arg }
}

/// What can be said once.
const SINGLE: [&str; 5] = ["ports", "exclude_ports", "fast", "list", "source"];

#[cfg(test)]
mod tests {
    use muster_nmap::options::{OPTIONS, Standing, Value};

    use super::*;
    use crate::cli::parser;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_name_decides_whether_there_is_a_verb() {
        for (line, program, arguments) in [
            ("muster scan -sn 127.0.0.1", Program::Muster, "muster scan -sn 127.0.0.1"),
            ("/usr/bin/nmap -sn 127.0.0.1", Program::Nmap, "muster scan -sn 127.0.0.1"),
            ("nmap.exe scan", Program::Nmap, "muster scan scan"),
            ("./NMAP", Program::Nmap, "muster scan"),
            ("/opt/nmap/muster scan", Program::Muster, "/opt/nmap/muster scan"),
            ("nmap-old scan", Program::Muster, "nmap-old scan"),
        ] {
            let called = Called::of(words(line));
            assert_eq!((called.program, called.arguments), (program, words(arguments)), "{line}");
            assert_eq!(called.typed, words(line));
        }
    }

    #[test]
    fn the_words_of_a_journal_take_the_place_of_those_that_were_typed() {
        let journal = || words("muster scan -p 1 127.0.0.1");
        let called = Called::of(words("nmap --resume kept")).with(journal());
        assert_eq!((called.typed, called.arguments), (words("nmap -p 1 127.0.0.1"), journal()));
        let called = Called::of(words("muster scan --resume kept")).with(journal());
        assert_eq!((called.typed, called.arguments), (journal(), journal()));
    }

    #[test]
    fn clients_find_the_version_they_look_for() {
        let text = version_of_nmap();
        let (first, rest) = text.split_once('\n').unwrap();
        assert_eq!(first, "Nmap version 7.93 ( https://nmap.org )");
        assert_eq!(rest, format!("compatible: muster {}\n", env!("CARGO_PKG_VERSION")));
    }

    /// Values that the parser takes.
    const VALUES: [(&str, &str); 32] = [
        ("-iL", "list"),
        ("--exclude", "127.0.0.2"),
        ("--excludefile", "list"),
        ("--exclude-file", "list"),
        ("--dns-servers", "127.0.0.1,127.0.0.2"),
        ("-p", "T:1-3,80"),
        ("--exclude-ports", "80"),
        ("--top-ports", "10"),
        ("-T", "4"),
        ("--timing", "aggressive"),
        ("--min-rtt-timeout", "100ms"),
        ("--max-rtt-timeout", "1s"),
        ("--initial-rtt-timeout", "0.5"),
        ("--max-retries", "3"),
        ("--host-timeout", "120s"),
        ("--scan-delay", "10ms"),
        ("--min-rate", "5"),
        ("--max-rate", "5.5"),
        ("-S", "127.0.0.1"),
        ("-e", "lo"),
        ("-g", "53"),
        ("--source-port", "53"),
        ("--ttl", "64"),
        ("-oN", "-"),
        ("-oX", "-"),
        ("-oG", "-"),
        ("-oM", "-"),
        ("-m", "-"),
        ("-oA", "base"),
        ("--resume", "journal"),
        ("--stylesheet", "muster.xsl"),
        ("--stats-every", "1s"),
    ];

    #[test]
    fn every_option_that_is_supported_is_one_of_the_parsers() {
        for option in OPTIONS.iter().filter(|option| matches!(option.standing, Standing::Supported(_))) {
            let value = VALUES.iter().find(|(name, _)| *name == option.typed).map(|(_, value)| *value);
            assert_eq!(value.is_some(), option.value == Value::Needed, "{}", option.typed);
            let line = format!("muster scan 127.0.0.1 {} {}", option.typed, value.unwrap_or_default());
            let read = canonical(&words(line.trim_end()), &parser()).unwrap();
            let told = parser().try_get_matches_from(read.words).map(|_| ());
            let is_asked_for = |error: &clap::Error| !error.use_stderr();
            assert!(told.as_ref().map_or_else(is_asked_for, |()| true), "{line}: {told:?}");
        }
    }

    #[test]
    fn what_changes_nothing_never_reaches_the_parser() {
        let line = "muster scan -vvv --max-parallelism 100 --nogcc -PR -p 1 --min_hostg=5 127.0.0.1";
        let read = canonical(&words(line), &parser()).unwrap();
        assert_eq!(read.words, words("muster scan -v -v -v -p 1 127.0.0.1"));
        let notes: Vec<&str> = read.notes.iter().map(|note| note.option).collect();
        assert_eq!(notes, ["--max-parallelism", "--nogcc", "-PR", "--min-hostgroup"]);
    }

    #[test]
    fn the_words_of_an_audit_stay_its_own() {
        for line in [
            "muster audit --no-store --no-devices --policy p --zone z --fail-on never --html - 127.0.0.1",
            "muster audit --product -sS --decoy 0 -p 2967 -n --csv -oG 127.0.0.1",
        ] {
            assert_eq!(canonical(&words(line), &parser()).unwrap().words, words(line));
        }
    }

    #[test]
    fn lines_that_wrappers_of_nmap_use_are_read() {
        for line in [
            "nmap -oX - -sV 127.0.0.1",
            "nmap -oX - -p 22-443 127.0.0.1",
            "nmap -oX - -p 22-443 -sV 127.0.0.1",
            "nmap -oX - -n -sP -PE -PA21,23,80,3389 127.0.0.0/30",
            "nmap -oX - -sL 127.0.0.0/30",
            "nmap -oX - -vvv --stats-every 1s -sT -p 1-10 127.0.0.1",
            "nmap -oX - --privileged -vvv --stats-every 2s 127.0.0.1",
            "nmap -oX - -T4 --host-timeout=120s --max-retries=1 -n --disable-arp-ping 127.0.0.1",
            "nmap -oX - -sU -sS -F -r --open --reason --noninteractive 127.0.0.1",
            "nmap -T5 --min-parallelism=100 --max-parallelism=100 --host-timeout=10s -oX - 127.0.0.1",
        ] {
            let called = Called::of(words(line));
            let read = canonical(&called.arguments, &parser()).unwrap();
            let told = parser().try_get_matches_from(read.words);
            assert!(told.is_ok(), "{line}: {}", told.unwrap_err());
        }
    }

    #[test]
    fn words_are_shown_as_they_are_typed() {
        assert_eq!(typed_words("use '--oG', --Pn or --sn\n"), "use '-oG', -Pn or -sn\n");
        assert_eq!(typed_words("--open and --only-x stay"), "--open and --only-x stay");
        assert_eq!(typed_words("'--PS[=<PORTS>]'"), "'-PS[<PORTS>]'");
    }
}
