//! `muster report --xml`, the bundled style sheet, and foreign programs that read them.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::common::{assert_valid_xml, finish, has, json_lines};
use crate::support::{Workplace, address, assert_refused, network, office};

/// The addresses of one of the page's lists.
fn list(page: &str, style: &str) -> Vec<String> {
    let part = page.split_once(&format!("<div class=\"{style}\">")).map_or("", |(_, rest)| rest);
    let part = part.split("<h2>").nth(1).unwrap_or_default();
    let first_cell = |row: &str| Some(row.split_once("<td>")?.1.split_once("</td>")?.0.to_owned());
    part.split("<tr>").skip(1).filter_map(first_cell).collect()
}

fn page(place: &Workplace, arguments: &[&str], xml: &Path) -> String {
    let mut command = Command::new("xsltproc");
    command.args(["--nonet"]).args(arguments).arg(place.path("muster.xsl")).arg(xml);
    finish(command).ok().stdout
}

#[test]
fn verdicts_reach_those_who_read_nmaps_xml() {
    let Some(office) = office(181) else { return };
    let place = Workplace::new();
    place.run(&format!("audit -T5 --xml scan.xml --jsonl lines {}", network(181).to_string() + "/24"));
    drop(office);
    assert_valid_xml(&place.path("scan.xml"));
    place.run("report 1 --xml again.xml").ok();
    assert_eq!(place.read("again.xml"), place.read("scan.xml"), "a stored run is the run");
    let xml = place.read("scan.xml");
    for host in place.lines("lines").iter().filter(|line| line["type"] == "host") {
        let (_, rest) =
            xml.split_once(&format!("<address addr=\"{}\"", host["address"].as_str().unwrap())).unwrap();
        let (entry, _) = rest.split_once("</host>").unwrap();
        assert!(
            entry.contains(&format!("<elem key=\"verdict\">{}</elem>", host["verdict"].as_str().unwrap())),
            "{entry}"
        );
    }
    if has("ndiff") {
        let changed = xml.replacen("output=\"unknown", "output=\"unprotected", 1);
        assert_ne!(changed, xml);
        place.write("changed.xml", &changed);
        let mut ndiff = Command::new("ndiff");
        ndiff.args([place.path("scan.xml"), place.path("changed.xml")]);
        let ran = finish(ndiff);
        assert!(ran.code == 1 && ran.stdout.contains("muster-verdict"), "{}{}", ran.stdout, ran.stderr);
    }
    let theirs = Path::new("/usr/share/nmap/nmap.xsl");
    if has("xsltproc") && theirs.exists() {
        let mut command = Command::new("xsltproc");
        command.args(["--nonet".as_ref(), theirs.as_os_str(), place.path("scan.xml").as_os_str()]);
        assert!(finish(command).ok().stdout.contains("muster-verdict"));
    }
}

#[test]
fn the_lists_are_the_verdicts() {
    let Some(office) = office(182) else { return };
    let place = Workplace::new();
    place.run(&format!("audit -T5 --xml scan.xml --jsonl lines {}", network(182).to_string() + "/24"));
    drop(office);
    if !has("xsltproc") {
        return;
    }
    place.run("report --stylesheet muster.xsl").ok();
    let page = page(&place, &[], &place.path("scan.xml"));
    for (style, verdicts) in [
        ("with", &["protected-likely", "protected-verified"][..]),
        ("without", &["unprotected"]),
        ("investigate", &["suspect", "degraded", "unknown"]),
        ("left", &["exempt", "out-of-scope"]),
    ] {
        let lines = place.lines("lines");
        let hosts = lines.iter().filter(|line| line["type"] == "host");
        let of_list = hosts.filter(|host| verdicts.contains(&host["verdict"].as_str().unwrap()));
        let expected: Vec<_> = of_list.map(|host| host["address"].as_str().unwrap().to_owned()).collect();
        assert_eq!(list(&page, style), expected, "{style}");
    }
}

#[test]
fn plain_nmap_is_sorted_by_its_ports() {
    if !(has("xsltproc") && has("nmap")) {
        return;
    }
    let place = Workplace::new();
    place.run("report --stylesheet muster.xsl").ok();
    let _listener = TcpListener::bind((address(183, 1), 2967)).unwrap();
    let mut nmap = Command::new("nmap");
    let targets = [1, 2].map(|last| address(183, last).to_string());
    nmap.args(["-n", "-Pn", "-sT", "-p", "2900-3000,8081", "-oX"]).arg(place.path("nmap.xml")).args(&targets);
    finish(nmap).ok();
    let xml = place.path("nmap.xml");
    let page_of = |arguments: &[&str]| page(&place, arguments, &xml);
    let by_default = page_of(&[]);
    assert_eq!(list(&by_default, "with"), targets[..1]);
    assert_eq!(list(&by_default, "without"), targets[1..]);
    assert!(by_default.contains("alone: 2967 2968 8081."), "{by_default}");
    let other = page_of(&["--stringparam", "ports", "2968, 8081"]);
    assert_eq!((list(&other, "with").len(), list(&other, "without")), (0, targets.to_vec()));
    let unasked = page_of(&["--stringparam", "ports", "12345"]);
    assert_eq!(list(&unasked, "investigate"), targets);
}

/// Hosts of older and other files: what each list makes of them.
#[test]
fn every_way_to_count_ports_is_read() {
    if !has("xsltproc") {
        return;
    }
    let place = Workplace::new();
    place.run("report --stylesheet muster.xsl").ok();
    let services: Vec<String> = (0..6_000).map(|at| format!("{}-{}", 10 * at + 1, 10 * at + 8)).collect();
    let host = |last: u8, inner: &str| {
        format!(
            "<host><status state=\"up\" reason=\"user-set\"/><address addr=\"10.0.0.{last}\" addrtype=\"ipv4\"/>{inner}</host>"
        )
    };
    let counted = |state: &str, ports: &str| {
        format!(
            "<ports><extraports state=\"{state}\" count=\"9\"><extrareasons reason=\"x\" count=\"9\"{ports}/></extraports></ports>"
        )
    };
    let hosts = [
        host(1, &counted("closed", "")),
        host(2, &counted("closed", " proto=\"tcp\" ports=\"1-2966,2967,8080-8090\"")),
        host(3, &counted("filtered", "")),
        host(4, &counted("closed", " proto=\"tcp\" ports=\"1-2966\"")),
        host(5, ""),
        host(6, "<ports><port protocol=\"udp\" portid=\"2967\"><state state=\"open\"/></port></ports>"),
        host(
            7,
            "<ports><port protocol=\"tcp\" portid=\"2967\"><state state=\"open\"/></port><port protocol=\"tcp\" portid=\"8081\"><state state=\"closed\"/></port></ports>",
        ),
        host(8, "<ports/>").replace("<host>", "<host timedout=\"true\">"),
        host(9, &counted("closed", "")).replace("\"up\"", "\"down\""),
        host(
            10,
            "<hostscript><script id=\"muster-verdict\" output=\"exempt: named by the policy\"/></hostscript>",
        ),
    ];
    place.write(
        "scan.xml",
        &format!(
            "<?xml version=\"1.0\"?><nmaprun args=\"x\"><scaninfo protocol=\"tcp\" services=\"{}\"/>{}</nmaprun>",
            services.join(","),
            hosts.concat()
        ),
    );
    let page = page(&place, &["--stringparam", "ports", "2967,8081"], &place.path("scan.xml"));
    let expected = |lasts: &[u8]| lasts.iter().map(|last| format!("10.0.0.{last}")).collect::<Vec<_>>();
    assert_eq!(list(&page, "with"), expected(&[7]), "{page}");
    assert_eq!(list(&page, "without"), expected(&[1, 2]));
    assert_eq!(list(&page, "investigate"), expected(&[3, 4, 5, 6, 8]));
    assert_eq!(list(&page, "left"), expected(&[10]));
    assert!(page.contains("<strong>Partial.</strong>"));
}

/// masscan does not say what it asked.
#[test]
fn masscans_hosts_are_sorted_by_what_answered() {
    if !has("xsltproc") {
        return;
    }
    let place = Workplace::new();
    place.run("report --stylesheet muster.xsl").ok();
    let host = |last: u8, port: u16, state: &str| {
        format!(
            "<host endtime=\"1700000000\"><address addr=\"10.0.0.{last}\" addrtype=\"ipv4\"/><ports><port protocol=\"tcp\" portid=\"{port}\">\
             <state state=\"{state}\" reason=\"syn-ack\" reason_ttl=\"64\"/></port></ports></host>\n"
        )
    };
    place.write(
        "masscan.xml",
        &format!(
            "<?xml version=\"1.0\"?>\n<nmaprun scanner=\"masscan\" start=\"1700000000\" version=\"1.0-BETA\" xmloutputversion=\"1.03\">\n\
             <scaninfo type=\"syn\" protocol=\"tcp\"/>\n{}{}<runstats><finished time=\"1700000100\"/></runstats>\n</nmaprun>\n",
            host(1, 2967, "open"),
            host(2, 22, "open")
        ),
    );
    let page = page(&place, &[], &place.path("masscan.xml"));
    assert_eq!(list(&page, "with"), ["10.0.0.1"], "{page}");
    assert_eq!(list(&page, "without"), [""; 0]);
    assert_eq!(list(&page, "investigate"), ["10.0.0.2"]);
}

#[test]
fn nothing_foreign_becomes_markup() {
    if !has("xsltproc") {
        return;
    }
    let place = Workplace::new();
    place.run("report --stylesheet muster.xsl").ok();
    let with = |text: &str| {
        place.write(
            "scan.xml",
            &format!(
                "<?xml version=\"1.0\"?><nmaprun args=\"{text}\" startstr=\"{text}\"><host><address addr=\"10.0.0.1\"/><hostnames><hostname name=\"{text}\"/>\
                 </hostnames><ports><port protocol=\"tcp\" portid=\"2967\"><state state=\"open\"/><service name=\"{text}\" product=\"{text}\"/></port></ports>\
                 <hostscript><script id=\"muster-verdict\" output=\"unknown: {text}\"><elem key=\"name\">{text}</elem><elem key=\"next-step\">{text}</elem></script></hostscript>\
                 </host><runstats><finished exit=\"error\" errormsg=\"{text}\"/></runstats></nmaprun>"
            ),
        );
        page(&place, &[], &place.path("scan.xml"))
    };
    let tags = |page: &str| page.matches('<').count();
    let harmless = tags(&with("harmless"));
    for text in [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&quot;&gt;&lt;img src=x&gt;",
        "&apos; onload=&apos;x",
        "--&gt;",
        "{1+1}",
    ] {
        let page = with(text);
        assert_eq!(tags(&page), harmless, "{page}");
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    }
}

#[test]
fn the_page_fits_telephones_dark_screens_and_paper_and_loads_nothing() {
    if !has("xsltproc") {
        return;
    }
    let place = Workplace::new();
    place.run("report --stylesheet muster.xsl").ok();
    place.write(
        "scan.xml",
        "<?xml version=\"1.0\"?><nmaprun args=\"x\"><runstats><finished/></runstats></nmaprun>",
    );
    let page = page(&place, &[], &place.path("scan.xml"));
    for wanted in [
        "width=device-width",
        "(max-width: ",
        "(prefers-color-scheme: dark)",
        "@media print",
        "default-src 'none'",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    for loaded in ["<script", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(loaded), "{loaded}: {page}");
    }
}

#[test]
fn the_style_sheet_is_written_where_it_is_wanted() {
    let place = Workplace::new();
    let sheet = place.run("report --stylesheet -").ok().stdout;
    assert!(sheet.starts_with("<?xml version=\"1.0\"") && sheet.contains("xsl:stylesheet"));
    place.run("report --stylesheet sheet.xsl").ok();
    assert_eq!(place.read("sheet.xsl"), sheet);
    assert_refused(
        &place.run("report --stylesheet nowhere/x"),
        2,
        "cannot write nowhere/x",
        "a folder that exists",
    );
    assert_refused(
        &place.run("report --stylesheet x --xml ./x"),
        2,
        "written to one place",
        "a file of its own",
    );
    place.run(&format!("audit -T5 --no-devices -p 2967 {}", address(184, 1))).ok();
    place.run("report --stylesheet sheet.xsl --xml scan.xml --jsonl lines").ok();
    assert!(place.read("scan.xml").contains("muster-verdict"));
    assert!(!json_lines(&place.read("lines")).is_empty());
    assert_valid_xml(&place.path("scan.xml"));
}
