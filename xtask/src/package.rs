//! The Debian package: what `cargo xtask package` builds, and the gate's trial of it.
//!
//! The same program makes the same package, byte for byte, at any time and in any place. Nothing is ever installed into
//! the running system: the trial has a folder of its own.

mod contents;
mod control;
mod source;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::{project, shell};

use control::Identity;

/// What is needed beyond cargo; all of it is on a Debian machine that can link.
const TOOLS: [&str; 8] = ["dpkg-deb", "dpkg", "objdump", "strip", "gzip", "md5sum", "chmod", "find"];

/// How a package is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    /// To be handed on.
    Small,
    /// To be tried and thrown away.
    Quick,
}

/// Builds the package from the release build, and tries it.
pub(crate) fn run() -> Result<(), Error> {
    if let Some(tool) = missing() {
        let hint = "packages are built on Debian and its relatives; install dpkg-dev and binutils";
        return Err(Error::Missing { what: tool.to_owned(), hint });
    }
    shell::run(&mut shell::cargo(&["build", "--release", "--package", "muster"]))?;
    let package = build(&program("release"), &folder(), Packing::Small)?;
    trial::run(&package, &folder().join("trial"))?;
    source::run("release", &folder().join("trial"))?;
    let size = fs::metadata(&package).map_err(Error::file("read", &package))?.len();
    println!("package: {} ({} KiB)", package.display(), size / 1024);
    Ok(())
}

/// Packs the program that the tests have built, twice, and tries the package: a step of the gate, which has no time for
/// a release build.
pub(crate) fn check() -> Result<(), Error> {
    if let Some(tool) = missing() {
        println!("skipped: a Debian package cannot be built without {tool}");
        return Ok(());
    }
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "muster"]))?;
    let folder = folder().join("check");
    let first = build(&program("debug"), &folder.join("first"), Packing::Quick)?;
    let second = build(&program("debug"), &folder.join("second"), Packing::Quick)?;
    if read(&first)? != read(&second)? {
        return Err(Error::unexpected("package", &"two of the same program differ"));
    }
    trial::run(&first, &folder.join("trial"))?;
    source::run("dev", &folder.join("trial"))?;
    println!("package: built twice alike, installed in a folder and run; so is what cargo install makes");
    remove(&folder)
}

/// Lays the files out below `folder` and packs them; gives the package.
fn build(program: &Path, folder: &Path, packing: Packing) -> Result<PathBuf, Error> {
    let identity = Identity::read()?;
    let root = folder.join("root");
    remove(&root)?;
    contents::lay_out(program, &root, &identity)?;
    control::write(&root, &identity)?;
    settle(&root, identity.epoch)?;
    let package = folder.join(identity.file_name());
    shell::run(&mut packer(&root, &package, packing, identity.epoch))?;
    remove(&root)?;
    Ok(package)
}

/// One thread: what several make of a large file depends on their number.
fn packer(root: &Path, package: &Path, packing: Packing, epoch: i64) -> std::process::Command {
    let compression: &[&str] = if packing == Packing::Small { &["-Zxz"] } else { &["-Zgzip", "-z1"] };
    let mut command = shell::command("dpkg-deb", &["--root-owner-group"]);
    command.args(compression).arg("--build").args([root, package]);
    command.env("SOURCE_DATE_EPOCH", epoch.to_string()).env("DPKG_DEB_THREADS_MAX", "1");
    command.stdout(std::process::Stdio::null());
    command
}

/// Rights and times that do not depend on who builds, and when.
fn settle(root: &Path, epoch: i64) -> Result<(), Error> {
    shell::run(shell::command("chmod", &["-R", "u=rwX,go=rX"]).arg(root))?;
    let date = format!("--date=@{epoch}");
    shell::run(shell::command("find", &[]).arg(root).args(["-exec", "touch", "-h", &date, "{}", "+"]))
}

fn missing() -> Option<&'static str> {
    TOOLS.into_iter().find(|tool| !shell::is_present(tool))
}

fn folder() -> PathBuf {
    project::target_folder().join("package")
}

fn program(profile: &str) -> PathBuf {
    project::target_folder().join(profile).join("muster")
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::file("read", path))
}

/// Writes a file of the package, with the folders it lies in.
fn place(path: &Path, content: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    fs::write(path, content).map_err(Error::file("write", path))
}

fn remove(folder: &Path) -> Result<(), Error> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(Error::file("remove", folder)) } else { Ok(()) }
}
