//! `--fail-on`: the exit code of a run that came to its end.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::thread;

use crate::support::{Workplace, address, assert_refused, office};

#[test]
fn findings_decide_as_they_are_asked_to() {
    let Some(office) = office(140) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    // A chat server on the agent's port, a computer without the agent, one that is exempt, and a printer.
    let host = |host: u8| address(140, host).to_string();
    for (condition, hosts, code) in [
        ("", [88, 19], 0),
        ("--fail-on never", [88, 19], 0),
        ("--fail-on info", [240, 241], 0),
        ("--fail-on info", [19, 240], 1),
        ("--fail-on high", [19, 240], 1),
        ("--fail-on critical", [19, 240], 0),
        ("--fail-on critical", [88, 240], 1),
        ("--fail-on missing-agent", [19, 240], 1),
        ("--fail-on missing-agent", [26, 88], 0),
        ("--fail-on missing-agent,impostor-listener", [26, 88], 1),
        ("--fail-on stale-signatures,exemption-expired", [19, 88], 0),
    ] {
        let targets = hosts.map(host).join(" ");
        let ran = place.run(&format!("audit -T5 --no-store {condition} {targets}"));
        assert_eq!(
            (ran.code, ran.stderr.contains("error")),
            (code, false),
            "{condition} {hosts:?}: {}",
            ran.stderr
        );
        assert!(ran.stdout.starts_with("coverage "), "{}", ran.stdout);
    }
    for (word, hint) in
        [("hihg", "`high`"), ("impostor", "impostor-listener"), ("new:stale", "stale-signatures")]
    {
        let refused = place.run(&format!("audit --fail-on {word} {}", host(88)));
        assert_refused(&refused, 2, "--fail-on", hint);
    }
    assert!(!place.path(".local").exists(), "a refused run is kept");
}

/// A listener that greets as a secure shell would, for as long as the test program lives.
fn impostor(at: IpAddr) {
    let listener = TcpListener::bind(SocketAddr::new(at, 2967)).unwrap();
    thread::spawn(move || {
        // Whoever only looks whether the port is open is gone already.
        listener.incoming().flatten().for_each(|mut stream| _ = stream.write_all(b"SSH-2.0-test\r\n"));
    });
}

#[test]
fn only_what_the_run_before_did_not_have_is_new() {
    let place = Workplace::new();
    impostor(address(141, 1));
    let line =
        format!("audit -T5 --no-devices -p 2967 --fail-on new:impostor-listener {}/30", address(141, 0));
    let code = |line: &str| place.run(line).code;
    assert_eq!(code(&line), 1, "of a first run everything is new");
    assert_eq!(code(&line), 0, "nothing changed");
    // Other targets are no run before, and neither is a store of its own.
    assert_eq!(code(&line.replace("/30", "/29")), 1);
    assert_eq!(code(&format!("{line} --store other")), 1);
    assert_eq!(code(&line), 0, "the other targets came between");
    impostor(address(141, 2));
    assert_eq!(code(&line), 1, "one more");
    assert_eq!(code(&line), 0);
    assert_eq!(code(&line.replace("new:", "")), 1, "they are there all the same");
}
