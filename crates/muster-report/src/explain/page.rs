//! A page: titles, paragraphs and entries, as text in 80 columns or as Markdown, and the sources that were named on the
//! way.

use std::collections::BTreeSet;
use std::io::{self, Write};

use muster_catalog::Catalog;

use crate::schema::catalog::Check;

/// What a page is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageForm {
    /// Lines of 80 columns for a terminal.
    #[default]
    Text,
    /// Markdown, a line a paragraph. Text of the catalogue has no markup of its own.
    Markdown,
}

/// A page in the making.
#[derive(Debug)]
pub(crate) struct Page<'a, W> {
    out: &'a mut W,
    catalog: &'a Catalog,
    form: PageForm,
    sources: BTreeSet<String>,
    last: Last,
}

/// What was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Nothing,
    Point,
    Other,
}

impl<'a, W: Write> Page<'a, W> {
    pub(crate) fn new(out: &'a mut W, catalog: &'a Catalog, form: PageForm) -> Self {
        Self { out, catalog, form, sources: BTreeSet::new(), last: Last::Nothing }
    }

    pub(crate) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// What a part of the page is about, underlined.
    pub(crate) fn title(&mut self, text: &str) -> io::Result<()> {
        if self.last != Last::Nothing {
            writeln!(self.out)?;
        }
        self.last = Last::Other;
        if self.form == PageForm::Markdown {
            return writeln!(self.out, "# {}", escaped(text));
        }
        self.wrap(0, "", text)?;
        writeln!(self.out, "{}", "=".repeat(text.chars().count().min(WIDTH)))
    }

    /// What the lines below are about.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.last = Last::Other;
        match self.form {
            PageForm::Text => {
                writeln!(self.out)?;
                self.wrap(0, "", text)
            }
            PageForm::Markdown => writeln!(self.out, "\n## {}", escaped(text)),
        }
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        self.last = Last::Other;
        if self.form == PageForm::Text { writeln!(self.out) } else { Ok(()) }
    }

    /// A paragraph and where it is from.
    pub(crate) fn paragraph(&mut self, text: &str, sources: &[String]) -> io::Result<()> {
        let text = self.cite(text, sources);
        if self.form == PageForm::Markdown {
            self.last = Last::Other;
            return writeln!(self.out, "\n{}", escaped(&text));
        }
        self.wrap(2, "  ", &text)
    }

    /// One of several things.
    pub(crate) fn point(&mut self, text: &str) -> io::Result<()> {
        match self.form {
            PageForm::Text => self.wrap(4, "  - ", text),
            PageForm::Markdown => self.line(&escaped(text)),
        }
    }

    /// A word and what is to be said about it.
    pub(crate) fn entry(&mut self, label: &str, text: &str, sources: &[String]) -> io::Result<()> {
        let text = self.cite(text, sources);
        if self.form == PageForm::Markdown {
            return self.labelled(label, &escaped(&text));
        }
        self.wrap(LABEL + 4, &format!("  {label:<LABEL$}  "), &text)
    }

    /// A word, and what is to be said about it from the next line on.
    pub(crate) fn item(&mut self, label: &str, text: &str, sources: &[String]) -> io::Result<()> {
        let text = self.cite(text, sources);
        if self.form == PageForm::Markdown {
            return self.labelled(label, &escaped(&text));
        }
        self.wrap(4, "  ", &format!("{label}:"))?;
        self.wrap(4, "    ", &text)
    }

    /// Lines to be typed: never broken.
    pub(crate) fn commands(&mut self, checks: &[Check]) -> io::Result<()> {
        let mut last = "";
        for Check { system, command } in checks {
            match self.form {
                PageForm::Text => {
                    let label = if *system == last { "" } else { *system };
                    writeln!(self.out, "  {label:<LABEL$}  {command}")?;
                }
                PageForm::Markdown => self.labelled(system, &code(command))?,
            }
            last = system;
        }
        Ok(())
    }

    /// Every source that was named, in order of its key.
    pub(crate) fn write_sources(mut self) -> io::Result<()> {
        if !self.sources.is_empty() {
            self.heading("Sources")?;
        }
        for key in std::mem::take(&mut self.sources) {
            let Some(source) = self.catalog.source(&key) else { continue };
            let note = source.note.as_ref().map(|note| format!(" - {note}")).unwrap_or_default();
            let text = format!("{}{note}", source.reference);
            match self.form {
                PageForm::Text => self.wrap(4, "  ", &format!("{key}: {text}"))?,
                PageForm::Markdown => self.labelled(&key, &escaped(&text))?,
            }
        }
        Ok(())
    }

    /// What memory alone says is marked wherever it is shown.
    fn cite(&mut self, text: &str, sources: &[String]) -> String {
        self.sources.extend(sources.iter().cloned());
        if self.catalog.is_recalled(sources) {
            return format!("{text} [{}: from memory, not settled]", sources.join(", "));
        }
        if sources.is_empty() { text.to_owned() } else { format!("{text} [{}]", sources.join(", ")) }
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        match label {
            "" => self.line(text),
            label => self.line(&format!("**{}**: {text}", escaped(label))),
        }
    }

    /// A point of a list, which begins behind an empty line.
    fn line(&mut self, text: &str) -> io::Result<()> {
        if self.last != Last::Point {
            writeln!(self.out)?;
        }
        self.last = Last::Point;
        writeln!(self.out, "- {text}")
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

/// Text without markup.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        if "\\`*_{}[]<>#|~&".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

/// A command, set off by more backquotes than it has.
fn code(command: &str) -> String {
    let ticks = "`".repeat(1 + command.split(|c| c != '`').map(str::len).max().unwrap_or(0));
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    if ticks.len() == 1 { format!("{ticks}{command}{ticks}") } else { format!("{ticks} {command} {ticks}") }
}

const WIDTH: usize = 80;
/// Columns of an entry's word; a date fits.
const LABEL: usize = 10;
