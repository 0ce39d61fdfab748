//! Words that a shell completes: each shell reads its script, and is asked what it offers.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::common::{Ran, finish, has};
use crate::support::muster;

/// What a shell offers behind each line; the line as typed up to the key that completes.
const OFFERED: &[(&str, &[&str])] = &[
    ("muster au", &["audit"]),
    ("muster scan --max-ra", &["--max-rate"]),
    ("muster scan --max-", &["--max-missed", "--max-rate", "--max-retries", "--max-rtt-timeout"]),
    ("muster scan -o", &["-oA", "-oG", "-oJ", "-oN", "-oX"]),
    ("muster scan -oX tar", &["targets.txt"]),
    ("muster scan -sS -iL tar", &["targets.txt"]),
    ("muster audit --from-scan tar", &["targets.txt"]),
    ("muster scan --oG", &[]),
    ("muster completions ", &["bash", "fish", "powershell", "zsh"]),
    ("muster manual hi", &["history"]),
    ("muster help hi", &["history"]),
];

/// zsh without anybody's settings, as soon as it would read a line: it completes every line of `lines` and notes what
/// it has to offer.
const ZSHRC: &str = r#"
PS1=
setopt ignore_eof no_auto_list no_auto_menu
fpath=($PWD $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {
    local -a offered
    # With these words it is asked what fits, and offers nothing.
    if [[ ${*%% --*} != *-[AOD]\ * ]]; then
        builtin compadd -A offered "$@"
        print -rl -- $offered >> offered
    fi
    builtin compadd "$@"
}
zle-line-init() {
    local typed
    for typed in "${(@f)$(<lines)}"; do
        print -r -- "> $typed" >> offered
        BUFFER=$typed CURSOR=$#typed
        zle complete-word
    done
    exit 0
}
zle -N zle-line-init
"#;

fn script(shell: &str) -> Ran {
    let mut command = muster();
    command.args(["completions", shell]);
    finish(command)
}

/// A folder with what completing needs; a shell that runs there is at home there.
struct Home(TempDir);

impl Home {
    /// `None` where a program is not installed.
    fn with(script_name: &str, shell: &str, programs: &[&str]) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(script_name), script(shell).ok().stdout).unwrap();
        fs::write(folder.path().join("targets.txt"), "").unwrap();
        programs.iter().all(|program| has(program)).then_some(Self(folder))
    }

    fn run(&self, program: &str, words: &[&str]) -> Ran {
        let folder = self.0.path();
        let mut command = Command::new(program);
        command.args(words).current_dir(folder).env("HOME", folder).env("ZDOTDIR", folder);
        command.env("SHELL", "/bin/sh").env("TERM", "dumb").env("LC_ALL", "C");
        ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "FPATH"].iter().for_each(|name| _ = command.env_remove(name));
        finish(command)
    }
}

/// Fails unless `shell` offers what is expected; it may tell more of each word, behind a tab.
#[track_caller]
fn assert_offered(shell: &str, line: &str, offered: &str, expected: &[&str]) {
    let words = offered.lines().map(|line| line.split('\t').next().unwrap_or_default().trim_end());
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words, expected, "{shell}: {line}");
}

#[test]
fn completions_are_scripts_that_their_shells_read() {
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        if let Some(home) = Home::with("script", shell, &[shell]) {
            assert_eq!(home.run(shell, &[check, "script"]).ok().stderr, "", "{shell}");
        }
    }
    // PowerShell is not in Debian: its script is only looked at.
    assert!(script("powershell").ok().stdout.contains("'-oG'"));
    assert_eq!(script("csh").code, 2);
}

#[test]
fn bash_completes() {
    let Some(home) = Home::with("script", "bash", &["bash"]) else { return };
    for (line, expected) in OFFERED {
        let last = if line.ends_with(' ') { "''" } else { "" };
        let lines = format!(
            "source ./script; COMP_WORDS=({line} {last}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _muster muster \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let ran = home.run("bash", &["--norc", "-c", &lines]).ok();
        assert_eq!(ran.stderr, "", "{line}");
        let offered: Vec<&str> =
            ran.stdout.lines().filter(|word| !word.starts_with("-h") && *word != "--help").collect();
        assert_offered("bash", line, &offered.join("\n"), expected);
    }
}

#[test]
fn fish_completes() {
    let Some(home) = Home::with("muster.fish", "fish", &["fish"]) else { return };
    for (line, expected) in OFFERED {
        let ran = home
            .run("fish", &["--no-config", "-c", &format!("source muster.fish; complete -C '{line}'")])
            .ok();
        assert_eq!(ran.stderr, "", "{line}");
        assert_offered("fish", line, &ran.stdout, expected);
    }
}

#[test]
fn zsh_completes() {
    let Some(home) = Home::with("_muster", "zsh", &["zsh", "script"]) else { return };
    let lines: Vec<&str> = OFFERED.iter().map(|(line, _)| *line).collect();
    fs::write(home.0.path().join("lines"), lines.join("\n")).unwrap();
    fs::write(home.0.path().join(".zshrc"), ZSHRC).unwrap();
    let screen = home.run("script", &["-qec", "zsh -d -i", "/dev/null"]).ok().stdout;
    let offered = fs::read_to_string(home.0.path().join("offered")).unwrap_or_else(|_| panic!("{screen}"));
    for ((line, expected), part) in OFFERED.iter().zip(offered.split("> ").skip(1)) {
        let (typed, offered) = part.split_once('\n').unwrap();
        assert_eq!(typed, *line);
        assert_offered("zsh", line, offered, expected);
    }
    assert_eq!(offered.matches("> ").count(), OFFERED.len(), "{offered}{screen}");
    assert!(!screen.contains("_muster"), "{screen}");
}
