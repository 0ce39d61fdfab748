//! The file that is proposed: what was seen as comments, and the product as it would be.

use std::fmt::{self, Write as _};

use muster_catalog::{Notes, Product, Source, toml_source, toml_with};
use muster_model::Excerpt;

use super::product::{SitePort, add_lesson, add_port};
use super::{Kept, Left, Lesson};

/// Where it was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The hosts, or the listing's name.
    pub hosts: String,
    /// When, as in `2026-11-22`.
    pub day: String,
    /// What was done, as in `asked twice`.
    pub how: String,
}

/// What is to be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teaching<'a> {
    /// By which ports, of a listing.
    pub ports: &'a [SitePort],
    /// By which answers.
    pub lessons: &'a [Lesson],
    /// Whether what many say is a fingerprint too.
    pub insists: bool,
}

/// Writes the product as it would be; `None` if there is nothing new.
pub fn proposal(product: &Product, teaching: &Teaching<'_>, origin: &Origin) -> Option<String> {
    let id = source_id(product, origin);
    let mut new = product.clone();
    let mut notes = Notes::default();
    let mut is_new = false;
    for site in teaching.ports {
        is_new |= add_port(&mut new, site, None, &id);
    }
    for lesson in teaching.lessons {
        let before = new.listeners.len();
        let print = add_lesson(&mut new, lesson, &id, teaching.insists);
        is_new |= print.is_some() || new.listeners.len() > before;
        notes.extend(print.map(|print| (print, told(lesson))));
    }
    is_new.then(|| {
        let source = Source {
            id,
            kind: "own-network".to_owned(),
            reference: format!("{}: {}, {}", Excerpt::of(&origin.hosts), origin.how, origin.day),
            note: None,
        };
        let mut text = String::new();
        // A String takes everything.
        let _ = write(&mut text, product, teaching, origin);
        format!("{text}{}\n{}", toml_with(&new, &notes), toml_source(&source))
    })
}

/// A key that no other day and place has.
fn source_id(product: &Product, origin: &Origin) -> String {
    let words = format!("learnt-{}-{}-{}", product.id, origin.day, origin.hosts);
    let mut id = String::new();
    for c in words.chars().take(LONGEST_ID) {
        match c.is_ascii_alphanumeric() {
            true => id.push(c.to_ascii_lowercase()),
            false if id.ends_with('-') => {}
            false => id.push('-'),
        }
    }
    id.trim_end_matches('-').to_owned()
}

const LONGEST_ID: usize = 100;

fn write(out: &mut String, product: &Product, teaching: &Teaching<'_>, origin: &Origin) -> fmt::Result {
    let hosts = Excerpt::of(&origin.hosts);
    let title = product.title();
    writeln!(out, "# {}, as learnt from {hosts} on {}. Review it:", Excerpt::of(&title), origin.day)?;
    writeln!(out, "#     muster catalog check FILE    muster audit --catalog FILE TARGET")?;
    writeln!(
        out,
        "# It takes the place of muster's own entry with the key {}, of which it has all.",
        product.id
    )?;
    if teaching.lessons.iter().any(|lesson| lesson.is_distinguishing() || teaching.insists) {
        writeln!(
            out,
            "# All conditions of a fingerprint must fit: delete those that may differ on other hosts."
        )?;
    }
    for site in teaching.ports {
        let process = site.process.as_deref().map(|name| format!(", of {}", Excerpt::of(name)));
        let (protocol, process) = (site.protocol.name(), process.unwrap_or_default());
        let drawn =
            if site.port >= FIRST_DRAWN { "; systems draw such ports, so it may not stay" } else { "" };
        writeln!(out, "# Listening: {protocol} {}{process}{drawn}", site.port)?;
    }
    for lesson in teaching.lessons {
        writeln!(out, "#\n# {}", heading(lesson))?;
        lesson.left.iter().try_for_each(|left| writeln!(out, "#   left out  {}", told_left(left)))?;
        let is_proposed = lesson.is_distinguishing() || teaching.insists;
        for kept in lesson.kept.iter().filter(|kept| kept.is_common || !is_proposed) {
            writeln!(out, "#   common    {}", told_kept(kept))?;
        }
        if let Some(who) = &lesson.shared {
            writeln!(out, "#   not distinguishing: {}", Excerpt::of(who))?;
        }
        if !is_proposed {
            writeln!(out, "#   no fingerprint is proposed: nothing of it tells the product from others")?;
        }
    }
    writeln!(out)
}

/// RFC 6335, 6.
const FIRST_DRAWN: u16 = 49_152;

fn heading(lesson: &Lesson) -> String {
    let asked = lesson.asked.map_or("greeting".to_owned(), |request| format!("answer to {request}"));
    let speech = lesson.speech.map(|speech| format!(" in {speech}")).unwrap_or_default();
    let tls = lesson.parameters.as_deref().map(|text| format!(", {}", Excerpt::of(text))).unwrap_or_default();
    format!("TCP port {}: {asked}{speech}{tls}; {} answers compared", lesson.port, lesson.answers)
}

/// Of a fingerprint: what was seen, and how sure each trait is.
fn told(lesson: &Lesson) -> Vec<String> {
    let some = lesson.kept.iter().filter(|kept| !kept.is_common || !lesson.is_distinguishing());
    let mut lines: Vec<String> = some.map(|kept| format!("seen: {}", told_kept(kept))).collect();
    if !lesson.is_distinguishing() {
        lines.push(
            "NOT DISTINGUISHING: other programs say the same. Proposed since --force was given".to_owned(),
        );
    }
    lines
}

fn told_kept(kept: &Kept) -> String {
    let sure = if kept.is_common { "low" } else { "medium" };
    format!("{}: \"{}\"; {}; sure: {sure}", kept.condition.part.term(), shown(&kept.seen), kept.why)
}

fn told_left(left: &Left) -> String {
    format!("{}: \"{}\": {}", Excerpt::of(&left.part), shown(&left.seen), left.why)
}

/// A line has room for so much.
fn shown(seen: &Excerpt) -> String {
    let text = seen.as_str();
    let mut shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

const MOST_SHOWN: usize = 80;
