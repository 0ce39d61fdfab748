//! What may be done at an open port: nothing, listening, or benign requests.
//!
//! | port | what is done |
//! |---|---|
//! | of a printing service | nothing: whatever is sent there may come out on paper |
//! | of a control system | nothing: what it moves may stop, or not |
//! | of names, over UDP | the plain question of DNS, of NetBIOS, of multicast DNS (and who answers that, which services it announces) |
//! | of SNMP, over UDP | what the device says of itself, if the user gave a community for it; else nothing |
//! | any other UDP port | nothing: no agent's port is sent what nobody documents |
//! | of an agent whose catalogue entry names a request | that request |
//! | of the web, by convention | `GET /`, in the clear or within TLS |
//! | of name servers, file servers and databases, by convention | the first question of their own protocol |
//! | the decoy | `GET /`: whoever answers there answers everywhere |
//! | of a server whose catalogue entry names a request | that request |
//! | any other | listening; where the user wants to know what it is, `GET /`, in the clear and then within TLS |
//! | any other from 1024 on, where a fingerprint was learnt of an agent whose port is drawn at installation | the request that brings it out |
//! | any of TCP that hung up on these, where the user wants to know what it is | what clients of other protocols ask first |
//! | of an agent whose answer nobody knows, on a host to be learnt from | as one that nobody knows |

use muster_catalog::{Binding, Catalog, DECOY_PORT, Listener, Manner, Product, SIGN_PORTS};
use muster_model::{Endpoint, Protocol, Request};

use crate::{Depth, Limits};

/// What may be done at an open port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approach {
    /// Not even connect.
    Leave,
    /// Connect, listen, and if nothing is heard ask the first of these; each other over a connection of its own, as long
    /// as it is not clear who answers.
    Talk(Vec<Request>),
}

/// What the catalogue and good manners allow at an open port.
pub fn approach(catalog: &Catalog, endpoint: &Endpoint, limits: &Limits) -> Approach {
    approach_within(catalog.products(), endpoint, limits)
}

/// The same with products given one by one.
pub(crate) fn approach_within(products: &[Product], endpoint: &Endpoint, limits: &Limits) -> Approach {
    let is_snmp = endpoint.protocol == Protocol::Udp && endpoint.port == 161;
    match limits.community {
        Some(_) if is_snmp => Approach::Talk(vec![Request::SnmpSystem; 2]),
        _ => approach_among(products, endpoint, limits.depth),
    }
}

/// The same without SNMP.
pub(crate) fn approach_among(products: &[Product], endpoint: &Endpoint, depth: Depth) -> Approach {
    match endpoint.protocol {
        Protocol::Udp => {
            return datagram(endpoint.port).map_or(Approach::Leave, |ask| Approach::Talk(vec![ask, ask]));
        }
        Protocol::Tcp if !prints(endpoint.port) && !controls(endpoint.port) => {}
        _ => return Approach::Leave,
    }
    let of_agents = named(products, endpoint, Product::is_agent);
    let of_servers = || named(products, endpoint, |product| !product.is_agent());
    if let Some(request) = of_agents.or_else(|| ordinary(endpoint.port)).or_else(of_servers) {
        return Approach::Talk(vec![request]);
    }
    let mut known = listeners_at(products, endpoint).peekable();
    let pages = || vec![Request::HttpGet, Request::HttpsGet];
    Approach::Talk(match depth {
        Depth::Unlearnt if known.all(|(_, listener)| listener.manner == Manner::Unknown) => pages(),
        Depth::Unknown if known.peek().is_none() => pages(),
        Depth::Known if known.peek().is_none() => drawn(products, endpoint.port),
        _ => Vec::new(),
    })
}

/// The requests that show agents whose port is drawn at installation, where one of them may be.
fn drawn(products: &[Product], port: u16) -> Vec<Request> {
    if port < FIRST_DRAWN || SIGN_PORTS.contains(&port) {
        return Vec::new();
    }
    let agents = products.iter().filter(|product| product.is_agent() && is_drawn(product));
    let prints: Vec<_> =
        agents.flat_map(|product| &product.fingerprints).filter_map(|it| it.request).collect();
    let has = |request: &Request| match request {
        Request::HttpsGet => prints.iter().any(|one| matches!(one, Request::TlsHello | Request::HttpsGet)),
        request => prints.contains(request),
    };
    [Request::HttpGet, Request::HttpsGet].into_iter().filter(has).collect()
}

/// Whether a port of the product is drawn at installation, so that it may be any.
pub(crate) fn is_drawn(product: &Product) -> bool {
    let is_tcp = |listener: &&Listener| listener.protocol == Protocol::Tcp;
    product.listeners.iter().filter(is_tcp).any(|listener| listener.binding == Binding::Random)
}

/// Those below are given out by name (RFC 6335, 6).
const FIRST_DRAWN: u16 = 1024;

/// The first request that the catalogue names for such products at the endpoint.
fn named(products: &[Product], endpoint: &Endpoint, such: fn(&Product) -> bool) -> Option<Request> {
    listeners_at(products, endpoint)
        .filter(|(product, _)| such(product))
        .find_map(|(_, listener)| listener.request)
}

/// Who listens at an endpoint, in the order of the products.
pub(crate) fn listeners_at<'c>(
    products: &'c [Product],
    endpoint: &Endpoint,
) -> impl Iterator<Item = (&'c Product, &'c Listener)> + use<'c> {
    let Endpoint { protocol, port, .. } = *endpoint;
    products.iter().flat_map(move |product| {
        let here =
            move |listener: &&Listener| listener.protocol == protocol && listener.ports.contains(&port);
        product.listeners.iter().filter(here).map(move |listener| (product, listener))
    })
}

/// LPD (RFC 1179) and the raw ports of print servers: what arrives there is printed. IPP is HTTP (RFC 8010), and prints
/// nothing that was only asked for.
fn prints(port: u16) -> bool {
    matches!(port, 515 | 9100..=9107)
}

/// Controls of machines and buildings, some of which stop at a connection that they do not expect: S7 (102), Modbus (502),
/// Crimson (789), Niagara Fox (1911, 4911), IEC 104 (2404), HART-IP (5094), FINS (9600), DNP3 (20000), EtherNet/IP (44818),
/// BACnet (47808).
fn controls(port: u16) -> bool {
    matches!(port, 102 | 502 | 789 | 1911 | 2404 | 4911 | 5094 | 9600 | 20_000 | 44_818 | 47_808)
}

/// The plain question of a standard protocol over UDP. It is asked once more if nothing comes back.
fn datagram(port: u16) -> Option<Request> {
    match port {
        53 => Some(Request::DnsVersion),
        137 => Some(Request::NetbiosStatus),
        5353 => Some(Request::MdnsName),
        _ => None,
    }
}

/// What anybody's browser would ask on this port, and what shows who answers in place of everybody.
fn ordinary(port: u16) -> Option<Request> {
    match port {
        53 => Some(Request::DnsVersion),
        80 | 631 | 8000 | 8008 | 8080 => Some(Request::HttpGet),
        445 => Some(Request::SmbNegotiate),
        5432 => Some(Request::PostgresTls),
        6379 => Some(Request::RedisPing),
        443 | 8443 => Some(Request::HttpsGet),
        DECOY_PORT => Some(Request::HttpGet),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use muster_catalog::Part;
    use muster_model::Speech;

    use super::*;
    use crate::testing::{at, office, product};

    fn ask(request: Request) -> Approach {
        Approach::Talk(vec![request])
    }

    fn listen() -> Approach {
        Approach::Talk(Vec::new())
    }

    #[test]
    fn each_port_has_its_approach() {
        for (port, expected) in [
            (2967, ask(Request::HttpGet)),
            (8081, ask(Request::HttpGet)),
            (3310, ask(Request::ClamdVersion)),
            (8192, listen()),
            (80, ask(Request::HttpGet)),
            (8080, ask(Request::HttpGet)),
            (443, ask(Request::HttpsGet)),
            (DECOY_PORT, ask(Request::HttpGet)),
            (22, listen()),
            (3283, listen()),
            (62_078, listen()),
            (23, listen()),
            (515, Approach::Leave),
            (631, ask(Request::HttpGet)),
            (9099, listen()),
            (9100, Approach::Leave),
            (9107, Approach::Leave),
            (9108, listen()),
            (40_000, listen()),
        ] {
            assert_eq!(approach_among(&office(), &at(port), Depth::Known), expected, "{port}");
        }
        let udp = Endpoint { protocol: Protocol::Udp, ..at(2967) };
        assert_eq!(approach_among(&office(), &udp, Depth::Unknown), Approach::Leave);
    }

    #[test]
    fn a_port_that_nobody_knows_is_asked_only_where_that_is_wanted() {
        let pages = Approach::Talk(vec![Request::HttpGet, Request::HttpsGet]);
        for (port, expected) in
            [(40_000, pages), (8192, listen()), (80, ask(Request::HttpGet)), (515, Approach::Leave)]
        {
            assert_eq!(approach_among(&office(), &at(port), Depth::Unknown), expected, "{port}");
        }
    }

    #[test]
    fn what_prints_or_moves_is_left_alone_whoever_asks() {
        let fragile = [102, 502, 515, 789, 1911, 2404, 4911, 5094, 9600, 20_000, 44_818, 47_808];
        for port in (9100..=9107).chain(fragile) {
            for depth in [Depth::Known, Depth::Unknown] {
                let limits = Limits { depth, ..Limits::default() };
                assert_eq!(approach(Catalog::builtin(), &at(port), &limits), Approach::Leave, "{port}");
                let udp = Endpoint { protocol: Protocol::Udp, ..at(port) };
                assert_eq!(approach(Catalog::builtin(), &udp, &limits), Approach::Leave, "{port}/udp");
            }
            let agent = product("a", port, Manner::Answers(Speech::Http), Some(Request::HttpGet));
            assert_eq!(approach_among(&[agent], &at(port), Depth::Unknown), Approach::Leave, "{port}");
            let mut listeners = Catalog::builtin().listeners(Protocol::Tcp, port);
            assert_eq!(listeners.next().map(|(product, _)| &product.id), None, "an agent's port {port}");
        }
    }

    #[test]
    fn printing_comes_before_the_catalogue_and_agents_before_servers() {
        let prints = product("a", 9100, Manner::Answers(Speech::Http), Some(Request::HttpGet));
        assert_eq!(approach_among(&[prints], &at(9100), Depth::Unknown), Approach::Leave);

        let server = |port, request| {
            let mut server = product("a-server", port, Manner::Unknown, Some(request));
            server.part = Part::Server;
            server
        };
        let agent = product("b-agent", 7000, Manner::Answers(Speech::Tls), Some(Request::TlsHello));
        let both = [server(7000, Request::HttpGet), agent];
        assert_eq!(approach_among(&both, &at(7000), Depth::Known), ask(Request::TlsHello));
        for (port, expected) in [(7001, Request::TlsHello), (8080, Request::HttpGet)] {
            let alone = [server(port, Request::TlsHello)];
            assert_eq!(approach_among(&alone, &at(port), Depth::Known), ask(expected), "{port}");
        }
    }

    #[test]
    fn the_catalogues_ports_are_approached_as_it_says() {
        for (port, expected) in [
            (2967, ask(Request::HttpGet)),
            (8081, ask(Request::HttpGet)),
            (3310, ask(Request::ClamdVersion)),
            (8192, listen()),
            (8194, ask(Request::TlsHello)),
            (21_112, ask(Request::TlsHello)),
            (80, ask(Request::HttpGet)),
            (8080, ask(Request::HttpGet)),
            (443, ask(Request::HttpsGet)),
            (9100, Approach::Leave),
        ] {
            assert_eq!(approach(Catalog::builtin(), &at(port), &Limits::default()), expected, "{port}");
        }
    }

    /// A datagram that an agent does not expect is a guess, whatever else the user wants to know.
    #[test]
    fn no_agent_is_sent_a_datagram() {
        let limits =
            Limits { depth: Depth::Unknown, community: crate::Community::new(b"word"), ..Limits::default() };
        let catalog = Catalog::builtin();
        let udp = |listener: &&Listener| listener.protocol == Protocol::Udp;
        let listeners = catalog.products().iter().filter(|product| product.is_agent());
        let known = listeners.flat_map(|product| &product.listeners).filter(udp);
        let mut ports: Vec<u16> = known.flat_map(|listener| listener.ports.iter().copied()).collect();
        ports.extend([2967, 8082, 15_000, 52_311]);
        for port in ports {
            let endpoint = Endpoint { protocol: Protocol::Udp, ..at(port) };
            assert_eq!(approach(catalog, &endpoint, &limits), Approach::Leave, "{port}");
            assert!(muster_catalog::payloads::requests().all(|(other, _)| other != port), "{port}");
        }
    }

    #[test]
    fn snmp_is_asked_only_with_a_community() {
        let endpoint = Endpoint { protocol: Protocol::Udp, ..at(161) };
        let asked = |community: &[u8]| {
            let community = crate::Community::new(community);
            approach(Catalog::builtin(), &endpoint, &Limits { community, ..Limits::default() })
        };
        assert_eq!(asked(b""), Approach::Leave);
        assert_eq!(asked(b"word"), Approach::Talk(vec![Request::SnmpSystem; 2]));
    }
}
