//! The rules, by breaking one thing in a clean example, and by tables.

mod stranger;
mod unlearnt;

use muster_catalog::Catalog;
use muster_engine::{AddressSet, PortSet};
use muster_model::{
    Asset, Assurance, Conversation, DeviceClass, Excerpt, FindingCode, IcmpError, Identity, Judgement,
    NameSource, PortState, Severity, SignKind, Speech, Told, Trait, Verdict,
};
use proptest::prelude::*;

use crate::testing::{
    Grow, day, everything, expecting, genuine, host, ids, judged, judged_after, now, policy, with_state,
};
use crate::{Asked, Judge, Policy};

const SAV: &str = "symantec-savce-10";
const VERIFIED: Verdict = Verdict::Protected(Assurance::Verified);
const LIKELY: Verdict = Verdict::Protected(Assurance::Likely);

fn sav(listener: &str) -> Policy {
    expecting("\"symantec-savce-10\"", listener)
}

fn trellix() -> Policy {
    expecting("\"trellix-agent\"", "catalogue")
}

/// A computer whose agent listens as expected, silently.
fn silent_agent() -> Asset {
    let by = Trait::StaysSilent;
    host().closed(7239).says(2967, Identity::Consistent { products: ids(&[SAV]), by }, &[])
}

/// A computer without the agent.
fn without_agent() -> Asset {
    host().closed(2967).open(445)
}

fn impostor(port: u16, products: &[&str], speech: Speech) -> Asset {
    let identity = Identity::Impostor { products: ids(products), by: Trait::Speaks(speech) };
    host().says(port, identity, &[Told::Greeting(Excerpt::of("hi"))])
}

/// A scanner whose signatures are of that day.
fn clamd(signatures: &str) -> Asset {
    host().says(3310, genuine("clamav"), &[Told::SignatureDate(day(signatures))])
}

fn codes(judgement: &Judgement) -> Vec<&str> {
    judgement.reasons.iter().map(|reason| &*reason.code).collect()
}

fn findings(judgement: &Judgement) -> Vec<(FindingCode, Severity)> {
    judgement.findings.iter().map(|finding| (finding.code, finding.severity)).collect()
}

fn verdict(policy: &Policy, asset: &Asset) -> Verdict {
    judged(policy, asset).verdict
}

#[test]
fn what_was_not_asked_is_not_absent() {
    let mut asked = Asked::default();
    let host = AddressSet::from(without_agent().address);
    asked.add(host.clone(), PortSet::tcp(2967));
    let judgement = judged_after(&asked, &sav("required"), &without_agent());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert!(codes(&judgement).contains(&"not-looked-at"), "{judgement:?}");
    assert_eq!(findings(&judgement), []);

    let judgement = judged_after(&asked, &trellix(), &without_agent());
    assert!(codes(&judgement).contains(&"not-asked"), "{judgement:?}");
    asked.add(host, PortSet::tcp(8081));
    let judgement = judged_after(&asked, &trellix(), &without_agent());
    assert!(codes(&judgement).contains(&"no-answer"), "{judgement:?}");
}

#[test]
fn absence_takes_every_one_of_its_conditions() {
    let clean = without_agent();
    let judgement = judged(&sav("required"), &clean);
    assert_eq!(judgement.verdict, Verdict::Unprotected);
    assert_eq!(codes(&judgement), ["closed-listener", "listener-required", "alive", "no-device-sign"]);
    assert_eq!(findings(&judgement), [(FindingCode::MissingAgent, Severity::High)]);
    // Nobody should install what has no support.
    assert!(judgement.findings[0].remedy.text.starts_with("install a product that its maker supports"));

    let broken = [
        ("no policy", Policy::none(), clean.clone()),
        ("not required", sav("catalogue"), clean.clone()),
        ("filtered", sav("required"), host().filtered(2967).open(445)),
        ("not asked", sav("required"), host().open(445)),
        ("no other sign of life", sav("required"), host().closed(2967)),
        ("everything is closed", sav("required"), host().closed(2967).closed(445).closed(3389)),
        ("other sign is from the way", sav("required"), host().closed(2967).filtered(445)),
        (
            "one sign of a device",
            sav("required"),
            clean.clone().looks_like(DeviceClass::Printer, &[SignKind::Name]),
        ),
        ("a phantom", sav("required"), clean.clone().phantom()),
    ];
    for (what, policy, asset) in broken {
        let judgement = judged(&policy, &asset);
        assert_eq!(judgement.verdict, Verdict::Unknown, "{what}");
        assert!(!findings(&judgement).iter().any(|(code, _)| *code == FindingCode::MissingAgent), "{what}");
    }
    let is_missing = |asset: &Asset| {
        let judgement = judged(&sav("required"), asset);
        findings(&judgement).iter().any(|(code, _)| *code == FindingCode::MissingAgent)
    };
    assert!(is_missing(&clean));
    // There is an agent, though not the expected one; or another port of the expected one is open.
    assert!(!is_missing(&clean.clone().says(8081, genuine("trellix-agent"), &[])));
    assert!(!is_missing(&clean.clone().open(2968)));
    // Not the host's own word.
    let mut told = clean;
    told.ports[1].icmp = Some(IcmpError { kind: 3, code: 3, from: told.address });
    assert_eq!(told.ports[1].endpoint.port, 2967);
    assert_eq!(verdict(&sav("required"), &told), Verdict::Unknown);
    // What refuses everything may be a telephone, or a firewall that answers for its network.
    let judgement = judged(&sav("required"), &host().closed(2967).closed(7239));
    assert!(codes(&judgement).contains(&"only-sign"), "{judgement:?}");
    // One that must listen is enough where all that are expected must.
    let both = expecting("\"symantec-savce-10\", \"sophos-sec-rms\"", "required");
    assert_eq!(verdict(&both, &without_agent().closed(8192)), Verdict::Unprotected);
    assert_eq!(verdict(&both, &without_agent()), Verdict::Unknown);
}

#[test]
fn likely_takes_an_expectation_or_a_positive_trait() {
    let trellix_open = host().says(8081, Identity::Unlearnt { products: ids(&["trellix-agent"]) }, &[]);
    let judgement = judged(&trellix(), &trellix_open);
    assert_eq!((judgement.verdict, codes(&judgement)), (LIKELY, vec!["open-listener", "expected"]));
    assert_eq!((findings(&judgement), judgement.protection.len()), (vec![], 0));
    // What the policy names goes before its relatives on the same port.
    let either = ids(&["trellix-agent", "trellix-superagent"]);
    let either = host().says(8081, Identity::Unlearnt { products: either }, &[]);
    let text = |policy: &Policy| judged(policy, &either).reasons[0].text.to_string();
    assert!(!text(&trellix()).contains("SuperAgent"));
    assert!(text(&expecting("\"trellix-ma\"", "catalogue")).contains("SuperAgent"));
    assert_eq!(verdict(&Policy::none(), &trellix_open), Verdict::Unknown);

    let mut refused = trellix_open.clone();
    refused.services[0].end = Conversation::NotConnected;
    assert_eq!(verdict(&trellix(), &refused), Verdict::Unknown);
    assert_eq!(verdict(&trellix(), &trellix_open.clone().phantom()), Verdict::Unknown);
    let mut cut = trellix_open.clone();
    cut.services[0].end = Conversation::Reset;
    let judgement = judged(&trellix(), &cut);
    assert_eq!(judgement.verdict, LIKELY);
    assert!(judgement.reasons[0].text.contains("accepts and closes without a word"), "{judgement:?}");

    let by = Trait::Speaks(Speech::Http);
    let cache = host().says(2967, Identity::Consistent { products: ids(&["symantec-sep-gup"]), by }, &[]);
    let judgement = judged(&Policy::none(), &cache);
    assert_eq!(
        (judgement.verdict, codes(&judgement)),
        (LIKELY, vec!["consistent-listener", "positive-trait"])
    );
    assert_eq!(verdict(&Policy::none(), &silent_agent()), Verdict::Unknown);
    // The policy expects something else: a trait does not make it expected.
    assert_eq!(verdict(&sav("catalogue"), &cache), Verdict::Unknown);
}

#[test]
fn an_old_product_is_degraded_however_sure_it_is() {
    let judgement = judged(&sav("required"), &silent_agent());
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert_eq!(codes(&judgement), ["consistent-listener", "expected", "end-of-life"]);
    assert_eq!(findings(&judgement), [(FindingCode::EndOfLifeAgent, Severity::Medium)]);
    // It may as well be one that is supported.
    let family = expecting("\"symantec-sep\", \"symantec-sav\"", "catalogue");
    let either = Identity::Unlearnt { products: ids(&[SAV, "symantec-sep-gup"]) };
    assert_eq!(verdict(&family, &host().says(2967, either, &[])), LIKELY);

    let router = host().says(8192, genuine("sophos-sec-rms"), &[]);
    let judgement = judged(&Policy::none(), &router);
    assert_eq!(
        (judgement.verdict, codes(&judgement)),
        (Verdict::Degraded, vec!["identified", "end-of-life"])
    );
}

#[test]
fn signatures_are_fresh_stale_or_from_a_broken_clock() {
    for (date, verdict, fresh, stale) in [
        ("2026-11-22", VERIFIED, Some(true), false),
        ("2026-11-08", VERIFIED, Some(true), false),
        ("2026-11-07", Verdict::Degraded, Some(false), true),
        ("2023-08-21", Verdict::Degraded, Some(false), true),
        ("2026-11-23", VERIFIED, Some(true), false),
        ("2026-11-24", VERIFIED, None, false),
        ("-009999-01-01", Verdict::Degraded, Some(false), true),
        ("9999-12-31", VERIFIED, None, false),
    ] {
        let judgement = judged(&Policy::none(), &clamd(date));
        assert_eq!(judgement.verdict, verdict, "{date}");
        let protection = &judgement.protection[0];
        assert_eq!(protection.fresh.as_ref().map(|fact| fact.holds), fresh, "{date}");
        assert!(protection.present.as_ref().is_some_and(|fact| fact.holds && fact.at == now()));
        assert_eq!((&protection.enforcing, &protection.reporting), (&None, &None));
        assert_eq!(
            findings(&judgement) == [(FindingCode::StaleSignatures, Severity::Medium)],
            stale,
            "{date}"
        );
    }
    let strict = policy("[freshness]\nsignatures = \"3d\"");
    assert_eq!(verdict(&strict, &clamd("2026-11-18")), Verdict::Degraded);
    // Another agent that is well makes up for it.
    let two = clamd("2020-01-01").says(8081, genuine("trellix-agent"), &[]);
    let judgement = judged(&Policy::none(), &two);
    assert_eq!((judgement.verdict, judgement.protection.len()), (VERIFIED, 2));
    assert_eq!(findings(&judgement), [(FindingCode::StaleSignatures, Severity::Medium)]);
}

#[test]
fn an_impostor_is_suspect_unless_an_agent_identified_itself() {
    for (port, products, speech, severity) in [
        (8081, "trellix-agent", Speech::Ssh, Severity::High),
        (8081, "trellix-agent", Speech::Irc, Severity::High),
        (2967, SAV, Speech::Ftp, Severity::High),
        (2967, SAV, Speech::Irc, Severity::Critical),
        (2967, SAV, Speech::WindowsProgram, Severity::Critical),
    ] {
        let asset = impostor(port, &[products], speech);
        for policy in [Policy::none(), sav("required"), trellix()] {
            let judgement = judged(&policy, &asset);
            assert_eq!(judgement.verdict, Verdict::Suspect, "{port} {speech}");
            assert_eq!(findings(&judgement), [(FindingCode::ImpostorListener, severity)], "{port} {speech}");
        }
        let vouched = judged(&Policy::none(), &asset.says(3310, genuine("clamav"), &[]));
        assert_eq!(vouched.verdict, VERIFIED);
        assert_eq!(findings(&vouched), [(FindingCode::ImpostorListener, severity)]);
    }
    // A web server is nothing rare where nobody expects the agent, and neither is a device's.
    let web = impostor(8081, &["trellix-agent"], Speech::Tls);
    let severity = |policy: &Policy, asset: &Asset| {
        let judgement = judged(policy, asset);
        let found = judgement.findings.iter().find(|found| found.code == FindingCode::ImpostorListener);
        found.map(|found| found.severity)
    };
    assert_eq!(severity(&Policy::none(), &web), Some(Severity::Medium));
    assert_eq!(severity(&sav("required"), &web), Some(Severity::Medium));
    assert_eq!(severity(&trellix(), &web), Some(Severity::High));
    let camera = web.looks_like(DeviceClass::Camera, &[SignKind::Name, SignKind::Greeting]);
    assert_eq!(severity(&trellix(), &camera), Some(Severity::Medium));
    // Worms greet before they are asked.
    let first = Identity::Impostor { products: ids(&[SAV]), by: Trait::SpeaksFirst };
    let judgement = judged(&Policy::none(), &host().says(2967, first, &[]).spoken(Speech::Irc));
    assert_eq!(findings(&judgement), [(FindingCode::ImpostorListener, Severity::Critical)]);
    // Something that is not a console on a console's port is no business of ours.
    assert_eq!(verdict(&Policy::none(), &impostor(8443, &["symantec-sepm"], Speech::Ssh)), Verdict::Unknown);
}

#[test]
fn devices_need_signs_of_two_kinds_and_no_agent() {
    let sure = [SignKind::Name, SignKind::Greeting];
    let printer = without_agent().looks_like(DeviceClass::Printer, &sure);
    assert_eq!(verdict(&sav("required"), &printer), Verdict::OutOfScope);
    // What speaks for a computer may not have been asked.
    let judgement = judged_after(&Asked::default(), &sav("required"), &printer);
    assert_eq!((judgement.verdict, codes(&judgement)[0]), (Verdict::Unknown, "device-sign"));
    assert!(codes(&judgement).contains(&"not-looked-at"), "{judgement:?}");
    let unsure = without_agent().looks_like(DeviceClass::Printer, &[SignKind::Name, SignKind::Name]);
    assert_eq!(codes(&judged(&sav("required"), &unsure))[0], "device-sign");
    assert_eq!(
        verdict(&Policy::none(), &clamd("2026-11-20").looks_like(DeviceClass::Storage, &sure)),
        VERIFIED
    );
    // A printer's web page on an agent's port is not an agent that somebody forgot.
    let page = host().open(8081).looks_like(DeviceClass::Printer, &sure);
    assert_eq!(findings(&judged(&sav("required"), &page)), []);
}

#[test]
fn undeployed_is_only_what_a_policy_does_not_expect() {
    let found = |policy: &Policy, asset: &Asset| findings(&judged(policy, asset));
    let agent = host().says(8081, genuine("trellix-agent"), &[]);
    assert_eq!(verdict(&sav("required"), &agent), VERIFIED);
    assert_eq!(found(&sav("required"), &agent), [(FindingCode::UndeployedListener, Severity::Medium)]);
    assert_eq!(found(&trellix(), &agent), []);
    assert_eq!(found(&Policy::none(), &agent), []);
    assert_eq!(found(&expecting("", "catalogue"), &agent), []);
    // A port that says nothing is enough, and no worse where worms know it.
    let open = host().says(8081, Identity::Unlearnt { products: ids(&["trellix-agent"]) }, &[]);
    assert_eq!(found(&sav("required"), &open), [(FindingCode::UndeployedListener, Severity::Medium)]);
    assert_eq!(found(&trellix(), &silent_agent()), [(FindingCode::UndeployedListener, Severity::Medium)]);
    let old = host().says(2967, genuine(SAV), &[]);
    assert!(found(&trellix(), &old).contains(&(FindingCode::UndeployedListener, Severity::High)));
    // 2968 is a printer's port as much as an agent's.
    let either = Identity::Unlearnt { products: ids(&[SAV, "symantec-sep-client"]) };
    assert_eq!(found(&trellix(), &host().says(2968, either.clone(), &[])), []);
    assert_eq!(verdict(&sav("catalogue"), &host().says(2968, either, &[])), Verdict::Unknown);
    assert_eq!(verdict(&trellix(), &silent_agent()), Verdict::Unknown);
    // An agent of the same family is expected.
    let relay = host().says(8081, genuine("trellix-superagent"), &[]);
    assert_eq!(found(&trellix(), &relay), []);
}

#[test]
fn an_exemption_counts_until_its_last_day() {
    let register = |expires: &str| {
        let text = "[[zone]]\nname = \"clients\"\nranges = [\"10.0.0.0/8\"]\nproducts = [\"symantec-savce-10\"]\n\
                    listener = \"required\"\n[[exemption]]\nhosts = [\"10.1.0.9\", \"pc-9\"]\nreason = \"lab\"\n\
                    owner = \"IT\"\n";
        policy(&format!("{text}expires = \"{expires}\"\n"))
    };
    let in_force = judged(&register("2026-11-22"), &without_agent());
    assert_eq!((in_force.verdict, codes(&in_force)), (Verdict::Exempt, vec!["exempt"]));
    assert_eq!(findings(&in_force), [(FindingCode::MissingAgent, Severity::High)]);
    let expired = judged(&register("2026-11-21"), &without_agent());
    assert_eq!(expired.verdict, Verdict::Unprotected);
    assert_eq!(
        findings(&expired),
        [(FindingCode::MissingAgent, Severity::High), (FindingCode::ExemptionExpired, Severity::Medium)]
    );
    let mut named = without_agent().named("pc-9.office.example", NameSource::Reverse);
    named.address = crate::testing::ip("10.2.0.1");
    assert_eq!(verdict(&register("2027-01-01"), &named), Verdict::Exempt);
}

#[test]
fn behind_a_phantom_only_what_speaks_for_itself_counts() {
    let by = Trait::Speaks(Speech::Http);
    let page = Identity::Consistent { products: ids(&["symantec-sep-gup"]), by };
    let veiled =
        host().open(7239).says(2967, page, &[Told::Status(Excerpt::of("HTTP/1.1 200 OK"))]).phantom();
    let judgement = judged(&Policy::none(), &veiled);
    assert_eq!((judgement.verdict, codes(&judgement)[0]), (Verdict::Unknown, "phantom"));
    assert_eq!(findings(&judgement), [(FindingCode::PhantomSubnet, Severity::Low)]);
    assert_eq!(verdict(&Policy::none(), &clamd("2026-11-20").phantom()), VERIFIED);
    assert_eq!(verdict(&Policy::none(), &impostor(2967, &[SAV], Speech::Irc).phantom()), Verdict::Suspect);
    assert_eq!(verdict(&Policy::none(), &impostor(2967, &[SAV], Speech::Tls).phantom()), Verdict::Unknown);
}

#[test]
fn what_is_unknown_says_what_was_seen_and_what_to_do() {
    let cases = [
        (Policy::none(), host().closed(445), vec!["no-agent-port", "no-policy"], "expect-products"),
        (
            policy("[[zone]]\nname=\"a\"\nranges=[\"::1\"]"),
            host().closed(445),
            vec!["no-agent-port", "outside-zones"],
            "add-zone",
        ),
        (
            expecting("", "catalogue"),
            host().closed(445),
            vec!["no-agent-port", "nothing-expected"],
            "expect-products",
        ),
        (
            expecting("\"crowdstrike\"", "catalogue"),
            host().open(445),
            vec!["no-listener", "unexpected"],
            "console",
        ),
        (trellix(), host().closed(8081), vec!["closed-proves-nothing", "unexpected"], "console"),
        (trellix(), host().filtered(8081).open(445), vec!["not-reached", "unexpected"], "console"),
        (trellix(), host().open(445), vec!["no-answer", "unexpected"], "console"),
        (
            sav("required"),
            host().closed(2967),
            vec!["closed-listener", "only-sign", "no-answer", "unexpected"],
            "console",
        ),
        (sav("catalogue"), without_agent(), vec!["closed-listener", "no-answer", "unexpected"], "console"),
    ];
    for (policy, asset, reasons, step) in cases {
        let judgement = judged(&policy, &asset);
        assert_eq!((judgement.verdict, codes(&judgement)), (Verdict::Unknown, reasons));
        assert_eq!(&*judgement.next_steps[0].code, step, "{:?}", judgement.next_steps);
    }
    // A server's console protects nobody.
    let console = host().says(8443, genuine("symantec-sepm"), &[]);
    assert_eq!(codes(&judged(&Policy::none(), &console))[0], "server-part");
}

#[test]
fn a_judgement_of_many_says_each_sentence_once() {
    let policy = sav("required");
    let asked = everything();
    let judge = Judge { policy: &policy, catalog: Catalog::builtin(), asked: &asked, now: now() };
    let asset = without_agent();
    let hosts = judge.judge_all(vec![asset.clone(), asset.clone()]);
    let text = |place: usize| hosts[place].judgement.reasons[0].text.as_ptr();
    assert_eq!(text(0), text(1));
    assert_eq!(hosts[1].judgement, judge.judge(&asset));
}

/// Any host that reconciling could make, and more.
fn assets() -> impl Strategy<Value = Asset> {
    let port =
        prop::sample::select(vec![22_u16, 80, 445, 2967, 2968, 3310, 7239, 8081, 8192, 8443, 12345, 21112]);
    let state = prop::sample::select(vec![PortState::Open, PortState::Closed, PortState::Filtered]);
    let product = prop::sample::select(vec![
        SAV,
        "symantec-sep-gup",
        "symantec-sepm",
        "trellix-agent",
        "sophos-sec-rms",
        "clamav",
        "no-such-product",
    ]);
    let by = prop::sample::select(vec![
        Trait::SpeaksFirst,
        Trait::StaysSilent,
        Trait::AnswersOtherwise,
        Trait::Speaks(Speech::Http),
        Trait::Speaks(Speech::Irc),
    ]);
    let identity = prop_oneof![
        product.clone().prop_map(genuine),
        (product.clone(), by.clone()).prop_map(|(id, by)| Identity::Consistent { products: ids(&[id]), by }),
        (product.clone(), by).prop_map(|(id, by)| Identity::Impostor { products: ids(&[id]), by }),
        product.prop_map(|id| Identity::Unlearnt { products: ids(&[id]) }),
    ];
    let kinds = prop::collection::vec(prop::sample::select(vec![SignKind::Name, SignKind::Greeting]), 0..3);
    let day = prop::option::of(prop::sample::select(vec!["2026-11-20", "2020-01-01", "9999-12-31"]));
    let spoken = prop::collection::vec((port.clone(), identity, day), 0..3);
    let seen = prop::collection::vec((port, state), 0..6);
    (seen, spoken, kinds, any::<bool>()).prop_map(|(seen, spoken, kinds, is_phantom)| {
        let mut asset = host();
        for (port, identity, date) in spoken {
            let told: Vec<Told> =
                date.map(|date| Told::SignatureDate(crate::testing::day(date))).into_iter().collect();
            asset = asset.says(port, identity, &told);
        }
        for (port, state) in seen {
            if asset.ports.iter().all(|seen| seen.endpoint.port != port) {
                asset = with_state(asset, port, state);
            }
        }
        if !kinds.is_empty() {
            asset = asset.looks_like(DeviceClass::Printer, &kinds);
        }
        Asset { is_phantom, ..asset }
    })
}

proptest! {
    #[test]
    fn every_judgement_has_its_reasons_and_what_needs_somebody_a_next_step(
        asset in assets(),
        expected in prop::sample::select(vec!["", "\"symantec-savce-10\"", "\"trellix-ma\"", "\"crowdstrike\"", "\"symantec-sav\", \"clamav\""]),
        required: bool,
    ) {
        let listener = if required && expected == "\"symantec-savce-10\"" { "required" } else { "catalogue" };
        for policy in [expecting(expected, listener), Policy::none()] {
            let judgement = judged(&policy, &asset);
            prop_assert!(!judgement.reasons.is_empty());
            if judgement.verdict == Verdict::Unknown || judgement.verdict.needs_attention() {
                prop_assert!(!judgement.next_steps.is_empty(), "{:?}", judgement);
            }
            for statement in judgement.reasons.iter().chain(&judgement.next_steps) {
                prop_assert!(!statement.text.contains(crate::testing::ADDRESS) && !statement.text.ends_with('.'));
            }
            let is_genuine = asset.services.iter().any(|service| service.genuine().is_some());
            prop_assert!(judgement.verdict != VERIFIED || is_genuine);
            prop_assert!(judgement.verdict != Verdict::Unprotected || listener == "required");
        }
    }
}
