//! Lines that fit, for a terminal and for plans.

use std::io::{self, Write};

/// Puts `text` behind what stands in the last line of `out`, which is `first` columns wide; lines are broken between words
/// before they are wider than `width`, and later ones begin behind `indent` columns. A word that is too long for a line
/// stays whole, so that it can be copied.
pub(crate) fn fill(out: &mut String, (first, indent): (usize, usize), width: usize, text: &str) {
    let (mut column, mut start) = (first, first);
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if column > start && column + 1 + length > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            (column, start) = (indent, indent);
        }
        if column > start {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
}

/// Words that are to stay in one line, since they are a command that somebody may copy.
pub(crate) fn unbroken(command: &str) -> String {
    command.replace(' ', UNBROKEN)
}

/// `text` with its lines broken where they are wider than the terminal, and blanks that were kept from it set free.
/// `None` is no terminal: nothing is broken.
pub(super) fn for_terminal(text: &str, width: Option<usize>) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (words, end) = line.strip_suffix('\n').map_or((line, ""), |words| (words, "\n"));
        match width {
            Some(width) if words.chars().count() > width => {
                let indent = words.len() - words.trim_start_matches(' ').len();
                lines.push_str(&words[..indent]);
                fill(&mut lines, (indent, indent + HANGING), width, words);
            }
            _ => lines.push_str(words),
        }
        lines.push_str(end);
    }
    lines.replace(UNBROKEN, " ")
}

/// Writes a line of a plan: what it is about, and what is said of it, as wide as `width`.
///
/// # Errors
/// The writer's.
pub(crate) fn write_row(out: &mut impl Write, width: usize, key: &str, text: &str) -> io::Result<()> {
    let mut line = format!("{key:<KEY$}");
    fill(&mut line, (KEY, KEY), width, text);
    writeln!(out, "{line}")
}

/// U+00A0, which keeps its neighbours together.
const UNBROKEN: &str = "\u{a0}";
/// Later lines stand under the text of the first.
const HANGING: usize = 2;
/// Columns of what a line of a plan is about.
const KEY: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_do_not_fit_are_broken_and_only_on_a_terminal() {
        let text = "error: one two  three\nhint: a b\n  eth0  by frames of its own\n";
        assert_eq!(for_terminal(text, None), text);
        assert_eq!(for_terminal(text, Some(80)), text);
        assert_eq!(
            for_terminal(text, Some(16)),
            "error: one two\n  three\nhint: a b\n  eth0 by frames\n    of its own\n"
        );
    }

    #[test]
    fn what_somebody_may_copy_stays_whole() {
        let hint = format!("hint: {} or wait", unbroken("sudo setcap cap_net_raw+ep /opt/muster"));
        let whole = "hint: sudo setcap cap_net_raw+ep /opt/muster or wait";
        assert_eq!(for_terminal(&hint, None), whole);
        assert_eq!(
            for_terminal(&hint, Some(20)),
            "hint:\n  sudo setcap cap_net_raw+ep /opt/muster\n  or wait"
        );
        assert_eq!(for_terminal(&"x".repeat(50), Some(20)), "x".repeat(50));
    }

    #[test]
    fn rows_of_a_plan_stand_under_each_other() {
        let mut bytes = Vec::new();
        write_row(&mut bytes, 20, "decoys", "one two three").unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "decoys     one two\n           three\n");
    }
}
