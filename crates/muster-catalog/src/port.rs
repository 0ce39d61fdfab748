//! What is to be known about a port itself, as data.

/// A port whose story is longer than its listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortNote {
    /// The port, TCP and UDP.
    pub port: u16,
    /// What is known of its registration.
    pub registration: Vec<Note>,
    /// Who used it in the course of time.
    pub users: Vec<Note>,
    /// What a listener there may turn out to be.
    pub readings: Vec<Reading>,
}

/// A paragraph and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is known.
    pub text: String,
    /// Keys of [`Source`](crate::Source).
    pub source: Vec<String>,
}

/// How something seen on a port is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What is seen.
    pub seen: String,
    /// What that says.
    pub says: String,
    /// Keys of [`Source`](crate::Source).
    pub source: Vec<String>,
}
