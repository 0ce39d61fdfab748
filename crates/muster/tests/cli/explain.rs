//! `muster explain`: what is known about a word, and what is said where nothing is.

use crate::common::{Ran, finish};
use crate::support::{Workplace, muster, shell};

#[track_caller]
fn explained(words: &[&str]) -> Ran {
    let mut command = muster();
    command.arg("explain").args(words);
    finish(command)
}

#[test]
fn a_port_a_program_a_vendor_and_an_incident() {
    for (word, expected) in [
        (
            "2967",
            &[
                "ssc-agent",
                "Symantec",
                "CVE-2006-2630",
                "Spybot",
                "Sagevo",
                "ss -tlnp",
                "lsof -nP -iTCP:2967",
                "netstat -anob",
            ][..],
        ),
        ("tcp/2967", &["ssc-agent", "Group Update Provider"]),
        ("udp/2967", &["ssc-agent"]),
        ("rtvscan.exe", &["Symantec AntiVirus 10", "2967"]),
        ("RTVSCAN", &["Symantec AntiVirus 10", "2967"]),
        ("sophos", &["8192", "8194"]),
        ("CVE-2006-2630", &["2006-05-25", "2967"]),
        ("crowdstrike", &["CrowdStrike"]),
        ("49151", &["49151"]),
    ] {
        let ran = explained(&[word]).ok();
        assert_eq!(ran.stderr, "", "{word}");
        for part in expected {
            assert!(ran.stdout.contains(part), "{word}: no {part} in {}", ran.stdout);
        }
    }
}

/// A line may be longer only if it cannot be broken: an address of the web or a command.
#[test]
fn a_page_fits_a_terminal() {
    for word in
        ["2967", "8081", "tcp/2967", "rtvscan.exe", "sophos", "symantec", "trellix", "CVE-2006-2630", "clamd"]
    {
        let ran = explained(&[word]).ok();
        for line in ran.stdout.lines() {
            let is_whole = line.contains("://") || line.trim().split(' ').count() == 1;
            assert!(line.chars().count() <= 80 || is_whole, "{word}: {line}");
            assert!(!line.contains(char::is_control), "{word}: {line:?}");
        }
    }
}

#[test]
fn several_words_are_explained_in_their_order_or_none_is() {
    let both = explained(&["8081", "2967"]).ok().stdout;
    let (first, second) = (explained(&["8081"]).ok().stdout, explained(&["2967"]).ok().stdout);
    assert_eq!(both, format!("{first}\n\n{second}"));
    let ran = explained(&["2967", "zzzzzz"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
}

#[test]
fn an_unknown_word_has_a_neighbour_or_examples() {
    for (word, expected) in [
        ("rtvscan.ex", "error: nothing is known about `rtvscan.ex`\nhint: did you mean `rtvscan.exe`?\n"),
        ("sohpos", "error: nothing is known about `sohpos`\nhint: did you mean `Sophos`?\n"),
        (
            "zzzzzz",
            "error: nothing is known about `zzzzzz`\nhint: a port, program, product, vendor or incident, as in: \
             muster explain 2967 rtvscan.exe sophos CVE-2006-2630\n",
        ),
        ("", "error: nothing is known about ``\nhint: "),
        ("65536", "error: nothing is known about `65536`\nhint: "),
        ("tcp/0", "error: nothing is known about `tcp/0`\nhint: "),
        ("sctp/2967", "error: nothing is known about `sctp/2967`\nhint: "),
    ] {
        let ran = explained(&[word]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{word}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(expected), "{word}: {}", ran.stderr);
    }
}

#[test]
fn nothing_typed_is_an_error_that_says_what_can_be() {
    let ran = explained(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("WORD"), "{}", ran.stderr);
    assert!(ran.stderr.contains("\nhint: "), "{}", ran.stderr);
}

#[test]
fn what_is_typed_does_not_reach_the_terminal_raw() {
    // Without a home of its own it would open the store of whoever runs the tests.
    let place = Workplace::new();
    let long = "z".repeat(100_000);
    for word in ["\x1b[31mred", "\x1b]0;title\x07", "a\u{202e}b", "a\nb", "\u{9b}31m", &long] {
        let mut command = place.at_home(muster());
        // As for a terminal: elsewhere escape sequences are taken out on the way.
        command.args(["explain", word]).env("CLICOLOR_FORCE", "1");
        let ran = finish(command);
        assert_eq!(ran.code, 2);
        let is_raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!ran.stderr.contains(is_raw), "{:?}", ran.stderr);
        assert!(ran.stderr.len() < 1_000 && ran.stderr.lines().count() == 2, "{}", ran.stderr);
    }
    for line in [
        &["explain", "--\x1b[31mred"][..],
        &["why", "\x1b[31mred", "--store", "\x1b]0;a\x07"],
        &["audit", "--zone", "\x1b[31mred"],
        &["audit", "--policy", "a\u{202e}b\x1b[0m", "127.0.0.1"],
        &["audit", "--html", "no\x1b[31m/where", "127.0.0.1"],
        &["audit", "-p", "\x1b[31m", "127.0.0.1"],
    ] {
        let mut command = place.at_home(muster());
        command.args(line).env("CLICOLOR_FORCE", "1");
        let ran = finish(command);
        assert!(
            ran.code == 2 && !ran.stderr.contains(['\x1b', '\u{202e}', '\x07']),
            "{line:?}: {:?}",
            ran.stderr
        );
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let ran = finish(shell("($MUSTER explain 2967; echo $? >&2) | true"));
    assert_eq!(ran.stderr, "0\n");
    let ran = finish(shell("($MUSTER explain 2967; echo $? >&2) | head -1"));
    assert_eq!((ran.stderr.as_str(), ran.stdout.lines().count()), ("0\n", 1));
}

#[test]
fn a_full_disk_is_one() {
    if !std::path::Path::new("/dev/full").exists() {
        return crate::common::skip("there is no /dev/full");
    }
    let ran = finish(shell("$MUSTER explain 2967 >/dev/full"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: cannot write stdout: "), "{}", ran.stderr);
}
