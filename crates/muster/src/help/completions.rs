//! `muster completions`: what a shell needs to complete muster's words.
//!
//! The scripts are those of `clap_complete`, which knows only `-x` and `--long`; Nmap's words are then spelt as people
//! type them, and fish is told what the library does not tell it.

use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Args, Command, ValueEnum};
use clap_complete::Shell;
use muster_nmap::options::{self, OPTIONS, Value};

use super::texts;
use crate::failure::Failure;
use crate::output;

/// Print what a shell needs to complete muster's words
///
/// The script goes to stdout. It knows every command and option, Nmap's words as they are typed (-oG, -Pn), and where a file
/// is wanted. Packages install these scripts.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell: bash, fish, powershell or zsh
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Known,
}

/// A shell that muster has a script for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Known {
    Bash,
    Fish,
    Powershell,
    Zsh,
}

/// Prints the script.
///
/// # Errors
/// Stdout cannot be written.
pub(crate) fn completions(args: &CompletionsArgs, root: &Command) -> Result<ExitCode, Failure> {
    let script = script(args.shell, root.clone());
    output::print(|out| out.write_all(script.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn script(shell: Known, root: Command) -> String {
    let mut root = with_verbs(root);
    let generator = match shell {
        Known::Bash => Shell::Bash,
        Known::Fish => Shell::Fish,
        Known::Powershell => Shell::PowerShell,
        Known::Zsh => Shell::Zsh,
    };
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut root, "muster", &mut script);
    let script = as_typed(shell, &String::from_utf8_lossy(&script));
    if shell == Known::Fish { in_full(&script, &root) } else { script }
}

/// Verbs as the words that `muster manual` takes. Only here: elsewhere a wrong one has an error of its own.
fn with_verbs(root: Command) -> Command {
    root.mut_subcommand("manual", |manual| {
        manual.mut_arg("verb", |verb| verb.value_parser(PossibleValuesParser::new(texts::verbs())))
    })
}

/// fish's script with the values of arguments, which the library leaves out, and with verbs behind `muster help`: there
/// it offers them only as long as `help` itself has not been typed.
fn in_full(script: &str, root: &Command) -> String {
    let values = root.get_subcommands().flat_map(|verb| {
        let values = verb.get_positionals().map(words).filter(|words| !words.is_empty());
        values.map(|words| {
            let condition = format!("__fish_muster_using_subcommand {}", verb.get_name());
            format!("complete -c muster -n \"{condition}\" -f -a \"{words}\"\n")
        })
    });
    script.replace(" help\" -f -a \"", "\" -f -a \"") + &values.collect::<String>()
}

/// What an argument can be, if that is known.
fn words(argument: &Arg) -> String {
    let values = argument.get_possible_values();
    values.iter().map(PossibleValue::get_name).collect::<Vec<_>>().join(" ")
}

/// Nmap's words with the one dash that they have.
fn as_typed(shell: Known, script: &str) -> String {
    let mut script = match shell {
        // Words of several letters and stacked letters exclude each other.
        Known::Zsh => script.replace("(-s -S -C)", "(-S -C)").replace("(-s -C)", "(-C)"),
        _ => script.to_owned(),
    };
    for (typed, read) in options::words() {
        if shell == Known::Fish {
            script = replaced(&script, &format!("-l {}", &read[2..]), &format!("-o {}", &typed[1..]));
            script = if is_glued(typed) {
                without_value(&script, &format!(" -o {} ", &typed[1..]))
            } else {
                script
            };
        }
        if shell == Known::Zsh && is_glued(typed) {
            script = script.replace(&format!("'{read}="), &format!("'{typed}-"));
        }
        script = replaced(&script, read, typed);
    }
    script
}

/// Whether the value stands right behind the word.
fn is_glued(typed: &str) -> bool {
    OPTIONS.iter().any(|option| option.typed == typed && option.value == Value::Glued)
}

/// What fish is told of `word` without `-r`: the next word is not its value.
fn without_value(script: &str, word: &str) -> String {
    let line = |line: &str| match line.strip_suffix(" -r") {
        Some(start) if line.contains(word) => format!("{start}\n"),
        _ => format!("{line}\n"),
    };
    script.lines().map(line).collect()
}

/// `text` with `old` as a whole word replaced by `new`.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(old) {
        let (before, after) = (&rest[..start], &rest[start + old.len()..]);
        let is_whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        result.push_str(before);
        result.push_str(if is_whole { new } else { old });
        rest = after;
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    const ALL: [Known; 4] = [Known::Bash, Known::Fish, Known::Powershell, Known::Zsh];

    #[test]
    fn whole_words_are_replaced() {
        assert_eq!(replaced("--oG --oGx x--oG '--oG='", "--oG", "-oG"), "-oG --oGx x--oG '-oG='");
    }

    #[test]
    fn every_script_has_nmaps_words_as_they_are_typed() {
        for shell in ALL {
            let script = script(shell, cli::parser());
            for (_, read) in options::words() {
                assert_eq!(replaced(&script, read, ""), script, "{shell:?}: {read}");
            }
            let grepable = if shell == Known::Fish { "-o oG" } else { "-oG" };
            assert_ne!(replaced(&script, grepable, ""), script, "{shell:?}: {grepable}");
            assert!(script.contains("max-rate"), "{shell:?}");
        }
    }
}
