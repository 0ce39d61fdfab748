//! What was not looked at is unknown, never gone.

use super::*;

fn hosts(lasts: &[u8]) -> Vec<Host> {
    lasts.iter().map(|last| host(*last, vec![port(80, OPEN)])).collect()
}

#[test]
fn a_whole_file_speaks_of_every_host() {
    let two = Two::new(hosts(&[1, 2]), hosts(&[2, 3]));
    let (text, tally) = two.text(Shown::Different);
    assert_eq!((tally.gone, tally.appeared, tally.same), (1, 1, 1));
    assert!(text.contains("\n-10.0.0.1:\n-Host is up.\n-PORT "), "{text}");
    assert!(text.contains("\n+10.0.0.3:\n+Host is up.\n+PORT "), "{text}");
    assert_eq!(tally.notes(&two.0), [""; 0]);
}

#[test]
fn a_file_that_is_not_whole_says_nothing_of_hosts_it_does_not_have() {
    for (ending, why) in [
        (Ending::BrokenOff { line: 17 }, "it breaks off after line 17"),
        (Ending::Stopped(excerpt("SIGTERM")), "the scan was stopped: SIGTERM"),
    ] {
        let two = Two::ending((hosts(&[1, 2, 4]), Ending::Complete), (hosts(&[2, 3]), ending.clone()));
        let (_, tally) = two.text(Shown::Different);
        assert_eq!((tally.gone, tally.unknown_in_new, tally.appeared), (0, 2, 1));
        let note = format!("2 hosts of old.xml not compared: new.xml does not have them, and {why}");
        assert_eq!(tally.notes(&two.0), [note]);
        let two = Two::ending((hosts(&[2, 3]), ending), (hosts(&[1, 2, 4]), Ending::Complete));
        let (_, tally) = two.text(Shown::Different);
        assert_eq!((tally.gone, tally.unknown_in_old, tally.appeared), (1, 2, 0));
        assert_eq!(tally.notes(&two.0).len(), 1);
    }
}

#[test]
fn pieces_without_an_end_are_not_whole() {
    let cut = pieces(0, hosts(&[1]), Ending::Complete).into_iter().take(2);
    let side = Side::of_pieces("cut", cut).unwrap();
    assert!(side.origin.partial.is_some() && !side.absence.tells(address(2), || true));
    let failed = pieces(0, hosts(&[1]), Ending::Complete).into_iter().take(2).chain([Err(())]);
    assert!(Side::of_pieces("failed", failed).is_err());
}
