//! The table for spreadsheets.

use muster_report::write_csv;

use crate::common;

#[test]
fn a_row_a_host() {
    let mut run = common::office();
    let count = run.hosts.len();
    let mut bytes = Vec::new();
    write_csv(&mut bytes, &common::report(&run)).unwrap();
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    assert_eq!(reader.records().map(Result::unwrap).count(), count);

    let mut seen = Vec::new();
    run.hosts.retain(|host| {
        let is_new = !seen.contains(&host.judgement.verdict);
        seen.push(host.judgement.verdict);
        is_new
    });
    bytes.clear();
    write_csv(&mut bytes, &common::report(&run)).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}
