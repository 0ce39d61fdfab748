//! What is wrong with a policy, where, and what to write instead.

use muster_engine::{MAX_INTERVALS, Prefix, TargetError};

/// The first thing that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: PolicyProblem,
}

impl PolicyError {
    /// `at`: bytes before the trouble.
    pub(super) fn new(text: &str, at: usize, problem: PolicyProblem) -> Self {
        let (line, column) = position(text, at);
        Self { line, column, problem }
    }

    /// What to do about it, where something can be said.
    pub fn hint(&self) -> Option<String> {
        self.problem.hint()
    }
}

/// Line and column, from 1, of the character that `at` bytes come before.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// What is wrong with a policy. Text from the file is kept as it was, and escaped when it is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// A date that is none.
    #[error("not a date: `{}`", printable(text))]
    BadDate {
        /// What was written.
        text: String,
    },
    /// A decoy that could not be told from a real listener.
    #[error("the decoy port is a port that {product} listens on: {port}")]
    BadDecoy {
        /// The port.
        port: u16,
        /// Whose it is.
        product: String,
    },
    /// A length of time that is none.
    #[error("not a number of days or weeks: `{}`", printable(text))]
    BadDuration {
        /// What was written.
        text: String,
    },
    /// A name that no host can have.
    #[error("neither an address, a network nor a host name: `{}`", printable(text))]
    BadHost {
        /// What was written.
        text: String,
    },
    /// A word that says nothing about listeners.
    #[error("unknown value of `listener`: `{}`", printable(text))]
    BadListener {
        /// What was written.
        text: String,
    },
    /// A number that is no port.
    #[error("not a port: {}", printable(text))]
    BadPort {
        /// What was written.
        text: String,
    },
    /// An address or network that is none.
    #[error("{0}")]
    BadRange(TargetError),
    /// Two zones of one name.
    #[error("zone `{}` was named before, in line {first_line}", printable(name))]
    DuplicateZone {
        /// The name.
        name: String,
        /// Where it was named before.
        first_line: usize,
    },
    /// Nothing where something must stand.
    #[error("`{key}` is empty")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// A key that must be there.
    #[error("{table} has no `{key}`")]
    Missing {
        /// The table.
        table: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A closed port is to prove something that no port of these products can prove.
    #[error(
        "`listener = \"required\"` cannot be checked in zone `{}`: {} known to listen on TCP on every client",
        printable(zone),
        blocking(names)
    )]
    NotAllRequired {
        /// The zone.
        zone: String,
        /// The agents expected there whose closed port proves nothing, or that have none.
        names: Vec<String>,
        /// Keys of products for which a closed port proves something: those expected in the zone, or where there are
        /// none, all of the catalogue.
        possible: Vec<String>,
    },
    /// A zone that may not be probed.
    #[error("{range} of zone `{}` lies outside what `[scope]` allows", printable(zone))]
    OutsideScope {
        /// The network.
        range: Prefix,
        /// The zone.
        zone: String,
    },
    /// A product that protects nobody by being there.
    #[error("a server is no protection: `{}`", printable(product))]
    ServerProduct {
        /// The product.
        product: String,
        /// Agents of the same family.
        agents: Vec<String>,
    },
    /// The same network in two zones.
    #[error("{range} is in zone `{}` already, in line {first_line}", printable(zone))]
    SharedRange {
        /// The network.
        range: Prefix,
        /// The other zone.
        zone: String,
        /// Where it stands there.
        first_line: usize,
    },
    /// No TOML.
    #[error("{message}")]
    Syntax {
        /// What the reader of TOML says.
        message: String,
    },
    /// A decoy that is asked for another reason.
    #[error("the decoy port is one of those that tell computers from devices: {port}")]
    SignDecoy {
        /// The port.
        port: u16,
    },
    /// More text than fits into a report.
    #[error("`{key}` is not plain text of at most {most} characters")]
    TextUnfit {
        /// The key.
        key: &'static str,
        /// Characters allowed.
        most: usize,
    },
    /// More networks than a policy may have.
    #[error("more than {most} networks")]
    TooManyRanges {
        /// How many are allowed.
        most: usize,
    },
    /// A key that means nothing here.
    #[error("unknown key: `{}`", printable(key))]
    UnknownKey {
        /// The key.
        key: String,
        /// Those that mean something here.
        known: &'static [&'static str],
    },
    /// A product that the catalogue does not have.
    #[error("unknown product: `{}`", printable(product))]
    UnknownProduct {
        /// What was written.
        product: String,
        /// The nearest key of the catalogue.
        nearest: Option<String>,
    },
    /// A value of another kind.
    #[error("`{key}` must be {expected}, not {found}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
}

impl PolicyProblem {
    /// What to do about it, where something can be said.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::BadDate { .. } => "write year, month and day, as in \"2027-03-31\"",
            Self::BadDecoy { .. } | Self::SignDecoy { .. } => {
                "choose a port that nothing listens on, or `decoy = false`"
            }
            Self::BadDuration { .. } => "write \"7d\" or \"2w\", at most ten years",
            Self::BadHost { .. } => "write 10.1.0.7, 10.1.3.0/28, fd00::/64 or pc-17.office.example",
            Self::BadListener { text } => {
                return Some(match nearest(text, LISTENERS) {
                    Some(word) => format!("did you mean `{word}`?"),
                    None => format!("write {}", LISTENERS.map(|word| format!("\"{word}\"")).join(" or ")),
                });
            }
            Self::BadPort { .. } => "write 1 to 65535, or `decoy = false` for none",
            Self::BadRange(error) => return error.hint(),
            Self::DuplicateZone { .. } => "put the networks of both into one zone, or give one another name",
            Self::Missing { key: "expires", .. } => {
                "an exemption ends some day, as in expires = \"2027-03-31\""
            }
            Self::NotAllRequired { possible, .. } if !possible.is_empty() => {
                return Some(format!("remove the line, or expect {} alone", possible.join(" or ")));
            }
            Self::NotAllRequired { .. } => "remove the line",
            Self::OutsideScope { range, .. } => {
                return Some(format!("add {range} to `allow`, or take it out of the zone"));
            }
            Self::ServerProduct { agents, .. } if !agents.is_empty() => {
                return Some(format!("expect its agent: {}", agents.join(", ")));
            }
            Self::SharedRange { .. } => "a network has one zone; a narrower one inside it may have another",
            Self::TextUnfit { .. } => "leave out line breaks and control characters, and shorten it",
            Self::TooManyRanges { .. } => "name whole networks",
            Self::UnknownKey { key, known } => {
                return Some(match nearest(key, known.iter().copied()) {
                    Some(word) => format!("did you mean `{word}`?"),
                    None => format!("known here: {}", known.join(", ")),
                });
            }
            Self::UnknownProduct { nearest: Some(key), .. } => {
                return Some(format!("did you mean `{key}`?"));
            }
            Self::UnknownProduct { nearest: None, .. } => {
                "`muster explain PRODUCT` knows the keys of products"
            }
            Self::WrongType { key: "zone", .. } => "write [[zone]], once for each zone",
            Self::WrongType { key: "exemption", .. } => "write [[exemption]], once for each entry",
            Self::WrongType { expected: LIST, .. } => "write a list, as in [\"10.1.0.0/16\"]",
            Self::Syntax { .. } => {
                "texts stand in quotes, lists in brackets, as in ranges = [\"10.1.0.0/16\"]"
            }
            Self::Empty { key } | Self::Missing { key, .. } | Self::WrongType { key, .. } => {
                return example(key).map(|line| format!("write a line like {line}"));
            }
            Self::ServerProduct { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

/// A line that is right.
fn example(key: &str) -> Option<&'static str> {
    let line = match key {
        "allow" => "allow = [\"10.0.0.0/8\"]",
        "decoy" => "decoy = 7239",
        "expires" => "expires = \"2027-03-31\"",
        "hosts" => "hosts = [\"10.1.0.7\"]",
        "listener" => "listener = \"catalogue\"",
        "name" => "name = \"clients\"",
        "owner" => "owner = \"it@office.example\"",
        "products" => "products = [\"clamav\"]",
        "ranges" => "ranges = [\"10.1.0.0/16\"]",
        "reason" => "reason = \"machine control, replaced next year\"",
        "signatures" => "signatures = \"7d\"",
        "site" => "site = \"berlin\"",
        "freshness" => "[freshness]",
        "scope" => "[scope]",
        _ => return None,
    };
    Some(line)
}

/// The products that a required listener cannot be held to, and the verb.
fn blocking(names: &[String]) -> String {
    match names {
        [] => "no product expected there is".to_owned(),
        [name] => format!("{name} is not"),
        names => format!("{} are not", names.join(", ")),
    }
}

/// The word nearest to a misspelt one, if any is near enough to have been meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The work grows with the product of the lengths, and nobody means a word of hundreds of letters.
    let word: String = word.chars().take(100).flat_map(char::to_lowercase).collect();
    let likeness = |candidate: &str| strsim::jaro_winkler(&word, candidate);
    let scored = known.into_iter().map(|candidate| (likeness(candidate), candidate));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 >= NEAR).then_some(best.1)
}

/// Foreign text fit for a line of an error.
fn printable(text: &str) -> String {
    muster_model::Excerpt::of(text).to_string()
}

pub(super) const LISTENERS: [&str; 2] = ["required", "catalogue"];
pub(super) const LIST: &str = "a list of texts";
/// Networks in one policy: far more than anybody has, and few enough that every set of them can be kept.
pub(super) const MAX_RANGES: usize = MAX_INTERVALS >> 4;
const NEAR: f64 = 0.8;
