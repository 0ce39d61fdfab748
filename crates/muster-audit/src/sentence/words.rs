//! Parts of sentences.

use std::fmt;

use muster_catalog::Product;
use muster_model::{Speech, Trait};

/// Names of products, for a sentence: `A`, `A or B`, `A, B or C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Titles(Vec<String>);

impl Titles {
    pub(crate) fn of<'a>(products: impl IntoIterator<Item = &'a Product>) -> Self {
        Self::marked(products, |_| false)
    }

    /// The same; behind the names of some it says that nothing but memory speaks for what the sentence says of them.
    pub(crate) fn marked<'a>(
        products: impl IntoIterator<Item = &'a Product>,
        is_recalled: impl Fn(&Product) -> bool,
    ) -> Self {
        let mut titles: Vec<String> = Vec::new();
        for product in products {
            let mark = if is_recalled(product) { " (from memory alone)" } else { "" };
            let title = product.title() + mark;
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        Self(titles)
    }

    /// The verb of a sentence about one or the other of them is in the singular; about all of them, by their number.
    pub(crate) fn are_several(&self) -> bool {
        self.0.len() > 1
    }

    /// `A`, `A and B`, `A, B and C`.
    pub(crate) fn all(&self) -> impl fmt::Display {
        Joined { titles: &self.0, last: "and" }
    }
}

impl fmt::Display for Titles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Joined { titles: &self.0, last: "or" }.fmt(f)
    }
}

struct Joined<'a> {
    titles: &'a [String],
    last: &'static str,
}

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, title) in self.titles.iter().enumerate() {
            match place {
                0 => f.write_str(title)?,
                _ if place + 1 == self.titles.len() => write!(f, " {} {title}", self.last)?,
                _ => write!(f, ", {title}")?,
            }
        }
        Ok(())
    }
}

/// How a listener behaved, with the protocol it spoke where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behaviour {
    /// What gave it away, or fitted.
    pub(crate) by: Trait,
    /// What it spoke.
    pub(crate) speech: Option<Speech>,
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.by, self.speech) {
            (Trait::SpeaksFirst | Trait::Speaks(_), Some(Speech::WindowsProgram)) => {
                f.write_str("hands out a Windows program")
            }
            (Trait::SpeaksFirst, Some(speech)) => write!(f, "speaks {speech} before it is asked"),
            (by, _) => by.fmt(f),
        }
    }
}
