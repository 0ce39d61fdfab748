//! The long way of a lab: carries packets between the two namespaces, late and out of order, until its stdin closes.

use muster_testkit::lab;

fn main() -> std::io::Result<()> {
    lab::companion::attend(lab::relay::serve_work)
}
