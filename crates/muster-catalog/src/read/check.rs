//! What must be true of a catalogue, of the files that are compiled in and of a user's own alike.

use std::collections::BTreeMap;
use std::fmt::Display;

use muster_model::{Protocol, Request, Speech};

use super::mentions::Mentions;
use super::reader::{Place, Text, shown};
use crate::catalog::Catalog;
use crate::fault::Wrong;
use crate::product::{Listener, Manner};
use crate::terms::Term as _;

/// Whether two listeners of one product say different things about a port that both have, or the same thing twice. A
/// port may be answered in either of two manners, by version or setting, if its states mean the same.
pub(super) fn contradicts(one: &Listener, other: &Listener) -> bool {
    one.means != other.means
        || one.is_on_every_client != other.is_on_every_client
        || (one.manner == other.manner && one.request == other.request)
}

/// What is wrong with what a listener is asked.
pub(super) fn of_request(listener: &Listener) -> Option<Wrong> {
    let term = listener.request.map(Request::term);
    if let (Protocol::Udp, Some(request)) = (listener.protocol, term) {
        return Some(Wrong::UdpRequest(request));
    }
    let possible = match listener.manner {
        Manner::Answers(Speech::Http) => &[Some(Request::HttpGet)][..],
        Manner::Answers(Speech::Tls) => &[Some(Request::TlsHello), Some(Request::HttpsGet)],
        Manner::Answers(Speech::Clamd) => &[Some(Request::ClamdVersion)],
        _ => &[None],
    };
    let is_fit = possible.contains(&listener.request);
    (!is_fit).then(|| Wrong::Request { request: term.unwrap_or("none"), manner: listener.manner.to_string() })
}

/// Whether a listener shows the answer that a fingerprint is about.
pub(super) fn brings_out(listener: &Listener, request: Option<Request>) -> bool {
    match request {
        None => matches!(listener.manner, Manner::Greets(_)),
        Some(Request::HttpGet | Request::TlsHello) if listener.request == Some(Request::HttpsGet) => true,
        request => listener.request == request,
    }
}

/// Holds what files say of each other against one another, and against the catalogue that they are added to.
pub(super) fn across(texts: &[Text<'_>], base: &Catalog, catalog: &Catalog) {
    let mut all = Mentions::default();
    for text in texts {
        all.add(text.mentions.take());
    }
    let check = Check { texts };
    check.once("product", all.products.iter().map(|named| (&named.id, named.id_place)));
    check.once("port", all.ports.iter().map(|(port, place)| (port, *place)));
    check.once("fingerprint", all.prints.iter().map(|(id, place)| (id, *place)));
    check.once("source", all.told.iter().map(|(id, place)| (id, *place)));
    check.new_keys(&all, base, catalog);
    check.families(&all, catalog);
    check.references(&all, catalog);
}

struct Check<'a> {
    texts: &'a [Text<'a>],
}

impl Check<'_> {
    fn wrong(&self, (file, at): Place, wrong: Wrong) {
        self.texts[file].wrong(at, wrong);
    }

    fn told(&self, (file, at): Place) -> String {
        let text = &self.texts[file];
        format!("{}:{}", text.name, text.line(at))
    }

    fn once<K: Ord + Display>(&self, what: &'static str, keys: impl Iterator<Item = (K, Place)>) {
        let mut seen: BTreeMap<K, Place> = BTreeMap::new();
        for (key, place) in keys {
            match seen.get(&key) {
                Some(first) => {
                    let (key, first) = (shown(&key.to_string()), self.told(*first));
                    self.wrong(place, Wrong::Duplicate { what, key, first });
                }
                None => {
                    seen.insert(key, place);
                }
            }
        }
    }

    /// A product may take the place of one that is there; what facts are cited by may not.
    fn new_keys(&self, all: &Mentions, base: &Catalog, catalog: &Catalog) {
        let first = || "muster's own catalogue".to_owned();
        for (id, place) in all.told.iter().filter(|(id, _)| base.sources.contains_key(id)) {
            let wrong = Wrong::Duplicate { what: "source", key: shown(id), first: first() };
            self.wrong(*place, wrong);
        }
        if base.products.is_empty() {
            return;
        }
        // Those of products that were replaced are gone.
        let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
        let prints = catalog.products.iter().flat_map(|product| &product.fingerprints);
        prints.for_each(|print| *kept.entry(&print.id).or_default() += 1);
        let own = |id: &str| all.prints.iter().filter(|(other, _)| other == id).count();
        for (id, place) in &all.prints {
            if kept.get(id.as_str()).is_some_and(|number| *number > own(id)) {
                self.wrong(*place, Wrong::Duplicate { what: "fingerprint", key: shown(id), first: first() });
            }
        }
    }

    /// A key that a policy expects is a product or a family, never both.
    fn families(&self, all: &Mentions, catalog: &Catalog) {
        let members: BTreeMap<&str, &str> = catalog
            .products
            .iter()
            .filter(|product| product.family != product.id)
            .map(|product| (product.family.as_str(), product.id.as_str()))
            .collect();
        for named in &all.products {
            if let Some(member) = members.get(named.id.as_str()) {
                let wrong = Wrong::Family { product: named.id.to_string(), member: (*member).to_owned() };
                self.wrong(named.id_place, wrong);
            }
            let is_told = all.products.iter().any(|other| other.id == named.family);
            if named.family != named.id && !is_told && catalog.product(&named.family).is_some() {
                let (product, member) = (named.family.to_string(), named.id.to_string());
                self.wrong(named.family_place, Wrong::Family { product, member });
            }
        }
    }

    fn references(&self, all: &Mentions, catalog: &Catalog) {
        for (id, place) in all.sources.iter().filter(|(id, _)| !catalog.sources.contains_key(id)) {
            self.wrong(*place, Wrong::UnknownSource(shown(id)));
        }
        // A product that could not be read is there all the same.
        let is_there = |id| catalog.product(id).is_some() || all.products.iter().any(|named| named.id == *id);
        for (id, place) in all.about.iter().filter(|(id, _)| !is_there(id)) {
            self.wrong(*place, Wrong::UnknownProduct(shown(id.as_str())));
        }
    }
}
