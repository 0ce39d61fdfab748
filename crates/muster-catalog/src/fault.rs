//! What can be wrong with a file of the catalogue: where, what, and what to do about it.

use std::fmt;

/// Something in a file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.wrong)
    }
}

impl std::error::Error for Fault {}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// A key that no such table has.
    #[error("unknown key: `{key}` in {table}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table's name.
        table: &'static str,
        /// The keys it may have.
        known: Vec<&'static str>,
    },
    /// A key that every such table has.
    #[error("missing key: `{key}` in {table}")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// The table's name.
        table: &'static str,
    },
    /// A value of another kind.
    #[error("`{key}` is {found}, and has to be {wanted}")]
    Kind {
        /// The key.
        key: &'static str,
        /// What it is.
        found: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// Nothing stands where something has to.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A character that moves a cursor or turns text.
    #[error("`{0}` has a control character")]
    Control(&'static str),
    /// A word that does not stand for anything here.
    #[error("unknown word: `{word}` as {key}")]
    UnknownTerm {
        /// The key.
        key: &'static str,
        /// The word.
        word: String,
        /// The words there are.
        known: Vec<&'static str>,
    },
    /// A number that no port has.
    #[error("impossible port: {0}")]
    Port(String),
    /// Ports that stand twice, or not in their order.
    #[error("ports are not in ascending order, each once: {0:?}")]
    PortOrder(Vec<u16>),
    /// A text that cannot be a key.
    #[error("not a key: `{0}`")]
    Key(String),
    /// A text that is no day.
    #[error("not a day: `{0}`")]
    Day(String),
    /// A text that names no part of an answer.
    #[error("unknown part of an answer: `{0}`")]
    AnswerPart(String),
    /// Two things of one key.
    #[error("duplicate {what}: `{key}`, first in {first}")]
    Duplicate {
        /// What they are.
        what: &'static str,
        /// The key.
        key: String,
        /// Where the first one is.
        first: String,
    },
    /// A product's key that also stands for a family of other products.
    #[error("ambiguous key: `{product}` is a product, and `{member}` has it for its family")]
    Family {
        /// The product.
        product: String,
        /// Another product that has this family.
        member: String,
    },
    /// Two listeners of one product that say different things about one port.
    #[error("overlapping meanings: {port}/{protocol} is also told of in line {first}, otherwise")]
    Overlap {
        /// The port.
        port: u16,
        /// Its protocol.
        protocol: &'static str,
        /// Where it was told of first.
        first: usize,
    },
    /// A source that there is not.
    #[error("unknown source: `{0}`")]
    UnknownSource(String),
    /// A product that there is not.
    #[error("unknown product: `{0}`")]
    UnknownProduct(String),
    /// A product that no sweep and nothing else shows.
    #[error("product that can be seen nowhere: `{0}`")]
    Unseen(String),
    /// A name that begins with the vendor's.
    #[error("the product's name begins with its vendor: `{0}`")]
    VendorTwice(String),
    /// A fingerprint that would fit everything.
    #[error("fingerprint without a condition: `{0}`")]
    NoCondition(String),
    /// A request that a listener of this manner does not get.
    #[error("request that does not fit the manner: {request} where the listener {manner}")]
    Request {
        /// What is asked; `none` if nothing is.
        request: &'static str,
        /// What it does.
        manner: String,
    },
    /// Agents are asked nothing over UDP.
    #[error("request over UDP: `{0}`")]
    UdpRequest(&'static str),
    /// A fingerprint for an answer that nobody asks for.
    #[error(
        "fingerprint that is never tried: `{print}` needs {request}, and no listener of the product does that"
    )]
    Untried {
        /// The fingerprint.
        print: String,
        /// What it needs.
        request: String,
    },
    /// A sign that needs a port nobody asks for.
    #[error("sign that is never seen: port {0} is not asked of hosts")]
    UnaskedSign(u16),
    /// A sign that fits ordinary computers as well.
    #[error("sign that fits everything: `{0}`")]
    WeakSign(String),
    /// There are more faults than anybody reads.
    #[error("further faults of this file are not listed")]
    More,
}

impl Wrong {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Syntax(_) | Self::More => return None,
            Self::UnknownKey { key, known, .. } => nearest(key, known, "keys"),
            Self::UnknownTerm { word, known, .. } => nearest(word, known, "words"),
            Self::MissingKey { key, .. } => format!("add {key} = …; docs/catalog.md tells what it means"),
            Self::Kind { wanted, .. } => format!("write {wanted}"),
            Self::Empty(key) => format!("say it, or leave `{key}` out if it need not be there"),
            Self::Control(_) => {
                "leave it out; text, after and before of a fingerprint may have some".to_owned()
            }
            Self::Port(_) => "ports are numbers from 1 to 65535".to_owned(),
            Self::PortOrder(ports) => format!("ports = {}", sorted(ports)),
            Self::Key(_) => "keys are lower-case letters, digits and dashes, as in acme-shield".to_owned(),
            Self::Day(_) => "a day is written \"2012-07-04\"".to_owned(),
            Self::AnswerPart(_) => {
                format!("parts are {}, and \"field NAME\" of HTTP", ANSWER_PARTS.join(", "))
            }
            Self::Duplicate { what: "source", .. } => "give it a key of its own".to_owned(),
            Self::Duplicate { .. } => "leave one of them out, or give it a key of its own".to_owned(),
            Self::Family { .. } => "give the family a key that no product has".to_owned(),
            Self::Overlap { .. } => {
                "make one listener of both, or let open, closed, filtered and is_on_every_client agree"
                    .to_owned()
            }
            Self::UnknownSource(key) => {
                format!(
                    "add [[source]] with id = \"{key}\", kind and reference; memory alone is \"recalled\""
                )
            }
            Self::UnknownProduct(_) => "muster catalog list has the keys".to_owned(),
            Self::Unseen(_) => {
                "add a [[product.listener]], or say in other_evidence where else it shows".to_owned()
            }
            Self::VendorTwice(_) => "leave the vendor out of the name; titles put it in front".to_owned(),
            Self::NoCondition(_) => "add matches = [{ part = …, comparison = …, text = … }]".to_owned(),
            Self::Request { .. } => {
                "http is asked http-get, tls is asked tls-hello or https-get, clamd is asked \
                 clamd-version, and all others nothing"
                    .to_owned()
            }
            Self::UdpRequest(_) => {
                "leave the request out: no agent is sent a datagram it did not ask for".to_owned()
            }
            Self::Untried { .. } => {
                "give the listener this request; a fingerprint without request needs one that greets"
                    .to_owned()
            }
            Self::UnaskedSign(_) => {
                let ports: Vec<String> = crate::SIGN_PORTS.iter().map(u16::to_string).collect();
                format!("signs can be made of {}", ports.join(", "))
            }
            Self::WeakSign(_) => {
                "at least 4 letters of a greeting or a maker, lower-case letters of a name".to_owned()
            }
        })
    }
}

/// Parts of an answer that are one word.
pub(crate) const ANSWER_PARTS: [&str; 6] =
    ["whole", "status", "body", "title", "certificate-subject", "certificate-issuer"];

fn sorted(ports: &[u16]) -> String {
    let ports: std::collections::BTreeSet<u16> = ports.iter().copied().collect();
    format!("{ports:?}").replace('{', "[").replace('}', "]")
}

fn nearest(word: &str, known: &[&str], what: &str) -> String {
    let word: String = word.chars().take(LONGEST).collect();
    let scored = known.iter().map(|other| (strsim::jaro_winkler(&word, other), other));
    match scored.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((near, other)) if near >= NEAR => format!("did you mean `{other}`?"),
        _ => format!("{what} are {}", known.join(", ")),
    }
}

/// What is longer than any word of ours is compared up to here.
const LONGEST: usize = 64;
const NEAR: f64 = 0.8;
