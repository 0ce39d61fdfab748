//! The product with the listener and the fingerprint that were learnt.

use muster_catalog::{Binding, Confidence, Fingerprint, Listener, Manner, Means, Product, Proof};
use muster_model::{Excerpt, Protocol, Request, Speech};

use super::Lesson;

/// A port on which a program of the product listens on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePort {
    /// The transport.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
    /// The program, if it is known.
    pub process: Option<String>,
}

/// Adds what a port teaches; the key of the new fingerprint, if there is one. `insists`: also of what many say.
pub(super) fn add_lesson(
    product: &mut Product,
    lesson: &Lesson,
    source: &str,
    insists: bool,
) -> Option<String> {
    let manner = manner(lesson)?;
    let site = SitePort { protocol: Protocol::Tcp, port: lesson.port, process: None };
    let is_taught = lesson.is_distinguishing() || (insists && lesson.has_traits());
    if is_taught {
        set_manner(product, lesson, manner);
    }
    add_port(product, &site, is_taught.then_some((manner, lesson.asked)), source);
    is_taught.then(|| {
        let id = print_id(product, lesson);
        let confidence = if lesson.is_distinguishing() { Confidence::Medium } else { Confidence::Low };
        let print = Fingerprint {
            id: id.clone(),
            request: lesson.asked,
            matches: lesson.conditions(),
            tells: lesson.tells.clone(),
            confidence,
            source: vec![source.to_owned()],
        };
        product.fingerprints.push(print);
        id
    })
}

/// How a listener that answers so behaves.
fn manner(lesson: &Lesson) -> Option<Manner> {
    match (lesson.asked, lesson.speech) {
        (None, speech) => Some(Manner::Greets(speech)),
        (Some(Request::HttpGet), Some(Speech::Http)) => Some(Manner::Answers(Speech::Http)),
        (Some(Request::TlsHello | Request::HttpsGet), _) => Some(Manner::Answers(Speech::Tls)),
        (Some(Request::ClamdVersion), _) => Some(Manner::Answers(Speech::Clamd)),
        _ => None,
    }
}

/// A listener whose port is drawn, and of which nobody knew how it answers, answers so.
fn set_manner(product: &mut Product, lesson: &Lesson, manner: Manner) {
    let is_drawn = |listener: &&mut Listener| {
        (listener.protocol, listener.binding) == (Protocol::Tcp, Binding::Random)
            && listener.manner == Manner::Unknown
    };
    for listener in product.listeners.iter_mut().filter(is_drawn) {
        (listener.manner, listener.request) = (manner, lesson.asked);
    }
}

/// Adds a port, or what is now known of one that was there with a manner that nobody knew.
pub(super) fn add_port(
    product: &mut Product,
    site: &SitePort,
    taught: Option<(Manner, Option<Request>)>,
    source: &str,
) -> bool {
    let is_here =
        |listener: &&mut Listener| listener.protocol == site.protocol && listener.ports.contains(&site.port);
    let known: Vec<&mut Listener> = product.listeners.iter_mut().filter(is_here).collect();
    let is_tried = |listener: &&mut Listener| {
        taught.is_none_or(|(manner, request)| (listener.manner, listener.request) == (manner, request))
    };
    if known.iter().any(is_tried) {
        return false;
    }
    let like = known.first().map(|listener| (**listener).clone());
    for listener in known {
        listener.ports.retain(|port| *port != site.port);
    }
    product.listeners.retain(|listener| !listener.ports.is_empty() || listener.binding == Binding::Random);
    let (manner, request) = taught.unwrap_or((Manner::Unknown, None));
    let listener = match like {
        Some(like) => Listener { ports: vec![site.port], manner, request, ..like },
        None => new_listener(site, manner, request, source),
    };
    product.listeners.push(Listener { source: with(listener.source, source), ..listener });
    true
}

/// As it is on this site: swept by default, since administrators chose it or a server drew it for all its agents.
fn new_listener(site: &SitePort, manner: Manner, request: Option<Request>, source: &str) -> Listener {
    Listener {
        protocol: site.protocol,
        ports: vec![site.port],
        role: "learnt from a known-good host".to_owned(),
        is_on_every_client: false,
        binding: Binding::DefaultConfigurable,
        only_on: None,
        manner,
        not_servers: Vec::new(),
        request,
        means: Means { open: Proof::Hint, closed: Proof::Nothing, filtered: Proof::Nothing },
        process: site.process.as_deref().map(|name| Excerpt::of(name).to_string()),
        note: None,
        confidence: Confidence::Medium,
        source: vec![source.to_owned()],
    }
}

fn with(mut sources: Vec<String>, source: &str) -> Vec<String> {
    if !sources.iter().any(|one| one == source) {
        sources.push(source.to_owned());
    }
    sources
}

/// A key that no fingerprint of the product has.
fn print_id(product: &Product, lesson: &Lesson) -> String {
    let base = format!("site-{}-{}", product.id, lesson.port);
    let is_free = |id: &String| product.fingerprints.iter().all(|print| print.id != *id);
    let mut others = (2..).map(|number| format!("{base}-{number}"));
    if is_free(&base) { base } else { others.find(is_free).unwrap_or_default() }
}
