//! Addresses that may not be probed, in every disguise: refused before anything is sent.

use std::fmt::Write as _;

use crate::support::{planned, scanned};

/// Holds what is said about a sweep of each of the targets against a snapshot. A dry run all the same, so that a fault here sends nothing.
#[track_caller]
fn refused(snapshot: &str, targets: &[&str]) {
    let mut told = String::new();
    for target in targets {
        let ran = scanned(&format!("--dry-run -Pn -p 2967 {target}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{target}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: "), "{target}: {}", ran.stderr);
        let _ = writeln!(told, "$ muster scan -p 2967 {target}\n{}", ran.stderr);
    }
    insta::assert_snapshot!(snapshot, told);
}

#[test]
fn nobody_has_allowed_them() {
    refused(
        "nobody_has_allowed_them",
        &[
            "8.8.8.8",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "::ffff:808:808",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "::8.8.8.8",
            "100.64.0.1",
            "203.0.113.0/28 10.0.0.1",
        ],
    );
}

#[test]
fn they_straddle_the_edge() {
    refused(
        "they_straddle_the_edge",
        &[
            "9.255.255.250-255 10.0.0.0/30",
            "9-10.0.0.1",
            "172.15-16.0.1",
            "172.31-32.0.1",
            "192.167-168.1.1",
            "126-128.0.0.1",
            "10.0.0.1 11.0.0.1 10.0.0.2",
            "fbff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/126 fc00::/126",
        ],
    );
}

#[test]
fn nothing_allows_them() {
    refused(
        "nothing_allows_them",
        &[
            "0.0.0.0 --allow 0.0.0.0/0",
            "224.0.0.1 --allow 0.0.0.0/0",
            "240.0.0.1 --allow 0.0.0.0/0",
            "255.255.255.255 --allow 0.0.0.0/0",
            "ff02::1 --allow ::/0",
            ":: --allow ::/0",
            "::ffff:224.0.0.1 --allow ::/0",
            "127.255.255.255",
        ],
    );
}

#[test]
fn only_their_own_name_allows_them() {
    refused(
        "only_their_own_name_allows_them",
        &[
            "169.254.169.254",
            "169.254.169.254 --allow 169.254.0.0/16",
            "169.254.169.252/30",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fd00:ec2::254",
            "fd00:ec2::254 --allow fd00::/8",
        ],
    );
}

#[test]
fn there_are_too_many() {
    refused(
        "there_are_too_many",
        &[
            "10.0.0.0/15",
            "10.0.0.0/16 192.168.0.1",
            "10.0.0.0/8",
            "fd00::/111",
            // 2^40 and more.
            "fd00::/88",
            "fd00::/88 --allow fd00::/88",
            "fd00::/8 --allow fd00::/8",
        ],
    );
    assert_eq!(planned("-Pn -p 1 10.0.0.0/16", "targets"), "65536 addresses: 10.0.0.0/16");
}

#[test]
fn all_there_is_is_refused_for_every_reason() {
    for everything in ["0.0.0.0/0", "*.*.*.*", "0-255.0-255.0-255.0-255"] {
        let ran = scanned(&format!("--dry-run -Pn -p 2967 {everything} --allow 1.0.0.0/8"));
        assert_eq!(ran.code, 2);
        for reason in [
            "metadata service: 169.254.169.254;",
            "multicast: 224.0.0.0/4;",
            "reserved: 240.0.0.0/4;",
            "no host: 0.0.0.0/8;",
            "not in the scope: 2-9.*.*.*, ",
        ] {
            assert!(ran.stderr.contains(reason), "{reason} {}", ran.stderr);
        }
    }
}

#[test]
fn what_is_excluded_is_not_held_against_a_plan() {
    let line = "-Pn -p 1 169.254.169.252/30 --exclude 169.254.169.254";
    assert_eq!(planned(line, "targets"), "3 addresses: 169.254.169.252/31, 169.254.169.255");
}
