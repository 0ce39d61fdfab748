//! Who called a privileged process.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::User;
use super::account::Account;
use super::identity::Ids;

/// For whom a privileged process works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) user: User,
    /// Whether the user database knows the user: else there are the numbers alone.
    pub(super) is_known: bool,
}

/// The user for whom a process with these ids works; `variable` reads the environment and `find` the user database.
///
/// # Errors
/// Somebody called, and nothing says as whom to go on.
pub(super) fn find(
    ids: Ids,
    variable: impl Fn(&str) -> Option<String>,
    find: impl Fn(&Account) -> Option<User>,
) -> io::Result<Option<Caller>> {
    if ids.effective != ROOT {
        return Ok(None);
    }
    if ids.real != ROOT {
        // The program is set to run as root; the environment is the caller's own and may say anything.
        let known = find(&Account::Number(ids.real)).map(Caller::known);
        return Ok(Some(known.unwrap_or_else(|| Caller::of_numbers(ids.real, ids.real_group))));
    }
    let is_said = |text: &String| !text.is_empty();
    let said = SAYINGS.iter().find_map(|saying| Some((saying, variable(saying.user).filter(is_said)?)));
    let Some((saying, text)) = said else { return Ok(None) };
    let account = account(saying.holds, &text).ok_or_else(|| unknown(saying, &text))?;
    if account == Account::Number(ROOT) {
        return Ok(None);
    }
    let of_numbers = || Some(Caller::of_numbers(account.number()?, number(&variable(saying.group?)?)?));
    let caller = find(&account).map(Caller::known).or_else(of_numbers);
    let caller = caller.ok_or_else(|| unknown(saying, &text))?;
    Ok(Some(caller).filter(|caller| caller.user.uid != ROOT))
}

impl Caller {
    fn known(user: User) -> Self {
        Self { user, is_known: true }
    }

    fn of_numbers(uid: u32, gid: u32) -> Self {
        let user = User { name: uid.to_string(), uid, gid, home: PathBuf::new() };
        Self { user, is_known: false }
    }
}

impl Account {
    fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Name(_) => None,
        }
    }
}

fn account(holds: Holds, text: &str) -> Option<Account> {
    match holds {
        Holds::Number => number(text).map(Account::Number),
        Holds::Name => Some(Account::Name(text.to_owned())),
    }
}

/// The highest number is nobody's: to the system's calls it says "as it is", which here would be root.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number != u32::MAX)
}

fn unknown(saying: &Saying, text: &str) -> io::Error {
    let message = format!("this machine does not know the user who called: {}={text}", saying.user);
    io::Error::new(ErrorKind::NotFound, message)
}

/// What a program that gives root's privilege says of who called it.
#[derive(Clone, Copy, Debug)]
struct Saying {
    /// The variable that names the user.
    user: &'static str,
    holds: Holds,
    /// The variable with the number of the user's group, for whom the user database does not know.
    group: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
enum Holds {
    Name,
    Number,
}

/// sudo(8), doas(1), pkexec(1).
const SAYINGS: [Saying; 3] = [
    Saying { user: "SUDO_UID", holds: Holds::Number, group: Some("SUDO_GID") },
    Saying { user: "DOAS_USER", holds: Holds::Name, group: None },
    Saying { user: "PKEXEC_UID", holds: Holds::Number, group: None },
];
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

    const ROOTS: Ids = Ids { real: 0, effective: 0, real_group: 0 };

    fn found(ids: Ids, environment: &[(&str, &str)]) -> io::Result<Option<Caller>> {
        let variable = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        find(ids, variable, known)
    }

    #[test]
    fn the_caller_is_whom_a_trusted_environment_names() {
        let set_to_run_as_root = Ids { real: 1000, effective: 0, real_group: 1000 };
        for (ids, environment, expected) in [
            (ROOTS, &[("SUDO_UID", "1000"), ("SUDO_USER", "ann")][..], Some("ann")),
            (ROOTS, &[("DOAS_USER", "bob")], Some("bob")),
            (ROOTS, &[("PKEXEC_UID", "1001")], Some("bob")),
            (ROOTS, &[("SUDO_UID", "1000"), ("PKEXEC_UID", "1001")], Some("ann")),
            (ROOTS, &[("SUDO_UID", ""), ("PKEXEC_UID", "1001")], Some("bob")),
            (ROOTS, &[], None),
            // Root works for itself.
            (ROOTS, &[("SUDO_UID", "0")], None),
            (ROOTS, &[("DOAS_USER", "root")], None),
            (ROOTS, &[("DOAS_USER", "")], None),
            // Not root: whatever the environment says.
            (Ids { effective: 1000, ..set_to_run_as_root }, &[("SUDO_UID", "1001")], None),
            (Ids { effective: 1000, ..ROOTS }, &[("SUDO_UID", "1001")], None),
            // Set to run as root: the environment is the caller's.
            (set_to_run_as_root, &[("SUDO_UID", "1001")], Some("ann")),
        ] {
            let found = found(ids, environment).unwrap();
            assert!(found.as_ref().is_none_or(|caller| caller.is_known), "{ids:?} {environment:?}");
            let name = found.map(|caller| caller.user.name);
            assert_eq!(name.as_deref(), expected, "{ids:?} {environment:?}");
        }
    }

    #[test]
    fn who_is_not_in_the_database_is_a_caller_by_numbers() {
        let set_to_run_as_root = Ids { real: 4242, effective: 0, real_group: 4343 };
        for (ids, environment) in [
            (ROOTS, &[("SUDO_UID", "4242"), ("SUDO_GID", "4343"), ("SUDO_USER", "ann")][..]),
            (set_to_run_as_root, &[("SUDO_UID", "1001"), ("SUDO_GID", "1001")]),
            (set_to_run_as_root, &[]),
        ] {
            let caller = found(ids, environment).unwrap().unwrap();
            assert_eq!((caller.user.uid, caller.user.gid, caller.is_known), (4242, 4343, false), "{ids:?}");
        }
    }

    #[test]
    fn nobody_is_taken_for_root_who_cannot_be_found() {
        for environment in [
            &[("SUDO_UID", "4242")][..],
            &[("SUDO_UID", "4242"), ("SUDO_GID", "x")],
            &[("SUDO_UID", "4242"), ("SUDO_GID", "4294967295")],
            &[("SUDO_UID", "4294967295"), ("SUDO_GID", "1000")],
            &[("SUDO_UID", "4294967296"), ("SUDO_GID", "1000")],
            &[("SUDO_UID", "-1"), ("SUDO_GID", "1000")],
            &[("SUDO_UID", "x"), ("PKEXEC_UID", "1001")],
            &[("PKEXEC_UID", "4242"), ("SUDO_GID", "1000")],
            &[("DOAS_USER", "eve"), ("SUDO_GID", "1000")],
        ] {
            let error = found(ROOTS, environment).unwrap_err().to_string();
            let (name, value) = environment[0];
            assert!(error.ends_with(&format!(": {name}={value}")), "{error}");
        }
    }
}
