//! `muster manual`: a page of help as a page of the manual, in the language of man(7).

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Command};

use crate::failure::Failure;
use crate::output;

use super::page::{Entry, Group, HELP, Page, Part};

/// Print the manual page of a command: muster manual scan | man -l -
///
/// The page is in the language of man(7). Packages install these pages; where muster came without them, pipe one into
/// man.
#[derive(Args, Debug)]
pub(crate) struct ManualArgs {
    /// The command [default: the page of muster itself]
    #[arg(value_name = "COMMAND")]
    verb: Option<String>,
}

/// Prints the page.
///
/// # Errors
/// There is no such verb, or stdout cannot be written.
pub(crate) fn manual(args: &ManualArgs, root: &Command) -> Result<ExitCode, Failure> {
    let path: Vec<&str> = args.verb.iter().map(String::as_str).collect();
    let page = Page::of(root.clone(), &path).ok_or_else(|| {
        Failure::usage(format!("no such command: {}", path.join(" ")))
            .hint("muster --help lists them".to_owned())
    })?;
    output::print(|out| out.write_all(render(&page).as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// When this edition of the pages was made: a manual has a date, and one of today would differ every day.
const DATE: &str = "2026-11-22";

fn render(page: &Page) -> String {
    let name = page.name.replace(' ', "-");
    // Words are neither broken nor pushed apart: most of them are to be typed.
    let mut text = format!(
        ".TH {} 1 {DATE} \"muster {}\" \"User Commands\"\n.nh\n.ad l\n",
        escaped(&name.to_uppercase()),
        env!("CARGO_PKG_VERSION")
    );
    text.push_str(&format!(".SH NAME\n{} \\- {}\n", escaped(&name), escaped(&decapitalized(&page.about))));
    text.push_str(&synopsis(page));
    text.push_str(&description(page));
    text.push_str(&definitions(
        "EXAMPLES",
        page.text.examples.iter().map(|(line, does)| (bold(line), *does)),
    ));
    let verbs = page.verbs.iter().map(|(verb, about)| (named(page, verb), about.as_str()));
    text.push_str(&definitions("COMMANDS", verbs));
    text.push_str(".SH OPTIONS\n");
    page.groups.iter().for_each(|group| text.push_str(&options(group, &group.heading)));
    for page in &page.below {
        let own = page.groups.iter().filter(|group| group.heading != HELP);
        own.for_each(|group| text.push_str(&options(group, &format!("{}: {}", page.name, group.heading))));
    }
    let exits = page.text.exits.iter().map(|(code, meaning)| (bold(&code.to_string()), *meaning));
    text.push_str(&definitions("EXIT STATUS", exits));
    text.push_str(&definitions(
        "ENVIRONMENT",
        page.text.environment().map(|(name, use_)| (bold(name), use_)),
    ));
    text.push_str(&definitions("FILES", page.text.files().map(|(name, use_)| (italic(name), use_))));
    text.push_str(&see_also(page));
    text
}

/// A verb by the page of its own, or as it is typed where it has none.
fn named(page: &Page, verb: &str) -> String {
    match page.below.is_empty() {
        true => reference(&format!("muster-{verb}")),
        false => bold(&format!("{} {verb}", page.name)),
    }
}

/// `Sweep addresses` within a line of the index of all pages; names and shorthands keep their capitals.
fn decapitalized(about: &str) -> String {
    let mut letters = about.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => about.to_owned(),
    }
}

fn synopsis(page: &Page) -> String {
    let rest = page.usage.strip_prefix(&page.name).unwrap_or(&page.usage);
    let words = rest.split_whitespace().map(|word| match word.strip_prefix('<') {
        Some(value) => match value.split_once('>') {
            Some((value, more)) => italic(value) + &escaped(more),
            None => escaped(word),
        },
        None => escaped(word),
    });
    format!(".SH SYNOPSIS\n{} {}\n", bold(&page.name), words.collect::<Vec<_>>().join(" "))
        .replace(" \n", "\n")
}

fn description(page: &Page) -> String {
    let mut text = format!(".SH DESCRIPTION\n{}.\n", prose(page.about.trim_end_matches('.')));
    page.description.iter().for_each(|paragraph| text.push_str(&format!(".PP\n{}\n", prose(paragraph))));
    text
}

/// A section of words, ready to be written, and what each means; nothing where there are none.
fn definitions<'a>(heading: &str, entries: impl Iterator<Item = (String, &'a str)>) -> String {
    let entries: String = entries.map(|(word, meaning)| definition(&word, meaning)).collect();
    if entries.is_empty() { entries } else { format!(".SH {heading}\n{entries}") }
}

fn definition(word: &str, meaning: &str) -> String {
    format!(".TP\n{word}\n{}\n", prose(meaning))
}

fn options(group: &Group, heading: &str) -> String {
    let entries: String = group.entries.iter().map(|entry| definition(&spelt(entry), &entry.help)).collect();
    format!(".SS {}\n{entries}", escaped(heading))
}

fn spelt(entry: &Entry) -> String {
    let parts = entry.spelling.iter().map(|part| match part {
        Part::Word(word) => bold(word),
        Part::Value(value) => italic(value),
        Part::Between(text) => escaped(text),
    });
    parts.collect()
}

fn see_also(page: &Page) -> String {
    let own = page.name.replace(' ', "-");
    let verbs = page.verbs.iter().filter(|_| page.below.is_empty()).map(|(verb, _)| format!("muster-{verb}"));
    let others = page.text.see_also.iter().map(|name| (*name).to_owned());
    let names: Vec<String> = others.chain(verbs).filter(|name| *name != own).collect();
    let references: Vec<String> = names.iter().map(|name| reference(name)).collect();
    format!(".SH \"SEE ALSO\"\n{}\n", references.join(",\n"))
}

/// `muster-scan(1)`; a name that brings its section keeps it.
fn reference(name: &str) -> String {
    let (name, section) = name.split_once('(').unwrap_or((name, "1)"));
    format!("{}({section}", bold(name))
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

fn italic(text: &str) -> String {
    format!("\\fI{}\\fR", escaped(text))
}

/// A paragraph: what stands in backquotes is bold, and no line is taken for a request.
fn prose(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    let text: String =
        pieces.map(|(place, piece)| if place % 2 == 1 { bold(piece) } else { escaped(piece) }).collect();
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// Text that is shown as it stands. A dash is a minus: it can then be copied and searched for.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            letter if letter.is_ascii() => escaped.push(letter),
            letter => escaped.push_str(&format!("\\[u{:04X}]", u32::from(letter))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_it_stands() {
        assert_eq!(escaped(r"-oG a\b 'c' ~^`…"), r"\-oG a\eb \(aqc\(aq \(ti\(ha\(ga\[u2026]");
        assert_eq!(prose(".so is no `-x` request"), r"\&.so is no \fB\-x\fR request");
    }

    #[test]
    fn options_are_as_they_are_typed() {
        let spelling = vec![Part::Word("-oG".into()), Part::Between(" "), Part::Value("FILE".into())];
        let entry = Entry { spelling, help: String::new(), is_common: true };
        assert_eq!(spelt(&entry), r"\fB\-oG\fR \fIFILE\fR");
    }

    #[test]
    fn a_reference_has_its_section() {
        assert_eq!(reference("muster-why"), r"\fBmuster\-why\fR(1)");
        assert_eq!(reference("capabilities(7)"), r"\fBcapabilities\fR(7)");
    }

    #[test]
    fn a_name_keeps_its_capital() {
        assert_eq!(decapitalized("Sweep networks"), "sweep networks");
        assert_eq!(decapitalized("JSON lines"), "JSON lines");
    }
}
