//! Makers as signs: every one is in the listing, and those of computers are none alone.

use super::*;
use crate::Catalog;
use crate::makers::{address, maker};
use DeviceClass::{Camera, Hypervisor, NetworkGear, Phone, Power, Printer, Storage};

/// The classes that a card speaks for, and whether it does by itself.
fn classes(card: &str) -> Vec<(DeviceClass, bool)> {
    let Some(maker) = maker(address(card).unwrap()) else { return Vec::new() };
    let mut classes: Vec<(DeviceClass, bool)> = Catalog::builtin()
        .maker_signs(maker)
        .into_iter()
        .filter_map(|device| match device.sign {
            Sign::Maker { alone, .. } => Some((device.class, alone)),
            _ => None,
        })
        .collect();
    classes.sort_unstable();
    classes
}

#[test]
fn cards_are_signs_of_what_their_makers_make() {
    for (what, card, expected) in [
        ("Axis", "00:40:8C:00:00:01", vec![(Camera, true)]),
        ("Lexmark", "00:20:00:00:00:01", vec![(Printer, true)]),
        ("American Power Conversion", "00:C0:B7:00:00:01", vec![(Power, true)]),
        ("Synology", "00:11:32:00:00:01", vec![(Storage, true)]),
        ("Juniper", "00:05:85:00:00:01", vec![(NetworkGear, true)]),
        ("Cisco makes telephones too", "00:00:0C:00:00:01", vec![(NetworkGear, true), (Phone, true)]),
        (
            "HP makes printers, cards for management, switches and computers",
            "00:1B:78:00:00:01",
            vec![(Hypervisor, false), (NetworkGear, false), (Printer, false)],
        ),
        (
            "the part that makes no printers",
            "00:0B:86:00:00:01",
            vec![(Hypervisor, false), (NetworkGear, false)],
        ),
        ("a virtual machine's", "00:50:56:00:00:01", vec![(Hypervisor, false)]),
        ("Dell", "00:14:22:00:00:01", vec![(Hypervisor, false)]),
        ("Intel's are in everything", "00:1B:21:00:00:01", vec![]),
        ("Canonical is no Canon", "00:16:3E:00:00:01", vec![]),
        ("drawn", "02:40:8C:00:00:01", vec![]),
    ] {
        assert_eq!(classes(card), expected, "{what}: {card}");
    }
}

#[test]
fn every_maker_is_in_the_listing() {
    let names: Vec<String> = crate::makers::Maker::all().map(crate::makers::Maker::name).collect();
    let signs = Catalog::builtin().devices().iter().map(|device| &device.sign);
    let makers: Vec<&Sign> = signs.filter(|sign| matches!(sign, Sign::Maker { .. })).collect();
    assert!(makers.len() > 30);
    for sign in makers {
        assert!(names.iter().any(|name| sign.is_of_maker(name)), "{sign:?}");
        assert_eq!(sign.kind(), SignKind::Maker);
    }
}

/// A maker that is said to make computers is so with every class.
#[test]
fn a_maker_of_computers_is_no_sign_alone_anywhere() {
    let signs = Catalog::builtin().devices().iter().map(|device| &device.sign);
    let makers: std::collections::BTreeMap<&str, bool> = signs
        .clone()
        .filter_map(|sign| match sign {
            Sign::Maker { words, alone } => Some((words.as_str(), *alone)),
            _ => None,
        })
        .collect();
    for sign in signs {
        if let Sign::Maker { words, alone } = sign {
            assert_eq!(makers[words.as_str()], *alone, "{words}");
        }
    }
}
