//! Makers by address: known cards, the edges of blocks of every size, and every byte of the file.

use proptest::prelude::*;

use super::*;

fn named(text: &str) -> Option<String> {
    maker(address(text).unwrap()).map(Maker::name)
}

#[test]
fn cards_are_their_makers() {
    for (card, name) in [
        ("00:00:00:00:00:01", "XEROX CORPORATION"),
        ("00:00:0C:12:34:56", "Cisco Systems, Inc"),
        ("00-1b-21-aa-bb-cc", "Intel Corporate"),
        ("0040.8c01.0203", "Axis Communications AB"),
        ("00:50:56:00:00:01", "VMware, Inc."),
        ("28:6F:B9:FF:FF:FF", "Nokia Shanghai Bell Co., Ltd."),
        ("C8:5C:E2:70:00:00", "SYNERGY SYSTEMS AND SOLUTIONS"),
        ("C8:5C:E2:7F:FF:FF", "SYNERGY SYSTEMS AND SOLUTIONS"),
        ("8C:1F:64:AF:A0:00", "DATA ELECTRONIC DEVICES, INC"),
        ("8C:1F:64:AF:AF:FF", "DATA ELECTRONIC DEVICES, INC"),
        ("8C:1F:64:9B:90:01", "QUERCUS TECHNOLOGIES, S.L."),
        ("40:D8:55:0D:70:01", "Avant Technologies"),
        ("00:50:C2:F7:10:00", "RF Code"),
    ] {
        assert_eq!(named(card).as_deref(), Some(name), "{card}");
    }
    assert_ne!(named("C8:5C:E2:80:00:00").as_deref(), Some("SYNERGY SYSTEMS AND SOLUTIONS"));
    assert_ne!(named("8C:1F:64:AF:B0:00").as_deref(), Some("DATA ELECTRONIC DEVICES, INC"));
}

#[test]
fn nobody_made_what_nobody_was_given() {
    for (card, why) in [
        ("00:00:00:00:00:00", "no address at all"),
        ("02:60:8C:00:00:01", "3Com's from before the bit had a meaning"),
        ("02:42:AC:11:00:02", "a container's"),
        ("DA:A1:19:00:00:01", "drawn by a telephone"),
        ("01:00:5E:00:00:01", "a group"),
        ("FF:FF:FF:FF:FF:FF", "everybody"),
        ("11:11:11:00:00:01", "in the listing, and a group"),
        ("74:1A:E0:90:00:01", "a part whose holder is not named, of a divided block"),
        ("08:00:30:00:00:01", "given to three"),
    ] {
        assert_eq!(named(card), None, "{card}: {why}");
    }
    assert!(Maker::all().all(|maker| !["Private", "IEEE Registration Authority"].contains(&&*maker.name())));
}

#[test]
fn bits_say_who_gives_an_address_out() {
    for (first, expected) in [
        (0x00, Administration::Universal),
        (0xAC, Administration::Universal),
        (0x02, Administration::Local),
        (0xDE, Administration::Local),
        (0x01, Administration::Group),
        (0x33, Administration::Group),
    ] {
        assert_eq!(administration([first, 0, 0, 0, 0, 1]), expected, "{first:02x}");
    }
}

#[test]
fn addresses_are_read_as_they_are_written() {
    let expected = Some([0, 0x1b, 0x21, 0xaa, 0xbb, 0xcc]);
    for text in ["00:1B:21:AA:BB:CC", "00-1b-21-aa-bb-cc", "001b.21aa.bbcc"] {
        assert_eq!(address(text), expected, "{text}");
    }
    for text in
        ["", "001b21aabbcc", "0:1b:21:aa:bb:cc", "00:1b:21:aa:bb", "00:1b:21:aa:bb:cg", "+0:1b:21:aa:bb:cc"]
    {
        assert_eq!(address(text), None, "{text}");
    }
}

#[test]
fn words_are_whole() {
    let name = "CANON INC.";
    assert!(begins(name, "Canon") && begins(name, "canon inc."));
    assert!(!begins(name, "Can") && !begins(name, "Inc.") && !begins(name, "CANON INC. and more"));
    assert!(!begins("Canonical", "Canon") && !begins("\u{e9}", "a"));
}

#[test]
fn the_file_is_whole_and_in_order() {
    let table = &*TABLE;
    assert!(listed().parse::<jiff::civil::Date>().is_ok(), "{}", listed());
    assert!(table.blocks.len() > 39_000 && table.parts.len() > 17_000 && table.names > 33_000);
    assert!(FILE.len() < 1_000_000, "{}", FILE.len());
    assert!(table.blocks.is_sorted_by(|one, other| one < other));
    let limits: Vec<u16> = table.firsts.iter().map(|first| u16::from_be_bytes(*first)).collect();
    assert_eq!((limits.first(), limits.last()), (Some(&0), u16::try_from(table.parts.len()).ok().as_ref()));
    for limits in limits.windows(2) {
        let parts = &table.parts[usize::from(limits[0])..usize::from(limits[1])];
        assert!(parts.is_sorted_by(|one, other| one < other));
        assert!(parts.iter().all(|part| [4, 12].contains(&(part[1] & 15))));
    }
    let names: Vec<String> = Maker::all().map(Maker::name).collect();
    assert!(names.is_sorted_by(|one, other| one < other));
    assert!(names.iter().all(|name| !name.contains(char::REPLACEMENT_CHARACTER) && name.trim() == name));
    let owners = table.owners.iter().chain(table.part_owners).map(|owner| u16::from_be_bytes(*owner));
    let is_known =
        |owner: u16| owner < table.names || usize::from(owner.wrapping_sub(DIVIDED)) + 1 < limits.len();
    assert!(owners.clone().all(is_known));
    let used: std::collections::BTreeSet<u16> = owners.filter(|owner| *owner < table.names).collect();
    assert_eq!(used.len(), usize::from(table.names), "every name has a block");
}

#[test]
fn a_file_cut_short_is_none() {
    let head = FILE.len() - TABLE.text.len();
    for end in (0..head).step_by(997).chain([head - 1]) {
        assert!(Table::of(&FILE[..end]).is_none(), "{end}");
    }
}

proptest! {
    /// The search agrees with reading all blocks one by one.
    #[test]
    fn a_search_finds_what_a_walk_finds(place in 0..40_000_usize, tail: [u8; 3]) {
        let table = &*TABLE;
        let place = place % table.blocks.len();
        let [a, b, c] = table.blocks[place];
        let owner = u16::from_be_bytes(table.owners[place]);
        let bits = u16::from_be_bytes([tail[0], tail[1]]) >> 4;
        let walked = match owner.checked_sub(DIVIDED) {
            None => Some(owner),
            Some(divided) => {
                let limit = |place| usize::from(u16::from_be_bytes(table.firsts[place]));
                let mut parts = limit(usize::from(divided))..limit(usize::from(divided) + 1);
                let has_it = |part: usize| {
                    let key = u16::from_be_bytes(table.parts[part]);
                    if key & 15 == 4 { key >> 12 == bits >> 8 } else { key >> 4 == bits }
                };
                parts.find(|part| has_it(*part)).map(|part| u16::from_be_bytes(table.part_owners[part]))
            }
        };
        let address = [a, b, c, tail[0], tail[1], tail[2]];
        prop_assume!(address != [0; 6]);
        prop_assert_eq!(maker(address), walked.map(Maker));
    }

    #[test]
    fn no_address_panics(address: [u8; 6], text in ".{0,24}") {
        maker(address);
        super::address(&text);
    }
}
