//! What the parser does not know of a verb: examples, the options of every day, exit codes, files.
//!
//! A new verb is one entry of [`TEXTS`], whose order is that of every list of verbs. Examples are tried by the parser in a test, so none can go stale.

/// What a page of help says beyond the parser's options.
#[derive(Debug)]
pub(super) struct Text {
    /// The verb, or nothing for muster itself.
    pub(super) verb: &'static str,
    /// Lines to type, the plainest first, and what each does.
    pub(super) examples: &'static [(&'static str, &'static str)],
    /// Words and values of the options that a short page shows; all, if none is named.
    pub(super) common: &'static [&'static str],
    /// Exit codes and when each comes.
    pub(super) exits: &'static [(u8, &'static str)],
    /// Whether it reads or writes kept runs.
    pub(super) has_store: bool,
    /// Whether it reads a policy.
    pub(super) has_policy: bool,
    /// Pages that a reader goes to next, without a section if that is 1.
    pub(super) see_also: &'static [&'static str],
}

/// What there is to say of a verb; nothing special, if it is not known.
pub(super) fn of(verb: &str) -> &'static Text {
    TEXTS.iter().find(|text| text.verb == verb).unwrap_or(&UNKNOWN)
}

/// Where a verb stands in a list: in the order of the texts, what is not known last.
pub(super) fn place(verb: &str) -> usize {
    TEXTS.iter().position(|text| text.verb == verb).unwrap_or(TEXTS.len())
}

/// All verbs, in that order.
pub(super) fn verbs() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|text| text.verb).filter(|verb| !verb.is_empty())
}

impl Text {
    /// Variables and what they change.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let store = [("MUSTER_STORE", "The file of kept runs, where --store names none.")];
        let screen = [
            ("NO_COLOR", "If it is set, nothing is coloured."),
            ("COLUMNS", "How wide help is, instead of as wide as the terminal."),
        ];
        store.into_iter().filter(|_| self.has_store).chain(screen)
    }

    /// Files and what is in them.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let store = [(
            "~/.local/share/muster/muster.db",
            "The runs that are kept, where neither --store nor MUSTER_STORE names another file; below XDG_DATA_HOME if \
             that is set.",
        )];
        let policy = [("muster.toml", "The policy, if there is one in the folder where muster is called.")];
        let shipped =
            [("/usr/share/muster/muster.xsl", "Makes a page of XML results; where a package installed it.")];
        let is_reader = matches!(self.verb, "" | "scan" | "report" | "diff");
        let policy = policy.into_iter().filter(|_| self.has_policy);
        let shipped = shipped.into_iter().filter(move |_| is_reader);
        policy.chain(store.into_iter().filter(|_| self.has_store)).chain(shipped)
    }
}

const UNKNOWN: Text = Text {
    verb: "?",
    examples: &[],
    common: &[],
    exits: EXITS,
    has_store: false,
    has_policy: false,
    see_also: &["muster"],
};

/// Of a verb that does nothing but show.
const EXITS: &[(u8, &str)] = &[
    (0, "done"),
    (2, "wrong arguments or input"),
    (3, "the machine lacks something: a full disk, no right to read a file"),
    (70, "a mistake in muster itself; please report it"),
];

/// Of a verb that sweeps.
const SWEEP_EXITS: &[(u8, &str)] = &[
    (0, "done"),
    (2, "wrong arguments or input"),
    (
        3,
        "the machine lacks something: descriptors, an interface, a privilege that was asked for, space on a disk",
    ),
    (4, "done, but for names that do not resolve"),
    (70, "a mistake in muster itself; please report it"),
    (129, "ended by SIGHUP; outputs are valid and marked partial"),
    (130, "ended by Ctrl-C; outputs are valid and marked partial"),
    (143, "ended by SIGTERM; outputs are valid and marked partial"),
];

const AUDIT_EXITS: &[(u8, &str)] = &[
    (0, "done"),
    (1, "done, and what --fail-on asks for was found"),
    (2, "wrong arguments, policy or input"),
    (
        3,
        "the machine lacks something: descriptors, an interface, a privilege that was asked for, space on a disk",
    ),
    (4, "done, but for names that do not resolve"),
    (70, "a mistake in muster itself; please report it"),
    (129, "ended by SIGHUP; the run is stored as partial"),
    (130, "ended by Ctrl-C; the run is stored as partial"),
    (143, "ended by SIGTERM; the run is stored as partial"),
];

/// Of a verb that asks this machine alone.
const DEMO_EXITS: &[(u8, &str)] = &[
    (0, "done; also ended by a signal while it serves"),
    (2, "wrong arguments or input"),
    (3, "the machine lacks something: descriptors, the loopback addresses, space on a disk"),
    (70, "a mistake in muster itself; please report it"),
    (129, "ended by SIGHUP while it audits"),
    (130, "ended by Ctrl-C while it audits"),
    (143, "ended by SIGTERM while it audits"),
];

const DIFF_EXITS: &[(u8, &str)] = &[
    (0, "nothing differs"),
    (1, "something differs"),
    (2, "wrong arguments or input"),
    (3, "the machine lacks something: a full disk, no right to read a file"),
    (70, "a mistake in muster itself; please report it"),
];

const LEARN_EXITS: &[(u8, &str)] = &[
    (0, "a proposal is written"),
    (1, "nothing is proposed: nothing answered, or nothing that tells the product from others"),
    (2, "wrong arguments or input"),
    (3, "the machine lacks something: descriptors, space on a disk"),
    (4, "a proposal is written, but for names that do not resolve"),
    (70, "a mistake in muster itself; please report it"),
    (129, "ended by SIGHUP; nothing is written"),
    (130, "ended by Ctrl-C; nothing is written"),
    (143, "ended by SIGTERM; nothing is written"),
];

const TEXTS: &[Text] = &[
    Text {
        verb: "",
        examples: &[
            ("muster demo", "an office of 170 addresses on this machine's loopback, audited for real"),
            ("muster scan -p 2967 192.168.0.0/24", "which hosts listen on a port, in Nmap's words"),
            ("muster audit 192.168.0.0/24", "which hosts are protected and which are not, and how we know"),
            ("muster doctor", "what this machine lets muster do, and what is missing"),
        ],
        common: &[],
        exits: AUDIT_EXITS,
        has_store: true,
        has_policy: true,
        see_also: &[],
    },
    Text {
        verb: "scan",
        examples: &[
            (
                "muster scan -p 2967 192.168.0.0/24",
                "the hosts that answer, and the state of TCP port 2967 on each",
            ),
            (
                "muster scan -p 2967 -Pn -oG - 192.168.0.0/24 | grep open",
                "also hosts that do not answer pings; a line a host, to be searched",
            ),
            (
                "muster scan -p 2967,8081 --reason -oX out.xml 10.1.0.0/22",
                "two ports, why each is in its state, and XML for other programs",
            ),
            (
                "muster scan -sS -sU -p T:2967,U:53,123 10.1.0.0/24",
                "TCP by half a handshake, and UDP; needs privilege",
            ),
            (
                "muster scan -p 2967 -Pn --journal sweep.journal 10.1.0.0/16",
                "noted as it goes; after a cut: muster scan --resume sweep.journal",
            ),
        ],
        common: &[
            "TARGET",
            "-iL",
            "--exclude",
            "-p",
            "-F",
            "--top-ports",
            "-Pn",
            "-sn",
            "-sS",
            "-sT",
            "-sU",
            "-sV",
            "-n",
            "-T",
            "--max-rate",
            "--dry-run",
            "-oN",
            "-oG",
            "-oX",
            "-oJ",
            "-oA",
            "--open",
            "--reason",
            "-v",
            "--allow",
        ],
        exits: SWEEP_EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-audit", "muster-doctor", "nmap", "capabilities(7)"],
    },
    Text {
        verb: "audit",
        examples: &[
            ("muster audit 192.168.0.0/24", "every host that answers, with its verdict"),
            (
                "muster audit --policy muster.toml --zone clients --html report.html",
                "one zone under the policy that says what is expected there, as a page",
            ),
            (
                "muster audit --product trellix-agent --fail-on high 10.1.0.0/16",
                "the ports of one product; exit code 1 if a finding is high or critical",
            ),
        ],
        common: &[
            "TARGET",
            "-iL",
            "--exclude",
            "--policy",
            "--zone",
            "--product",
            "-p",
            "--fail-on",
            "--from-scan",
            "-T",
            "--max-rate",
            "--dry-run",
            "--html",
            "--csv",
            "--jsonl",
            "--store",
            "--no-store",
            "--allow",
        ],
        exits: AUDIT_EXITS,
        has_store: true,
        has_policy: true,
        see_also: &["muster", "muster-why", "muster-report", "muster-history", "muster-explain"],
    },
    Text {
        verb: "why",
        examples: &[
            ("muster why 192.168.0.17", "what answered, what it said, and what follows from it"),
            ("muster why PC-0417", "the same by the host's name"),
            ("muster why --run 3 192.168.0.17", "as it was in the third run"),
        ],
        common: &[],
        exits: EXITS,
        has_store: true,
        has_policy: false,
        see_also: &["muster", "muster-audit", "muster-history", "muster-explain"],
    },
    Text {
        verb: "history",
        examples: &[
            ("muster history", "the last twenty runs"),
            ("muster history 192.168.0.17", "the verdicts on one host, run by run"),
            ("muster history -n 100 --store branch.db", "more of them, from another file"),
        ],
        common: &[],
        exits: EXITS,
        has_store: true,
        has_policy: false,
        see_also: &["muster", "muster-report", "muster-why"],
    },
    Text {
        verb: "report",
        examples: &[
            ("muster report", "the last run, on the terminal"),
            ("muster report --html report.html", "the last run as a page"),
            ("muster report 3 --csv - | sort", "the third run as a table on stdout"),
        ],
        common: &[],
        exits: EXITS,
        has_store: true,
        has_policy: false,
        see_also: &["muster", "muster-history", "muster-audit"],
    },
    Text {
        verb: "diff",
        examples: &[
            (
                "muster diff monday.xml tuesday.xml",
                "what went and what came between two scans of Nmap's or of muster's",
            ),
            ("muster diff 3 7", "the same of two runs that are kept, with verdicts"),
            ("muster diff 7 --json", "the seventh run against the one before it, for programs"),
        ],
        common: &[],
        exits: DIFF_EXITS,
        has_store: true,
        has_policy: false,
        see_also: &["muster", "muster-scan", "muster-history", "muster-report", "ndiff"],
    },
    Text {
        verb: "import",
        examples: &[
            ("muster import scan.xml", "last year's scan becomes a run with its own times"),
            ("muster import --policy office.toml old/*.xml.gz", "many at once, judged by a policy"),
            ("muster import --again scan.xml", "once more, by the policy of today"),
        ],
        common: &[],
        exits: EXITS,
        has_store: true,
        has_policy: true,
        see_also: &["muster", "muster-audit", "muster-history", "muster-diff"],
    },
    Text {
        verb: "explain",
        examples: &[
            ("muster explain 2967", "whose port that is, and what an open or closed one proves"),
            ("muster explain rtvscan.exe sophos", "a program, and a vendor's products"),
            ("muster explain CVE-2006-2630", "an incident, and what it left behind"),
            ("muster explain 8081 --markdown > 8081.md", "a page for a wiki; --json for a program"),
        ],
        common: &[],
        exits: EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-catalog", "muster-audit", "muster-why"],
    },
    Text {
        verb: "catalog",
        examples: &[
            (
                "muster catalog search sophos",
                "which products muster knows of that name, and where they listen",
            ),
            (
                "muster catalog show clamav --toml > own/acme.toml",
                "what is known of one, as a file to be changed",
            ),
            ("muster catalog check own", "whether the files of a folder are in order, and which line is not"),
            (
                "muster catalog list --purpose protection --part agent",
                "all agents that protect, with their keys",
            ),
        ],
        common: &[],
        exits: EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-explain", "muster-audit"],
    },
    Text {
        verb: "learn",
        examples: &[
            (
                "muster learn --product trend-officescan -o own.toml 192.168.0.17",
                "a host that has it, whose port was drawn: all are looked at, in half an hour",
            ),
            (
                "muster learn --product eset-agent -p 2222 192.168.0.17 192.168.0.18",
                "one port more, and two hosts: what they do not share is left out",
            ),
            (
                "muster learn --from netstat.txt --output own.toml",
                "the ports of programs that muster knows, of what netstat -anob wrote there; nothing is asked",
            ),
        ],
        common: &[],
        exits: LEARN_EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-catalog", "muster-scan", "muster-audit"],
    },
    Text {
        verb: "demo",
        examples: &[
            ("muster demo", "the office is opened, audited and closed again, in some seconds"),
            ("muster demo --html office.html", "its report as a page of that name"),
            ("muster demo --serve", "the office stays open: try muster scan -p 2967 127.44.0.0/24 beside it"),
        ],
        common: &[],
        exits: DEMO_EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-audit", "muster-scan"],
    },
    Text {
        verb: "doctor",
        examples: &[
            ("muster doctor", "interfaces, privilege, limits, and what grants what is missing"),
            ("sudo muster doctor", "the same for root"),
            ("muster doctor | grep hint", "only what can be done"),
        ],
        common: &[],
        exits: EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-scan", "capabilities(7)", "setcap(8)"],
    },
    Text {
        verb: "completions",
        examples: &[
            ("source <(muster completions bash)", "in a line of ~/.bashrc: bash completes muster's words"),
            ("muster completions zsh > ~/.zfunc/_muster", "for zsh, in a folder that fpath names"),
            ("muster completions fish > ~/.config/fish/completions/muster.fish", "for fish"),
            (
                "muster completions powershell | Out-String | Invoke-Expression",
                "in a line of $PROFILE: for PowerShell, where nobody has tried it yet",
            ),
        ],
        common: &[],
        exits: EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-manual", "bash", "zsh", "fish"],
    },
    Text {
        verb: "manual",
        examples: &[
            ("muster manual | man -l -", "the page of muster itself"),
            ("muster manual scan | man -l -", "the page of a command"),
            ("muster manual audit > muster-audit.1", "to be kept"),
        ],
        common: &[],
        exits: EXITS,
        has_store: false,
        has_policy: false,
        see_also: &["muster", "muster-completions", "man"],
    },
];

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli;

    /// The words of an example that muster gets: from its name on, up to what the shell does with them.
    fn words(line: &str) -> Vec<OsString> {
        let words = line.split_whitespace().skip_while(|word| !word.ends_with("muster"));
        let ours = words.take_while(|word| !matches!(*word, "|" | ">"));
        ours.map(|word| word.trim_start_matches("<(").trim_end_matches(')').into()).collect()
    }

    #[test]
    fn every_verb_has_three_examples_and_exit_codes() {
        let parser = cli::parser();
        for verb in parser.get_subcommands().map(clap::Command::get_name) {
            let text = of(verb);
            assert!(text.examples.len() >= 3, "`{verb}` has no three examples in help/texts.rs");
            assert!(text.exits.iter().any(|(code, _)| *code == 0));
            let about = |(line, _): &(&str, &str)| words(line).get(1).is_some_and(|word| word == verb);
            assert!(verb == "manual" || text.examples.iter().all(about), "{verb}: examples of another verb");
        }
    }

    /// A page of the manual would break it: 80 columns, less its margins.
    #[test]
    fn an_example_fits_on_a_line() {
        let examples = || TEXTS.iter().flat_map(|text| text.examples);
        let long: Vec<&str> = examples().map(|(line, _)| *line).filter(|line| line.len() > 71).collect();
        assert_eq!(long, [""; 0]);
    }

    #[test]
    fn examples_are_what_the_parser_takes() {
        for (line, _) in TEXTS.iter().flat_map(|text| text.examples) {
            let words = cli::rewritten(&words(line)).unwrap();
            if let Err(error) = cli::parser().try_get_matches_from(words) {
                panic!("{line}: {error}");
            }
        }
    }

    #[test]
    fn texts_are_for_verbs_that_there_are() {
        let parser = cli::parser();
        for text in TEXTS.iter().filter(|text| !text.verb.is_empty()) {
            assert!(parser.find_subcommand(text.verb).is_some(), "{}", text.verb);
        }
    }
}
