//! Tests of the store as a whole: what comes back, what never changes, and what happens when something is wrong.

mod arbitrary;
mod damage;
mod forms;
mod hindrance;
mod keeping;
mod lookup;
mod recording;
mod sample;

use std::path::Path;

use muster_model::{Run, RunId};

use crate::Store;

/// A store in a new file, with these runs.
fn store_of(path: &Path, runs: &[Run]) -> Store {
    let mut store = Store::open(path).unwrap();
    for run in runs {
        record(&mut store, run);
    }
    store
}

fn record(store: &mut Store, run: &Run) -> RunId {
    let id = store.begin(&run.header).unwrap();
    store.record(id, run).unwrap();
    id
}
