//! What an open port said it is, in the public JSON of a scan.

use std::net::IpAddr;

use muster_model::{self as model};
use muster_nmap::output::{self, Method};
use serde::Serialize;

use super::audit;

/// A conversation with an open port: Nmap's fields, and what they come from.
#[derive(Debug, Serialize)]
pub struct Service {
    /// The host.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// `tcp`.
    pub protocol: &'static str,
    /// The protocol's name; what is only registered for the port where `method` is `table`.
    pub name: Option<String>,
    /// The product, as it calls itself or as the catalogue does; null: not told.
    pub product: Option<String>,
    /// Its version; null: not told.
    pub version: Option<String>,
    /// More.
    pub extra: Option<String>,
    /// The computer's own name; null: not told.
    pub host_name: Option<String>,
    /// `ssl` if it speaks through TLS.
    pub tunnel: Option<&'static str>,
    /// `probed`, or `table`: the port's number is all that speaks for the name.
    pub method: &'static str,
    /// What it spoke; null: not told.
    pub speech: Option<&'static str>,
    /// What was asked of it, in order.
    pub asked: Vec<audit::Asked>,
    /// What it told, in the order it was learnt.
    pub told: Vec<audit::Told>,
    /// How the conversation ended, in the words of an audit.
    pub end: &'static str,
}

impl Service {
    /// The line for a conversation that told `fields`.
    pub fn new(service: &model::Service, fields: &output::Service) -> Self {
        let heard = audit::Service::from(service);
        let endpoint = service.endpoint;
        Self {
            address: endpoint.address,
            port: endpoint.port,
            protocol: endpoint.protocol.name(),
            name: fields.name.clone(),
            product: fields.product.clone(),
            version: fields.version.clone(),
            extra: fields.extra.clone(),
            host_name: fields.host_name.clone(),
            tunnel: fields.is_in_tls.then_some("ssl"),
            method: match fields.method {
                Method::Table => "table",
                Method::Probed => "probed",
            },
            speech: heard.speech,
            asked: heard.asked,
            told: heard.told,
            end: heard.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use muster_model::{Conversation, Endpoint, Excerpt, Request, Speech, Told};

    use super::*;

    /// A reader may rely on every name here.
    #[test]
    fn the_contract_of_a_service() {
        let service = model::Service {
            endpoint: Endpoint::tcp([10, 0, 0, 7].into(), 8000),
            identity: None,
            speech: Some(Speech::Http),
            asked: vec![Request::HttpGet],
            told: vec![Told::Server(Excerpt::of("nginx/1.22.1"))],
            end: Conversation::Satisfied,
            exchanges: Vec::new(),
        };
        let fields = crate::nmap::service(muster_catalog::Catalog::builtin(), &service, Some("irdmi"));
        let line = super::super::Line::Service(Box::new(Service::new(&service, &fields)));
        let mut bytes = Vec::new();
        line.write(&mut bytes).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "{\"type\":\"service\",\"address\":\"10.0.0.7\",\"port\":8000,\"protocol\":\"tcp\",\"name\":\"http\",\
             \"product\":\"nginx\",\"version\":\"1.22.1\",\"extra\":null,\"host_name\":null,\"tunnel\":null,\
             \"method\":\"probed\",\"speech\":\"HTTP\",\"asked\":[\"HTTP GET /\"],\
             \"told\":[{\"what\":\"server\",\"value\":\"nginx/1.22.1\"}],\"end\":\"satisfied\"}\n"
        );
    }
}
