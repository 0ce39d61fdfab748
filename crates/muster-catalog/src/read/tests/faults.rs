//! What is wrong with a file: each fault with its line, and something to do about it.

use super::*;

#[track_caller]
fn faults(text: &str) -> Vec<String> {
    let faults = Catalog::builtin().with(&[("x.toml", text)]).expect_err(text);
    for fault in &faults {
        assert!(!fault.wrong.hint().is_some_and(|hint| hint.is_empty()), "{fault}");
    }
    faults.iter().map(ToString::to_string).collect()
}

/// A product that is as it should be.
const PRODUCT: &str = "\
vendor = 'Acme'
[[product]]
id = 'acme-shield'
name = 'Shield'
versions = 'all'
part = 'agent'
status = 'current'
confidence = 'low'
source = ['recalled']
[[product.listener]]
protocol = 'tcp'
ports = [4711]
role = 'agent'
binding = 'fixed'
manner = { answers = 'http' }
request = 'http-get'
confidence = 'low'
source = ['recalled']
[[product.process]]
os = 'linux'
name = 'shieldd'
service = 'shield'
source = ['recalled']
service_source = ['recalled']
[[product.fingerprint]]
id = 'acme-page'
request = 'http-get'
matches = [{ part = 'title', comparison = 'equals', text = 'Shield' }]
confidence = 'low'
source = ['recalled']
";

#[test]
fn a_product_that_is_as_it_should_be_has_no_fault() {
    let catalog = Catalog::builtin().with(&[("x.toml", PRODUCT)]).unwrap();
    assert_eq!(catalog.expected("acme-shield").unwrap()[0].title(), "Acme Shield");
    assert_eq!(catalog.products().len(), Catalog::builtin().products().len() + 1);
}

/// One thing at a time is broken.
#[test]
fn every_fault_is_named_with_its_line() {
    for (right, broken, expected) in [
        ("part = 'agent'", "part = 'agnt'", "x.toml:6: unknown word: `agnt` as part"),
        ("name = 'Shield'\nv", "nam = 'Shield'\nv", "x.toml:4: unknown key: `nam` in product"),
        ("name = 'Shield'\nv", "name = 7\nv", "x.toml:4: `name` is a number, and has to be a text in quotes"),
        ("name = 'Shield'\nv", "name = ' '\nv", "x.toml:4: `name` is empty"),
        (
            "name = 'Shield'\nv",
            "name = 'Acme Shield'\nv",
            "x.toml:4: the product's name begins with its vendor: `Acme Shield`",
        ),
        ("name = 'Shield'\nv", "name = \"a\\u001b[1m\"\nv", "x.toml:4: `name` has a control character"),
        ("role = 'agent'\n", "", "x.toml:10: missing key: `role` in product.listener"),
        ("[4711]", "[0]", "x.toml:12: impossible port: 0"),
        ("[4711]", "[65536]", "x.toml:12: impossible port: 65536"),
        ("[4711]", "[99999999999999999999999999]", "x.toml:12: impossible port: 99999999999999999999999999"),
        ("[4711]", "4711", "x.toml:12: `ports` is a number, and has to be a list of ports: [2967, 2968]"),
        ("[4711]", "[4712, 4711]", "x.toml:12: ports are not in ascending order, each once: [4712, 4711]"),
        ("'acme-shield'", "'Acme Shield'", "x.toml:3: not a key: `Acme Shield`"),
        (
            "versions = 'all'",
            "versions = 'all'\nend_of_life = '2012-02-30'",
            "x.toml:6: not a day: `2012-02-30`",
        ),
        ("part = 'title'", "part = 'head'", "x.toml:28: unknown part of an answer: `head`"),
        ("part = 'title'", "part = 'field '", "x.toml:28: unknown part of an answer: `field`"),
        (
            "versions = 'all'",
            "versions = 'all'\nfamily = 'clamav'",
            "x.toml:6: ambiguous key: `clamav` is a product, and `acme-shield` has it for its family",
        ),
        (
            "'acme-shield'",
            "'symantec-sep'",
            "x.toml:3: ambiguous key: `symantec-sep` is a product, and `symantec-sepm` has it for its family",
        ),
        (
            "source = ['recalled']\n[[product.l",
            "source = ['page']\n[[product.l",
            "x.toml:9: unknown source: `page`",
        ),
        ("source = ['recalled']\n[[product.l", "source = []\n[[product.l", "x.toml:9: `source` is empty"),
        (
            "service_source = ['recalled']\n",
            "",
            "x.toml:19: missing key: `service_source` in product.process",
        ),
        (
            "matches = [{ part = 'title', comparison = 'equals', text = 'Shield' }]",
            "matches = []",
            "x.toml:25: fingerprint without a condition: `acme-page`",
        ),
        ("text = 'Shield'", "text = ''", "x.toml:28: `text` is empty"),
        (
            "'http' }\nrequest = 'http-get'",
            "'tls' }\nrequest = 'http-get'",
            "x.toml:16: request that does not fit the manner: http-get where the listener waits to be asked and \
             answers in TLS",
        ),
        ("protocol = 'tcp'", "protocol = 'udp'", "x.toml:16: request over UDP: `http-get`"),
        (
            "'acme-page'\nrequest = 'http-get'",
            "'acme-page'",
            "x.toml:25: fingerprint that is never tried: `acme-page` needs a greeting, and no listener of the \
             product does that",
        ),
        (
            "'acme-page'",
            "'clamav-version'",
            "x.toml:26: duplicate fingerprint: `clamav-version`, first in muster's own catalogue",
        ),
        (
            "{ answers = 'http' }",
            "{ answers = 'http', greets = 'http' }",
            "x.toml:15: `manner` is a table, and has to be a word, { greets = … } or { answers = … }",
        ),
    ] {
        assert_eq!(PRODUCT.matches(right).count(), 1, "{right}");
        let found = faults(&PRODUCT.replace(right, broken));
        assert!(found.contains(&expected.to_owned()), "{broken}\n{found:#?}");
    }
}

#[test]
fn tables_that_are_no_products_have_faults_too() {
    for (text, expected) in [
        ("[[source]]\nid = 'a'\nkind = 'b'\n", &["x.toml:1: missing key: `reference` in source"][..]),
        ("\n\nvender = 'a'\n", &["x.toml:3: unknown key: `vender` in the file"]),
        (
            "[[device]]\nclass = 'toaster'\nports = [[9100], [135]]\nnames = ['HP']\ngreetings = ['a']\n\
             source = ['recalled']\n",
            &[
                "x.toml:2: unknown word: `toaster` as class",
                "x.toml:3: sign that is never seen: port 135 is not asked of hosts",
                "x.toml:4: sign that fits everything: `HP`",
                "x.toml:5: sign that fits everything: `a`",
            ],
        ),
        ("[[port]]\nport = 65536\n", &["x.toml:2: impossible port: 65536"]),
        ("product = 1", &["x.toml:1: `product` is a number, and has to be a list"]),
        ("product = [1]", &["x.toml:1: `product` is a number, and has to be a table"]),
        (
            "[[source]]\nid = 'iana24'\nkind = 'b'\nreference = 'c'\n",
            &["x.toml:2: duplicate source: `iana24`, first in muster's own catalogue"],
        ),
        (
            "[[contradiction]]\ntopic = 'a'\ntext = 'b'\nproducts = ['nobody']\nsource = ['recalled']\n",
            &["x.toml:4: unknown product: `nobody`"],
        ),
        (
            "[[incident]]\ndate = '2020'\nname = 'a'\nprotocol = 'tcp'\nports = []\nproducts = []\nsummary = 'b'\n\
             source = ['recalled']\n",
            &["x.toml:1: `products` is empty"],
        ),
    ] {
        assert_eq!(faults(text), expected, "{text}");
    }
}

#[test]
fn all_faults_are_listed_in_the_order_of_lines() {
    let text =
        PRODUCT.replace("[4711]", "[0, 70000]").replace("'agent'\nst", "'x'\nst").replace("'low'", "'sure'");
    let found = faults(&text);
    let lines: Vec<&str> = found.iter().map(|fault| fault.split(':').nth(1).unwrap()).collect();
    assert_eq!(lines, ["6", "8", "12", "12", "17", "29"], "{found:#?}");
}

#[test]
fn two_listeners_may_not_say_different_things_about_a_port() {
    let second = |more: &str, manner: &str| {
        let listener = PRODUCT.split("[[product.process]]").next().unwrap();
        let listener = listener.split("[[product.listener]]").nth(1).unwrap();
        let listener = listener.replace("{ answers = 'http' }\nrequest = 'http-get'", manner);
        PRODUCT.replace(
            "[[product.process]]",
            &format!("[[product.listener]]{listener}{more}[[product.process]]"),
        )
    };
    let overlap = "x.toml:19: overlapping meanings: 4711/tcp is also told of in line 10, otherwise";
    let http = "{ answers = 'http' }\nrequest = 'http-get'";
    let tls = "{ answers = 'tls' }\nrequest = 'tls-hello'";
    assert_eq!(faults(&second("", http)), [overlap], "the same twice");
    assert_eq!(faults(&second("open = 'nothing'\n", tls)), [overlap]);
    assert_eq!(faults(&second("is_on_every_client = true\n", tls)), [overlap]);
    Catalog::builtin().with(&[("x.toml", &second("", tls))]).expect("either of two manners is possible");
}

#[test]
fn a_key_may_stand_once_in_all_files() {
    let faults = Catalog::builtin().with(&[("a.toml", PRODUCT), ("b.toml", PRODUCT)]).unwrap_err();
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "b.toml:3: duplicate product: `acme-shield`, first in a.toml:3",
            "b.toml:26: duplicate fingerprint: `acme-page`, first in a.toml:26",
        ]
    );
}

#[test]
fn a_product_has_to_be_seen_somewhere() {
    let (head, _) = PRODUCT.split_once("[[product.listener]]").unwrap();
    assert_eq!(faults(head), ["x.toml:2: product that can be seen nowhere: `acme-shield`"]);
    let seen = head.replace("source", "other_evidence = ['the console']\nsource");
    assert!(Catalog::builtin().with(&[("x.toml", &seen)]).is_ok());
}

#[test]
fn what_is_no_toml_is_named_with_its_line() {
    for (text, line) in [("a = 1\nb = [\n", "x.toml:"), ("x", "x.toml:1"), ("a = 1\na = 2\n", "x.toml:2: ")] {
        let found = faults(text);
        assert!(found[0].starts_with(line) && !found[0].contains('\n'), "{found:?}");
    }
}

#[test]
fn a_file_of_nothing_but_faults_has_an_end() {
    let text: String = (0..100_000).map(|number| format!("key{number} = 1\n")).collect();
    let found = faults(&text);
    assert_eq!(found.len(), 101);
    assert!(found[100].ends_with("further faults of this file are not listed"), "{}", found[100]);
}

#[test]
fn hints_name_what_was_meant() {
    for (broken, expected) in
        [("parts = 'agent'", "did you mean `part`?"), ("zzz = 'agent'", "keys are id, family, name")]
    {
        let text = PRODUCT.replace("part = 'agent'", broken);
        let faults = Catalog::builtin().with(&[("x.toml", &text)]).unwrap_err();
        let hints: Vec<String> = faults.iter().filter_map(|fault| fault.wrong.hint()).collect();
        assert!(hints.iter().any(|hint| hint.starts_with(expected)), "{hints:?}");
    }
}

/// A file cut off anywhere is a fault or a file, never a panic.
#[test]
fn a_file_may_be_cut_anywhere() {
    for end in 0..PRODUCT.len() {
        let _ = Catalog::builtin().with(&[("x.toml", &PRODUCT[..end])]);
        let damaged = format!("{}]{}", &PRODUCT[..end], &PRODUCT[end + 1..]);
        let _ = Catalog::builtin().with(&[("x.toml", &damaged)]);
    }
}
