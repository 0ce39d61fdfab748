//! Services that say what was written down: plays inside the far namespace until its stdin closes.

use muster_testkit::lab;

fn main() -> std::io::Result<()> {
    lab::companion::attend(lab::replay::serve_work)
}
