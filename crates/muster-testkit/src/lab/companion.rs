//! The lab's own programs: found or built, started inside a namespace, ended with it.
//!
//! A program cannot enter a namespace by itself without unsafe code; `ip netns exec` can make it start there. Each
//! reads its work from stdin, prints `ready`, and ends when stdin closes: it cannot outlive the one who started it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, SystemTime};
use std::{env, fs};

use super::LabError;
use super::namespace::command;
use super::process::{Running, succeed};

/// After this a companion ends by itself, whatever happens.
pub(super) const LIFETIME: Duration = Duration::from_secs(1800);
/// What it prints when it serves.
pub const READY: &str = "ready";

const START_LIMIT: Duration = Duration::from_secs(10);
const BUILD_LIMIT: Duration = Duration::from_secs(300);

/// A companion at work; dropping it ends it.
#[derive(Debug)]
pub(super) struct Companion {
    lines: Receiver<String>,
    _running: Running,
    _stdin: ChildStdin,
}

impl Companion {
    /// Starts `program` in `namespace`, gives it its work, and waits until it serves.
    pub(super) fn start(namespace: &str, program: &str, work: &[String]) -> Result<Self, LabError> {
        let path = locate(program)?;
        let mut command = command(namespace, &path.to_string_lossy());
        command.arg(LIFETIME.as_secs().to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = Running::start(command)?;
        let pipes = (running.child().stdin.take(), running.child().stdout.take());
        let (Some(mut stdin), Some(stdout)) = pipes else { unreachable!("both were asked for") };
        let sent = stdin.write_all(format!("{}\n\n", work.join("\n")).as_bytes());
        sent.map_err(|source| LabError::Start { program: program.to_owned(), source })?;
        let companion = Self { lines: lines(stdout), _running: running, _stdin: stdin };
        match companion.lines.recv_timeout(START_LIMIT).as_deref() {
            Ok(READY) => Ok(companion),
            Ok(said) => Err(LabError::Failed { program: program.to_owned(), said: said.to_owned() }),
            Err(_) => Err(LabError::TimedOut { program: program.to_owned(), limit: START_LIMIT }),
        }
    }

    /// The next line it printed, if it comes within `limit`.
    pub(super) fn line(&self, limit: Duration) -> Option<String> {
        self.lines.recv_timeout(limit).ok()
    }
}

fn lines(stdout: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        lines.for_each(|line| drop(sender.send(line)));
    });
    receiver
}

/// Where the program is: beside the running test or tool, or built now. Cargo builds the programs of another package
/// for no test of this one, and may have left an old one there.
fn locate(program: &str) -> Result<PathBuf, LabError> {
    let written = newest_source();
    let exe = env::current_exe().unwrap_or_default();
    let mut beside = exe.ancestors().skip(1).take(2).map(|folder| folder.join(program));
    match beside.find(|path| changed(path).is_some_and(|built| Some(built) >= written)) {
        Some(path) => Ok(path),
        None => build(program),
    }
}

/// When a file of these programs was last written.
fn newest_source() -> Option<SystemTime> {
    let folders = ["src/bin", "src/lab"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let files = folders.into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    files.filter_map(|file| changed(&file.path())).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

fn build(program: &str) -> Result<PathBuf, LabError> {
    let mut cargo = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--quiet", "--message-format=json", "--bin", program]);
    let messages = succeed(cargo, Vec::new(), BUILD_LIMIT)?;
    // The path stands in the last artifact's message: `"executable":"/…/muster-lab-listener"`.
    let path = messages.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(r#""executable":""#)?;
        rest.split('"').next().map(PathBuf::from)
    });
    path.ok_or(LabError::Failed {
        program: "cargo build".to_owned(),
        said: format!("no {program} came of it"),
    })
}

/// The main function of every companion: reads its work from stdin up to an empty line, begins, says so, and returns
/// when stdin closes or the seconds of the first argument have passed.
///
/// # Errors
/// Where stdin cannot be read, or `begin` fails.
pub fn attend(begin: impl FnOnce(&[String]) -> std::io::Result<()>) -> std::io::Result<()> {
    let seconds = env::args().nth(1).and_then(|word| word.parse().ok());
    let mut input = std::io::stdin().lines();
    let mut work = Vec::new();
    while let Some(line) = input.next().transpose()?.filter(|line| !line.is_empty()) {
        work.push(line);
    }
    begin(&work)?;
    writeln!(std::io::stdout(), "{READY}")?;
    let (sender, closed) = mpsc::channel();
    drop(input);
    thread::spawn(move || sender.send(std::io::copy(&mut std::io::stdin(), &mut std::io::sink())));
    let _ = closed.recv_timeout(seconds.map_or(LIFETIME, Duration::from_secs));
    Ok(())
}
