//! A page of help for a terminal: examples first, then options under their headings, as wide as is good to read.

use std::ffi::OsString;
use std::io::{IsTerminal as _, stdout};

use clap::Command;
use clap::builder::Styles;
use clap::builder::styling::Style;
use terminal_size::{Width, terminal_size};

use super::page::{Entry, Group, Page};

/// How much a page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// `-h`: the options that people use every day.
    Short,
    /// `--help`: everything.
    Long,
}

/// The help that `arguments`, program name first, ask for: of the verb they name, or of muster itself. Colours are taken
/// out on the way where they are not wanted.
pub(crate) fn asked(root: &Command, arguments: &[OsString]) -> String {
    let words: Vec<&str> = arguments.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let is_verb = words.first() == Some(&"help");
    let length =
        if words.contains(&"-h") && !words.contains(&"--help") { Length::Short } else { Length::Long };
    let path: Vec<&str> = words.into_iter().skip(usize::from(is_verb)).take(2).collect();
    // What stands behind a verb may be one below it.
    let paths = (0..=path.len()).rev().map(|length| &path[..length]);
    let page = paths.into_iter().find_map(|path| Page::of(root.clone(), path));
    page.map(|page| render(&page, length, width())).unwrap_or_default()
}

/// Text that is not shown but kept has the width that everybody can show.
fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let shown = || terminal_size().filter(|_| stdout().is_terminal()).map(|(Width(width), _)| width.into());
    asked.or_else(shown).unwrap_or(80).clamp(40, 100)
}

fn render(page: &Page, length: Length, width: usize) -> String {
    let mut sheet = Sheet { text: String::new(), width, styles: Styles::styled() };
    sheet.paragraph(0, &page.about);
    if length == Length::Long {
        page.description.iter().for_each(|paragraph| sheet.gap().paragraph(0, paragraph));
    }
    sheet.gap().head("Usage", &format!(" {}", page.usage));
    sheet.examples(page);
    sheet.verbs(&page.verbs);
    page.groups.iter().for_each(|group| sheet.group(group, length));
    match length {
        Length::Short => sheet.rest(page),
        Length::Long => sheet.exits(page.text.exits),
    }
    if !page.verbs.is_empty() {
        let more = match page.name.as_str() {
            "muster" => {
                "muster COMMAND --help tells more of a command, muster manual COMMAND all.".to_owned()
            }
            name => format!("{name} COMMAND --help tells more of a command."),
        };
        sheet.gap().paragraph(0, &more);
    }
    sheet.text
}

/// A page that is being written.
struct Sheet {
    text: String,
    width: usize,
    styles: Styles,
}

/// Where what options do begins; a longer spelling has a line of its own.
const COLUMN: usize = 26;

impl Sheet {
    fn gap(&mut self) -> &mut Self {
        self.text.push('\n');
        self
    }

    fn head(&mut self, heading: &str, rest: &str) {
        let heading = styled(self.styles.get_header(), &format!("{heading}:"));
        self.text.push_str(&format!("{heading}{rest}\n"));
    }

    /// Text of its own, `indent` blanks in.
    fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrapped(text, self.width - indent) {
            self.text.push_str(&format!("{:indent$}{line}\n", ""));
        }
    }

    /// A word of `length` columns and, beside or below it, what it means.
    fn definition(&mut self, word: &str, length: usize, column: usize, meaning: &str) {
        let mut lines = wrapped(meaning, self.width - column).into_iter();
        self.text.push_str(&format!("  {word}"));
        if length + 4 <= column {
            self.text.push_str(&format!(
                "{:1$}{2}",
                "",
                column - length - 2,
                lines.next().unwrap_or_default()
            ));
        }
        self.text.push('\n');
        lines.for_each(|line| self.text.push_str(&format!("{:column$}{line}\n", "")));
    }

    fn examples(&mut self, page: &Page) {
        if page.text.examples.is_empty() {
            return;
        }
        let is_start = page.name == "muster";
        self.gap().head(if is_start { "Start here" } else { "Examples" }, "");
        for (line, meaning) in page.text.examples {
            let line = styled(self.styles.get_literal(), line);
            self.text.push_str(&format!("  {line}\n"));
            self.paragraph(6, meaning);
        }
    }

    fn verbs(&mut self, verbs: &[(String, String)]) {
        let Some(longest) = verbs.iter().map(|(verb, _)| verb.len()).max() else { return };
        self.gap().head("Commands", "");
        for (verb, about) in verbs {
            let word = styled(self.styles.get_literal(), verb);
            self.definition(&word, verb.len(), longest + 4, about);
        }
    }

    fn group(&mut self, group: &Group, length: Length) {
        let shown = |entry: &&Entry| length == Length::Long || entry.is_common;
        let entries: Vec<&Entry> = group.entries.iter().filter(shown).collect();
        if entries.is_empty() {
            return;
        }
        self.gap().head(&group.heading, "");
        let longest = entries.iter().map(|entry| entry.spelt().len()).filter(|length| length + 4 <= COLUMN);
        let column = longest.max().unwrap_or(COLUMN - 4) + 4;
        for entry in entries {
            let spelt = entry.spelt();
            self.definition(&styled(self.styles.get_literal(), &spelt), spelt.len(), column, &entry.help);
        }
    }

    /// Says what a short page left out.
    fn rest(&mut self, page: &Page) {
        let entries = page.groups.iter().flat_map(|group| &group.entries);
        let hidden = entries.filter(|entry| !entry.is_common).count();
        if hidden > 0 {
            let more = format!("{} --help shows {hidden} more options, and exit codes.", page.name);
            self.gap().paragraph(0, &more);
        }
    }

    fn exits(&mut self, exits: &[(u8, &str)]) {
        if exits.is_empty() {
            return;
        }
        self.gap().head("Exit codes", "");
        for (code, meaning) in exits {
            let code = code.to_string();
            self.definition(&styled(self.styles.get_literal(), &code), code.len(), 7, meaning);
        }
    }
}

fn styled(style: &Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Lines of at most `width` columns, but for words that are longer. Help is in characters of one column.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_full_and_no_longer() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable a", 4), ["unbreakable", "a"]);
        assert_eq!(wrapped("", 4), [""; 0]);
    }

    #[test]
    fn a_long_spelling_has_a_line_of_its_own() {
        let mut sheet = Sheet { text: String::new(), width: 20, styles: Styles::plain() };
        sheet.definition("-x", 2, 8, "does this and that");
        sheet.definition("--exclude", 9, 8, "not these");
        assert_eq!(sheet.text, "  -x    does this\n        and that\n  --exclude\n        not these\n");
    }
}
