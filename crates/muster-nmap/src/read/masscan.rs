//! masscan's `-oL`, and what its records have in common in every form: an address, one port, when it was seen.
//!
//! masscan remembers nothing, so each record is a host of its own; one address comes as often as it has ports, in any
//! order.

use std::net::IpAddr;

use jiff::Timestamp;
use muster_model::{PortState, Protocol, Reason};

use super::lines::{self, Fault, LineForm, Progress, Tally};
use super::making::{HostInMaking, TooMuch};
use super::{Port, Service, Status, words};

/// One record, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) address: Option<IpAddr>,
    pub(super) at: Option<Timestamp>,
    pub(super) protocol: Option<RecordProtocol>,
    pub(super) number: Option<u16>,
    pub(super) state: Option<PortState>,
    pub(super) reason: Option<Reason>,
    pub(super) ttl: u8,
    pub(super) service: Service,
}

/// What masscan asked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordProtocol {
    Port(Protocol),
    /// No port, but the host, which is there for this reason.
    Host(Reason),
}

/// What masscan's word for what it asked by says of the host, if that is not a port.
pub(super) fn host_reason(protocol: &str) -> Option<Reason> {
    match protocol {
        "icmp" => Some(Reason::EchoReply),
        "arp" => Some(Reason::ArpResponse),
        _ => None,
    }
}

impl RecordProtocol {
    pub(super) fn of(word: &str) -> Option<Self> {
        host_reason(word).map(Self::Host).or_else(|| words::protocol(word).map(Self::Port))
    }
}

impl Record {
    /// Takes the port of the record. A banner is a sign that the port is open.
    pub(super) fn take_port(&mut self, host: &mut HostInMaking) -> Result<(), TooMuch> {
        host.address = self.address;
        host.host.times.1 = self.at;
        host.host.status = Status::Up;
        let (protocol, number, state) = (self.protocol.take(), self.number.take(), self.state.take());
        let (reason, ttl) = (self.reason.take(), std::mem::take(&mut self.ttl));
        let service = std::mem::take(&mut self.service).if_any();
        match protocol {
            Some(RecordProtocol::Port(protocol)) => {
                let state = state.or(service.as_ref().map(|_| PortState::Open));
                let Some((number, state)) = number.zip(state) else { return Ok(()) };
                let port = Port {
                    reason,
                    reason_ttl: ttl,
                    service,
                    at: self.at,
                    ..Port::new(protocol, number, state)
                };
                host.add_port(port)
            }
            Some(RecordProtocol::Host(reason)) => {
                (host.host.reason, host.host.reason_ttl) = (Some(reason), ttl);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The host of a record with one port.
    pub(super) fn into_host(mut self) -> Result<HostInMaking, TooMuch> {
        let mut host = HostInMaking::new();
        self.take_port(&mut host)?;
        Ok(host)
    }
}

/// How a list begins.
const HEADER: &str = "#masscan";

/// The reader of `-oL`.
#[derive(Debug)]
pub(super) struct List;

impl LineForm for List {
    fn line(&mut self, line: &str, run: &mut Progress) -> Result<(), Fault> {
        if let Some(record) = record(line) {
            run.add(record.into_host()?);
        } else if line.starts_with(HEADER) {
            run.begin_run();
        } else if line.trim_end() == "# end" {
            run.begin();
            run.end_run(Tally::default(), None);
        } else {
            lines::unknown(line, run.form())?;
        }
        Ok(())
    }

    fn is_whole(&self, line: &str) -> bool {
        line == "# end"
    }

    fn end(&mut self, _: &mut Progress) -> Result<(), Fault> {
        Ok(())
    }

    fn appended(&self, line: &str) -> Option<usize> {
        line.strip_suffix(HEADER).map(str::len).filter(|at| *at > 0)
    }

    /// There is nothing in a head that could be believed.
    fn ends_in_foreign_words(&self, _: &str) -> bool {
        false
    }

    fn give_up(&mut self, _: &mut Progress) -> Result<(), Fault> {
        Ok(())
    }
}

/// `open tcp 80 10.0.0.1 1500000000`, `banner tcp 80 10.0.0.1 1500000000 http Server: …`
fn record(line: &str) -> Option<Record> {
    let mut words = line.splitn(7, ' ');
    let kind = words.next()?;
    let protocol = RecordProtocol::of(words.next()?);
    let number = words.next()?.parse().ok()?;
    let address = words::address(words.next()?)?;
    let at = words.next().and_then(words::epoch);
    let (state, service) = match kind {
        "banner" => (None, banner(words.next().unwrap_or_default(), words.next().unwrap_or_default())),
        // Of a host it says `up`.
        _ if matches!(protocol, Some(RecordProtocol::Host(_))) => (None, Service::default()),
        state => (Some(words::state(state)?), Service::default()),
    };
    let (address, number) = (Some(address), Some(number));
    Some(Record { address, at, protocol, number, state, service, ..Record::default() })
}

/// What masscan read from a port: the protocol as it guessed it, and the words.
pub(super) fn banner(name: &str, text: &str) -> Service {
    Service { is_probed: true, banner: words::excerpt(text), ..Service::of_cell(name) }
}
