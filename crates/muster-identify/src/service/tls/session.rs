//! A session with today's servers, TLS 1.2 and 1.3 (RFC 5246, RFC 8446), to see their certificate and, where it is asked
//! for, the first page within.
//!
//! Every certificate is accepted and none is trusted: what is learnt is who the server says it is. Whoever it is, it gets
//! to hear nothing but `GET /`.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use muster_model::Request;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, IpAddr, Ipv4Addr, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme,
};

use super::super::Reader;

/// A session that comes about, and what is learnt by it.
#[derive(Debug)]
pub(crate) struct Session {
    connection: ClientConnection,
    seen: Arc<Seen>,
    /// What is to be asked within, until it is.
    request: Option<Vec<u8>>,
    asks_page: bool,
    /// What came within.
    pub(crate) page: Vec<u8>,
    reader: Reader,
    /// The description of the server's alert (RFC 8446, 6), if it ended the session by one.
    pub(crate) alert: Option<u8>,
}

impl Session {
    /// A session that will begin by a hello, and then ask `request`. `None`: the library has no way to do so.
    pub(crate) fn new(request: Option<Vec<u8>>) -> Option<Self> {
        let seen = Arc::new(Seen::default());
        let config = config(&seen).ok()?;
        // Addresses are not named in a hello (RFC 6066, 3), so any one will do.
        let nobody = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([127, 0, 0, 1])));
        let connection = ClientConnection::new(Arc::new(config), nobody).ok()?;
        let asks_page = request.is_some();
        let reader = Reader::default();
        Some(Self { connection, seen, request, asks_page, page: Vec::new(), reader, alert: None })
    }

    /// Reads one whole record; whether nothing more is to be heard.
    pub(crate) fn hear(&mut self, mut record: &[u8]) -> bool {
        while !record.is_empty() {
            if !self.connection.read_tls(&mut record).is_ok_and(|count| count > 0) {
                return true;
            }
            match self.connection.process_new_packets() {
                Ok(_) => {}
                Err(Error::AlertReceived(alert)) => {
                    self.alert = Some(alert.into());
                    return true;
                }
                Err(_) => return true,
            }
        }
        self.go_on()
    }

    /// Whether the session stood, so that the page was asked for within.
    pub(crate) fn has_asked(&self) -> bool {
        self.asks_page && self.request.is_none()
    }

    /// What is to be sent now.
    pub(crate) fn take_unsent(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.connection.wants_write() {
            if self.connection.write_tls(&mut bytes).is_err() {
                break;
            }
        }
        bytes
    }

    /// The first certificate, DER.
    pub(crate) fn certificate(&self) -> Option<Vec<u8>> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was agreed on: the version and the cipher suite.
    pub(crate) fn parameters(&self) -> Option<String> {
        let version = match self.connection.protocol_version()? {
            ProtocolVersion::TLSv1_2 => "TLS 1.2",
            ProtocolVersion::TLSv1_3 => "TLS 1.3",
            _ => return None,
        };
        let suite = self.connection.negotiated_cipher_suite()?.suite();
        Some(format!("{version}, {}", suite.as_str()?))
    }

    /// Asks once the session stands, and reads what comes; whether all has come.
    fn go_on(&mut self) -> bool {
        if self.connection.is_handshaking() {
            return false;
        }
        if let Some(request) = self.request.take() {
            // It is kept until it can be sent; there is always room for so little.
            _ = self.connection.writer().write_all(&request);
        }
        if self.asks_page && !self.read_page() {
            return false;
        }
        self.connection.send_close_notify();
        true
    }

    /// Whether the page is complete, or the server will say no more.
    fn read_page(&mut self) -> bool {
        let mut piece = [0; 4096];
        loop {
            match self.connection.reader().read(&mut piece) {
                Ok(0) => return true,
                Ok(count) => self.page.extend_from_slice(&piece[..count]),
                Err(_) => break,
            }
        }
        match self.reader.end(&self.page, Some(Request::HttpGet)) {
            Some(end) => {
                self.page.truncate(end);
                true
            }
            None => false,
        }
    }
}

fn config(seen: &Arc<Seen>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(Timeless))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(seen) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    Ok(config)
}

/// No certificate is checked and no session taken up again, so no clock is needed.
#[derive(Debug)]
struct Timeless;

impl TimeProvider for Timeless {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::ZERO))
    }
}

/// The certificate that was shown. It is noted when it comes: a server that wants one of ours breaks off afterwards.
#[derive(Debug, Default)]
struct Seen(Mutex<Option<Vec<u8>>>);

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        use SignatureScheme as Scheme;
        vec![
            Scheme::ECDSA_NISTP256_SHA256,
            Scheme::ECDSA_NISTP384_SHA384,
            Scheme::ECDSA_NISTP521_SHA512,
            Scheme::ED25519,
            Scheme::RSA_PSS_SHA256,
            Scheme::RSA_PSS_SHA384,
            Scheme::RSA_PSS_SHA512,
            Scheme::RSA_PKCS1_SHA256,
            Scheme::RSA_PKCS1_SHA384,
            Scheme::RSA_PKCS1_SHA512,
            Scheme::RSA_PKCS1_SHA1,
        ]
    }
}
