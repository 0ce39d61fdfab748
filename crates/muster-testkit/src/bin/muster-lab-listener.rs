//! The hosts of a lab: accepts connections inside the far namespace until its stdin closes.

use muster_testkit::lab;

fn main() -> std::io::Result<()> {
    lab::companion::attend(lab::listener::serve_work)
}
