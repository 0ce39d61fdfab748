//! The dialect as people type it: what every word becomes, and what is refused.

use std::ffi::OsString;

use proptest::prelude::*;

use super::*;

/// Some options of muster's own.
fn own() -> Vec<OwnOption> {
    let with_value = ["--oN", "--oG", "--oX", "--iL", "--exclude", "--seed", "--shard", "-p", "--max-rate"];
    let flags = ["--Pn", "--dry-run", "--no-decoys", "--open", "-v", "-n"];
    let option = |name: &str, takes_value| OwnOption { name: name.to_owned(), takes_value };
    let with_value = with_value.map(|name| option(name, true));
    with_value.into_iter().chain(flags.map(|name| option(name, false))).collect()
}

fn read(line: &str) -> Result<Canonical, OptionError> {
    canonical(line.split(' ').map(OsString::from), &own())
}

fn rewritten(line: &str) -> Result<String, OptionError> {
    let words = read(line)?.words.into_iter().map(|word| word.into_string().unwrap());
    Ok(words.collect::<Vec<_>>().join(" "))
}

#[track_caller]
fn become_these(lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        assert_eq!(rewritten(line).as_deref(), Ok(*expected), "{line}");
    }
}

#[test]
fn every_word_becomes_its_long_option() {
    become_these(&[
        ("-oN out", "--oN out"),
        ("-oG -", "--oG -"),
        ("-oX out.xml", "--oX out.xml"),
        ("-oA base", "--oA base"),
        ("-oJ -", "--oJ -"),
        ("-oJ=out", "--oJ=out"),
        ("-oM out", "--oG out"),
        ("-oM=out", "--oG=out"),
        ("-iL list", "--iL list"),
        ("-Pn", "--Pn"),
        ("-P0 -PN -PD", "--Pn --Pn --Pn"),
        ("-sn -sP -sL", "--sn --sn --sL"),
        ("-sS -sU -sT", "--sS --sU --sT"),
        ("-sV -sR", "--sV --sV"),
        ("-PS", "--PS"),
        ("-PS22,80", "--PS=22,80"),
        ("-PS=22,80", "--PS=22,80"),
        ("-PA443 -PU -PU53", "--PA=443 --PU --PU=53"),
        ("-PT -PT80", "--PA --PA=80"),
        ("-PB -PB80", "--PE --PA --PE --PA=80"),
        ("-PE -PI -P", "--PE --PE --PE"),
        ("-PP -PM --discovery-ignore-rst", "--PP --PM --discovery-ignore-rst"),
        ("-m out -mout", "--oG out --oG=out"),
        ("-oG=out", "--oG=out"),
        ("-p 2967 -P0 -oG - 192.168.0.0/24", "-p 2967 --Pn --oG - 192.168.0.0/24"),
    ]);
}

#[test]
fn long_options_may_have_one_dash_underscores_and_be_cut_short() {
    become_these(&[
        ("-packet-trace -ttl 64", "--packet-trace --ttl 64"),
        ("-open", "--open"),
        ("-exclude 10.0.0.1", "--exclude 10.0.0.1"),
        ("-exclude=10.0.0.1", "--exclude=10.0.0.1"),
        ("--max_rate=5 -max_retries 3", "--max-rate=5 --max-retries 3"),
        ("--max-ra 5 -max-ret=3", "--max-rate 5 --max-retries=3"),
        ("--rea --op", "--reason --open"),
        ("--exclude-f list --excludef=list", "--excludefile list --excludefile=list"),
        ("--host 30s --stats 1s --scan_d 1s", "--host-timeout 30s --stats-every 1s --scan-delay 1s"),
        ("--tim 4 --timing=aggressive", "-T 4 -Taggressive"),
        ("--verb --debug", "-v -d"),
        // As Nmap 7.93 takes it: a number, more letters, or nothing behind it; what follows is a target.
        ("--debug=3 -debug=2 -deb --debug=dd", "-d -d -d -d -d -d -d -d -d"),
        ("--debug= --debug 3 --debug=0", "-d -d 3"),
        ("--debug=99", "-d -d -d -d -d -d -d -d -d -d"),
        ("--verbose=2", "--verbose=2"),
        ("--packet_tr", "--packet-trace"),
        // Muster's own, behind two dashes.
        ("--dry --no-d --see 5", "--dry-run --no-decoys --seed 5"),
    ]);
}

#[test]
fn letters_stand_together() {
    become_these(&[
        ("-sSU", "--sS --sU"),
        ("-sTUV", "--sT --sU --sV"),
        ("-n6v", "-n -6 -v"),
        ("-nv3", "-n -v -v -v"),
        ("-nvp80", "-n -v -p80"),
        ("-nvT4 x", "-n -v -T4 x"),
        ("-vvv -v3 -d2 -dd", "-v -v -v -v -v -v -d -d -d -d"),
        ("-v0", ""),
        ("-vp 80 -sn", "-v -p 80 --sn"),
        ("-nsS -nPn -nPS22 -noG x", "-n --sS -n --Pn -n --PS=22 -n --oG x"),
        ("-nF", "-n -F"),
    ]);
}

#[test]
fn what_any_parser_reads_passes_untouched() {
    for line in [
        "-p-",
        "-p2967",
        "-p 22,80",
        "-pT:80",
        "-p=80",
        "-T4",
        "-T 4",
        "-Taggressive",
        "-v",
        "-n",
        "-R",
        "-6",
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
        "-z",
        "--colour",
        "--open=5",
        "10.0.0.0/8",
        "-",
        "",
    ] {
        assert_eq!(rewritten(line).as_deref(), Ok(line), "{line}");
    }
}

#[test]
fn values_and_what_follows_two_dashes_are_not_options() {
    become_these(&[
        ("-oN -sS", "--oN -sS"),
        ("-e -sS -sS", "-e -sS --sS"),
        ("-S -sS -g -sn -sn", "-S -sS -g -sn --sn"),
        ("--source-port -sn -sn", "--source-port -sn --sn"),
        ("-oN -oX -oG -", "--oN -oX --oG -"),
        ("--exclude -sn -sn", "--exclude -sn --sn"),
        ("-exclude -sn -sn", "--exclude -sn --sn"),
        ("--exclude=a -sn", "--exclude=a --sn"),
        ("--oG -oX -sn", "--oG -oX --sn"),
        ("--seed -O -sn", "--seed -O --sn"),
        ("-p -oG -sn", "-p -oG --sn"),
        ("-oN -- -sn", "--oN -- --sn"),
        ("-sn -- -sn -oG -O", "--sn -- -sn -oG -O"),
        ("--max-parallelism -O -sn", "--sn"),
    ]);
}

#[test]
fn a_glued_file_name_is_refused_with_a_hint() {
    for (typed, hint) in [
        ("-oG-", "put a space before the value: -oG -"),
        ("-oGfile", "put a space before the value: -oG file"),
        ("-oX/dir/out.xml", "put a space before the value: -oX /dir/out.xml"),
        ("-iLlist", "put a space before the value: -iL list"),
    ] {
        let error = rewritten(typed).unwrap_err();
        assert_eq!(error.to_string(), format!("value glued to its option: {typed}"));
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
}

#[test]
fn what_may_mean_several_options_is_refused_and_names_them() {
    for (line, message) in [
        ("--max-r 5", "option may mean --max-rtt-timeout or --max-retries or --max-rate: --max-r"),
        ("-re", "option may mean --resolve-all or --reason or --resume or --release-memory: -re"),
        ("--no-s", ""),
        ("--s", ""),
    ] {
        match (rewritten(line), message) {
            (Ok(read), "") => assert_eq!(read, "--no-stylesheet", "{line}"),
            (Err(OptionError::Ambiguous { candidates, .. }), "") => assert!(candidates.len() > 5),
            (Err(error), message) => assert_eq!(error.to_string(), message),
            (read, _) => panic!("{line}: {read:?}"),
        }
    }
    let error = read("--s").unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("write one of them in full"));
    let own = [("--audit-a", "--audit-b")].map(|(a, b)| [a, b]).concat();
    let own: Vec<OwnOption> =
        own.iter().map(|name| OwnOption { name: (*name).to_owned(), takes_value: false }).collect();
    let error = canonical([OsString::from("--audit")], &own).unwrap_err();
    assert_eq!(error.to_string(), "option may mean --audit-a or --audit-b: --audit");
}

#[test]
fn other_words_of_nmap_are_named_with_the_reason() {
    for typed in ["-sq", "-sTq", "-PQ", "-PEx", "-PPx", "-PnX", "-sTn9", "-iX", "-oQ", "-s", "-o", "-i"] {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::Unknown { typed: named, .. } if named == typed), "{error}");
    }
    for typed in [
        "-O",
        "-O2",
        "-A",
        "-sC",
        "-sVC",
        "--script=x",
        "-script=x",
        "-sI",
        "-b",
        "-D",
        "-DRND:3",
        "-f",
        "-ff",
        "-PO",
        "-PO1,2",
        "-PY80",
        "-sO",
        "-sSY",
        "--port-ratio",
        "--traceroute",
        "-oH",
    ] {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::Refused { typed: named, .. } if named == typed), "{error}");
    }
    for typed in ["-iR", "-iR5", "-sN", "-sX", "-sA", "--spoof-mac", "--mtu", "--data-length", "-nA", "-oS"] {
        let error = rewritten(typed).unwrap_err();
        assert!(matches!(&error, OptionError::Refused { typed: named, .. } if named == typed), "{error}");
    }
    assert_eq!(
        rewritten("10.0.0.1 -sI zombie").unwrap_err().to_string(),
        "option refused by design: -sI: an idle scan abuses a host that has no part in the sweep"
    );
}

#[test]
fn what_changes_nothing_is_left_out_with_a_note() {
    for line in
        ["--randomize-hosts x", "--randomize_hosts x", "-randomize-hosts x", "--rand x", "-rH x", "--rH x"]
    {
        let found = read(line).unwrap();
        assert_eq!((found.words, found.notes.len()), (vec![OsString::from("x")], 1), "{line}");
    }
    let found = read("-PR --min-parallelism 5 --max_par=9 -n --nogcc --nogcc -M5 10.0.0.1").unwrap();
    assert_eq!(found.words, ["-n", "10.0.0.1"].map(OsString::from));
    let notes: Vec<&str> = found.notes.iter().map(|note| note.option).collect();
    assert_eq!(notes, ["-PR", "--min-parallelism", "--max-parallelism", "--nogcc", "-M"]);
    assert!(
        found.notes[1].to_string().starts_with("--min-parallelism changes nothing: how much is under way")
    );
    let error = read("--debug=x").unwrap_err();
    assert_eq!(error.to_string(), "not a level: --debug=x");
    assert!(error.hint().is_some());
    let error = read("--min-parallelism").unwrap_err();
    assert_eq!(error, OptionError::NoValue { typed: "--min-parallelism".to_owned() });
}

#[test]
fn the_table_holds_together() {
    let mut names: Vec<&str> = OPTIONS.iter().map(|option| option.typed).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), OPTIONS.len(), "an option stands twice");
    for option in OPTIONS {
        match option.standing {
            Standing::Supported(words) => {
                assert!(!words.is_empty() && words.iter().all(|word| word.starts_with('-')), "{option:?}");
            }
            Standing::WithoutEffect(why) | Standing::ByDesign(why) => {
                assert!(!why.is_empty() && !why.ends_with('.'), "one sentence: {option:?}");
            }
        }
    }
    assert_eq!(typed("oG"), Some("-oG"));
    assert_eq!(typed("oJ"), Some("-oJ"));
    assert_eq!(typed("Pn"), Some("-Pn"));
    assert_eq!(typed("open"), None);
}

/// The options of Nmap's help and of its reference guide, as facts to be held against the table.
#[test]
fn every_option_of_nmap_has_a_standing() {
    for name in include_str!("tests/names").split_whitespace() {
        assert!(OPTIONS.iter().any(|option| option.typed == name), "{name} is not in the table");
    }
}

/// What is not supported is refused by name or taken and told, and of neither a word reaches the parser.
#[test]
fn every_standing_is_kept() {
    for option in OPTIONS {
        let typed = option.typed;
        let line = if option.value == Value::Needed { format!("{typed} 5 x") } else { format!("{typed} x") };
        let found = read(&line);
        match option.standing {
            Standing::Supported(words) => {
                let read = found.unwrap().words;
                assert!(words.iter().all(|word| read.contains(&OsString::from(word))), "{line}: {read:?}");
            }
            Standing::WithoutEffect(why) => {
                let expected =
                    Canonical { words: vec!["x".into()], notes: vec![Note { option: typed, why }] };
                assert_eq!(found, Ok(expected), "{line}");
            }
            Standing::ByDesign(why) => {
                assert_eq!(found, Err(OptionError::Refused { typed: typed.to_owned(), why }), "{line}");
            }
        }
    }
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

proptest! {
    #[test]
    fn any_line_is_read(line in "(-?-?[a-zA-Z0-9=._]{0,6} ){0,6}") {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        if let Ok(read) = canonical(arguments, &own()) {
            // A letter may stand for a word, and -v9 for nine.
            prop_assert!(read.words.len() <= line.len() * 9 + 1);
        }
    }
}
