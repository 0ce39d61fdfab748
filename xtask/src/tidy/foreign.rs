//! Invariant 9: no sentence of Nmap's data files enters the project.
//!
//! File names and the licence notice are always looked for; the sentences themselves only where Nmap is installed,
//! since we have no copy to compare with, and want none.

use std::collections::HashMap;
use std::path::Path;

use super::Finding;
use super::tree::{File, Tree};

const RULE: &str = "foreign";
const INSTALLED: &str = "/usr/share/nmap";

/// Data under Nmap's licence.
const DATA: &[&str] = &[
    "nmap-mac-prefixes",
    "nmap-os-db",
    "nmap-payloads",
    "nmap-protocols",
    "nmap-rpc",
    "nmap-service-probes",
    "nmap-services",
];

/// Words of its notice, in pieces so that this file does not bear it.
const NOTICE: &[&str] = &[
    concat!("distributed under the Nmap Public ", "Source License"),
    concat!("Nmap Security Scanner is (C) ", "1996"),
    concat!("Nmap Software ", "LLC (\"The Nmap Project\")"),
];

/// Shorter sentences are names and numbers, which everybody writes alike.
const MIN_SENTENCE: usize = 30;

/// Looks at every file of the project.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_against(tree, &Sentences::of(&installed()))
}

fn check_against(tree: &Tree, sentences: &Sentences) -> Vec<Finding> {
    tree.files.iter().flat_map(|file| check_file(file, sentences)).collect()
}

fn check_file(file: &File, sentences: &Sentences) -> Vec<Finding> {
    let finding = |line, message: String| Finding { file: file.path.clone(), line, rule: RULE, message };
    let mut findings = Vec::new();
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if DATA.iter().any(|data| name.starts_with(data)) {
        findings.push(finding(0, "a data file of Nmap".to_owned()));
    }
    for (index, line) in file.text.lines().enumerate() {
        let line = normal(line);
        if NOTICE.iter().any(|notice| line.contains(notice)) {
            findings.push(finding(index + 1, "the notice of Nmap's licence".to_owned()));
        }
        if let Some(source) = sentences.found_in(&line) {
            findings.push(finding(index + 1, format!("a sentence of {source}")));
        }
    }
    findings
}

/// The sentences of the data files, by their first [`MIN_SENTENCE`] bytes.
#[derive(Default)]
struct Sentences(HashMap<Vec<u8>, Vec<(String, &'static str)>>);

impl Sentences {
    fn of(texts: &[(&'static str, String)]) -> Self {
        let mut sentences = Self::default();
        for (source, text) in texts {
            for sentence in
                text.lines().map(without_comment).map(normal).filter(|line| line.len() >= MIN_SENTENCE)
            {
                let key = sentence.as_bytes()[..MIN_SENTENCE].to_vec();
                sentences.0.entry(key).or_default().push((sentence, source));
            }
        }
        sentences
    }

    /// Which data file a line quotes, anywhere within it.
    fn found_in(&self, line: &str) -> Option<&'static str> {
        let candidates = line.as_bytes().windows(MIN_SENTENCE).filter_map(|window| self.0.get(window));
        candidates.flatten().find(|(sentence, _)| line.contains(sentence.as_str())).map(|(_, source)| *source)
    }
}

fn installed() -> Vec<(&'static str, String)> {
    let read = |name: &&'static str| {
        let bytes = std::fs::read(Path::new(INSTALLED).join(name)).ok()?;
        Some((*name, String::from_utf8_lossy(&bytes).into_owned()))
    };
    DATA.iter().filter_map(read).collect()
}

fn without_comment(line: &str) -> &str {
    let comment = if line.starts_with('#') { Some(0) } else { line.find(" #").or_else(|| line.find("\t#")) };
    comment.map_or(line, |start| &line[..start])
}

/// Runs of white space become one space.
fn normal(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA_FILE: &str = "# a comment that is long enough to be a sentence\n\
        match imaginary m|^HELLO from the imaginary daemon| p/Imaginary/\nshort 1/tcp\n";

    fn findings(path: &str, text: &str) -> Vec<String> {
        let sentences = Sentences::of(&[("nmap-service-probes", DATA_FILE.to_owned())]);
        check_against(&Tree::of(&[(path, text)]), &sentences).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn our_own_words_are_clean() {
        let text =
            "short 1/tcp\n# a comment that is long enough to be a sentence\nread as nmap-services does\n";
        assert_eq!(findings("docs/notes.md", text), [""; 0]);
    }

    #[test]
    fn one_broken_thing_is_one_finding() {
        let quoted = "let x = \"match  imaginary\tm|^HELLO from the imaginary daemon| p/Imaginary/\";\n";
        assert_eq!(
            findings("docs/a.md", quoted),
            ["docs/a.md:1: foreign: a sentence of nmap-service-probes"]
        );
        assert_eq!(findings("docs/a.md", NOTICE[0]).len(), 1);
        assert_eq!(findings("data/nmap-os-db", "").len(), 1);
    }
}
