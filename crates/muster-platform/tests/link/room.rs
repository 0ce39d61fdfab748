//! No room: at the driver, where frames are offered again, and in the ring, where losses are counted.

use std::io::Read;
use std::time::{Duration, Instant};

use muster_platform::link::{Link, SenderChoice};

use crate::frames::{batch, numbered};
use crate::network::{SENDERS, link, received, received_later, tap, try_link, with_cable};

const QUEUE: usize = 100;

fn read(file: &mut impl Read, count: usize) -> Vec<Vec<u8>> {
    let mut room = [0; 2048];
    let frame = |_| {
        let length = file.read(&mut room).unwrap();
        room[..length].to_vec()
    };
    (0..count).map(frame).collect()
}

/// A tap device whose queue nobody empties drops what it has no room for. The link tells how many went in, exactly.
#[test]
fn what_the_driver_has_no_room_for_is_not_counted_and_can_be_offered_again() {
    with_cable(|| {
        for (name, sender) in ["tap0", "tap1"].into_iter().zip(SENDERS) {
            let mut other_end = tap(name, QUEUE);
            let mut link = link(name, sender);
            let frames = numbered(0, 1000);
            let batch = batch(&frames);
            let mut sent = 0;
            while sent < frames.len() {
                let taken = link.send(&batch, sent..frames.len()).unwrap();
                assert_eq!(taken, QUEUE, "{sender:?}, at {sent}");
                assert_eq!(
                    link.send(&batch, sent + taken..frames.len()).unwrap_or_default(),
                    0,
                    "{sender:?}: full"
                );
                let arrived = read(&mut other_end, taken);
                assert!(arrived == frames[sent..sent + taken], "{sender:?}: other frames from {sent} on");
                sent += taken;
            }
            assert_eq!(sent, frames.len());
        }
    });
}

#[test]
fn a_ring_too_small_counts_what_it_loses() {
    with_cable(|| {
        let mut near = link("near", SenderChoice::Best);
        let mut far = try_link("far", SenderChoice::AfPacket, 0).unwrap();
        let frames = numbered(0, 5000);
        for turn in 0..3 {
            flood(near.as_mut(), &frames);
            let (mut arrived, mut dropped) = (Vec::new(), 0);
            let deadline = Instant::now() + Duration::from_secs(5);
            while arrived.len() + dropped < frames.len() && Instant::now() < deadline {
                arrived.extend(received_later(far.as_mut()));
                dropped += far.drops().unwrap() as usize;
            }
            assert!(
                dropped > 0 && !arrived.is_empty(),
                "turn {turn}: {dropped} lost, {} arrived",
                arrived.len()
            );
            assert_eq!(arrived.len() + dropped, frames.len(), "turn {turn}: each is one or the other");
            let mut sent = frames.iter();
            assert!(arrived.iter().all(|frame| sent.any(|sent| sent == frame)), "turn {turn}: another order");
            assert_eq!(far.drops().unwrap(), 0, "turn {turn}: counted once");
        }
        // What has been emptied is used again.
        near.send(&batch(&frames[..1]), 0..1).unwrap();
        assert!(received(far.as_mut(), 1) == frames[..1]);
    });
}

fn flood(link: &mut dyn Link, frames: &[Vec<u8>]) {
    let batch = batch(frames);
    let mut sent = 0;
    while sent < frames.len() {
        sent += link.send(&batch, sent..frames.len()).unwrap();
    }
}
