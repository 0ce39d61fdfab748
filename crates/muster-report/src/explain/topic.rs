//! What a word of the command line stands for.

use muster_catalog::{Catalog, Incident, Process, Product, registry};
use muster_model::Protocol;

/// Something that the catalogue knows.
#[derive(Clone, Debug)]
pub enum Topic<'a> {
    /// A port. It need not be one that a product listens on.
    Port {
        /// The number, not 0.
        port: u16,
        /// One transport; `None`: both.
        protocol: Option<Protocol>,
    },
    /// A name that IANA has registered for several ports.
    Service {
        /// As it was typed.
        name: String,
        /// TCP ports, in order.
        tcp: Vec<u16>,
        /// UDP ports, in order.
        udp: Vec<u16>,
    },
    /// A program, by the name of its file or of its service.
    Program {
        /// As the catalogue writes it.
        name: &'a str,
        /// Whose it is; not empty.
        owners: Vec<(&'a Product, &'a Process)>,
    },
    /// Products; not empty.
    Products(Vec<&'a Product>),
    /// Incidents; not empty.
    Incidents(Vec<&'a Incident>),
}

impl<'a> Topic<'a> {
    /// What `text` stands for, without regard to case: a port (`2967`, `tcp/2967`, `2967/udp`), a product's or family's
    /// key, a program or service (`rtvscan.exe`, `rtvscan`), a vendor, an incident's name or number, a word of products'
    /// names, or a port's registered name (`ssc-agent`). The first that fits.
    pub fn find(catalog: &'a Catalog, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        port(text)
            .or_else(|| catalog.expected(&text.to_ascii_lowercase()).map(Self::Products))
            .or_else(|| program(catalog, text))
            .or_else(|| products(catalog, |product| product.vendor.eq_ignore_ascii_case(text)))
            .or_else(|| incidents(catalog, text))
            .or_else(|| products(catalog, |product| is_named(product, text)))
            .or_else(|| registered(text))
    }

    /// The nearest word that stands for something, if any is near enough to have been meant.
    pub fn nearest(catalog: &'a Catalog, text: &str) -> Option<&'a str> {
        // The work grows with the product of the lengths.
        let text: String = text.trim().chars().take(LONGEST).flat_map(char::to_lowercase).collect();
        let likeness = |word: &&str| strsim::jaro_winkler(&text, &word.to_lowercase());
        let scored = words(catalog).map(|word| (likeness(&word), word));
        let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
        (best.0 >= NEAR).then_some(best.1)
    }
}

/// A word of the command line that is longer than any the catalogue knows is compared up to here.
const LONGEST: usize = 64;
const NEAR: f64 = 0.8;

fn port(text: &str) -> Option<Topic<'static>> {
    let (number, protocol) = match text.split_once('/') {
        None => (text, None),
        Some((one, other)) => match (transport(one), transport(other)) {
            (Some(protocol), None) => (other, Some(protocol)),
            (None, Some(protocol)) => (one, Some(protocol)),
            _ => return None,
        },
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let port = number.parse().ok().filter(|&port| is_number && port != 0)?;
    Some(Topic::Port { port, protocol })
}

fn transport(text: &str) -> Option<Protocol> {
    [Protocol::Tcp, Protocol::Udp].into_iter().find(|protocol| protocol.name().eq_ignore_ascii_case(text))
}

fn program<'a>(catalog: &'a Catalog, text: &str) -> Option<Topic<'a>> {
    let is_meant = |process: &Process| {
        let file = process.name.as_str();
        let stem =
            file.get(..file.len().saturating_sub(4)).filter(|_| file.to_ascii_lowercase().ends_with(".exe"));
        file.eq_ignore_ascii_case(text)
            || stem.is_some_and(|stem| stem.eq_ignore_ascii_case(text))
            || process.service.as_ref().is_some_and(|service| service.eq_ignore_ascii_case(text))
    };
    let all = catalog
        .products()
        .iter()
        .flat_map(|product| product.processes.iter().map(move |item| (product, item)));
    let owners: Vec<(&Product, &Process)> = all.filter(|(_, process)| is_meant(process)).collect();
    let name = owners.first()?.1.name.as_str();
    Some(Topic::Program { name, owners })
}

fn products<'a>(catalog: &'a Catalog, is_meant: impl Fn(&Product) -> bool) -> Option<Topic<'a>> {
    let products: Vec<&Product> = catalog.products().iter().filter(|product| is_meant(product)).collect();
    (!products.is_empty()).then_some(Topic::Products(products))
}

fn is_named(product: &Product, text: &str) -> bool {
    has_words(&product.title(), text) || has_words(&product.versions, text)
}

fn incidents<'a>(catalog: &'a Catalog, text: &str) -> Option<Topic<'a>> {
    let incidents: Vec<&Incident> =
        catalog.incidents().iter().filter(|incident| has_words(&incident.name, text)).collect();
    (!incidents.is_empty()).then_some(Topic::Incidents(incidents))
}

fn registered(text: &str) -> Option<Topic<'static>> {
    if text.contains(['*', '?']) {
        return None;
    }
    let [tcp, udp] = [Protocol::Tcp, Protocol::Udp].map(|protocol| registry::numbers(text, protocol));
    match (&tcp[..], &udp[..]) {
        ([], []) => None,
        ([], [port]) => Some(Topic::Port { port: *port, protocol: None }),
        ([port], others) if others.iter().all(|other| other == port) => {
            Some(Topic::Port { port: *port, protocol: None })
        }
        _ => Some(Topic::Service { name: text.to_ascii_lowercase(), tcp, udp }),
    }
}

/// Whether `words` are in `text`, set off by something that is no letter or digit, and written as a name there: with a
/// capital first.
fn has_words(text: &str, words: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    // Case is folded in ASCII alone, so that places in the one text are places in the other.
    let (folded, words) = (text.to_ascii_lowercase(), words.to_ascii_lowercase());
    words.chars().any(char::is_alphabetic)
        && folded.match_indices(&words).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            let is_name = text[start..].starts_with(|c: char| c.is_ascii_uppercase());
            is_name && !is_letter(before) && !is_letter(after)
        })
}

/// Every word that [`Topic::find`] surely knows.
pub(super) fn words(catalog: &Catalog) -> impl Iterator<Item = &str> {
    let products = catalog.products().iter();
    let vendors = products.clone().map(|product| product.vendor.as_str());
    let programs = products.flat_map(|product| product.processes.iter().map(|process| process.name.as_str()));
    let incidents = catalog.incidents().iter().flat_map(|incident| incident.name.split(", "));
    catalog.keys().into_iter().chain(vendors).chain(programs).chain(incidents)
}
