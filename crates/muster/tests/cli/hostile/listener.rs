//! Listeners that say what a test tells them to, and note how much of it was taken.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is said to whoever connects.
#[derive(Clone, Debug, Default)]
pub(super) struct Speech {
    /// Nothing is said before something was asked.
    pub(super) waits: bool,
    /// What is said first.
    pub(super) first: Vec<u8>,
    /// What happens after that.
    pub(super) then: Then,
}

/// How a speech goes on.
#[derive(Clone, Debug, Default)]
pub(super) enum Then {
    /// The connection is closed in order.
    #[default]
    Close,
    /// The same again and again, as fast as it is taken.
    Repeat(Vec<u8>),
    /// The same again and again, a byte a second.
    Drip(Vec<u8>),
    /// What was asked stays unread, so that the system resets the connection.
    Reset,
    /// Nothing more, until the other side has enough.
    Hold,
}

impl Speech {
    /// Speaks at once.
    pub(super) fn greets(text: &[u8], then: Then) -> Self {
        Self { waits: false, first: text.to_vec(), then }
    }

    /// Answers what it is asked.
    pub(super) fn answers(text: &[u8], then: Then) -> Self {
        Self { waits: true, first: text.to_vec(), then }
    }

    fn to(&self, mut stream: TcpStream, taken: &AtomicU64) -> std::io::Result<()> {
        let end = Instant::now() + LONGEST_SPEECH;
        stream.set_read_timeout(Some(LONGEST_WAIT))?;
        stream.set_write_timeout(Some(LONGEST_WAIT))?;
        let is_rude = matches!(self.then, Then::Reset);
        if self.waits && stream.peek(&mut [0])? == 0 {
            return Ok(());
        }
        if self.waits && !is_rude {
            let _ = stream.read(&mut [0; 4096])?;
        }
        let mut say = |bytes: &[u8]| {
            stream.write_all(bytes)?;
            taken.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            std::io::Result::Ok(())
        };
        say(&self.first)?;
        match &self.then {
            Then::Close => stream.shutdown(Shutdown::Write)?,
            Then::Repeat(bytes) => {
                while Instant::now() < end && taken.load(Ordering::Relaxed) < MOST_SAID {
                    say(bytes)?;
                }
            }
            Then::Drip(bytes) => {
                for byte in bytes.iter().cycle() {
                    thread::park_timeout(Duration::from_secs(1));
                    if Instant::now() >= end {
                        break;
                    }
                    say(&[*byte])?;
                }
            }
            // What was written has to arrive before the reset overtakes it.
            Then::Reset => {
                thread::park_timeout(Duration::from_millis(50));
                return Ok(());
            }
            Then::Hold => {}
        }
        // Bytes that lie unread would make the system reset what is not read yet on the other side.
        while Instant::now() < end && stream.read(&mut [0; 4096])? > 0 {}
        Ok(())
    }
}

/// A listener that is there until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    at: SocketAddr,
    taken: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub(super) fn open(address: IpAddr, port: u16, speech: Speech) -> Self {
        let at = SocketAddr::new(address, port);
        let listener = TcpListener::bind(at).unwrap_or_else(|error| panic!("{at}: {error}"));
        let (taken, is_over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let (counter, over) = (Arc::clone(&taken), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (speech, counter) = (speech.clone(), Arc::clone(&counter));
                // However a conversation with somebody hostile ends is fine.
                thread::spawn(move || drop(speech.to(stream, &counter)));
            }
        });
        Self { at, taken, is_over, thread: Some(thread) }
    }

    /// Bytes that the other sides, or the system on their behalf, have taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let is_woken = TcpStream::connect_timeout(&self.at, Duration::from_secs(1)).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| is_woken) {
            let _ = thread.join();
        }
    }
}

/// Whether this machine has the address: macOS has one of 127.0.0.0/8 only.
pub(super) fn is_here(network: Ipv4Addr) -> bool {
    let [a, b, c, _] = network.octets();
    TcpListener::bind((Ipv4Addr::new(a, b, c, 1), 0)).is_ok()
}

/// Said by one listener at most: a gigabyte.
pub(super) const MOST_SAID: u64 = 1 << 30;
const LONGEST_SPEECH: Duration = Duration::from_secs(25);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
