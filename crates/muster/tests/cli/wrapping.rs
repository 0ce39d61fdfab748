//! What is told on stderr fits the terminal, and is left as it is where that is none.

use crate::common::{finish, has};
use crate::support::{network, scanned, shell};

/// Runs `line` of the shell on a terminal of so many columns; what it says on stdout and stderr.
fn on_terminal(columns: usize, line: &str) -> String {
    let script = format!("script -qec 'stty rows 24 cols {columns}; {line}' /dev/null");
    let told = finish(shell(&script)).stdout.replace('\r', "");
    // What stands behind the status line, which comes and goes.
    told.rsplit("\u{1b}[2K").next().unwrap_or_default().to_owned()
}

#[test]
fn lines_are_as_wide_as_the_terminal() {
    if !has("script") {
        return;
    }
    for words in ["-sU -p 53 127.0.0.1".to_owned(), format!("-Pn -n -T5 -p 2967 -oG - {}/30", network(66))] {
        let piped = scanned(&words).stderr;
        assert!(piped.lines().any(|line| line.chars().count() > 50), "{piped}");
        let told = on_terminal(50, &format!("$MUSTER scan {words} >/dev/null"));
        let widest = told.lines().map(|line| line.chars().count()).max().unwrap();
        assert!((30..=50).contains(&widest), "{told}");
        // The same words.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&told).len(), words(&piped).len(), "{told}{piped}");
    }
}
