//! Who answered: a fingerprint decides, and where none fits, behaviour is compared with every product of the port.
//!
//! A fingerprint of any product of the port makes a service **genuine**, and so does one of any other agent for an answer
//! to the request that was asked, since agents can be moved to other ports. A greeting is proof on the agent's own port
//! only, or on any port if the agent's is drawn at installation. Otherwise each product of the port is held against what was seen:
//!
//! | its manner | kept silent | spoke first | answered in protocol *s* | answered otherwise |
//! |---|---|---|---|---|
//! | silent | fits | against | against | fits if short and not text, else against |
//! | greets in *p* | open (it may be slow) | *p* fits, else against | *p* fits (it was late), else against | open |
//! | answers in *p* | open (it may be busy) | against | *p* fits; else against, if asked in *p* or if *s* is a greeting; else open | against if asked in *p*, else open |
//! | unknown | open | open | open | open |
//!
//! Six rules stand above the table:
//!
//! - Nothing was learnt, so every product is open, where no connection came about, where it ended without a word, where
//!   the run was stopped in silence, and where so few bytes came that they may be the beginning of several protocols.
//! - A product that has a fingerprint for what was heard, and it does not fit, is at best open: its port and protocol
//!   alone are common (HTTP on 8081). So is a product of the same family on the same port, since roles of one agent
//!   answer alike. The wrong protocol stands against them all the same.
//! - A page whose `Server` names a program that the catalogue says the listener is not fits nobody: open at best.
//! - A page in answer to a TLS hello is not against a product whose fingerprint is a page: it may be set up without TLS.
//! - A product with several listeners on the port counts by the one that fits best.
//! - Where only servers are known to listen, behaviour is not compared: half of all web servers would be consistent with
//!   a console. Beside an agent they are, so that a console does not pass for the agent's impostor.
//!
//! Any that fits: **consistent**. All against: **impostor**. Else **unlearnt**, with the products that are open. Where no
//! known agent listens and no fingerprint fits, there is no identity to speak of.

use muster_catalog::{Fingerprint, Listener, Manner, Product, Proof};
use muster_model::{Endpoint, Excerpt, Identity, ProductId, Protocol, Request, Speech, Told, Trait};

use crate::answer::Answer;
use crate::approach::{is_drawn, listeners_at};
use crate::fingerprint;
use crate::service::{self, Recognition};

/// Who answered, and what its fingerprint told besides. `is_silence`: it had its time and said nothing.
pub(crate) fn identify(
    products: &[Product],
    endpoint: &Endpoint,
    answer: &Answer<'_>,
    is_silence: bool,
) -> (Option<Identity>, Vec<Told>) {
    if let Some(genuine) = genuine(products, endpoint, answer) {
        return genuine;
    }
    let here: Vec<(&Product, &Listener)> = listeners_at(products, endpoint).collect();
    if !here.iter().any(|(product, _)| product.is_agent()) {
        return (None, Vec::new());
    }
    let behaviour = Behaviour::of(answer, is_silence);
    let mut compared: Vec<(&ProductId, Comparison)> = Vec::new();
    for (product, listener) in &here {
        let comparison = match by_manner(listener, behaviour, answer) {
            Comparison::Fits if is_missed(product, &here, answer) => Comparison::Open,
            Comparison::Fits if answer.names_server(&listener.not_servers) => Comparison::Open,
            Comparison::Against { .. } if is_plain_page(product, &here, answer) => Comparison::Open,
            other => other,
        };
        match compared.last_mut().filter(|(id, _)| *id == &product.id) {
            Some((_, best)) => *best = comparison.min(*best),
            None => compared.push((&product.id, comparison)),
        }
    }
    (judge(&compared, behaviour), Vec::new())
}

/// Who answered by the protocol alone, when another program found out which: what was said is not known, so that a product
/// with a fingerprint for it stays open.
pub(crate) fn by_speech(
    products: &[Product],
    endpoint: &Endpoint,
    speech: Option<Speech>,
) -> Option<Identity> {
    let here: Vec<(&Product, &Listener)> = listeners_at(products, endpoint).collect();
    if !here.iter().any(|(product, _)| product.is_agent()) {
        return None;
    }
    let request = speech.and_then(request_in);
    let behaviour = match speech {
        None => Behaviour::Nothing,
        Some(speech) if service::speaks_first(speech) => Behaviour::First(Some(speech)),
        Some(speech) => Behaviour::Answered(Some(speech)),
    };
    let answer = Answer::read(&[], request, matches!(behaviour, Behaviour::First(_)));
    let has_print = |product: &Product| {
        let relatives = here.iter().filter(|(other, _)| other.family == product.family);
        relatives.flat_map(|(other, _)| &other.fingerprints).any(|print| print.request == request)
    };
    let mut compared: Vec<(&ProductId, Comparison)> = Vec::new();
    for (product, listener) in &here {
        let comparison = match by_manner(listener, behaviour, &answer) {
            Comparison::Fits if has_print(product) => Comparison::Open,
            other => other,
        };
        match compared.last_mut().filter(|(id, _)| *id == &product.id) {
            Some((_, best)) => *best = comparison.min(*best),
            None => compared.push((&product.id, comparison)),
        }
    }
    judge(&compared, behaviour)
}

/// The request that is answered in a protocol.
fn request_in(speech: Speech) -> Option<Request> {
    Request::ALL.iter().copied().find(|request| language(*request) == speech)
}

/// The first fingerprint that fits: of the port's own products, then of every other agent, and of servers of which nobody
/// tells the port.
pub(crate) fn genuine(
    products: &[Product],
    endpoint: &Endpoint,
    answer: &Answer<'_>,
) -> Option<(Option<Identity>, Vec<Told>)> {
    let here = listeners_at(products, endpoint).flat_map(|(product, _)| prints(product));
    let elsewhere = products.iter().flat_map(|product| {
        let (is_agent, is_anywhere) =
            (product.is_agent(), is_drawn(product) || has_undocumented_port(product));
        prints(product).filter(move |(_, print)| is_anywhere || is_agent && print.request.is_some())
    });
    let (id, print) = here.chain(elsewhere).find(|(_, print)| fingerprint::fits(print, answer))?;
    let identity = Identity::Genuine { product: id.clone(), fingerprint: Excerpt::of(&print.id) };
    Some((Some(identity), fingerprint::tells(print, answer)))
}

/// Whether it listens on TCP where nobody tells.
fn has_undocumented_port(product: &Product) -> bool {
    product.listeners.iter().any(|listener| listener.protocol == Protocol::Tcp && listener.ports.is_empty())
}

/// A product's fingerprints with its key.
fn prints(product: &Product) -> impl Iterator<Item = (&ProductId, &Fingerprint)> {
    product.fingerprints.iter().map(|print| (&product.id, print))
}

/// What the service did, as far as manners go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    /// Nothing that says anything.
    Nothing,
    /// It let its time pass.
    Silent,
    /// It spoke before it was asked.
    First(Option<Speech>),
    /// It answered the request.
    Answered(Option<Speech>),
}

impl Behaviour {
    fn of(answer: &Answer<'_>, is_silence: bool) -> Self {
        match answer.recognition {
            _ if answer.bytes.is_empty() && is_silence => Self::Silent,
            _ if answer.bytes.is_empty() => Self::Nothing,
            _ if answer.is_greeting => Self::First(answer.speech()),
            Recognition::Perhaps => Self::Nothing,
            Recognition::Is(_) | Recognition::Unknown => Self::Answered(answer.speech()),
        }
    }

    /// What to say of it in favour.
    fn in_favour(self) -> Trait {
        match self {
            Self::First(Some(speech)) | Self::Answered(Some(speech)) => Trait::Speaks(speech),
            other => other.against(false),
        }
    }

    /// What gives it away. That it speaks first does so only where nobody greets.
    fn against(self, somebody_greets: bool) -> Trait {
        match self {
            Self::First(Some(speech)) if somebody_greets => Trait::Speaks(speech),
            Self::First(_) => Trait::SpeaksFirst,
            Self::Answered(Some(speech)) => Trait::Speaks(speech),
            Self::Answered(None) => Trait::AnswersOtherwise,
            Self::Silent | Self::Nothing => Trait::StaysSilent,
        }
    }
}

/// How a product compares with what was seen, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Comparison {
    Fits,
    Open,
    Against { greets: bool },
}

fn by_manner(listener: &Listener, behaviour: Behaviour, answer: &Answer<'_>) -> Comparison {
    let comparison = match listener.manner {
        Manner::Silent => silent(behaviour, answer.bytes),
        Manner::Greets(speech) => greets(speech, behaviour),
        Manner::Answers(speech) => answers(speech, behaviour, answer.asked),
        Manner::Unknown => Comparison::Open,
    };
    // On a port that many use, behaving like many proves nothing.
    match comparison {
        Comparison::Fits if listener.means.open == Proof::Nothing => Comparison::Open,
        other => other,
    }
}

/// Whether something was heard of which the product, or another of its family here, has a fingerprint.
fn is_missed(product: &Product, here: &[(&Product, &Listener)], answer: &Answer<'_>) -> bool {
    let relatives = here.iter().filter(|(other, _)| other.family == product.family);
    let mut fingerprints = relatives.flat_map(|(other, _)| &other.fingerprints);
    !answer.bytes.is_empty() && fingerprints.any(|print| fingerprint::is_about(print, answer))
}

/// Whether it answered a TLS hello by a page, where the product, or another of its family here, is known to have pages:
/// it may be set up without TLS.
fn is_plain_page(product: &Product, here: &[(&Product, &Listener)], answer: &Answer<'_>) -> bool {
    let relatives = here.iter().filter(|(other, _)| other.family == product.family);
    let mut fingerprints = relatives.flat_map(|(other, _)| &other.fingerprints);
    !answer.is_greeting
        && (answer.asked, answer.speech()) == (Some(Request::TlsHello), Some(Speech::Http))
        && fingerprints.any(|print| print.request == Some(Request::HttpGet))
}

fn silent(behaviour: Behaviour, bytes: &[u8]) -> Comparison {
    match behaviour {
        Behaviour::Nothing => Comparison::Open,
        Behaviour::Silent => Comparison::Fits,
        Behaviour::Answered(None) if bytes.len() <= A_FEW && !is_text(bytes) => Comparison::Fits,
        Behaviour::First(_) | Behaviour::Answered(_) => Comparison::Against { greets: false },
    }
}

fn greets(speech: Option<Speech>, behaviour: Behaviour) -> Comparison {
    match behaviour {
        Behaviour::Nothing | Behaviour::Silent | Behaviour::Answered(None) => Comparison::Open,
        Behaviour::First(seen) | Behaviour::Answered(seen) if seen == speech => Comparison::Fits,
        Behaviour::First(_) | Behaviour::Answered(_) => Comparison::Against { greets: true },
    }
}

fn answers(speech: Speech, behaviour: Behaviour, asked: Option<Request>) -> Comparison {
    let is_own_language = asked.map(language) == Some(speech);
    let against = Comparison::Against { greets: false };
    match behaviour {
        Behaviour::Nothing | Behaviour::Silent => Comparison::Open,
        Behaviour::First(_) => against,
        Behaviour::Answered(seen) if seen == Some(speech) => Comparison::Fits,
        Behaviour::Answered(Some(seen)) if service::speaks_first(seen) => against,
        Behaviour::Answered(_) if is_own_language => against,
        Behaviour::Answered(_) => Comparison::Open,
    }
}

fn judge(compared: &[(&ProductId, Comparison)], behaviour: Behaviour) -> Option<Identity> {
    let (_, best) = compared.iter().min_by_key(|(_, comparison)| *comparison)?;
    let alike = |(_, comparison): &&(&ProductId, Comparison)| match best {
        Comparison::Against { .. } => true,
        best => comparison == best,
    };
    let products: Vec<ProductId> = compared.iter().filter(alike).map(|(id, _)| (*id).clone()).collect();
    let somebody_greets = compared.iter().any(|(_, seen)| *seen == Comparison::Against { greets: true });
    Some(match best {
        Comparison::Fits => Identity::Consistent { products, by: behaviour.in_favour() },
        Comparison::Open => Identity::Unlearnt { products },
        Comparison::Against { .. } => Identity::Impostor { products, by: behaviour.against(somebody_greets) },
    })
}

/// The protocol in which a request is made.
fn language(request: Request) -> Speech {
    match request {
        Request::ClamdVersion => Speech::Clamd,
        Request::DnsVersion => Speech::Dns,
        Request::PostgresTls => Speech::Postgres,
        Request::RedisPing => Speech::Redis,
        Request::SmbNegotiate => Speech::Smb,
        Request::SnmpSystem => Speech::Snmp,
        Request::MdnsName => Speech::MulticastDns,
        Request::NetbiosStatus => Speech::NetbiosNames,
        Request::TlsHello | Request::HttpsGet => Speech::Tls,
        _ => Speech::Http,
    }
}

/// A listener with a binary protocol of its own does not answer in words, as a shell or another server does.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// The refusal of a request in a protocol of its own is no longer.
const A_FEW: usize = 256;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod whole_catalogue;
