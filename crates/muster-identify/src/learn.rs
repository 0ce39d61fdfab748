//! What a known-good host teaches: traits of its answers that other hosts with the product will show as well.
//!
//! [`Heard`] is an answer part by part, as it came. A [`lesson`] holds several of one port against each other, of the same
//! host twice or of several hosts: what differs is left out, and so is what names the host, changes from moment to moment,
//! or is said by many programs. [`proposal`] writes what is left as a file of the catalogue, for a person to review.
//!
//! | what | where |
//! |---|---|
//! | which parts of an answer may be a trait | `parts` |
//! | what is cut from a text so that it fits other hosts | `general` |
//! | what many programs say | `common` |
//! | the product with its new listener and fingerprint | `product` |
//! | the file | `proposal` |

mod common;
mod general;
mod parts;
mod product;
mod proposal;
#[cfg(test)]
mod tests;

use muster_catalog::{AnswerPart, Catalog, Comparison, Match, Product, Tell};
use muster_model::{Endpoint, Excerpt, Request, Speech};

use crate::answer::Answer;

pub use self::general::HostWords;
pub use self::product::SitePort;
pub use self::proposal::{Origin, Teaching, proposal};

/// An answer, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Who said it.
    pub endpoint: Endpoint,
    /// After what; `None`: before anything was asked.
    pub asked: Option<Request>,
    /// In which protocol, if that is known.
    pub speech: Option<Speech>,
    /// Its parts, as they came.
    pub parts: Vec<(AnswerPart, Vec<u8>)>,
    /// What was agreed on within TLS.
    pub parameters: Option<String>,
}

impl Heard {
    pub(crate) fn of(endpoint: Endpoint, answer: &Answer<'_>) -> Self {
        Self {
            endpoint,
            asked: answer.asked.filter(|_| !answer.greets()),
            speech: answer.speech(),
            parts: parts::of(answer),
            parameters: answer.parameters().map(str::to_owned),
        }
    }

    fn part(&self, part: &AnswerPart) -> Option<&[u8]> {
        self.parts.iter().find(|(one, _)| one == part).map(|(_, value)| value.as_slice())
    }
}

/// A trait that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The condition.
    pub condition: Match,
    /// What was seen.
    pub seen: Excerpt,
    /// Whether many programs say so: then it is a trait only where somebody insists.
    pub is_common: bool,
    /// Why it is as it is.
    pub why: String,
}

/// Something that is no trait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which part.
    pub part: String,
    /// What was seen.
    pub seen: Excerpt,
    /// Why not.
    pub why: String,
}

/// What a port teaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The port.
    pub port: u16,
    /// What brings the answer out; `None`: it is a greeting.
    pub asked: Option<Request>,
    /// Its protocol, if that is known.
    pub speech: Option<Speech>,
    /// How many answers were held against each other.
    pub answers: usize,
    /// What other hosts will show as well.
    pub kept: Vec<Kept>,
    /// What the same answer tells besides.
    pub tells: Vec<Tell>,
    /// What is left out.
    pub left: Vec<Left>,
    /// Who else says the same, if somebody does.
    pub shared: Option<String>,
    /// What was agreed on within TLS.
    pub parameters: Option<String>,
}

impl Lesson {
    /// Whether the product can be told by it from all that muster knows.
    pub fn is_distinguishing(&self) -> bool {
        self.shared.is_none() && self.kept.iter().any(|kept| !kept.is_common)
    }

    /// Whether there is anything that a fingerprint could be made of.
    pub fn has_traits(&self) -> bool {
        !self.kept.is_empty()
    }

    /// The conditions of a fingerprint: where one is distinguishing, what many say adds nothing but what may change.
    fn conditions(&self) -> Vec<Match> {
        let is_told = self.kept.iter().any(|kept| !kept.is_common);
        let some = self.kept.iter().filter(|kept| !is_told || !kept.is_common);
        some.map(|kept| kept.condition.clone()).collect()
    }
}

/// Holds the answers of one port against each other; `None` if there is none. `product` is the one to be learnt.
pub fn lesson(catalog: &Catalog, product: &Product, heard: &[Heard], hosts: &HostWords) -> Option<Lesson> {
    let first = heard.first()?;
    let mut lesson = Lesson {
        port: first.endpoint.port,
        asked: first.asked,
        speech: first.speech,
        answers: heard.len(),
        kept: Vec::new(),
        tells: Vec::new(),
        left: Vec::new(),
        shared: None,
        parameters: first.parameters.clone(),
    };
    let is_same = |one: &Heard| (one.asked, one.speech) == (first.asked, first.speech);
    if !heard.iter().all(is_same) {
        lesson.leave("whole", &first.parts[0].1, "it answered in different ways, so that nothing is sure");
        return Some(lesson);
    }
    if !is_expressible(first.asked, first.speech) {
        lesson.leave("whole", &first.parts[0].1, "it answers a page's request in a language of its own");
        return Some(lesson);
    }
    for (part, value) in &first.parts {
        let others: Option<Vec<&[u8]>> = heard[1..].iter().map(|one| one.part(part)).collect();
        lesson.consider(part, value, others, hosts);
    }
    lesson.shared = known_of(catalog, product, &lesson);
    Some(lesson)
}

impl Lesson {
    fn leave(&mut self, part: &str, seen: &[u8], why: &str) {
        self.left.push(Left { part: part.to_owned(), seen: Excerpt::of_bytes(seen), why: why.to_owned() });
    }

    fn consider(&mut self, part: &AnswerPart, value: &[u8], others: Option<Vec<&[u8]>>, hosts: &HostWords) {
        let term = part.term();
        if let Some(why) = parts::reason_against(part) {
            return self.leave(&term, value, why);
        }
        let Some(others) = others else { return self.leave(&term, value, "it is not in every answer") };
        let shared = others.iter().fold(value.len(), |length, other| length.min(alike(value, other)));
        let is_same = others.iter().all(|other| *other == value);
        for piece in parts::pieces(part, &value[..shared], is_same) {
            match general::general(part, piece, hosts) {
                Err(why) if is_same => self.leave(&term, value, why),
                Err(_) => self.leave(&term, value, "it differs from one answer to the next"),
                Ok(found) => self.keep(part, value, found),
            }
        }
    }

    fn keep(&mut self, part: &AnswerPart, value: &[u8], found: general::General) {
        let general::General { comparison, text, tell, why } = found;
        let common = common::who_says(part, &text);
        let why = match common {
            Some(who) => format!("{who} says so"),
            None => why.to_owned(),
        };
        self.tells.extend(tell.filter(|_| self.tells.is_empty()));
        let condition = Match { part: part.clone(), comparison, text };
        self.kept.push(Kept { condition, seen: Excerpt::of_bytes(value), is_common: common.is_some(), why });
    }
}

/// Whether a listener of the catalogue can be said to answer so.
fn is_expressible(asked: Option<Request>, speech: Option<Speech>) -> bool {
    match asked {
        None => true,
        Some(Request::HttpGet) => speech == Some(Speech::Http),
        Some(Request::TlsHello | Request::HttpsGet) => speech == Some(Speech::Tls),
        Some(Request::ClamdVersion) => speech == Some(Speech::Clamd),
        Some(_) => false,
    }
}

/// How far two texts are the same.
fn alike(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// The product of another family that would be taken for ours, or ours for it.
fn known_of(catalog: &Catalog, product: &Product, lesson: &Lesson) -> Option<String> {
    let conditions = lesson.conditions();
    let others = catalog.products().iter().filter(|other| other.family != product.family);
    let mut prints = others.flat_map(|other| other.fingerprints.iter().map(move |print| (other, print)));
    let found = prints.find(|(_, print)| {
        print.request == lesson.asked
            && (follows(&print.matches, &conditions) || follows(&conditions, &print.matches))
    })?;
    Some(format!("{} ({}) says the same", found.0.title(), found.0.id))
}

/// Whether whatever fits all of `narrow` fits all of `wide` as well.
fn follows(narrow: &[Match], wide: &[Match]) -> bool {
    !wide.is_empty() && wide.iter().all(|wide| narrow.iter().any(|narrow| implies(narrow, wide)))
}

/// Whether what fits `one` fits `other` as well.
fn implies(one: &Match, other: &Match) -> bool {
    let (text, within) = (one.text.to_ascii_lowercase(), other.text.to_ascii_lowercase());
    one.part == other.part
        && match (one.comparison, other.comparison) {
            (_, Comparison::Contains) => text.contains(&within),
            (Comparison::Equals, Comparison::Equals) => text == within,
            (Comparison::Contains, _) | (_, Comparison::Equals) => false,
            (_, Comparison::StartsWith) => text.starts_with(&within),
        }
}
