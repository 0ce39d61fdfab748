//! What muster must reach, and whether it did.

use std::fmt;
use std::fmt::Write;

use serde_json::{Value, json};

/// One requirement with its figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    pub(super) what: &'static str,
    pub(super) must: &'static str,
    pub(super) figure: String,
    pub(super) holds: Holds,
}

/// Whether a requirement is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    /// Who it is compared with did not run.
    Unknown,
}

impl Holds {
    pub(super) fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "**no**",
            Self::Unknown => "not measured",
        }
    }
}

impl Target {
    pub(super) fn json(&self) -> Value {
        json!({ "what": self.what, "must": self.must, "figure": self.figure, "holds": self.holds.word() })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({}): {}", self.what, self.figure, self.must, self.holds.word())
    }
}

/// For a figure that nobody has where a contestant was left out: it holds nothing.
pub(super) fn at_most(value: f64, limit: f64) -> Holds {
    if value.is_nan() { Holds::Unknown } else { Holds::of(value <= limit) }
}

/// The same the other way round.
pub(super) fn at_least(value: f64, limit: f64) -> Holds {
    if value.is_nan() { Holds::Unknown } else { Holds::of(value >= limit) }
}

/// All of them as Markdown.
pub(super) fn table(targets: &[Target]) -> String {
    let mut text = String::from("\n| what | must | is | holds |\n|---|---|---|---|\n");
    for Target { what, must, figure, holds } in targets {
        let _ = writeln!(text, "| {what} | {must} | {figure} | {} |", holds.word());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_is_none_holds_nothing() {
        assert_eq!(
            [at_most(0.4, 0.4), at_most(0.5, 0.4), at_most(f64::NAN, 1.0)],
            [Holds::Yes, Holds::No, Holds::Unknown]
        );
        assert_eq!(at_least(1.9, 2.0), Holds::No);
        let target = Target { what: "a", must: "b", figure: "c".to_owned(), holds: Holds::No };
        assert!(table(&[target]).ends_with("| a | b | c | **no** |\n"));
    }
}
