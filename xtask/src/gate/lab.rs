//! The step for tests that need root, real tools or minutes: those marked `#[ignore]` in the test programs of the lab.

use crate::error::Error;
use crate::{project, shell};

/// The test programs, by package and name.
const PROGRAMS: &[(&str, &str)] = &[("muster", "lab"), ("muster-testkit", "lab_raw")];

/// Runs them one test at a time, since each measures; a test that lacks something says so itself and passes.
pub(super) fn run() -> Result<(), Error> {
    if !shell::is_root() {
        println!("skipped: the lab makes network namespaces, which needs root");
        return Ok(());
    }
    for (package, test) in PROGRAMS {
        let sources = project::root().join("crates").join(package).join("tests").join(test);
        if !sources.join("main.rs").exists() {
            let what = sources.display().to_string();
            return Err(Error::Missing { what, hint: "take it off the list in xtask/src/gate/lab.rs" });
        }
    }
    // As the workspace, of which they were built before: a package alone has other features of its dependencies, and all
    // would be built once more.
    let tests = PROGRAMS.iter().flat_map(|(_, test)| ["--test", test]);
    let words = ["--", "--ignored", "--test-threads=1", "--nocapture"];
    shell::run(shell::cargo(&["test", "--workspace"]).args(tests).args(words))
}
