//! Ctrl-C, SIGTERM and a terminal that goes: the sweep ends, its outputs are completed, and the exit code tells.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::failure::Failure;

/// Remembers the signal that asked the program to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    received: Arc<AtomicUsize>,
}

impl Signals {
    /// Catches the signals. The first asks, a second one ends the program at once, but for SIGHUP: a terminal that goes is
    /// often told by shell and kernel both, and nobody is there who could insist. Where SIGHUP is to be ignored it is.
    pub(crate) fn catch() -> Result<Self, Failure> {
        let received = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        let registered = [SIGINT, SIGTERM].into_iter().try_for_each(|signal| {
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again))?;
            flag::register(signal, Arc::clone(&again))?;
            flag::register_usize(signal, Arc::clone(&received), signal as usize).map(drop)
        });
        let registered = registered.and_then(|()| match muster_platform::hangup_signal() {
            Some(signal) => flag::register_usize(signal, Arc::clone(&received), signal as usize).map(drop),
            None => Ok(()),
        });
        registered.map_err(|error| Failure::environment(format!("cannot catch signals: {error}")))?;
        Ok(Self { received })
    }

    /// The signal that came, if one did.
    pub(crate) fn received(&self) -> Option<Signal> {
        match self.received.load(Ordering::Relaxed) {
            0 => None,
            number if number == SIGINT as usize => Some(Signal::Interrupt),
            number if number == SIGTERM as usize => Some(Signal::Terminate),
            _ => Some(Signal::HangUp),
        }
    }
}

/// A request to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGHUP.
    HangUp,
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// What it is called in outputs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HangUp => "SIGHUP",
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }

    /// 128 and the signal's number.
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        })
    }
}
