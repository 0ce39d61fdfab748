//! The JSON Schema of the catalogue's files, which is written by hand: shipped files hold to it, and it has the keys and
//! words that the reader has, no more and no less.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use muster_catalog::{Catalog, SCHEMA, Wrong};
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

#[track_caller]
fn holds(validator: &Validator, name: &str, text: &str) {
    let errors: Vec<String> = validator
        .iter_errors(&json(text))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn the_schema_is_one() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn every_shipped_file_holds_to_the_schema() {
    let validator = validator();
    Catalog::files().iter().for_each(|(name, text)| holds(&validator, name, text));
}

#[test]
fn every_product_that_is_shown_holds_to_the_schema() {
    let validator = validator();
    for product in Catalog::builtin().products() {
        holds(&validator, product.id.as_str(), &muster_catalog::toml(product));
    }
}

/// Faults that need no other file are faults of the schema as well.
#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    let validator = validator();
    let product = muster_catalog::toml(Catalog::builtin().product(&"clamav".parse().unwrap()).unwrap());
    for (right, broken) in [
        ("id = \"clamav\"\n", ""),
        ("id = \"clamav\"", "id = \"Clam AV\""),
        ("part = \"agent\"", "part = \"agnt\""),
        ("part = \"agent\"", "part = \"agent\"\npurpos = \"protection\""),
        ("ports = [3310]", "ports = [0]"),
        ("ports = [3310]", "ports = [65536]"),
        ("ports = [3310]", "ports = [3310, 3310]"),
        ("ports = [3310]", "ports = \"3310\""),
        ("{ answers = \"clamd\" }", "{ answers = \"smtp\" }"),
        ("{ answers = \"clamd\" }", "{ answers = \"clamd\", greets = \"clamd\" }"),
        ("{ answers = \"clamd\" }", "\"loud\""),
        ("request = \"clamd-version\"", "request = \"zap\""),
        ("source = [\"clamd-conf\"]\n\n[[product.listener]]", "source = []\n\n[[product.listener]]"),
        ("name = \"ClamAV\"", "name = \"\""),
        ("part = \"whole\", comparison", "part = \"field \", comparison"),
    ] {
        assert!(product.contains(right), "{right}\n{product}");
        let text = product.replacen(right, broken, 1);
        assert!(!validator.is_valid(&json(&text)), "{broken}");
        assert!(Catalog::builtin().with(&[("x.toml", &text)]).is_err(), "{broken}");
    }
}

/// A file in which every table has a key that there is not, and every word is none.
const WRONG: &str = "\
zz = 1
[[product]]
id = 'a'
zz = 1
part = 'zz'
purpose = 'zz'
status = 'zz'
confidence = 'zz'
[[product.listener]]
zz = 1
protocol = 'zz'
binding = 'zz'
manner = 'zz'
request = 'zz'
only_on = 'zz'
open = 'zz'
closed = 'zz'
filtered = 'zz'
[[product.listener]]
manner = { greets = 'zz', answers = 'zz', zz = 1 }
[[product.process]]
zz = 1
os = 'zz'
[[product.fingerprint]]
zz = 1
matches = [{ zz = 1, comparison = 'zz' }]
tells = [{ zz = 1, what = 'zz' }]
[[incident]]
zz = 1
[[contradiction]]
zz = 1
[[device]]
zz = 1
class = 'zz'
[[port]]
zz = 1
[[port.registration]]
zz = 1
[[port.user]]
zz = 1
[[port.reading]]
zz = 1
[[source]]
zz = 1
";

fn faults() -> Vec<Wrong> {
    let faults = Catalog::builtin().with(&[("x.toml", WRONG)]).unwrap_err();
    faults.into_iter().map(|fault| fault.wrong).collect()
}

#[test]
fn schema_and_reader_know_the_same_keys() {
    let schema = schema();
    let read: BTreeMap<&str, BTreeSet<String>> = faults()
        .into_iter()
        .filter_map(|wrong| match wrong {
            Wrong::UnknownKey { table, known, .. } => {
                Some((table, known.into_iter().map(str::to_owned).collect()))
            }
            _ => None,
        })
        .collect();
    let places = [
        ("the file", ""),
        ("product", "/properties/product/items"),
        ("product.listener", "/properties/product/items/properties/listener/items"),
        ("product.process", "/properties/product/items/properties/process/items"),
        ("product.fingerprint", "/properties/product/items/properties/fingerprint/items"),
        ("matches", "/properties/product/items/properties/fingerprint/items/properties/matches/items"),
        ("tells", "/properties/product/items/properties/fingerprint/items/properties/tells/items"),
        ("incident", "/properties/incident/items"),
        ("contradiction", "/properties/contradiction/items"),
        ("device", "/properties/device/items"),
        ("port", "/properties/port/items"),
        ("port.registration", "/properties/port/items/properties/registration/items"),
        ("port.user", "/properties/port/items/properties/user/items"),
        ("port.reading", "/properties/port/items/properties/reading/items"),
        ("source", "/properties/source/items"),
    ];
    for (table, place) in places {
        let told = schema.pointer(&format!("{place}/properties")).unwrap().as_object().unwrap();
        let told: BTreeSet<String> = told.keys().cloned().collect();
        assert_eq!(read.get(table), Some(&told), "{table}");
    }
    assert_eq!(read.len(), places.len() + 1, "manner has its tables in the schema as alternatives");
}

#[test]
fn schema_and_reader_know_the_same_words() {
    let mut told = BTreeMap::new();
    words(&schema(), &mut told);
    for wrong in faults() {
        if let Wrong::UnknownTerm { key, known, .. } = wrong {
            let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
            let lists = told.remove(key).unwrap_or_else(|| vec![known.clone()]);
            assert!(lists.iter().all(|list| *list == known), "{key}: {lists:?}, read are {known:?}");
        }
    }
    assert_eq!(told.keys().collect::<Vec<_>>(), [""; 0], "no value of these was read");
}

/// Every list of words, by the key whose value it is.
fn words(schema: &Value, lists: &mut BTreeMap<String, Vec<Vec<String>>>) {
    let children: Vec<&Value> = match schema {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    children.into_iter().for_each(|child| words(child, lists));
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (key, value) in properties {
        let choice = if key == "manner" { value.pointer("/anyOf/0/enum") } else { value.get("enum") };
        if let Some(list) = choice.and_then(Value::as_array) {
            let list = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            lists.entry(key.clone()).or_default().push(list);
        }
    }
}
