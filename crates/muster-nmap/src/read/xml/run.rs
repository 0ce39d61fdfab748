//! What the elements of a run mean: its head, its hosts by way of `host`, its end.

use std::borrow::Cow;

use muster_model::Excerpt;
use quick_xml::events::{BytesRef, BytesStart};

use super::host::HostElement;
use super::{Element, Fault, Step};
use crate::read::lines::{Tally, seconds};
use crate::read::making::HostInMaking;
use crate::read::{Asked, Ending, Form, Head, Piece, ReadError, Tail, sniff, words};

/// The runs of a file.
#[derive(Debug)]
pub(super) struct Run {
    form: Form,
    head: Option<Box<Head>>,
    /// Who wrote the next run, by the comment at its head: the DTD knows only Nmap.
    author: Option<String>,
    place: Place,
    host: Option<HostElement>,
    tail: Tail,
    /// Weighs what scripts say of no host.
    said: HostInMaking,
    line: u64,
    /// Whether the end of the run was seen.
    is_finished: bool,
}

/// Where in the file we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Within,
    Behind,
}

impl Default for Run {
    fn default() -> Self {
        let (form, place, tail) = (Form::Xml, Place::Before, Tail::default());
        Self {
            form,
            head: None,
            author: None,
            place,
            host: None,
            tail,
            said: HostInMaking::new(),
            line: 1,
            is_finished: false,
        }
    }
}

impl Run {
    pub(super) fn has_begun(&self) -> bool {
        self.place != Place::Before
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// Whether a host may come next, and would be no more than a host.
    pub(super) fn awaits_host(&self) -> bool {
        self.place == Place::Within && self.head.is_none() && self.host.is_none()
    }

    /// What comes next begins on this line.
    pub(super) fn at_line(&mut self, line: u64) {
        self.line = line;
    }

    /// A tag breaks off, and with it the run.
    pub(super) fn break_off(&mut self) {
        if !self.is_finished {
            self.tail.ending = Ending::BrokenOff { line: (self.line - 1).max(1) };
        }
    }

    /// An element begins.
    pub(super) fn start(&mut self, element: &BytesStart<'_>) -> Result<Step, Fault> {
        let name = element.name();
        let name: &str = name.as_ref();
        if name == "nmaprun" {
            return self.begin(element);
        }
        if self.place != Place::Within {
            return Err(Fault::Foreign("XML of another program"));
        }
        if let Some(host) = &mut self.host
            && !matches!(name, "host" | "hosthint" | "runstats")
        {
            host.start(name, element)?;
            return Ok(Step::Nothing);
        }
        match name {
            "prescript" | "postscript" => self.host = Some(HostElement::new(element, self.form)?),
            "scaninfo" => self.asked(element)?,
            "verbose" => self.verbose(element)?,
            "debugging" => {}
            "finished" => self.finished(element)?,
            "hosts" => self.hosts(element)?,
            "host" => self.host = Some(HostElement::new(element, self.form)?),
            // What stood before is a host without its end, which a run that was cut off left behind.
            "hosthint" | "runstats" => self.host = None,
            _ => {}
        }
        let head = self.head.take_if(|_| BEHIND_HEAD.contains(&name));
        Ok(head.map_or(Step::Nothing, |head| Step::Piece(Piece::Head(head))))
    }

    /// An element is over.
    pub(super) fn close(&mut self, name: &str) -> Result<Step, Fault> {
        match (&mut self.host, name) {
            // While the head waits, what comes is what scripts say before the first host.
            (Some(_), "host") if self.head.is_none() => {
                let host = self.host.take().and_then(HostElement::finish);
                return Ok(host.map_or(Step::Nothing, |host| Step::Piece(Piece::Host(host))));
            }
            (Some(_), "prescript" | "postscript") => self.scripts()?,
            (Some(host), name) => host.close(name)?,
            (None, "nmaprun") if self.place == Place::Within => self.place = Place::Behind,
            (None, _) => {}
        }
        Ok(Step::Nothing)
    }

    /// What scripts say that run before the first host, or behind the last.
    fn scripts(&mut self) -> Result<(), Fault> {
        for script in self.host.take().map(HostElement::into_scripts).unwrap_or_default() {
            self.said.weigh_script(&script).map_err(|_| Fault::TooMuch)?;
            match &mut self.head {
                Some(head) => head.scripts.push(script),
                None => self.tail.scripts.push(script),
            }
        }
        Ok(())
    }

    /// Text is kept where a script has it. Elsewhere there is none, unless another file begins.
    pub(super) fn text(&mut self, text: &str) -> Result<Step, Fault> {
        let is_kept = self.host.as_mut().is_some_and(|host| host.text(text));
        if !is_kept && text.len() > 1 {
            let mut lines = (0..).zip(text.lines());
            match lines.find_map(|(place, line)| Some((place, sniff::foreign(line, self.form)?))) {
                Some((place, second)) => {
                    self.line += place;
                    return Err(Fault::Foreign(second));
                }
                None if self.place == Place::Behind && !text.trim().is_empty() => {
                    return Err(Fault::Foreign("text of another kind"));
                }
                None => {}
            }
        }
        Ok(Step::Nothing)
    }

    /// `&lt;` in a text, or anything else of that form.
    pub(super) fn reference(&mut self, name: &BytesRef<'_>) -> Result<Step, Fault> {
        if let Some(host) = &mut self.host {
            host.reference(name);
        }
        Ok(Step::Nothing)
    }

    /// ` muster 0.1.0 scan initiated …`
    pub(super) fn comment(&mut self, comment: &str) -> Step {
        if comment.contains(" scan initiated ") {
            self.author = comment.split_whitespace().next().map(str::to_ascii_lowercase);
        }
        Step::Nothing
    }

    /// The text is over.
    pub(super) fn end(&mut self, line: u64) -> Piece {
        if let Some(head) = self.head.take() {
            return Piece::Head(head);
        }
        if !self.is_finished {
            self.tail.ending = Ending::BrokenOff { line };
        }
        Piece::Tail(Box::new(self.tail.clone()))
    }

    /// The error of a file that somebody else wrote, or wrote into.
    pub(super) fn foreign(&self, second: &str) -> ReadError {
        let line = self.line;
        match self.place {
            Place::Before => ReadError::not_a_scan(second),
            Place::Within | Place::Behind => {
                ReadError::Mixed { line, first: self.form, second: Excerpt::of(second) }
            }
        }
    }

    fn begin(&mut self, element: &BytesStart<'_>) -> Result<Step, Fault> {
        let mut head = Head::of(Form::Xml);
        let mut arguments = String::new();
        element.each_attribute(|key, value| match key {
            "scanner" => head.scanner = excerpt(value),
            "args" => arguments = unescaped(value).into_owned(),
            "start" => head.start = words::epoch(value),
            "version" => head.version = Some(excerpt(value)),
            _ => {}
        })?;
        if head.scanner.as_str() == "masscan" {
            head.form = Form::MasscanXml;
        }
        head.arguments = words::excerpt(&arguments);
        head.command = words::command(&arguments);
        head.asked_otherwise = words::asks_otherwise(&arguments);
        head.lists_down = words::lists_down(&arguments);
        if let Some(author) = self.author.take().filter(|author| author == "muster") {
            head.scanner = Excerpt::of(&author);
        }
        self.follow(head)
    }

    /// A run begins, in a file to which runs were appended perhaps not the first. What comes of this is the head of the one
    /// before, if nothing followed that.
    fn follow(&mut self, head: Head) -> Result<Step, Fault> {
        if self.place == Place::Before {
            self.form = head.form;
        } else if self.form != head.form {
            let is_masscan = head.form == Form::MasscanXml;
            return Err(Fault::Foreign(if is_masscan { "XML of masscan" } else { "XML of Nmap" }));
        } else {
            self.break_off();
        }
        (self.place, self.host, self.is_finished) = (Place::Within, None, false);
        let before = self.head.replace(Box::new(head));
        Ok(before.map_or(Step::Nothing, |head| Step::Piece(Piece::Head(head))))
    }

    fn asked(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let (mut kind, mut protocol, mut ports) = (Excerpt::default(), None, Vec::new());
        let mut is_known = true;
        element.each_attribute(|key, value| match key {
            "type" => kind = excerpt(value),
            "protocol" => (protocol, is_known) = (words::protocol(value), words::protocol(value).is_some()),
            "services" => ports = words::ports(value),
            _ => {}
        })?;
        let Some(head) = self.head.as_mut() else { return Ok(()) };
        head.asked_otherwise |= !is_known;
        if head.asked.len() < MOST_ASKED && !ports.is_empty() {
            head.asked.extend(protocol.map(|protocol| Asked { kind, protocol, ports }));
        }
        Ok(())
    }

    fn verbose(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let Some(head) = &mut self.head else { return Ok(()) };
        let hides = words::hides_down(&head.command);
        element.each_attribute(|key, value| {
            if key == "level" && value != "0" && !hides {
                head.lists_down = true;
            }
        })
    }

    fn finished(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let (mut tally, mut is_error, mut cause) = (Tally::default(), false, None);
        element.each_attribute(|key, value| match key {
            "time" => tally.end = words::epoch(value),
            "elapsed" => tally.elapsed = seconds(value),
            "exit" => is_error = value == "error",
            "errormsg" => cause = Some(excerpt(value)),
            _ => {}
        })?;
        tally.add_to(&mut self.tail);
        self.is_finished = true;
        if is_error && self.tail.ending == Ending::Complete {
            self.tail.ending = Ending::Stopped(cause.unwrap_or_default());
        }
        Ok(())
    }

    fn hosts(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let mut tally = Tally::default();
        element.each_attribute(|key, value| match key {
            "up" => tally.up = value.parse().ok(),
            "total" => tally.total = value.parse().ok(),
            _ => {}
        })?;
        tally.add_to(&mut self.tail);
        Ok(())
    }
}

/// An attribute as an excerpt.
pub(super) fn excerpt(value: &str) -> Excerpt {
    Excerpt::of(&unescaped(value))
}

/// The text that is meant. More than an excerpt can hold is not looked at.
pub(super) fn unescaped(value: &str) -> Cow<'_, str> {
    let value = &value[..value.floor_char_boundary(LONGEST_VALUE)];
    if !value.contains('&') {
        return value.into();
    }
    quick_xml::escape::unescape(value).unwrap_or(value.into())
}

/// Elements that the head of a run does not reach beyond.
const BEHIND_HEAD: &[&str] = &["host", "postscript", "runstats", "finished", "hosts"];

/// Nmap has one for each transport.
const MOST_ASKED: usize = 16;

/// Far more than an excerpt holds, also if all of it is references.
const LONGEST_VALUE: usize = 64 * 1024;
