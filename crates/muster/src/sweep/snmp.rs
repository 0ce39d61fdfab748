//! The community by which SNMP may be asked: a secret, so that it stands in a file or in the environment, never on the command
//! line, which is kept with every run and shown to every user of the machine.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use muster_identify::Community;

use crate::failure::{Failure, unread_hint};

/// What devices are asked with
#[derive(Args, Debug, Default)]
pub(crate) struct SnmpArgs {
    /// Ask devices by SNMP v2c, at UDP port 161, what they are, with the community in FILE's first line, or in the variable
    /// MUSTER_SNMP_COMMUNITY; without one SNMP is not asked
    #[arg(long, value_name = "FILE")]
    pub(crate) snmp_community: Option<PathBuf>,
}

impl SnmpArgs {
    /// The file that is read, which nothing may be written over.
    pub(crate) fn input(&self) -> Option<PathBuf> {
        self.snmp_community.clone()
    }

    /// The community, if the user gave one.
    ///
    /// # Errors
    /// The file cannot be read, or there is no community in it. The message does not say what is.
    pub(crate) fn read(&self) -> Result<Option<Community>, Failure> {
        match (&self.snmp_community, std::env::var_os(VARIABLE)) {
            (Some(path), _) => of_file(path).map(Some),
            (None, Some(value)) => of_variable(value),
            (None, None) => Ok(None),
        }
    }
}

fn of_variable(value: OsString) -> Result<Option<Community>, Failure> {
    match value.into_encoded_bytes() {
        empty if empty.is_empty() => Ok(None),
        word => community(&word, VARIABLE).map(Some),
    }
}

fn of_file(path: &Path) -> Result<Community, Failure> {
    let text = read_beginning(path).map_err(|error| {
        Failure::usage(format!("cannot read {}: {error}", path.display())).hint(
            unread_hint(&error, "name a file whose first line is the community of your devices").to_owned(),
        )
    })?;
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    community(line.trim_ascii(), &path.display().to_string())
}

fn read_beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn community(word: &[u8], place: &str) -> Result<Community, Failure> {
    Community::new(word).ok_or_else(|| {
        let most = Community::MOST;
        Failure::usage(format!("{place}: no community of SNMP, which has 1 to {most} octets"))
            .hint("write the word in the file's first line, and nothing else".to_owned())
    })
}

/// Where devices are asked, over UDP.
pub(crate) const SNMP_PORT: u16 = 161;
const VARIABLE: &str = "MUSTER_SNMP_COMMUNITY";
/// Of a file, in bytes: more than the longest line that is taken.
const MOST: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_community() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("community");
        for text in ["hush\n", "hush\r\nmore", "  hush"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(of_file(&path).ok(), Community::new(b"hush"), "{text:?}");
        }
        for text in ["", "\nhush", &"secret".repeat(20)] {
            std::fs::write(&path, text).unwrap();
            let failure = of_file(&path).unwrap_err();
            assert!(failure.message().contains("no community of SNMP"), "{text:?}");
            assert!(!failure.message().contains("secret"), "{text:?}");
        }
        assert!(of_file(folder.path()).is_err() && of_file(&folder.path().join("none")).is_err());
        assert_eq!(of_variable(OsString::new()).ok(), Some(None));
    }
}
