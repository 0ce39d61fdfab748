//! A page of text: titles, paragraphs and entries in 80 columns, and the sources that were named on the way.

use std::collections::BTreeSet;
use std::io::{self, Write};

use muster_catalog::Catalog;

/// A page in the making.
#[derive(Debug)]
pub(super) struct Page<'a, W> {
    out: &'a mut W,
    catalog: &'a Catalog,
    sources: BTreeSet<String>,
    is_begun: bool,
}

impl<'a, W: Write> Page<'a, W> {
    pub(super) fn new(out: &'a mut W, catalog: &'a Catalog) -> Self {
        Self { out, catalog, sources: BTreeSet::new(), is_begun: false }
    }

    pub(super) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// What a part of the page is about, underlined.
    pub(super) fn title(&mut self, text: &str) -> io::Result<()> {
        if self.is_begun {
            writeln!(self.out)?;
        }
        self.is_begun = true;
        self.wrap(0, "", text)?;
        writeln!(self.out, "{}", "=".repeat(text.chars().count().min(WIDTH)))
    }

    /// What the lines below are about.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{text}")
    }

    /// An empty line.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A paragraph and where it is from.
    pub(super) fn paragraph(&mut self, text: &str, sources: &[String]) -> io::Result<()> {
        let text = self.cite(text, sources);
        self.wrap(2, "  ", &text)
    }

    /// A word and what is to be said about it.
    pub(super) fn entry(&mut self, label: &str, text: &str, sources: &[String]) -> io::Result<()> {
        let text = self.cite(text, sources);
        self.wrap(LABEL + 4, &format!("  {label:<LABEL$}  "), &text)
    }

    /// A word, and what is to be said about it from the next line on.
    pub(super) fn item(&mut self, label: &str, text: &str, sources: &[String]) -> io::Result<()> {
        let text = self.cite(text, sources);
        self.wrap(4, "  ", &format!("{label}:"))?;
        self.wrap(4, "    ", &text)
    }

    /// A line to be typed: never broken.
    pub(super) fn command(&mut self, label: &str, command: &str) -> io::Result<()> {
        writeln!(self.out, "  {label:<LABEL$}  {command}")
    }

    /// Every source that was named, in order of its key.
    pub(super) fn write_sources(mut self) -> io::Result<()> {
        if !self.sources.is_empty() {
            self.heading("Sources")?;
        }
        for key in std::mem::take(&mut self.sources) {
            let Some(source) = self.catalog.source(&key) else { continue };
            let note = source.note.as_ref().map(|note| format!(" - {note}")).unwrap_or_default();
            self.wrap(4, "  ", &format!("{key}: {}{note}", source.reference))?;
        }
        Ok(())
    }

    fn cite(&mut self, text: &str, sources: &[String]) -> String {
        self.sources.extend(sources.iter().cloned());
        if sources.is_empty() { text.to_owned() } else { format!("{text} [{}]", sources.join(", ")) }
    }

    /// Writes `text` behind `first`; further lines are indented by `indent` columns.
    fn wrap(&mut self, indent: usize, first: &str, text: &str) -> io::Result<()> {
        let mut line = first.to_owned();
        let mut is_empty = true;
        for word in text.split_whitespace() {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                writeln!(self.out, "{line}")?;
                line = " ".repeat(indent);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        writeln!(self.out, "{}", line.trim_end())
    }
}

const WIDTH: usize = 80;
/// Columns of an entry's word; a date fits.
const LABEL: usize = 10;
