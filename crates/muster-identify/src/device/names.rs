//! Words in the host's name.

use aho_corasick::AhoCorasick;
use muster_catalog::{DeviceSignature, Sign};
use muster_model::{DeviceClass, DeviceSign, Excerpt, HostName, SignKind};

/// Words with what they mean, all looked for at once and without regard to ASCII case.
#[derive(Debug)]
pub(super) struct NameWords<T> {
    meanings: Vec<T>,
    // `None`: more than can be looked for.
    words: Option<AhoCorasick>,
}

impl<T: Copy> NameWords<T> {
    pub(super) fn of<'w>(words: impl Iterator<Item = (T, &'w str)>) -> Self {
        let (meanings, words): (Vec<T>, Vec<&str>) = words.filter(|(_, word)| !word.is_empty()).unzip();
        Self { meanings, words: AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok() }
    }

    /// What the words mean that the host's own label has, with no letter beside them.
    pub(super) fn meanings(&self, name: &Excerpt) -> impl Iterator<Item = T> {
        let label = name.as_str().split('.').next().unwrap_or_default();
        let found = self.words.iter().flat_map(move |words| words.find_overlapping_iter(label));
        let stands_alone = move |start: usize, end: usize| {
            let before = label[..start].chars().next_back();
            let after = label[end..].chars().next();
            ![before, after].into_iter().flatten().any(char::is_alphabetic)
        };
        let found = found.filter(move |found| stands_alone(found.start(), found.end()));
        found.map(|found| self.meanings[found.pattern().as_usize()])
    }
}

impl NameWords<DeviceClass> {
    /// The catalogue's words.
    pub(super) fn of_signatures(signatures: &[DeviceSignature]) -> Self {
        Self::of(signatures.iter().filter_map(|signature| match &signature.sign {
            Sign::Name(word) => Some((signature.class, word.as_str())),
            _ => None,
        }))
    }

    pub(super) fn signs(&self, names: &[HostName], add: &mut impl FnMut(DeviceClass, DeviceSign)) {
        for HostName { name, .. } in names {
            self.meanings(name).for_each(|class| add(class, sign(name)));
        }
    }
}

pub(super) fn sign(name: &Excerpt) -> DeviceSign {
    DeviceSign { kind: SignKind::Name, endpoint: None, seen: name.clone() }
}
