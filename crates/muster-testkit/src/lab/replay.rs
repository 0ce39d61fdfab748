//! Plays what a service says, at a port of one address or of all: a greeting, or an answer to whatever is asked.
//!
//! For protocols of programs that cannot be had: their words are written after documents. It understands nothing.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::companion::Companion;
use super::{Lab, LabError};

/// What is said at a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The address; the unspecified one stands for all.
    pub address: Ipv4Addr,
    /// The port.
    pub port: u16,
    /// Before anything is asked; may be empty.
    pub greeting: Vec<u8>,
    /// After the first words of whoever asks; may be empty.
    pub answer: Vec<u8>,
}

/// A replayer at work; dropping it ends it.
#[derive(Debug)]
pub struct Replay {
    _companion: Companion,
}

impl Replay {
    /// Starts it in the far namespace, whose rules must let its ports be reached.
    ///
    /// # Errors
    /// Where it cannot be started, or has not all of its ports.
    pub fn start(lab: &Lab, replayed: &[Replayed]) -> Result<Self, LabError> {
        let work: Vec<String> = replayed.iter().map(line).collect();
        Ok(Self { _companion: Companion::start(lab.far(), "muster-lab-replay", &work)? })
    }
}

/// `address port greeting answer`, the words as hexadecimal digits behind a full stop, so that there is always something.
fn line(replayed: &Replayed) -> String {
    let Replayed { address, port, greeting, answer } = replayed;
    format!("{address} {port} .{} .{}", digits(greeting), digits(answer))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(line: &str) -> Option<Replayed> {
    let [address, port, greeting, answer] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let (greeting, answer) = (bytes(greeting)?, bytes(answer)?);
    Some(Replayed { address: address.parse().ok()?, port: port.parse().ok()?, greeting, answer })
}

fn bytes(word: &str) -> Option<Vec<u8>> {
    let digits = word.strip_prefix('.')?.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect()
}

/// Does what the lines say, on threads of its own until the process ends.
///
/// # Errors
/// Where they cannot be read, or a port cannot be bound.
pub fn serve_work(lines: &[String]) -> io::Result<()> {
    let _ = muster_platform::raise_descriptors();
    for line in lines {
        let replayed =
            read(line).ok_or_else(|| io::Error::other("address, port, greeting, answer expected"))?;
        let listener = TcpListener::bind((replayed.address, replayed.port))?;
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let replayed = replayed.clone();
                thread::spawn(move || play(stream, &replayed));
            }
        });
    }
    Ok(())
}

/// Nobody is kept longer than a patient client waits.
fn play(mut stream: TcpStream, replayed: &Replayed) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(&replayed.greeting)?;
    let mut heard = [0; 4096];
    while stream.read(&mut heard)? > 0 {
        if !replayed.answer.is_empty() {
            return stream.write_all(&replayed.answer);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for (greeting, answer) in [(&b"hello\r\n"[..], &b""[..]), (b"", b"\x00\xff \n"), (b"", b"")] {
            let address = Ipv4Addr::new(10, 77, 8, 1);
            let replayed =
                Replayed { address, port: 7, greeting: greeting.to_vec(), answer: answer.to_vec() };
            assert_eq!(read(&line(&replayed)), Some(replayed));
        }
        for wrong in ["7 .", "7 . .", "10.77.8.1 x . .", "10.77.8.1 7 .zz .", "0.0.0.0 7 a b", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
