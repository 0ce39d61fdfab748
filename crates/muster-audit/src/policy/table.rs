//! A table of the file, read key by key; every complaint knows where in the text it belongs.

use std::ops::Range;

use jiff::civil::Date;
use muster_model::Excerpt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{LIST, PolicyProblem};

/// What is wrong, and how many bytes of the text come before it.
pub(super) type Fault = (usize, PolicyProblem);

/// A table and how it is called.
pub(super) struct Table<'d> {
    table: &'d DeTable<'d>,
    name: &'static str,
    at: usize,
}

/// A value and how many bytes of the text come before it.
#[derive(Clone, Copy)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

impl<'d> Table<'d> {
    /// A table in which only `known` keys may stand.
    pub(super) fn new(
        table: &'d DeTable<'d>,
        at: usize,
        name: &'static str,
        known: &'static [&'static str],
    ) -> Result<Self, Fault> {
        let strangers = table.keys().filter(|key| !known.contains(&&**key.get_ref()));
        match strangers.min_by_key(|key| key.span().start) {
            None => Ok(Self { table, name, at }),
            Some(key) => {
                let problem = PolicyProblem::UnknownKey { key: key.get_ref().to_string(), known };
                Err((key.span().start, problem))
            }
        }
    }

    /// Where the table begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn value(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.table.get(key)
    }

    /// A text of one line, at most `most` characters, with something in it.
    pub(super) fn text(&self, key: &'static str, most: usize) -> Result<Option<Placed<Excerpt>>, Fault> {
        let Some(text) = self.string(key)? else { return Ok(None) };
        let trimmed = text.value.trim();
        let excerpt = Excerpt::of(trimmed);
        let is_plain = excerpt.as_str() == trimmed && trimmed.chars().count() <= most;
        match () {
            () if trimmed.is_empty() => Err((text.at, PolicyProblem::Empty { key })),
            () if !is_plain => Err((text.at, PolicyProblem::TextUnfit { key, most })),
            () => Ok(Some(Placed { value: excerpt, at: text.at })),
        }
    }

    pub(super) fn string(&self, key: &'static str) -> Result<Option<Placed<&'d str>>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let at = value.span().start;
        match value.get_ref().as_str() {
            Some(text) => Ok(Some(Placed { value: text, at })),
            None => Err(wrong_type(key, "a text", value)),
        }
    }

    /// A list of texts; empty where the key is absent.
    pub(super) fn list(&self, key: &'static str) -> Result<Vec<Placed<&'d str>>, Fault> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let array = value.get_ref().as_array().ok_or_else(|| wrong_type(key, LIST, value))?;
        let element = |value: &'d Spanned<DeValue<'d>>| match value.get_ref().as_str() {
            Some(text) => Ok(Placed { value: text, at: value.span().start }),
            None => Err(wrong_type(key, LIST, value)),
        };
        array.iter().map(element).collect()
    }

    /// A list of texts in which something must stand.
    pub(super) fn filled_list(&self, key: &'static str) -> Result<Vec<Placed<&'d str>>, Fault> {
        let value = self.required(key, self.value(key))?;
        match self.list(key)? {
            list if list.is_empty() => Err((value.span().start, PolicyProblem::Empty { key })),
            list => Ok(list),
        }
    }

    /// A day: a text, or a date of TOML's own.
    pub(super) fn day(&self, key: &'static str) -> Result<Option<Date>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let at = value.span().start;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(moment) => match (moment.date, moment.time) {
                (Some(date), None) => date.to_string(),
                _ => return Err(wrong_type(key, DAY, value)),
            },
            _ => return Err(wrong_type(key, DAY, value)),
        };
        // Ten characters: neither a time behind the day nor the form without dashes.
        let day = Some(text.trim()).filter(|day| day.len() == 10).and_then(|day| day.parse().ok());
        day.map(Some).ok_or((at, PolicyProblem::BadDate { text }))
    }

    /// The tables of an array of tables; empty where the key is absent.
    pub(super) fn tables(&self, key: &'static str) -> Result<Vec<Placed<&'d DeTable<'d>>>, Fault> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let array = value.get_ref().as_array().ok_or_else(|| wrong_type(key, TABLES, value))?;
        let element = |value: &'d Spanned<DeValue<'d>>| match value.get_ref().as_table() {
            Some(table) => Ok(Placed { value: table, at: value.span().start }),
            None => Err(wrong_type(key, TABLES, value)),
        };
        array.iter().map(element).collect()
    }

    /// A single table.
    pub(super) fn table(&self, key: &'static str) -> Result<Option<Placed<&'d DeTable<'d>>>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref().as_table() {
            Some(table) => Ok(Some(Placed { value: table, at: value.span().start })),
            None => Err(wrong_type(key, "a table", value)),
        }
    }

    /// What must be there.
    pub(super) fn required<T>(&self, key: &'static str, value: Option<T>) -> Result<T, Fault> {
        value.ok_or((self.at, PolicyProblem::Missing { table: self.name, key }))
    }
}

/// The whole text as a table.
pub(super) fn document(text: &str) -> Result<Spanned<DeTable<'_>>, Fault> {
    DeTable::parse(text).map_err(|error| {
        let Range { start, .. } = error.span().unwrap_or(0..0);
        (start, PolicyProblem::Syntax { message: Excerpt::of(error.message()).to_string() })
    })
}

pub(super) fn wrong_type(key: &'static str, expected: &'static str, value: &Spanned<DeValue<'_>>) -> Fault {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    (value.span().start, PolicyProblem::WrongType { key, expected, found })
}

const DAY: &str = "a day";
const TABLES: &str = "a list of tables";
