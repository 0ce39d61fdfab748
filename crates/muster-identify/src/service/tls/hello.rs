//! The ClientHello: an honest one that old and new servers can answer (RFC 5246, 7.4.1.2).

/// The message in its record. It offers TLS 1.0 to 1.2: a later version would hide the certificate. It names no host,
/// since addresses must not be named (RFC 6066, 3).
pub(crate) fn client_hello() -> Vec<u8> {
    let suites: Vec<u8> = SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    let mut body = vec![3, 3];
    body.extend_from_slice(RANDOM);
    body.push(0);
    body.extend(counted(&suites));
    body.extend_from_slice(&[1, 0]);
    body.extend(counted(&extensions()));

    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(counted(&body));
    let mut record = vec![super::records::HANDSHAKE, 3, 1];
    record.extend(counted(&message));
    record
}

fn extensions() -> Vec<u8> {
    let pairs = |codes: &[u16]| codes.iter().flat_map(|code| code.to_be_bytes()).collect::<Vec<u8>>();
    let groups = counted(&pairs(GROUPS));
    let signatures = counted(&pairs(SIGNATURES));
    [(SUPPORTED_GROUPS, groups), (EC_POINT_FORMATS, vec![1, 0]), (SIGNATURE_ALGORITHMS, signatures)]
        .into_iter()
        .flat_map(|(code, data)| code.to_be_bytes().into_iter().chain(counted(&data)))
        .collect()
}

/// Bytes behind their length in two octets. Everything here is far shorter than that can say.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    length.to_be_bytes().into_iter().chain(bytes.iter().copied()).collect()
}

/// Nothing secret will ever be derived from it, so it says who asks.
const RANDOM: &[u8; 32] = b"muster asks for who answers here";

const CLIENT_HELLO: u8 = 1;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;

/// ECDHE with GCM and ChaCha20, then CBC, then plain RSA down to 3DES, which agents of 2006 know (IANA, "TLS Cipher
/// Suites"); last the signal that renegotiation is safe (RFC 5746), without which some servers refuse.
const SUITES: &[u16] = &[
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009e, 0x0033, 0x0039,
    0x009c, 0x009d, 0x002f, 0x0035, 0x000a, 0x00ff,
];

/// x25519, secp256r1, secp384r1, secp521r1 (RFC 8422, 5.1.1).
const GROUPS: &[u16] = &[29, 23, 24, 25];

/// ECDSA and RSA with SHA-2, RSA-PSS, and SHA-1 for old servers (RFC 8446, 4.2.3).
const SIGNATURES: &[u16] =
    &[0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_agree_with_what_they_count() {
        let hello = client_hello();
        let length = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
        assert_eq!(hello[..3], [22, 3, 1]);
        assert_eq!(length(3), hello.len() - 5);
        assert_eq!(hello[5..7], [1, 0]);
        assert_eq!(length(7), hello.len() - 9);
        assert_eq!(length(44), 2 * SUITES.len());
        let extensions = 44 + 2 + 2 * SUITES.len() + 2;
        assert_eq!(length(extensions), hello.len() - extensions - 2);
    }
}
