//! Programs by what they call themselves: in a `Server` field, in SSH's first line, in the greetings of FTP, SMTP and VNC.
//!
//! Only what stands there is told. A greeting that names no program in a way that can be read names none.

use muster_model::{Service, Speech, Told};

/// What a program calls itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Software {
    pub(super) product: Option<String>,
    pub(super) version: Option<String>,
    pub(super) comment: Option<String>,
    /// The computer's name, where the greeting begins with it.
    pub(super) host_name: Option<String>,
}

/// The program behind a service, as far as it tells.
pub(super) fn software(service: &Service) -> Software {
    let read = |told: &Told| match (told, service.speech) {
        (Told::Server(text), _) => Some(by_token(text.as_str())),
        (Told::Greeting(text) | Told::Answer(text), Some(speech)) => greeted(speech, text.as_str()),
        _ => None,
    };
    service.told.iter().find_map(read).unwrap_or_default()
}

fn greeted(speech: Speech, greeting: &str) -> Option<Software> {
    // An excerpt shows what ends a line as letters.
    let line = greeting.split("\\r").next().and_then(|line| line.split("\\n").next())?;
    match speech {
        Speech::Ssh => by_ssh(line),
        Speech::Ftp => Some(by_ftp(line)),
        Speech::Smtp => Some(by_smtp(line)),
        Speech::RemoteFramebuffer => by_framebuffer(line),
        _ => None,
    }
}

/// HTTP's `Server` field: `product/version` and whatever follows (RFC 9110, section 10.2.4).
fn by_token(field: &str) -> Software {
    let (token, rest) = field.split_once(' ').unwrap_or((field, ""));
    match token.split_once('/') {
        Some((product, version)) if !product.is_empty() && !version.is_empty() => Software {
            product: some_text(product),
            version: some_text(version),
            comment: some_text(bare(rest.trim())),
            host_name: None,
        },
        _ => Software { product: some_text(field), ..Software::default() },
    }
}

/// A comment without its parentheses, if they are around all of it.
fn bare(comment: &str) -> &str {
    let inner = comment.strip_prefix('(').and_then(|comment| comment.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(comment)
}

/// SSH's first line: `SSH-2.0-software_version comment` (RFC 4253, section 4.2). Distributions put their package's version
/// into the comment, `Debian-2+deb12u7`: it belongs to the version.
fn by_ssh(line: &str) -> Option<Software> {
    let (protocol, software) = line.strip_prefix("SSH-")?.split_once('-')?;
    let (software, comment) = software.split_once(' ').unwrap_or((software, ""));
    let (product, version) = software.split_once('_').unwrap_or((software, ""));
    let (package, comment) = match package(comment.trim()) {
        Some(package) if !version.is_empty() => (package, ""),
        _ => (String::new(), comment.trim()),
    };
    let protocol = format!("protocol {protocol}");
    let words = |words: [&str; 2], between: &str| {
        some_text(&words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(between))
    };
    some_text(product).map(|product| Software {
        product: Some(product),
        version: words([version, &package], " "),
        comment: words([comment, &protocol], "; "),
        host_name: None,
    })
}

/// `Debian 2+deb12u7` of `Debian-2+deb12u7`.
fn package(comment: &str) -> Option<String> {
    let (name, version) = comment.split_once('-')?;
    let is_package = name.bytes().all(|byte| byte.is_ascii_alphabetic())
        && version.starts_with(|first: char| first.is_ascii_digit())
        && !version.contains(' ');
    is_package.then(|| format!("{name} {version}"))
}

/// `220 ProFTPD 1.3.8 Server ready`, `220 (vsFTPd 3.0.3)`: a word with `ftp` in it, and a version behind it.
fn by_ftp(line: &str) -> Software {
    let words: Vec<&str> = words(line);
    let is_name = |word: &&str| word.len() > 3 && word.to_ascii_lowercase().contains("ftp");
    let Some(place) = words.iter().position(is_name) else { return Software::default() };
    Software {
        product: some_text(words[place]),
        version: words.get(place + 1).and_then(|word| version(word)),
        ..Software::default()
    }
}

/// `220 mail.example ESMTP Postfix` (RFC 5321, section 4.2): the host, then the protocol, then whatever the program says,
/// which begins with its name if it is a name.
fn by_smtp(line: &str) -> Software {
    let words: Vec<&str> = words(line);
    let place = words.iter().position(|word| word.to_ascii_lowercase().ends_with("smtp"));
    let behind = |far: usize| place.and_then(|place| words.get(place + far));
    let is_name = |word: &&&str| {
        let begins = word.starts_with(|first: char| first.is_ascii_uppercase());
        let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_ordinary = ["Mail", "Ready", "Server", "Service"].contains(*word);
        begins && is_word && word.bytes().any(|byte| byte.is_ascii_lowercase()) && !is_ordinary
    };
    let product = behind(1).filter(is_name);
    Software {
        product: product.and_then(|word| some_text(word)),
        version: product.and_then(|_| behind(2)).and_then(|word| version(word)),
        host_name: words.first().filter(|word| word.contains('.')).and_then(|word| some_text(word)),
        comment: None,
    }
}

/// `RFB 003.008` (RFC 6143, section 7.1.1).
fn by_framebuffer(line: &str) -> Option<Software> {
    let (major, minor) = line.strip_prefix("RFB ")?.split_once('.')?;
    let [major, minor]: [Option<u16>; 2] = [major, minor].map(|number| number.trim().parse().ok());
    let comment = Some(format!("protocol {}.{}", major?, minor?));
    Some(Software { comment, ..Software::default() })
}

/// The words behind a reply's number, without what surrounds them.
fn words(line: &str) -> Vec<&str> {
    let text = line.get(4..).unwrap_or_default();
    let around = |letter: char| "()[],;".contains(letter);
    text.split(' ').map(|word| word.trim_matches(around)).filter(|word| !word.is_empty()).collect()
}

/// A word that is a version: it begins with a digit and has a dot.
fn version(word: &str) -> Option<String> {
    let is_version = word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.');
    is_version.then(|| word.to_owned())
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Product, version, comment, host name.
    fn told(software: Software) -> [String; 4] {
        let Software { product, version, comment, host_name } = software;
        [product, version, comment, host_name].map(Option::unwrap_or_default)
    }

    #[test]
    fn server_fields() {
        for (field, expected) in [
            ("nginx/1.22.1", ["nginx", "1.22.1", "", ""]),
            ("Apache/2.4.57 (Debian)", ["Apache", "2.4.57", "Debian", ""]),
            ("Apache/2.4.6 (CentOS) PHP/5.4 (x)", ["Apache", "2.4.6", "(CentOS) PHP/5.4 (x)", ""]),
            ("SimpleHTTP/0.6 Python/3.11.7", ["SimpleHTTP", "0.6", "Python/3.11.7", ""]),
            ("nginx", ["nginx", "", "", ""]),
            ("Some device", ["Some device", "", "", ""]),
            ("/1", ["/1", "", "", ""]),
            ("", ["", "", "", ""]),
        ] {
            assert_eq!(told(by_token(field)), expected, "{field}");
        }
    }

    #[test]
    fn greetings() {
        use Speech::{Ftp, Irc, RemoteFramebuffer, Smtp, Ssh};
        let cases: &[(Speech, &str, [&str; 4])] = &[
            (
                Ssh,
                "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7",
                ["OpenSSH", "9.2p1 Debian 2+deb12u7", "protocol 2.0", ""],
            ),
            (
                Ssh,
                "SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.1\\r\\n",
                ["OpenSSH", "8.9p1 Ubuntu 3ubuntu0.1", "protocol 2.0", ""],
            ),
            (Ssh, "SSH-2.0-OpenSSH_9.6 FreeBSD today", ["OpenSSH", "9.6", "FreeBSD today; protocol 2.0", ""]),
            (Ssh, "SSH-1.99-Cisco", ["Cisco", "", "protocol 1.99", ""]),
            (Ssh, "SSH-2.0-dropbear_2022.83", ["dropbear", "2022.83", "protocol 2.0", ""]),
            (Ssh, "SSH-", ["", "", "", ""]),
            (Ftp, "220 (vsFTPd 3.0.3)", ["vsFTPd", "3.0.3", "", ""]),
            (Ftp, "220 ProFTPD 1.3.8 Server (Debian) [::1]", ["ProFTPD", "1.3.8", "", ""]),
            (Ftp, "220-Welcome to Pure-FTPd [privsep]\\r\\n220 x", ["Pure-FTPd", "", "", ""]),
            (Ftp, "220 FTP server ready", ["", "", "", ""]),
            (Ftp, "220", ["", "", "", ""]),
            (Smtp, "220 mail.example ESMTP Postfix (Debian/GNU)", ["Postfix", "", "", "mail.example"]),
            (Smtp, "220 mail.example ESMTP Exim 4.96 Sun, 22", ["Exim", "4.96", "", "mail.example"]),
            (Smtp, "220 a.b ESMTP Sendmail 8.15.2/8.15.2; Sun", ["Sendmail", "8.15.2/8.15.2", "", "a.b"]),
            (Smtp, "220 mx.example ESMTP abc12.3 - gsmtp", ["", "", "", "mx.example"]),
            (Smtp, "220 host ESMTP Service ready", ["", "", "", ""]),
            (RemoteFramebuffer, "RFB 003.008\\n", ["", "", "protocol 3.8", ""]),
            (RemoteFramebuffer, "RFB x", ["", "", "", ""]),
            (Irc, "NOTICE AUTH", ["", "", "", ""]),
        ];
        for (speech, greeting, expected) in cases {
            let software = greeted(*speech, greeting).unwrap_or_default();
            assert_eq!(told(software), *expected, "{greeting}");
        }
        let _ = greeted(Smtp, "220é ü");
    }
}
