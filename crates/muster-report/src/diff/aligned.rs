//! Two lists as one, with what they have in common as far as it is in one order.

use super::lines::Sign;

/// Everything of both, in order: what only the one has before what only the other has. As `ndiff` does it: the longest
/// stretch that both have is kept, the same on either side of it.
pub(super) fn aligned<'a, T: PartialEq>(old: &'a [T], new: &'a [T]) -> Vec<(Sign, &'a T)> {
    let mut all = Vec::new();
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        all.extend(old.iter().map(|one| (Sign::Old, one)).chain(new.iter().map(|one| (Sign::New, one))));
    } else {
        align(old, new, &mut all);
    }
    all
}

fn align<'a, T: PartialEq>(old: &'a [T], new: &'a [T], all: &mut Vec<(Sign, &'a T)>) {
    let Some((at_old, at_new, length)) = longest(old, new) else {
        all.extend(old.iter().map(|one| (Sign::Old, one)).chain(new.iter().map(|one| (Sign::New, one))));
        return;
    };
    align(&old[..at_old], &new[..at_new], all);
    all.extend(old[at_old..at_old + length].iter().map(|one| (Sign::Both, one)));
    align(&old[at_old + length..], &new[at_new + length..], all);
}

/// Where the longest stretch of both begins in each, the first of several, and how long it is.
fn longest<T: PartialEq>(old: &[T], new: &[T]) -> Option<(usize, usize, usize)> {
    let mut best = None;
    let mut above = vec![0; new.len() + 1];
    for (at_old, one) in old.iter().enumerate() {
        let mut row = vec![0; new.len() + 1];
        for (at_new, _) in new.iter().enumerate().filter(|(_, other)| *other == one) {
            let length = above[at_new] + 1;
            row[at_new + 1] = length;
            if best.is_none_or(|(_, _, longest)| length > longest) {
                best = Some((at_old + 1 - length, at_new + 1 - length, length));
            }
        }
        above = row;
    }
    best
}

/// Lists whose items make more pairs are not aligned: that would take too long.
const MOST_PAIRS: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        aligned(&old, &new).into_iter().flat_map(|(sign, item)| [sign.mark(), *item]).collect()
    }

    #[test]
    fn what_both_have_stands_once() {
        for (old, new, expected) in [
            ("", "", ""),
            ("ab", "ab", " a b"),
            ("ab", "", "-a-b"),
            ("", "ab", "+a+b"),
            ("abc", "axc", " a-b+x c"),
            ("abcd", "bcda", "-a b c d+a"),
            ("ab", "ba", "+b a-b"),
        ] {
            assert_eq!(told(old, new), expected, "{old} {new}");
        }
    }

    #[test]
    fn long_lists_are_not_aligned() {
        let (old, new) = ("a".repeat(200), "a".repeat(100));
        assert_eq!(told(&old, &new), "-a".repeat(200) + &"+a".repeat(100));
    }
}
