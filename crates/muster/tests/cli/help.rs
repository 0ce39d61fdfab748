//! What a newcomer sees: help and the manual.

use std::process::Command;

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
            // Examples, too: a broken one could not be copied.
            let wide = |line: &&str| line.chars().count() > 80;
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
        assert!(
            page.contains("\n.nh\n.ad l\n"),
            "{verb}: words to be typed are not to be broken or pushed apart"
        );
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
