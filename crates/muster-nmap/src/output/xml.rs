//! `-oX`: for programs. Valid by Nmap's `nmap.dtd`, and laid out line by line as Nmap lays it out.
//!
//! `scanner` is `nmap` because the DTD allows no other word; who really wrote the file stands in the comment, in `args`
//! and in `version`. Escaping is the library's; characters that XML 1.0 cannot hold become U+FFFD.

use std::fmt::Display;
use std::io::{self, Write};

use jiff::Zoned;
use muster_model::Protocol;
use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesPI, BytesStart, BytesText, Event};

use super::ignored::{Division, IgnoredState};
use super::{
    Ending, Format, Host, Latency, Method, NAMELESS, Outcome, Port, Scan, ScanKind, Script, Service, Share,
    Step, Task, text,
};

/// Writes XML output.
pub struct Xml<W> {
    writer: Writer<W>,
}

impl<W: Write> Xml<W> {
    /// For `-oX`.
    pub fn new(writer: W) -> Self {
        Self { writer: Writer::new(writer) }
    }

    fn prolog(&mut self, scan: &Scan) -> io::Result<()> {
        self.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.newline()?;
        self.writer.write_event(Event::DocType(BytesText::from_escaped("nmaprun")))?;
        self.newline()?;
        if let Some(stylesheet) = &scan.stylesheet {
            let stylesheet = valid(stylesheet);
            let reference = format!("xml-stylesheet href=\"{}\" type=\"text/xsl\"", escape(&*stylesheet));
            self.writer.write_event(Event::PI(BytesPI::new(reference)))?;
            self.newline()?;
        }
        self.writer.write_event(Event::Comment(BytesText::from_escaped(comment(scan))))?;
        self.newline()
    }

    fn ports_scanned(&mut self, scan: &Scan) -> io::Result<()> {
        let tcp = match scan.kind {
            ScanKind::Discovery | ScanKind::List => return Ok(()),
            ScanKind::Connect => "connect",
            ScanKind::Syn => "syn",
        };
        for (kind, protocol, ports) in [(tcp, Protocol::Tcp, &scan.tcp), ("udp", Protocol::Udp, &scan.udp)] {
            if !ports.is_empty() {
                let element = Element::new("scaninfo")
                    .with("type", kind)
                    .with("protocol", protocol)
                    .with("numservices", text::count(ports))
                    .with("services", text::ranges(ports.iter().cloned()));
                self.empty_line(element)?;
            }
        }
        Ok(())
    }

    fn addresses(&mut self, host: &Host) -> io::Result<()> {
        let kind = if host.address.is_ipv4() { "ipv4" } else { "ipv6" };
        self.empty_line(Element::new("address").with("addr", host.address).with("addrtype", kind))?;
        match host.hardware() {
            Some(hardware) => {
                let address = Element::new("address").with("addr", hardware).with("addrtype", "mac");
                self.empty_line(address.with_known("vendor", host.maker.as_ref()))
            }
            None => Ok(()),
        }
    }

    fn hostnames(&mut self, host: &Host) -> io::Result<()> {
        self.open(Element::new("hostnames"))?;
        self.newline()?;
        for (name, kind) in [(host.given_name(), "user"), (host.reverse_name(), "PTR")] {
            if let Some(name) = name {
                self.empty_line(Element::new("hostname").with("name", name).with("type", kind))?;
            }
        }
        self.close_line("hostnames")
    }

    fn ports(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        let division = Division::new(scan, host);
        self.open(Element::new("ports"))?;
        for ignored in &division.ignored {
            self.extra_ports(ignored)?;
        }
        for port in division.shown {
            self.port(port)?;
        }
        self.close_line("ports")
    }

    fn extra_ports(&mut self, ignored: &IgnoredState) -> io::Result<()> {
        self.open(Element::new("extraports").with("state", ignored.state).with("count", ignored.count))?;
        self.newline()?;
        for reason in &ignored.reasons {
            let element = Element::new("extrareasons")
                .with("reason", reason.reason)
                .with("count", reason.ports.len())
                .with("proto", reason.protocol)
                .with("ports", text::ranges(reason.ports.iter().map(|port| *port..=*port)));
            self.empty_line(element)?;
        }
        self.close_line("extraports")
    }

    fn port(&mut self, port: &Port) -> io::Result<()> {
        self.open(Element::new("port").with("protocol", port.protocol).with("portid", port.number))?;
        let state = Element::new("state")
            .with("state", port.state)
            .with("reason", port.why())
            .with("reason_ttl", port.reason_ttl)
            .with_known("reason_ip", port.reason_from);
        self.empty(state)?;
        if let Some(service) = port.service.as_ref().filter(|service| !service.is_nothing()) {
            self.empty(service_element(service))?;
        }
        self.scripts(&port.said())?;
        self.close_line("port")
    }

    /// What is said of a host (`hostscript`), or after the hosts of the whole run (`postscript`).
    fn scripts_of(&mut self, parent: &'static str, scripts: &[Script]) -> io::Result<()> {
        if scripts.is_empty() {
            return Ok(());
        }
        self.open(Element::new(parent))?;
        self.scripts(scripts)?;
        self.close(parent)
    }

    fn scripts(&mut self, scripts: &[Script]) -> io::Result<()> {
        scripts.iter().try_for_each(|script| self.script(script))
    }

    fn script(&mut self, script: &Script) -> io::Result<()> {
        let element = Element::new("script").with("id", &script.id).with("output", &script.output);
        if script.elements.is_empty() {
            return self.empty(element);
        }
        self.open(element)?;
        for (place, (key, value)) in script.elements.iter().enumerate() {
            if place > 0 {
                self.newline()?;
            }
            self.open(Element::new("elem").with("key", key))?;
            let value = valid(value);
            self.writer.write_event(Event::Text(BytesText::from_escaped(escape(&*value))))?;
            self.close("elem")?;
        }
        self.newline()?;
        self.close("script")
    }

    fn times(&mut self, latency: Latency) -> io::Result<()> {
        let element = Element::new("times")
            .with("srtt", latency.srtt.as_micros())
            .with("rttvar", latency.rttvar.as_micros())
            .with("to", latency.timeout.as_micros());
        self.empty_line(element)
    }

    fn open(&mut self, element: Element) -> io::Result<()> {
        self.writer.write_event(Event::Start(element.0))
    }

    fn empty(&mut self, element: Element) -> io::Result<()> {
        self.writer.write_event(Event::Empty(element.0))
    }

    fn empty_line(&mut self, element: Element) -> io::Result<()> {
        self.empty(element)?;
        self.newline()
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    fn close_line(&mut self, name: &str) -> io::Result<()> {
        self.close(name)?;
        self.newline()
    }

    fn newline(&mut self) -> io::Result<()> {
        self.writer.write_event(Event::Text(BytesText::from_escaped("\n")))
    }
}

impl<W: Write> Format for Xml<W> {
    fn begin(&mut self, scan: &Scan) -> io::Result<()> {
        self.prolog(scan)?;
        let run = Element::new("nmaprun")
            .with("scanner", "nmap")
            .with("args", &scan.arguments)
            .with("start", scan.start.timestamp().as_second())
            .with("startstr", text::moment(&scan.start))
            .with("version", &scan.version)
            .with("xmloutputversion", XML_OUTPUT_VERSION);
        self.open(run)?;
        self.newline()?;
        self.ports_scanned(scan)?;
        self.empty_line(Element::new("verbose").with("level", scan.verbosity))?;
        self.empty_line(Element::new("debugging").with("level", scan.debugging))?;
        self.writer.get_mut().flush()
    }

    fn host(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        if !host.is_shown(scan) {
            return Ok(());
        }
        self.open(host_element(scan, host))?;
        let status = Element::new("status")
            .with("state", state(scan, host))
            .with("reason", host.why())
            .with("reason_ttl", host.reason_ttl);
        self.empty_line(status)?;
        self.addresses(host)?;
        let has_name = host.given_name().or_else(|| host.reverse_name()).is_some();
        if has_name || !host.is_down() && scan.kind != ScanKind::List {
            self.hostnames(host)?;
        }
        if !host.is_down() {
            if scan.has_ports() && !host.timed_out && !host.ports.is_empty() {
                self.ports(scan, host)?;
            }
            self.scripts_of("hostscript", &host.said())?;
            if let Some(latency) = host.latency {
                self.times(latency)?;
            }
        }
        self.close_line("host")
    }

    fn task(&mut self, task: &Task<'_>) -> io::Result<()> {
        let element =
            |name| Element::new(name).with("task", task.name).with("time", task.at.timestamp().as_second());
        match &task.step {
            Step::Begins { .. } | Step::Talks { .. } => self.empty_line(element("taskbegin"))?,
            Step::Found(_) => return Ok(()),
            Step::IsAt(share) => self.empty_line(progress(element("taskprogress"), share, &task.at))?,
            Step::Ends { total, .. } => self.empty_line(element("taskend").with("extrainfo", total))?,
        }
        self.writer.get_mut().flush()
    }

    fn end(&mut self, scan: &Scan, ending: &Ending) -> io::Result<()> {
        self.scripts_of("postscript", ending.said().as_slice())?;
        self.open(Element::new("runstats"))?;
        self.empty(finished(scan, ending))?;
        let hosts = Element::new("hosts")
            .with("up", ending.up)
            .with("down", ending.total.saturating_sub(ending.up.saturating_add(ending.unknown)))
            .with("total", ending.total);
        self.empty_line(hosts)?;
        self.close_line("runstats")?;
        self.close_line("nmaprun")?;
        self.writer.get_mut().flush()
    }
}

impl<W> std::fmt::Debug for Xml<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xml").finish_non_exhaustive()
    }
}

/// A start tag under construction.
struct Element(BytesStart<'static>);

impl Element {
    fn new(name: &'static str) -> Self {
        Self(BytesStart::new(name))
    }

    fn with(mut self, attribute: &'static str, value: impl Display) -> Self {
        self.0.push_attribute((attribute, &*valid(&value.to_string())));
        self
    }

    fn with_known(self, attribute: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(attribute, value),
            None => self,
        }
    }
}

/// In the order of Nmap's attributes; a name there must be.
fn service_element(service: &Service) -> Element {
    let method = match service.method {
        Method::Table => "table",
        Method::Probed => "probed",
    };
    Element::new("service")
        .with("name", service.name.as_deref().unwrap_or(NAMELESS))
        .with_known("product", service.product.as_ref())
        .with_known("version", service.version.as_ref())
        .with_known("extrainfo", service.extra.as_ref())
        .with_known("hostname", service.host_name.as_ref())
        .with_known("tunnel", service.is_in_tls.then_some("ssl"))
        .with("method", method)
        .with("conf", service.confidence.min(10))
}

fn progress(element: Element, share: &Share, now: &Zoned) -> Element {
    let element = element.with("percent", format_args!("{:.2}", share.percent()));
    match share.expected(now) {
        Some((end, left)) => {
            element.with("remaining", left.as_secs()).with("etc", end.timestamp().as_second())
        }
        None => element,
    }
}

fn state(scan: &Scan, host: &Host) -> &'static str {
    if scan.kind == ScanKind::List { "unknown" } else { host.state() }
}

/// Times belong to what was done with a host that was found: one that had neither its ports asked nor scripts has none.
fn host_element(scan: &Scan, host: &Host) -> Element {
    let element = Element::new("host");
    if host.is_down() || !scan.has_ports() && host.scripts.is_empty() {
        return element;
    }
    let element = element.with("starttime", host.start).with("endtime", host.end);
    if host.timed_out { element.with("timedout", true) } else { element }
}

fn finished(scan: &Scan, ending: &Ending) -> Element {
    let (program, end) = (&scan.program, text::moment(&ending.end).to_string());
    let summary = match &ending.outcome {
        Outcome::Success => format!("{program} done at {end}; {}", text::tally(ending)),
        Outcome::Interrupted(cause) => text::interrupted(scan, ending, cause),
    };
    let element = Element::new("finished")
        .with("time", ending.end.timestamp().as_second())
        .with("timestr", end)
        .with("summary", summary)
        .with("elapsed", format_args!("{:.2}", ending.elapsed.as_secs_f64()));
    match &ending.outcome {
        Outcome::Success => element.with("exit", "success"),
        Outcome::Interrupted(cause) => element.with("exit", "error").with("errormsg", cause),
    }
}

/// A comment must not hold two hyphens in a row; Nmap writes the second as a character reference. References mean nothing
/// in a comment, but this is how readers of Nmap's header know it.
fn comment(scan: &Scan) -> String {
    let Scan { program, version, arguments, .. } = scan;
    let text = format!("{program} {version} scan initiated {} as: {arguments}", text::moment(&scan.start));
    format!(" {} ", escape(&*valid(&text::line(&text))).replace("--", "-&#45;"))
}

/// Replaces what no XML 1.0 document can hold, not even as a character reference (section 2.2).
fn valid(text: &str) -> std::borrow::Cow<'_, str> {
    let forbidden = |character: char| matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}").into() } else { text.into() }
}

/// The version of the format, by Nmap 7.93.
const XML_OUTPUT_VERSION: &str = "1.05";
