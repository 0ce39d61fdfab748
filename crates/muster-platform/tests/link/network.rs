//! A network for one test: a namespace that belongs to one thread and is gone with it, with a cable from `near` to
//! `far`. Nothing leads out of it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{panic, thread};

use muster_platform::devices;
use muster_platform::link::{Filter, Link, LinkError, LinkOptions, SenderChoice, open, wait};

/// Every way to send that this machine's virtual devices have.
pub(crate) const SENDERS: [SenderChoice; 2] = [SenderChoice::AfXdp, SenderChoice::AfPacket];

/// Runs a test in a network with its cable plugged in, or says visibly that it cannot.
pub(crate) fn with_cable(test: impl FnOnce() + Send + 'static) {
    // A thread of its own: what runs on the harness' thread would take that along.
    let network = thread::spawn(|| {
        // SAFETY: the call takes a number alone; it moves this thread to a new, empty network.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
            return say("skipped: a link needs root and a network namespace");
        }
        ip(CABLE);
        test();
    });
    if let Err(cause) = network.join() {
        panic::resume_unwind(cause);
    }
}

/// Past the harness, which would keep a line of a test that passes to itself.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Lines for ip(8), of which each must be accepted.
#[track_caller]
pub(crate) fn ip(lines: &str) {
    let mut running = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(running.wait().unwrap().success(), "{lines}");
}

/// A link on a device, for everything that the tests send.
pub(crate) fn link(device: &str, sender: SenderChoice) -> Box<dyn Link> {
    try_link(device, sender, 8 << 20).unwrap()
}

pub(crate) fn try_link(
    device: &str,
    sender: SenderChoice,
    ring_bytes: usize,
) -> Result<Box<dyn Link>, LinkError> {
    let all = devices().unwrap();
    let device = all.iter().find(|found| found.name == device).unwrap();
    open(device, &LinkOptions { filter: FILTER, sender, ring_bytes })
}

/// What the tests want to see.
pub(crate) const FILTER: Filter = Filter { ports: 1000..=1003, icmp: true, arp: true };

/// Everything that comes until `count` frames have, or for two seconds if they do not.
pub(crate) fn received(link: &mut dyn Link, count: usize) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(2);
    while frames.len() < count && Instant::now() < deadline {
        wait(&[link.descriptor()], Duration::from_millis(100)).unwrap();
        link.receive(&mut |frame, _| frames.push(frame.to_vec())).unwrap();
    }
    frames
}

/// What comes in a time that is long for the ring: to see that nothing, or nothing more, does.
pub(crate) fn received_later(link: &mut dyn Link) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let deadline = Instant::now() + Duration::from_millis(50);
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        wait(&[link.descriptor()], left).unwrap();
        link.receive(&mut |frame, _| frames.push(frame.to_vec())).unwrap();
    }
    frames
}

/// The other end of an Ethernet device of our own (tap), made with a queue of so many frames and switched on.
pub(crate) fn tap(name: &str, queue: usize) -> File {
    let file = OpenOptions::new().read(true).write(true).open("/dev/net/tun").unwrap();
    // SAFETY: an `ifreq` is bytes, integers and null pointers, for all of which zero is a valid value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *place = byte as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short;
    // SAFETY: the descriptor is open; TUNSETIFF reads and writes one `ifreq`, which outlives the call.
    let outcome = unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF as _, &raw mut request) };
    assert_eq!(outcome, 0, "{}", io::Error::last_os_error());
    ip(&format!("link set {name} txqueuelen {queue} addrgenmode none\nlink set {name} up"));
    file
}

/// Plugs the cable of a device of our own in, or pulls it.
pub(crate) fn plug(tap: &File, is_in: bool) {
    /// `_IOW('T', 226, int)` of linux/if_tun.h.
    const TUNSETCARRIER: libc::Ioctl = 0x4004_54e2;
    let carrier = libc::c_int::from(is_in);
    // SAFETY: the descriptor is open; TUNSETCARRIER reads one integer, which outlives the call.
    let outcome = unsafe { libc::ioctl(tap.as_raw_fd(), TUNSETCARRIER, &raw const carrier) };
    assert_eq!(outcome, 0, "{}", io::Error::last_os_error());
}

/// Without addresses of its own the kernel has nothing to say on the cable; it takes them before it is switched on only
/// from a line of their own.
pub(crate) const CABLE: &str = "\
    link add near type veth peer name far
    link set near address 02:00:00:00:00:01 mtu 1400 addrgenmode none
    link set far address 02:00:00:00:00:02 mtu 1400 addrgenmode none
    link set near up
    link set far up
";
