//! What the peer of a connection that stands agreed on, as a sign of its system.

use mio::net::TcpStream;
use muster_model::{Agreed, Agreement, Stack};
use muster_platform::handshake::{self, Handshake, Offered};

/// What the system says of the connection, if it says anything.
pub(super) fn agreed(stream: &TcpStream, offered: Offered) -> Option<Stack> {
    handshake::agreed(stream).map(|handshake| weighed(handshake, offered).into())
}

/// What is missing was declined only if it was offered.
fn weighed(handshake: Handshake, offered: Offered) -> Agreed {
    let scale = handshake.scale.map_or_else(|| declined(offered.scale), Agreement::Agreed);
    Agreed {
        sack: weigh(handshake.sack, offered.sack),
        timestamps: weigh(handshake.timestamps, offered.timestamps),
        scale,
    }
}

fn weigh(is_agreed: bool, is_offered: bool) -> Agreement<()> {
    if is_agreed { Agreement::Agreed(()) } else { declined(is_offered) }
}

fn declined<T>(is_offered: bool) -> Agreement<T> {
    if is_offered { Agreement::Declined } else { Agreement::NotOffered }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_offered_was_not_declined() {
        let all = Offered { sack: true, timestamps: true, scale: true };
        let windows = Handshake { sack: true, timestamps: false, scale: Some(8) };
        let plain = Handshake { sack: false, timestamps: false, scale: None };
        for (handshake, offered, expected) in [
            (windows, all, "- - SW8/T"),
            (windows, Offered { timestamps: false, ..all }, "- - SW8"),
            (windows, Offered::default(), "- - SW8"),
            (plain, all, "- - /STW"),
            (plain, Offered::default(), "- - "),
        ] {
            assert_eq!(Stack::from(weighed(handshake, offered)).to_string(), expected, "{offered:?}");
        }
    }
}
