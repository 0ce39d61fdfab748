//! Tables that are no products: incidents, signs of devices, ports, contradictions, sources.

use muster_model::{DeviceClass, Protocol};

use super::reader::{Reader, shown};
use crate::contradiction::Contradiction;
use crate::device::{DeviceSignature, Sign};
use crate::fault::Wrong;
use crate::port::{Note, PortNote, Reading};
use crate::product::{Incident, Source};
use crate::{COMPUTER_PORTS, SIGN_PORTS};

pub(super) fn incident(mut table: Reader<'_>) -> Option<Incident> {
    let (date, name) = (table.text("date"), table.text("name"));
    let (protocol, ports) = (table.term::<Protocol>("protocol"), table.ports("ports"));
    table.required("products");
    let products = table.ids("products");
    let (summary, source) = (table.text("summary"), table.sources());
    let (text, start) = (table.text, table.start);
    table.finish();
    if products.is_empty() {
        text.wrong(start, Wrong::Empty("products"));
    }
    let mentioned = products.iter().map(|(id, at)| (id.clone(), text.place(*at)));
    text.mentions.borrow_mut().about.extend(mentioned);
    Some(Incident {
        date: date?,
        name: name?,
        protocol: protocol?,
        ports,
        products: products.into_iter().map(|(id, _)| id).collect(),
        summary: summary?,
        source,
    })
}

pub(super) fn contradiction(mut table: Reader<'_>) -> Option<Contradiction> {
    let (topic, words) = (table.text("topic"), table.text("text"));
    let (ports, products) = (table.maybe_ports("ports"), table.ids("products"));
    let (source, text) = (table.sources(), table.text);
    table.finish();
    let mentioned = products.iter().map(|(id, at)| (id.clone(), text.place(*at)));
    text.mentions.borrow_mut().about.extend(mentioned);
    let products = products.into_iter().map(|(id, _)| id).collect();
    Some(Contradiction { topic: topic?, text: words?, ports, products, source })
}

/// Each list of `ports`, each text of `greetings`, each word of `names` and the beginning of each maker's name is a sign.
pub(super) fn signatures(mut table: Reader<'_>) -> Vec<DeviceSignature> {
    let class = class(&mut table);
    let ports = ports(&mut table);
    let greetings = table.texts_at("greetings");
    let names = table.texts_at("names");
    let makers = table.texts_at("makers");
    let makers_of_computers = table.texts_at("makers_of_computers");
    let (source, text) = (table.sources(), table.text);
    table.finish();
    let texts = greetings.iter().chain(&makers).chain(&makers_of_computers);
    for (greeting, at) in texts.filter(|(greeting, _)| greeting.len() < SHORTEST_GREETING) {
        text.wrong(*at, Wrong::WeakSign(shown(greeting)));
    }
    let is_word = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase());
    for (name, at) in names.iter().filter(|(name, _)| !is_word(name)) {
        text.wrong(*at, Wrong::WeakSign(shown(name)));
    }
    let Some(class) = class else { return Vec::new() };
    let greetings = greetings.into_iter().map(|(text, _)| Sign::Greeting(text));
    let names = names.into_iter().map(|(word, _)| Sign::Name(word));
    let makers = makers.into_iter().map(|(words, _)| Sign::Maker { words, alone: true });
    let shared = makers_of_computers.into_iter().map(|(words, _)| Sign::Maker { words, alone: false });
    let signs = ports.into_iter().chain(greetings).chain(names).chain(makers).chain(shared);
    signs.map(|sign| DeviceSignature { class, sign, source: source.clone() }).collect()
}

/// A shorter text is in greetings of all kinds.
const SHORTEST_GREETING: usize = 4;

fn class(table: &mut Reader<'_>) -> Option<DeviceClass> {
    let (word, at) = table.text_at("class")?;
    let class = DeviceClass::ALL.iter().copied().find(|class| class.name() == word);
    if class.is_none() {
        let known = DeviceClass::ALL.iter().map(|class| class.name()).collect();
        table.text.wrong(at, Wrong::UnknownTerm { key: "class", word: shown(&word), known });
    }
    class
}

fn ports(table: &mut Reader<'_>) -> Vec<Sign> {
    let lists = table.ports_lists("ports");
    for (ports, at) in &lists {
        let is_asked = |port: &u16| SIGN_PORTS.contains(port) && !COMPUTER_PORTS.contains(port);
        if let Some(port) = ports.iter().find(|port| !is_asked(port)) {
            table.text.wrong(*at, Wrong::UnaskedSign(*port));
        }
        if ports.is_empty() {
            table.text.wrong(*at, Wrong::Empty("ports"));
        }
    }
    lists.into_iter().map(|(ports, _)| Sign::Ports(ports)).collect()
}

pub(super) fn port_note(mut table: Reader<'_>) -> Option<PortNote> {
    let port = table.port("port");
    let registration = table.tables("registration", "port.registration").into_iter().filter_map(note);
    let registration = registration.collect();
    let users = table.tables("user", "port.user").into_iter().filter_map(note).collect();
    let readings = table.tables("reading", "port.reading").into_iter().filter_map(reading).collect();
    let text = table.text;
    table.finish();
    let (port, at) = port?;
    text.mentions.borrow_mut().ports.push((port, text.place(at)));
    Some(PortNote { port, registration, users, readings })
}

fn note(mut table: Reader<'_>) -> Option<Note> {
    let (text, source) = (table.text("text"), table.sources());
    table.finish();
    Some(Note { text: text?, source })
}

fn reading(mut table: Reader<'_>) -> Option<Reading> {
    let (seen, says, source) = (table.text("seen"), table.text("says"), table.sources());
    table.finish();
    Some(Reading { seen: seen?, says: says?, source })
}

pub(super) fn source(mut table: Reader<'_>) -> Option<Source> {
    let id = table.text_at("id");
    let (kind, reference, note) = (table.text("kind"), table.text("reference"), table.maybe_text("note"));
    let text = table.text;
    table.finish();
    let (id, at) = id?;
    text.mentions.borrow_mut().told.push((id.clone(), text.place(at)));
    Some(Source { id, kind: kind?, reference: reference?, note })
}
