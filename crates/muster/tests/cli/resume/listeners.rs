//! Listeners that count who comes.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Listeners on one port of many addresses.
pub(super) struct Listeners {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    counts: Mutex<Vec<(IpAddr, u32)>>,
    passes: AtomicU32,
    is_over: AtomicBool,
}

impl Listeners {
    /// `None` where a system has not all the addresses.
    pub(super) fn open(addresses: impl Iterator<Item = IpAddr>, port: u16) -> Option<Self> {
        let addresses: Vec<IpAddr> = addresses.collect();
        let listen = |address: &IpAddr| {
            let listener = TcpListener::bind(SocketAddr::new(*address, port))?;
            listener.set_nonblocking(true).map(|()| listener)
        };
        let listeners: io::Result<Vec<TcpListener>> = addresses.iter().map(listen).collect();
        let listeners = match listeners {
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => return None,
            listeners => listeners.unwrap(),
        };
        let shared = Arc::new(Shared {
            counts: Mutex::new(addresses.into_iter().map(|address| (address, 0)).collect()),
            passes: AtomicU32::new(0),
            is_over: AtomicBool::new(false),
        });
        let counting = Arc::clone(&shared);
        let thread = thread::spawn(move || counting.count(&listeners));
        Some(Self { shared, thread: Some(thread) })
    }

    /// How often each was connected to so far.
    pub(super) fn counts(&self) -> Vec<(IpAddr, u32)> {
        let before = self.shared.passes.load(Ordering::SeqCst);
        // Whoever came before this call has been counted after one whole pass.
        while self.shared.passes.load(Ordering::SeqCst).wrapping_sub(before) < 2 {
            thread::park_timeout(Duration::from_millis(1));
        }
        self.shared.counts.lock().unwrap().clone()
    }
}

impl Shared {
    fn count(&self, listeners: &[TcpListener]) {
        while !self.is_over.load(Ordering::SeqCst) {
            for (place, listener) in listeners.iter().enumerate() {
                while listener.accept().is_ok() {
                    self.counts.lock().unwrap()[place].1 += 1;
                }
            }
            self.passes.fetch_add(1, Ordering::SeqCst);
            thread::park_timeout(Duration::from_millis(2));
        }
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_none_or(|ended| ended.is_ok()));
    }
}
