//! Files written from the program itself: so far `docs/cli.md`, every help text in one page.

use crate::error::Error;
use crate::{project, shell};

const PAGE: &str = "docs/cli.md";
const HEAD: &str = "\
# Command line

<!-- Written by `cargo xtask generate` from the program's own help. Do not edit. -->
";

/// Commands within commands within commands: deeper would be a loop.
const MAX_DEPTH: usize = 3;

/// Writes the generated files.
pub(crate) fn write() -> Result<(), Error> {
    project::write(PAGE, &page()?)?;
    println!("generate: wrote {PAGE}");
    Ok(())
}

/// Compares the generated files with what would be written now.
pub(crate) fn check() -> Result<(), Error> {
    let current = project::read(PAGE).unwrap_or_default();
    if current == page()? {
        println!("generate: {PAGE} is fresh");
        return Ok(());
    }
    Err(Error::Stale { path: PAGE.into() })
}

fn page() -> Result<String, Error> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "muster"]))?;
    let mut page = HEAD.to_owned();
    describe(&[], &mut page)?;
    Ok(page)
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
    let program = project::target_folder().join("debug/muster");
    let mut command = shell::command(&program.to_string_lossy(), path);
    let environment = [("COLUMNS", "100"), ("NO_COLOR", "1"), ("LC_ALL", "C"), ("TERM", "dumb")];
    shell::output(command.arg("--help").envs(environment).env_remove("CLICOLOR_FORCE"))
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
