//! An audit as one page: a file that loads nothing, can be read without scripts, and prints.
//!
//! Up to 2,000 hosts have a row each. Larger runs are told by groups of hosts with the same verdict and
//! reasons, since the reasons of 65,536 hosts, one by one, are neither readable nor small.

mod about;
mod answer;
mod limits;
mod map;
mod markup;
mod rows;

use std::io::{self, Write};

use askama::Template;
use muster_model::Run;

use self::about::About;
use self::answer::Answer;
use self::limits::Limits;
use self::map::{Drawing, Map};
use self::rows::{Listing, Work};
use super::AuditReport;
use super::groups::Groups;
use super::why;
use super::words;

/// Writes the page.
///
/// # Errors
/// The writer's.
pub fn write_html(out: &mut impl Write, report: &AuditReport<'_>) -> io::Result<()> {
    let run = report.run;
    let groups = Groups::of(run);
    let page = Page {
        run,
        style: STYLE,
        style_hash: STYLE_HASH,
        script: SCRIPT,
        script_hash: SCRIPT_HASH,
        about: About::of(report),
        answer: Answer::of(run),
        work: Work::of(run, &groups),
        map: Map::of(run, &groups),
        list: Listing::of(run, &groups),
        limits: Limits::of(run),
    };
    let mut out = io::BufWriter::new(out);
    page.write_into(&mut out)?;
    out.flush()
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    run: &'a Run,
    style: &'static str,
    style_hash: &'static str,
    script: &'static str,
    script_hash: &'static str,
    about: About,
    answer: Answer,
    work: Work<'a>,
    map: Map,
    list: Listing<'a>,
    limits: Limits,
}

const STYLE: &str = include_str!("../../../templates/page.css");
const SCRIPT: &str = include_str!("../../../templates/page.js");
/// What the page's own rules allow: SHA-256 of the two, in base 64. A test compares.
const STYLE_HASH: &str = "jQynV8KqlZvKQwv14TeNR2OYydL4LApuMMESNREFB0g=";
const SCRIPT_HASH: &str = "q80U3TCNtnq5eY5iw988DowV4Zap9Mya+o3LixHOAcw=";
