//! `muster catalog`, and products of a user's own where they count.

use crate::common::{json_lines, of_type};
use crate::support::{Workplace, address, assert_refused};

const OWN: &str = "\
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
manner = 'unknown'
confidence = 'low'
source = ['recalled']
";

fn place() -> Workplace {
    let place = Workplace::new();
    std::fs::create_dir(place.path("own")).unwrap();
    place.write("own/acme.toml", OWN);
    place.write("own/notes.txt", "no TOML");
    place
}

#[test]
fn products_are_listed_by_vendor_purpose_and_part() {
    let place = place();
    let all = place.run("catalog list").ok().stdout;
    assert!(all.lines().count() > 77 && all.contains("clamav"), "{all}");
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");
    let some = place.run("catalog list --vendor sophos --part relay").ok().stdout;
    assert!(some.contains("sophos-central-relay") && !some.contains("sophos-sec-rms"), "{some}");
    let own = place.run("catalog list --vendor acme --catalog own").ok().stdout;
    assert!(
        own.contains("acme-shield") && own.contains("tcp 4711") && own.contains("from memory alone"),
        "{own}"
    );
    assert_refused(
        &place.run("catalog list --vendor acme"),
        2,
        "no product is like that",
        "muster catalog list",
    );
}

#[test]
fn products_are_found_by_port_program_and_name() {
    let place = place();
    for (words, key) in [
        ("2967", "symantec-savce-10"),
        ("RTVSCAN.exe", "symantec-savce-10"),
        ("trend server", "trend-osce-server"),
        ("besclient", "bigfix"),
        ("4711 --catalog own", "acme-shield"),
    ] {
        let found = place.run(&format!("catalog search {words}")).ok().stdout;
        assert!(found.contains(key), "{words}: {found}");
    }
    assert_refused(&place.run("catalog search zzzzzz"), 2, "no product has `zzzzzz`", "muster explain");
}

#[test]
fn a_product_that_is_shown_as_a_file_is_in_order() {
    let place = place();
    let shown = place.run("catalog show clamav --toml").ok().stdout;
    place.write("own/clamav.toml", &shown.replace("3310", "3311"));
    let checked = place.run("catalog check own").ok().stdout;
    assert!(checked.starts_with("2 files: no fault; 1 new product, "), "{checked}");
    let text = place.run("explain 3311 --catalog own").ok().stdout;
    assert!(text.contains("ClamAV"), "{text}");
    let before = place.run("explain 3311").ok().stdout;
    assert!(before.contains("No product of the catalogue."), "{before}");
    assert_refused(
        &place.run("catalog show clamv"),
        2,
        "no product has the key `clamv`",
        "did you mean `clamav`?",
    );
}

#[test]
fn json_has_a_line_for_each_product_and_source() {
    let place = place();
    for line in ["catalog show clamav --json", "explain clamav --json", "catalog search clamav --json"] {
        let lines = json_lines(&place.run(line).ok().stdout);
        assert_eq!(lines[0]["type"], "catalog");
        let products = of_type(&lines, "product");
        assert_eq!((products.len(), &products[0]["id"]), (1, &"clamav".into()), "{line}");
        assert_eq!(products[0]["listeners"][0]["ports"][0], 3310);
        let recalled = products[0]["processes"][1]["recalled"].as_bool();
        assert_eq!(recalled, Some(true), "memory is marked");
        assert!(of_type(&lines, "source").iter().any(|line| line["id"] == "clamd-conf"));
    }
    let lines = json_lines(&place.run("explain 2967 --json").ok().stdout);
    assert!(of_type(&lines, "contradiction").len() >= 3);
    assert!(!of_type(&lines, "known-port")[0]["otherwise"].as_array().unwrap().is_empty());
}

#[test]
fn every_fault_has_its_line_and_a_hint() {
    let place = place();
    place.write("own/acme.toml", &OWN.replace("4711", "0, 70000").replace("'agent'\nst", "'agnt'\nst"));
    for line in ["catalog check own", "catalog list --catalog own", "explain 80 --catalog own/acme.toml"] {
        let ran = place.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
        for part in [
            "acme.toml:6: unknown word: `agnt` as part\nhint: did you mean `agent`?\n",
            "acme.toml:12: impossible port: 0\nhint: ",
            "acme.toml:12: impossible port: 70000\nhint: ",
        ] {
            assert!(ran.stderr.contains(part), "{line}: {}", ran.stderr);
        }
        assert_eq!(ran.stderr.matches("error: ").count(), 3, "{}", ran.stderr);
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let place = place();
    std::fs::create_dir(place.path("empty")).unwrap();
    std::fs::write(place.path("latin.toml"), b"vendor = 'A'\n# \xe9\n").unwrap();
    place.write("raw.toml", "vendor = 1\n\"\\u001b[31m\\u202e\" = 1\n");
    assert_refused(&place.run("catalog check nowhere"), 2, "cannot read nowhere", "name a TOML file");
    assert_refused(&place.run("catalog check empty"), 2, "no file *.toml in empty", "name a file");
    assert_refused(&place.run("catalog check latin.toml"), 2, "latin.toml:2: not UTF-8", "save it as UTF-8");
    let ran = place.run("catalog check raw.toml");
    assert!(ran.code == 2 && !ran.stderr.contains(['\x1b', '\u{202e}']), "{:?}", ran.stderr);
}

#[test]
fn a_policy_may_expect_a_product_of_ones_own() {
    let place = place();
    let target = address(0, 1);
    let zone = "[[zone]]\nname = 'a'\nranges = ['127.0.0.0/8']\nproducts = ['acme-shield']\n";
    place.write("policy.toml", zone);
    let line = format!("audit -n --dry-run --no-store --no-devices --policy policy.toml {target}");
    let ran = place.run(&line);
    assert!(ran.code == 2 && ran.stderr.contains("acme-shield"), "{}", ran.stderr);
    let plan = place.run(&format!("{line} --catalog own")).ok().stdout;
    assert!(plan.contains("4711"), "{plan}");
}

#[test]
fn files_of_scanners_are_judged_by_products_of_ones_own() {
    let place = place();
    let zone = "[[zone]]\nname = 'a'\nranges = ['127.0.0.0/8']\nproducts = ['acme-shield']\n";
    place.write("policy.toml", zone);
    place.run(&format!("scan -Pn -n -T5 -p 4711 -oX scan.xml {}", address(0, 1))).ok();
    let line = "import --policy policy.toml --store runs.db scan.xml";
    let ran = place.run(line);
    assert!(ran.code == 2 && ran.stderr.contains("acme-shield"), "{}", ran.stderr);
    let run = place.run(&format!("{line} --catalog own")).ok().stdout;
    assert!(run.starts_with("run 1: scan.xml: "), "{run}");
}

#[test]
fn no_output_takes_the_place_of_a_file_of_the_catalogue() {
    let place = place();
    let target = address(0, 1);
    let ran = place.run(&format!("scan -Pn -n -p 9 -oN own/acme.toml --catalog own {target}"));
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(place.read("own/acme.toml"), OWN);
}
