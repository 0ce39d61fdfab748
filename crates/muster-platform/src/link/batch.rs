//! Frames side by side in memory, each in a slot of its own.

/// The longest slot: an AF_XDP chunk, and more than an Ethernet frame.
const LONGEST: usize = 2048;

/// Frames in slots of one length; a slot keeps what was written into it, so that only what differs need be written again.
///
/// ```
/// use muster_platform::link::FrameBatch;
/// let mut batch = FrameBatch::new(2, 64);
/// batch.slot_mut(1)[..3].copy_from_slice(b"abc");
/// batch.set_length(1, 2);
/// assert_eq!((batch.frame(0), batch.frame(1)), (&b""[..], &b"ab"[..]));
/// ```
#[derive(Clone, Debug)]
pub struct FrameBatch {
    bytes: Box<[u8]>,
    lengths: Box<[usize]>,
    stride: usize,
}

impl FrameBatch {
    /// Empty slots of `stride` bytes each.
    ///
    /// # Panics
    /// `stride` is zero or above 2048.
    pub fn new(slots: usize, stride: usize) -> Self {
        assert!((1..=LONGEST).contains(&stride), "slots of {stride} bytes");
        Self {
            bytes: vec![0; slots * stride].into_boxed_slice(),
            lengths: vec![0; slots].into_boxed_slice(),
            stride,
        }
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.lengths.len()
    }

    /// A whole slot, to write a frame into its front.
    ///
    /// # Panics
    /// There is no such slot.
    pub fn slot_mut(&mut self, number: usize) -> &mut [u8] {
        let start = number * self.stride;
        &mut self.bytes[start..start + self.stride]
    }

    /// Says how long the frame in a slot is.
    ///
    /// # Panics
    /// There is no such slot, or it is shorter.
    pub fn set_length(&mut self, number: usize, length: usize) {
        assert!(length <= self.stride, "a frame of {length} bytes in a slot of {}", self.stride);
        self.lengths[number] = length;
    }

    /// The frame in a slot.
    ///
    /// # Panics
    /// There is no such slot.
    pub fn frame(&self, number: usize) -> &[u8] {
        let start = number * self.stride;
        &self.bytes[start..start + self.lengths[number]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_apart_and_keep_what_was_written() {
        let mut batch = FrameBatch::new(3, 4);
        assert_eq!(batch.slots(), 3);
        batch.slot_mut(0).fill(1);
        batch.slot_mut(1).fill(2);
        batch.set_length(0, 4);
        batch.set_length(1, 4);
        assert_eq!((batch.frame(0), batch.frame(1), batch.frame(2)), (&[1; 4][..], &[2; 4][..], &[][..]));
        batch.set_length(0, 1);
        batch.set_length(0, 3);
        assert_eq!(batch.frame(0), [1; 3]);
    }

    #[test]
    #[should_panic(expected = "a frame of 5 bytes in a slot of 4")]
    fn a_frame_is_never_longer_than_its_slot() {
        FrameBatch::new(1, 4).set_length(0, 5);
    }

    #[test]
    #[should_panic(expected = "slots of 2049 bytes")]
    fn a_slot_is_never_longer_than_a_chunk() {
        FrameBatch::new(1, LONGEST + 1);
    }
}
