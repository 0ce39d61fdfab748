//! A process that gives its privilege up, or stands in for its caller, and then tries what it may no longer do. It
//! prints a line for each fact.

use std::process::Command;
use std::sync::mpsc;
use std::{env, fs, io, thread};

use muster_platform::{GivenUp, as_calling_user, can_send_frames, give_up_privilege, grant_of};

/// The first argument of such a process; the second is a file that it must not be able to read, the third, if any, says
/// which threads it has besides.
pub(crate) const WORD: &str = "give-up";
pub(crate) const LIVING: &str = "a-living-thread";
pub(crate) const ENDED: &str = "threads-that-have-ended";

/// The first argument of a process that stands in for its caller; the second is a file to read, the third one to make.
pub(crate) const STAND_IN: &str = "stand-in";

/// Prints what it may while it acts for its caller, and whether it is afterwards what it was.
pub(crate) fn stand_in() {
    let arguments: Vec<String> = env::args().collect();
    let before = identity();
    let there = as_calling_user(|| {
        println!("file: {}", outcome(&fs::read(&arguments[2])));
        println!("made: {}", outcome(&fs::write(&arguments[3], "")));
        println!("packet socket: {}", outcome(&packet_socket()));
        println!("within: {}", identity());
        println!("again: {}", outcome(&as_calling_user(|| fs::read(&arguments[2])).flatten()));
    });
    if let Err(error) = there {
        return println!("failed: {error}");
    }
    println!("file afterwards: {}", outcome(&fs::read(&arguments[2])));
    println!("same afterwards: {}", identity() == before);
}

/// Users, groups and capabilities of this thread.
fn identity() -> String {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    ["Uid", "Gid", "Groups", "CapEff"].map(|name| value(&status, name)).join(", ")
}

/// Prints what it had, what it gave up and what it still can.
pub(crate) fn run() {
    let arguments: Vec<String> = env::args().collect();
    let (ask, asked) = mpsc::channel::<()>();
    let threads = arguments.get(3).map(String::as_str);
    let other = threads
        .filter(|threads| *threads == LIVING)
        .map(|_| thread::spawn(move || asked.recv().map(|()| print("thread"))));
    println!("could send: {}", can_send_frames());
    print_grant("grant");
    if threads == Some(ENDED) {
        let ended: Vec<_> = (0..100).map(|_| thread::spawn(|| ())).collect();
        ended.into_iter().for_each(|thread| thread.join().unwrap());
    }
    match give_up_privilege() {
        Ok(GivenUp::BecameUser(user)) => println!("gave up: became {} {}", user.name, user.home.display()),
        Ok(given_up) => println!("gave up: {given_up:?}"),
        Err(error) => return println!("failed: {error}"),
    }
    print("process");
    print_grant("later grant");
    println!("file: {}", outcome(&fs::read(&arguments[2])));
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    for name in ["Uid", "Gid", "Groups", "CapEff", "CapBnd"] {
        println!("{name}: {}", value(&status, name));
    }
    let started = Command::new("cat").arg("/proc/self/status").output().unwrap();
    println!("started: {}", value(&String::from_utf8_lossy(&started.stdout), "CapEff"));
    if let Some(other) = other {
        ask.send(()).unwrap();
        other.join().unwrap().unwrap();
    }
}

/// What this program's file gives to whoever starts it from here.
fn print_grant(when: &str) {
    let grant = grant_of(&env::current_exe().unwrap());
    println!("{when}: {} {:?}", grant.is_given, grant.obstacles);
}

/// What this thread can do that needs privilege.
fn print(who: &str) {
    println!("{who} can send: {}", can_send_frames());
    println!("{who} packet socket: {}", outcome(&packet_socket()));
    // SAFETY: the call takes numbers alone.
    let root = unsafe { libc::setresuid(0, 0, 0) };
    println!("{who} root again: {}", root == 0);
}

fn packet_socket() -> io::Result<()> {
    // SAFETY: the call takes numbers alone.
    match unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW, 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn outcome<T>(result: &io::Result<T>) -> String {
    result.as_ref().map_or_else(|error| format!("{:?}", error.kind()), |_| "there".to_owned())
}

/// A line of proc_pid_status(5), its words a blank apart.
fn value(status: &str, name: &str) -> String {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
