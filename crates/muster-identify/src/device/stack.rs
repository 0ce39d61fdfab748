//! How the host's TCP answers.

use std::cell::RefCell;
use std::collections::HashMap;

use muster_catalog::Confidence;
use muster_catalog::stack::{families, initial_ttl};
use muster_model::{
    Agreed, Agreement, DeviceClass, DeviceSign, Endpoint, Excerpt, Observation, SignKind, Stack, SystemFamily,
};

use super::is_open;

/// The stacks that were met.
#[derive(Debug, Default)]
pub(super) struct Stacks(RefCell<HashMap<Key, Option<Guessed>>>);

/// A stack and what its packets start with.
type Key = (Stack, Option<u8>);
/// Its family, and the class of devices if no other has it.
type Guessed = (SystemFamily, Option<DeviceClass>);

/// What the stack of a host says.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) family: SystemFamily,
    class: Option<DeviceClass>,
    at: Endpoint,
    key: Key,
}

impl Stacks {
    /// What the open ports say, if they say the same, and if that fits one family alone and not by the order of its
    /// options alone. Ports that answer differently are not one host's: something on the way has some of them.
    pub(super) fn guess(&self, ports: &[Observation]) -> Option<Guess> {
        let mut telling = telling(ports);
        let first = telling.next()?;
        let key = (first.stack?, first.ttl.map(initial_ttl));
        let is_alike = |port: &Observation| {
            port.stack.is_some_and(|stack| has_same_options(stack, key.0))
                && port.ttl.map(initial_ttl) == key.1
        };
        if !telling.all(is_alike) {
            return None;
        }
        let (family, class) = self.known(key)?;
        Some(Guess { family, class, at: first.endpoint, key })
    }

    fn known(&self, key: Key) -> Option<Guessed> {
        let mut known = self.0.borrow_mut();
        if let Some(guessed) = known.get(&key) {
            return *guessed;
        }
        let guessed = match &families(&key.0, key.1)[..] {
            // Devices are known by the order of their options, which connections do not show.
            [guess] if guess.confidence > Confidence::Low => {
                Some((guess.family, key.0.answered().and_then(|_| guess.class())))
            }
            _ => None,
        };
        // Any host may draw its window: memory has an end.
        if known.len() < MOST {
            known.insert(key, guessed);
        }
        guessed
    }
}

impl Guess {
    pub(super) fn sign(&self) -> DeviceSign {
        let (stack, ttl) = &self.key;
        let life = ttl.map(|ttl| format!(", packets start with {ttl}")).unwrap_or_default();
        let seen = match stack {
            Stack::Answered(_) => format!("window, segment and options {stack}{life}"),
            Stack::Agreed(agreed) => sentence(agreed),
        };
        let seen = Excerpt::of(&seen);
        DeviceSign { kind: SignKind::Stack, endpoint: Some(self.at), seen }
    }
}

/// The open ports that show a stack: by their segments, or where none was seen by what connections agreed on.
fn telling(ports: &[Observation]) -> impl Iterator<Item = &Observation> {
    let open = || ports.iter().filter(|port| is_open(port));
    let is_answered = |stack: Stack| stack.answered().is_some();
    let by_segments = open().any(|port| port.stack.is_some_and(is_answered));
    open().filter(move |port| port.stack.is_some_and(|stack| is_answered(stack) == by_segments))
}

fn has_same_options(one: Stack, other: Stack) -> bool {
    match (one, other) {
        (Stack::Answered(one), Stack::Answered(other)) => one.options == other.options,
        (one, other) => one == other,
    }
}

/// What a connection agreed on, as in `connection with selective acknowledgement, no time stamps, windows shifted by 8`.
fn sentence(agreed: &Agreed) -> String {
    let option = |name: &str, came: Option<bool>| {
        came.map(|came| if came { name.to_owned() } else { format!("no {name}") })
    };
    let shift = match agreed.scale {
        Agreement::Agreed(bits) => Some(format!("windows shifted by {bits}")),
        Agreement::Declined => Some("windows not shifted".to_owned()),
        Agreement::NotOffered => None,
    };
    let known = [
        option("selective acknowledgement", agreed.sack.came_about()),
        option("time stamps", agreed.timestamps.came_about()),
        shift,
    ];
    let known: Vec<String> = known.into_iter().flatten().collect();
    format!("connection with {}", known.join(", "))
}

/// The sign for a class, if the stack is only known of devices of that class.
pub(super) fn sign(guess: &Guess) -> Option<(DeviceClass, DeviceSign)> {
    guess.class.map(|class| (class, guess.sign()))
}

const MOST: usize = 4096;
