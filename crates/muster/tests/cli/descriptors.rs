//! Few descriptors: a slower sweep with the same results, or an error that says what to do.

use muster_model::PortState;

use crate::common::{finish, json_lines, of_type};
use crate::support::{address, network, office, shell};

#[test]
fn a_few_are_enough() {
    let Some(office) = office(70) else { return };
    let ran =
        finish(shell(&format!("ulimit -n 40; exec $MUSTER scan -T4 -Pn -p 2967 -oJ - {}/24", network(70))))
            .ok();
    let lines = json_lines(&ran.stdout);
    for (endpoint, state) in office.truth().into_iter().filter(|(at, _)| at.port == 2967) {
        let found =
            of_type(&lines, "port").into_iter().find(|line| line["address"] == endpoint.address.to_string());
        let found = found.map_or("filtered", |line| line["state"].as_str().unwrap());
        assert_eq!(found, state.name(), "{endpoint}");
    }
    assert_eq!(lines.last().unwrap()["answered"], 248);
    assert!(office.truth().iter().any(|(_, state)| *state == PortState::Filtered));
}

#[test]
fn none_is_an_error_that_says_what_to_do() {
    for limit in 4..9 {
        let ran = finish(shell(&format!(
            "ulimit -n {limit}; exec $MUSTER scan -Pn -p 2967 -oG - {}",
            address(71, 1)
        )));
        // The one or the other system may make do with so few.
        if ran.code != 0 {
            assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{limit}: {}", ran.stderr);
            assert!(
                ran.stderr.starts_with("error: ") && ran.stderr.contains("\nhint: "),
                "{limit}: {}",
                ran.stderr
            );
        }
    }
    let ran = finish(shell(&format!("ulimit -n 5; exec $MUSTER scan -Pn -p 2967 {}", address(71, 1))));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
}

#[test]
fn the_soft_limit_is_raised_by_itself() {
    let Some(_office) = office(72) else { return };
    let ran = finish(shell("ulimit -S -n 24; exec $MUSTER scan --dry-run -Pn -p 2967 127.0.0.1")).ok();
    let sockets = ran.stdout.lines().find_map(|line| line.strip_prefix("sockets    at most ")).unwrap();
    let sockets: u32 = sockets.split(' ').next().unwrap().parse().unwrap();
    assert!(sockets > 100, "{sockets}");
}
