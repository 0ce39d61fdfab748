//! The name server of a lab: answers inside the near namespace until its stdin closes.

use muster_testkit::lab;

fn main() -> std::io::Result<()> {
    lab::companion::attend(lab::resolver::serve_names)
}
