//! Programs with an end: run to completion within a limit, or kept until dropped.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::LabError;

/// How often a program is looked at that may have ended.
const GLANCE: Duration = Duration::from_millis(2);

/// A program that is killed, by its process id, when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts `command`.
    ///
    /// # Errors
    /// [`LabError::Start`] where it cannot be started.
    pub fn start(mut command: Command) -> Result<Self, LabError> {
        let name = describe(&command);
        let child = command.spawn().map_err(|source| LabError::Start { program: name.clone(), source })?;
        Ok(Self { child, name })
    }

    /// The process id: also that of the program itself, since `ip netns exec` becomes it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// [`LabError::TimedOut`] after `limit`; the program then runs on until this is dropped.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus, LabError> {
        let deadline = Instant::now() + limit;
        loop {
            let ended = self.child.try_wait();
            match ended.map_err(|source| LabError::Start { program: self.name.clone(), source })? {
                Some(status) => return Ok(status),
                None if Instant::now() >= deadline => {
                    return Err(LabError::TimedOut { program: self.name.clone(), limit });
                }
                None => thread::park_timeout(GLANCE),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Neither can fail but for a child that has ended, and that is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `command` to its end with `input` on stdin and gives what it printed.
///
/// # Errors
/// Where it cannot be started, or has not ended (and closed its output) after `limit`: then it is killed.
pub(super) fn run(mut command: Command, input: Vec<u8>, limit: Duration) -> Result<Output, LabError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let deadline = Instant::now() + limit;
    let mut running = Running::start(command)?;
    let stdin = running.child.stdin.take();
    thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let stdout = collect(running.child.stdout.take());
    let stderr = collect(running.child.stderr.take());
    let status = running.wait(limit)?;
    let rest = |pipe: Receiver<Vec<u8>>| {
        let left = deadline.saturating_duration_since(Instant::now());
        pipe.recv_timeout(left).map_err(|_| LabError::TimedOut { program: running.name.clone(), limit })
    };
    Ok(Output { status, stdout: rest(stdout)?, stderr: rest(stderr)? })
}

/// The same for a program that must succeed; gives its stdout.
pub(super) fn succeed(command: Command, input: Vec<u8>, limit: Duration) -> Result<String, LabError> {
    let program = describe(&command);
    let output = run(command, input, limit)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(LabError::Failed { program, said: said.trim().chars().take(400).collect() })
}

/// Reads a pipe to its end on a thread of its own, so that a full pipe never stops the program.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read: io::Result<usize> = pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes));
        // What came before an error is still what the program said.
        drop(read);
        sender.send(bytes)
    });
    receiver
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.take(8).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn more_output_than_a_pipe_holds_arrives_whole() {
        let limit = Duration::from_secs(20);
        let output = run(shell("cat; head -c 300000 /dev/zero"), b"first".to_vec(), limit).unwrap();
        assert_eq!(output.stdout.len(), 300_005);
        assert!(output.stdout.starts_with(b"first"));
    }

    #[test]
    fn a_program_over_its_limit_is_an_error_and_dead() {
        let before = Instant::now();
        let outcome = run(shell("exec cat /dev/zero > /dev/null"), Vec::new(), Duration::from_millis(100));
        assert!(matches!(outcome, Err(LabError::TimedOut { .. })), "{outcome:?}");
        assert!(before.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn failure_carries_what_was_said() {
        let outcome = succeed(shell("echo no such thing >&2; exit 3"), Vec::new(), Duration::from_secs(20));
        assert!(
            matches!(&outcome, Err(LabError::Failed { said, .. }) if said == "no such thing"),
            "{outcome:?}"
        );
    }
}
