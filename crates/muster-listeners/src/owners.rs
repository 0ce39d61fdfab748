//! Whose program listens.

use muster_catalog::{Catalog, Product};

use crate::Program;

/// The products that have a program of that name, in the order of their keys. Names are compared without regard to case
/// and to `.exe`, which PowerShell leaves out; of a name that may be cut its beginning counts.
pub fn owners<'c>(catalog: &'c Catalog, program: &Program) -> Vec<&'c Product> {
    let name = bare(&program.name);
    let beginning = program.name.to_ascii_lowercase();
    let is_begun = program.is_cut && beginning.len() >= FEWEST;
    let is_same =
        |known: &str| bare(known) == name || (is_begun && known.to_ascii_lowercase().starts_with(&beginning));
    let has = |product: &&Product| product.processes.iter().any(|process| is_same(&process.name));
    if name.is_empty() { Vec::new() } else { catalog.products().iter().filter(has).collect() }
}

/// A shorter beginning is that of many names.
const FEWEST: usize = 8;

fn bare(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}
