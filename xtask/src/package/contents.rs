//! What is in the package: the program, its manual, completions, the style sheet, and who made it.

use std::path::Path;

use crate::error::Error;
use crate::generate::{COMPLETIONS, MANUAL};
use crate::{project, shell};

use super::control::Identity;
use super::place;

/// Completions, and the folder and name under which each shell of Debian's looks for them.
const SHELLS: [(&str, &str); 3] = [
    ("muster.bash", "usr/share/bash-completion/completions/muster"),
    ("muster.fish", "usr/share/fish/vendor_completions.d/muster.fish"),
    ("_muster", "usr/share/zsh/vendor-completions/_muster"),
];

/// Makes a page of XML results; not there before it is made.
const STYLE_SHEET: &str = "share/muster.xsl";

/// What Debian's own judge says of the package that does not hold for it, and why.
const OVERRIDES: &str = "\
# It is built from the source of the program and not uploaded to Debian: there is no report to close there.
muster: initial-upload-closes-no-bugs
";

const COPYRIGHT_HEAD: &str = "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: muster
Comment:
 The program is linked with these libraries, each under the licence named beside it:
 .
";

const APACHE: &str = "
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
";

/// Writes all files but those of `DEBIAN/`.
pub(super) fn lay_out(program: &Path, root: &Path, identity: &Identity) -> Result<(), Error> {
    let documents = root.join("usr/share/doc/muster");
    place(&documents.join("copyright"), &copyright()?)?;
    place(&documents.join("changelog"), &project::read("CHANGELOG.md")?)?;
    place(&documents.join("changelog.Debian"), &identity.changelog()?)?;
    place(&root.join("usr/share/lintian/overrides/muster"), OVERRIDES)?;
    for (name, path) in SHELLS {
        place(&root.join(path), &project::read(format!("{COMPLETIONS}/{name}"))?)?;
    }
    place(&root.join("usr/share/muster/muster.xsl"), &project::read(STYLE_SHEET)?)?;
    let pages = project::names(MANUAL)?;
    for page in &pages {
        place(&root.join("usr/share/man/man1").join(page), &project::read(format!("{MANUAL}/{page}"))?)?;
    }
    let pages = pages.iter().map(|page| root.join("usr/share/man/man1").join(page));
    let changelogs = ["changelog", "changelog.Debian"].map(|name| documents.join(name));
    shell::run(shell::command("gzip", &["-9n"]).args(pages.chain(changelogs)))?;
    strip(program, &root.join("usr/bin/muster"))
}

/// The program without what only a debugger reads.
fn strip(program: &Path, to: &Path) -> Result<(), Error> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    let sections = ["--strip-unneeded", "--remove-section=.comment", "--remove-section=.note", "-o"];
    shell::run(shell::command("strip", &sections).args([to, program]))
}

/// Who has which right in what, in the form that machines read.
fn copyright() -> Result<String, Error> {
    let licence = project::read("LICENSE-MIT")?;
    let holder = licence.lines().find_map(|line| line.strip_prefix("Copyright (c) "));
    let holder = holder.ok_or_else(|| Error::unexpected("LICENSE-MIT", &"no line `Copyright (c)`"))?;
    let mut text = COPYRIGHT_HEAD.to_owned();
    libraries()?.iter().for_each(|library| text.push_str(&format!("  {library}\n")));
    text.push_str(&format!("\nFiles: *\nCopyright: {holder}\nLicense: Expat or Apache-2.0\n"));
    text.push_str(&format!("\nLicense: Expat\n{}", indented(&licence)));
    text.push_str(APACHE);
    Ok(text)
}

/// Every library in the program that is not of the project, with version and licence.
fn libraries() -> Result<Vec<String>, Error> {
    let words = [
        "tree",
        "--offline",
        "--package",
        "muster",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}: {l}",
    ];
    let tree = shell::output(&mut shell::cargo(&words))?;
    // Those of the project come with the folder they lie in.
    let foreign = tree.lines().filter(|line| line.contains(": ") && !line.contains(" (/"));
    let mut libraries: Vec<String> = foreign.map(|line| line.trim_end_matches(" (*)").to_owned()).collect();
    libraries.sort();
    libraries.dedup();
    Ok(libraries)
}

/// A text as a value of several lines: a blank before each, a dot for an empty one.
fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.trim().is_empty() { " .\n".to_owned() } else { format!(" {}\n", line.trim_end()) }
    };
    text.trim().lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_be_a_value() {
        assert_eq!(indented("\nOne\n\n  two\n"), " One\n .\n   two\n");
    }

    #[test]
    fn what_is_linked_is_named_and_no_folder_with_it() {
        let libraries = libraries().unwrap();
        assert!(
            libraries.iter().any(|library| library.starts_with("clap v") && library.ends_with("Apache-2.0"))
        );
        assert!(libraries.iter().all(|library| !library.contains(" (") && !library.starts_with("muster")));
    }
}
