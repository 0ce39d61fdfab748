//! The catalogue's own data, held against its rules and the facts it was made from; and what is said of a user's files.

mod faults;
mod keys;
mod listeners;
mod own;
mod whole;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use muster_model::{Protocol, Speech};

use super::*;
use crate::product::Product;
use crate::{COMPUTER_PORTS, DECOY_PORT, Manner, Means, Proof, SIGN_PORTS, Sign, registry};
use Protocol::{Tcp, Udp};

/// All rules that a user's files are held to.
#[test]
fn the_embedded_files_are_without_a_fault_and_sorted() {
    let catalog = match add(&Catalog::default(), FILES) {
        Ok(catalog) => catalog,
        Err(faults) => panic!("{}", faults.iter().map(|fault| format!("{fault}\n")).collect::<String>()),
    };
    assert!(catalog.products.is_sorted_by(|one, other| one.id < other.id), "a key is there twice");
    assert!(catalog.incidents.is_sorted_by_key(|incident| &incident.date));
    assert!(FILES.iter().all(|(name, _)| name.ends_with(".toml")));
    assert_eq!(catalog.contradictions.len(), 16);
}
