//! Words in the host's name.

use muster_catalog::{DeviceSignature, Sign};
use muster_model::{DeviceClass, DeviceSign, Excerpt, HostName, SignKind};

/// The catalogue's words, in lower case.
#[derive(Debug)]
pub(super) struct Names(Vec<(DeviceClass, String)>);

impl Names {
    pub(super) fn of(signatures: &[DeviceSignature]) -> Self {
        let word = |signature: &DeviceSignature| match &signature.sign {
            Sign::Name(word) => Some((signature.class, word.to_ascii_lowercase())),
            _ => None,
        };
        Self(signatures.iter().filter_map(word).collect())
    }

    pub(super) fn signs(&self, names: &[HostName], add: &mut impl FnMut(DeviceClass, DeviceSign)) {
        for HostName { name, .. } in names {
            let label = label(name);
            for (class, _) in self.0.iter().filter(|(_, word)| has_word(&label, word)) {
                add(*class, sign(name));
            }
        }
    }
}

/// The host's own label, in lower case.
pub(super) fn label(name: &Excerpt) -> String {
    name.as_str().split('.').next().unwrap_or_default().to_ascii_lowercase()
}

/// The label has the word in it, with no letter beside it.
pub(super) fn has_word(label: &str, word: &str) -> bool {
    let stands_alone = |(place, _): (usize, &str)| {
        let before = label[..place].chars().next_back();
        let after = label[place + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphabetic)
    };
    !word.is_empty() && label.match_indices(word).any(stands_alone)
}

pub(super) fn sign(name: &Excerpt) -> DeviceSign {
    DeviceSign { kind: SignKind::Name, endpoint: None, seen: name.clone() }
}
