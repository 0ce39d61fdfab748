//! The order in which addresses were typed. Sets are sorted; outputs list hosts as whoever asked for them named them.

use std::net::IpAddr;

use muster_engine::{AddressSet, TooManyRanges};

/// Addresses in the order in which they were typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypedOrder {
    /// One after the other; each ascends. With less than two the order is that of the numbers.
    runs: Vec<AddressSet>,
}

impl TypedOrder {
    /// The order of `sets`. What ascends from one to the next is kept as one.
    ///
    /// # Errors
    /// If the sets are too scattered.
    pub(crate) fn new<'a>(sets: impl IntoIterator<Item = &'a AddressSet>) -> Result<Self, TooManyRanges> {
        let mut runs: Vec<Vec<&AddressSet>> = Vec::new();
        let mut last = None;
        for set in sets {
            let Some((first, end)) = ends(set) else { continue };
            match runs.last_mut() {
                Some(run) if last.is_some_and(|last| last < first) => run.push(set),
                _ => runs.push(vec![set]),
            }
            last = Some(end);
        }
        let runs = runs.into_iter().map(AddressSet::union_all).collect::<Result<_, _>>()?;
        Ok(Self { runs })
    }

    /// Those of `wanted`, each once: in the order of what was typed, then the others.
    pub(crate) fn of<'a>(&'a self, wanted: &'a AddressSet) -> Box<dyn Iterator<Item = IpAddr> + 'a> {
        if self.runs.len() < 2 {
            return Box::new(wanted.iter());
        }
        let mut told = Told::none_of(wanted);
        let typed = self.runs.iter().flat_map(AddressSet::iter).chain(wanted.iter());
        Box::new(typed.filter(move |address| told.is_new(wanted, *address)))
    }
}

/// The first and the last address.
fn ends(set: &AddressSet) -> Option<(IpAddr, IpAddr)> {
    let last = u64::try_from(set.len()).ok()?.checked_sub(1)?;
    Some((set.select(0), set.select(last)))
}

/// Which addresses were told, a bit for each.
struct Told(Vec<u64>);

impl Told {
    fn none_of(wanted: &AddressSet) -> Self {
        let words = u64::try_from(wanted.len()).unwrap_or(u64::MAX).div_ceil(64);
        Self(vec![0; usize::try_from(words).unwrap_or(0)])
    }

    /// Whether the address is wanted and was not told before; it is from now on.
    fn is_new(&mut self, wanted: &AddressSet, address: IpAddr) -> bool {
        let Some(rank) = wanted.rank(address) else { return false };
        let (word, bit) = (usize::try_from(rank / 64).unwrap_or(usize::MAX), 1 << (rank % 64));
        let Some(word) = self.0.get_mut(word) else { return true };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::TargetSpec;

    use super::*;

    fn set(text: &str) -> AddressSet {
        let Ok(TargetSpec::Addresses(set)) = TargetSpec::parse(text) else { panic!("{text}") };
        set
    }

    fn listed(typed: &[&str], wanted: &[&str]) -> String {
        let sets = |texts: &[&str]| texts.iter().map(|text| set(text)).collect::<Vec<_>>();
        let order = TypedOrder::new(&sets(typed)).unwrap();
        let wanted = AddressSet::union_all(&sets(wanted)).unwrap();
        order.of(&wanted).map(|address| address.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hosts_come_as_they_were_typed_and_once() {
        let typed = ["10.0.0.9", "fd00::1", "10.0.0.2-4", "10.0.0.3-5", "10.0.0.9", "10.0.0.1"];
        assert_eq!(
            listed(&typed, &["10.0.0.1-5", "10.0.0.9", "fd00::1"]),
            "10.0.0.9 fd00::1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.1"
        );
        assert_eq!(listed(&typed, &["10.0.0.4", "10.0.0.9"]), "10.0.0.9 10.0.0.4", "the others are excluded");
        assert_eq!(listed(&["10.0.0.2", "10.0.0.1"], &["10.0.0.0-3"]), "10.0.0.2 10.0.0.1 10.0.0.0 10.0.0.3");
    }

    #[test]
    fn a_list_that_ascends_is_one_run() {
        let sets: Vec<_> = (0..=255).map(|last| set(&format!("10.0.0.{last}"))).collect();
        assert_eq!(TypedOrder::new(&sets).unwrap().runs.len(), 1);
        assert_eq!(TypedOrder::new(sets.iter().rev()).unwrap().runs.len(), 256);
        assert!(TypedOrder::new(&[]).unwrap().runs.is_empty());
        assert_eq!(listed(&[], &["10.0.0.1-2"]), "10.0.0.1 10.0.0.2");
    }
}
