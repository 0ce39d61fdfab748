//! Files to which several runs were written, one after another, whether the one before came to its end or not.

use super::super::*;
use super::{SAMPLES, pieces, sample};

fn before_tail(pieces: &[Piece]) -> &[Piece] {
    &pieces[..pieces.len() - 1]
}

fn tail(pieces: &[Piece]) -> &Tail {
    let Some(Piece::Tail(tail)) = pieces.last() else { panic!("no tail") };
    tail
}

#[test]
fn runs_that_were_appended_are_told_one_after_another() {
    for (first, second) in [
        ("nmap5.xml", "nmap.xml"),
        ("masscan.xml", "masscan.xml"),
        ("nmap4.gnmap", "nmap.gnmap"),
        ("nmap5.nmap", "nmap.nmap"),
        ("masscan.list", "masscan.list"),
        ("masscan.json", "masscan-old.json"),
    ] {
        let (one, two) = (pieces(sample(first)), pieces(sample(second)));
        let both = pieces(&[sample(first), sample(second)].concat());
        assert_eq!(before_tail(&both), [before_tail(&one), before_tail(&two)].concat(), "{first}");
        assert_eq!((tail(&both).end, &tail(&both).ending), (tail(&two).end, &Ending::Complete), "{first}");
    }
}

/// Scanners write in blocks: a run that is killed breaks off in the midst of a line, and the next begins right there.
#[test]
fn a_run_that_breaks_off_anywhere_leaves_the_next_one_whole() {
    // Nobody writes to a terminal in blocks.
    for (name, bytes) in SAMPLES.iter().filter(|(name, _)| *name != "terminal.nmap") {
        for cut in 0..bytes.len() {
            let Ok(reader) = Reader::new(&bytes[..cut]) else { continue };
            let begun: Vec<_> = reader.map(Result::unwrap).collect();
            let file = [&bytes[..cut], bytes].concat();
            let both: Result<Vec<_>, _> = Reader::new(&file[..]).unwrap().collect();
            let both = both.unwrap_or_else(|error| panic!("{name} at {cut}: {error}"));
            check(&format!("{name} at {cut}"), &begun, &pieces(bytes), &both);
        }
    }
}

/// Where a host's own words may stand the head is not believed, and a host before it is told as one that was given up.
fn check(at: &str, begun: &[Piece], next: &[Piece], both: &[Piece]) {
    let expected = [hosts(begun), hosts(next)].concat();
    let mut expected = expected.into_iter().peekable();
    let mut others = hosts(both);
    others.retain(|host| expected.next_if_eq(host).is_none());
    let is_told = |host: &&&Host| host.timed_out || hosts(next).contains(*host);
    assert_eq!((expected.next(), others.iter().find(|host| !is_told(host))), (None, None), "{at}");
    let [.., head] = &heads(both)[..] else { panic!("{at}: no head") };
    let is_believed = *head == heads(next)[0];
    assert!(is_believed || head.command.is_empty(), "{at}: {head:?}");
    assert!(others.len() <= if is_believed { 0 } else { 2 }, "{at}: {others:?}");
    // A list of records has no head by which another would be known.
    let runs = heads(both).len();
    assert!(runs == 2 || runs == 1 && at.starts_with("masscan.ndjson"), "{at}: {runs}");
    let is_whole = |pieces| tail(pieces).ending == Ending::Complete;
    assert_eq!(is_whole(both), is_whole(begun), "{at}");
}

fn hosts(pieces: &[Piece]) -> Vec<&Host> {
    pieces
        .iter()
        .filter_map(|piece| if let Piece::Host(host) = piece { Some(&**host) } else { None })
        .collect()
}

fn heads(pieces: &[Piece]) -> Vec<&Head> {
    pieces
        .iter()
        .filter_map(|piece| if let Piece::Head(head) = piece { Some(&**head) } else { None })
        .collect()
}

/// The next run stands in quotes for the parser, which would look for their end in all of it.
#[test]
fn a_long_run_behind_one_that_broke_off_within_quotes_is_read() {
    let host = "<host><address addr=\"10.0.0.1\"/></host>\n";
    let long = format!(
        "<?xml version=\"1.0\"?>\n<nmaprun>\n{}<runstats><finished/></runstats></nmaprun>\n",
        host.repeat(500_000)
    );
    let both = pieces(["<nmaprun>\n<host><address addr=\"10", &long].concat().as_bytes());
    assert_eq!((hosts(&both).len(), &tail(&both).ending), (500_000, &Ending::BrokenOff { line: 2 }));
    let record = "{ \"ip\": \"10.0.0.1\", \"ports\": [ {\"port\": 80, \"proto\": \"tcp\", \"status\": \"open\"} ] },\n";
    let both =
        pieces(["[\n{ \"ip\": \"10.0.0.1\", \"po[\n", &record.repeat(250_000), "]\n"].concat().as_bytes());
    assert_eq!((hosts(&both).len(), heads(&both).len()), (250_000, 2));
    assert_eq!(tail(&both).ending, Ending::BrokenOff { line: 1 });
}

/// Each would be read to the end anew.
#[test]
fn many_runs_within_quotes_take_no_more_time() {
    for (head, piece) in [("<nmaprun>", "<nmaprun a=\""), ("[", "{\"ip\": \"")] {
        let file = head.to_owned() + &piece.repeat((16 << 20) / piece.len());
        let last = Reader::new(file.as_bytes()).unwrap().last();
        let is_broken = matches!(&last, Some(Ok(Piece::Tail(tail))) if tail.ending != Ending::Complete);
        assert!(is_broken, "{last:?}");
    }
}
