//! Values that many hosts share, each held once and known by a number.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::marker::PhantomData;

/// The number of a value: equal numbers of one [`Interner`] are equal values.
pub(super) struct Id<T>(u32, PhantomData<fn() -> T>);

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> Id<T> {
    /// The bare number, to be hashed together with others.
    pub(super) fn number(self) -> u32 {
        self.0
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Values by number, and numbers by value: each value is hashed once, and moved never.
#[derive(Debug)]
pub(super) struct Interner<T> {
    /// What a value is hashed with. Nobody who writes files knows it.
    secret: RandomState,
    /// Numbers by hash; where two values have one, the later is under the next that is free.
    ids: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    values: Vec<T>,
    last: Vec<Option<Id<T>>>,
}

impl<T: Eq + Hash> Interner<T> {
    /// The number of `value`, which is kept if it is new.
    pub(super) fn id(&mut self, value: T) -> Id<T> {
        match self.found(&value) {
            Ok(id) => id,
            Err(hash) => self.kept(hash, value),
        }
    }

    /// The number of `value`, of which a copy is kept if it is new.
    pub(super) fn id_of<Q>(&mut self, value: &Q) -> Id<T>
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        match self.found(value) {
            Ok(id) => id,
            Err(hash) => self.kept(hash, value.to_owned()),
        }
    }

    /// The number of a value, or else the hash under which it would be.
    fn found<Q: Eq + Hash + ?Sized>(&self, value: &Q) -> Result<Id<T>, u64>
    where
        T: Borrow<Q>,
    {
        let mut hash = self.secret.hash_one(value);
        while let Some(known) = self.ids.get(&hash) {
            if self.values[*known as usize].borrow() == value {
                return Ok(Id(*known, PhantomData));
            }
            hash = hash.wrapping_add(1);
        }
        Err(hash)
    }

    fn kept(&mut self, hash: u64, value: T) -> Id<T> {
        // Each value takes far more than a byte: memory ends long before numbers do.
        let id = u32::try_from(self.values.len()).expect("fewer values than 2^32");
        self.ids.insert(hash, id);
        self.values.push(value);
        Id(id, PhantomData)
    }
}

/// The hash of what is hashed already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0 << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<T: Eq + Hash> Interner<T> {
    /// The same, quicker for values that come again and again in the same `place`, as of a port: to compare costs less
    /// than to hash.
    pub(super) fn id_at(&mut self, place: u16, value: T) -> Id<T> {
        let place = usize::from(place) % PLACES;
        if let Some(&Some(last)) = self.last.get(place)
            && *self.value(last) == value
        {
            return last;
        }
        let id = self.id(value);
        self.last.resize(PLACES, None);
        self.last[place] = Some(id);
        id
    }
}

/// Places of which the last value is remembered.
const PLACES: usize = 256;

impl<T: Eq + Hash> Interner<T> {
    /// Takes in the values of another, each changed by `change`; gives the number here for each number there.
    pub(super) fn absorb(&mut self, other: Self, change: impl Fn(T) -> T) -> Renumbered<T> {
        Renumbered(other.values.into_iter().map(|value| self.id(change(value))).collect())
    }
}

/// The numbers of one interner's values in another.
pub(super) struct Renumbered<T>(Vec<Id<T>>);

impl<T> Renumbered<T> {
    /// The number there.
    pub(super) fn of(&self, id: Id<T>) -> Id<T> {
        self.0[id.0 as usize]
    }
}

impl<T> Interner<T> {
    /// The value of a number that this interner gave.
    pub(super) fn value(&self, id: Id<T>) -> &T {
        &self.values[id.0 as usize]
    }
}

#[cfg(test)]
impl<T> Interner<T> {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { secret: RandomState::new(), ids: HashMap::default(), values: Vec::new(), last: Vec::new() }
    }
}
