//! Libraries and programs that read files.

use crate::clients::told::Told;
use crate::clients::{Swept, has_nmap_parser, installed, python_with, script};
use crate::common::finish;

#[test]
#[ignore = "needs root and the lab"]
fn what_others_read_in_our_files_is_what_our_json_lines_say() {
    let Some(swept) = Swept::new() else { return };
    for name in ["few", "many"] {
        let xml = swept.file(&format!("{name}.xml")).display().to_string();
        if let Some(python) = python_with("libnmap") {
            let said = swept.said(python, &[&script("python_libnmap.py"), "file", &xml]);
            assert_eq!(Told::by_lines(&said), swept.told(name), "python-libnmap, {name}");
        }
        if has_nmap_parser() {
            let said = swept.said("perl", &[&script("nmap_parser.pl"), "file", &xml]);
            assert_eq!(Told::by_lines(&said), swept.told(name), "Nmap::Parser, {name}");
        }
        let Some(folder) = installed("python") else { continue };
        let folder = folder.display().to_string();
        for (word, ending) in [("-i", "gnmap"), ("-i", "nmap"), ("-x", "xml")] {
            let mut command = swept.command("python3");
            command.env("PYTHONPATH", &folder).arg(format!("{folder}/bin/nmaptocsv"));
            command.args(["-s", "-f", "ip-port-protocol", word, &format!("{name}.{ending}")]);
            let said = finish(command).ok().stdout;
            assert_eq!(by_table(&said), swept.told(name).only_open(), "nmaptocsv, {name}.{ending}");
        }
    }
}

/// `"10.77.3.1";"2967";"tcp"`: open ports, and a line without a port for a host that has none.
fn by_table(text: &str) -> Told {
    let mut told = Told::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.split(';').map(|cell| cell.trim_matches('"')).collect::<Vec<_>>()[..] {
            [address, "", ""] => told.rises(address),
            [address, port, "tcp"] => {
                told.rises(address);
                told.add(address, port.parse().unwrap(), "open");
            }
            _ => panic!("unexpected: {line}"),
        }
    }
    told
}
