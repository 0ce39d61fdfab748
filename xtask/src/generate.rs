//! Files written by the program itself: `docs/cli.md`, every help text in one page; a page of the manual for each verb;
//! what shells complete; the JSON Schema of the catalogue's files.

use crate::error::Error;
use crate::{project, shell};

const PAGE: &str = "docs/cli.md";
const HEAD: &str = "\
# Command line

<!-- Written by `cargo xtask generate` from the program's own help. Do not edit. -->
";

/// The form of the catalogue's files, for editors.
const SCHEMA: &str = "docs/catalog.schema.json";

/// Where pages of the manual are, and nothing else.
pub(crate) const MANUAL: &str = "docs/man";
/// Where completions are, and nothing else.
pub(crate) const COMPLETIONS: &str = "share/completions";

/// Shells, and the name that each expects of the file.
const SHELLS: [(&str, &str); 4] =
    [("bash", "muster.bash"), ("fish", "muster.fish"), ("powershell", "muster.ps1"), ("zsh", "_muster")];

/// Commands within commands within commands: deeper would be a loop.
const MAX_DEPTH: usize = 3;

/// A file as it should be.
struct Generated {
    path: String,
    content: String,
}

/// Writes the generated files, and removes those that nothing generates any more.
pub(crate) fn write() -> Result<(), Error> {
    let files = files()?;
    for path in surplus(&files)? {
        let path = project::root().join(path);
        std::fs::remove_file(&path).map_err(Error::file("remove", path))?;
    }
    for file in &files {
        project::write(&file.path, &file.content)?;
    }
    println!("generate: wrote {PAGE}, {SCHEMA}, {MANUAL} and {COMPLETIONS}: {} files", files.len());
    Ok(())
}

/// Compares the generated files with what would be written now.
pub(crate) fn check() -> Result<(), Error> {
    let files = files()?;
    let stale = files.iter().find(|file| project::read(&file.path).unwrap_or_default() != file.content);
    let stale = stale.map(|file| file.path.clone());
    if let Some(path) = stale.or(surplus(&files)?.pop()) {
        return Err(Error::Stale { path: path.into() });
    }
    println!("generate: {} files are fresh", files.len());
    Ok(())
}

/// Files in the folders of generated files that are none.
fn surplus(files: &[Generated]) -> Result<Vec<String>, Error> {
    let mut surplus = Vec::new();
    for folder in [MANUAL, COMPLETIONS] {
        let names = project::names(folder)?;
        let paths = names.into_iter().map(|name| format!("{folder}/{name}"));
        surplus.extend(paths.filter(|path| files.iter().all(|file| file.path != *path)));
    }
    Ok(surplus)
}

fn files() -> Result<Vec<Generated>, Error> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "muster"]))?;
    let mut page = HEAD.to_owned();
    describe(&[], &mut page)?;
    let mut files = vec![Generated { path: PAGE.to_owned(), content: page }];
    for (name, file) in SHELLS {
        let path = format!("{COMPLETIONS}/{file}");
        files.push(Generated { path, content: printed(&["completions", name])? });
    }
    files.push(Generated { path: SCHEMA.to_owned(), content: printed(&["catalog", "schema"])? });
    files.push(Generated { path: format!("{MANUAL}/muster.1"), content: printed(&["manual"])? });
    for verb in commands(&help(&[])?) {
        let path = format!("{MANUAL}/muster-{verb}.1");
        files.push(Generated { path, content: printed(&["manual", verb])? });
    }
    Ok(files)
}

/// Adds a command's help and that of the commands it lists.
fn describe(path: &[&str], page: &mut String) -> Result<(), Error> {
    let help = help(path)?;
    if help.is_empty() {
        return Ok(());
    }
    page.push_str(&section(path, &help));
    if path.len() < MAX_DEPTH {
        for command in commands(&help) {
            describe(&[path, &[command]].concat(), page)?;
        }
    }
    Ok(())
}

fn section(path: &[&str], help: &str) -> String {
    let title = std::iter::once("muster").chain(path.iter().copied()).collect::<Vec<_>>().join(" ");
    let lines: Vec<&str> = help.trim().lines().map(str::trim_end).collect();
    format!("\n## {title}\n\n```text\n{}\n```\n", lines.join("\n"))
}

fn help(path: &[&str]) -> Result<String, Error> {
    printed(&[path, &["--help"]].concat())
}

/// What the program prints, as if nobody's settings were there.
fn printed(words: &[&str]) -> Result<String, Error> {
    let program = project::target_folder().join("debug/muster");
    let mut command = shell::command(&program.to_string_lossy(), words);
    let environment = [("COLUMNS", "100"), ("NO_COLOR", "1"), ("LC_ALL", "C"), ("TERM", "dumb")];
    shell::output(command.envs(environment).env_remove("CLICOLOR_FORCE"))
}

/// The names listed below `Commands:`, but for `help` itself.
fn commands(help: &str) -> Vec<&str> {
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "Calls the roll\n\nUsage: muster [OPTIONS] <COMMAND>\n\nCommands:\n  scan  Sweep\n          more words\n  \
        demo  Show\n  help  Print\n\nOptions:\n  -h  Help  \n";

    #[test]
    fn commands_are_those_listed() {
        assert_eq!(commands(HELP), ["scan", "demo"]);
        assert_eq!(commands(""), [""; 0]);
    }

    #[test]
    fn a_section_has_no_trailing_blanks() {
        let section = section(&["scan"], HELP);
        assert!(section.starts_with("\n## muster scan\n\n```text\nCalls the roll\n"), "{section}");
        assert!(section.ends_with("  -h  Help\n```\n"), "{section}");
    }
}
