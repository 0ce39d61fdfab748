//! What the oracle test knows: hosts and ports by hand, times and the version from Nmap's own XML.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use muster_model::{PortState, Protocol, Reason};
use muster_nmap::output::{Ending, Host, Latency, Outcome, Port, Scan, ScanKind, Service};
use quick_xml::events::Event;

pub(crate) const REFUSED: Reason = Reason::ConnRefused;
pub(crate) const SILENT: Reason = Reason::NoResponse;

pub(crate) fn port_scan() -> Scan {
    Scan {
        program: "Nmap".into(),
        version: "0".into(),
        arguments: String::new(),
        start: moment("0"),
        kind: ScanKind::Connect,
        tcp: Vec::new(),
        udp: Vec::new(),
        asks_services: false,
        verbosity: 0,
        debugging: 0,
        reasons: false,
        only_open: false,
        stylesheet: None,
    }
}

pub(crate) fn host(address: IpAddr) -> Host {
    Host {
        address,
        up: true,
        phantom: None,
        reason: Reason::UserSet,
        reason_ttl: 0,
        hardware: None,
        maker: None,
        given_name: None,
        reverse_name: None,
        ports: Vec::new(),
        scripts: Vec::new(),
        latency: None,
        timed_out: false,
        start: 0,
        end: 0,
    }
}

pub(crate) fn open(number: u16) -> Port {
    let name = match number {
        22 => Some("ssh"),
        80 => Some("http"),
        443 => Some("https"),
        2967 => Some("symantec-av"),
        _ => None,
    };
    let service = name.map(Service::registered);
    let (state, reason) = (PortState::Open, Reason::SynAck);
    Port {
        number,
        protocol: Protocol::Tcp,
        state,
        reason,
        reason_ttl: 0,
        reason_from: None,
        phantom: None,
        service,
        scripts: Vec::new(),
    }
}

pub(crate) fn closed(number: u16) -> Port {
    Port { state: PortState::Closed, reason: REFUSED, ..open(number) }
}

pub(crate) fn ending(outcome: Outcome) -> Ending {
    Ending {
        end: moment("2"),
        elapsed: Duration::from_secs(2),
        total: 10,
        up: 9,
        unknown: 0,
        phantoms: Vec::new(),
        outcome,
    }
}

/// The minute in which Nmap began by its words on a terminal, for which it has looked at the clock a little before it did
/// so for the XML: another minute may have begun between.
pub(crate) fn on_terminal(text: &str, start: &Zoned) -> Zoned {
    let words: Vec<&str> = text.split_whitespace().skip_while(|word| *word != "at").skip(1).take(2).collect();
    let told = DateTime::strptime("%Y-%m-%d %H:%M", words.join(" ")).unwrap();
    let told = told.to_zoned(start.time_zone().clone()).unwrap();
    let before = start.timestamp().as_second() - told.timestamp().as_second();
    assert!((0..120).contains(&before), "{told}, {start}");
    told
}

/// The elements of a document with their attributes.
pub(crate) struct Facts {
    elements: Vec<(String, BTreeMap<String, String>)>,
}

impl Facts {
    pub(crate) fn read(xml: &str) -> Self {
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return Self { elements },
                Event::Start(element) | Event::Empty(element) => {
                    let attributes = element.attributes().map(|attribute| {
                        let attribute = attribute.unwrap();
                        (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
                    });
                    elements.push((element.name().as_ref().to_owned(), attributes.collect()));
                }
                Event::PI(instruction) => {
                    let href = instruction.split('"').nth(1).unwrap_or_default().to_owned();
                    elements.push(("stylesheet".into(), [("href".into(), href)].into()));
                }
                _ => {}
            }
        }
    }

    /// Gives our scan and hosts Nmap's version and times, and returns how its run ended.
    pub(crate) fn apply(&self, scan: &mut Scan, hosts: &mut [Host]) -> Ending {
        scan.version = self.value("nmaprun", "version").into();
        scan.start = moment(self.value("nmaprun", "start"));
        scan.stylesheet = Some(self.value("stylesheet", "href").into());
        scan.tcp = ports(self.value("scaninfo", "services"));
        for host in hosts {
            self.apply_times(host);
        }
        Ending {
            end: moment(self.value("finished", "time")),
            elapsed: Duration::from_secs_f64(self.value("finished", "elapsed").parse().unwrap()),
            total: self.value("hosts", "total").parse().unwrap(),
            up: self.value("hosts", "up").parse().unwrap(),
            unknown: 0,
            phantoms: Vec::new(),
            outcome: Outcome::Success,
        }
    }

    fn apply_times(&self, host: &mut Host) {
        let address = host.address.to_string();
        let mut started = ("", "");
        let mut is_wanted = false;
        for (name, attributes) in &self.elements {
            let value = |attribute: &str| attributes.get(attribute).map_or("", String::as_str);
            match name.as_str() {
                "host" => started = (value("starttime"), value("endtime")),
                "address" => is_wanted = value("addr") == address,
                "times" if is_wanted => {
                    let time = |attribute| Duration::from_micros(value(attribute).parse().unwrap());
                    let (srtt, rttvar, timeout) = (time("srtt"), time("rttvar"), time("to"));
                    host.latency = Some(Latency { srtt, rttvar, timeout });
                    host.start = started.0.parse().unwrap_or_default();
                    host.end = started.1.parse().unwrap_or_default();
                }
                _ => {}
            }
        }
    }

    fn value(&self, element: &str, attribute: &str) -> &str {
        let found = self.elements.iter().find(|(name, _)| name == element);
        found.and_then(|(_, attributes)| attributes.get(attribute)).map_or("", String::as_str)
    }
}

fn ports(list: &str) -> Vec<std::ops::RangeInclusive<u16>> {
    let range = |item: &str| {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        first.parse().unwrap()..=last.parse().unwrap()
    };
    list.split(',').filter(|item| !item.is_empty()).map(range).collect()
}

/// Nmap prints local time.
fn moment(seconds: &str) -> Zoned {
    Timestamp::from_second(seconds.parse().unwrap()).unwrap().to_zoned(TimeZone::system())
}
