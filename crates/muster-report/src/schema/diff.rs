//! The public JSON contract of `muster diff`: one object a line, told apart by `type`.
//!
//! `diff` comes first, then a `host` line for each host that differs (or for each, if all were asked for) in order of
//! address, at the end one `end`. A stream without an `end` was cut off. What one side does not say is null.

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

/// One line of the stream.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Line<'a> {
    /// What is compared.
    Diff(Diff<'a>),
    /// A host.
    Host(Box<Host<'a>>),
    /// The differences in numbers.
    End(End),
}

impl Line<'_> {
    /// Writes the line with its line end, in one call.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        out.write_all(&text)
    }
}

/// Something before and after; null: that side does not say.
#[derive(Debug, Serialize)]
pub struct Change<T> {
    /// In the earlier scan.
    pub old: Option<T>,
    /// In the later scan.
    pub new: Option<T>,
}

/// What is compared.
#[derive(Debug, Serialize)]
pub struct Diff<'a> {
    /// The contract's version.
    pub schema: u32,
    /// The earlier scan.
    pub old: Source<'a>,
    /// The later scan.
    pub new: Source<'a>,
    /// What scripts said of no host, before the first one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before_hosts: Vec<Script<'a>>,
    /// What scripts said of no host, behind the last one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub behind_hosts: Vec<Script<'a>>,
}

/// One of the two scans.
#[derive(Debug, Serialize)]
pub struct Source<'a> {
    /// The file, or the run, as in `run 3`.
    pub source: &'a str,
    /// Who made it: `nmap`, `masscan`, `muster`.
    pub scanner: &'a str,
    /// The program's version.
    pub version: Option<&'a str>,
    /// The command line.
    pub arguments: Option<&'a str>,
    /// When it began (RFC 3339).
    pub start: Option<Timestamp>,
    /// Why it is not whole, so that nothing follows from hosts that it does not have, nor from ports unless nmap wrote it;
    /// null: it is whole.
    pub partial: Option<&'a str>,
}

/// A host before and after. Fields that do not differ are left out, unless all was asked for.
#[derive(Debug, Serialize)]
pub struct Host<'a> {
    /// The host.
    pub address: IpAddr,
    /// `changed`, `appeared` (only the later scan has it), `gone` (only the earlier), or `same`.
    pub change: &'static str,
    /// `up`, `down` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Change<&'static str>>,
    /// Whether it was given up; nothing is then known of its ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timed_out: Option<Change<bool>>,
    /// Its names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Change<Vec<&'a str>>>,
    /// Its hardware address: `02:00:00:00:00:0a`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Change<String>>,
    /// `suspect`, `unprotected`, `degraded`, `unknown`, `protected-likely`, `protected-verified`, `exempt` or
    /// `out-of-scope`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Change<&'static str>>,
    /// Ports that are listed one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port<'a>>,
    /// Ports that are only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Change<Vec<Rest>>>,
    /// What its operating system may be, the likeliest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systems: Option<Change<Vec<&'a str>>>,
    /// What scripts said of the host, and in their place muster (`muster-verdict`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script<'a>>,
}

/// A port before and after.
#[derive(Debug, Serialize)]
pub struct Port<'a> {
    /// The port.
    pub port: u16,
    /// `tcp`, `udp`, `sctp`, or `ip`, of which the port is the protocol's number.
    pub protocol: &'static str,
    /// In the earlier scan; null: it is not listed there.
    pub old: Option<Seen<'a>>,
    /// In the later scan; null: it is not listed there.
    pub new: Option<Seen<'a>>,
    /// What scripts said of the port.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script<'a>>,
}

/// A port as one scan has it.
#[derive(Debug, Serialize)]
pub struct Seen<'a> {
    /// `open`, `closed`, `filtered`, `open|filtered`, `unfiltered` or `closed|filtered`.
    pub state: &'static str,
    /// The service; null: nothing is said of it, as of ports that are only counted.
    pub service: Option<Service<'a>>,
}

/// What is said of a service, in Nmap's words.
#[derive(Debug, Serialize)]
pub struct Service<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// The product.
    pub product: Option<&'a str>,
    /// Its version.
    pub version: Option<&'a str>,
    /// More.
    pub extra: Option<&'a str>,
    /// Whether it was spoken to through TLS.
    pub tls: bool,
}

/// Ports of one state that are only counted.
#[derive(Debug, Serialize)]
pub struct Rest {
    /// Their state.
    pub state: &'static str,
    /// How many.
    pub count: u32,
}

/// What a script said.
#[derive(Debug, Serialize)]
pub struct Script<'a> {
    /// Which.
    pub id: &'a str,
    /// In the earlier scan, with its line ends.
    pub old: Option<Cow<'a, str>>,
    /// In the later scan, with its line ends.
    pub new: Option<Cow<'a, str>>,
}

/// The differences in numbers.
#[derive(Debug, Serialize)]
pub struct End {
    /// Whether anything differs.
    pub different: bool,
    /// Hosts that are alike.
    pub same: u64,
    /// Hosts of both that differ.
    pub changed: u64,
    /// Hosts that only the later scan has.
    pub appeared: u64,
    /// Hosts that only the earlier scan has.
    pub gone: u64,
    /// Hosts of the earlier scan of which the later one says nothing: not compared.
    pub unknown_in_new: u64,
    /// Hosts of the later scan of which the earlier one said nothing: not compared.
    pub unknown_in_old: u64,
    /// Hosts by verdicts that changed.
    pub verdicts: Vec<Verdicts>,
}

/// Hosts that went from one verdict to another.
#[derive(Debug, Serialize)]
pub struct Verdicts {
    /// The verdict in the earlier scan.
    pub old: &'static str,
    /// The verdict in the later scan.
    pub new: &'static str,
    /// How many.
    pub hosts: u64,
}
