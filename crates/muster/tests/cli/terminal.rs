//! Somebody before a terminal: keys that are pressed while a scan runs, and the terminal as it was afterwards.
//!
//! The terminal is that of script(1), which hands on what is written to it as if it were typed.

use std::io::{Read, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::{Lab, Running};
use tempfile::TempDir;

use crate::common::{MUSTER, has, skip};
use crate::support::network;

/// No test waits for longer.
const LIMIT: Duration = Duration::from_secs(20);

/// A command on a terminal of its own.
struct Terminal {
    running: Running,
    shown: Receiver<Vec<u8>>,
    screen: String,
    _folder: TempDir,
}

impl Terminal {
    /// The shell's `line`, in which `$MUSTER` is the program; `None` where there is no script(1).
    fn with(line: &str) -> Option<Self> {
        Self::of("dumb", line)
    }

    /// The same on a terminal of this kind; a dumb one has no status line.
    fn of(kind: &str, line: &str) -> Option<Self> {
        if !cfg!(target_os = "linux") || !has("script") {
            return None;
        }
        let folder = TempDir::new().unwrap();
        let mut command = Command::new("script");
        command
            .args(["-qefc", line, "/dev/null"])
            .env("MUSTER", MUSTER)
            .env("TERM", kind)
            .env("SHELL", "/bin/sh");
        command.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = Running::start(command).unwrap();
        let mut stdout = running.child().stdout.take().unwrap();
        let (sender, shown) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stdout.read(&mut bytes) {
                let _ = sender.send(bytes[..count].to_vec());
            }
        });
        Some(Self { running, shown, screen: String::new(), _folder: folder })
    }

    fn press(&mut self, keys: &str) {
        self.running.child().stdin.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Reads on until `text` is shown.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + LIMIT;
        while !self.screen.contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.shown.recv_timeout(left) else { panic!("never {text}: {}", self.screen) };
            self.screen += &String::from_utf8_lossy(&bytes);
        }
    }

    /// Reads on until `text` is shown once more than it has been.
    #[track_caller]
    fn wait_for_another(&mut self, text: &str) {
        let before = std::mem::take(&mut self.screen);
        self.wait_for(text);
        self.screen.insert_str(0, &before);
    }

    /// Everything that is shown to the end, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let status = self.running.wait(LIMIT).unwrap();
        while let Ok(bytes) = self.shown.recv_timeout(Duration::from_secs(1)) {
            self.screen += &String::from_utf8_lossy(&bytes);
        }
        (self.screen, status.code())
    }
}

/// Some seconds of work.
fn slow(test: u8, options: &str) -> String {
    format!("$MUSTER scan -sT -Pn -p 2967 --max-rate 20 {options} {}/26", network(test))
}

#[test]
fn any_key_shows_how_far_the_scan_is() {
    let Some(mut terminal) = Terminal::with(&slow(210, "-oX out")) else { return };
    terminal.wait_for("Starting muster");
    terminal.press(" ");
    terminal.wait_for("undergoing Connect Scan");
    terminal.wait_for("Connect Scan Timing: About ");
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains(" elapsed; 0 hosts completed (64 up), 64 undergoing Connect Scan"), "{screen}");
}

#[test]
fn keys_change_how_much_is_told() {
    let Some(mut terminal) = Terminal::with(&slow(211, "")) else { return };
    terminal.wait_for("Starting muster");
    for (key, told) in [
        ("v", "Verbosity Increased to 1."),
        ("v", "Verbosity Increased to 2."),
        ("V", "Verbosity Decreased to 1."),
        ("d", "Debugging Increased to 1."),
        ("p", "this scan goes by connections."),
        ("?", "any other key: how far the scan is"),
    ] {
        terminal.press(key);
        terminal.wait_for(told);
    }
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("Completed Connect Scan at "), "more is told from then on: {screen}");
    assert!(screen.contains("REASON"), "{screen}");
}

#[test]
fn a_keyboard_that_is_to_be_left_alone_is() {
    let Some(mut terminal) = Terminal::with(&slow(212, "--noninteractive")) else { return };
    terminal.wait_for("Starting muster");
    terminal.press("v \n");
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("Verbosity") && !screen.contains("Stats:"), "{screen}");
}

#[test]
fn the_terminal_is_as_it_was() {
    for (keys, code) in [(" ", 0), ("\u{3}", 130)] {
        let line = format!("trap : INT; stty -g; {}; echo code $?; stty -g", slow(213, ""));
        let Some(mut terminal) = Terminal::with(&line) else { return };
        terminal.wait_for("Starting muster");
        terminal.press("v");
        terminal.wait_for("Verbosity Increased to 1.");
        terminal.press(keys);
        let (screen, _) = terminal.end();
        let settings: Vec<&str> = screen.lines().filter(|line| line.matches(':').count() > 20).collect();
        assert_eq!(settings.len(), 2, "{screen}");
        assert_eq!(settings[0].trim(), settings[1].trim());
        assert!(screen.contains(&format!("code {code}")), "{screen}");
    }
}

#[test]
fn a_scan_in_the_background_leaves_the_terminal_alone() {
    // With job control the scan is a group of its own: touching the terminal would stop it.
    let line = format!("set -m; {} & wait $!; echo code $?", slow(214, ""));
    let Some(mut terminal) = Terminal::with(&line) else { return };
    terminal.wait_for("Starting muster");
    terminal.press("v");
    let (screen, _) = terminal.end();
    assert!(screen.contains("code 0") && !screen.contains("Verbosity"), "{screen}");
}

/// Fails unless everything that begins with `start` begins a line, above which the status line has been taken away.
#[track_caller]
fn assert_lines_of_their_own(screen: &str, start: &str) {
    let erased = "\u{1b}[2K";
    let places: Vec<usize> = screen.match_indices(start).map(|(place, _)| place).collect();
    assert!(places.len() > 1 && screen.contains(erased), "{screen}");
    for place in places {
        let before = &screen[..place];
        assert!(before.ends_with('\n') || before.ends_with(erased), "{}", &screen[..place + start.len()]);
    }
}

#[test]
fn results_that_stream_do_not_stand_behind_the_status() {
    let Some(terminal) = Terminal::of("xterm", &slow(215, "--noninteractive -oJ -")) else { return };
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert_lines_of_their_own(&screen, "{\"type\":\"port\"");
}

/// Frames go out on a link of the test's own, in a network namespace that is gone with the shell.
#[test]
fn frames_that_are_traced_do_not_stand_behind_the_status() {
    if Lab::available().is_err() || !has("unshare") {
        return skip("only root can have a network of its own");
    }
    let line = "unshare --net sh -c 'ip link add near type veth peer name far && ip link set near up && \
        ip link set far up && ip addr add 10.90.0.1/24 dev near && \
        exec \"$MUSTER\" scan -sn -n --max-rate 5 --max-retries 0 10.90.0.2-254'";
    let Some(mut terminal) = Terminal::of("xterm", line) else { return };
    terminal.wait_for("neighbors: round 1");
    terminal.press("p");
    for told in ["Packet tracing enabled.", "SENT (", "SENT (", "SENT ("] {
        terminal.wait_for_another(told);
    }
    terminal.press("\u{3}");
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(130), "{screen}");
    assert_lines_of_their_own(&screen, "SENT (");
}
