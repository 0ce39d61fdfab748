//! A user's own products among the shipped ones, and products written as files.

use super::*;

#[test]
fn every_product_can_be_written_and_read_again() {
    for product in Catalog::builtin().products() {
        let text = crate::toml(product);
        let catalog = Catalog::builtin().with(&[("own.toml", &text)]);
        let catalog = catalog.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        let read = catalog.product(&product.id).unwrap();
        assert_eq!(format!("{read:?}"), format!("{product:?}"), "{text}");
        assert_eq!(catalog.products().len(), Catalog::builtin().products().len());
    }
}

#[test]
fn a_product_of_a_known_key_takes_its_place() {
    let clamav = Catalog::builtin().product(&"clamav".parse().unwrap()).unwrap();
    let text = crate::toml(clamav).replace("3310", "3311");
    let catalog = Catalog::builtin().with(&[("own.toml", &text)]).unwrap();
    assert_eq!(catalog.listeners(Tcp, 3310).count(), 0);
    let there: Vec<_> = catalog.listeners(Tcp, 3311).map(|(product, _)| product.id.as_str()).collect();
    assert_eq!(there, ["clamav"]);
    assert!(catalog.default_ports().contains(&3311) && !catalog.default_ports().contains(&3310));
}

#[test]
fn text_of_every_kind_is_written_so_that_it_reads_the_same() {
    let mut product = Catalog::builtin().product(&"clamav".parse().unwrap()).unwrap().clone();
    product.name = "a \"b\" \\ c é '''".to_owned();
    product.fingerprints[0].matches[0].text = "\n\t\u{7f}\u{0}\"".to_owned();
    let catalog = Catalog::builtin().with(&[("own.toml", &crate::toml(&product))]).unwrap();
    let read = catalog.product(&product.id).unwrap();
    assert_eq!(read.name, product.name);
    assert_eq!(read.fingerprints[0].matches, product.fingerprints[0].matches);
}

#[test]
fn what_memory_alone_says_is_known_for_it() {
    let catalog = Catalog::builtin();
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    assert!(catalog.is_recalled(&keys(&["recalled"])));
    assert!(!catalog.is_recalled(&keys(&["recalled", "iana24"])));
    assert!(!catalog.is_recalled(&[]));
}

/// Bounded, since audits, explanations and scans all begin with it.
#[test]
fn every_term_has_one_value_and_every_value_one_term() {
    fn check<T: crate::Term + std::fmt::Debug>() {
        for (term, value) in T::TERMS {
            assert_eq!((T::of_term(term), value.term()), (Some(*value), *term));
        }
    }
    check::<crate::Part>();
    check::<crate::Purpose>();
    check::<crate::Status>();
    check::<crate::Binding>();
    check::<crate::Proof>();
    check::<crate::Os>();
    check::<crate::Confidence>();
    check::<crate::Comparison>();
    check::<crate::TellKind>();
}
