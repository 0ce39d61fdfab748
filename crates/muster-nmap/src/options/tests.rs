//! The dialect as people type it: what every word becomes, and what is refused.

use std::ffi::OsString;

use proptest::prelude::*;

use super::*;

fn rewritten(line: &str) -> Result<String, OptionError> {
    let arguments = line.split(' ').map(OsString::from);
    Ok(canonical(arguments)?
        .into_iter()
        .map(|word| word.into_string().unwrap())
        .collect::<Vec<_>>()
        .join(" "))
}

#[test]
fn every_word_becomes_its_long_option() {
    for (line, expected) in [
        ("-oN out", "--oN out"),
        ("-oG -", "--oG -"),
        ("-oX out.xml", "--oX out.xml"),
        ("-oA base", "--oA base"),
        ("-oJ -", "--oJ -"),
        ("-oM out", "--oG out"),
        ("-iL list", "--iL list"),
        ("-Pn", "--Pn"),
        ("-P0", "--Pn"),
        ("-PN", "--Pn"),
        ("-PD", "--Pn"),
        ("-sn", "--sn"),
        ("-sP", "--sn"),
        ("-sT", "--sT"),
        ("-sS -sU", "--sS --sU"),
        ("-PS", "--PS"),
        ("-PS22,80", "--PS=22,80"),
        ("-PS=22,80", "--PS=22,80"),
        ("-PA443 -PU -PU53", "--PA=443 --PU --PU=53"),
        ("-PE -PI -PR", "--PE --PE --PR"),
        ("-packet-trace -ttl 64", "--packet-trace --ttl 64"),
        ("-oG=out", "--oG=out"),
        ("-open", "--open"),
        ("-exclude 10.0.0.1", "--exclude 10.0.0.1"),
        ("-exclude=10.0.0.1", "--exclude=10.0.0.1"),
        ("-p 2967 -P0 -oG - 192.168.0.0/24", "-p 2967 --Pn --oG - 192.168.0.0/24"),
    ] {
        assert_eq!(rewritten(line).as_deref(), Ok(expected), "{line}");
    }
    for word in WORDS {
        assert_eq!(rewritten(word.typed).as_deref(), Ok(word.long), "{}", word.typed);
    }
}

#[test]
fn what_any_parser_reads_passes_untouched() {
    for line in [
        "-p-",
        "-p2967",
        "-p 22,80",
        "-pT:80",
        "-T4",
        "-T 4",
        "-Taggressive",
        "-v",
        "-vv",
        "-n",
        "-R",
        "-6",
        "-nv6",
        "-h",
        "-V",
        "--open",
        "--reason",
        "--dry-run",
        "--max-rate=100",
        "--oG -",
        "-e eth0",
        "-eth0",
        "-S 10.0.0.1",
        "-g 53",
        "-g53",
        "10.0.0.0/8",
        "-",
        "",
    ] {
        assert_eq!(rewritten(line).as_deref(), Ok(line), "{line}");
    }
}

#[test]
fn values_and_what_follows_two_dashes_are_not_options() {
    for (line, expected) in [
        ("-oN -sS", "--oN -sS"),
        ("-e -sS -sS", "-e -sS --sS"),
        ("-S -sS -g -sn -sn", "-S -sS -g -sn --sn"),
        ("--source-port -sn -sn", "--source-port -sn --sn"),
        ("-oN -oX -oG -", "--oN -oX --oG -"),
        ("--exclude -sn -sn", "--exclude -sn --sn"),
        ("-exclude -sn -sn", "--exclude -sn --sn"),
        ("--exclude=a -sn", "--exclude=a --sn"),
        ("--oG -oX -sn", "--oG -oX --sn"),
        ("-p -oG -sn", "-p -oG --sn"),
        ("-oN -- -sn", "--oN -- --sn"),
        ("-sn -- -sn -oG -O", "--sn -- -sn -oG -O"),
    ] {
        assert_eq!(rewritten(line).as_deref(), Ok(expected), "{line}");
    }
}

#[test]
fn a_glued_file_name_is_refused_with_a_hint() {
    for (typed, hint) in [
        ("-oG-", "put a space before the value: -oG -"),
        ("-oGfile", "put a space before the value: -oG file"),
        ("-oX/dir/out.xml", "put a space before the value: -oX /dir/out.xml"),
        ("-oM=file", "put a space before the value: -oM file"),
        ("-iLlist", "put a space before the value: -iL list"),
    ] {
        let error = rewritten(typed).unwrap_err();
        assert_eq!(error.to_string(), format!("value glued to its option: {typed}"));
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
}

#[test]
fn other_words_of_nmap_are_named_with_the_reason() {
    for typed in ["-sSU", "-sV", "-sL", "-sTn", "-sq", "-PP", "-PO", "-PEx", "-PnX", "-F", "-d", "-dd", "-d3"]
    {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::NotYet { typed: named, .. } if named == typed), "{error}");
    }
    for typed in ["-iX", "-oS", "-oH", "-s", "-o", "-P", "-i"] {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::NotYet { typed: named, .. } if named == typed), "{error}");
    }
    for typed in ["-O", "-A", "-sC", "--script=x", "-sI", "-b", "-D", "-DRND:3", "-f", "-ff"] {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::Refused { typed: named, .. } if named == typed), "{error}");
    }
    for typed in ["-iR", "-sN", "-sX", "-sA", "--spoof-mac", "--mtu", "--data-length"] {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::Refused { typed: named, .. } if named == typed), "{error}");
    }
    assert_eq!(
        rewritten("10.0.0.1 -sI zombie").unwrap_err().to_string(),
        "option refused by design: -sI: an idle scan abuses a host that has no part in the sweep"
    );
}

#[test]
fn the_tables_hold_together() {
    for (word, _) in REFUSED {
        assert!(WORDS.iter().all(|taken| taken.typed != *word), "{word} is both taken and refused");
        assert!(LONG_OPTIONS.iter().all(|option| format!("--{}", option.name) != *word), "{word}");
    }
    for word in WORDS {
        assert!(refusal(word.typed).is_some(), "{} belongs to a family that is else refused", word.typed);
    }
    assert!(LONG_OPTIONS.is_sorted_by_key(|option| option.name));
    assert!(REFUSED.is_sorted_by_key(|(word, _)| *word));
    assert_eq!(typed("oG"), Some("-oG"));
    assert_eq!(typed("Pn"), Some("-Pn"));
    assert_eq!(typed("open"), None);
}

#[test]
fn arguments_are_joined_as_in_nmaps_headers() {
    for (arguments, expected) in [
        (&["nmap", "-p", "2967", "10.0.0.1"][..], "nmap -p 2967 10.0.0.1"),
        (&["a b", "t\tx"], "\"a b\" \"t\tx\""),
        (&["x\"y", "q'r", "a\\b"], "x\\\"y q'r a\\\\b"),
        (&["nmap", "", "x"], "nmap  x"),
    ] {
        assert_eq!(quoted(arguments), expected);
    }
}

#[cfg(test)]
proptest! {
    #[test]
    fn rewriting_never_loses_an_argument(line in "(-?-?[a-zA-Z0-9=.]{0,4} ){0,6}") {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        if let Ok(rewritten) = canonical(arguments.clone()) {
            prop_assert_eq!(rewritten.len(), arguments.len());
        }
    }
}
