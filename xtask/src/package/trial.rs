//! The trial of a package: installed in a folder, run from there, removed.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::shell;

use super::{place, remove};

/// What must be there after unpacking, beside what only some packages have.
const FILES: [&str; 11] = [
    "usr/bin/muster",
    "usr/share/man/man1/muster.1.gz",
    "usr/share/man/man1/muster-scan.1.gz",
    "usr/share/bash-completion/completions/muster",
    "usr/share/zsh/vendor-completions/_muster",
    "usr/share/fish/vendor_completions.d/muster.fish",
    "usr/share/doc/muster/copyright",
    "usr/share/doc/muster/changelog.gz",
    "usr/share/doc/muster/changelog.Debian.gz",
    "usr/share/lintian/overrides/muster",
    "usr/share/muster/muster.xsl",
];

/// Lines to run, and what each must say.
const LINES: [(&[&str], &str); 3] = [
    (&["--version"], concat!("muster ", env!("CARGO_PKG_VERSION"))),
    (&["explain", "2967"], "2967"),
    (&["scan", "--dry-run", "-p", "2967", "-Pn", "127.0.0.1"], "127.0.0.1"),
];

/// Tries `package` in `folder`, which is gone afterwards.
pub(super) fn run(package: &Path, folder: &Path) -> Result<(), Error> {
    remove(folder)?;
    std::fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    let unpacked = folder.join("unpacked");
    shell::run(shell::command("dpkg-deb", &["--extract"]).args([package, unpacked.as_path()]))?;
    if let Some(file) = FILES.into_iter().find(|file| !unpacked.join(file).is_file()) {
        return Err(Error::unexpected("package", &format!("without {file}")));
    }
    try_program(&unpacked.join("usr/bin/muster"))?;
    if shell::is_root() {
        install(package, &folder.join("installed"))?;
    } else {
        println!("skipped: dpkg --root is for root; the package was only unpacked");
    }
    lint(package)?;
    remove(folder)
}

/// Runs it, and looks at what it says.
pub(super) fn try_program(program: &Path) -> Result<(), Error> {
    for (words, expected) in LINES {
        let said = shell::output(&mut shell::command(&program.to_string_lossy(), words))?;
        if !said.contains(expected) {
            let what = format!("{} {}", program.display(), words.join(" "));
            return Err(Error::unexpected(what, &format!("does not say {expected}: {said}")));
        }
    }
    Ok(())
}

/// Installs and removes it by dpkg, whose root and books are a folder. What it depends on is not there, which is no
/// matter: it runs with the libraries of this system.
fn install(package: &Path, root: &Path) -> Result<(), Error> {
    for name in ["info", "updates", "triggers"] {
        let books = root.join("var/lib/dpkg").join(name);
        std::fs::create_dir_all(&books).map_err(Error::file("create", books))?;
    }
    place(&root.join("var/lib/dpkg/status"), "")?;
    shell::output(dpkg(root, &["--ignore-depends=libc6,libgcc-s1", "--install"]).arg(package))?;
    try_program(&root.join("usr/bin/muster"))?;
    let status = shell::output(&mut dpkg(root, &["--status", "muster"]))?;
    if !status.contains("Status: install ok installed") {
        return Err(Error::unexpected("dpkg --status muster", &status));
    }
    shell::output(&mut dpkg(root, &["--purge", "muster"]))?;
    match root.join("usr").exists() {
        true => Err(Error::unexpected("dpkg --purge muster", &"left something behind")),
        false => Ok(()),
    }
}

/// dpkg with everything in `root`, its log too. It looks for tools that are not in everybody's `PATH`.
fn dpkg(root: &Path, words: &[&str]) -> Command {
    let mut command = shell::command("dpkg", &[]);
    command.arg(format!("--root={}", root.display()));
    command.arg(format!("--log={}", root.join("dpkg.log").display())).args(words);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/local/sbin:/usr/sbin:/sbin"));
    command
}

/// Debian's own judgement, where it can be had. What does not hold for this package is in its overrides.
fn lint(package: &Path) -> Result<(), Error> {
    if !shell::is_present("lintian") {
        println!("skipped: lintian is not installed");
        return Ok(());
    }
    shell::run(shell::command("lintian", &["--fail-on=error,warning", "--allow-root"]).arg(package))
}
