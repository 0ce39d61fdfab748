//! What is left of a journal that was cut or damaged: whatever stands before the damage, and nothing else.

use std::time::Duration;

use muster_engine::SweepEvent;
use muster_sweep::{Damage, Journal, JournalError, Torn, read_bytes};
use proptest::prelude::*;

use super::{Place, event, found, head, header, replayed, written};

/// The events of bytes that are a journal; fails if they are not a beginning of `expected`.
#[track_caller]
fn prefix(bytes: &[u8], expected: &[SweepEvent]) -> (usize, Option<Torn>) {
    let (read, events, torn) = read_bytes(bytes).unwrap();
    assert_eq!(read, header());
    assert!(expected.starts_with(&events), "{events:?}");
    (events.len(), torn)
}

/// Where the records of a journal begin, and where the last ends.
fn seams(bytes: &[u8]) -> Vec<usize> {
    let mut seams = vec![17];
    while let Some(&place) = seams.last()
        && place < bytes.len()
    {
        let length = u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap());
        seams.push(place + 8 + length as usize);
    }
    seams
}

#[test]
fn cut_anywhere_a_prefix_stands() {
    let place = Place::new();
    let expected = written(&place, 30);
    let bytes = place.bytes();
    let seams = seams(&bytes);
    let first_end = seams[1];
    for length in 0..=bytes.len() {
        let cut = &bytes[..length];
        if length < first_end {
            let error = read_bytes(cut).unwrap_err();
            let is_right = match length {
                0 => matches!(error, JournalError::Empty { .. }),
                _ => matches!(error, JournalError::Headless { .. }),
            };
            assert!(is_right, "{length}: {error}");
            continue;
        }
        let (_, torn) = prefix(cut, &expected);
        let last_seam = seams.iter().rposition(|seam| *seam <= length).unwrap();
        let at_seam = seams[last_seam] == length;
        let expected = Torn { at: seams[last_seam] as u64, records: last_seam as u64, damage: Damage::Cut };
        assert_eq!(torn, (!at_seam).then_some(expected), "{length}");
    }
    assert_eq!(prefix(&bytes, &expected), (expected.len(), None));
}

#[test]
fn any_bit_flipped_a_prefix_stands() {
    let place = Place::new();
    let expected = written(&place, 12);
    let bytes = place.bytes();
    let first_end = seams(&bytes)[1];
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        if bit / 8 < first_end {
            assert!(read_bytes(&damaged).is_err(), "{bit}");
        } else {
            let (_, torn) = prefix(&damaged, &expected);
            let torn = torn.unwrap_or_else(|| panic!("bit {bit} was not missed"));
            assert!(torn.at <= (bit / 8) as u64 && torn.at + (4 << 20) > (bit / 8) as u64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn after_a_cut_and_garbage_it_goes_on(
        cut in 0_usize..2_000,
        garbage in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let place = Place::new();
        let expected = written(&place, 30);
        let bytes = place.bytes();
        let second_stage = seams(&bytes)[7];
        let length = second_stage + cut % (bytes.len() - second_stage + 1);
        place.write(&[&bytes[..length], &garbage].concat());
        let stands = prefix(&place.bytes(), &expected).0;
        let mut journal = Journal::go_on(found(&place.path()).unwrap(), Duration::ZERO).unwrap();
        let (events, _) = replayed(&mut journal);
        prop_assert_eq!(events.len(), stands);
        journal.event(&event(1_000));
        journal.flush();
        drop(journal);
        let (_, events, torn) = read_bytes(&place.bytes()).unwrap();
        prop_assert_eq!(torn, None);
        prop_assert_eq!(&events[..stands], &expected[..stands]);
        prop_assert_eq!(&events[stands..], &[event(1_000)]);
    }

    #[test]
    fn nothing_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_bytes(&bytes);
        let _ = read_bytes(&[b"muster journal\n\x01\0", &bytes[..]].concat());
    }
}

#[test]
fn looking_changes_nothing() {
    let place = Place::new();
    written(&place, 3);
    let torn = [&place.bytes()[..], b"garbage"].concat();
    place.write(&torn);
    let found = found(&place.path()).unwrap();
    assert_eq!(found.torn().unwrap().damage, Damage::Cut);
    assert_eq!(
        found.torn().unwrap().to_string(),
        format!("the record at byte {} is cut short; the 10 before it stand", torn.len() - 7)
    );
    drop(found);
    assert_eq!(place.bytes(), torn);
}

#[test]
fn a_record_stands_only_in_its_own_place() {
    let place = Place::new();
    let expected = written(&place, 4);
    let bytes = place.bytes();
    let seams = seams(&bytes);
    let last = &bytes[seams[seams.len() - 2]..];
    let twice = [&bytes[..], last].concat();
    let (events, torn) = prefix(&twice, &expected);
    assert_eq!((events, torn.unwrap().damage), (expected.len(), Damage::WrongSum));
    let swapped = [&bytes[..seams[seams.len() - 3]], last].concat();
    assert_eq!(prefix(&swapped, &expected).0, expected.len() - 2);
}

#[test]
fn a_length_that_is_not_there_takes_no_memory() {
    let place = Place::new();
    let expected = written(&place, 1);
    for (length, damage) in [(u32::MAX, Damage::TooLong), (4 << 20, Damage::Cut), (0, Damage::WrongSum)] {
        let frame = [length.to_le_bytes(), [0; 4]].concat();
        let torn = prefix(&[&place.bytes()[..], &frame].concat(), &expected).1;
        assert_eq!(torn.unwrap().damage, damage);
    }
}

#[test]
fn events_belong_into_stages() {
    let place = Place::new();
    let mut journal = place.create();
    journal.event(&event(1));
    journal.begin_stage(&head("ports", 80), &mut |_| ()).unwrap();
    journal.flush();
    let (_, events, torn) = read_bytes(&place.bytes()).unwrap();
    assert_eq!((events.len(), torn.unwrap().damage), (0, Damage::Unknown));
}
