//! What files say of things that stand elsewhere: keys, families, sources. Held together when all files are read.

use muster_model::ProductId;

use super::reader::Place;

/// Keys that were given and used, and where.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// Products and their families.
    pub(super) products: Vec<Named>,
    /// Fingerprints.
    pub(super) prints: Vec<(String, Place)>,
    /// Sources that are told.
    pub(super) told: Vec<(String, Place)>,
    /// Ports that have a note.
    pub(super) ports: Vec<(u16, Place)>,
    /// Sources that facts are from.
    pub(super) sources: Vec<(String, Place)>,
    /// Products that incidents and contradictions are about.
    pub(super) about: Vec<(ProductId, Place)>,
}

/// A product by its keys.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) id: ProductId,
    pub(super) id_place: Place,
    pub(super) family: ProductId,
    pub(super) family_place: Place,
}

impl Mentions {
    pub(super) fn add(&mut self, other: Self) {
        self.products.extend(other.products);
        self.prints.extend(other.prints);
        self.told.extend(other.told);
        self.ports.extend(other.ports);
        self.sources.extend(other.sources);
        self.about.extend(other.about);
    }
}
