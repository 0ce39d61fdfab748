//! How long it takes to read the catalogue, to look up makers, and to classify hosts: `classify HOSTS`. A line a figure, its
//! name and its unit before it. `cargo xtask bench classify` runs it.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use muster_catalog::{Catalog, makers};
use muster_identify::Classifier;
use muster_model::{
    Asset, Conversation, Endpoint, Excerpt, HostName, NameSource, Observation, PortState, Reason, Service,
    Told,
};

fn main() -> ExitCode {
    let Some(hosts) = std::env::args().nth(1).and_then(|word| word.parse().ok()) else {
        return ExitCode::from(2);
    };
    match measure(hosts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn measure(hosts: u32) -> io::Result<()> {
    let mut out = io::stdout();
    let start = Instant::now();
    let catalog = Catalog::builtin();
    writeln!(out, "catalogue read and indexed, ms: {:.3}", start.elapsed().as_secs_f64() * 1e3)?;

    makers::maker(card(0));
    let start = Instant::now();
    let named = (0..LOOK_UPS).filter(|turn| makers::maker(card(*turn)).is_some()).count();
    let each = start.elapsed().as_secs_f64() * 1e9 / f64::from(LOOK_UPS);
    writeln!(out, "maker of a card, ns: {each:.1}")?;
    writeln!(out, "cards with a maker, of {LOOK_UPS}: {named}")?;

    let classifier = Classifier::new(catalog);
    let (mut spent, mut devices, mut systems) = (Duration::ZERO, 0_u32, 0_u32);
    // A part at a time, so that memory is not what is measured.
    for first in (0..hosts).step_by(PART as usize) {
        let assets: Vec<Asset> = (first..hosts.min(first + PART)).map(host).collect();
        let start = Instant::now();
        for asset in &assets {
            devices += u32::from(classifier.device(asset).is_some());
            systems += u32::from(classifier.system(asset).is_some());
        }
        spent += start.elapsed();
    }
    writeln!(out, "hosts classified, s: {:.3}", spent.as_secs_f64())?;
    writeln!(out, "devices, of {hosts} hosts: {devices}")?;
    writeln!(out, "systems, of {hosts} hosts: {systems}")
}

/// One of a hundred kinds of hosts: computers for the most part, each with ports, stacks, words, a name and a card.
fn host(number: u32) -> Asset {
    let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number).into();
    let (ports, stack, ttl, name): (&[u16], _, _, _) = match number % 100 {
        0..60 => (&[135, 445, 7680], "64240 1460 MNWNNS", 128, "pc"),
        60..80 => (&[22, 80], "65160 1460 MSTNW", 64, "srv"),
        80..88 => (&[80, 515, 9100], "5840 1460 MNW", 64, "printer"),
        88..93 => (&[23, 80], "4128 1460 M", 255, "sw"),
        93..97 => (&[80, 5060], "65535 1460 MNNS", 128, "phone"),
        _ => (&[80, 554], "14600 1460 MSTNW", 64, "cam"),
    };
    let told = match name {
        "pc" => Told::Server(Excerpt::of("Microsoft-HTTPAPI/2.0")),
        "srv" => Told::Greeting(Excerpt::of("SSH-2.0-OpenSSH_9.2p1 Debian-2")),
        "printer" => Told::Title(Excerpt::of("HP LaserJet 4250")),
        "sw" => Told::Greeting(Excerpt::of("User Access Verification")),
        "phone" => Told::Title(Excerpt::of("Yealink T46")),
        _ => Told::Title(Excerpt::of("Network Camera")),
    };
    let endpoint = |port: &u16| Endpoint::tcp(address, *port);
    let observation = |port: &u16| Observation {
        endpoint: endpoint(port),
        state: PortState::Open,
        reason: Reason::SynAck,
        icmp: None,
        ttl: Some(ttl),
        stack: stack.parse().ok(),
        rtt: None,
        round: 1,
        at: muster_model::Instant::START,
    };
    let service = Service {
        endpoint: endpoint(&ports[1]),
        identity: None,
        speech: None,
        asked: Vec::new(),
        told: vec![told],
        end: Conversation::Satisfied,
        exchanges: Vec::new(),
    };
    let name = Excerpt::of(&format!("{name}-{number}.office.example"));
    Asset {
        address,
        names: vec![HostName { name, source: NameSource::Reverse }],
        zone: None,
        ports: ports.iter().map(observation).collect(),
        services: vec![service],
        hardware: Some(card(number)),
        system: None,
        device: None,
        is_phantom: false,
    }
}

/// A card of a block that IEEE gave out, most likely, all over the listing.
fn card(number: u32) -> [u8; 6] {
    let [a, b, c, d] = number.wrapping_mul(0x9E37_79B9).to_be_bytes();
    match number % 4 {
        0 => [0x8C, 0x1F, 0x64, b, c, d],
        1 => [0xC8, 0x5C, 0xE2, b, c, d],
        _ => [a & 0x1C, b, c, d, 0, 1],
    }
}

const LOOK_UPS: u32 = 1_000_000;
const PART: u32 = 10_000;
