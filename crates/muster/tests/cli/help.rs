//! What a newcomer sees: help, the manual, and words that a shell completes.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::common::{Ran, finish, finish_with, has};
use crate::support::muster;

fn said(line: &str) -> Ran {
    let mut command = muster();
    command.args(line.split_whitespace());
    finish(command)
}

/// The verbs, as help lists them.
fn verbs() -> Vec<String> {
    let help = said("--help").ok().stdout;
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names =
        listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

#[test]
fn muster_alone_says_where_to_start() {
    let ran = said("");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let start = ran.stderr.split("\n\n").find(|part| part.starts_with("Start here:\n")).unwrap();
    for verb in ["demo", "scan", "audit", "doctor"] {
        assert!(start.contains(&format!("\n  muster {verb}")), "{start}");
    }
    assert!(verbs().len() >= 8, "{:?}", verbs());
}

#[test]
fn help_has_three_examples_before_the_options() {
    for verb in verbs() {
        let help = said(&format!("{verb} --help")).ok().stdout;
        let parts: Vec<&str> = help.split("\n\n").collect();
        let place = |heading: &str| parts.iter().position(|part| part.starts_with(heading)).unwrap();
        let examples = parts[place("Examples:\n")];
        let lines = examples.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        assert!(lines.count() >= 3, "{verb}: {examples}");
        assert!(place("Usage: ") < place("Examples:\n") && place("Examples:\n") < place("Help:\n"), "{verb}");
        assert!(parts.iter().any(|part| part.starts_with("Exit codes:\n  0")), "{verb}");
        assert_eq!(said(&format!("help {verb}")).ok().stdout, help);
    }
}

#[test]
fn help_in_a_pipe_is_plain_and_fits_eighty_columns() {
    for verb in verbs() {
        for flag in ["-h", "--help"] {
            let help = said(&format!("{verb} {flag}")).ok().stdout;
            assert!(!help.contains('\x1b'), "{verb} {flag}");
            // An example is not broken: it could not be copied then.
            let wide = |line: &&str| line.chars().count() > 80 && !line.starts_with("  muster ");
            assert_eq!(help.lines().find(wide), None, "{verb} {flag}");
        }
    }
    assert!(said("scan --help").stdout.contains("\n  -oG <FILE>  "));
    assert!(!said("scan --help").stdout.contains("--oG"));
}

#[test]
fn a_short_page_is_for_every_day() {
    let (short, long) = (said("scan -h").ok().stdout, said("scan --help").ok().stdout);
    assert!(short.lines().count() * 3 < long.lines().count() * 2);
    assert!(short.contains("-oG") && !short.contains("--packet-trace") && long.contains("--packet-trace"));
    assert!(short.contains("muster scan --help shows"), "{short}");
}

#[test]
fn options_of_a_scan_stand_under_headings() {
    let help = said("scan --help").ok().stdout;
    let headings: Vec<&str> =
        help.lines().filter(|line| !line.starts_with(' ') && line.ends_with(':')).collect();
    let ours = ["Targets:", "Discovery:", "Ports and probes:", "Timing:", "Names:"];
    let places: Vec<Option<usize>> =
        ours.iter().map(|ours| headings.iter().position(|heading| heading == ours)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{headings:?}");
    assert!(!headings.contains(&"Options:"), "{headings:?}");
}

#[test]
fn pages_of_the_manual_are_well_formed() {
    let judges: [(&str, &[&str]); 2] =
        [("groff", &["-man", "-Tutf8", "-ww", "-z"]), ("mandoc", &["-Tlint", "-Wwarning"])];
    let judges: Vec<_> = judges.into_iter().filter(|(tool, _)| has(tool)).collect();
    for verb in std::iter::once(String::new()).chain(verbs()) {
        let page = said(&format!("manual {verb}")).ok().stdout;
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        for section in ["NAME", "SYNOPSIS", "EXAMPLES", "OPTIONS", "EXIT STATUS", "\"SEE ALSO\""] {
            assert!(sections.contains(&section), "{verb}: {sections:?}");
        }
        assert!(!page.contains(r"\-\-oG") && (verb != "scan" || page.contains(r"\fB\-oG\fR \fIFILE\fR")));
        judges.iter().for_each(|(tool, words)| clean(tool, words, &page));
    }
    let ran = said("manual nonsense");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

/// Holds a page against a tool that reads such pages.
#[track_caller]
fn clean(tool: &str, words: &[&str], page: &str) {
    let mut command = Command::new(tool);
    command.args(words);
    let ran = finish_with(command, page);
    assert_eq!((ran.code, ran.stdout + &ran.stderr), (0, String::new()), "{tool}");
}

#[test]
fn completions_are_scripts_that_their_shells_read() {
    let folder = TempDir::new().unwrap();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = said(&format!("completions {shell}")).ok().stdout;
        assert!(script.contains("max-rate"), "{shell}");
        let path = folder.path().join(shell);
        fs::write(&path, script).unwrap();
        if has(shell) {
            let mut command = Command::new(shell);
            command.arg(check).arg(&path);
            assert_eq!(finish(command).ok().stderr, "", "{shell}");
        }
    }
    assert!(said("completions powershell").ok().stdout.contains("'-oG'"));
    assert_eq!(said("completions csh").code, 2);
}

#[test]
fn bash_completes_nmaps_words() {
    if !has("bash") {
        return;
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("script"), said("completions bash").ok().stdout).unwrap();
    fs::write(folder.path().join("targets.txt"), "").unwrap();
    let completed = |words: &str| {
        let lines = format!(
            "source ./script; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _muster muster \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let mut command = Command::new("bash");
        command.args(["--norc", "-c", &lines]).current_dir(folder.path());
        finish(command).ok().stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(completed("muster sc").contains(&"scan".to_owned()));
    let words = completed("muster scan -o");
    assert!(["-oG", "-oN", "-oX"].iter().all(|word| words.contains(&(*word).to_owned())), "{words:?}");
    assert!(completed("muster scan --max").contains(&"--max-rate".to_owned()));
    assert_eq!(completed("muster scan -iL tar"), ["targets.txt"]);
    assert!(!completed("muster scan --").iter().any(|word| word == "--oG"));
}
