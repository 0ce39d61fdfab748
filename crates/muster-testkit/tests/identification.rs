//! docs/identification.md says of every product with a fingerprint what that rests on, as the catalogue does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use muster_catalog::Catalog;

/// The sources of a product's fingerprints, by the product's key.
fn known() -> BTreeMap<String, BTreeSet<String>> {
    let products = Catalog::builtin().products().iter().filter(|product| !product.fingerprints.is_empty());
    let sources = |product: &muster_catalog::Product| {
        product.fingerprints.iter().flat_map(|print| print.source.iter().cloned()).collect()
    };
    products.map(|product| (product.id.to_string(), sources(product))).collect()
}

/// The same as the page tells it: rows that begin with a key and end with a confidence.
fn told(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (_, table) = page.split_once("| product | asked | by | confidence |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let sources = cells[3].split(", ").map(|source| source.split(' ').next().unwrap().to_owned());
        (cells[1].trim_matches('`').to_owned(), sources.collect())
    };
    rows.map(row).collect()
}

#[test]
fn the_page_tells_of_every_fingerprint_what_it_rests_on() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/identification.md");
    assert_eq!(told(&fs::read_to_string(page).unwrap()), known());
}
