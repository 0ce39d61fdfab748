//! A conversation in the fields that Nmap has for a service.

use muster_catalog::{Catalog, Product};
use muster_model::{Identity, ProductId, Service, Speech, Told};
use muster_nmap::output::{self, Method};

use super::software::{Software, software};
use crate::audit::words;

/// What a conversation told, in Nmap's fields; `registered` is the name that the port has in the registry.
///
/// The name is that of the protocol that was spoken, and only without one the registered name, which is then no more
/// than a guess by the port's number. The product is one that named itself; what merely behaves like a product says so
/// in the extra information.
pub fn service(catalog: &Catalog, service: &Service, registered: Option<&str>) -> output::Service {
    let spoken = service.speech.and_then(|speech| protocol(speech).or_else(|| within(service)));
    let Software { product, version, comment, host_name } = named(catalog, service);
    let mut extra: Vec<String> = comment.into_iter().collect();
    extra.extend(identity(service));
    extra.extend(description(service));
    extra.extend(service.told.iter().filter_map(remark));
    let is_known = spoken.is_some() || product.is_some();
    output::Service {
        name: Some(spoken.or(registered).unwrap_or(NAMELESS).to_owned()),
        product,
        version,
        extra: (!extra.is_empty()).then(|| extra.join("; ")),
        host_name: service.host_name().map(ToString::to_string).or(host_name),
        is_in_tls: service.speech == Some(Speech::Tls),
        method: if is_known { Method::Probed } else { Method::Table },
        confidence: if is_known { SURE } else { GUESSED },
    }
}

/// What Nmap calls a service that has no name.
const NAMELESS: &str = "unknown";

/// Nmap's confidence in what was asked.
const SURE: u8 = 10;

/// Nmap's confidence in what is only looked up by its port.
const GUESSED: u8 = 3;

/// What was spoken within TLS: pages, or nobody asked.
fn within(service: &Service) -> Option<&'static str> {
    let has_page = service.told.iter().any(|told| matches!(told, Told::Status(_)));
    (service.speech == Some(Speech::Tls) && has_page).then_some("http")
}

/// The name of a protocol in the registry's manner. TLS only wraps another one, and a program file is no protocol.
fn protocol(speech: Speech) -> Option<&'static str> {
    match speech {
        Speech::Clamd => Some("clamd"),
        Speech::CorbaReference => Some("corba"),
        Speech::Ftp => Some("ftp"),
        Speech::Http => Some("http"),
        Speech::Dns => Some("domain"),
        Speech::Imap => Some("imap"),
        Speech::Irc => Some("irc"),
        Speech::MulticastDns => Some("mdns"),
        Speech::NetbiosNames => Some("netbios-ns"),
        Speech::Mysql => Some("mysql"),
        Speech::Pop3 => Some("pop3"),
        Speech::Postgres => Some("postgresql"),
        Speech::Redis => Some("redis"),
        Speech::RemoteFramebuffer => Some("vnc"),
        Speech::Smb => Some("microsoft-ds"),
        Speech::Smtp => Some("smtp"),
        Speech::Snmp => Some("snmp"),
        Speech::Ssh => Some("ssh"),
        Speech::Telnet => Some("telnet"),
        _ => None,
    }
}

/// The software: a product that named itself in its own way, or whatever the program calls itself.
fn named(catalog: &Catalog, service: &Service) -> Software {
    if let Some(product) = service.genuine() {
        return Software {
            product: Some(title(catalog, product)),
            version: version(service),
            ..Software::default()
        };
    }
    let told = software(service);
    Software { version: told.version.or_else(|| version(service)), ..told }
}

fn title(catalog: &Catalog, product: &ProductId) -> String {
    catalog.product(product).map_or_else(|| product.to_string(), Product::title)
}

fn version(service: &Service) -> Option<String> {
    service.told.iter().find_map(|told| match told {
        Told::Version(version) => Some(version.to_string()),
        _ => None,
    })
}

/// How it compares with the products of its port, where it did not name itself but something was learnt.
fn identity(service: &Service) -> Option<String> {
    match service.identity {
        Some(Identity::Consistent { .. } | Identity::Impostor { .. }) => Some(words::identity(service)),
        _ if service.speech == Some(Speech::WindowsProgram) => {
            Some(format!("sends {}", Speech::WindowsProgram))
        }
        _ => None,
    }
}

/// What a device says of itself by SNMP, in its maker's words.
fn description(service: &Service) -> Option<String> {
    let words = service.told.iter().find_map(|told| match told {
        Told::Answer(words) => Some(words),
        _ => None,
    });
    words.filter(|_| service.speech == Some(Speech::Snmp)).map(|words| format!("description: {words}"))
}

/// What it told that has no field of its own.
fn remark(told: &Told) -> Option<String> {
    match told {
        Told::Title(_)
        | Told::CertificateSubject(_)
        | Told::Domain(_)
        | Told::System(_)
        | Told::Signatures(_)
        | Told::SignatureDate(_)
        | Told::Manager(_) => Some(format!("{}: {}", told.label(), told.value())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use muster_model::{Conversation, Endpoint, Excerpt, Trait};

    use super::*;

    fn spoken(speech: Option<Speech>, told: Vec<Told>) -> Service {
        let endpoint = Endpoint::tcp([10, 0, 0, 7].into(), 2967);
        Service {
            endpoint,
            identity: None,
            speech,
            asked: Vec::new(),
            told,
            end: Conversation::Satisfied,
            exchanges: Vec::new(),
        }
    }

    fn excerpt(text: &str) -> Excerpt {
        Excerpt::of(text)
    }

    /// Name, product, version, extra.
    fn words(told: &Service) -> [String; 4] {
        let service = service(Catalog::builtin(), told, Some("ssc-agent"));
        [service.name, service.product, service.version, service.extra].map(Option::unwrap_or_default)
    }

    #[test]
    fn a_device_is_described_in_its_own_words() {
        let told =
            vec![Told::Answer(excerpt("Depot Router 9")), Told::System(excerpt("sysObjectID 1.3.6.1"))];
        let of = |speech| words(&spoken(Some(speech), told.clone()))[3].clone();
        assert!(of(Speech::Snmp).starts_with("description: Depot Router 9; "), "{}", of(Speech::Snmp));
        assert!(!of(Speech::Http).contains("Depot"), "an answer is otherwise no description");
    }

    #[test]
    fn what_was_spoken_goes_before_what_is_registered() {
        let silent = spoken(None, Vec::new());
        assert_eq!(
            service(Catalog::builtin(), &silent, Some("ssc-agent")),
            output::Service::registered("ssc-agent")
        );
        assert_eq!(service(Catalog::builtin(), &silent, None).name.as_deref(), Some("unknown"));
        let http = service(Catalog::builtin(), &spoken(Some(Speech::Http), Vec::new()), Some("ssc-agent"));
        assert_eq!((http.name.as_deref(), http.method, http.confidence), (Some("http"), Method::Probed, 10));
        let tls = service(Catalog::builtin(), &spoken(Some(Speech::Tls), Vec::new()), Some("https"));
        assert_eq!((tls.name.as_deref(), tls.method, tls.is_in_tls), (Some("https"), Method::Table, true));
        let page = vec![Told::Status(excerpt("HTTP/1.1 200 OK")), Told::Server(excerpt("nginx/1.22.1"))];
        let page = service(Catalog::builtin(), &spoken(Some(Speech::Tls), page), Some("https"));
        assert_eq!((page.name.as_deref(), page.method, page.is_in_tls), (Some("http"), Method::Probed, true));
        assert_eq!((page.product.as_deref(), page.version.as_deref()), (Some("nginx"), Some("1.22.1")));
    }

    #[test]
    fn software_names_itself() {
        let http = spoken(Some(Speech::Http), vec![Told::Server(excerpt("Apache/2.4.57 (Debian)"))]);
        assert_eq!(words(&http), ["http", "Apache", "2.4.57", "Debian"].map(str::to_owned));
        let greeting = Told::Greeting(Excerpt::of_bytes(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
        let ssh = spoken(Some(Speech::Ssh), vec![greeting]);
        assert_eq!(words(&ssh), ["ssh", "OpenSSH", "9.2p1 Debian 2", "protocol 2.0"].map(str::to_owned));
        let smtp =
            spoken(Some(Speech::Smtp), vec![Told::Greeting(excerpt("220 mail.example ESMTP Postfix"))]);
        assert_eq!(service(Catalog::builtin(), &smtp, None).host_name.as_deref(), Some("mail.example"));
    }

    #[test]
    fn a_product_is_one_that_named_itself() {
        let product: ProductId = "trellix-agent".parse().unwrap();
        let told = vec![Told::Version(excerpt("5.7.9")), Told::Manager(excerpt("epo.example"))];
        let identity = Identity::Genuine { product: product.clone(), fingerprint: excerpt("x") };
        let genuine = Service { identity: Some(identity), ..spoken(Some(Speech::Http), told) };
        let title = Catalog::builtin().product(&product).unwrap().title();
        assert_eq!(words(&genuine), ["http", &title, "5.7.9", "manager: epo.example"].map(str::to_owned));
        let identity = Identity::Consistent { products: vec![product], by: Trait::StaysSilent };
        let like = Service { identity: Some(identity), ..spoken(None, Vec::new()) };
        let said = "behaves like trellix-agent: accepts, waits and says nothing";
        assert_eq!(words(&like), ["ssc-agent", "", "", said].map(str::to_owned));
    }
}
