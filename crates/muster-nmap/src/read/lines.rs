//! What the forms that consist of lines share: how pieces come of lines, and the head and tail that Nmap writes.

use std::collections::VecDeque;
use std::io::Read;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use muster_model::Excerpt;

use super::making::{HostInMaking, TooMuch};
use super::source::{Line, Source};
use super::{Asked, Ending, Form, Head, Piece, ReadError, Script, Tail, sniff, words};

/// A form that consists of lines.
pub(super) trait LineForm {
    /// Takes a line, and adds the pieces that have become whole by it.
    fn line(&mut self, line: &str, run: &mut Progress) -> Result<(), Fault>;

    /// Whether a line at the end of a file is whole although its end is missing.
    fn is_whole(&self, line: &str) -> bool;

    /// The text or the run is over: adds the host that is still in the making if it is whole, and forgets it if it is not.
    fn end(&mut self, run: &mut Progress) -> Result<(), Fault>;

    /// Where in a line that broke off another run begins.
    fn appended(&self, line: &str) -> Option<usize> {
        appended(line)
    }

    /// Whether a host's own words may stand at the end of this part of a line: what follows may be its words as well.
    fn ends_in_foreign_words(&self, line: &str) -> bool;

    /// Adds the host in the making as one that was given up: what is said of it holds, and more is not known.
    fn give_up(&mut self, run: &mut Progress) -> Result<(), Fault>;
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The host takes too much memory.
    TooMuch,
    /// Another program wrote it.
    Foreign(&'static str),
}

/// Pieces that come of lines.
pub(super) struct Lines<R, F> {
    source: Source<R>,
    line: Vec<u8>,
    form: F,
    run: Progress,
}

/// How far the reading has come.
#[derive(Debug)]
pub(super) struct Progress {
    /// What is said of the run, until its first host comes.
    pub(super) head: Option<Box<Head>>,
    /// What is said of its end.
    pub(super) tail: Tail,
    /// Weighs what scripts say of no host.
    said: HostInMaking,
    form: Form,
    /// Whether anything of the first run was seen.
    has_begun: bool,
    is_open: bool,
    last_line: u64,
    ready: VecDeque<Piece>,
    /// That of dates which do not say theirs.
    pub(super) zone: TimeZone,
}

impl<R: Read, F: LineForm> Lines<R, F> {
    pub(super) fn new(source: Source<R>, kind: Form, form: F) -> Self {
        Self { source, line: Vec::new(), form, run: Progress::new(kind) }
    }

    /// Dates that do not say theirs are in this zone.
    pub(super) fn set_zone(&mut self, zone: TimeZone) {
        self.run.zone = zone;
    }

    pub(super) fn next_piece(&mut self) -> Result<Piece, ReadError> {
        while self.run.ready.is_empty() {
            match self.source.read_line(&mut self.line)? {
                Line::Whole => self.take()?,
                Line::Partial if self.form.is_whole(&String::from_utf8_lossy(&self.line)) => self.take()?,
                Line::Partial | Line::None => self.end()?,
            }
        }
        self.run.ready.pop_front().ok_or(ReadError::Empty)
    }

    fn take(&mut self) -> Result<(), ReadError> {
        // The source gives valid text; the copy that a lossy look would make is never made.
        let line = String::from_utf8_lossy(&self.line);
        self.run.last_line = self.source.marked_line();
        let taken = match self.form.appended(&line) {
            Some(at) => appended_run(&mut self.form, line.split_at(at), &mut self.run),
            None => self.form.line(&line, &mut self.run),
        };
        taken.map_err(|fault| self.error(fault))
    }

    fn end(&mut self) -> Result<(), ReadError> {
        self.run.last_line = self.source.last_line();
        let ended = self.form.end(&mut self.run);
        ended.map_err(|fault| self.error(fault))?;
        self.run.finish();
        Ok(())
    }

    fn error(&self, fault: Fault) -> ReadError {
        let line = self.source.marked_line();
        match fault {
            Fault::TooMuch => ReadError::Oversized { line, what: "a host" },
            Fault::Foreign(second) => {
                ReadError::Mixed { line, first: self.run.form, second: Excerpt::of(second) }
            }
        }
    }
}

/// A run that begins within a line. What stands in front of it is half a line and is lost. If a host may have said so, it
/// shall neither vanish by that nor tell us what was asked of the hosts behind it.
fn appended_run(form: &mut impl LineForm, line: (&str, &str), run: &mut Progress) -> Result<(), Fault> {
    let (front, behind) = line;
    if form.is_whole(front) {
        form.line(front, run)?;
        return form.line(behind, run);
    }
    run.begin();
    if form.ends_in_foreign_words(front) {
        form.line(front, run)?;
        form.give_up(run)?;
        run.begin_run();
        return Ok(());
    }
    form.end(run)?;
    form.line(behind, run)
}

impl Progress {
    fn new(form: Form) -> Self {
        let (head, tail) = (Some(Box::new(Head::of(form))), Tail::default());
        let said = HostInMaking::new();
        let (ready, zone) = (VecDeque::new(), TimeZone::UTC);
        Self { head, tail, said, form, has_begun: false, is_open: true, last_line: 1, ready, zone }
    }

    /// Which form is read.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// A host is whole.
    pub(super) fn add(&mut self, host: HostInMaking) {
        self.begin();
        self.ready.extend(host.finish().map(Piece::Host));
    }

    /// What a script says of no host: before the first one, or behind the last.
    pub(super) fn add_script(&mut self, script: Script) -> Result<(), TooMuch> {
        self.said.weigh_script(&script)?;
        match &mut self.head {
            Some(head) => head.scripts.push(script),
            None => self.tail.scripts.push(script),
        }
        Ok(())
    }

    /// The head is over.
    pub(super) fn begin(&mut self) {
        self.has_begun = true;
        self.ready.extend(self.head.take().map(Piece::Head));
    }

    /// A run begins, in a file to which runs were appended perhaps not the first. If the one before did not end, the
    /// file is broken off there.
    pub(super) fn begin_run(&mut self) {
        if std::mem::replace(&mut self.has_begun, true) {
            if self.is_open {
                self.last_line = self.last_line.saturating_sub(1).max(1);
                self.break_off();
            }
            self.begin();
            self.head = Some(Box::new(Head::of(self.form)));
        }
        self.is_open = true;
    }

    /// A run came to an end.
    pub(super) fn end_run(&mut self, tally: Tally, stopped: Option<Excerpt>) {
        self.is_open = false;
        tally.add_to(&mut self.tail);
        if let Some(cause) = stopped.filter(|_| self.tail.ending == Ending::Complete) {
            self.tail.ending = Ending::Stopped(cause);
        }
    }

    /// Whether a run has begun and not ended.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    fn break_off(&mut self) {
        self.tail.ending = Ending::BrokenOff { line: self.last_line };
    }

    fn finish(&mut self) {
        self.begin();
        if self.is_open {
            self.break_off();
        }
        self.ready.push_back(Piece::Tail(Box::new(self.tail.clone())));
    }
}

impl Head {
    pub(super) fn of(form: Form) -> Self {
        let scanner = match form {
            Form::MasscanXml | Form::MasscanJson | Form::MasscanList => "masscan",
            Form::Xml | Form::Grepable | Form::Normal => "nmap",
        };
        Self {
            form,
            scanner: Excerpt::of(scanner),
            version: None,
            arguments: None,
            command: String::new(),
            start: None,
            asked: Vec::new(),
            asked_otherwise: false,
            lists_down: false,
            scripts: Vec::new(),
        }
    }
}

impl From<TooMuch> for Fault {
    fn from(_: TooMuch) -> Self {
        Self::TooMuch
    }
}

/// What the line at the head of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) program: &'a str,
    pub(super) version: &'a str,
    pub(super) date: &'a str,
    pub(super) arguments: &'a str,
}

impl<'a> Header<'a> {
    /// `# Nmap 7.93 scan initiated Sun Nov 22 03:00:00 2026 as: nmap …`
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let (who, when) = line.strip_prefix("# ")?.split_once(" scan initiated ")?;
        let (program, version) = who.split_once(' ')?;
        let (date, arguments) = when.split_once(" as: ").unwrap_or((when, ""));
        Some(Self {
            program,
            version: version.trim_start_matches("(V. ").trim_end_matches(')'),
            date,
            arguments,
        })
    }

    pub(super) fn fill(&self, head: &mut Head, zone: &TimeZone) {
        head.scanner = Excerpt::of(&self.program.to_ascii_lowercase());
        head.version = words::excerpt(self.version);
        head.arguments = words::excerpt(self.arguments);
        head.command = words::command(self.arguments);
        head.start = words::moment(self.date, zone);
        head.asked_otherwise = words::asks_otherwise(self.arguments);
        head.lists_down = words::lists_down(self.arguments);
    }

    pub(super) fn is_masscan(&self) -> bool {
        self.program.eq_ignore_ascii_case("masscan")
    }
}

/// Where the head of another run stands within a line.
fn appended(line: &str) -> Option<usize> {
    let is_header = |at: &usize| {
        let rest = &line[*at..];
        let start = &rest[..rest.floor_char_boundary(LONGEST_START)];
        let header = start.contains(" scan initiated ").then(|| Header::of(start)).flatten();
        header.is_some_and(|header| PROGRAMS.contains(&header.program))
    };
    memchr::memchr_iter(b'#', line.as_bytes()).find(|at| *at > 0 && is_header(at))
}

/// What the last line of a run says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) end: Option<Timestamp>,
    pub(super) elapsed: Option<Duration>,
    pub(super) up: Option<u64>,
    pub(super) total: Option<u64>,
}

impl Tally {
    /// `8 IP addresses (1 host up) scanned in 2.35 seconds`
    pub(super) fn of(text: &str) -> Self {
        let number = |text: &str| text.split(' ').next()?.parse().ok();
        let up = text.split_once('(').and_then(|(_, rest)| number(rest));
        let elapsed = text.split_once(" scanned in ").and_then(|(_, rest)| rest.split(' ').next());
        Self { end: None, elapsed: elapsed.and_then(seconds), up, total: number(text) }
    }

    /// Runs that were appended to one file count together.
    pub(super) fn add_to(self, tail: &mut Tail) {
        let sum = |one: Option<u64>, two: Option<u64>| match (one, two) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        tail.up = sum(tail.up, self.up);
        tail.total = sum(tail.total, self.total);
        tail.end = self.end.or(tail.end);
        tail.elapsed = match (tail.elapsed, self.elapsed) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
    }
}

/// How a run ended, if a line says so: `# Nmap done at DATE -- TALLY`, `Nmap done: TALLY`,
/// `# muster interrupted at DATE (CAUSE), partial -- TALLY`.
pub(super) fn footer(line: &str, zone: &TimeZone) -> Option<(Tally, Option<Excerpt>)> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    let (_, rest) = line.split_once(' ').filter(|(program, _)| PROGRAMS.contains(program))?;
    if let Some(rest) = rest.strip_prefix("interrupted at ") {
        let (when, tally) = rest.split_once(", partial -- ")?;
        let (date, cause) = when.strip_suffix(')')?.split_once(" (")?;
        return Some((
            Tally { end: words::moment(date, zone), ..Tally::of(tally) },
            Some(Excerpt::of(cause)),
        ));
    }
    if let Some(tally) = rest.strip_prefix("done: ").or_else(|| rest.strip_prefix("finished: ")) {
        return Some((Tally::of(tally), None));
    }
    let rest = ["done at ", "run completed at "].iter().find_map(|start| rest.strip_prefix(start))?;
    let (date, tally) = rest.split_once(" -- ").unwrap_or((rest, ""));
    Some((Tally { end: words::moment(date, zone), ..Tally::of(tally) }, None))
}

/// Whether a line without its end is a whole footer. masscan's ends with the year.
pub(super) fn is_whole_footer(line: &str) -> bool {
    let line = line.trim_end();
    let is_dated =
        |line: &str| line.strip_prefix("# Masscan done at ").is_some_and(|date| date.len() == DATE);
    footer(line, &TimeZone::UTC).is_some() && (line.ends_with(" seconds") || is_dated(line))
}

/// `2.35`
pub(super) fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

/// A line that the form does not know: nothing, or the beginning of another file.
pub(super) fn unknown(line: &str, form: Form) -> Result<(), Fault> {
    match sniff::foreign(line, form) {
        Some(second) => Err(Fault::Foreign(second)),
        None => Ok(()),
    }
}

/// `# Ports scanned: TCP(3;22,80,443) UDP(0;) SCTP(0;) PROTOCOLS(0;)`
pub(super) fn ports_scanned(line: &str) -> Vec<Asked> {
    let of = |mark: &str, protocol, kind| {
        let (_, list) = line.split_once(mark)?.1.split_once(')')?.0.split_once(';')?;
        let ports = words::ports(list);
        (!ports.is_empty()).then(|| Asked { kind: Excerpt::of(kind), protocol, ports })
    };
    use muster_model::Protocol::{Tcp, Udp};
    [of("TCP(", Tcp, ""), of("UDP(", Udp, "udp")].into_iter().flatten().collect()
}

/// Whether that line names anything of transports that muster does not speak.
pub(super) fn others_scanned(line: &str) -> bool {
    let has = |mark: &str| line.split_once(mark).is_some_and(|(_, rest)| !rest.starts_with("0;"));
    has("SCTP(") || has("PROTOCOLS(")
}

/// By how much a head is known, with the longest version that there may be.
const LONGEST_START: usize = 80;

/// How long a date of `ctime` is.
const DATE: usize = "Sun Nov 22 03:00:00 2026".len();

/// Who writes footers.
const PROGRAMS: &[&str] = &["Nmap", "nmap", "muster", "Masscan"];
