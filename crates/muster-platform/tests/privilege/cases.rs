//! The cases, and what each process must have said.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use muster_platform::calling_user;

use crate::process::{ENDED, LIVING, STAND_IN, WORD};

/// A name and what to do.
type Case = (&'static str, fn(&Room));

const CASES: &[Case] = &[
    ("under_sudo_the_process_becomes_the_caller", under_sudo),
    ("a_thread_that_runs_already_becomes_the_caller_too", under_sudo_with_a_thread),
    ("root_keeps_its_number_and_nothing_else", as_root),
    ("a_thread_that_keeps_capabilities_is_found", as_root_with_a_thread),
    ("threads_that_have_ended_keep_nothing", as_root_after_threads),
    ("an_ambient_capability_is_dropped", with_an_ambient_capability),
    ("a_files_capability_is_dropped", with_a_files_capability),
    ("a_mount_without_privilege_is_told", mounted_without_privilege),
    ("a_program_that_is_set_to_run_as_root_becomes_its_caller", set_to_run_as_root),
    (
        "a_program_that_is_set_to_run_as_root_becomes_a_caller_whom_nobody_knows",
        set_to_run_as_root_for_a_stranger,
    ),
    ("under_sudo_the_process_becomes_a_caller_whom_nobody_knows", under_sudo_for_a_stranger),
    ("who_cannot_become_its_caller_does_not_go_on", for_whom_nothing_tells),
    ("who_has_none_gives_up_none", without),
    ("under_sudo_files_are_opened_as_the_caller_and_then_as_root_again", standing_in),
    ("root_for_itself_stands_in_for_nobody", standing_in_for_nobody),
];

/// Runs them all; the first that fails ends the process by its panic.
pub(crate) fn run() {
    // SAFETY: the call only returns a number.
    if unsafe { libc::geteuid() } != 0 {
        assert_eq!(calling_user(), None, "nobody but root works for another");
        println!("skipped: giving up privilege needs root");
        return;
    }
    let room = Room::new();
    for (name, case) in CASES {
        case(&room);
        println!("test {name} ... ok");
    }
}

fn under_sudo(room: &Room) {
    let said = Said::by(room.root().env("SUDO_UID", NOBODY.to_string()).args([WORD, &room.roots()]));
    said.assert_became_nobody();
}

fn under_sudo_with_a_thread(room: &Room) {
    let said = Said::by(room.root().env("SUDO_UID", NOBODY.to_string()).args([WORD, &room.roots(), LIVING]));
    said.assert_became_nobody();
    said.assert_powerless("thread");
    said.assert("thread root again", "false");
}

fn as_root(room: &Room) {
    let said = Said::by(room.root().args([WORD, &room.nobodys()]));
    said.assert("could send", "true");
    said.assert("gave up", "DroppedCapabilities");
    said.assert_powerless("process");
    said.assert("file", "PermissionDenied");
    said.assert("Uid", "0 0 0 0");
    said.assert("CapBnd", NO_CAPABILITY);
    said.assert("started", NO_CAPABILITY);
    said.assert("grant", "false []");
    said.assert("later grant", "false [NoNewPrivileges, OutOfBounds]");
}

fn as_root_with_a_thread(room: &Room) {
    let said = Said::by(room.root().args([WORD, &room.nobodys(), LIVING]));
    let failure = said.value("failed").unwrap_or_default();
    assert!(failure.starts_with("privilege is left: /proc/self/task/"), "{}", said.0);
}

fn as_root_after_threads(room: &Room) {
    let said = Said::by(room.root().args([WORD, &room.nobodys(), ENDED]));
    said.assert("gave up", "DroppedCapabilities");
    said.assert_powerless("process");
}

fn with_an_ambient_capability(room: &Room) {
    let given = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let capability = ["--inh-caps=+net_raw", "--ambient-caps=+net_raw"];
    let mut command = Command::new("setpriv");
    command.args(given).args(capability).arg(&room.program).args([WORD, &room.roots()]);
    if Command::new("setpriv").arg("--version").output().is_err() {
        return println!("skipped: there is no setpriv");
    }
    Said::by(&mut command).assert_dropped();
}

fn with_a_files_capability(room: &Room) {
    let program = room.copy("capable");
    let granted = Command::new("setcap").arg("cap_net_raw+ep").arg(&program).status();
    if !granted.is_ok_and(|status| status.success()) {
        return println!("skipped: there is no setcap, or no room for capabilities in {}", program.display());
    }
    let said = Said::by(nobody(&program).args([WORD, &room.roots()]));
    said.assert_dropped();
    said.assert("grant", "true []");
    said.assert("later grant", "true [NoNewPrivileges]");
}

/// The mount belongs to the shell, and is gone with it.
fn mounted_without_privilege(room: &Room) {
    let script = "mount -t tmpfs -o nosuid none /mnt && cp \"$0\" /mnt/program && exec /mnt/program \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]).arg(&room.program).args([WORD, &room.nobodys()]);
    if !command.output().is_ok_and(|output| output.status.success()) {
        return println!("skipped: nothing can be mounted");
    }
    Said::by(&mut command).assert("grant", "false [NoSuid]");
}

fn set_to_run_as_root(room: &Room) {
    let program = room.copy("setuid");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    // What the environment says is the caller's own word.
    let said = Said::by(nobody(&program).env("SUDO_UID", "1").args([WORD, &room.roots()]));
    said.assert_became_nobody();
}

fn set_to_run_as_root_for_a_stranger(room: &Room) {
    let program = room.copy("setuid-for-a-stranger");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let mut command = Command::new(&program);
    command.uid(STRANGER).gid(STRANGER).env("SUDO_UID", "0").args([WORD, &room.roots()]);
    Said::by(&mut command).assert_became_the_stranger();
}

fn under_sudo_for_a_stranger(room: &Room) {
    let mut command = room.root();
    command.env("SUDO_UID", STRANGER.to_string()).env("SUDO_GID", STRANGER.to_string());
    Said::by(command.args([WORD, &room.roots()])).assert_became_the_stranger();
}

/// Each with what it is to do: neither may be done as root instead.
fn for_whom_nothing_tells(room: &Room) {
    let made = room.folder.join("made").display().to_string();
    for (name, value) in [("SUDO_UID", "4242"), ("SUDO_UID", "4294967295"), ("DOAS_USER", "no such user")] {
        for word in [WORD, STAND_IN] {
            let said = Said::by(room.root().env(name, value).args([word, &room.roots(), &made]));
            let expected = format!("this machine does not know the user who called: {name}={value}");
            said.assert("failed", &expected);
            assert_eq!(said.value("file"), None, "{}", said.0);
        }
    }
}

fn standing_in(room: &Room) {
    let folder = room.folder.join("everybodys");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let program = room.copy("setuid-standing-in");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let mut by_sudo = room.root();
    by_sudo.env("SUDO_UID", NOBODY.to_string());
    for (name, mut command) in [("by-sudo", by_sudo), ("by-mode", nobody(&program))] {
        let made = folder.join(name);
        let said = Said::by(command.args([STAND_IN, &room.roots(), &made.display().to_string()]));
        for (what, expected) in [
            ("file", "PermissionDenied"),
            ("again", "PermissionDenied"),
            ("made", "there"),
            ("packet socket", "PermissionDenied"),
            ("file afterwards", "there"),
            ("same afterwards", "true"),
        ] {
            said.assert(what, expected);
        }
        let about = fs::metadata(&made).unwrap();
        assert_eq!((about.uid(), about.gid()), (NOBODY, NOBODY), "{name}");
        assert!(said.value("within").is_some_and(|text| text.contains(", 65534, ")), "{}", said.0);
    }
}

fn standing_in_for_nobody(room: &Room) {
    let made = room.folder.join("roots-own");
    let said = Said::by(room.root().args([STAND_IN, &room.roots(), &made.display().to_string()]));
    for what in ["file", "again", "made", "packet socket", "file afterwards"] {
        said.assert(what, "there");
    }
    assert_eq!(fs::metadata(&made).unwrap().uid(), 0);
}

fn without(room: &Room) {
    let said = Said::by(nobody(&room.program).args([WORD, &room.roots()]));
    said.assert("could send", "false");
    said.assert("gave up", "HadNone");
    said.assert_powerless("process");
}

/// A folder with a copy of this program that everybody may run, and files that only one may read.
struct Room {
    folder: PathBuf,
    program: PathBuf,
}

impl Room {
    fn new() -> Self {
        let folder = env::temp_dir().join(format!("muster-privilege-{}", process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let room = Self { program: folder.join("program"), folder };
        room.copy("program");
        for (name, owner) in [("roots", 0), ("nobodys", NOBODY)] {
            let path = room.folder.join(name);
            fs::write(&path, "secret").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            std::os::unix::fs::chown(&path, Some(owner), Some(owner)).unwrap();
        }
        room
    }

    fn copy(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::copy(env::current_exe().unwrap(), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn roots(&self) -> String {
        self.folder.join("roots").display().to_string()
    }

    fn nobodys(&self) -> String {
        self.folder.join("nobodys").display().to_string()
    }

    /// The program as root, for whom nobody called.
    fn root(&self) -> Command {
        let mut command = Command::new(&self.program);
        for name in ["SUDO_UID", "SUDO_GID", "DOAS_USER", "PKEXEC_UID"] {
            command.env_remove(name);
        }
        command
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn nobody(program: &Path) -> Command {
    let mut command = Command::new(program);
    // With root's number the library takes root's groups away.
    command.uid(NOBODY).gid(NOBODY);
    command
}

/// What a process said.
struct Said(String);

impl Said {
    fn by(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}: {errors}", command.get_program());
        Self(String::from_utf8(output.stdout).unwrap())
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    #[track_caller]
    fn assert(&self, name: &str, expected: &str) {
        assert_eq!(self.value(name), Some(expected), "{name} in\n{}", self.0);
    }

    #[track_caller]
    fn assert_powerless(&self, who: &str) {
        self.assert(&format!("{who} can send"), "false");
        self.assert(&format!("{who} packet socket"), "PermissionDenied");
    }

    #[track_caller]
    fn assert_became_nobody(&self) {
        assert!(self.value("gave up").is_some_and(|text| text.starts_with("became nobody /")), "{}", self.0);
        self.assert_became(NOBODY);
        self.assert("Groups", "65534");
    }

    #[track_caller]
    fn assert_became_the_stranger(&self) {
        self.assert("gave up", "became 4242 ");
        self.assert_became(STRANGER);
        self.assert("Groups", "");
    }

    #[track_caller]
    fn assert_became(&self, number: u32) {
        self.assert("could send", "true");
        self.assert_powerless("process");
        self.assert("process root again", "false");
        self.assert("file", "PermissionDenied");
        for name in ["Uid", "Gid"] {
            self.assert(name, &[number.to_string().as_str(); 4].join(" "));
        }
        self.assert("CapEff", NO_CAPABILITY);
        self.assert("started", NO_CAPABILITY);
    }

    #[track_caller]
    fn assert_dropped(&self) {
        self.assert("could send", "true");
        self.assert("gave up", "DroppedCapabilities");
        self.assert_powerless("process");
        self.assert("process root again", "false");
        self.assert("CapEff", NO_CAPABILITY);
        self.assert("started", NO_CAPABILITY);
    }
}

/// The number of "nobody", of the group too, on Debian and what is made from it, Arch and Alpine.
const NOBODY: u32 = 65_534;
/// A number that no user database gives to anybody.
const STRANGER: u32 = 4242;
const NO_CAPABILITY: &str = "0000000000000000";
