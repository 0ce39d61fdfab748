//! Whoever sits before the terminal while a scan runs: how much they want to be told, and the keys by which they say so.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use muster_platform::Keyboard;
use muster_sweep::{Passage, Tap};

/// How much is told. Keys change it while the scan runs; clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels(Rc<Told>);

#[derive(Debug, Default)]
struct Told {
    verbosity: Cell<u8>,
    debugging: Cell<u8>,
    /// Whether frames are traced, where there are frames.
    tracing: Cell<Option<bool>>,
}

impl Levels {
    /// So many `-v` and `-d`.
    pub(crate) fn new(verbosity: u8, debugging: u8) -> Self {
        Self(Rc::new(Told { verbosity: verbosity.into(), debugging: debugging.into(), ..Told::default() }))
    }

    /// How many `-v`.
    pub(crate) fn verbosity(&self) -> u8 {
        self.0.verbosity.get()
    }

    /// How many `-d`.
    pub(crate) fn debugging(&self) -> u8 {
        self.0.debugging.get()
    }

    /// There are frames to trace, and from the beginning if `is_traced`.
    pub(crate) fn has_frames(&self, is_traced: bool) {
        self.0.tracing.set(Some(is_traced));
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
        let Told { verbosity, debugging, tracing } = &*self.levels.0;
        let told = match key {
            b'v' | b'V' => changed("Verbosity", verbosity, key == b'v'),
            b'd' | b'D' => changed("Debugging", debugging, key == b'd'),
            b'p' | b'P' => traced(tracing, key == b'p').to_owned(),
            b'?' => KEYS.to_owned(),
            _ => return Wish::Status,
        };
        Wish::Told(told)
    }
}

/// How often keys are looked for: nobody notices a tenth of a second.
pub(crate) const KEYS_EVERY: Duration = Duration::from_millis(100);

const KEYS: &str = "\
v, V  say more, or less
d, D  show reasons and more ports, or fewer
p, P  trace frames, or no longer
?     this
any other key: how far the scan is";

/// Frames are traced from now on, or no longer.
fn traced(tracing: &Cell<Option<bool>>, is_on: bool) -> &'static str {
    if tracing.get().is_none() {
        return "Packet tracing shows frames, and this scan goes by connections.";
    }
    tracing.set(Some(is_on));
    if is_on { "Packet tracing enabled." } else { "Packet tracing disabled." }
}

/// A tap that sees frames only while they are to be traced.
#[derive(Debug)]
pub(crate) struct Switched<T> {
    pub(crate) levels: Levels,
    pub(crate) tap: T,
}

impl<T: Tap> Tap for Switched<T> {
    fn frame(&mut self, passage: &Passage<'_>) {
        if self.levels.0.tracing.get() == Some(true) {
            self.tap.frame(passage);
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.tap.finish()
    }
}

/// One step up or down; it ends at 0 and at 10, as in Nmap.
fn changed(what: &str, level: &Cell<u8>, is_up: bool) -> String {
    let before = level.get();
    let now = if is_up { before.saturating_add(1).min(10) } else { before.saturating_sub(1) };
    level.set(now);
    format!("{what} {} to {now}.", if is_up { "Increased" } else { "Decreased" })
}

#[cfg(test)]
mod tests {
    use muster_engine::Framing;
    use muster_platform::{Device, DeviceKind};
    use muster_sweep::Direction;

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
        assert!(told(b'p').contains("goes by connections") && told(b'?').contains("v, V"));
        levels.has_frames(false);
        assert_eq!([told(b'p'), told(b'P')], ["Packet tracing enabled.", "Packet tracing disabled."]);
        assert_eq!([told(b' '), told(b'\n'), told(b'x')], ["status"; 3]);
        assert_eq!(watch.wish(), None, "there is no keyboard");
    }

    /// Counts frames.
    #[derive(Debug, Default)]
    struct Count(u32);

    impl Tap for Count {
        fn frame(&mut self, _: &Passage<'_>) {
            self.0 += 1;
        }

        fn finish(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn frames_are_traced_while_they_are_to_be() {
        let device = Device {
            index: 1,
            name: "tun0".to_owned(),
            kind: DeviceKind::Ethernet,
            hardware: None,
            mtu: 1_500,
            is_up: true,
            driver: None,
        };
        let passage = Passage {
            direction: Direction::Sent,
            device: &device,
            framing: Framing::RawIp,
            frame: &[],
            after: Duration::ZERO,
            at: std::time::UNIX_EPOCH,
        };
        let levels = Levels::new(0, 0);
        let watch = Watch::new(levels.clone(), None, 1);
        let mut tap = Switched { levels: levels.clone(), tap: Count::default() };
        let mut traced = |key| {
            watch.meaning(key);
            tap.frame(&passage);
            tap.tap.0
        };
        assert_eq!(traced(b'p'), 0, "nobody has said that there are frames");
        levels.has_frames(true);
        assert_eq!([traced(b'v'), traced(b'P'), traced(b'P'), traced(b'p'), traced(b'p')], [1, 1, 1, 2, 3]);
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
