//! Every known stack, as its system sends it and from some hops away, and those that are not told apart.

use Confidence::{High, Low, Medium};
use SystemFamily::{Linux, Macos, Other, Windows};
use proptest::prelude::*;

use super::*;
use muster_model::{Agreed, Agreement};

use crate::Catalog;

type Guessed = Vec<(SystemFamily, Confidence, Option<DeviceClass>)>;

fn guessed(stack: &str, ttl: Option<u8>) -> Guessed {
    let guesses = families(&stack.parse().unwrap(), ttl);
    guesses.iter().map(|guess| (guess.family, guess.confidence, guess.class())).collect()
}

#[test]
fn every_row_is_its_family() {
    for (system, stack, ttl, expected) in [
        ("Windows XP or Server 2003", "65535 1460 MNWNNTNNS", 128, (Windows, High, None)),
        ("Windows XP or Server 2003", "16384 1460 MNWNNTNNS", 127, (Windows, High, None)),
        ("Windows 7, 8 or Server 2012 R2", "8192 1460 MNWST", 128, (Windows, High, None)),
        ("Windows 7, 8 or Server 2012 R2", "8192 1460 MNWNNS", 121, (Windows, High, None)),
        ("Windows 10 or later", "65535 1460 MNWNNS", 128, (Windows, High, None)),
        ("Windows 10 or later", "64240 1460 MNWST", 120, (Windows, High, None)),
        ("Windows 10 or later", "65392 1460 MNWST", 128, (Windows, High, None)),
        ("Linux 2.4 or 2.6", "5840 1460 MSTNW", 64, (Linux, High, None)),
        ("Linux 3", "14600 1460 MSTNW", 60, (Linux, High, None)),
        ("Linux 4.15 to 5.6", "65160 1460 MSTNW", 64, (Linux, High, None)),
        ("macOS or iOS", "65535 1460 MNWNNTSE", 64, (Macos, High, None)),
        ("FreeBSD 8 or 9", "65535 1460 MNWST", 64, (Other, High, None)),
        ("VMware ESXi 6", "65535 1460 MNWST", 64, (Other, High, None)),
        ("Cisco IOS 12.4 or 15", "4128 536 M", 255, (Other, Medium, Some(DeviceClass::NetworkGear))),
        ("Cisco IOS 12.4 or 15", "4128 1460 MSNNT", 254, (Other, High, Some(DeviceClass::NetworkGear))),
        ("Cisco CatOS", "4096 1460 M", 250, (Other, Medium, Some(DeviceClass::NetworkGear))),
        ("Cisco CatOS", "1024 1460 M", 255, (Other, Medium, Some(DeviceClass::NetworkGear))),
        ("Cisco IP phone", "1400 1460 M", 64, (Other, Medium, Some(DeviceClass::Phone))),
        ("Cisco IP phone 7911 or 7961", "8192 1460 M", 31, (Other, Medium, Some(DeviceClass::Phone))),
        ("HP JetDirect or LaserJet", "8760 1460 MNW", 64, (Other, High, Some(DeviceClass::Printer))),
        ("HP JetDirect or LaserJet", "5840 1460 MNWNNSNNT", 62, (Other, High, Some(DeviceClass::Printer))),
        ("HP LaserJet CP1515", "10220 1460 MNNS", 64, (Other, High, Some(DeviceClass::Printer))),
        ("HP LaserJet CP1515", "10220 1460 MNNSNNT", 64, (Other, High, Some(DeviceClass::Printer))),
        ("Ricoh printer", "16384 1460 MNW", 255, (Other, High, Some(DeviceClass::Printer))),
        ("Solaris 8", "27740 1460 NNTNWNNSM", 64, (Other, High, None)),
    ] {
        let guesses = families(&stack.parse().unwrap(), Some(ttl));
        assert_eq!(guessed(stack, Some(ttl)), [expected], "{system}: {stack} from {ttl}");
        assert!(guesses[0].by.iter().any(|signature| signature.system == system), "{system}: {guesses:?}");
    }
}

/// Each options list and window of the data is recognised as what its row says, whatever else it fits.
#[test]
fn every_row_is_recognised_by_its_own_answer() {
    for signature in signatures() {
        for order in &signature.options {
            let segments = signature.window_segments.iter().map(|count| count * 1000);
            for window in signature.windows.iter().copied().chain(segments) {
                let guesses =
                    families(&format!("{window} 1000 {order}").parse().unwrap(), Some(signature.ttl));
                let own = guesses.iter().find(|guess| guess.family == signature.family);
                let by_it = |by: &&StackSignature| by.system == signature.system && by.ttl == signature.ttl;
                assert!(own.is_some_and(|guess| guess.by.iter().any(by_it)), "{signature:?}: {guesses:?}");
            }
        }
    }
}

#[test]
fn what_is_not_told_apart_is_said() {
    let phone = Some(DeviceClass::Phone);
    for (why, stack, ttl, expected) in [
        (
            "only the life tells Windows from FreeBSD",
            "65535 1460 MNWST",
            Some(128),
            vec![(Windows, High, None)],
        ),
        (
            "the same without it",
            "65535 1460 MNWST",
            None,
            vec![(Windows, Medium, None), (Other, Medium, None)],
        ),
        ("a window that only Windows has", "8192 1460 MNWST", None, vec![(Windows, Medium, None)]),
        ("a new window of Windows", "62000 1460 MNWST", Some(128), vec![(Windows, Medium, None)]),
        ("nothing but the order", "62000 1460 MNWST", None, vec![(Windows, Low, None), (Other, Low, None)]),
        (
            "a Cisco phone or an old Windows",
            "65535 1460 MNNS",
            Some(128),
            vec![(Windows, Medium, None), (Other, Medium, phone)],
        ),
        (
            "a LaserJet, not Windows",
            "8760 1460 MNWNNS",
            Some(64),
            vec![(Other, High, Some(DeviceClass::Printer))],
        ),
        ("a later Linux", "28960 1460 MSTNW", Some(50), vec![(Linux, Medium, None)]),
        ("Linux before a router that sets 255", "65160 1460 MSTNW", Some(255), vec![]),
        ("128 alone: print servers have it too", "4321 1460 M", Some(128), vec![]),
        ("one option, any window", "4321 1460 M", Some(255), vec![]),
        ("a reset", "0 - ", Some(128), vec![]),
        ("an order nobody has", "65535 1460 MXW", Some(64), vec![]),
    ] {
        assert_eq!(guessed(stack, ttl), expected, "{why}: {stack} from {ttl:?}");
    }
}

/// What connections agree on, as [`Agreed`](muster_model::Agreed) prints it.
#[test]
fn a_connection_tells_apart_what_it_can() {
    use DeviceClass::Printer;
    for (why, agreed, expected) in [
        ("Windows without time stamps", "- - SW8/T", vec![(Windows, Medium, None)]),
        ("Linux as it comes", "- - STW7", vec![(Linux, Medium, None)]),
        (
            "ESXi, or a Linux with much memory",
            "- - STW9",
            vec![(Linux, Low, None), (Other, Low, Some(DeviceClass::Hypervisor))],
        ),
        ("Windows with time stamps, or a Linux", "- - STW8", vec![(Windows, Low, None), (Linux, Low, None)]),
        ("macOS, or a small Linux", "- - STW5", vec![(Linux, Low, None), (Macos, Low, None)]),
        ("a Linux of today", "- - STW10", vec![(Linux, Low, None)]),
        ("a Linux without time stamps", "- - SW7/T", vec![]),
        (
            "an old Windows or a LaserJet",
            "- - SW0/T",
            vec![(Windows, Low, None), (Other, Low, Some(Printer))],
        ),
        ("one option", "- - W0/ST", vec![(Other, Low, Some(Printer))]),
        ("none", "- - /STW", vec![(Other, Low, None)]),
        ("this side offers no time stamps", "- - SW8", vec![(Windows, Low, None), (Linux, Low, None)]),
        ("it offers nothing", "- - ", vec![]),
    ] {
        let mut guesses = guessed(agreed, None);
        guesses.sort_by_key(|(family, ..)| *family);
        let mut expected = expected;
        expected.sort_by_key(|(family, ..)| *family);
        assert_eq!(guesses, expected, "{why}: {agreed}");
        assert_eq!(guessed(agreed, Some(64)), guessed(agreed, None), "a connection has no life");
    }
}

#[test]
fn life_is_rounded_up() {
    for (seen, start) in
        [(1, 32), (32, 32), (33, 64), (64, 64), (65, 128), (128, 128), (129, 255), (255, 255)]
    {
        assert_eq!(initial_ttl(seen), start, "{seen}");
    }
}

#[test]
fn the_file_is_sound() {
    assert!(signatures().len() >= 15);
    for signature in signatures() {
        let StackSignature { options, windows, window_segments, scales, source, ttl, .. } = signature;
        assert!(STARTS.contains(ttl), "{signature:?}");
        assert!(!options.is_empty(), "{signature:?}");
        assert!(windows.len() + window_segments.len() > 0, "{signature:?}");
        // RFC 7323, 2.3: shifts above 14 are taken for 14.
        assert!(scales.iter().all(|scale| *scale < 15), "{signature:?}");
        let shifts = options.iter().any(|order| order.contains('W'));
        assert!(scales.is_empty() || shifts, "{signature:?}");
        assert!(
            !source.is_empty() && source.iter().all(|id| Catalog::builtin().source(id).is_some()),
            "{signature:?}"
        );
        for order in options {
            let stack: Answered = format!("1 1 {order}").parse().unwrap();
            assert_eq!(stack.options.to_string(), *order);
        }
    }
}

proptest! {
    /// Nothing panics, guesses come without ambiguity hidden, and never from a packet's life alone.
    #[test]
    fn any_stack_is_judged(window: u16, mss: Option<u16>, kinds in proptest::collection::vec(0..10_u8, 0..20), ttl: Option<u8>) {
        let mut stack = Answered { window, mss, ..Answered::default() };
        kinds.iter().for_each(|kind| stack.options.push(*kind));
        let guesses = families(&stack.into(), ttl);
        prop_assert!(guesses.len() < 2 || guesses.iter().all(|guess| guess.confidence < High));
        let order = stack.options.to_string();
        prop_assert!(guesses.iter().flat_map(|guess| &guess.by).all(|by| by.options.contains(&order)));
    }

    /// What a connection agreed on names a family with some confidence only if no other fits, and less was offered never
    /// names a surer one.
    #[test]
    fn any_agreement_is_judged(sack in 0..3_u8, timestamps in 0..3_u8, scale in 0..3_u8, shift: u8) {
        fn of<T>(which: u8, agreed: T) -> Agreement<T> {
            match which {
                0 => Agreement::NotOffered,
                1 => Agreement::Declined,
                _ => Agreement::Agreed(agreed),
            }
        }
        let agreed = Agreed { sack: of(sack, ()), timestamps: of(timestamps, ()), scale: of(scale, shift) };
        let guesses = families(&agreed.into(), None);
        prop_assert!(guesses.iter().all(|guess| guess.confidence < High));
        prop_assert!(guesses.len() < 2 || guesses.iter().all(|guess| guess.confidence == Low));
        let fewer = Agreed { timestamps: Agreement::NotOffered, ..agreed };
        let surest = |agreed: Agreed| {
            families(&agreed.into(), None).iter().filter(|guess| guess.confidence > Low).map(|guess| guess.family).next()
        };
        if let Some(family) = surest(fewer) {
            let still = families(&agreed.into(), None);
            prop_assert!(still.iter().all(|guess| guess.family == family), "{agreed:?}");
        }
    }
}
