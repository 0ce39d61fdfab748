//! Text of eighty columns.

use std::fmt::Write as _;

use crate::output::fill;

/// A page that grows by paragraphs.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// A title, after an empty line unless it is the first.
    pub(super) fn heading(&mut self, title: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(title);
        self.0.push('\n');
    }

    /// Words, set in by two columns and broken where a line is full.
    pub(super) fn text(&mut self, text: &str) {
        self.under("", INDENT, text);
    }

    /// Words after a label, whose later lines stand under the first word.
    pub(super) fn labelled(&mut self, label: &str, width: usize, text: &str) {
        let _ = write!(self.0, "{:INDENT$}{label:<width$}  ", "");
        self.under_open_line(INDENT + width + 2, text);
    }

    /// Words that stand where those after a label of this width do.
    pub(super) fn continued(&mut self, width: usize, text: &str) {
        self.under("", INDENT + width + 2, text);
    }

    /// A command to type: never broken.
    pub(super) fn command(&mut self, command: &str) {
        let _ = writeln!(self.0, "{:1$}{command}", "", 2 * INDENT);
    }

    fn under(&mut self, first: &str, indent: usize, text: &str) {
        let _ = write!(self.0, "{first:indent$}");
        self.under_open_line(indent, text);
    }

    fn under_open_line(&mut self, indent: usize, text: &str) {
        fill(&mut self.0, (indent, indent), WIDTH, text);
        self.0.push('\n');
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

const INDENT: usize = 2;
const WIDTH: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_stand_under_their_first() {
        let mut page = Page::default();
        page.heading("One");
        page.labelled("eth0", 6, &"word ".repeat(20));
        page.continued(6, "more");
        page.heading("Two");
        page.text(&"x".repeat(100));
        page.command(&"y ".repeat(50));
        let expected = format!(
            "One\n  eth0    {}\n          {}\n          more\n\nTwo\n  {}\n    {}\n",
            ["word"; 14].join(" "),
            ["word"; 6].join(" "),
            "x".repeat(100),
            "y ".repeat(50)
        );
        assert_eq!(page.as_str(), expected);
        assert_eq!(page.as_str().lines().nth(1).unwrap().len(), 79);
    }
}
