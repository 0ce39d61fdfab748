//! Finding runs and hosts.

use muster_model::{Excerpt, Host, HostName, NameSource, Run, RunId, RunOutcome};
use tempfile::tempdir;

use super::{sample, store_of};
use crate::{HostQuery, Store};

fn of(targets: &str, outcome: RunOutcome) -> Run {
    let mut run = sample::run();
    run.header.targets = targets.to_owned();
    run.outcome = outcome;
    run
}

/// The same, begun so many hours later.
fn begun(mut run: Run, hours: i64) -> Run {
    run.header.start += jiff::ToSpan::hours(hours);
    run
}

fn names(store: &Store, run: u64, query: &str) -> Vec<String> {
    let hosts = store.host(RunId(run), &HostQuery::Name(query.to_owned())).unwrap();
    hosts.iter().map(|host| host.asset.names[0].name.to_string()).collect()
}

#[test]
fn the_run_before_is_complete_and_of_the_same_targets() {
    let folder = tempdir().unwrap();
    let partial = || RunOutcome::Partial("Ctrl-C".to_owned());
    let runs = [
        of("a", RunOutcome::Complete),
        of("b", RunOutcome::Complete),
        of("a", partial()),
        of("a", RunOutcome::Complete),
        of("c", partial()),
    ];
    let runs: Vec<Run> = (0..).zip(runs).map(|(hours, run)| begun(run, hours)).collect();
    let store = store_of(&folder.path().join("s"), &runs);
    for (run, expected) in
        [(1, None), (2, None), (3, Some(1)), (4, Some(1)), (5, None), (6, None), (u64::MAX, None)]
    {
        assert_eq!(store.previous(RunId(run)).unwrap(), expected.map(RunId), "{run}");
    }
    assert_eq!(store.latest().unwrap(), Some(RunId(5)));
    assert_eq!(store.runs(2).unwrap().iter().map(|run| run.id.0).collect::<Vec<_>>(), [5, 4]);
    assert_eq!(store.load(RunId(6)).unwrap(), None);
}

#[test]
fn runs_are_in_the_order_of_their_own_time_in_whatever_order_they_were_kept() {
    let folder = tempdir().unwrap();
    let runs = [5, 2, 3, 0, 2].map(|hours| begun(of("a", RunOutcome::Complete), hours));
    let store = store_of(&folder.path().join("s"), &runs);
    assert_eq!(store.latest().unwrap(), Some(RunId(1)));
    assert_eq!(store.runs(9).unwrap().iter().map(|run| run.id.0).collect::<Vec<_>>(), [1, 3, 5, 2, 4]);
    for (run, expected) in [(1, Some(3)), (2, Some(4)), (3, Some(5)), (4, None), (5, Some(4))] {
        assert_eq!(store.previous(RunId(run)).unwrap(), expected.map(RunId), "{run}");
    }
    for query in [HostQuery::Name("PC1".to_owned()), HostQuery::Address("10.1.0.1".parse().unwrap())] {
        let ids = |most| {
            let history = store.host_history(&query, most).unwrap();
            history.into_iter().map(|(id, ..)| id.0).collect::<Vec<_>>()
        };
        assert_eq!((ids(9), ids(2)), (vec![1, 3, 5, 2, 4], vec![1, 3]));
    }
}

#[test]
fn the_run_before_is_of_the_same_kind() {
    let folder = tempdir().unwrap();
    let audit = || of("a", RunOutcome::Complete);
    let of_files = || Run { sweeps: Vec::new(), ..audit() };
    let runs = [audit(), of_files(), audit(), of_files()];
    let runs: Vec<Run> = (0..).zip(runs).map(|(hours, run)| begun(run, hours)).collect();
    let store = store_of(&folder.path().join("s"), &runs);
    for (run, expected) in [(1, None), (2, None), (3, Some(1)), (4, Some(2))] {
        assert_eq!(store.previous(RunId(run)).unwrap(), expected.map(RunId), "{run}");
    }
}

#[test]
fn a_fraction_of_a_second_is_later_than_none() {
    let folder = tempdir().unwrap();
    let at = |start: &str| {
        let mut run = of("a", RunOutcome::Complete);
        run.header.start = start.parse().unwrap();
        run
    };
    let runs = ["2026-11-24T08:00:00.5Z", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00.45Z"].map(at);
    let store = store_of(&folder.path().join("s"), &runs);
    assert_eq!(store.latest().unwrap(), Some(RunId(1)));
    assert_eq!(store.previous(RunId(1)).unwrap(), Some(RunId(3)));
    assert_eq!(store.previous(RunId(3)).unwrap(), Some(RunId(2)));
}

#[test]
fn a_file_that_breaks_off_is_the_last_run_only_where_there_is_no_other() {
    let folder = tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("s")).unwrap();
    let cut = begun(of("a", RunOutcome::Partial("breaks off".to_owned())), 9);
    let mut recording = store.recording(&cut.header).unwrap();
    recording
        .file(&crate::RunFile { name: "cut.xml".to_owned(), digest: [0; 16], scanner: None, version: None })
        .unwrap();
    recording.finish(&cut).unwrap();
    assert_eq!(store.latest().unwrap(), Some(RunId(1)));
    let stopped = super::record(&mut store, &of("a", RunOutcome::Partial("Ctrl-C".to_owned())));
    assert_eq!(store.latest().unwrap(), Some(stopped), "an audit that was stopped is one that somebody made");
}

#[test]
fn an_empty_store_has_nothing() {
    let folder = tempdir().unwrap();
    let store = store_of(&folder.path().join("s"), &[]);
    assert_eq!(store.runs(9).unwrap(), []);
    assert_eq!(store.latest().unwrap(), None);
    assert_eq!(store.host_history(&HostQuery::Name("a".to_owned()), 9).unwrap(), []);
}

#[test]
fn a_host_is_found_by_address_and_comes_back_whole() {
    let folder = tempdir().unwrap();
    let store = store_of(&folder.path().join("s"), &[sample::run(), sample::run()]);
    for host in sample::run().hosts {
        let query = HostQuery::Address(host.asset.address);
        assert_eq!(store.host(RunId(2), &query).unwrap(), [host]);
    }
    assert_eq!(store.host(RunId(1), &HostQuery::Address("10.1.0.9".parse().unwrap())).unwrap(), []);
    assert_eq!(store.host(RunId(3), &HostQuery::Address("10.1.0.1".parse().unwrap())).unwrap(), []);
}

#[test]
fn a_host_is_found_by_name_in_any_case_and_by_its_first_label() {
    let folder = tempdir().unwrap();
    let mut run = sample::run();
    run.hosts = ["pc7.corp.example", "PC7", "pc7.lab.example.", "pc70", "Ärzte.example", "pc7x.corp.example"]
        .iter()
        .zip(1..)
        .map(|(name, last)| sample::host(&format!("10.1.0.{last}"), name))
        .collect();
    let store = store_of(&folder.path().join("s"), &[run]);
    assert_eq!(names(&store, 1, "pC7"), ["pc7.corp.example", "PC7", "pc7.lab.example."]);
    assert_eq!(names(&store, 1, "PC7.corp.EXAMPLE"), ["pc7.corp.example"]);
    assert_eq!(names(&store, 1, "pc7.lab.example"), ["pc7.lab.example."]);
    assert_eq!(names(&store, 1, "äRZTE"), ["Ärzte.example"]);
    for nobody in ["pc", "corp", "pc7.corp", "", "%", "pc7.corp.example.evil", "' OR 1 --"] {
        assert_eq!(names(&store, 1, nobody), [""; 0], "{nobody}");
    }
}

#[test]
fn a_host_of_two_like_names_is_found_once() {
    let folder = tempdir().unwrap();
    let mut run = sample::run();
    let also = HostName { name: Excerpt::of("PC1"), source: NameSource::Agent };
    run.hosts[0].asset.names.push(also);
    let store = store_of(&folder.path().join("s"), &[run]);
    assert_eq!(names(&store, 1, "pc1"), ["pc1.corp.example"]);
}

#[test]
fn a_history_is_newest_first() {
    let folder = tempdir().unwrap();
    let runs: Vec<Run> = (0..4)
        .map(|hour| {
            let mut run = sample::run();
            run.header.start += jiff::ToSpan::hours(hour);
            run.hosts.truncate(if hour == 2 { 0 } else { 2 });
            run
        })
        .collect();
    let store = store_of(&folder.path().join("s"), &runs);
    let ids = |query: HostQuery, most| {
        let history = store.host_history(&query, most).unwrap();
        assert!(history.iter().all(|(id, start, _)| *start == runs[id.0 as usize - 1].header.start));
        history.iter().map(|(id, ..)| id.0).collect::<Vec<_>>()
    };
    let address = || HostQuery::Address("10.1.0.2".parse().unwrap());
    assert_eq!(ids(address(), 9), [4, 2, 1]);
    assert_eq!(ids(address(), 2), [4, 2]);
    assert_eq!(ids(address(), 0), [0; 0]);
    assert_eq!(ids(HostQuery::Name("PC1".to_owned()), 2), [4, 2]);
}

#[test]
fn one_of_65536_names_is_found_without_reading_the_others() {
    let folder = tempdir().unwrap();
    let mut run = sample::run();
    run.hosts = (0..65_536u32)
        .map(|index| {
            let address = std::net::Ipv4Addr::from_bits(0x0a01_0000 + index).to_string();
            sample::host(&address, &format!("pc{index}.corp.example"))
        })
        .collect();
    let store = store_of(&folder.path().join("s"), &[run]);
    let expected: Host = sample::host("10.1.255.255", "pc65535.corp.example");
    assert_eq!(store.host(RunId(1), &HostQuery::Name("PC65535".to_owned())).unwrap(), [expected]);
    let plan = "EXPLAIN QUERY PLAN ".to_owned() + crate::history::BY_NAME;
    let steps: Vec<String> = store
        .connection
        .prepare(&plan)
        .unwrap()
        .query_map(("pc", None::<i64>), |row| row.get("detail"))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(steps.iter().all(|step| step.starts_with("SEARCH")), "{steps:?}");
}
