//! What ends a command early: whose fault it is, what happened, and what can be done.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::output::say;

/// An error for a person to read.
#[derive(Debug)]
pub(crate) struct Failure {
    fault: Fault,
    message: String,
    hints: Vec<String>,
}

/// Whose fault it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Arguments, settings or input: 2.
    Usage,
    /// The machine: descriptors, interfaces, a full disk: 3.
    Environment,
    /// We: 70.
    Internal,
}

impl Failure {
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Fault::Usage, message)
    }

    pub(crate) fn environment(message: impl fmt::Display) -> Self {
        Self::new(Fault::Environment, message)
    }

    pub(crate) fn new(fault: Fault, message: impl fmt::Display) -> Self {
        Self { fault, message: message.to_string(), hints: Vec::new() }
    }

    /// Adds a line that says what can be done.
    pub(crate) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hints.extend(hint.into());
        self
    }

    /// Whose fault it is.
    pub(crate) fn fault(&self) -> Fault {
        self.fault
    }

    /// What happened, without what can be done.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Prints the error to stderr; gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let mut text = format!("error: {}\n", plain(&self.message));
        for hint in &self.hints {
            text.push_str(&format!("hint: {}\n", plain(hint)));
        }
        say(&text);
        ExitCode::from(match self.fault {
            Fault::Usage => 2,
            Fault::Environment => 3,
            Fault::Internal => 70,
        })
    }
}

/// Arguments and file names are foreign text too: what moves a cursor or turns text is written out. Lines stay lines.
fn plain(text: &str) -> String {
    text.chars().fold(String::new(), |mut plain, c| {
        match c {
            '\n' => plain.push(c),
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {
                plain.extend(c.escape_unicode());
            }
            _ if c.is_control() => plain.extend(c.escape_default()),
            _ => plain.push(c),
        }
        plain
    })
}

/// The hint where a file that is named cannot be read: `otherwise`, unless it is there and kept from this user.
pub(crate) fn unread_hint(error: &io::Error, otherwise: &'static str) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "the user who called must be able to read it, under sudo too",
        _ => otherwise,
    }
}

/// The messages of an error and its causes, joined by colons.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the office")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Inner(&'static str, #[source] Option<fmt::Error>);

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(
            plain("a\x1b[1m\u{9b}1m\u{202e}\tb\nc \u{e9}"),
            "a\\u{1b}[1m\\u{9b}1m\\u{202e}\\tb\nc \u{e9}"
        );
    }

    #[test]
    fn causes_are_told_once() {
        assert_eq!(chain(&Outer(Inner("no room", None))), "cannot open the office: no room");
        assert_eq!(chain(&Outer(Inner("the office", None))), "cannot open the office");
    }
}
