//! Pairs of files in Nmap's XML, made by chance from fixed seeds: `ndiff` and `muster diff` show the same lines and the same
//! elements.
//!
//! Left out are what `ndiff` itself falls over (two results of scripts at one place, and a port of which only these differ) and
//! what is told otherwise on purpose: names that change (to `ndiff` another host), hosts that are down and not listed, ports that
//! are listed here and counted there in one state.

use std::fmt::Write as _;

use super::*;

/// Numbers by chance, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn holds(&mut self, in_ten: u64) -> bool {
        self.below(10) < in_ten
    }
}

const STATES: [&str; 6] = ["open", "closed", "filtered", "open|filtered", "unfiltered", "closed|filtered"];
const PORTS: [(&str, u16); 7] =
    [("tcp", 22), ("tcp", 80), ("tcp", 2967), ("udp", 53), ("sctp", 36_412), ("ip", 1), ("ip", 6)];
const SERVICES: [&str; 4] = [
    "",
    "<service name=\"http\"/>",
    "<service name=\"http\" product=\"nginx\" version=\"1.18\" extrainfo=\"Debian\"/><script id=\"http-title\" output=\"Home &amp; garden\"/>",
    "<service name=\"http\" product=\"nginx\" version=\"1.24\"/><script id=\"http-title\" output=\"&#xa;  Home&#xa;  Garden\"/>",
];
const SYSTEMS: [&str; 3] = ["Linux 4.15 - 5.6", "Linux 5.0 - 5.4", "Windows 10 &lt;1809&gt;"];
const SAID: [&str; 5] = [
    "",
    "one line",
    "&#xa;  first&#xa;  second",
    "&#xa;  first&#xa;  other&#xa;  second",
    "&#xa;  second&#xa;  first",
];

/// What both files of a pair have in common.
struct Network {
    /// The state in which ports are counted, and never listed.
    counted: &'static str,
}

impl Network {
    fn port(&self, dice: &mut Dice, (protocol, number): (&str, u16)) -> String {
        let states: Vec<&str> = STATES.into_iter().filter(|state| *state != self.counted).collect();
        // Most ports are as they were.
        let state = if dice.holds(7) { states[0] } else { dice.one_of(&states) };
        let service = if dice.holds(5) { SERVICES[1] } else { dice.one_of(&SERVICES) };
        format!(
            "<port protocol=\"{protocol}\" portid=\"{number}\"><state state=\"{state}\"/>{service}</port>\n"
        )
    }

    fn host(&self, dice: &mut Dice, last: u64, is_of_both: bool) -> String {
        let is_up = dice.holds(9) || !is_of_both;
        let mut text = format!(
            "<host><status state=\"{}\"/>\n<address addr=\"10.0.0.{last}\" addrtype=\"ipv4\"/>\n",
            if is_up { "up" } else { "down" }
        );
        if dice.holds(2) {
            text += "<address addr=\"02:00:00:00:00:0A\" addrtype=\"mac\"/>\n";
        }
        if last.is_multiple_of(2) {
            writeln!(text, "<hostnames><hostname name=\"pc{last}.example\" type=\"PTR\"/></hostnames>")
                .unwrap();
        }
        if is_up {
            text += &self.inside(dice);
        }
        text + "</host>\n"
    }

    fn inside(&self, dice: &mut Dice) -> String {
        let mut text = "<ports>".to_owned();
        if !self.counted.is_empty() {
            let count = if dice.holds(7) { 900 } else { 901 };
            writeln!(text, "<extraports state=\"{}\" count=\"{count}\"/>", self.counted).unwrap();
        }
        for place in PORTS {
            if dice.holds(6) {
                text += &self.port(dice, place);
            }
        }
        text += "</ports>\n<os>";
        for _ in 0..dice.below(3) {
            write!(text, "<osmatch name=\"{}\" accuracy=\"95\" line=\"1\"/>", dice.one_of(&SYSTEMS)).unwrap();
        }
        text + "</os>\n" + &results(dice, "hostscript")
    }
}

fn results(dice: &mut Dice, name: &str) -> String {
    match dice.one_of(&SAID) {
        "" => String::new(),
        said => format!("<{name}><script id=\"said\" output=\"{said}\"/></{name}>\n"),
    }
}

/// Two files of the same network.
fn pair(seed: u64) -> [String; 2] {
    let mut dice = Dice(seed);
    let network =
        Network { counted: ["", "closed", "filtered", "unfiltered"][usize::try_from(seed % 4).unwrap()] };
    let mut files = ["1700000000", "1700086400"].map(|start| {
        format!("<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\" args=\"nmap x\" start=\"{start}\" version=\"7.93\">\n")
    });
    files.iter_mut().for_each(|file| *file += &results(&mut dice, "prescript"));
    for last in 1..5 {
        let (is_same, has) = (dice.holds(2), [dice.holds(8), dice.holds(8)]);
        let state = dice.0;
        for (file, _) in files.iter_mut().zip(has).filter(|(_, has)| *has) {
            if is_same {
                dice.0 = state;
            }
            *file += &network.host(&mut dice, last, has == [true, true]);
        }
    }
    for file in &mut files {
        *file += &results(&mut dice, "postscript");
        *file += "<runstats><finished time=\"1700090000\"/></runstats></nmaprun>\n";
    }
    files
}

/// The lines that went and came, but for those about the scans, with single blanks.
fn signed(text: &str) -> Vec<String> {
    let is_signed = |line: &&str| line.starts_with(['+', '-']) && !line.contains(" scan initiated ");
    let single = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines: Vec<_> = text.lines().filter(is_signed).map(single).collect();
    lines.sort();
    lines
}

/// Elements with what scripts say of no host.
const SCRIPTS: [&str; 2] = ["prescript", "postscript"];

/// What only one side has, as elements: whose, of which port, and what.
fn elements(xml: &str) -> Vec<String> {
    let (mut path, mut found) = (Vec::new(), Vec::new());
    for tag in xml.split('<').skip(1).filter_map(|text| Some(text.split_once('>')?.0)) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        match (name.starts_with(['?', '/', '!']), tag.strip_suffix('/')) {
            (true, _) if name.starts_with('/') => drop(path.pop()),
            (true, _) => {}
            (false, None) => path.push(element(tag)),
            (false, Some(leaf)) => {
                let leaf = element(leaf);
                let is_side = |name: &str| matches!(name, "a" | "b");
                let side = path.iter().position(|name| is_side(name));
                // Around results of no host that only one side has, ndiff forgets to say whose they are.
                let is_forgotten =
                    |side: usize| path.get(side + 1).is_some_and(|name| SCRIPTS.contains(&name.as_str()));
                let side = side.filter(|side| !is_forgotten(*side)).map(|side| &path[side]);
                let is_told = !is_side(&leaf) && !leaf.starts_with("nmaprun");
                if let Some(side) = side.filter(|_| is_told) {
                    let port = path.iter().rfind(|name| name.starts_with("port "));
                    found.push(format!("{side} {port:?} {leaf}"));
                }
            }
        }
    }
    found.sort();
    found
}

/// The name and the attributes in order, with single blanks.
fn element(tag: &str) -> String {
    let (name, rest) = tag.trim().split_once(char::is_whitespace).unwrap_or((tag.trim(), ""));
    let values: Vec<&str> = rest.split('"').collect();
    let single = |text: &str| text.replace("&#10;", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let (pairs, _) = values.as_chunks::<2>();
    let mut words: Vec<String> =
        pairs.iter().map(|[key, value]| format!("{}{}", key.trim(), single(value))).collect();
    words.sort();
    words.insert(0, name.to_owned());
    words.join(" ")
}

#[test]
fn ndiff_shows_the_same_of_whatever_two_files() {
    if !has("ndiff") {
        crate::common::skip("ndiff is not installed");
        return;
    }
    let place = Workplace::new();
    let mut differing = 0;
    for seed in 0..40 {
        let [old, new] = pair(seed);
        place.write("old.xml", &old);
        place.write("new.xml", &new);
        let theirs = |option: &str| {
            let mut ndiff = Command::new("ndiff");
            ndiff.arg(option).args([place.path("old.xml"), place.path("new.xml")]);
            finish(ndiff)
        };
        let (text, ours) = (theirs("--text"), place.run("diff old.xml new.xml"));
        assert_eq!(
            signed(&ours.stdout),
            signed(&text.stdout),
            "{seed}: {}\n{}{}",
            ours.stdout,
            text.stdout,
            text.stderr
        );
        // That scripts said something else of no host is a difference here and none there.
        let is_said = ["Pre-scan", "Post-scan"].iter().any(|title| text.stdout.contains(title));
        assert_eq!(ours.code, if is_said { 1 } else { text.code }, "{seed}");
        differing += signed(&text.stdout).len();
        // One form in two cases is enough: ndiff takes its time.
        if seed / 4 % 2 == 0 {
            continue;
        }
        let (xml, ours) = (theirs("--xml"), place.run("diff --xml old.xml new.xml"));
        assert_eq!(elements(&ours.stdout), elements(&xml.stdout), "{seed}: {}\n{}", ours.stdout, xml.stdout);
    }
    assert!(differing > 400, "{differing}");
}
