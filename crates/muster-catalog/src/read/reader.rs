//! A table of a file, read key by key. What is wrong is gathered, with its line, and reading goes on.

use std::cell::RefCell;
use std::ops::Range;

use muster_model::{Excerpt, ProductId};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mentions::Mentions;
use crate::fault::{Fault, Wrong};
use crate::terms::Term;

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Text<'a> {
    /// Its number among those that are read together.
    pub(super) number: usize,
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) faults: RefCell<Vec<Fault>>,
    pub(super) mentions: RefCell<Mentions>,
}

/// Where something stands: the number of its file, and the byte in it.
pub(super) type Place = (usize, usize);

impl<'a> Text<'a> {
    pub(super) fn new(number: usize, (name, text): (&'a str, &'a str)) -> Self {
        Self { number, name, text, faults: RefCell::default(), mentions: RefCell::default() }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    pub(super) fn wrong(&self, at: usize, wrong: Wrong) {
        let mut faults = self.faults.borrow_mut();
        let wrong = match faults.len() {
            0..MOST_FAULTS => wrong,
            MOST_FAULTS => Wrong::More,
            _ => return,
        };
        faults.push(Fault { file: self.name.to_owned(), line: self.line(at), wrong });
    }

    pub(super) fn place(&self, at: usize) -> Place {
        (self.number, at)
    }
}

/// Nobody reads more, and each line has to be counted out.
const MOST_FAULTS: usize = 100;

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) text: &'a Text<'a>,
    /// Where the table begins.
    pub(super) start: usize,
    name: &'static str,
    table: &'a DeTable<'a>,
    /// Keys that were asked for: all that it may have.
    known: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        text: &'a Text<'a>,
        name: &'static str,
        span: &Range<usize>,
        table: &'a DeTable<'a>,
    ) -> Self {
        Self { text, name, table, start: span.start, known: Vec::new() }
    }

    /// A text that has to be there and say something.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.text_at(key).map(|(text, _)| text)
    }

    /// The same and where it stands.
    pub(super) fn text_at(&mut self, key: &'static str) -> Option<(String, usize)> {
        self.required(key)?;
        let (text, at) = self.maybe_text_at(key)?;
        if text.trim().is_empty() {
            self.text.wrong(at, Wrong::Empty(key));
            return None;
        }
        Some((text, at))
    }

    /// A text that need not be there.
    pub(super) fn maybe_text(&mut self, key: &'static str) -> Option<String> {
        self.maybe_text_at(key).map(|(text, _)| text)
    }

    pub(super) fn maybe_text_at(&mut self, key: &'static str) -> Option<(String, usize)> {
        let (text, at) = self.raw_text_at(key)?;
        self.is_plain(key, &text, at).then_some((text, at))
    }

    /// A text that may have any characters: what an answer is compared with.
    pub(super) fn raw_text_at(&mut self, key: &'static str) -> Option<(String, usize)> {
        let value = self.value(key)?;
        Some((self.string(key, value)?.to_owned(), value.span().start))
    }

    fn is_plain(&self, key: &'static str, text: &str, at: usize) -> bool {
        let is_plain = !text.chars().any(is_control);
        if !is_plain {
            self.text.wrong(at, Wrong::Control(key));
        }
        is_plain
    }

    /// A product's key that need not be there.
    pub(super) fn maybe_id(&mut self, key: &'static str) -> Option<(ProductId, usize)> {
        let (text, at) = self.maybe_text_at(key)?;
        Some((self.id_of(&text, at)?, at))
    }

    pub(super) fn id(&mut self, key: &'static str) -> Option<(ProductId, usize)> {
        self.required(key)?;
        self.maybe_id(key)
    }

    /// Products' keys that need not be there.
    pub(super) fn ids(&mut self, key: &'static str) -> Vec<(ProductId, usize)> {
        let texts = self.texts_at(key);
        texts.into_iter().filter_map(|(text, at)| Some((self.id_of(&text, at)?, at))).collect()
    }

    fn id_of(&self, text: &str, at: usize) -> Option<ProductId> {
        let id = text.parse().ok();
        if id.is_none() {
            self.text.wrong(at, Wrong::Key(shown(text)));
        }
        id
    }

    /// A word of a list that has to be there.
    pub(super) fn term<T: Term>(&mut self, key: &'static str) -> Option<T> {
        self.required(key)?;
        self.maybe_term(key)
    }

    pub(super) fn maybe_term<T: Term>(&mut self, key: &'static str) -> Option<T> {
        let value = self.value(key)?;
        self.term_of(key, value)
    }

    pub(super) fn term_of<T: Term>(&self, key: &'static str, value: &Spanned<DeValue<'_>>) -> Option<T> {
        let word = self.string(key, value)?;
        let found = T::of_term(word);
        if found.is_none() {
            let wrong = Wrong::UnknownTerm { key, word: shown(word), known: T::terms() };
            self.text.wrong(value.span().start, wrong);
        }
        found
    }

    /// Yes or no; no, if nothing is said.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        let Some(value) = self.value(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.kind(key, value, "true or false");
            false
        })
    }

    /// A port that has to be there.
    pub(super) fn port(&mut self, key: &'static str) -> Option<(u16, usize)> {
        self.required(key)?;
        let value = self.value(key)?;
        Some((self.port_of(key, value)?, value.span().start))
    }

    /// Ports that have to be there, in order, if only as an empty list.
    pub(super) fn ports(&mut self, key: &'static str) -> Vec<u16> {
        self.required(key);
        self.maybe_ports(key)
    }

    pub(super) fn maybe_ports(&mut self, key: &'static str) -> Vec<u16> {
        match self.value(key) {
            Some(value) => self.ports_of(key, value),
            None => Vec::new(),
        }
    }

    /// Lists of ports.
    pub(super) fn ports_lists(&mut self, key: &'static str) -> Vec<(Vec<u16>, usize)> {
        let lists = self.array(key);
        lists.iter().map(|list| (self.ports_of(key, list), list.span().start)).collect()
    }

    fn ports_of(&self, key: &'static str, value: &Spanned<DeValue<'_>>) -> Vec<u16> {
        let Some(items) = value.get_ref().as_array() else {
            self.kind(key, value, "a list of ports: [2967, 2968]");
            return Vec::new();
        };
        let ports: Vec<u16> = items.iter().filter_map(|item| self.port_of(key, item)).collect();
        if !ports.is_sorted_by(|one, other| one < other) {
            self.text.wrong(value.span().start, Wrong::PortOrder(ports.clone()));
        }
        ports
    }

    fn port_of(&self, key: &'static str, value: &Spanned<DeValue<'_>>) -> Option<u16> {
        let Some(number) = value.get_ref().as_integer() else {
            self.kind(key, value, "a number");
            return None;
        };
        let port = u16::from_str_radix(number.as_str(), number.radix()).ok().filter(|port| *port != 0);
        if port.is_none() {
            self.text.wrong(value.span().start, Wrong::Port(shown(&number.to_string())));
        }
        port
    }

    /// Texts that need not be there.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        self.texts_at(key).into_iter().map(|(text, _)| text).collect()
    }

    pub(super) fn texts_at(&mut self, key: &'static str) -> Vec<(String, usize)> {
        let items = self.array(key);
        let texts = items.iter().filter_map(|item| {
            let (text, at) = (self.string(key, item)?, item.span().start);
            if text.trim().is_empty() {
                self.text.wrong(at, Wrong::Empty(key));
                return None;
            }
            self.is_plain(key, text, at).then(|| (text.to_owned(), at))
        });
        texts.collect()
    }

    /// Where a fact is from: it has to be said.
    pub(super) fn sources(&mut self) -> Vec<String> {
        self.required("source");
        self.sources_of("source", true)
    }

    pub(super) fn sources_of(&mut self, key: &'static str, must_be: bool) -> Vec<String> {
        let is_there = self.table.get(key).filter(|value| value.get_ref().is_array());
        let texts = self.texts_at(key);
        match is_there {
            Some(value) if must_be && texts.is_empty() => {
                self.text.wrong(value.span().start, Wrong::Empty(key));
            }
            _ => {}
        }
        let mut mentions = self.text.mentions.borrow_mut();
        let places = texts.iter().map(|(text, at)| (text.clone(), self.text.place(*at)));
        mentions.sources.extend(places);
        drop(mentions);
        texts.into_iter().map(|(text, _)| text).collect()
    }

    /// The tables of this name, each to be read.
    pub(super) fn tables(&mut self, key: &'static str, name: &'static str) -> Vec<Self> {
        let text = self.text;
        let items = self.array(key);
        let tables = items.iter().filter_map(|item| match item.get_ref() {
            DeValue::Table(table) => Some(Self::new(text, name, &item.span(), table)),
            _ => {
                self.kind(key, item, "a table");
                None
            }
        });
        tables.collect()
    }

    /// All keys were asked for: whatever else there is, is wrong.
    pub(super) fn finish(self) {
        for key in self.table.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref())) {
            let (table, known) = (self.name, self.known.clone());
            let wrong = Wrong::UnknownKey { key: shown(key.get_ref()), table, known };
            self.text.wrong(key.span().start, wrong);
        }
    }

    /// A value as it stands.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table.get(key)
    }

    /// Says that a key is missing, if it is.
    pub(super) fn required(&mut self, key: &'static str) -> Option<()> {
        if self.value(key).is_some() {
            return Some(());
        }
        self.text.wrong(self.start, Wrong::MissingKey { key, table: self.name });
        None
    }

    pub(super) fn kind(&self, key: &'static str, value: &Spanned<DeValue<'_>>, wanted: &'static str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a bare date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.text.wrong(value.span().start, Wrong::Kind { key, found, wanted });
    }

    fn string<'v>(&self, key: &'static str, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.kind(key, value, "a text in quotes");
        }
        text
    }

    fn array(&mut self, key: &'static str) -> &'a [Spanned<DeValue<'a>>] {
        let Some(value) = self.value(key) else { return &[] };
        match value.get_ref() {
            DeValue::Array(items) => items,
            _ => {
                self.kind(key, value, "a list");
                &[]
            }
        }
    }
}

/// Whether it moves a cursor or turns text.
fn is_control(c: char) -> bool {
    let turns =
        ['\u{61c}'..='\u{61c}', '\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{2069}'];
    c.is_control() || turns.iter().any(|range| range.contains(&c))
}

/// Foreign text of any length, for a message of one line.
pub(super) fn shown(text: &str) -> String {
    Excerpt::of(text).to_string()
}
