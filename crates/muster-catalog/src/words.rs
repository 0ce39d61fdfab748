//! How the catalogue's terms read in a sentence.

use std::fmt;

use crate::product::{Binding, Confidence, Manner, Os, Part, Status};

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Agent => "agent on a protected computer",
            Self::Relay => "agent that also serves others",
            Self::Server => "server, protects nobody by being there",
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Current => "current",
            Self::Legacy => "superseded",
            Self::EndOfLife => "end of life",
        })
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fixed => "the same everywhere",
            Self::Default => "the usual number",
            Self::DefaultConfigurable => "the usual number, can be changed",
            Self::OffByDefault => "only where somebody turned it on",
            Self::Random => "drawn at installation",
            Self::Unknown => "how the number came about is not known",
        })
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("stays silent until it is asked in its own language"),
            Self::Greets(Some(speech)) => write!(f, "speaks first, {speech}"),
            Self::Greets(None) => f.write_str("speaks first, in a language of its own"),
            Self::Answers(speech) => write!(f, "waits to be asked and answers in {speech}"),
            Self::Unknown => f.write_str("not known"),
        }
    }
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Netware => "NetWare",
            Self::Windows => "Windows",
        })
    }
}
