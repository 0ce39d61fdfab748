//! Whether an output is only what we wrote: nothing that a terminal, a browser or a spreadsheet would act upon.

use std::collections::BTreeSet;

use serde_json::Value;

/// The one word that every hostile text has.
pub(super) const MARK: &str = "hostile";

/// Fails on anything that moves a cursor, turns or hides text.
#[track_caller]
pub(super) fn assert_plain(text: &str) {
    let is_odd = |c: &char| (c.is_control() && *c != '\n') || turns_or_hides(*c);
    if let Some((at, c)) = text.char_indices().find(|(_, c)| is_odd(c)) {
        let before = text[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
        panic!("{c:?} in {:?}", &text[before..at + c.len_utf8()]);
    }
}

/// The same of text for a terminal, which may have colours of our own.
#[track_caller]
pub(super) fn assert_plain_but_colored(text: &str) {
    let colored = text.split("\x1b[").enumerate().map(|(place, part)| match part.split_once('m') {
        Some((code, rest)) if place > 0 && code.chars().all(|c| c.is_ascii_digit() || c == ';') => rest,
        _ if place > 0 => panic!("no colour: {part:?}"),
        _ => part,
    });
    assert_plain(&colored.collect::<String>());
    assert!(!text.contains("\x1b[31mhostile"), "a colour that is not ours");
}

/// Marks of direction, separators of lines, and what has no width.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A page is plain, and no text of others is anything but text or the quoted value of a harmless attribute.
#[track_caller]
pub(super) fn assert_plain_page(page: &str) {
    assert_plain(page);
    for tag in tags(page) {
        assert!(!tag.name.contains(MARK), "{tag:?}");
        for (name, value) in &tag.attributes {
            let acts = name.starts_with("on") || ["href", "src", "style", "srcdoc"].contains(&name.as_str());
            assert!(!(name.contains(MARK) || acts && value.contains(MARK)), "{tag:?}");
        }
    }
    for raw in ["script", "style"] {
        let (start, end) = (format!("<{raw}"), format!("</{raw}"));
        let mut contents = page.split(&start).skip(1).filter_map(|rest| rest.split(&end).next());
        assert!(contents.all(|content| !content.contains(MARK)), "in a <{raw}>");
    }
}

/// Every kind of element with its attributes that a page has.
pub(super) fn kinds(page: &str) -> BTreeSet<String> {
    let kind = |tag: Tag| tag.attributes.into_iter().fold(tag.name, |kind, (name, _)| kind + " " + &name);
    tags(page).into_iter().map(kind).collect()
}

#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// The tags of a page, as a browser finds them: anything after `<` and a letter, up to a `>` outside of quotes.
fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (tag, length) = tag(rest);
        rest = &rest[length..];
        if tag.name == "script" || tag.name == "style" {
            rest = &rest[rest.find(&format!("</{}", tag.name)).unwrap_or(rest.len())..];
        }
        found.push(tag);
    }
    found
}

/// A tag's parts, and where it ends.
fn tag(text: &str) -> (Tag, usize) {
    let mut quote = None;
    let mut words = vec![String::new()];
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return (Tag::of(&words), at),
            (None, '"' | '\'') => quote = Some(c),
            // The next attribute may begin right behind the quotes of the last.
            (Some(open), _) if open == c => {
                quote = None;
                words.push(String::new());
            }
            (None, c) if c.is_whitespace() => words.push(String::new()),
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    (Tag::of(&words), text.len())
}

impl Tag {
    fn of(words: &[String]) -> Self {
        let attribute = |word: &String| {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let attributes = words[1..].iter().filter(|word| !word.is_empty() && *word != "/").map(attribute);
        Self { name: words[0].to_ascii_lowercase(), attributes: attributes.collect() }
    }
}

/// A table is plain, and no cell is a formula.
#[track_caller]
pub(super) fn assert_plain_table(table: &str) {
    assert_plain(&table.replace("\r\n", "\n"));
    for cell in cells(table) {
        let is_formula = cell.trim_start_matches(' ').starts_with(|c| "=+-@\t\r\n＝＋－＠".contains(c));
        assert!(!is_formula, "{cell:?}");
    }
}

/// The cells of comma-separated values (RFC 4180), line after line.
fn cells(table: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut text = table.chars().peekable();
    while let Some(c) = text.next() {
        match c {
            '"' if is_quoted && text.peek() == Some(&'"') => cells.last_mut().unwrap().extend(text.next()),
            '"' => is_quoted = !is_quoted,
            ',' | '\r' | '\n' if !is_quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// Lines of JSON are plain, both as they are written and in what they mean.
#[track_caller]
pub(super) fn assert_plain_lines(lines: &str) {
    assert_plain(lines);
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_plain_value(&value);
    }
}

#[track_caller]
fn assert_plain_value(value: &Value) {
    match value {
        Value::String(text) => assert_plain(text),
        Value::Array(values) => values.iter().for_each(|value| assert_plain_value(value)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            assert!(!key.contains(MARK), "{key}");
            assert_plain_value(value);
        }),
        _ => {}
    }
}

#[test]
fn what_acts_is_seen() {
    let acts = |check: fn(&str), text: &str| {
        let text = text.to_owned();
        std::panic::catch_unwind(move || check(&text)).is_err()
    };
    for text in ["a\x1b[0m", "a\u{9b}0m", "a\u{202e}b", "a\0", "a\rb", "\t"] {
        assert!(acts(assert_plain, text), "{text:?}");
    }
    for page in [
        "<hostile>",
        "<p title=\"a\"onhostile=\"\">",
        "<a href=\"javascript:hostile()\">",
        "<script>hostile()</script>",
    ] {
        assert!(acts(assert_plain_page, page), "{page}");
    }
    assert_plain_page("<p title=\"<hostile onhostile='x'>\">a &lt;hostile&gt; < hostile</p>");
    for table in ["a,=b", "a\n@b", "\" =b\"", "a,\"b\",-c"] {
        assert!(acts(assert_plain_table, table), "{table:?}");
    }
    assert_plain_table("a,'=b,\"c\"\"=d\"\r\n1,");
    assert_eq!(kinds("<p>a<p class='b c'><br>"), ["br", "p", "p class"].map(str::to_owned).into());
    assert!(acts(assert_plain_lines, "{\"a\":\"\\u001b\"}"));
}
