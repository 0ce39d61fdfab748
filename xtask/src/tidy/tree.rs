//! The parsed project that the rules look at: files, Rust sources, manifests.

use super::Finding;
use super::mention::Mentions;
use crate::error::Error;
use crate::project;

/// All text files of the project, and what some of them mean.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    pub(crate) sources: Vec<Source>,
    pub(crate) manifests: Vec<Manifest>,
}

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A Rust source.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) mentions: Mentions,
}

/// The `Cargo.toml` of a workspace member.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) table: toml::Table,
}

/// A name on the left of a dependency table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dependency<'a> {
    pub(crate) name: &'a str,
    /// From `dev-dependencies`: never part of what ships.
    pub(crate) dev: bool,
}

impl Tree {
    /// Reads the project's files.
    pub(crate) fn of_project() -> Result<Self, Error> {
        let mut tree = Self::default();
        for path in project::files()? {
            let text = project::read(&path)?;
            tree.add(path, text)?;
        }
        Ok(tree)
    }

    fn add(&mut self, path: String, text: String) -> Result<(), Error> {
        if path.ends_with(".rs") {
            let mentions = Mentions::of(&text).map_err(|error| Error::unexpected(&path, &error))?;
            self.sources.push(Source { path: path.clone(), text: text.clone(), mentions });
        }
        if path.ends_with("/Cargo.toml") {
            let table = text.parse().map_err(|error: toml::de::Error| Error::unexpected(&path, &error))?;
            self.manifests.push(Manifest { path: path.clone(), text: text.clone(), table });
        }
        self.files.push(File { path, text });
        Ok(())
    }
}

impl Source {
    /// The folder name of the crate this file belongs to.
    pub(crate) fn package(&self) -> &str {
        package(&self.path)
    }

    /// Whether the whole file is for tests, benchmarks, examples or the build.
    pub(crate) fn is_for_tests(&self) -> bool {
        !self.path.contains("/src/") || self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// A finding for each path that ships and lies within one of `banned`.
    pub(crate) fn shipped_uses(&self, banned: &[&str], rule: &'static str, message: &str) -> Vec<Finding> {
        if self.is_for_tests() {
            return Vec::new();
        }
        let mut findings: Vec<Finding> = self
            .mentions
            .paths
            .iter()
            .filter(|mention| !mention.test && banned.iter().any(|path| mention.is_within(path)))
            .map(|mention| self.finding(mention.line, rule, format!("{}: {message}", mention.what)))
            .collect();
        findings.dedup();
        findings
    }

    pub(crate) fn finding(&self, line: usize, rule: &'static str, message: impl Into<String>) -> Finding {
        Finding { file: self.path.clone(), line, rule, message: message.into() }
    }
}

impl Manifest {
    /// The folder name of the crate.
    pub(crate) fn package(&self) -> &str {
        package(&self.path)
    }

    /// Everything the crate depends on, for any target.
    pub(crate) fn dependencies(&self) -> Vec<Dependency<'_>> {
        let targets = self.table.get("target").and_then(toml::Value::as_table);
        let tables = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
        std::iter::once(&self.table).chain(tables).flat_map(declared).collect()
    }

    /// A finding on the first line that starts with `key`.
    pub(crate) fn finding(&self, key: &str, rule: &'static str, message: impl Into<String>) -> Finding {
        let line = self.text.lines().position(|line| line.starts_with(key)).map_or(0, |index| index + 1);
        Finding { file: self.path.clone(), line, rule, message: message.into() }
    }
}

fn declared(table: &toml::Table) -> Vec<Dependency<'_>> {
    let names = |key: &str, dev| {
        let section = table.get(key).and_then(toml::Value::as_table);
        section.into_iter().flatten().map(move |(name, _)| Dependency { name, dev })
    };
    names("dependencies", false)
        .chain(names("build-dependencies", false))
        .chain(names("dev-dependencies", true))
        .collect()
}

fn package(path: &str) -> &str {
    let below = path.strip_prefix("crates/").unwrap_or(path);
    below.split('/').next().unwrap_or(below)
}

#[cfg(test)]
impl Tree {
    /// A small tree for the tests of the rules.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add((*path).to_owned(), (*text).to_owned()).expect("the example parses");
        }
        tree
    }
}
