//! Writes classic BPF: straight on, with jumps only over a block that was not meant for the value at hand.
//!
//! What a block does not take is dropped at its end, so that no value is ever compared after the block that loads
//! another one.

/// A program in the making.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    instructions: Vec<libc::sock_filter>,
}

/// What to load into the accumulator, in host order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Load {
    /// The byte there.
    Byte(u32),
    /// The two bytes there.
    Half(u32),
    /// The two bytes there behind a header of variable length; see [`Assembler::load_header_length`].
    HalfBehindHeader(u32),
    /// Whose the frame is: `PACKET_HOST` and so on.
    PacketType,
    /// The VLAN tag that the kernel has taken off; zero if there was none.
    VlanTag,
}

impl Assembler {
    pub(super) fn load(&mut self, what: Load) {
        let (mode, at) = match what {
            Load::Byte(at) => (libc::BPF_B | libc::BPF_ABS, at),
            Load::Half(at) => (libc::BPF_H | libc::BPF_ABS, at),
            Load::HalfBehindHeader(at) => (libc::BPF_H | libc::BPF_IND, at),
            Load::PacketType => (libc::BPF_B | libc::BPF_ABS, beside_the_frame(libc::SKF_AD_PKTTYPE)),
            Load::VlanTag => (libc::BPF_H | libc::BPF_ABS, beside_the_frame(libc::SKF_AD_VLAN_TAG)),
        };
        self.push(libc::BPF_LD | mode, at);
    }

    /// Keeps the length of the IPv4 header there for [`Load::HalfBehindHeader`].
    pub(super) fn load_header_length(&mut self, at: u32) {
        self.push(libc::BPF_LDX | libc::BPF_B | libc::BPF_MSH, at);
    }

    pub(super) fn and(&mut self, mask: u32) {
        self.push(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, mask);
    }

    pub(super) fn drop_if_equal(&mut self, value: u32) {
        self.jump(libc::BPF_JEQ, value, 0, 1);
        self.drop();
    }

    pub(super) fn drop_unless_equal(&mut self, value: u32) {
        self.jump(libc::BPF_JEQ, value, 1, 0);
        self.drop();
    }

    pub(super) fn drop_if_any(&mut self, bits: u32) {
        self.jump(libc::BPF_JSET, bits, 0, 1);
        self.drop();
    }

    pub(super) fn take(&mut self) {
        self.push(libc::BPF_RET | libc::BPF_K, WHOLE_FRAME);
    }

    pub(super) fn take_if_within(&mut self, least: u32, most: u32) {
        self.jump(libc::BPF_JGE, least, 0, 2);
        self.jump(libc::BPF_JGT, most, 1, 0);
        self.take();
    }

    /// A block for one value of what is loaded; what it does not take, it drops.
    pub(super) fn when(&mut self, value: u32, block: impl FnOnce(&mut Self)) {
        let jump = self.instructions.len();
        self.jump(libc::BPF_JEQ, value, 0, 0);
        block(self);
        self.drop();
        let over = self.instructions.len() - jump - 1;
        self.instructions[jump].jf = u8::try_from(over).expect("a filter has fewer than 256 instructions");
    }

    pub(super) fn finish(mut self) -> Vec<libc::sock_filter> {
        self.drop();
        self.instructions
    }

    fn drop(&mut self) {
        self.push(libc::BPF_RET | libc::BPF_K, 0);
    }

    fn push(&mut self, code: u32, k: u32) {
        self.instructions.push(libc::sock_filter { code: code as u16, jt: 0, jf: 0, k });
    }

    fn jump(&mut self, condition: u32, k: u32, jt: u8, jf: u8) {
        let code = (libc::BPF_JMP | condition | libc::BPF_K) as u16;
        self.instructions.push(libc::sock_filter { code, jt, jf, k });
    }
}

/// What the kernel knows of a frame, at offsets that no frame has.
const fn beside_the_frame(what: libc::c_int) -> u32 {
    (libc::SKF_AD_OFF + what) as u32
}

/// Longer than any frame: nothing is cut off.
const WHOLE_FRAME: u32 = 0x0004_0000;
