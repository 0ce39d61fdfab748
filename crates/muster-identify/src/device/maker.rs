//! Who made the network card.

use std::cell::RefCell;
use std::collections::HashMap;

use muster_catalog::makers::{Maker, begins, maker};
use muster_catalog::{DeviceSignature, Sign, maker_signs};
use muster_model::{DeviceClass, DeviceSign, Excerpt, SignKind};

/// The catalogue's makers. IEEE's listing has some ten thousands, of which each is compared once.
#[derive(Debug)]
pub(super) struct Makers<'c> {
    signatures: Vec<&'c DeviceSignature>,
    known: RefCell<HashMap<Maker, Known>>,
}

/// What a maker's cards are signs of.
#[derive(Clone, Debug, Default)]
struct Known {
    name: Excerpt,
    /// With whether they are one by themselves.
    classes: Vec<(DeviceClass, bool)>,
}

impl<'c> Makers<'c> {
    pub(super) fn of(signatures: &'c [DeviceSignature]) -> Self {
        let is_of_makers = |signature: &&DeviceSignature| matches!(signature.sign, Sign::Maker { .. });
        Self { signatures: signatures.iter().filter(is_of_makers).collect(), known: RefCell::default() }
    }

    /// Adds what the card is a sign of by itself, and gives what it only bears out. A card whose address was drawn has
    /// no maker.
    pub(super) fn signs(
        &self,
        hardware: Option<[u8; 6]>,
        add: &mut impl FnMut(DeviceClass, DeviceSign),
    ) -> Vec<(DeviceClass, DeviceSign)> {
        let Some(maker) = hardware.and_then(maker) else { return Vec::new() };
        let mut known = self.known.borrow_mut();
        let Known { name, classes } = known.entry(maker).or_insert_with(|| self.known(maker));
        let sign = || DeviceSign { kind: SignKind::Maker, endpoint: None, seen: name.clone() };
        let mut shared = Vec::new();
        for &(class, alone) in &*classes {
            if alone { add(class, sign()) } else { shared.push((class, sign())) }
        }
        shared
    }

    /// The sign that Apple made the card, who makes computers and telephones for its own systems alone.
    pub(super) fn apple(&self, hardware: Option<[u8; 6]>) -> Option<DeviceSign> {
        let maker = hardware.and_then(maker)?;
        let mut known = self.known.borrow_mut();
        let Known { name, .. } = known.entry(maker).or_insert_with(|| self.known(maker));
        let sign = || DeviceSign { kind: SignKind::Maker, endpoint: None, seen: name.clone() };
        begins(name.as_str(), "Apple").then(sign)
    }

    fn known(&self, maker: Maker) -> Known {
        let found = maker_signs(self.signatures.iter().copied(), maker);
        let class = |signature: &&DeviceSignature| match signature.sign {
            Sign::Maker { alone, .. } => Some((signature.class, alone)),
            _ => None,
        };
        Known { name: Excerpt::of(&maker.name()), classes: found.iter().filter_map(class).collect() }
    }
}
