//! Open ports of which too little was learnt.

use muster_model::Request;

use super::*;

#[test]
fn an_open_port_that_nobody_talked_to_is_unknown() {
    let mut stopped = host().says(8081, Identity::Unlearnt { products: ids(&["trellix-agent"]) }, &[]);
    stopped.services[0].end = Conversation::Stopped;
    for asset in [host().open(8081), stopped] {
        for policy in [trellix(), sav("catalogue"), Policy::none()] {
            let judgement = judged(&policy, &asset);
            assert_eq!((judgement.verdict, codes(&judgement)[0]), (Verdict::Unknown, "not-talked-to"));
            assert!(judgement.next_steps.iter().any(|step| &*step.code == "ask-port"), "{judgement:?}");
            assert_eq!(findings(&judgement), []);
        }
    }
}

#[test]
fn a_page_that_is_not_the_agents_is_none() {
    let page = |speech, told: &[Told]| {
        let both = Identity::Unlearnt { products: ids(&["trellix-agent", "trellix-superagent"]) };
        let mut asset = host().says(8081, both, told).spoken(speech);
        asset.services[0].asked = vec![Request::HttpGet];
        asset
    };
    let status = [Told::Status(Excerpt::of("HTTP/1.1 400 Bad Request"))];
    for policy in [trellix(), expecting("\"trellix-ma\"", "catalogue"), Policy::none()] {
        let judgement = judged(&policy, &page(Speech::Http, &status));
        assert_eq!((judgement.verdict, codes(&judgement)[0]), (Verdict::Unknown, "unlike-listener"));
        assert!(judgement.next_steps.iter().any(|step| &*step.code == "list-program"), "{judgement:?}");
    }
    // Nothing was told that could have been unlike.
    assert_eq!(verdict(&trellix(), &page(Speech::Http, &[])), LIKELY);
    assert_eq!(verdict(&trellix(), &page(Speech::Tls, &status)), LIKELY);
}

#[test]
fn what_fits_a_server_as_well_is_no_agent_without_an_expectation() {
    let by = Trait::Speaks(Speech::Tls);
    let products = ids(&["kaspersky-ksc", "kaspersky-nagent"]);
    let both = host().says(13_000, Identity::Consistent { products, by }, &[]);
    let judgement = judged(&Policy::none(), &both);
    assert_eq!((judgement.verdict, codes(&judgement)[0]), (Verdict::Unknown, "consistent-listener"));
    assert!(judgement.reasons[0].text.contains(" or "), "{judgement:?}");
}

#[test]
fn a_listener_that_memory_alone_knows_is_never_shown_as_settled() {
    let text = |product: &str, port: u16| {
        let asset = host().says(port, Identity::Unlearnt { products: ids(&[product]) }, &[]);
        let judgement = judged(&expecting(&format!("\"{product}\""), "catalogue"), &asset);
        judgement.reasons.iter().map(|reason| &*reason.text).collect::<Vec<_>>().join("; ")
    };
    let recalled = text("cortex-xdr", 33_221);
    assert!(recalled.contains("Traps) (from memory alone) is known to listen"), "{recalled}");
    let settled = text(SAV, 2967);
    assert!(settled.contains("is known to listen") && !settled.contains("memory"), "{settled}");
}

#[test]
fn what_passes_for_an_update_provider_is_to_be_held_against_the_list_of_them() {
    let by = Trait::Speaks(Speech::Http);
    let asset = host().says(2967, Identity::Consistent { products: ids(&["symantec-sep-gup"]), by }, &[]);
    let judgement = judged(&expecting("\"symantec-sep-gup\"", "catalogue"), &asset);
    assert_eq!(judgement.verdict, LIKELY);
    let step = judgement.next_steps.iter().find(|step| &*step.code == "other-evidence");
    let step = step.map(|step| &*step.text).unwrap_or_default();
    assert!(
        step.contains("the list of Group Update Providers in Endpoint Protection Manager"),
        "{judgement:?}"
    );
}
