//! Pieces made by hand, as readers give them, compared.

mod absence;
mod equality;
mod forms;
mod records;
mod unjudged;

use std::net::IpAddr;

use jiff::Timestamp;
use muster_model::{Excerpt, PortState, Protocol};
use muster_nmap::read::{
    Ending, Form, Head, Host, NameKind, Piece, Port, Rest, RestReason, Script, Service, Status, Tail,
    Unjudged,
};

use super::{Comparison, Shown, Side, Tally, write_diff_jsonl, write_diff_text, write_diff_xml};

const OPEN: PortState = PortState::Open;
const CLOSED: PortState = PortState::Closed;
const FILTERED: PortState = PortState::Filtered;

fn excerpt(text: &str) -> Excerpt {
    Excerpt::of(text)
}

fn address(last: u8) -> IpAddr {
    [10, 0, 0, last].into()
}

/// 10.0.0.`last`, up, with ports.
fn host(last: u8, ports: Vec<Port>) -> Host {
    Host {
        address: address(last),
        hardware: None,
        names: Vec::new(),
        status: Status::Up,
        reason: None,
        reason_ttl: 0,
        ports,
        rest: Vec::new(),
        scripts: Vec::new(),
        unjudged: Unjudged::default(),
        timed_out: false,
        times: (None, None),
    }
}

fn port(number: u16, state: PortState) -> Port {
    Port {
        protocol: Protocol::Tcp,
        number,
        state,
        reason: None,
        reason_ttl: 0,
        reason_from: None,
        service: None,
        scripts: Vec::new(),
        at: None,
    }
}

fn with_service(port: Port, name: &str, product: &str, version: &str) -> Port {
    let text = |text: &str| (!text.is_empty()).then(|| excerpt(text));
    let service =
        Service { name: text(name), product: text(product), version: text(version), ..Service::default() };
    Port { service: Some(service), ..port }
}

fn rest(state: PortState, count: u32, ports: &[(u16, u16)]) -> Rest {
    let ports = ports.iter().map(|(first, last)| (Protocol::Tcp, *first..=*last)).collect();
    Rest { state, count, reasons: vec![RestReason { reason: None, count, ports }] }
}

fn script(id: &str, output: &str) -> Script {
    Script { id: excerpt(id), output: excerpt(output), lines: Vec::new(), elements: Vec::new() }
}

fn verdict(word: &str, why: &str) -> Script {
    let elements = vec![(excerpt("verdict"), excerpt(word))];
    Script { elements, ..script("muster-verdict", &format!("{word}: {why}")) }
}

fn named(host: Host, name: &str) -> Host {
    Host { names: vec![(excerpt(name), NameKind::Reverse)], ..host }
}

/// What a reader gives of a file of nmap's with these hosts.
fn pieces(start: i64, hosts: Vec<Host>, ending: Ending) -> Vec<Result<Piece, ()>> {
    written_by(Form::Xml, "nmap", start, (hosts, ending))
}

/// The same of another scanner's.
fn written_by(form: Form, scanner: &str, start: i64, (hosts, ending): Hosts) -> Vec<Result<Piece, ()>> {
    let head = Head {
        form,
        scanner: excerpt(scanner),
        version: Some(excerpt("7.93")),
        arguments: Some(excerpt("nmap -p 1-1000 10.0.0.0/24")),
        start: Some(Timestamp::from_second(start).unwrap()),
        asked: Vec::new(),
        command: String::new(),
        asked_otherwise: false,
        lists_down: false,
        scripts: Vec::new(),
    };
    let tail = Tail { ending, ..Tail::default() };
    let hosts = hosts.into_iter().map(|host| Piece::Host(Box::new(host)));
    let ends = (Piece::Head(Box::new(head)), Piece::Tail(Box::new(tail)));
    [ends.0].into_iter().chain(hosts).chain([ends.1]).map(Ok).collect()
}

/// The hosts of a file, and how it ends.
type Hosts = (Vec<Host>, Ending);

/// Two files, compared.
struct Two(Comparison);

impl Two {
    fn new(old: Vec<Host>, new: Vec<Host>) -> Self {
        Self::ending((old, Ending::Complete), (new, Ending::Complete))
    }

    fn ending(old: Hosts, new: Hosts) -> Self {
        Self::by([(Form::Xml, "nmap", old), (Form::Xml, "nmap", new)])
    }

    /// Files in these forms, of these scanners.
    fn by([old, new]: [(Form, &str, Hosts); 2]) -> Self {
        let (old, new) =
            (written_by(old.0, old.1, 1_800_000_000, old.2), written_by(new.0, new.1, 1_800_086_400, new.2));
        let old = Side::of_pieces("old.xml", old).unwrap();
        let new = Side::of_pieces("new.xml", new).unwrap();
        Self(Comparison::new(old, new))
    }

    fn text(&self, shown: Shown) -> (String, Tally) {
        let mut out = Vec::new();
        let tally = write_diff_text(&mut out, &self.0, shown).unwrap();
        (String::from_utf8(out).unwrap(), tally)
    }

    fn jsonl(&self, shown: Shown) -> String {
        let mut out = Vec::new();
        write_diff_jsonl(&mut out, &self.0, shown).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn xml(&self, shown: Shown) -> String {
        let mut out = Vec::new();
        write_diff_xml(&mut out, &self.0, shown).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Everything but the lines about the scans.
    fn lines(&self) -> Vec<String> {
        let (text, _) = self.text(Shown::Different);
        text.lines().skip(2).map(str::to_owned).collect()
    }
}
