//! The frames in one block of a TPACKET_V3 ring, as the kernel lays them out (`Documentation/networking/packet_mmap.rst`).
//!
//! Safe code over bytes: every offset and length in a block is checked before it is followed, whoever wrote it.

use std::time::Duration;

/// A block's frames, the oldest first. A block that does not hold what it promises ends before that.
#[derive(Clone, Debug)]
pub(super) struct Frames<'block> {
    block: &'block [u8],
    next: usize,
    left: u32,
}

/// A frame, and when the kernel saw it by the wall clock (since 1970).
pub(super) type Frame<'block> = (&'block [u8], Duration);

impl<'block> Frames<'block> {
    pub(super) fn of(block: &'block [u8]) -> Self {
        let next = number(block, FIRST).unwrap_or(u32::MAX) as usize;
        Self { block, next, left: number(block, COUNT).unwrap_or(0) }
    }

    fn frame_at(&self, start: usize) -> Option<Frame<'block>> {
        let header = self.block.get(start..)?;
        let seconds = number(header, SECONDS)?;
        let nanoseconds = number(header, NANOSECONDS)?;
        let from = usize::from(u16::from_ne_bytes(header.get(MAC..MAC + 2)?.try_into().ok()?));
        let length = number(header, KEPT)? as usize;
        let frame = header.get(from..from.checked_add(length)?)?;
        Some((frame, Duration::from_secs(seconds.into()) + Duration::from_nanos(nanoseconds.into())))
    }
}

impl<'block> Iterator for Frames<'block> {
    type Item = Frame<'block>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let start = self.next;
        let Some(frame) = self.frame_at(start) else {
            self.left = 0;
            return None;
        };
        // A step onto itself or over the last frame would show it again; each is longer than its header.
        match number(&self.block[start..], NEXT) {
            Some(step) if step as usize >= HEADER => self.next = start.saturating_add(step as usize),
            _ => self.left = 0,
        }
        Some(frame)
    }
}

/// The four bytes there, in this machine's order as the kernel writes them.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Where a block says whose it is: the kernel's or ours.
pub(super) const STATUS: usize = BLOCK + std::mem::offset_of!(libc::tpacket_hdr_v1, block_status);
const COUNT: usize = BLOCK + std::mem::offset_of!(libc::tpacket_hdr_v1, num_pkts);
const FIRST: usize = BLOCK + std::mem::offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt);
const BLOCK: usize = std::mem::offset_of!(libc::tpacket_block_desc, hdr);

const HEADER: usize = size_of::<libc::tpacket3_hdr>();
const NEXT: usize = std::mem::offset_of!(libc::tpacket3_hdr, tp_next_offset);
const SECONDS: usize = std::mem::offset_of!(libc::tpacket3_hdr, tp_sec);
const NANOSECONDS: usize = std::mem::offset_of!(libc::tpacket3_hdr, tp_nsec);
const KEPT: usize = std::mem::offset_of!(libc::tpacket3_hdr, tp_snaplen);
const MAC: usize = std::mem::offset_of!(libc::tpacket3_hdr, tp_mac);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: usize = 48;

    /// A block as the kernel writes it, with its frames 16 bytes apart.
    fn block(frames: &[&[u8]]) -> Vec<u8> {
        let mut block = vec![0; START];
        write(&mut block, COUNT, frames.len() as u32);
        write(&mut block, FIRST, START as u32);
        for (at, frame) in frames.iter().enumerate() {
            let (start, step) = (block.len(), (HEADER + frame.len()).next_multiple_of(16));
            block.resize(start + step, 0);
            write(&mut block, start + NEXT, if at + 1 == frames.len() { 0 } else { step as u32 });
            write(&mut block, start + SECONDS, 1_800_000_000);
            write(&mut block, start + NANOSECONDS, at as u32);
            write(&mut block, start + KEPT, frame.len() as u32);
            block[start + MAC..start + MAC + 2].copy_from_slice(&(HEADER as u16).to_ne_bytes());
            block[start + HEADER..start + HEADER + frame.len()].copy_from_slice(frame);
        }
        block
    }

    fn write(block: &mut [u8], at: usize, value: u32) {
        block[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    }

    fn read(block: &[u8]) -> Vec<&[u8]> {
        Frames::of(block).map(|(frame, _)| frame).collect()
    }

    #[test]
    fn frames_come_in_order_with_their_times() {
        let block = block(&[b"first", b"", b"the third"]);
        let times: Vec<_> = Frames::of(&block).map(|(_, at)| at).collect();
        assert_eq!(read(&block), [&b"first"[..], b"", b"the third"]);
        assert_eq!(times[2], Duration::new(1_800_000_000, 2));
    }

    #[test]
    fn what_points_out_of_the_block_is_not_followed() {
        let frames: [&[u8]; 2] = [b"first", b"second"];
        let good = block(&frames);
        let second = START + (HEADER + 5).next_multiple_of(16);
        for (at, value, read_well) in [
            (FIRST, u32::MAX, 0),
            (FIRST, good.len() as u32, 0),
            (FIRST, good.len() as u32 - 20, 0),
            (COUNT, 0, 0),
            (COUNT, u32::MAX, 2),
            (START + KEPT, u32::MAX, 0),
            (START + KEPT, good.len() as u32, 0),
            (second + KEPT, 11 + 16, 1),
            (START + NEXT, u32::MAX, 1),
            (START + NEXT, 0, 1),
            (START + NEXT, 1, 1),
            (second + MAC, u32::MAX, 1),
        ] {
            let mut bad = good.clone();
            write(&mut bad, at, value);
            assert_eq!(read(&bad), frames[..read_well], "{value} at {at}");
        }
        assert!(read(&good[..20]).is_empty() && read(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_end_and_stay_within_the_block(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let frames = read(&bytes);
            prop_assert!(frames.len() <= bytes.len() / HEADER + 1);
            prop_assert!(frames.iter().all(|frame| bytes.as_ptr_range().contains(&frame.as_ptr()) || frame.is_empty()));
        }

        #[test]
        fn one_changed_byte_never_shows_more_than_there_is(at in 0..200_usize, value: u8) {
            let mut bad = block(&[b"first", b"second", b"the third"]);
            let at = at % bad.len();
            bad[at] = value;
            prop_assert!(read(&bad).len() <= bad.len() / HEADER);
        }
    }
}
