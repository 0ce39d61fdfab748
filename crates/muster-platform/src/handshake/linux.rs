//! Linux: getsockopt(2) with `TCP_INFO` (`struct tcp_info` of linux/tcp.h), and the settings below net.ipv4, which are
//! those of both families.

use std::os::fd::{AsFd, AsRawFd};
use std::{fs, ptr};

use super::{Handshake, Offered};

/// What the SYNs of the caller's network namespace offer. A setting that cannot be read counts as one that offers nothing:
/// what is missing from an answer then proves nothing.
pub fn offered() -> Offered {
    let is_on = |name: &str| {
        let value = fs::read_to_string(format!("/proc/sys/net/ipv4/{name}"));
        value.is_ok_and(|value| !matches!(value.trim(), "" | "0"))
    };
    Offered {
        sack: is_on("tcp_sack"),
        timestamps: is_on("tcp_timestamps"),
        scale: is_on("tcp_window_scaling"),
    }
}

/// What the connection of a socket agreed on; `None` if there is none, or the system does not say.
pub fn agreed(socket: &impl AsFd) -> Option<Handshake> {
    let mut info = [0_u8; LENGTH];
    let mut length = LENGTH as libc::socklen_t;
    // SAFETY: the descriptor is borrowed and so open; the call writes at most `length` bytes to `info` and their number to
    // `length`, which both are exclusively borrowed meanwhile.
    let outcome = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            ptr::from_mut(&mut info).cast(),
            &raw mut length,
        )
    };
    (outcome == 0 && length as usize == LENGTH).then(|| read(info)).flatten()
}

/// Reads the beginning of the structure.
fn read(info: [u8; LENGTH]) -> Option<Handshake> {
    let [state, .., options, scales, _] = info;
    let scale = options & WINDOW_SCALE > 0;
    (state == ESTABLISHED || state == CLOSE_WAIT).then_some(Handshake {
        sack: options & SACK > 0,
        timestamps: options & TIMESTAMPS > 0,
        scale: scale.then_some(peers(scales)),
    })
}

/// The first of two fields of four bits: where it lies is the compiler's affair, and follows the order of bytes.
fn peers(scales: u8) -> u8 {
    if cfg!(target_endian = "little") { scales & 15 } else { scales >> 4 }
}

/// As far as is needed: state, state of congestion, retransmits, probes, backoff, options, scales.
const LENGTH: usize = 8;
const TIMESTAMPS: u8 = 1;
const SACK: u8 = 2;
const WINDOW_SCALE: u8 = 4;
/// Connected.
const ESTABLISHED: u8 = 1;
/// The peer has sent all that it will send.
const CLOSE_WAIT: u8 = 8;

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_structure_is_read() {
        let scales = if cfg!(target_endian = "little") { 0x78 } else { 0x87 };
        let info = |state, options| [state, 0, 0, 0, 0, options, scales, 0xFF];
        let all = Handshake { sack: true, timestamps: true, scale: Some(8) };
        assert_eq!(read(info(ESTABLISHED, 7)), Some(all));
        assert_eq!(read(info(CLOSE_WAIT, 0xFF)), Some(all));
        assert_eq!(read(info(ESTABLISHED, 6)), Some(Handshake { timestamps: false, ..all }));
        let none = Handshake { sack: false, timestamps: false, scale: None };
        assert_eq!(read(info(ESTABLISHED, 8)), Some(none), "ECN is not ours");
        for state in [0, 2, 7, 10] {
            assert_eq!(read(info(state, 7)), None, "no connection: {state}");
        }
    }

    #[test]
    fn this_machine_agrees_with_itself() {
        for local in ["127.0.0.1", "::1"] {
            let Ok(listener) = TcpListener::bind((local, 0)) else { continue };
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (ours, offered) = (agreed(&stream).unwrap(), offered());
            assert_eq!((ours.sack, ours.timestamps), (offered.sack, offered.timestamps));
            assert_eq!(ours.scale.is_some(), offered.scale);
            assert_eq!(agreed(&listener), None, "nobody is connected");
        }
    }
}
