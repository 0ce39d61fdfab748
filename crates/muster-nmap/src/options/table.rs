//! Every option of Nmap, and what becomes of it here. Data alone; nothing is decided in this file.
//!
//! A new option is one line. The reasons are shown to people, so each is one sentence that says what is missing, what
//! will not be done, or why nothing changes. The names are those of Nmap 7.93's help and of its reference guide.

/// An option of Nmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NmapOption {
    /// As Nmap's documents write it: `-oN`, `--max-rate`.
    pub typed: &'static str,
    /// Whether it has a value, and where.
    pub value: Value,
    /// What becomes of it.
    pub standing: Standing,
}

/// Where the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// It has none.
    None,
    /// The next argument, or behind `=`; of an option of one letter also right behind it.
    Needed,
    /// Right behind the option, or not there: `-PS22`.
    Glued,
}

/// What becomes of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It means the same here. These are the words that muster's parser reads; the value belongs to the last.
    Supported(&'static [&'static str]),
    /// It is taken, and changes nothing, for this reason.
    WithoutEffect(&'static str),
    /// It is refused for this reason: it does not fit a defensive tool, or is better done otherwise.
    ByDesign(&'static str),
}

use Standing::{ByDesign, Supported, WithoutEffect};

/// All of them. Of several with one meaning the first is the one to show people.
pub const OPTIONS: &[NmapOption] = &[
    // Targets
    needed("-iL", Supported(&["--iL"])),
    needed("-iR", ByDesign("whoever sweeps says which addresses are theirs: none is picked at random")),
    needed("--exclude", Supported(&["--exclude"])),
    needed("--excludefile", Supported(&["--excludefile"])),
    needed("--exclude-file", Supported(&["--excludefile"])),
    flag("--unique", WithoutEffect("no address is asked twice, however often it is named")),
    flag("--resolve-all", Supported(&["--resolve-all"])),
    flag("--randomize-hosts", WithoutEffect(ALL_AT_ONCE)),
    flag("-rH", WithoutEffect(ALL_AT_ONCE)),
    flag("--rH", WithoutEffect(ALL_AT_ONCE)),
    // Discovery
    flag("-sL", Supported(&["--sL"])),
    flag("-sn", Supported(&["--sn"])),
    flag("-sP", Supported(&["--sn"])),
    flag("-Pn", Supported(&["--Pn"])),
    flag("-P0", Supported(&["--Pn"])),
    flag("-PN", Supported(&["--Pn"])),
    flag("-PD", Supported(&["--Pn"])),
    glued("-PS", Supported(&["--PS"])),
    glued("-PA", Supported(&["--PA"])),
    glued("-PT", Supported(&["--PA"])),
    glued("-PU", Supported(&["--PU"])),
    flag("-PE", Supported(&["--PE"])),
    flag("-PI", Supported(&["--PE"])),
    flag("-P", Supported(&["--PE"])),
    glued("-PB", Supported(&["--PE", "--PA"])),
    glued("-PY", ByDesign(OTHER_TRANSPORTS)),
    glued("-PO", ByDesign(OTHER_TRANSPORTS)),
    flag("-PP", Supported(&["--PP"])),
    flag("-PM", Supported(&["--PM"])),
    flag("-PR", WithoutEffect("hosts on the same link are looked for by ARP and Neighbour Discovery anyway")),
    flag("-n", Supported(&["-n"])),
    flag("-R", Supported(&["-R"])),
    needed("--dns-servers", Supported(&["--dns-servers"])),
    flag("--system-dns", WithoutEffect("the system's resolver is asked unless --dns-servers names others")),
    flag("--disable-arp-ping", Supported(&["--disable-arp-ping"])),
    flag("--discovery-ignore-rst", Supported(&["--discovery-ignore-rst"])),
    flag("--traceroute", ByDesign("ways to hosts are not traced; traceroute(8) does")),
    // Ways to scan
    flag("-sS", Supported(&["--sS"])),
    flag("-sT", Supported(&["--sT"])),
    flag("-sU", Supported(&["--sU"])),
    flag("-sA", ByDesign("it maps the rules of a firewall, not the state of a port")),
    flag("-sW", ByDesign("it maps the rules of a firewall, not the state of a port")),
    flag("-sM", ByDesign(MALFORMED)),
    flag("-sN", ByDesign(MALFORMED)),
    flag("-sF", ByDesign(MALFORMED)),
    flag("-sX", ByDesign(MALFORMED)),
    needed("--scanflags", ByDesign(MALFORMED)),
    needed("-sI", ByDesign("an idle scan abuses a host that has no part in the sweep")),
    flag("-sY", ByDesign(OTHER_TRANSPORTS)),
    flag("-sZ", ByDesign(OTHER_TRANSPORTS)),
    flag("-sO", ByDesign(OTHER_TRANSPORTS)),
    needed("-b", ByDesign("a bounce through an FTP server abuses a host that has no part in the sweep")),
    // Ports
    needed("-p", Supported(&["-p"])),
    needed("--exclude-ports", Supported(&["--exclude-ports"])),
    flag("-F", Supported(&["-F"])),
    flag("-r", Supported(&["-r"])),
    needed("--top-ports", Supported(&["--top-ports"])),
    needed(
        "--port-ratio",
        ByDesign("no statistics of open ports are carried; --top-ports goes by muster's own order"),
    ),
    // Services and scripts
    flag("-sV", Supported(&["--sV"])),
    flag("-sR", Supported(&["--sV"])),
    needed("--version-intensity", WithoutEffect(ONE_INTENSITY)),
    flag("--version-light", WithoutEffect(ONE_INTENSITY)),
    flag("--version-all", WithoutEffect(ONE_INTENSITY)),
    flag("--version-trace", WithoutEffect("conversations are not traced; tcpdump shows them")),
    flag("--allports", ByDesign("ports that print whatever they are sent are left alone")),
    flag("-sC", ByDesign(SCRIPTS)),
    needed("--script", ByDesign(SCRIPTS)),
    needed("--script-args", ByDesign(SCRIPTS)),
    needed("--script-args-file", ByDesign(SCRIPTS)),
    needed("--script-help", ByDesign(SCRIPTS)),
    needed("--script-timeout", ByDesign(SCRIPTS)),
    flag("--script-trace", ByDesign(SCRIPTS)),
    flag("--script-updatedb", ByDesign(SCRIPTS)),
    // Operating systems
    glued("-O", ByDesign(SYSTEMS)),
    flag("--osscan-limit", ByDesign(SYSTEMS)),
    flag("--osscan-guess", ByDesign(SYSTEMS)),
    flag("--fuzzy", ByDesign(SYSTEMS)),
    needed("--max-os-tries", ByDesign(SYSTEMS)),
    flag("-A", ByDesign("it includes operating system detection and scripts; -sV is what muster does of it")),
    // Timing
    needed("-T", Supported(&["-T"])),
    needed("--timing", Supported(&["-T"])),
    needed("--min-hostgroup", WithoutEffect(ALL_AT_ONCE)),
    needed("--max-hostgroup", WithoutEffect(ALL_AT_ONCE)),
    needed("--min-parallelism", WithoutEffect(BY_RATE)),
    needed("--max-parallelism", WithoutEffect(BY_RATE)),
    needed("-M", WithoutEffect(BY_RATE)),
    needed("--min-rtt-timeout", Supported(&["--min-rtt-timeout"])),
    needed("--max-rtt-timeout", Supported(&["--max-rtt-timeout"])),
    needed("--initial-rtt-timeout", Supported(&["--initial-rtt-timeout"])),
    needed("--max-retries", Supported(&["--max-retries"])),
    needed("--host-timeout", Supported(&["--host-timeout"])),
    needed("--scan-delay", Supported(&["--scan-delay"])),
    needed("--max-scan-delay", WithoutEffect("the time between two probes to a host never grows by itself")),
    needed("--min-rate", Supported(&["--min-rate"])),
    needed("--max-rate", Supported(&["--max-rate"])),
    flag("--defeat-rst-ratelimit", WithoutEffect("no sweep slows down because resets are missing")),
    flag("--defeat-icmp-ratelimit", WithoutEffect("no sweep slows down because ICMP errors are missing")),
    flag("--nogcc", WithoutEffect(BY_RATE)),
    needed("--nsock-engine", WithoutEffect("there is one way to wait for sockets")),
    // What disguises
    flag("-f", ByDesign(FRAGMENTS)),
    flag("--ff", ByDesign(FRAGMENTS)),
    needed("--mtu", ByDesign(FRAGMENTS)),
    needed("-D", ByDesign("decoys put the blame on hosts that have no part in the sweep")),
    needed("-S", Supported(&["-S"])),
    needed("-e", Supported(&["-e"])),
    needed("-g", Supported(&["-g"])),
    needed("--source-port", Supported(&["--source-port"])),
    needed("--proxies", ByDesign("a sweep is never relayed through other hosts")),
    needed("--proxy", ByDesign("a sweep is never relayed through other hosts")),
    needed("--data", ByDesign(PLAIN_PROBES)),
    needed("--data-string", ByDesign(PLAIN_PROBES)),
    needed("--data-length", ByDesign(PLAIN_PROBES)),
    needed("--ip-options", ByDesign(MALFORMED)),
    needed("--ttl", Supported(&["--ttl"])),
    needed("--spoof-mac", ByDesign("the sender's address is never forged")),
    flag("--badsum", ByDesign(MALFORMED)),
    flag("--adler32", ByDesign("it is a checksum of SCTP, and nothing is sent by SCTP")),
    // Output
    needed("-oN", Supported(&["--oN"])),
    needed("-oX", Supported(&["--oX"])),
    needed("-oG", Supported(&["--oG"])),
    needed("-oM", Supported(&["--oG"])),
    needed("-oA", Supported(&["--oA"])),
    needed("-oS", ByDesign("it writes what nobody can read; -oN writes the same in plain words")),
    needed("-oH", ByDesign("-oX and xsltproc make a page of HTML, as with Nmap")),
    needed("-m", Supported(&["--oG"])),
    flag("-v", Supported(&["-v"])),
    flag("--verbose", Supported(&["-v"])),
    flag("-d", Supported(&["-d"])),
    glued("--debug", Supported(&["-d"])),
    flag("--reason", Supported(&["--reason"])),
    flag("--open", Supported(&["--open"])),
    flag("--packet-trace", Supported(&["--packet-trace"])),
    flag("--iflist", Supported(&["--iflist"])),
    flag("--append-output", Supported(&["--append-output"])),
    needed("--resume", Supported(&["--resume"])),
    flag("--noninteractive", Supported(&["--noninteractive"])),
    needed("--stylesheet", Supported(&["--stylesheet"])),
    flag("--webxml", Supported(&["--webxml"])),
    flag("--no-stylesheet", Supported(&["--no-stylesheet"])),
    needed("--stats-every", Supported(&["--stats-every"])),
    flag("--log-errors", WithoutEffect("errors go to stderr, which can be sent to a file")),
    flag("--deprecated-xml-osclass", WithoutEffect("XML output has no operating systems")),
    // Other
    flag("-4", WithoutEffect("names stand for their IPv4 addresses unless -6 is given")),
    flag("-6", Supported(&["-6"])),
    needed("--datadir", WithoutEffect(COMPILED_IN)),
    needed("--servicedb", ByDesign(COMPILED_IN)),
    needed("--versiondb", ByDesign(COMPILED_IN)),
    flag("--send-eth", WithoutEffect("whatever is asked by frames is, where the link has frames")),
    flag("--send-ip", Supported(&["--disable-arp-ping"])),
    flag("--privileged", Supported(&["--privileged"])),
    flag("--unprivileged", Supported(&["--unprivileged"])),
    flag("--release-memory", WithoutEffect("the system takes all memory back when a program ends")),
    needed("--route-dst", ByDesign("--dry-run tells by which way a target is reached")),
    flag("-I", WithoutEffect("identd is not asked any more, by Nmap neither")),
    flag("-V", Supported(&["-V"])),
    flag("--version", Supported(&["--version"])),
    flag("-h", Supported(&["-h"])),
    flag("--help", Supported(&["--help"])),
];

/// Beginnings of words that are no option: what is said instead of reading them as something else.
pub(super) const FAMILIES: &[(&str, &str)] = &[
    ("-P", "hosts are discovered by -PE, -PP, -PM, -PS, -PA and -PU, or not at all with -Pn"),
    ("-i", "targets come from the command line or from a file given with -iL"),
    ("-o", "the formats are -oN, -oG, -oX, -oA and -oJ"),
    ("-s", "the scan types are -sS, -sT, -sU, -sV, -sL and -sn"),
];

/// Muster's own words of one dash and several letters: typed, and as the parser reads them.
pub(super) const OWN_WORDS: &[(&str, &str)] = &[("-oJ", "--oJ")];

const ALL_AT_ONCE: &str = "all hosts are swept together, in an order that spares each of them";
const BY_RATE: &str =
    "how much is under way at once follows from the rate: -T, --min-rate and --max-rate set it";
const COMPILED_IN: &str = "what muster knows is compiled in, and nothing of it is read from files";
const FRAGMENTS: &str = "fragmentation serves to get past filters";
const MALFORMED: &str = "malformed packets are never sent";
const ONE_INTENSITY: &str = "an open port is asked at most the one request that the catalogue names for it";
const OTHER_TRANSPORTS: &str =
    "agents listen on TCP and UDP; who answers neither, nor ICMP, shows nothing that could be judged";
const PLAIN_PROBES: &str = "probes carry nothing but what any client sends";
const SCRIPTS: &str = "no scripts are run against hosts";
const SYSTEMS: &str = "operating systems are not guessed from malformed packets";

const fn flag(typed: &'static str, standing: Standing) -> NmapOption {
    NmapOption { typed, value: Value::None, standing }
}

const fn needed(typed: &'static str, standing: Standing) -> NmapOption {
    NmapOption { typed, value: Value::Needed, standing }
}

const fn glued(typed: &'static str, standing: Standing) -> NmapOption {
    NmapOption { typed, value: Value::Glued, standing }
}
