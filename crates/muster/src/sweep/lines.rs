//! Where a sweep's events go at once, while it runs.

use muster_nmap::output::Task;
use muster_report::schema::Line;

/// Takes in the lines of the JSON contract.
pub(crate) trait LineStream {
    /// Takes one.
    fn line(&mut self, line: &Line<'_>);

    /// Takes note of how far the work is.
    fn task(&mut self, _task: &Task<'_>) {}

    /// Whether what begins, is found and ends goes anywhere at all.
    fn wants_tasks(&self) -> bool {
        false
    }

    /// Sends what was taken on its way.
    fn flush(&mut self) {}

    /// Whether lines go anywhere at all.
    fn wants_lines(&self) -> bool;

    /// Sees whether somebody is there who reads, also while there is nothing to be written.
    fn look_for_reader(&mut self) {}

    /// Whether nobody is left to read the results: going on would serve nobody.
    fn is_abandoned(&self) -> bool {
        false
    }
}

/// For those who wait for the end.
#[derive(Debug)]
pub(crate) struct NoStream;

impl LineStream for NoStream {
    fn line(&mut self, _line: &Line<'_>) {}

    fn wants_lines(&self) -> bool {
        false
    }
}
