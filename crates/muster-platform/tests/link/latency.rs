//! How soon a single frame is seen, and how old it is said to be.

use std::time::{Duration, Instant};

use muster_platform::link::{SenderChoice, wait};

use crate::frames::{batch, numbered};
use crate::network::{link, say, with_cable};

/// The ring's time-out is a millisecond, of which up to two pass; the rest is for a machine that is busy otherwise.
const USUAL: Duration = Duration::from_millis(30);
const FRAMES: usize = 101;

#[test]
fn a_single_frame_is_seen_soon_and_its_age_is_its_wait() {
    with_cable(|| {
        let (mut near, mut far) = (link("near", SenderChoice::Best), link("far", SenderChoice::AfPacket));
        let batch = batch(&numbered(0, 1));
        let mut waits = Vec::new();
        for _ in 0..FRAMES {
            let before = Instant::now();
            assert_eq!(near.send(&batch, 0..1).unwrap(), 1);
            let mut age = None;
            while age.is_none() {
                assert!(before.elapsed() < Duration::from_secs(5), "a frame was lost");
                wait(&[far.descriptor()], Duration::from_secs(1)).unwrap();
                far.receive(&mut |_, said| age = Some(said)).unwrap();
            }
            let (age, took) = (age.unwrap(), before.elapsed());
            assert!(age <= took, "said to be {age:?} old, {took:?} after it was sent");
            waits.push((took, took - age));
        }
        waits.sort();
        let (took, not_aged) = waits[FRAMES / 2];
        say(&format!("a single frame is seen after {took:?} (median; {:?} at most)", waits[FRAMES - 1].0));
        assert!(took < USUAL, "{took:?}");
        assert!(not_aged < USUAL / 3, "{not_aged:?} of {took:?} are not in its age");
    });
}
