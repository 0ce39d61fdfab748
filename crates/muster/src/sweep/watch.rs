//! Whoever sits before the terminal while a scan runs: how much they want to be told, and the keys by which they say so.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use muster_platform::Keyboard;

/// How much is told. Keys change it while the scan runs; clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels(Rc<(Cell<u8>, Cell<u8>)>);

impl Levels {
    /// So many `-v` and `-d`.
    pub(crate) fn new(verbosity: u8, debugging: u8) -> Self {
        Self(Rc::new((Cell::new(verbosity), Cell::new(debugging))))
    }

    /// How many `-v`.
    pub(crate) fn verbosity(&self) -> u8 {
        self.0.0.get()
    }

    /// How many `-d`.
    pub(crate) fn debugging(&self) -> u8 {
        self.0.1.get()
    }
}

/// The watch over a scan.
#[derive(Debug)]
pub(crate) struct Watch {
    levels: Levels,
    keyboard: RefCell<Option<Keyboard>>,
    hosts: u64,
}

/// What a key asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To know how far the scan is.
    Status,
    /// Something that is done by now; this is what is to be said.
    Told(String),
}

impl Watch {
    /// Over a scan of so many `hosts`, with the keys of the terminal if there are any.
    pub(crate) fn new(levels: Levels, keyboard: Option<Keyboard>, hosts: u64) -> Self {
        Self { levels, keyboard: RefCell::new(keyboard), hosts }
    }

    /// How many hosts the whole scan is about.
    pub(crate) fn hosts(&self) -> u64 {
        self.hosts
    }

    /// What the next key asks for, if one was pressed.
    pub(crate) fn wish(&self) -> Option<Wish> {
        let key = self.keyboard.borrow_mut().as_mut()?.pressed()?;
        Some(self.meaning(key))
    }

    fn meaning(&self, key: u8) -> Wish {
        let (verbosity, debugging) = &*self.levels.0;
        let told = match key {
            b'v' | b'V' => changed("Verbosity", verbosity, key == b'v'),
            b'd' | b'D' => changed("Debugging", debugging, key == b'd'),
            b'p' | b'P' => FRAMES.to_owned(),
            b'?' => KEYS.to_owned(),
            _ => return Wish::Status,
        };
        Wish::Told(told)
    }
}

/// How often keys are looked for: nobody notices a tenth of a second.
pub(crate) const KEYS_EVERY: Duration = Duration::from_millis(100);

const FRAMES: &str =
    "Packet tracing cannot be switched while a scan runs: --packet-trace traces from the beginning";

const KEYS: &str = "\
v, V  say more, or less
d, D  show reasons and more ports, or fewer
p, P  nothing: --packet-trace traces from the beginning
?     this
any other key: how far the scan is";

/// One step up or down; it ends at 0 and at 10, as in Nmap.
fn changed(what: &str, level: &Cell<u8>, is_up: bool) -> String {
    let before = level.get();
    let now = if is_up { before.saturating_add(1).min(10) } else { before.saturating_sub(1) };
    level.set(now);
    format!("{what} {} to {now}.", if is_up { "Increased" } else { "Decreased" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_change_how_much_is_told() {
        let levels = Levels::new(0, 1);
        let watch = Watch::new(levels.clone(), None, 1);
        let told = |key| match watch.meaning(key) {
            Wish::Told(text) => text,
            Wish::Status => "status".to_owned(),
        };
        assert_eq!(told(b'v'), "Verbosity Increased to 1.");
        assert_eq!(told(b'v'), "Verbosity Increased to 2.");
        assert_eq!((levels.verbosity(), levels.debugging()), (2, 1));
        assert_eq!(told(b'V'), "Verbosity Decreased to 1.");
        assert_eq!(told(b'D'), "Debugging Decreased to 0.");
        assert_eq!(told(b'D'), "Debugging Decreased to 0.");
        assert!(told(b'p').contains("--packet-trace") && told(b'?').contains("v, V"));
        assert_eq!([told(b' '), told(b'\n'), told(b'x')], ["status"; 3]);
        assert_eq!(watch.wish(), None, "there is no keyboard");
    }

    #[test]
    fn levels_end_somewhere() {
        let watch = Watch::new(Levels::new(255, 9), None, 1);
        for _ in 0..5 {
            watch.meaning(b'v');
            watch.meaning(b'd');
        }
        assert_eq!((watch.levels.verbosity(), watch.levels.debugging()), (10, 10));
    }
}
