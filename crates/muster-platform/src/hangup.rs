//! Whether somebody is still there: the signal of a terminal that goes, and pipes that nobody reads.

/// Here anything will do, since nothing is asked of it.
#[cfg(not(unix))]
use std::any::Any as Handle;
#[cfg(unix)]
use std::os::fd::AsFd as Handle;

#[cfg(not(unix))]
mod system {
    use super::Handle;

    pub(super) fn signal() -> Option<i32> {
        None
    }

    pub(super) fn is_unread(_stream: &impl Handle) -> bool {
        false
    }
}
#[cfg(unix)]
mod system {
    use std::os::fd::AsRawFd as _;
    use std::ptr;

    use super::Handle;

    pub(super) fn signal() -> Option<i32> {
        // SAFETY: all of a `sigaction` may be zero.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        // SAFETY: without a new action nothing changes; `action` is exclusively borrowed for the length of the call.
        let asked = unsafe { libc::sigaction(libc::SIGHUP, ptr::null(), &raw mut action) };
        (asked == 0 && action.sa_sigaction != libc::SIG_IGN).then_some(libc::SIGHUP)
    }

    pub(super) fn is_unread(stream: &impl Handle) -> bool {
        let mut asked = libc::pollfd { fd: stream.as_fd().as_raw_fd(), events: 0, revents: 0 };
        // SAFETY: one `pollfd`, exclusively borrowed for the length of the call, which does not wait.
        let answered = unsafe { libc::poll(&raw mut asked, 1, 0) };
        answered > 0 && asked.revents & (libc::POLLERR | libc::POLLHUP) != 0
    }
}

/// The number of the signal that says that the terminal is gone (SIGHUP of POSIX); `None` where there is none, and where
/// whoever started this process has it ignored, as nohup(1) does.
pub fn hangup_signal() -> Option<i32> {
    system::signal()
}

/// Whether nobody can read any more what is written to `stream`: its pipe has no reader, its terminal is gone. `false`
/// where that cannot be told without writing (poll(2) of POSIX).
pub fn is_unread(stream: &impl Handle) -> bool {
    system::is_unread(stream)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_unread_when_its_reader_has_gone() {
        let (reader, writer) = std::io::pipe().unwrap();
        assert!(!is_unread(&writer));
        drop(reader);
        assert!(is_unread(&writer));
    }
}
