//! The table of rules, one conversation a row.

use muster_model::Conversation;

use super::*;
use crate::testing::{
    CERTIFICATE, Script, converse, converse_with, fingerprint, office, product, tls_flight, tls_records,
};

const HTML: &[u8] = b"HTTP/1.1 200 OK\r\nServer: thing\r\nContent-Length: 0\r\n\r\n";
const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 70];
const BINARY: &[u8] = &[0, 9, 1, 1, 0, 3];

/// What happened on a port, as one line.
fn seen(port: u16, script: &Script<'_>) -> String {
    words(converse(port, script).identity)
}

fn words(identity: Option<Identity>) -> String {
    let list =
        |products: Vec<ProductId>| products.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    match identity {
        None => "nobody".to_owned(),
        Some(Identity::Genuine { product, fingerprint }) => format!("genuine {product} by {fingerprint}"),
        Some(Identity::Consistent { products, by }) => format!("consistent {}: {by}", list(products)),
        Some(Identity::Impostor { products, by }) => format!("impostor {}: {by}", list(products)),
        Some(Identity::Unlearnt { products }) => format!("unlearnt {}", list(products)),
    }
}

fn greets(port: u16, greeting: &[u8]) -> String {
    seen(port, &Script { greeting, ..Script::default() })
}

fn answers(port: u16, answer: &[u8]) -> String {
    seen(port, &Script { answer, ..Script::default() })
}

fn ends(port: u16, end: Conversation) -> String {
    seen(port, &Script { end: Some(end), ..Script::default() })
}

#[test]
fn symantecs_port() {
    let both = "gup savce";
    assert_eq!(seen(2967, &Script::default()), "consistent savce: accepts, waits and says nothing");
    assert_eq!(answers(2967, HTML), "consistent gup: speaks HTTP");
    assert_eq!(answers(2967, BINARY), "consistent savce: answers in no protocol known to muster");
    for greeting in [
        &b"220 StnyFtpd 0wns j0\r\n"[..],
        b":irc.example NOTICE * :hi\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail ESMTP\r\n",
        b"MZ\x90\x00\x03\x00",
        b"C:\\WINDOWS\\system32>",
        b"$",
        b"H",
        HTML,
        ALERT,
        BINARY,
    ] {
        let expected = format!("impostor {both}: speaks before it is asked");
        assert_eq!(greets(2967, greeting), expected, "{}", greeting.escape_ascii());
    }
    for (answer, by) in [
        (ALERT, "speaks TLS"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "speaks SSH"),
        (b"220 StnyFtpd 0wns j0\r\n", "speaks FTP"),
        (b":irc.example NOTICE * :hi\r\n", "speaks IRC"),
        (b"IOR:0100", "speaks CORBA"),
        (b"RFB 003.008\n", "speaks VNC"),
        (b"UNKNOWN COMMAND\n", "speaks clamd"),
        (b"sh: GET: not found\n", "answers in no protocol known to muster"),
        (&[0; 300], "answers in no protocol known to muster"),
    ] {
        assert_eq!(answers(2967, answer), format!("impostor {both}: {by}"), "{}", answer.escape_ascii());
    }
    for end in [Conversation::Closed, Conversation::Reset, Conversation::NotConnected, Conversation::Stopped]
    {
        assert_eq!(ends(2967, end), format!("unlearnt {both}"), "{end}");
    }
    assert_eq!(answers(2967, b"HT"), format!("unlearnt {both}"), "too little to tell");
}

#[test]
fn greetings_ports() {
    assert_eq!(greets(8192, b"IOR:0100000026"), "genuine router by router-ior");
    assert_eq!(seen(8192, &Script::default()), "unlearnt router");
    assert_eq!(greets(8192, b"SSH-2.0-x\r\n"), "impostor router: speaks SSH");
    assert_eq!(greets(8192, b"hello\r\n"), "impostor router: speaks before it is asked");
    assert_eq!(ends(8192, Conversation::Closed), "unlearnt router");
    // No fingerprint: the protocol is all there is.
    assert_eq!(greets(7001, b"SSH-2.0-x\r\n"), "consistent greeter: speaks SSH");
    assert_eq!(greets(7001, b"220 ftp\r\n"), "impostor greeter: speaks FTP");
}

#[test]
fn answering_ports() {
    let page = b"HTTP/1.1 200 OK\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(answers(8081, page), "genuine trellix by trellix-server");
    assert_eq!(answers(8081, HTML), "unlearnt trellix");
    assert_eq!(answers(8081, BINARY), "impostor trellix: answers in no protocol known to muster");
    assert_eq!(answers(8081, ALERT), "impostor trellix: speaks TLS");
    assert_eq!(greets(8081, b"SSH-2.0-x\r\n"), "impostor trellix: speaks before it is asked");
    assert_eq!(greets(8081, HTML), "impostor trellix: speaks before it is asked");
    assert_eq!(seen(8081, &Script::default()), "unlearnt trellix");

    let version = b"ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023\n";
    assert_eq!(answers(3310, version), "genuine clamd by clamd-version");
    assert_eq!(answers(3310, b"UNKNOWN COMMAND\n"), "unlearnt clamd");
    assert_eq!(answers(3310, HTML), "impostor clamd: speaks HTTP");
    assert_eq!(answers(3310, b"hello\n"), "impostor clamd: answers in no protocol known to muster");
    assert_eq!(seen(3310, &Script::default()), "unlearnt clamd");
    assert_eq!(greets(3310, b"220 ftp\r\n"), "impostor clamd: speaks before it is asked");
}

#[test]
fn tls_ports() {
    let flight = tls_records(&tls_flight(CERTIFICATE), 100);
    assert_eq!(answers(8194, &flight), "genuine tls-agent by tls-issuer");
    assert_eq!(answers(8194, ALERT), "unlearnt tls-agent");
    assert_eq!(answers(8194, &tls_records(&tls_flight(b"no certificate"), 100)), "unlearnt tls-agent");
    assert_eq!(answers(8194, HTML), "impostor tls-agent: speaks HTTP");
}

#[test]
fn unknown_manners_and_unknown_ports() {
    for script in [Script { greeting: b"220 ftp\r\n", ..Script::default() }, Script::default()] {
        assert_eq!(seen(7000, &script), "unlearnt vague");
    }
    assert_eq!(answers(4343, ALERT), "nobody", "only a console is known there");
    assert_eq!(greets(22, b"SSH-2.0-OpenSSH_9.6\r\n"), "nobody");
    assert_eq!(seen(9100, &Script::default()), "nobody");
}

#[test]
fn an_agent_is_found_on_a_port_that_is_not_its_own() {
    let page = b"HTTP/1.1 200 OK\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(answers(2967, page), "genuine trellix by trellix-server");
    assert_eq!(answers(8080, page), "genuine trellix by trellix-server");
    let greeted = greets(2967, b"IOR:0100");
    assert_eq!(greeted, "impostor gup savce: speaks before it is asked", "a greeting proves less");
    // An answer to one request is no proof by the fingerprint of another.
    assert_eq!(answers(8080, b"ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023\n"), "nobody");

    let mut products = office();
    let last = products.len() - 1;
    products[last].fingerprints = vec![fingerprint("any-page", Some(Request::HttpGet), &[])];
    products[last].fingerprints[0].matches.clear();
    let script = Script { answer: HTML, ..Script::default() };
    assert_eq!(
        words(converse_with(&products, 8080, &script).identity),
        "nobody",
        "an empty one fits nothing"
    );
}

#[test]
fn the_best_listener_of_a_product_counts() {
    let mut both = product("both", 5000, Manner::Answers(Speech::Http), Some(Request::HttpGet));
    both.listeners.push(crate::testing::listener(5000, Manner::Silent, None));
    let products = [both];
    let silent = converse_with(&products, 5000, &Script::default());
    assert_eq!(words(silent.identity), "consistent both: accepts, waits and says nothing");
    let text = converse_with(&products, 5000, &Script { answer: b"what?\n", ..Script::default() });
    assert_eq!(words(text.identity), "impostor both: answers in no protocol known to muster");
}

#[test]
fn roles_of_one_agent_share_its_fingerprint() {
    let mut products = office();
    let mut role = product("trellix-relay", 8081, Manner::Answers(Speech::Http), Some(Request::HttpGet));
    let script = Script { answer: HTML, ..Script::default() };
    products.push(role.clone());
    let stranger = converse_with(&products, 8081, &script);
    assert_eq!(words(stranger.identity), "consistent trellix-relay: speaks HTTP");

    role.family = "trellix".parse().unwrap();
    products.pop();
    products.push(role);
    let relative = converse_with(&products, 8081, &script);
    assert_eq!(words(relative.identity), "unlearnt trellix trellix-relay");
}

#[test]
fn a_console_beside_an_agent_is_no_impostor() {
    let mut products = office();
    let mut console = product("web-console", 8194, Manner::Answers(Speech::Http), None);
    console.part = muster_catalog::Part::Server;
    products.push(console);
    let page = converse_with(&products, 8194, &Script { answer: HTML, ..Script::default() });
    assert_eq!(words(page.identity), "consistent web-console: speaks HTTP");
}

/// The rows that matter most, with the catalogue as it ships.
#[test]
fn the_catalogue_that_ships_says_the_same() {
    let products = muster_catalog::Catalog::builtin().products();
    let seen = |port, script: &Script<'_>| words(converse_with(products, port, script).identity);
    let answers = |port, answer| seen(port, &Script { answer, ..Script::default() });
    let greets = |port, greeting| seen(port, &Script { greeting, ..Script::default() });
    let silent = |port| seen(port, &Script::default());

    let symantec = "symantec-savce-10 symantec-sep-gup";
    assert_eq!(silent(2967), "consistent symantec-savce-10: accepts, waits and says nothing");
    assert_eq!(answers(2967, HTML), "consistent symantec-sep-gup: speaks HTTP");
    assert_eq!(answers(2967, BINARY), "consistent symantec-savce-10: answers in no protocol known to muster");
    let ftp = b"220 StnyFtpd 0wns j0\r\n";
    for other in [
        &b"HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nserver: NGINX/1.26.0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nServer: Apache/2.4.62 (Debian)\r\n\r\n",
    ] {
        assert_eq!(answers(2967, other), "unlearnt symantec-sep-gup", "{}", other.escape_ascii());
    }
    assert_eq!(greets(2967, ftp), format!("impostor {symantec}: speaks before it is asked"));
    assert_eq!(answers(2967, ALERT), format!("impostor {symantec}: speaks TLS"));

    assert_eq!(answers(8081, HTML), "unlearnt fsecure-pm trellix-agent trellix-superagent");
    let log = b"HTTP/1.1 200 OK\r\n\r\n<naLog><ComputerName>PC-7</ComputerName></naLog>";
    assert_eq!(answers(8081, log), "genuine trellix-agent by trellix-agent-log");

    let version = b"ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023\n";
    assert_eq!(answers(3310, version), "genuine clamav by clamav-version");
    assert_eq!(answers(3310, HTML), "impostor clamav: speaks HTTP");
    assert_eq!(silent(3310), "unlearnt clamav");

    assert_eq!(greets(8192, b"IOR:010000002600"), "genuine sophos-sec-rms by sophos-rms-greeting");
    assert_eq!(silent(8192), "unlearnt sophos-sec-rms");
    assert_eq!(greets(8192, b"SSH-2.0-x\r\n"), "impostor sophos-sec-rms: speaks SSH");

    assert_eq!(answers(21_112, ALERT), "consistent trend-apexone-agent: speaks TLS");
    assert_eq!(answers(4118, ALERT), "consistent trend-deepsecurity-agent: speaks TLS");
    assert_eq!(answers(3128, HTML), "unlearnt eset-bridge panda-aether-proxy");

    let console = b"HTTP/1.1 401 Unauthorized\r\nServer: AVGADMINSERVER64-2012\r\n\r\n";
    assert_eq!(answers(4158, console), "genuine avg-admin-server by avg-admin-server-header");
    assert_eq!(answers(4158, HTML), "unlearnt avast-business-master avg-admin-server");

    assert_eq!(greets(7169, b"\x06\x02\x00\x00\xa4RSA1\x00\x04"), "genuine gdata by gdata-greeting");
    assert_eq!(greets(7169, b"SSH-2.0-x\r\n"), "impostor gdata: speaks SSH");
    let daemon = b"220-AVG 7 daemon mode scanner\r\n220 ready\r\n";
    assert_eq!(greets(54_322, daemon), "genuine avg-daemon by avg-daemon-greeting");
    for (port, answer) in [(80, HTML), (8080, HTML), (443, ALERT)] {
        assert_eq!(answers(port, answer), "nobody", "{port}");
    }
}

#[test]
fn a_late_greeting_is_one_all_the_same() {
    let mut products = office();
    products[4].listeners[0].request = Some(Request::HttpGet);
    let late = Script { answer: b"IOR:010000002600", ..Script::default() };
    let genuine = converse_with(&products, 8192, &late);
    assert_eq!(words(genuine.identity), "genuine router by router-ior");

    products[4].fingerprints.clear();
    let late = converse_with(&products, 8192, &late);
    assert_eq!(words(late.identity), "consistent router: speaks CORBA");
    let other = converse_with(&products, 8192, &Script { answer: HTML, ..Script::default() });
    assert_eq!(words(other.identity), "impostor router: speaks HTTP");
}
