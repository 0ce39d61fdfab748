//! The project's own chores.
mod setup;
fn main() {
    setup::run();
}
