//! The parts of a sweep: disjoint, and together the whole.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Workplace, network, office};

/// What a scan says of each endpoint that it asked.
fn endpoints(lines: &[Value]) -> BTreeMap<(String, u64), String> {
    let mut found = BTreeMap::new();
    for line in lines.iter().filter(|line| line["type"] == "port") {
        let key = (line["address"].as_str().unwrap().to_owned(), line["port"].as_u64().unwrap());
        found.insert(key, format!("{} {}", line["state"], line["reason"]));
    }
    found
}

fn summed(lines: &[Value], name: &str) -> u64 {
    lines.iter().filter(|line| line["type"] == "summary").map(|line| line[name].as_u64().unwrap()).sum()
}

#[test]
fn all_parts_together_are_the_whole() {
    let Some(_office) = office(190) else { return };
    let place = Workplace::new();
    let words = format!("scan -Pn -n -T5 -p 2967,8081,80 --seed 11 {}/24", network(190));
    place.run(&format!("{words} -oJ whole")).ok();
    let whole = place.lines("whole");
    let expected = endpoints(&whole);
    let mut united = BTreeMap::new();
    let (mut asked, mut silent) = (0, 0);
    for part in 1..=3 {
        place.run(&format!("{words} --shard {part}/3 -oJ part{part}")).ok();
        let lines = place.lines(&format!("part{part}"));
        asked += summed(&lines, "endpoints");
        silent += summed(&lines, "silent");
        for (endpoint, state) in endpoints(&lines) {
            let twice = united.insert(endpoint.clone(), state);
            assert_eq!(twice, None, "{endpoint:?} is in two parts");
        }
    }
    assert_eq!(united, expected);
    assert_eq!((asked, silent), (3 * 256, summed(&whole, "silent")));
}
