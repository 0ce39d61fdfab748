//! Words in what services say.

use aho_corasick::AhoCorasick;
use muster_catalog::{DeviceSignature, Sign};
use muster_model::{DeviceClass, DeviceSign, Excerpt, Service, SignKind, Told};

/// The catalogue's words, all looked for at once.
#[derive(Debug)]
pub(super) struct Words {
    classes: Vec<DeviceClass>,
    // `None`: there are none, or more than can be looked for.
    words: Option<AhoCorasick>,
}

impl Words {
    pub(super) fn of(signatures: &[DeviceSignature]) -> Self {
        let word = |signature: &DeviceSignature| match &signature.sign {
            Sign::Greeting(text) if !text.is_empty() => Some((signature.class, text.clone())),
            _ => None,
        };
        let (classes, texts): (Vec<DeviceClass>, Vec<String>) = signatures.iter().filter_map(word).unzip();
        let words = AhoCorasick::builder().ascii_case_insensitive(true).build(texts).ok();
        Self { classes, words }
    }

    pub(super) fn signs(&self, services: &[Service], add: &mut impl FnMut(DeviceClass, DeviceSign)) {
        let Some(words) = &self.words else { return };
        for service in services {
            for text in service.told.iter().filter_map(words_of) {
                for found in words.find_overlapping_iter(text.as_str()) {
                    let endpoint = Some(service.endpoint);
                    let sign = DeviceSign { kind: SignKind::Greeting, endpoint, seen: text.clone() };
                    add(self.classes[found.pattern().as_usize()], sign);
                }
            }
        }
    }
}

/// What a device says of itself, rather than an agent on it. Who issued its certificate says nothing: firewalls' own
/// authorities sign for servers.
pub(super) fn words_of(told: &Told) -> Option<&Excerpt> {
    match told {
        Told::Greeting(text)
        | Told::Answer(text)
        | Told::Server(text)
        | Told::Title(text)
        | Told::CertificateSubject(text)
        | Told::Announced(text) => Some(text),
        _ => None,
    }
}
