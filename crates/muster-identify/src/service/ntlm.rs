//! NTLM's first two messages, which tell who a Windows computer is before anybody logs in (MS-NLMP 2.2.1.1, 2.2.1.2).
//!
//! No name and no password is ever sent: the exchange ends with the server's challenge.

use muster_model::{Excerpt, Told};

/// The message that asks for a challenge.
pub(crate) fn negotiate() -> Vec<u8> {
    let mut message = [SIGNATURE, &1_u32.to_le_bytes(), &FLAGS.to_le_bytes()].concat();
    // Neither a domain nor a workstation is given, and no version.
    message.extend([0; 24]);
    message
}

/// What a challenge somewhere in `bytes` tells: the computer's name, its domain, and its version of Windows.
pub(crate) fn told(bytes: &[u8]) -> Vec<Told> {
    let Some(challenge) = Challenge::find(bytes) else { return Vec::new() };
    let name = challenge.text(DNS_COMPUTER).or_else(|| challenge.text(NETBIOS_COMPUTER));
    let domain = challenge.text(DNS_DOMAIN).or_else(|| challenge.text(NETBIOS_DOMAIN));
    // Who belongs to no domain gives its own name in the place of one.
    let own = challenge.text(NETBIOS_COMPUTER);
    let domain = domain.filter(|domain| Some(domain) != name.as_ref() && Some(domain) != own.as_ref());
    let told = [name.map(Told::HostName), domain.map(Told::Domain), challenge.version().map(Told::System)];
    told.into_iter().flatten().collect()
}

/// The server's message, which is read leniently: what points outside it is not there.
struct Challenge<'a>(&'a [u8]);

impl<'a> Challenge<'a> {
    fn find(bytes: &'a [u8]) -> Option<Self> {
        let start = [SIGNATURE, &2_u32.to_le_bytes()].concat();
        let place = bytes.windows(start.len()).position(|window| window == start)?;
        Some(Self(&bytes[place..]))
    }

    fn number(&self, at: usize) -> Option<usize> {
        Some(usize::from(u16::from_le_bytes(*self.0.get(at..)?.first_chunk()?)))
    }

    /// The value of a pair of the target information.
    fn pair(&self, kind: usize) -> Option<&'a [u8]> {
        let length = self.number(TARGET_INFO)?;
        let start = self.number(TARGET_INFO + 4)?;
        let mut rest = self.0.get(start..start + length)?;
        while let [a, b, c, d, tail @ ..] = rest {
            let length = usize::from(u16::from_le_bytes([*c, *d]));
            let value = tail.get(..length)?;
            match usize::from(u16::from_le_bytes([*a, *b])) {
                0 => return None,
                found if found == kind => return Some(value),
                _ => rest = &tail[length..],
            }
        }
        None
    }

    /// A pair's text, which is UTF-16.
    fn text(&self, kind: usize) -> Option<Excerpt> {
        let value = self.pair(kind)?;
        let units: Vec<u16> =
            value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let text = String::from_utf16_lossy(&units);
        (!text.is_empty()).then(|| Excerpt::of(&text))
    }

    /// `Windows 10.0.19045`: major, minor, build. Samba says 6.1 without a build, which no Windows does.
    fn version(&self) -> Option<Excerpt> {
        let [major, minor, ..] = self.0.get(VERSION..VERSION + 8)? else { return None };
        let build = self.number(VERSION + 2)?;
        match (*major, build) {
            (0, _) => None,
            (_, 0) => Some(Excerpt::of("Samba")),
            _ => Some(Excerpt::of(&format!("Windows {major}.{minor}.{build}"))),
        }
    }
}

const SIGNATURE: &[u8] = b"NTLMSSP\0";
/// Unicode, the target's name, NTLM with extended session security, 128 and 56 bits, the version.
const FLAGS: u32 = 0xa208_8205;
const TARGET_INFO: usize = 40;
const VERSION: usize = 48;
const NETBIOS_COMPUTER: usize = 1;
const NETBIOS_DOMAIN: usize = 2;
const DNS_COMPUTER: usize = 3;
const DNS_DOMAIN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// A challenge as a domain member sends it, made after MS-NLMP 2.2.1.2.
    fn challenge(pairs: &[(u16, &str)], version: [u8; 8]) -> Vec<u8> {
        let mut info = Vec::new();
        for (kind, text) in pairs {
            let value = utf16(text);
            info.extend(kind.to_le_bytes());
            info.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
            info.extend(value);
        }
        info.extend([0; 4]);
        let length = u16::try_from(info.len()).unwrap().to_le_bytes();
        let mut message =
            [SIGNATURE, &2_u32.to_le_bytes(), &[0; 8], &FLAGS.to_le_bytes(), &[7; 8], &[0; 8]].concat();
        message.extend([length, length].concat());
        message.extend(56_u32.to_le_bytes());
        message.extend(version);
        message.extend(info);
        message
    }

    fn words(bytes: &[u8]) -> Vec<String> {
        told(bytes).iter().map(|told| format!("{}: {}", told.label(), told.value())).collect()
    }

    #[test]
    fn a_challenge_names_the_computer() {
        let member = [(2, "DEPOT"), (1, "PC-7"), (4, "depot.example"), (3, "pc-7.depot.example")];
        let windows = [10, 0, 0x65, 0x4a, 0, 0, 0, 15];
        let bytes = [&b"something before"[..], &challenge(&member, windows)].concat();
        assert_eq!(
            words(&bytes),
            ["host name: pc-7.depot.example", "domain: depot.example", "system: Windows 10.0.19045"]
        );
        assert_eq!(words(&challenge(&[(2, "PC-8"), (1, "PC-8")], [0; 8])), ["host name: PC-8"]);
    }

    /// As smbd 4.17.12 sends it, of a machine without a domain that is called `vm` and shows itself as `FILES`.
    #[test]
    fn samba_is_no_windows_and_its_own_name_no_domain() {
        let pairs = [(2, "FILES"), (1, "FILES"), (4, ""), (3, "vm")];
        assert_eq!(words(&challenge(&pairs, [6, 1, 0, 0, 0, 0, 0, 15])), ["host name: vm", "system: Samba"]);
    }

    #[test]
    fn half_a_challenge_is_read_as_far_as_it_goes() {
        let whole = challenge(&[(1, "PC-7")], [10, 0, 1, 2, 0, 0, 0, 15]);
        for length in 0..whole.len() {
            assert!(words(&whole[..length]).len() <= 2, "{length}");
        }
        let mut endless = whole.clone();
        endless[40..48].fill(0xff);
        assert_eq!(words(&endless), ["system: Windows 10.0.513"]);
    }
}
