//! What cannot be the agent, whatever it does.

use muster_model::{DeviceSign, Endpoint, System, SystemFamily};

use super::*;
use crate::testing::{ADDRESS, ip};

const GUP: &str = "symantec-sep-gup";

/// The host with a system, by signs of those kinds.
fn running(mut asset: Asset, family: SystemFamily, kinds: &[SignKind]) -> Asset {
    let sign = |&kind| DeviceSign { kind, endpoint: None, seen: Excerpt::of("sign") };
    asset.system = Some(System { family, role: None, signs: kinds.iter().map(sign).collect() });
    asset
}

/// The host with a system that something said by TCP 22 names.
fn told(asset: Asset, family: SystemFamily, told: Told) -> Asset {
    let seen = match &told {
        Told::Greeting(text) | Told::System(text) | Told::Server(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let mut asset =
        running(asset.says(22, Identity::Unlearnt { products: Vec::new() }, &[told]), family, &[]);
    let endpoint = Some(Endpoint::tcp(ip(ADDRESS), 22));
    let sign = DeviceSign { kind: SignKind::Greeting, endpoint, seen };
    asset.system.as_mut().unwrap().signs.push(sign);
    asset
}

fn page(server: &str) -> Asset {
    let by = Trait::Speaks(Speech::Http);
    let words = [Told::Status(Excerpt::of("HTTP/1.1 200 OK")), Told::Server(Excerpt::of(server))];
    host().says(2967, Identity::Consistent { products: ids(&[GUP]), by }, &words)
}

fn unlearnt(products: &[&str]) -> Asset {
    host().says(2967, Identity::Unlearnt { products: ids(products) }, &[])
}

const CERTAIN: &[SignKind] = &[SignKind::Greeting, SignKind::Stack];
const ONE_KIND: &[SignKind] = &[SignKind::Stack, SignKind::Stack];

#[test]
fn an_agent_for_windows_is_no_agent_on_another_system() {
    use SystemFamily::{Linux, Macos, Other, Windows};
    let cases = [
        (running(silent_agent(), Linux, CERTAIN), Verdict::Suspect),
        (running(silent_agent(), Macos, CERTAIN), Verdict::Suspect),
        (running(silent_agent(), Other, CERTAIN), Verdict::Suspect),
        (running(unlearnt(&[SAV, GUP]), Linux, CERTAIN), Verdict::Suspect),
        // Windows, nobody knows what, and signs of one kind.
        (running(silent_agent(), Windows, CERTAIN), Verdict::Degraded),
        (silent_agent(), Verdict::Degraded),
        (running(silent_agent(), Linux, ONE_KIND), Verdict::Degraded),
        // A product of which nothing says that it is for Windows alone.
        (
            running(
                host().says(8081, Identity::Unlearnt { products: ids(&["trellix-agent"]) }, &[]),
                Linux,
                CERTAIN,
            ),
            Verdict::Unknown,
        ),
        // The agent named itself, and has no support.
        (running(host().says(2967, genuine(SAV), &[]), Linux, CERTAIN), Verdict::Degraded),
        // Another may answer through the port.
        (running(page(""), Linux, CERTAIN), Verdict::Unknown),
    ];
    for (place, (asset, expected)) in cases.into_iter().enumerate() {
        let judgement = judged(&sav("catalogue"), &asset);
        assert_eq!(judgement.verdict, expected, "{place}: {:?}", judgement.reasons);
        let is_impostor = findings(&judgement).iter().any(|(code, _)| *code == FindingCode::ImpostorListener);
        assert_eq!(is_impostor, expected == Verdict::Suspect, "{place}");
    }
    let judgement = judged(&Policy::none(), &running(silent_agent(), Linux, CERTAIN));
    assert_eq!(codes(&judgement)[0], "other-system");
    assert_eq!(findings(&judgement), [(FindingCode::ImpostorListener, Severity::Medium)]);
}

#[test]
fn a_system_is_believed_from_its_own_services_alone() {
    let says = |words: Told| verdict(&sav("catalogue"), &told(silent_agent(), SystemFamily::Linux, words));
    assert_eq!(says(Told::Greeting(Excerpt::of("SSH-2.0-OpenSSH_9.2p1 Debian-2"))), Verdict::Suspect);
    assert_eq!(says(Told::System(Excerpt::of("Linux"))), Verdict::Suspect);
    assert_eq!(says(Told::Server(Excerpt::of("Apache/2.4 (Debian)"))), Verdict::Degraded);
}

#[test]
fn another_web_server_is_no_update_provider() {
    let provider = expecting("\"symantec-sep-gup\"", "catalogue");
    assert_eq!(verdict(&provider, &page("")), LIKELY);
    assert_eq!(verdict(&provider, &page("something/1.0")), LIKELY);
    for server in ["nginx", "nginx/1.26.0", "Apache/2.4.62 (Debian)", "microsoft-iis/10.0"] {
        let judgement = judged(&provider, &page(server));
        assert_eq!((judgement.verdict, codes(&judgement)[0]), (Verdict::Suspect, "other-server"), "{server}");
        assert_eq!(findings(&judgement), [(FindingCode::ImpostorListener, Severity::High)], "{server}");
    }
    // Behind something that answers for everybody a page proves nothing against the host either.
    assert_eq!(verdict(&provider, &page("nginx").phantom()), Verdict::Unknown);
}
