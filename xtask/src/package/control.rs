//! What Debian's tools want to know of the package: name, version, and what the program is linked with.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::error::Error;
use crate::shell;

use super::place;

/// What tells one package from another.
pub(super) struct Identity {
    /// With the number of the packaging behind the dash.
    version: String,
    /// As dpkg names it: `amd64`.
    architecture: String,
    /// Name and address, as in a letter.
    maintainer: String,
    /// Seconds since 1970: the time of everything in the package.
    pub(super) epoch: i64,
}

/// Libraries of the system that the program may be linked with, the package of each, and how its versions begin.
const LIBRARIES: [(&str, &str, &str); 3] = [
    ("libc.so.6", "libc6", "GLIBC_"),
    ("libm.so.6", "libc6", "GLIBC_"),
    ("libgcc_s.so.1", "libgcc-s1", "GCC_"),
];

const DESCRIPTION: &str = "\
Description: calls the roll of an organisation's endpoint protection
 Sweeps networks for the ports of protection agents, finds out what answers
 there, and gives every host one verdict with its reasons: protected, degraded,
 unprotected, suspect, unknown, exempt or out of scope.
 .
 It takes Nmap's words and writes Nmap's formats, needs no privilege and is
 faster with one, sends nothing but benign requests, and says how sure it is and
 what it did not look at.
";

impl Identity {
    /// Of this source on this machine. `DEBFULLNAME`, `DEBEMAIL` and `SOURCE_DATE_EPOCH` mean what they mean to Debian's
    /// own tools.
    pub(super) fn read() -> Result<Self, Error> {
        let architecture = shell::output(&mut shell::command("dpkg", &["--print-architecture"]))?;
        let variable = |name: &str, or: &str| std::env::var(name).unwrap_or_else(|_| or.to_owned());
        let (name, address) =
            (variable("DEBFULLNAME", "The muster authors"), variable("DEBEMAIL", "muster@muster.invalid"));
        Ok(Self {
            version: format!("{}-1", env!("CARGO_PKG_VERSION")),
            architecture: architecture.trim().to_owned(),
            maintainer: format!("{name} <{address}>"),
            epoch: epoch()?,
        })
    }

    /// As Debian's tools name the file.
    pub(super) fn file_name(&self) -> String {
        format!("muster_{}_{}.deb", self.version, self.architecture)
    }

    /// The packaging's own changes: none, so it points to those of the program.
    pub(super) fn changelog(&self) -> Result<String, Error> {
        let date = Timestamp::from_second(self.epoch).map_err(|error| Error::unexpected("date", &error))?;
        let date = date.strftime("%a, %d %b %Y %H:%M:%S +0000");
        Ok(format!(
            "muster ({}) unstable; urgency=medium\n\n  * What changed in the program is in changelog.gz.\n\n -- {}  {date}\n",
            self.version, self.maintainer
        ))
    }

    fn control(&self, size: u64, depends: &str) -> String {
        format!(
            "Package: muster\nVersion: {}\nArchitecture: {}\nMaintainer: {}\nInstalled-Size: {size}\n\
             Depends: {depends}\nSection: net\nPriority: optional\n{DESCRIPTION}",
            self.version, self.architecture, self.maintainer
        )
    }
}

/// The time that was asked for, or that of the last change.
fn epoch() -> Result<i64, Error> {
    let asked = std::env::var("SOURCE_DATE_EPOCH").ok();
    let words = ["-c", "safe.directory=*", "log", "-1", "--format=%ct"];
    let mut log = shell::command("git", &words);
    log.current_dir(crate::project::root());
    let text = match asked {
        Some(text) => text,
        None => shell::output(&mut log).map_err(|_| Error::Missing {
            what: "the time of the last change".to_owned(),
            hint: "set SOURCE_DATE_EPOCH to the seconds since 1970 that the package shall bear",
        })?,
    };
    text.trim()
        .parse()
        .map_err(|error| Error::unexpected(format!("SOURCE_DATE_EPOCH {}", text.trim()), &error))
}

/// Writes `DEBIAN/` beside the files that are there already.
pub(super) fn write(root: &Path, identity: &Identity) -> Result<(), Error> {
    let dump = shell::output(shell::command("objdump", &["-p"]).arg(root.join("usr/bin/muster")))?;
    let files = files(root)?;
    let sums = shell::output(shell::command("md5sum", &["--"]).args(&files).current_dir(root))?;
    let size = files.iter().try_fold(0, |sum, file| {
        let path = root.join(file);
        let length = std::fs::metadata(&path).map_err(Error::file("read", path))?.len();
        Ok::<u64, Error>(sum + length.div_ceil(1024))
    })?;
    place(&root.join("DEBIAN/control"), &identity.control(size, &depends(&dump)?))?;
    place(&root.join("DEBIAN/md5sums"), &sums)
}

/// Paths of all files, relative to `root`, in order.
fn files(root: &Path) -> Result<Vec<String>, Error> {
    let words = ["usr", "-type", "f"];
    let listing = shell::output(shell::command("find", &words).current_dir(root))?;
    let mut files: Vec<String> = listing.lines().map(str::to_owned).collect();
    files.sort();
    Ok(files)
}

/// The packages that have what the program is linked with, from what `objdump -p` says of it.
fn depends(dump: &str) -> Result<String, Error> {
    let mut packages: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for library in dump.lines().filter_map(|line| line.trim().strip_prefix("NEEDED")).map(str::trim) {
        if library.starts_with("ld-linux") {
            continue;
        }
        let known = LIBRARIES.iter().find(|(name, ..)| *name == library);
        let (_, package, prefix) =
            known.ok_or_else(|| Error::unexpected("the program is linked with", &library))?;
        let newest = dump.split_whitespace().filter_map(|word| version(word, prefix)).max();
        packages.insert(package, newest.unwrap_or_default());
    }
    let packages = packages.iter().map(|(package, version)| match version.as_slice() {
        [] => (*package).to_owned(),
        version => {
            let numbers: Vec<String> = version.iter().map(u32::to_string).collect();
            format!("{package} (>= {})", numbers.join("."))
        }
    });
    Ok(packages.collect::<Vec<_>>().join(", "))
}

/// `GLIBC_2.34` as numbers.
fn version(word: &str, prefix: &str) -> Option<Vec<u32>> {
    word.strip_prefix(prefix)?.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "Dynamic Section:\n  NEEDED               libgcc_s.so.1\n  NEEDED               libc.so.6\n  \
        NEEDED               ld-linux-x86-64.so.2\n\nVersion References:\n  required from libc.so.6:\n    \
        0x09691974 0x00 06 GLIBC_2.3.4\n    0x069691b9 0x00 02 GLIBC_2.34\n    0x0 0x00 09 GLIBC_PRIVATE\n  \
        required from libgcc_s.so.1:\n    0x0b792650 0x00 04 GCC_3.0\n    0x0b792652 0x00 03 GCC_4.2.0\n";

    #[test]
    fn the_newest_version_of_each_library_is_needed() {
        assert_eq!(depends(DUMP).unwrap(), "libc6 (>= 2.34), libgcc-s1 (>= 4.2.0)");
        assert_eq!(depends("  NEEDED libm.so.6\n").unwrap(), "libc6");
    }

    #[test]
    fn a_library_that_nobody_expected_is_an_error() {
        assert!(
            depends("  NEEDED               libssl.so.3\n").unwrap_err().to_string().contains("libssl.so.3")
        );
    }

    #[test]
    fn the_description_keeps_to_its_form() {
        let mut lines = DESCRIPTION.lines();
        assert!(lines.next().unwrap().len() <= 80);
        assert!(lines.all(|line| line.starts_with(' ') && line.len() <= 80));
    }

    #[test]
    fn the_changelog_is_dated_as_asked() {
        let identity = Identity {
            version: "1.2.3-1".into(),
            architecture: "amd64".into(),
            maintainer: "A <a@b.invalid>".into(),
            epoch: 86_400,
        };
        let changelog = identity.changelog().unwrap();
        assert!(
            changelog.ends_with("\n -- A <a@b.invalid>  Fri, 02 Jan 1970 00:00:00 +0000\n"),
            "{changelog}"
        );
        assert_eq!(identity.file_name(), "muster_1.2.3-1_amd64.deb");
    }
}
