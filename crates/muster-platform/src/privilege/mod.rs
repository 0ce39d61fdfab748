//! What this process may do beyond an ordinary one, whose work it does, and how it gives its privilege up.
//!
//! Only Linux has the one privilege that is of use here, to send frames. Elsewhere there is none to be had, and
//! [`give_up_privilege`] says that it cannot.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

/// Whether this thread may send and receive frames: `CAP_NET_RAW` is effective (capabilities(7)).
pub fn can_send_frames() -> bool {
    system::can_send_frames()
}

/// Who called, where a privileged process works for somebody else: under sudo, doas or pkexec, or a program that is
/// set to run as root. `None` if nobody else did, or nothing tells who; [`works_for_another`] knows the two apart.
///
/// The environment is believed only if every user id of this process is root's: then root wrote it, or let it through.
/// A user whom the user database does not know is one by numbers alone.
pub fn calling_user() -> Option<User> {
    system::calling_user()
}

/// Whether a privileged process works for somebody else, be it known for whom or not.
pub fn works_for_another() -> bool {
    system::works_for_another()
}

/// Does `work` as the user who called: it opens what that user may open, and what it makes is that user's. Afterwards
/// the process is what it was. Where nobody else called, or privilege was given up before, `work` is just done.
///
/// The numbers are the whole process's. **Call it while this is the process's only thread**: another would do its own
/// work as the calling user too. Within `work` nobody seems to have called.
///
/// # Errors
/// Nothing tells who called, or the system refuses; then the process must end. `work` may not have been done.
pub fn as_calling_user<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    system::as_calling_user(work)
}

/// Gives up every privilege, for good; what is open stays open.
///
/// Where somebody else called, the process becomes that user, with that user's groups. Root otherwise keeps
/// its number, and with it the files that are root's own, and no capability. Programs started later gain none either
/// (`PR_SET_NO_NEW_PRIVS`, prctl(2)). `HOME` and the rest of the environment are left to the caller.
///
/// **Call it while this is the process's only thread**, or before other threads have started: Linux keeps capabilities
/// a thread, and no thread can drop another's. What is left is looked for in every thread afterwards.
///
/// # Errors
/// Nothing tells who called, or something was refused or is still there; then the process must end. Elsewhere than on Linux always
/// ([`io::ErrorKind::Unsupported`]).
pub fn give_up_privilege() -> io::Result<GivenUp> {
    system::give_up_privilege()
}

/// What a program's file says about the privilege to send frames, and what would keep that from counting.
///
/// Elsewhere than on Linux nothing is given and nothing in the way.
pub fn grant_of(program: &Path) -> Grant {
    system::grant_of(program)
}

/// The privilege to send frames, as a program's file may give it to whoever starts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The file carries `cap_net_raw` (setcap(8)).
    pub is_given: bool,
    /// What keeps it from counting.
    pub obstacles: Vec<Obstacle>,
}

/// Why a program starts without the privilege that its file carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Whoever started this process forbade that it gains any (`PR_SET_NO_NEW_PRIVS`).
    NoNewPrivileges,
    /// The file system is mounted with `nosuid`.
    NoSuid,
    /// This process and all it starts can never have it: it is not in the bounding set, as in many containers.
    OutOfBounds,
}

/// A user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name to log in with; the number, if the user database does not know the user.
    pub name: String,
    /// The user's number.
    pub uid: u32,
    /// The number of the user's own group.
    pub gid: u32,
    /// The user's folder; empty if none is known.
    pub home: PathBuf,
}

/// What became of a process's privilege.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// The process is the user's who called it.
    BecameUser(User),
    /// The process is whose it was, without a capability.
    DroppedCapabilities,
    /// There was nothing to give up.
    HadNone,
}
