//! A short fuzz run without cargo-fuzz: each entry point gets its corpus, then mutations of it until its time is up.
//!
//! Blind mutation finds far less than libFuzzer does. It keeps the entry points and the corpus alive, and it is the same
//! on every machine: the mutations are drawn from the target's name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::fuzz::TARGETS;

use crate::error::Error;
use crate::project;

/// Time for all targets together.
pub(crate) const SMOKE_SECONDS: u64 = 10;

/// An entry point that takes this long for one input has a fault of its own.
const MAX_SECONDS_PER_INPUT: u64 = 20;
const MAX_INPUT: usize = 4096;

/// What the grammars hang on, thrown in between.
const TOKENS: &[&[u8]] = &[
    b"0",
    b"255",
    b"256",
    b"65535",
    b"65536",
    b"4294967296",
    b"-",
    b",",
    b"/",
    b"/0",
    b"/128",
    b"*",
    b":",
    b"::",
    b"T:",
    b"U:",
    b"%",
    b"\n",
    b"\0",
    b"\xff",
    b"--",
    b"-p",
    b" ",
];

/// Runs every target for its share of `seconds`.
pub(crate) fn run(seconds: u64) -> Result<(), Error> {
    check_folders()?;
    let share = Duration::from_secs(seconds) / u32::try_from(TARGETS.len().max(1)).unwrap_or(u32::MAX);
    for (name, entry) in TARGETS {
        let corpus = corpus(name)?;
        let count = corpus.len();
        let inputs = smoke(name, *entry, corpus, share)?;
        println!("fuzz: {name}: {inputs} inputs from a corpus of {count}");
    }
    Ok(())
}

/// Each target has a cargo-fuzz program, and there is no program without a target.
fn check_folders() -> Result<(), Error> {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let programs: BTreeSet<String> = files(&project::root().join("fuzz/fuzz_targets"))?
        .iter()
        .filter_map(|path| path.file_stem())
        .map(|stem| stem.to_string_lossy().into_owned())
        .collect();
    match targets.symmetric_difference(&programs).next() {
        None => Ok(()),
        Some(name) => Err(Error::unexpected(
            format!("fuzz/fuzz_targets/{name}.rs"),
            &"the programs and muster_testkit::fuzz::TARGETS must name the same targets",
        )),
    }
}

fn corpus(name: &str) -> Result<Vec<Vec<u8>>, Error> {
    let folder = project::root().join("fuzz/corpus").join(name);
    let corpus = files(&folder)?;
    if corpus.is_empty() {
        return Err(Error::unexpected(
            folder.display().to_string(),
            &"a target needs at least one input to start from",
        ));
    }
    corpus.into_iter().map(|path| fs::read(&path).map_err(Error::file("read", path))).collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file("list", folder))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

/// Feeds one target on a thread of its own, so that neither a panic nor a loop takes the chore with it.
fn smoke(name: &str, entry: fn(&[u8]), corpus: Vec<Vec<u8>>, share: Duration) -> Result<u64, Error> {
    let last = Arc::new(Mutex::new(Vec::new()));
    let (done, wait) = mpsc::channel();
    let (feeder_last, seed) = (Arc::clone(&last), seed(name));
    let feeder = thread::spawn(move || {
        let _ = done.send(feed(entry, &corpus, share, (seed, &feeder_last)));
    });
    let outcome = wait.recv_timeout(share + Duration::from_secs(MAX_SECONDS_PER_INPUT));
    let input = last.lock().map(|input| input.clone()).unwrap_or_default();
    match outcome {
        Ok(inputs) => Ok(inputs),
        Err(RecvTimeoutError::Timeout) => Err(Error::unexpected(
            format!("fuzz target {name}"),
            &format!("no end within {MAX_SECONDS_PER_INPUT} s on {}", keep(name, &input)?.display()),
        )),
        Err(RecvTimeoutError::Disconnected) => {
            // The panic has printed its message already.
            let _ = feeder.join();
            Err(Error::Crash { target: name.to_owned(), path: keep(name, &input)? })
        }
    }
}

fn feed(entry: fn(&[u8]), corpus: &[Vec<u8>], share: Duration, (seed, last): (u64, &Mutex<Vec<u8>>)) -> u64 {
    let give = |input: Vec<u8>| {
        if let Ok(mut last) = last.lock() {
            last.clone_from(&input);
        }
        entry(&input);
    };
    let deadline = Instant::now() + share;
    let mut random = Random(seed);
    let mut count = 1 + corpus.len() as u64;
    give(Vec::new());
    corpus.iter().for_each(|input| give(input.clone()));
    while Instant::now() < deadline {
        give(mutated(corpus, &mut random));
        count += 1;
    }
    count
}

/// One input of the corpus after one to eight small changes.
fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(input.len() + 1);
        match random.below(6) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => input[at] = random.next() as u8,
            2 => drop(input.drain(at..input.len().min(at + random.below(8)))),
            3 => insert(&mut input, at, TOKENS[random.below(TOKENS.len())]),
            4 => {
                let piece = input[at..input.len().min(at + random.below(32))].to_vec();
                insert(&mut input, at, &piece);
            }
            _ => {
                let other = &corpus[random.below(corpus.len())];
                insert(&mut input, at, &other[random.below(other.len() + 1)..]);
            }
        }
    }
    input.truncate(MAX_INPUT);
    input
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    input.splice(at..at, piece.iter().copied());
}

/// Keeps an input that did harm where cargo-fuzz keeps its own.
fn keep(name: &str, input: &[u8]) -> Result<PathBuf, Error> {
    let folder = project::root().join("fuzz/artifacts").join(name);
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let path = folder.join(format!("smoke-{:016x}", hash(input)));
    fs::write(&path, input).map_err(Error::file("write", &path))?;
    Ok(path)
}

fn seed(name: &str) -> u64 {
    hash(name.as_bytes())
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// SplitMix64: good enough to draw mutations, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `bound`, which is at least 1.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutations_are_the_same_for_the_same_seed_and_bounded() {
        let corpus = vec![b"10.0.0.0/8".to_vec(), vec![b'x'; MAX_INPUT], Vec::new()];
        let draw = |seed| {
            let mut random = Random(seed);
            (0..2_000).map(|_| mutated(&corpus, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(draw(3).iter().all(|input| input.len() <= MAX_INPUT));
    }

    #[test]
    fn a_panic_keeps_its_input() {
        let outcome =
            smoke("self-test", |input| assert!(input != b"bad"), vec![b"bad".to_vec()], Duration::ZERO);
        let Err(Error::Crash { path, .. }) = outcome else { panic!("no crash reported") };
        assert_eq!(fs::read(&path).expect("kept"), b"bad");
        fs::remove_file(path).expect("removed");
    }
}
