//! Why a target was not understood, and what to write instead.

/// A target that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad target {target}: {problem}, at character {}", position + 1)]
pub struct TargetError {
    /// The target as it was given; control characters are escaped and the middle of a long one is left out, so that
    /// it can be printed.
    pub target: String,
    /// Where the trouble starts: characters before it.
    pub position: usize,
    /// What the trouble is.
    pub problem: TargetProblem,
}

/// What is wrong with a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetProblem {
    /// Nothing, or nothing before the prefix.
    #[error("it is empty")]
    Empty,
    /// No real target is so long.
    #[error("it is longer than {most} bytes")]
    TooLong {
        /// Bytes allowed.
        most: usize,
    },
    /// An IPv4 address has four octets.
    #[error("an IPv4 address has four octets, not {count}")]
    OctetCount {
        /// How many there are.
        count: usize,
    },
    /// Nothing between two dots, two commas, or at an end.
    #[error("an octet is empty")]
    EmptyOctet,
    /// An octet has eight bits.
    #[error("octet {octet} is more than 255")]
    OctetTooLarge {
        /// The digits.
        octet: String,
    },
    /// The range ends before it starts.
    #[error("range {first}-{last} runs backwards")]
    Reversed {
        /// Where it starts.
        first: u8,
        /// Where it ends.
        last: u8,
    },
    /// A character that has no place there.
    #[error("unexpected {character:?}")]
    StrayCharacter {
        /// The character.
        character: char,
    },
    /// What follows the slash is not a decimal number.
    #[error("the prefix is not a number of bits")]
    PrefixNotANumber,
    /// An address has fewer bits.
    #[error("the prefix is longer than {most} bits")]
    PrefixTooLong {
        /// Bits of an address of this family.
        most: u8,
    },
    /// A list of octets whose addresses are too scattered to be kept.
    #[error("{count} separate address ranges, at most {} in one target", super::MAX_INTERVALS)]
    TooManyRanges {
        /// How many ranges it stands for.
        count: u64,
    },
    /// It has a colon, but is no address.
    #[error("not an IPv6 address")]
    NotIpv6,
    /// An address with a zone (RFC 4007 section 11): a sweep's endpoints have none, and to drop it would be to probe
    /// whatever network the system picks.
    #[error("zone %{zone} cannot be swept")]
    Zone {
        /// The zone's name or number.
        zone: String,
    },
    /// Neither an address nor a network.
    #[error("not an address with a prefix")]
    NotAPrefix,
    /// A host name with nothing between two dots.
    #[error("a part of the name is empty")]
    EmptyLabel,
    /// A label of a host name has at most 63 characters (RFC 1123 section 2.1, RFC 1035 section 2.3.4).
    #[error("a part of the name is longer than 63 characters")]
    LabelTooLong,
    /// A host name has at most 253 characters.
    #[error("the name is longer than 253 characters")]
    NameTooLong,
    /// A label of a host name neither starts nor ends with a hyphen (RFC 952, RFC 1123 section 2.1).
    #[error("a part of the name starts or ends with a hyphen")]
    HyphenAtEdge,
}

impl TargetError {
    pub(super) fn new(target: &str, (at, problem): Fault) -> Self {
        let position = target.char_indices().take_while(|&(byte, _)| byte < at).count();
        Self { target: printable(target), position, problem }
    }

    /// What to do about it, where something can be said.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            TargetProblem::StrayCharacter { .. }
            | TargetProblem::OctetCount { .. }
            | TargetProblem::EmptyOctet
                if self.target.contains(',') =>
            {
                "separate targets with blanks; a comma lists values of one octet, as in 10.0.0.1,5,7"
            }
            TargetProblem::OctetCount { .. } | TargetProblem::EmptyOctet => {
                "an address is four numbers, a network is 10.0.0.0/24 or 10.0.0.*"
            }
            TargetProblem::OctetTooLarge { .. } => "each of the four numbers is 0 to 255",
            TargetProblem::Reversed { first, last } => return Some(format!("write {last}-{first}")),
            TargetProblem::StrayCharacter { character } if character.is_ascii_alphabetic() => {
                "an address has only numbers, and a name does not end in one"
            }
            TargetProblem::StrayCharacter { character } if !character.is_ascii() => {
                "write an international name in its xn-- form"
            }
            TargetProblem::StrayCharacter { .. } => {
                "write 10.0.0.1, 10.0.0.0/24, 10.0.0-3.1,5,7 or a host name"
            }
            TargetProblem::PrefixNotANumber | TargetProblem::NotIpv6 if self.target.contains("://") => {
                "give only the host, without scheme and path"
            }
            TargetProblem::PrefixNotANumber => "write the number of leading bits, as in 10.0.0.0/24",
            TargetProblem::PrefixTooLong { most } => {
                return Some(format!("a single host is /{most}, or no prefix"));
            }
            TargetProblem::TooManyRanges { .. } => "name whole networks, or sweep it in parts",
            TargetProblem::NotIpv6 if self.target.starts_with('[') => "write the address without brackets",
            TargetProblem::NotIpv6 if self.target.matches(':').count() == 1 => "give the port with -p",
            TargetProblem::NotIpv6 => "write 2001:db8::1 or 2001:db8::/120; ranges are for IPv4 only",
            TargetProblem::Zone { zone } => {
                let is_number = zone.bytes().all(|byte| byte.is_ascii_digit());
                let interface = if is_number { "IFACE" } else { zone };
                return Some(format!("leave %{zone} out and name the interface by -e {interface}"));
            }
            TargetProblem::NotAPrefix => "write an address or a network, as in 10.0.0.0/24 or fd00::/64",
            TargetProblem::Empty
            | TargetProblem::TooLong { .. }
            | TargetProblem::EmptyLabel
            | TargetProblem::LabelTooLong
            | TargetProblem::NameTooLong
            | TargetProblem::HyphenAtEdge => return None,
        };
        Some(hint.to_owned())
    }
}

/// Where in the target, in bytes, and what.
pub(super) type Fault = (usize, TargetProblem);

/// Foreign text made fit for a terminal: at most some 80 characters, nothing that moves the cursor.
pub(super) fn printable(text: &str) -> String {
    let escaped: Vec<char> = text.chars().take(10_000).flat_map(char::escape_debug).collect();
    if escaped.len() <= 80 {
        return escaped.into_iter().collect();
    }
    let (head, tail) = (&escaped[..50], &escaped[escaped.len() - 20..]);
    head.iter().chain(&['…']).chain(tail).collect()
}
