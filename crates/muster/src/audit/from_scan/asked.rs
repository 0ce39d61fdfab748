//! What a file says was asked: without that nothing follows from a port that it does not name.

use muster_engine::{IntervalSet, PortSet};
use muster_model::Protocol;
use muster_nmap::read::{Form, Head, LONGEST_COMMAND};

/// What a file says was asked of every host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileAsked {
    /// The ports; `None`: it does not say.
    pub(super) ports: Option<PortSet>,
    /// Whether `open` and `closed` of TCP mean what they say: with flags that no connection begins with they do not.
    pub(super) is_plain: bool,
    /// Whether connections were made, so that a refusal is the system's word.
    pub(super) by_connections: bool,
    /// Whether it was asked for more than ports of TCP and UDP: a state that is only counted may be of that.
    pub(super) asks_otherwise: bool,
    /// Whether a file that is whole is whole for every host in it, though it lists answers alone.
    pub(super) lists_answers: bool,
}

impl FileAsked {
    /// By the file's own list, or else by the command line.
    pub(super) fn of(head: &Head) -> Self {
        let words: Vec<&str> = head.command.split(' ').collect();
        let is_whole = head.command.len() < LONGEST_COMMAND;
        let kinds: Vec<&str> = head.asked.iter().map(|asked| asked.kind.as_str()).collect();
        let is_masscan = matches!(head.form, Form::MasscanXml | Form::MasscanJson | Form::MasscanList);
        let types: Vec<char> = words.iter().copied().flat_map(scan_types).collect();
        let has = |letters: &[char]| types.iter().any(|letter| letters.contains(letter));
        let is_odd = |word: &&str| ODD_SCANS.iter().any(|odd| word.starts_with(odd));
        let asks_otherwise = head.asked_otherwise || has(&OTHER_TYPES);
        let ports = listed(head).or_else(|| if is_whole { typed(&words) } else { None });
        Self {
            ports: ports.filter(|_| !asks_otherwise),
            is_plain: kinds.iter().all(|kind| PLAIN.contains(kind))
                && !has(&ODD_TYPES)
                && !words.iter().any(is_odd),
            by_connections: kinds.contains(&"connect") || has(&['T']),
            asks_otherwise,
            lists_answers: is_masscan,
        }
    }

    /// How many ports.
    pub(super) fn total(&self) -> Option<u64> {
        self.ports.as_ref().map(|ports| ports.total().into())
    }
}

/// The scan types of a word: `-sVN` has two. A long option behind one dash has none, since its letters are small.
fn scan_types(word: &str) -> impl Iterator<Item = char> + '_ {
    let types = word.strip_prefix("-s").map_or("", |rest| rest.split('=').next().unwrap_or(rest));
    types.chars().filter(char::is_ascii_uppercase)
}

fn listed(head: &Head) -> Option<PortSet> {
    if head.asked.is_empty() {
        return None;
    }
    let of = |protocol: Protocol| {
        let lists = head.asked.iter().filter(|asked| asked.protocol == protocol);
        IntervalSet::from_ranges(lists.flat_map(|asked| asked.ports.iter().cloned())).ok()
    };
    Some(PortSet::new(of(Protocol::Tcp)?, of(Protocol::Udp)?))
}

/// The numbers of a `-p` that names TCP ports one by one. Names and shares of tables are not known here.
fn typed(words: &[&str]) -> Option<PortSet> {
    let is_unclear = |word: &&str| {
        let asks_datagrams = scan_types(word).any(|letter| letter == 'U');
        asks_datagrams || word.starts_with("--exclude-ports") || *word == "-F"
    };
    if words.iter().any(is_unclear) {
        return None;
    }
    let mut lists = words.iter().enumerate().filter_map(|(place, word)| match *word {
        "-p" | "--ports" => words.get(place + 1).copied(),
        word => word.strip_prefix("--ports=").or_else(|| word.strip_prefix("-p")),
    });
    let (list, None) = (lists.next()?, lists.next()) else { return None };
    let list = list.strip_prefix("T:").unwrap_or(list);
    if list == "-" {
        return Some(PortSet::of_tcp(1..=u16::MAX));
    }
    let ranges = list.split(',').map(|item| {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        Some(first.parse().ok()?..=last.parse().ok()?)
    });
    let ranges = ranges.collect::<Option<Vec<std::ops::RangeInclusive<u16>>>>()?;
    let is_in_order = ranges.iter().all(|range| range.start() <= range.end());
    let tcp = IntervalSet::from_ranges(ranges).ok().filter(|_| is_in_order)?;
    Some(PortSet::new(tcp, IntervalSet::empty()))
}

/// Nmap's words for asking as any connection begins, and for datagrams.
const PLAIN: [&str; 5] = ["syn", "connect", "udp", "", "unknown"];

/// Letters of scan types that ask in other ways, or in another's name.
const ODD_TYPES: [char; 7] = ['F', 'N', 'X', 'A', 'W', 'M', 'I'];

/// Letters of scan types that ask neither TCP nor UDP.
const OTHER_TYPES: [char; 3] = ['Y', 'Z', 'O'];

/// Options that ask in other ways, or in another's name.
const ODD_SCANS: [&str; 3] = ["--scanflags", "-scanflags", "-b"];

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use muster_model::Excerpt;
    use muster_nmap::read::Asked;

    use super::*;

    fn head(form: Form, arguments: &str) -> Head {
        Head {
            form,
            scanner: Excerpt::of("nmap"),
            version: None,
            arguments: Some(Excerpt::of(arguments)),
            command: arguments.to_owned(),
            start: Some(Timestamp::UNIX_EPOCH),
            asked: Vec::new(),
            asked_otherwise: false,
            lists_down: false,
            scripts: Vec::new(),
        }
    }

    #[test]
    fn a_command_line_tells_ports_where_it_is_clear() {
        let tcp = |ports: &[u16]| Some(PortSet::of_tcp(ports.iter().copied()));
        for (line, expected) in [
            ("nmap -p 22,80 10.0.0.1", tcp(&[22, 80])),
            ("nmap -p22,2967-2968 -n 10.0.0.1", tcp(&[22, 2967, 2968])),
            ("nmap -pT:22 10.0.0.1", tcp(&[22])),
            ("masscan --ports 22 10.0.0.0/24", tcp(&[22])),
            ("masscan --ports=22 10.0.0.0/24", tcp(&[22])),
            ("nmap -p- 10.0.0.1", Some(PortSet::of_tcp(1..=u16::MAX))),
            ("nmap 10.0.0.1", None),
            ("nmap -p http 10.0.0.1", None),
            ("nmap -p 80-22 10.0.0.1", None),
            ("nmap -p 22 -p 80 10.0.0.1", None),
            ("nmap -sU -p 53 10.0.0.1", None),
            ("nmap -sSU -p 53 10.0.0.1", None),
            ("nmap -p 22 --exclude-ports 22 10.0.0.1", None),
            ("nmap -p", None),
        ] {
            assert_eq!(FileAsked::of(&head(Form::Grepable, line)).ports, expected, "{line}");
        }
    }

    #[test]
    fn a_long_command_line_is_read_to_its_end() {
        let ports: Vec<u16> = (1000..1100).collect();
        let list: Vec<String> = ports.iter().map(u16::to_string).collect();
        let line = format!("nmap -p {} -sF 10.0.0.1", list.join(","));
        let asked = FileAsked::of(&head(Form::Grepable, &line));
        assert_eq!((asked.ports, asked.is_plain), (Some(PortSet::of_tcp(ports)), false));
        let endless = format!("nmap -p 22 {}", "a".repeat(LONGEST_COMMAND));
        let endless = Head { command: endless[..LONGEST_COMMAND].to_owned(), ..head(Form::Grepable, "") };
        assert_eq!(FileAsked::of(&endless).ports, None, "who knows what else was typed");
    }

    #[test]
    fn a_list_in_the_file_goes_before_the_command_line() {
        let mut head = head(Form::Xml, "nmap -p 1 10.0.0.1");
        let kind = |kind: &str| Excerpt::of(kind);
        head.asked = vec![
            Asked { kind: kind("syn"), protocol: Protocol::Tcp, ports: vec![22..=23, 80..=80] },
            Asked { kind: kind("udp"), protocol: Protocol::Udp, ports: vec![53..=53] },
        ];
        let asked = FileAsked::of(&head);
        assert_eq!(asked.total(), Some(4));
        assert!(asked.is_plain && !asked.by_connections);
        head.asked[0].kind = kind("xmas");
        assert!(!FileAsked::of(&head).is_plain);
    }

    #[test]
    fn odd_scans_are_known_by_their_option() {
        for (line, is_plain) in [
            ("nmap -sS -p 22 a", true),
            ("nmap -sF -p 22 a", false),
            ("nmap -sI z -p 22 a", false),
            ("nmap -sVN -p 22 a", false),
            ("nmap -sTA -p 22 a", false),
            ("nmap -sUSC -script=A,N -stylesheet a -p 22 a", true),
            ("nmap --scanflags URG -p 22 a", false),
        ] {
            assert_eq!(FileAsked::of(&head(Form::Grepable, line)).is_plain, is_plain, "{line}");
        }
    }

    #[test]
    fn ports_of_other_transports_are_none_of_tcp() {
        for types in ["-sY", "-sZ", "-sO", "-sSY", "-sVO"] {
            let asked = FileAsked::of(&head(Form::Grepable, &format!("nmap {types} -p 2960-3100 a")));
            assert_eq!((asked.ports, asked.asks_otherwise), (None, true), "{types}");
        }
        let mut told = head(Form::Xml, "nmap -p 22,S:36412 a");
        told.asked = vec![Asked { kind: Excerpt::of("syn"), protocol: Protocol::Tcp, ports: vec![22..=22] }];
        assert!(FileAsked::of(&told).ports.is_some());
        told.asked_otherwise = true;
        assert_eq!(FileAsked::of(&told).ports, None);
        assert!(FileAsked::of(&head(Form::Grepable, "nmap -sVT a")).by_connections);
    }
}
