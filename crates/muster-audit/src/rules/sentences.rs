//! Every sentence that a judgement can hold, as a snapshot to be read by people.

use muster_catalog::{Catalog, Product};
use muster_model::{Device, DeviceClass, DeviceSign, Endpoint, Excerpt, PortState, SignKind, Speech, Trait};

use crate::sentence::{Behaviour, NextStep, Problem, Sentence, Titles, VerdictReason};
use crate::testing::{day, ip};

fn products(keys: &[&str]) -> Titles {
    let product = |key: &&str| Catalog::builtin().product(&key.parse().unwrap()).unwrap();
    Titles::of(keys.iter().map(product).collect::<Vec<&Product>>())
}

fn one() -> Titles {
    products(&["symantec-savce-10"])
}

fn two() -> Titles {
    products(&["symantec-sep-gup", "symantec-savce-10"])
}

fn device(class: DeviceClass, kinds: &[(SignKind, &str)]) -> Device {
    let endpoint = Some(Endpoint::tcp(ip("10.1.0.9"), 9100));
    let sign = |&(kind, seen): &(SignKind, &str)| DeviceSign { kind, endpoint, seen: Excerpt::of(seen) };
    Device { class, signs: kinds.iter().map(sign).collect() }
}

/// A web server's name and the stack say that it runs Linux.
fn other_system() -> VerdictReason {
    let signs =
        device(DeviceClass::Printer, &[(SignKind::Stack, "Linux"), (SignKind::Greeting, "nginx (Debian)")])
            .signs;
    let system = muster_model::System { family: muster_model::SystemFamily::Linux, role: None, signs };
    VerdictReason::OtherSystem { port: 2967, system, products: two() }
}

fn behaves(by: Trait, speech: Option<Speech>) -> Behaviour {
    Behaviour { by, speech }
}

fn shown(sentences: &[impl Sentence]) -> String {
    let lines: Vec<String> = sentences.iter().map(|one| format!("{}: {one}", one.code())).collect();
    let codes: std::collections::BTreeSet<&str> = sentences.iter().map(Sentence::code).collect();
    format!("{}\n\n{} codes\n", lines.join("\n"), codes.len())
}

#[test]
fn reasons() {
    use VerdictReason as Reason;
    let zone = Excerpt::of("clients");
    let reasons = [
        Reason::Alive { port: 445, state: PortState::Open },
        Reason::Alive { port: 7239, state: PortState::Closed },
        Reason::ClosedListener { port: 2967, product: one() },
        Reason::ClosedProvesNothing {
            port: 8081,
            products: products(&["trellix-agent", "trellix-superagent"]),
        },
        Reason::Consistent { port: 2967, behaviour: behaves(Trait::StaysSilent, None), products: one() },
        Reason::Consistent {
            port: 2967,
            behaviour: behaves(Trait::Speaks(Speech::Http), Some(Speech::Http)),
            products: products(&["symantec-sep-gup"]),
        },
        Reason::Consistent { port: 2967, behaviour: behaves(Trait::AnswersOtherwise, None), products: two() },
        Reason::Device {
            device: device(
                DeviceClass::Printer,
                &[(SignKind::PortPattern, "515 and 9100 open"), (SignKind::Name, "prn-3")],
            ),
        },
        Reason::DeviceSign { device: device(DeviceClass::NetworkGear, &[(SignKind::Greeting, "RouterOS")]) },
        Reason::DeviceSign {
            device: device(
                DeviceClass::NetworkGear,
                &[(SignKind::Greeting, "RouterOS"), (SignKind::Name, "router-3")],
            ),
        },
        Reason::EndOfLife { products: one(), since: Some(day("2012-07-04")) },
        Reason::EndOfLife { products: one(), since: None },
        Reason::EndOfLife { products: two(), since: None },
        Reason::Exempt {
            until: day("2027-03-31"),
            owner: Excerpt::of("laboratory"),
            reason: Excerpt::of("measuring instrument"),
        },
        Reason::Expected { zone: zone.clone(), products: two() },
        Reason::FreshSignatures { date: day("2026-11-20"), days: 14 },
        Reason::Identified { port: 8081, product: products(&["trellix-agent"]) },
        Reason::Impostor {
            port: 2967,
            behaviour: behaves(Trait::SpeaksFirst, Some(Speech::Irc)),
            products: two(),
        },
        Reason::Impostor { port: 2967, behaviour: behaves(Trait::SpeaksFirst, None), products: one() },
        Reason::Impostor {
            port: 2967,
            behaviour: behaves(Trait::Speaks(Speech::WindowsProgram), Some(Speech::WindowsProgram)),
            products: one(),
        },
        Reason::ListenerRequired { zone: zone.clone() },
        Reason::NoAgentPort,
        Reason::NoAnswer { port: 2967, products: one() },
        Reason::NoDeviceSign,
        Reason::NotAsked { port: 2967, products: one() },
        Reason::NotLookedAt,
        Reason::NoListener { products: products(&["crowdstrike"]) },
        Reason::NoPolicy,
        Reason::NotConnected { port: 2967, products: two() },
        Reason::NotTalkedTo { port: 2967, products: two() },
        Reason::NothingExpected { zone: zone.clone() },
        Reason::OnlySign,
        Reason::OpenListener { port: 2967, products: two(), hangs_up: false },
        Reason::OpenListener { port: 2967, products: one(), hangs_up: true },
        Reason::OtherServer { port: 2967, server: Excerpt::of("nginx"), products: one() },
        other_system(),
        Reason::OutsideZones,
        Reason::Phantom,
        Reason::PositiveTrait { port: 2967, speech: Speech::Http },
        Reason::NotReached { port: 2967, word: "admin-prohibited", products: one() },
        Reason::ServerPart { port: 8443, product: products(&["symantec-sepm"]) },
        Reason::StaleSignatures { date: day("2023-08-21"), days: 14 },
        Reason::UdpAlone { products: one() },
        Reason::UdpAlone { products: two() },
        Reason::Unlike { port: 8081, speech: Speech::Http, products: products(&["trellix-agent"]) },
        Reason::Unexpected { zone, products: two() },
    ];
    insta::assert_snapshot!(shown(&reasons));
}

#[test]
fn next_steps() {
    let steps = [
        NextStep::AddZone,
        NextStep::AllowScanner { port: 2967 },
        NextStep::AskDevicePorts,
        NextStep::AskPort { port: 2967 },
        NextStep::ConfirmDevice { class: DeviceClass::Printer },
        NextStep::Console { products: two() },
        NextStep::ConsoleOnly { products: products(&["crowdstrike"]) },
        NextStep::Evidence { product: one(), evidence: "the list of its console".to_owned() },
        NextStep::ExpectProducts,
        NextStep::Explain { port: 2967 },
        NextStep::FindInLists,
        NextStep::Install { products: products(&["clamav", "trellix-agent"]) },
        NextStep::InstallSupported,
        NextStep::Isolate { port: 2967 },
        NextStep::ListProgram { port: 2967 },
        NextStep::RemoveOrExpect { products: one() },
        NextStep::RenewExemption,
        NextStep::Replace { products: one() },
        NextStep::RequireListener { port: 2967 },
        NextStep::UpdateSignatures,
        NextStep::WithinSegment,
    ];
    insta::assert_snapshot!(shown(&steps));
}

#[test]
fn problems() {
    let zone = Excerpt::of("clients");
    let undeployed = |is_identified| Problem::Undeployed {
        port: 2967,
        found: products(&["symantec-sep-gup"]),
        is_identified,
        expected: products(&["trellix-agent"]),
        zone: zone.clone(),
    };
    let problems = [
        Problem::EndOfLifeAgent { products: one(), since: Some(day("2012-07-04")) },
        Problem::ExemptionExpired {
            expired: day("2026-03-31"),
            owner: Excerpt::of("laboratory"),
            reason: Excerpt::of("measuring instrument"),
        },
        Problem::Impostor {
            port: 2967,
            behaviour: behaves(Trait::SpeaksFirst, Some(Speech::Irc)),
            products: one(),
        },
        Problem::MissingAgent { products: two(), zone: zone.clone() },
        Problem::Phantom,
        Problem::Stranger { reason: other_system() },
        Problem::StaleSignatures { date: day("2023-08-21"), days: 14 },
        undeployed(true),
        undeployed(false),
    ];
    insta::assert_snapshot!(shown(&problems));
}
