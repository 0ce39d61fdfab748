//! Names of hosts. Hardly two hosts have one, so lists of them are not held once each but one behind the other, in one text.

use std::collections::BTreeSet;

use muster_model::Excerpt;
use muster_nmap::read::NameKind;

/// Lists of names by number.
#[derive(Debug, Default)]
pub(super) struct NameLists {
    /// Each name behind the sign of its kind, and before a line end, which no excerpt has.
    text: String,
    /// Where each list ends.
    ends: Vec<usize>,
}

/// The number of a list. Two lists that are alike may have two numbers; that without names has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamesId(u32);

impl NamesId {
    const NONE: Self = Self(0);
}

/// A host's names, and who gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names<'a>(&'a str);

impl<'a> Names<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The names, without who gave them.
    pub(super) fn iter(self) -> impl Iterator<Item = &'a str> {
        self.0.lines().map(|line| &line[1..])
    }
}

impl NameLists {
    /// The number of a list; a name that it has twice is kept once.
    pub(super) fn id(&mut self, mut names: Vec<(Excerpt, NameKind)>) -> NamesId {
        names.sort_by(|one, other| (sign(one.1), &one.0).cmp(&(sign(other.1), &other.0)));
        names.dedup();
        self.take(names.iter().map(|(name, kind)| (sign(*kind), name.as_str())))
    }

    /// The number of all names of several lists.
    pub(super) fn joined(&mut self, mut ids: Vec<NamesId>) -> NamesId {
        ids.sort_unstable();
        ids.dedup();
        if let [id] | [NamesId::NONE, id] = ids[..] {
            return id;
        }
        let lines: BTreeSet<String> =
            ids.into_iter().flat_map(|id| self.names(id).0.lines().map(str::to_owned)).collect();
        self.take(lines.iter().filter_map(|line| Some((line.chars().next()?, &line[1..]))))
    }

    /// The names that a number stands for.
    pub(super) fn names(&self, id: NamesId) -> Names<'_> {
        let Some(place) = (id.0 as usize).checked_sub(1) else { return Names("") };
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        Names(&self.text[begin..self.ends[place]])
    }

    /// Takes in the lists of another; gives the number here for a number there.
    pub(super) fn absorb(&mut self, other: &Self) -> impl Fn(NamesId) -> NamesId + use<> {
        let (lists, bytes) = (self.last().0, self.text.len());
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| bytes + end));
        let _ = self.last();
        move |id| if id == NamesId::NONE { id } else { NamesId(lists + id.0) }
    }

    fn take<'n>(&mut self, names: impl Iterator<Item = (char, &'n str)>) -> NamesId {
        let begin = self.text.len();
        for (sign, name) in names {
            self.text.push(sign);
            self.text.push_str(name);
            self.text.push('\n');
        }
        if self.text.len() == begin {
            return NamesId::NONE;
        }
        self.ends.push(self.text.len());
        self.last()
    }

    /// The number of the last list.
    fn last(&self) -> NamesId {
        // Each list takes more than a byte: memory ends long before numbers do.
        NamesId(u32::try_from(self.ends.len()).expect("fewer lists than 2^32"))
    }
}

/// Signs are in order of kinds.
fn sign(kind: NameKind) -> char {
    match kind {
        NameKind::User => '0',
        NameKind::Reverse => '1',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[(&str, NameKind)]) -> Vec<(Excerpt, NameKind)> {
        names.iter().map(|(name, kind)| (Excerpt::of(name), *kind)).collect()
    }

    fn told(lists: &NameLists, id: NamesId) -> Vec<&str> {
        lists.names(id).iter().collect()
    }

    #[test]
    fn lists_come_back_in_order_and_are_joined() {
        use NameKind::{Reverse, User};
        let mut lists = NameLists::default();
        let none = lists.id(Vec::new());
        let two = lists.id(list(&[("b", Reverse), ("z", User), ("a\n", Reverse), ("b", Reverse)]));
        let one = lists.id(list(&[("z", Reverse)]));
        assert_eq!(told(&lists, none), [""; 0]);
        assert_eq!(told(&lists, two), ["z", "a\\n", "b"]);
        let all = lists.joined(vec![one, none, two, one]);
        assert_eq!(told(&lists, all), ["z", "a\\n", "b", "z"]);
        assert_eq!(lists.joined(vec![none, none, one]), one);
        let mut others = NameLists::default();
        let other = others.id(list(&[("c", User)]));
        let renumbered = lists.absorb(&others);
        assert_eq!((told(&lists, renumbered(other)), renumbered(none)), (vec!["c"], none));
        assert_eq!(told(&lists, two), ["z", "a\\n", "b"]);
        assert_ne!(lists.names(two), lists.names(all));
    }
}
