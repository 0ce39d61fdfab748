//! The differences in the XML of `ndiff`: what one side alone has stands in `<a>` or `<b>`, what both have stands bare.

use std::fmt::Display;
use std::io::{self, Write};

use muster_model::Excerpt;
use muster_nmap::read::State;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use super::Shown;
use super::aligned::aligned;
use super::change::{Change, HostChange, PortChange, ScriptChange, Seen};
use super::comparison::{Comparison, Tally};
use super::jsonl::status;
use super::lines::{Sign, signed};
use super::side::Origin;
use super::table::{Place, Script};

/// Writes the differences; gives them in numbers.
///
/// # Errors
/// The writer's.
pub fn write_diff_xml(out: &mut impl Write, comparison: &Comparison, shown: Shown) -> io::Result<Tally> {
    let mut page =
        Page { writer: Writer::new_with_indent(out as &mut dyn Write, b' ', 2), shown, is_alone: false };
    page.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    page.open(Element::new("nmapdiff").with("version", 1))?;
    page.open(Element::new("scandiff"))?;
    let origins = Change { old: Some(&comparison.old.origin), new: Some(&comparison.new.origin) };
    page.sides(origins.map(|origin| origin.map(run)), Page::empty)?;
    page.results("prescript", &comparison.before_hosts())?;
    let tally = comparison.each(shown, |change| page.host_difference(change))?;
    page.results("postscript", &comparison.behind_hosts())?;
    page.close("scandiff")?;
    page.close("nmapdiff")?;
    writeln!(page.writer.into_inner())?;
    Ok(tally)
}

struct Page<'w> {
    writer: Writer<&'w mut dyn Write>,
    shown: Shown,
    /// Whether what is being written is of one side alone.
    is_alone: bool,
}

impl Page<'_> {
    fn host_difference(&mut self, change: &HostChange<'_>) -> io::Result<()> {
        let side = match change.hosts {
            Change { new: None, .. } => Some("a"),
            Change { old: None, .. } => Some("b"),
            Change { .. } => None,
        };
        self.open(Element::new("hostdiff"))?;
        match side {
            None => self.host(change)?,
            Some(side) => {
                let alone = HostChange { hosts: same(change.hosts), ..*change };
                self.open(Element::new(side))?;
                self.alone(|page| page.host(&alone))?;
                self.close(side)?;
            }
        }
        self.close("hostdiff")
    }

    /// Within what only one side has, everything is that side's: all of it is shown, and nothing stands in `<a>` or `<b>`
    /// again.
    fn alone(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        let outside = (self.shown, self.is_alone);
        (self.shown, self.is_alone) = (Shown::All, true);
        let written = write(self);
        (self.shown, self.is_alone) = outside;
        written
    }

    fn host(&mut self, change: &HostChange<'_>) -> io::Result<()> {
        let hosts = change.hosts;
        self.open(Element::new("host"))?;
        let statuses =
            hosts.map(|host| host.map(|host| Element::new("status").with("state", status(host.status))));
        if self.shown == Shown::All || statuses.is_change() {
            self.sides(statuses, Self::empty)?;
        }
        let kind = if change.either().address.is_ipv4() { "ipv4" } else { "ipv6" };
        self.empty(Element::new("address").with("addr", change.either().address).with("addrtype", kind))?;
        self.sides(change.hardware().map(|bytes| bytes.map(hardware)), Self::empty)?;
        self.names(change)?;
        self.ports(change)?;
        self.systems(change)?;
        self.results("hostscript", &change.scripts())?;
        self.close("host")
    }

    fn systems(&mut self, change: &HostChange<'_>) -> io::Result<()> {
        let systems = change.systems();
        let is_shown = self.shown == Shown::All || systems.is_change();
        let names = aligned(systems.old, systems.new);
        if !is_shown || names.is_empty() {
            return Ok(());
        }
        self.open(Element::new("os"))?;
        for names in names.chunk_by(|one, next| one.0 == next.0) {
            let side = side(names[0].0).filter(|_| !self.is_alone);
            side.map_or(Ok(()), |side| self.open(Element::new(side)))?;
            names.iter().try_for_each(|(_, name)| self.empty(Element::new("osmatch").with("name", name)))?;
            side.map_or(Ok(()), |side| self.close(side))?;
        }
        self.close("os")
    }

    /// What scripts said, in an element of this name; it is one side's where only that has any.
    fn results(&mut self, name: &'static str, scripts: &[ScriptChange<'_>]) -> io::Result<()> {
        let has = (scripts.iter().any(|one| one.old.is_some()), scripts.iter().any(|one| one.new.is_some()));
        let shown = self.shown_scripts(scripts);
        if shown.is_empty() {
            return Ok(());
        }
        let side = match has {
            (true, false) => Some("a"),
            (false, true) => Some("b"),
            _ => None,
        };
        let Some(side) = side.filter(|_| !self.is_alone) else { return self.group(name, &shown) };
        let alone: Vec<_> = shown.into_iter().map(same).collect();
        self.open(Element::new(side))?;
        self.group(name, &alone)?;
        self.close(side)
    }

    fn group(&mut self, name: &'static str, scripts: &[ScriptChange<'_>]) -> io::Result<()> {
        self.open(Element::new(name))?;
        scripts.iter().try_for_each(|script| self.script(*script))?;
        self.close(name)
    }

    fn names(&mut self, change: &HostChange<'_>) -> io::Result<()> {
        let names = change.names();
        if names.old.is_none() && names.new.is_none() {
            return Ok(());
        }
        self.open(Element::new("hostnames"))?;
        self.sides(names, |page, names| {
            names.iter().try_for_each(|name| page.empty(Element::new("hostname").with("name", name)))
        })?;
        self.close("hostnames")
    }

    fn ports(&mut self, change: &HostChange<'_>) -> io::Result<()> {
        let is_shown = |port: &PortChange<'_>| self.shown == Shown::All || port.is_change();
        let ports: Vec<_> = change.ports().into_iter().filter(is_shown).collect();
        let rests = change.rests();
        let shows_rests = rests.is_change() || self.shown == Shown::All;
        let rests = rests.map(|rests| Some(rests).filter(|rests| shows_rests && !rests.is_empty()));
        if ports.is_empty() && rests.old.is_none() && rests.new.is_none() {
            return Ok(());
        }
        self.open(Element::new("ports"))?;
        self.sides(rests, |page, rests| {
            rests.into_iter().try_for_each(|rest| page.empty(extra_ports(rest)))
        })?;
        ports.iter().try_for_each(|port| self.port(port))?;
        self.close("ports")
    }

    fn port(&mut self, port: &PortChange<'_>) -> io::Result<()> {
        if self.is_alone {
            return self.port_inside(port);
        }
        self.open(Element::new("portdiff"))?;
        match port.seen {
            Change { old: Some(old), new: Some(new) } if old.state == new.state => self.port_inside(port)?,
            _ => {
                self.port_of_side(
                    "a",
                    port.place,
                    (port.seen.old, port.scripts.iter().map(|script| script.old)),
                )?;
                self.port_of_side(
                    "b",
                    port.place,
                    (port.seen.new, port.scripts.iter().map(|script| script.new)),
                )?;
            }
        }
        self.close("portdiff")
    }

    /// A port as one side has it, which may be not at all.
    fn port_of_side<'s>(
        &mut self,
        side: &'static str,
        place: Place,
        (seen, scripts): (Option<Seen<'_>>, impl Iterator<Item = Option<&'s Script>>),
    ) -> io::Result<()> {
        let scripts = scripts.flatten().map(|script| Change { old: Some(script), new: Some(script) });
        self.open(Element::new(side))?;
        match seen {
            None => self.empty(port_element(place))?,
            seen => {
                let inside =
                    PortChange { place, seen: Change { old: seen, new: seen }, scripts: scripts.collect() };
                self.alone(|page| page.port_inside(&inside))?;
            }
        }
        self.close(side)
    }

    fn port_inside(&mut self, port: &PortChange<'_>) -> io::Result<()> {
        self.open(port_element(port.place))?;
        self.sides(port.seen.map(|seen| seen.map(state)), Self::empty)?;
        self.sides(port.seen.map(|seen| seen.and_then(service)), Self::empty)?;
        self.shown_scripts(&port.scripts).into_iter().try_for_each(|script| self.script(script))?;
        self.close("port")
    }

    fn shown_scripts<'a>(&self, scripts: &[ScriptChange<'a>]) -> Vec<ScriptChange<'a>> {
        let is_shown = |script: &&ScriptChange<'a>| self.shown == Shown::All || script.is_change();
        scripts.iter().filter(is_shown).copied().collect()
    }

    fn script(&mut self, change: ScriptChange<'_>) -> io::Result<()> {
        let element =
            |script: &Script| Element::new("script").with("id", &script.id).with("output", script.text());
        self.sides(change.map(|script| script.map(element)), Self::empty)
    }

    /// Writes what both sides have bare, and what they do not have in common in `<a>` and `<b>`.
    fn sides<T: PartialEq>(
        &mut self,
        change: Change<Option<T>>,
        mut write: impl FnMut(&mut Self, T) -> io::Result<()>,
    ) -> io::Result<()> {
        for (sign, what) in signed(change) {
            let Some(side) = side(sign) else {
                write(self, what)?;
                continue;
            };
            self.open(Element::new(side))?;
            write(self, what)?;
            self.close(side)?;
        }
        Ok(())
    }

    fn open(&mut self, element: Element) -> io::Result<()> {
        self.writer.write_event(Event::Start(element.0))
    }

    fn empty(&mut self, element: Element) -> io::Result<()> {
        self.writer.write_event(Event::Empty(element.0))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }
}

/// The element of what is of one side.
fn side(sign: Sign) -> Option<&'static str> {
    match sign {
        Sign::Old => Some("a"),
        Sign::New => Some("b"),
        Sign::Both => None,
    }
}

/// Both sides with whatever either has, if one has nothing.
fn same<T: Copy>(change: Change<Option<T>>) -> Change<Option<T>> {
    Change { old: change.old.or(change.new), new: change.new.or(change.old) }
}

/// A start tag under construction.
#[derive(PartialEq)]
struct Element(BytesStart<'static>);

impl Element {
    fn new(name: &'static str) -> Self {
        Self(BytesStart::new(name))
    }

    fn with(mut self, attribute: &'static str, value: impl Display) -> Self {
        self.0.push_attribute((attribute, value.to_string().as_str()));
        self
    }

    fn with_some(self, attribute: &'static str, value: Option<&Excerpt>) -> Self {
        match value {
            Some(value) => self.with(attribute, value),
            None => self,
        }
    }
}

fn run(origin: &Origin) -> Element {
    let element = Element::new("nmaprun").with("scanner", &origin.scanner);
    let element = element.with_some("args", origin.arguments.as_ref());
    let element = match origin.start {
        Some(start) => element.with("start", start.as_second()),
        None => element,
    };
    element.with_some("version", origin.version.as_ref())
}

fn hardware(bytes: [u8; 6]) -> Element {
    let text = bytes.map(|byte| format!("{byte:02X}")).join(":");
    Element::new("address").with("addr", text).with("addrtype", "mac")
}

fn extra_ports((state, count): (State, u32)) -> Element {
    Element::new("extraports").with("state", state).with("count", count)
}

fn port_element((transport, number): Place) -> Element {
    Element::new("port").with("portid", number).with("protocol", transport)
}

fn state(seen: Seen<'_>) -> Element {
    Element::new("state").with("state", seen.state)
}

fn service(seen: Seen<'_>) -> Option<Element> {
    let service = seen.service?;
    let element = Element::new("service")
        .with_some("name", service.name.as_ref())
        .with_some("product", service.product.as_ref())
        .with_some("version", service.version.as_ref())
        .with_some("extrainfo", service.extra.as_ref());
    let is_said = *service != Default::default();
    is_said.then(|| if service.is_in_tls { element.with("tunnel", "ssl") } else { element })
}
