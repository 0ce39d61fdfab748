//! What is found out about this machine.

use std::env;
use std::path::PathBuf;

use muster_platform::{
    Descriptors, Grant, Overview, Routes, User, calling_user, can_send_frames, grant_of, raise_descriptors,
    works_for_another,
};

use super::interfaces::{self, Interface};

/// Everything that is found out; what the system does not tell is the text of its error.
#[derive(Clone, Debug)]
pub(super) struct Examination {
    /// Whether frames can be sent on this kind of system at all.
    pub(super) has_links: bool,
    pub(super) interfaces: Result<Vec<Interface>, String>,
    pub(super) routes: Result<Overview, String>,
    pub(super) privilege: Privilege,
    pub(super) descriptors: Result<Descriptors, String>,
}

/// What this process may do, and for whom it does it.
#[derive(Clone, Debug)]
pub(super) struct Privilege {
    pub(super) can_send_frames: bool,
    pub(super) calling_user: Option<User>,
    /// It works for somebody whom nothing names.
    pub(super) is_caller_unknown: bool,
    /// The file that runs, if the system tells.
    pub(super) program: Option<PathBuf>,
    pub(super) grant: Grant,
}

impl Examination {
    pub(super) fn of_this_machine() -> Self {
        let privilege = Privilege::of_this_process();
        Self {
            has_links: env::consts::OS == "linux",
            interfaces: interfaces::of_this_machine(privilege.can_send_frames)
                .map_err(|error| error.to_string()),
            routes: Routes::open()
                .and_then(|mut routes| routes.overview())
                .map_err(|error| error.to_string()),
            descriptors: raise_descriptors().map_err(|error| error.to_string()),
            privilege,
        }
    }
}

impl Privilege {
    fn of_this_process() -> Self {
        let program = env::current_exe().ok();
        let calling_user = calling_user();
        Self {
            can_send_frames: can_send_frames(),
            is_caller_unknown: calling_user.is_none() && works_for_another(),
            calling_user,
            grant: program.as_deref().map(grant_of).unwrap_or_default(),
            program,
        }
    }
}
