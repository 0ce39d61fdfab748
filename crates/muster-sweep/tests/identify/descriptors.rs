//! Fewer descriptors than endpoints. The limit is lowered in a process of its own: this program, started again by a
//! shell that has lowered it, to run one of the tests that are otherwise ignored.
#![cfg(unix)]

use std::fs::File;
use std::net::TcpListener;
use std::process::Command;

use muster_catalog::Catalog;
use muster_engine::NetworkError;
use muster_model::{Conversation, Endpoint, Service};
use muster_sweep::{Flow, Identification, Identified, IdentifySink, Scope};

use crate::UNKNOWN;
use crate::listener::endpoint;
use crate::watch::{LIMITS, PACE};

const ENDPOINTS: u8 = 30;
/// Enough for the test's own files and a few sockets.
const LIMIT: &str = "32";

/// Takes all descriptors at the first tick.
#[derive(Default)]
struct Glutton {
    taken: Vec<File>,
    ticks: usize,
    /// At which tick it gives how many back.
    returns: Option<(usize, usize)>,
}

impl IdentifySink for Glutton {
    fn service(&mut self, _: &Service) -> Flow {
        Flow::Continue
    }

    fn tick(&mut self, _: usize, _: usize) -> Flow {
        self.ticks += 1;
        if self.ticks == 1 {
            self.taken.extend(std::iter::from_fn(|| File::open("/dev/null").ok()));
        }
        if let Some((tick, count)) = self.returns
            && tick == self.ticks
        {
            self.taken.truncate(self.taken.len().saturating_sub(count));
        }
        Flow::Continue
    }
}

#[test]
fn few_descriptors_make_it_slower_and_nothing_else() {
    let listeners: Vec<TcpListener> =
        endpoints("127.95.8").iter().map(|at| TcpListener::bind(at.socket_address()).unwrap()).collect();
    run_again("descriptors::with_few_descriptors");
    run_again("descriptors::with_few_and_fewer_descriptors");
    drop(listeners);
}

#[test]
fn without_any_descriptor_it_says_so() {
    run_again("descriptors::without_any_descriptor");
}

#[test]
#[ignore = "needs a process of its own with few descriptors"]
fn with_few_descriptors() {
    all_are_met(&mut Glutton { ticks: 1, ..Glutton::default() });
}

#[test]
#[ignore = "needs a process of its own with few descriptors"]
fn with_few_and_fewer_descriptors() {
    // Fewer than the run counted on come back, when there has been none at all for some time.
    all_are_met(&mut Glutton { returns: Some((5, 4)), ..Glutton::default() });
}

#[test]
#[ignore = "needs a process of its own with few descriptors"]
fn without_any_descriptor() {
    let error = identify(&mut Glutton::default()).unwrap_err();
    assert!(matches!(error, NetworkError::NoDescriptors { limit: 32 }), "{error}");
}

fn all_are_met(glutton: &mut Glutton) {
    let identified = identify(glutton).unwrap();
    assert!(identified.is_complete);
    let silent = identified.services.iter().filter(|service| service.end == Conversation::TimedOut).count();
    assert_eq!(silent, usize::from(ENDPOINTS), "{identified:?}");
}

fn identify(sink: &mut impl IdentifySink) -> Result<Identified, NetworkError> {
    let scope = Scope::new(&[], &[]).unwrap();
    let catalog = Catalog::builtin();
    Identification { catalog, scope: &scope, limits: LIMITS, pace: PACE }.run(&endpoints("127.95.8"), sink)
}

fn endpoints(network: &str) -> Vec<Endpoint> {
    (1..=ENDPOINTS).map(|last| endpoint(&format!("{network}.{last}"), UNKNOWN)).collect()
}

/// Runs one test of this file under the limit.
fn run_again(test: &str) {
    let script = format!("ulimit -n {LIMIT} && exec \"$0\" --ignored --exact {test} --test-threads 1");
    let program = std::env::current_exe().unwrap();
    let output = Command::new("sh").args(["-c", &script]).arg(program).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
