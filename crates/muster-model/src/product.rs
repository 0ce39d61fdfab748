//! The name by which the catalogue knows a product.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A product's key in the catalogue: lower-case letters, digits and dashes, as in `symantec-savce-10`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId(Arc<str>);

impl ProductId {
    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProductId {
    type Err = NotAProductId;

    fn from_str(text: &str) -> Result<Self, NotAProductId> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match text.is_empty() || !text.chars().all(is_plain) {
            true => Err(NotAProductId),
            false => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The text is no product's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a product's key: lower-case letters, digits and dashes")]
pub struct NotAProductId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_plain() {
        assert_eq!("symantec-savce-10".parse::<ProductId>().unwrap().to_string(), "symantec-savce-10");
        for text in ["", "Symantec", "a b", "a_b", "é"] {
            assert_eq!(text.parse::<ProductId>(), Err(NotAProductId), "{text}");
        }
    }
}
