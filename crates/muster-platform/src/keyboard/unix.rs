//! The terminal by termios(3), of POSIX.

use std::io::{self, IsTerminal as _};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, Ordering};

use signal_hook::consts::{SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level;

/// The settings as they were, while somebody has the keys. A handler of signals reads them, so nothing is ever freed
/// that is or was here: a few bytes for each time the keys are taken.
static BEFORE: AtomicPtr<libc::termios> = AtomicPtr::new(ptr::null_mut());

/// Takes the keys, and says whether there are any.
pub(super) fn take() -> io::Result<bool> {
    if !io::stdin().is_terminal() || !BEFORE.load(Ordering::SeqCst).is_null() {
        return Ok(false);
    }
    let before = Box::into_raw(Box::new(settings()?));
    if BEFORE.compare_exchange(ptr::null_mut(), before, Ordering::SeqCst, Ordering::SeqCst).is_err() {
        // SAFETY: made by `Box::into_raw` just above, and nobody else has seen it.
        drop(unsafe { Box::from_raw(before) });
        return Ok(false);
    }
    catch_signals()?;
    Ok(true)
}

/// The next key. Also puts the terminal in order where a shell, or a stop, has changed it since.
pub(super) fn pressed() -> Option<u8> {
    if BEFORE.load(Ordering::SeqCst).is_null() || !is_in_foreground() {
        return None;
    }
    let now = settings().ok()?;
    if now.c_lflag & (libc::ICANON | libc::ECHO) != 0 {
        apply(&key_by_key(now));
    }
    if !is_readable() {
        return None;
    }
    let mut key = 0_u8;
    // SAFETY: `key` is one byte that may be written, for the length of the call.
    let read = unsafe { libc::read(libc::STDIN_FILENO, (&raw mut key).cast(), 1) };
    (read == 1).then_some(key)
}

/// Puts the settings back. Also called by a handler of signals: nothing but calls that signal-safety(7) allows.
pub(super) fn give_back() {
    let before = BEFORE.swap(ptr::null_mut(), Ordering::SeqCst);
    // SAFETY: null, or a box that is never freed.
    if let Some(before) = unsafe { before.as_ref() }
        && is_in_foreground()
    {
        apply(before);
    }
}

/// The same for a stop: whoever goes on has the keys again.
fn lend_back() {
    // SAFETY: null, or a box that is never freed.
    if let Some(before) = unsafe { BEFORE.load(Ordering::SeqCst).as_ref() }
        && is_in_foreground()
    {
        apply(before);
    }
}

/// Signals that end the process, or ask it to end, give the keys back first; what they do besides stays as it is.
fn catch_signals() -> io::Result<()> {
    static CAUGHT: Once = Once::new();
    let mut caught = Ok(());
    CAUGHT.call_once(|| caught = register());
    caught
}

fn register() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        // SAFETY: `give_back` is made of atomics, tcgetpgrp and tcsetattr, all of which signal-safety(7) allows.
        unsafe { low_level::register(signal, give_back) }?;
    }
    for signal in [SIGQUIT, SIGTSTP] {
        let act = move || {
            if signal == SIGTSTP {
                lend_back();
            } else {
                give_back();
            }
            let _ = low_level::emulate_default_handler(signal);
        };
        // SAFETY: as above, and `emulate_default_handler` says that a handler may call it.
        unsafe { low_level::register(signal, act) }?;
    }
    Ok(())
}

/// Keys one by one, unseen; a read takes what there is and does not wait.
fn key_by_key(settings: libc::termios) -> libc::termios {
    let mut keys = settings;
    keys.c_lflag &= !(libc::ICANON | libc::ECHO);
    keys.c_cc[libc::VMIN] = 0;
    keys.c_cc[libc::VTIME] = 0;
    keys
}

/// Should the settings not have been taken, a read would wait for a whole line.
fn is_readable() -> bool {
    let mut stdin = libc::pollfd { fd: libc::STDIN_FILENO, events: libc::POLLIN, revents: 0 };
    // SAFETY: `stdin` is one `pollfd` that may be written, for the length of the call, which does not wait.
    unsafe { libc::poll(&raw mut stdin, 1, 0) > 0 && stdin.revents & libc::POLLIN != 0 }
}

/// Whoever is in the background is stopped when it touches the terminal.
fn is_in_foreground() -> bool {
    // SAFETY: neither call takes a pointer; both only ask.
    unsafe { libc::tcgetpgrp(libc::STDIN_FILENO) == libc::getpgrp() }
}

fn settings() -> io::Result<libc::termios> {
    let mut settings = MaybeUninit::uninit();
    // SAFETY: `settings` may be written, for the length of the call.
    match unsafe { libc::tcgetattr(libc::STDIN_FILENO, settings.as_mut_ptr()) } {
        // SAFETY: the call filled it.
        0 => Ok(unsafe { settings.assume_init() }),
        _ => Err(io::Error::last_os_error()),
    }
}

fn apply(settings: &libc::termios) {
    // SAFETY: `settings` is valid and only read. A terminal that has gone needs nothing.
    unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, settings) };
}
