//! The tables that drive the rewriting: Nmap's words that muster takes, long options, and words that it refuses.
//!
//! A new word is one line here. The reasons are shown to people, so each is one sentence that says what is missing or
//! what will not be done.

/// A word of Nmap's with one dash and several letters, and the long option that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As people type it: `-oG`.
    pub typed: &'static str,
    /// As the parser reads it: `--oG`.
    pub long: &'static str,
    /// Whether the next argument is its value.
    pub takes_value: bool,
    /// Whether it may have a value, which then follows without a blank: `-PS22,80`.
    pub may_be_followed: bool,
}

/// Every such word. Of several with one meaning the first is the one to show people.
pub const WORDS: &[Word] = &[
    Word::with_value("-oN", "--oN"),
    Word::with_value("-oG", "--oG"),
    Word::with_value("-oX", "--oX"),
    Word::with_value("-oA", "--oA"),
    Word::with_value("-oJ", "--oJ"),
    Word::with_value("-oM", "--oG"),
    Word::with_value("-iL", "--iL"),
    Word::flag("-Pn", "--Pn"),
    Word::flag("-P0", "--Pn"),
    Word::flag("-PN", "--Pn"),
    Word::flag("-PD", "--Pn"),
    Word::flag("-sn", "--sn"),
    Word::flag("-sP", "--sn"),
    Word::flag("-sT", "--sT"),
    Word::flag("-sS", "--sS"),
    Word::flag("-sU", "--sU"),
    Word::with_ports("-PS", "--PS"),
    Word::with_ports("-PA", "--PA"),
    Word::with_ports("-PU", "--PU"),
    Word::flag("-PE", "--PE"),
    Word::flag("-PI", "--PE"),
    Word::flag("-PR", "--PR"),
];

/// A long option of `muster scan`: what the rewriting must know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongOption {
    /// Without its dashes.
    pub name: &'static str,
    /// Whether the next argument is its value, unless it is glued on with `=`.
    pub takes_value: bool,
    /// Whether Nmap has it too, which then may have one dash.
    pub is_nmaps: bool,
}

/// The long options that are not the rewritten form of a word of [`WORDS`]. An option with a value that is missing
/// here still works; only a value that looks like an option would then be taken for one.
pub const LONG_OPTIONS: &[LongOption] = &[
    LongOption { name: "allow", takes_value: true, is_nmaps: false },
    LongOption { name: "capture", takes_value: true, is_nmaps: false },
    LongOption { name: "disable-arp-ping", takes_value: false, is_nmaps: true },
    LongOption { name: "dry-run", takes_value: false, is_nmaps: false },
    LongOption { name: "exclude", takes_value: true, is_nmaps: true },
    LongOption { name: "excludefile", takes_value: true, is_nmaps: true },
    LongOption { name: "host-timeout", takes_value: true, is_nmaps: true },
    LongOption { name: "journal", takes_value: true, is_nmaps: false },
    LongOption { name: "max-missed", takes_value: true, is_nmaps: false },
    LongOption { name: "max-rate", takes_value: true, is_nmaps: true },
    LongOption { name: "max-retries", takes_value: true, is_nmaps: true },
    LongOption { name: "min-rate", takes_value: true, is_nmaps: true },
    LongOption { name: "no-decoys", takes_value: false, is_nmaps: false },
    LongOption { name: "open", takes_value: false, is_nmaps: true },
    LongOption { name: "packet-trace", takes_value: false, is_nmaps: true },
    LongOption { name: "privileged", takes_value: false, is_nmaps: true },
    LongOption { name: "reason", takes_value: false, is_nmaps: true },
    LongOption { name: "resume", takes_value: true, is_nmaps: true },
    LongOption { name: "seed", takes_value: true, is_nmaps: false },
    LongOption { name: "send-ip", takes_value: false, is_nmaps: true },
    LongOption { name: "shard", takes_value: true, is_nmaps: false },
    LongOption { name: "source-port", takes_value: true, is_nmaps: true },
    LongOption { name: "stats-every", takes_value: true, is_nmaps: true },
    LongOption { name: "ttl", takes_value: true, is_nmaps: true },
    LongOption { name: "udp-empty", takes_value: false, is_nmaps: false },
    LongOption { name: "unprivileged", takes_value: false, is_nmaps: true },
];

/// Why a word is not taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// It fits muster and may come.
    NotYet(&'static str),
    /// It does not fit a defensive tool.
    ByDesign(&'static str),
}

use Refusal::{ByDesign, NotYet};

/// Beginnings of words; the longest that fits decides. One-letter entries catch the rest of their family, so that no
/// word of Nmap's is read as something else by the parser.
pub(super) const REFUSED: &[(&str, Refusal)] = &[
    ("--badsum", ByDesign("malformed packets are never sent")),
    ("--data", ByDesign("probes carry nothing but what any client sends")),
    ("--ip-options", ByDesign("malformed packets are never sent")),
    ("--mtu", ByDesign("fragmentation serves to get past filters")),
    ("--osscan", ByDesign("operating systems are not guessed from malformed packets")),
    ("--proxies", ByDesign("a sweep is never relayed through other hosts")),
    ("--script", ByDesign("no scripts are run against hosts")),
    ("--spoof-mac", ByDesign("the sender's address is never forged")),
    ("-A", ByDesign("it includes operating system detection and scripts")),
    ("-D", ByDesign("decoys put the blame on hosts that have no part in the sweep")),
    ("-F", NotYet("there is no list of common ports; name the ports with -p")),
    ("-O", ByDesign("operating systems are not guessed from malformed packets")),
    ("-P", NotYet("hosts are discovered by -PE, -PS, -PA, -PU and -PR, or not at all with -Pn")),
    ("-b", ByDesign("a bounce through an FTP server abuses a host that has no part in the sweep")),
    ("-d", NotYet("there is no debugging output; -v says more")),
    ("-f", ByDesign("fragmentation serves to get past filters")),
    ("-i", NotYet("targets come from the command line or from a file given with -iL")),
    ("-iR", ByDesign("hosts are never picked at random: whoever sweeps says which addresses are theirs")),
    ("-o", NotYet("the formats are -oN, -oG, -oX, -oA and -oJ")),
    ("-s", NotYet("the scan types are -sS, -sT, -sU and -sn, each a word of its own")),
    ("-sA", ByDesign("it maps the rules of a firewall, not the state of a port")),
    ("-sC", ByDesign("no scripts are run against hosts")),
    ("-sF", ByDesign("malformed packets are never sent")),
    ("-sI", ByDesign("an idle scan abuses a host that has no part in the sweep")),
    ("-sL", NotYet("targets are listed by --dry-run")),
    ("-sM", ByDesign("malformed packets are never sent")),
    ("-sN", ByDesign("malformed packets are never sent")),
    ("-sO", NotYet("only TCP and UDP ports are probed")),
    ("-sV", NotYet("services are not identified")),
    ("-sW", ByDesign("it maps the rules of a firewall, not the state of a port")),
    ("-sX", ByDesign("malformed packets are never sent")),
    ("-sY", NotYet("only TCP and UDP ports are probed")),
    ("-sZ", NotYet("only TCP and UDP ports are probed")),
];

impl Word {
    const fn flag(typed: &'static str, long: &'static str) -> Self {
        Self { typed, long, takes_value: false, may_be_followed: false }
    }

    const fn with_value(typed: &'static str, long: &'static str) -> Self {
        Self { takes_value: true, ..Self::flag(typed, long) }
    }

    const fn with_ports(typed: &'static str, long: &'static str) -> Self {
        Self { may_be_followed: true, ..Self::flag(typed, long) }
    }
}
