//! Who called a privileged process.

use super::User;
use super::account::Account;
use super::identity::UserIds;

/// The user for whom a process with these ids works; `variable` reads the environment and `find` the user database.
pub(super) fn find(
    ids: UserIds,
    variable: impl Fn(&str) -> Option<String>,
    find: impl Fn(&Account) -> Option<User>,
) -> Option<User> {
    if ids.effective != ROOT {
        return None;
    }
    if ids.real != ROOT {
        // The program is set to run as root; the environment is the caller's own and may say anything.
        return find(&Account::Number(ids.real));
    }
    let named = VARIABLES.iter().find_map(|(name, holds)| account(*holds, &variable(name)?))?;
    find(&named).filter(|user| user.uid != ROOT)
}

fn account(holds: Holds, value: &str) -> Option<Account> {
    match holds {
        Holds::Number => value.parse().ok().map(Account::Number),
        Holds::Name => (!value.is_empty()).then(|| Account::Name(value.to_owned())),
    }
}

#[derive(Clone, Copy, Debug)]
enum Holds {
    Name,
    Number,
}

/// sudo(8), doas(1), pkexec(1). sudo's `SUDO_USER` and `SUDO_GID` add nothing that the user database does not know.
const VARIABLES: [(&str, Holds); 3] =
    [("SUDO_UID", Holds::Number), ("DOAS_USER", Holds::Name), ("PKEXEC_UID", Holds::Number)];
const ROOT: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    fn known(account: &Account) -> Option<User> {
        [("root", 0, "/root"), ("ann", 1000, "/home/ann"), ("bob", 1001, "/home/bob")]
            .into_iter()
            .find(|(name, uid, _)| match account {
                Account::Name(wanted) => wanted == name,
                Account::Number(wanted) => wanted == uid,
            })
            .map(|(name, uid, home)| User { name: name.to_owned(), uid, gid: uid, home: home.into() })
    }

    #[test]
    fn the_caller_is_whom_a_trusted_environment_names() {
        let root = UserIds { real: 0, effective: 0 };
        for (ids, environment, expected) in [
            (root, &[("SUDO_UID", "1000"), ("SUDO_USER", "ann")][..], Some("ann")),
            (root, &[("DOAS_USER", "bob")], Some("bob")),
            (root, &[("PKEXEC_UID", "1001")], Some("bob")),
            (root, &[("SUDO_UID", "1000"), ("PKEXEC_UID", "1001")], Some("ann")),
            (root, &[("SUDO_UID", "x"), ("PKEXEC_UID", "1001")], Some("bob")),
            (root, &[], None),
            // Nobody is told apart from root by a name that is not in the database, or from root by root.
            (root, &[("SUDO_UID", "0")], None),
            (root, &[("DOAS_USER", "root")], None),
            (root, &[("DOAS_USER", "")], None),
            (root, &[("SUDO_UID", "4242")], None),
            (root, &[("SUDO_UID", "-1")], None),
            (root, &[("SUDO_UID", "4294967296")], None),
            // Not root: whatever the environment says.
            (UserIds { real: 1000, effective: 1000 }, &[("SUDO_UID", "1001")], None),
            (UserIds { real: 0, effective: 1000 }, &[("SUDO_UID", "1001")], None),
            // Set to run as root: the environment is the caller's.
            (UserIds { real: 1000, effective: 0 }, &[("SUDO_UID", "1001")], Some("ann")),
            (UserIds { real: 4242, effective: 0 }, &[("SUDO_UID", "1001")], None),
        ] {
            let variable = |name: &str| {
                environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            let found = find(ids, variable, known).map(|user| user.name);
            assert_eq!(found.as_deref(), expected, "{ids:?} {environment:?}");
        }
    }
}
