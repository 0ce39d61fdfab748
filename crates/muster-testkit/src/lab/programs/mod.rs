//! Real servers, each at an address of its own in the far namespace: what identification is held against.
//!
//! All are free software, packages of Debian, started in the foreground with files of their own in a folder that the
//! caller gives. What is not installed is left out and can be named. Nothing is fetched: clamd has a database of one
//! signature, made here.

mod texts;

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::plan::FAR_HOST;
use super::process::{Running, succeed};
use super::{Lab, LabError, LabPlan, Side};

/// A port of a real program, and what is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// The program: the name of its file.
    pub program: &'static str,
    /// Where.
    pub address: IpAddr,
    /// Whether over UDP.
    pub is_udp: bool,
    /// At which port.
    pub port: u16,
    /// The name of the service, by IANA's registry.
    pub service: &'static str,
    /// What is in the product's name, if the program tells it.
    pub product: Option<&'static str>,
    /// The catalogue's product, if it is one.
    pub agent: Option<&'static str>,
}

impl Served {
    /// Whether this is its service's name, or another of what is spoken there and what TLS carries.
    pub fn is_called(&self, name: &str) -> bool {
        match self.service {
            "ipp" => ["ipp", "http"].contains(&name),
            "https" => ["https", "http", "ssl/http"].contains(&name),
            "microsoft-ds" => ["microsoft-ds", "netbios-ssn"].contains(&name),
            "clamd" => ["clamd", "clam"].contains(&name),
            own => own == name,
        }
    }
}

/// The date of clamd's signatures.
pub const SIGNATURE_DATE: &str = "2026-11-20";

/// The word by which snmpd lets itself be read.
pub const COMMUNITY: &str = texts::COMMUNITY;

/// The address of the program of that number.
const fn at(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 77, 3, number))
}

const fn tcp(
    program: &'static str,
    number: u8,
    port: u16,
    service: &'static str,
    product: Option<&'static str>,
) -> Served {
    Served { program, address: at(number), is_udp: false, port, service, product, agent: None }
}

const fn udp(program: &'static str, number: u8, port: u16, service: &'static str) -> Served {
    Served { is_udp: true, ..tcp(program, number, port, service, None) }
}

/// Every port that is served. What stands on an agent's port is no agent.
pub const SERVED: &[Served] = &[
    Served { agent: Some("clamav"), ..tcp("clamd", 1, 3310, "clamd", Some("ClamAV")) },
    tcp("sshd", 2, 22, "ssh", Some("OpenSSH")),
    tcp("sshd", 2, 8081, "ssh", Some("OpenSSH")),
    tcp("nginx", 3, 80, "http", Some("nginx")),
    tcp("nginx", 3, 443, "https", Some("nginx")),
    tcp("nginx", 3, 2967, "http", Some("nginx")),
    tcp("apache2", 4, 80, "http", Some("Apache")),
    tcp("smbd", 5, 445, "microsoft-ds", None),
    udp("nmbd", 5, 137, "netbios-ns"),
    udp("snmpd", 6, 161, "snmp"),
    tcp("cupsd", 7, 631, "ipp", Some("CUPS")),
    tcp("vsftpd", 8, 21, "ftp", Some("vsFTPd")),
    tcp("smtpd", 9, 25, "smtp", Some("OpenSMTPD")),
    tcp("dnsmasq", 10, 53, "domain", Some("dnsmasq")),
    udp("dnsmasq", 10, 53, "domain"),
    tcp("redis-server", 11, 6379, "redis", None),
    tcp("redis-server", 11, 52_311, "redis", None),
    tcp("postgres", 12, 5432, "postgresql", None),
    Served { address: ON_LINK, ..udp("avahi-daemon", 0, 5353, "mdns") },
];

/// Who answers multicast DNS does so from the address of the interface that the question came by, and has no name for any
/// other: it is asked at the far end of the link.
const ON_LINK: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 78, 0, FAR_HOST));

/// Sets a program up and gives the commands that start it.
type Start = fn(&Folder<'_>) -> Result<Vec<Command>, LabError>;

/// How each is started.
const STARTS: &[(&str, Start)] = &[
    ("clamd", clamd),
    ("sshd", sshd),
    ("nginx", nginx),
    ("apache2", apache),
    ("smbd", samba),
    ("snmpd", snmpd),
    ("cupsd", cups),
    ("vsftpd", vsftpd),
    ("smtpd", smtpd),
    ("dnsmasq", dnsmasq),
    ("redis-server", redis),
    ("postgres", postgres),
    ("avahi-daemon", avahi),
];

/// The longest that a program may take until it listens. clamd and initdb are the slowest.
const PATIENCE: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(60);
/// How long Avahi asks about its service.
const SETTLING: Duration = Duration::from_secs(2);

/// The programs at work; dropping it ends them, and what they started ends with the lab.
#[derive(Debug)]
pub struct Programs {
    running: Vec<Running>,
    missing: BTreeSet<&'static str>,
}

impl Programs {
    /// All their addresses.
    pub const TARGETS: &str = "10.77.3.1-12";

    /// A lab for them: its own listener has none of their ports, and the far end of the link has one address, since of
    /// several Avahi chooses itself by which it answers.
    ///
    /// # Errors
    /// Never: the network is one that a lab can have.
    pub fn plan() -> Result<LabPlan, LabError> {
        Ok(LabPlan { ports: vec![1], segment: Default::default(), ..LabPlan::of("10.77.3.0/24")? })
    }

    /// Starts whatever is installed, in the far namespace of `lab`, and waits until all listen. The lab's rules are
    /// lifted: whatever is not served is closed, as the kernel says. `folder` is theirs, and to be readable by all.
    ///
    /// # Errors
    /// Where a program that is there cannot be set up, or does not listen in time.
    pub fn start(lab: &Lab, folder: &Path) -> Result<Self, LabError> {
        let folder = Folder { lab, path: folder };
        folder.prepare()?;
        let mut programs = Self { running: Vec::new(), missing: BTreeSet::new() };
        for (name, start) in STARTS {
            if path_of(name).is_none() {
                programs.missing.insert(name);
                continue;
            }
            for command in start(&folder)? {
                programs.running.push(Running::start(folder.logged(command, name)?)?);
            }
        }
        programs.await_all(&folder)?;
        Ok(programs)
    }

    /// What is not installed.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.missing.iter().copied()
    }

    /// Every port that is served here.
    pub fn served(&self) -> impl Iterator<Item = &'static Served> + '_ {
        SERVED.iter().filter(|served| path_of(served.program).is_some())
    }

    fn await_all(&self, folder: &Folder<'_>) -> Result<(), LabError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let listening = folder.listening()?;
            let listens = |served: &Served| {
                let at = |address: IpAddr| listening.contains(&sign(&Served { address, ..*served }));
                let is_bound = at(served.address) || at(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
                is_bound && folder.is_at_work(served.program)
            };
            let missed = self.served().find(|served| !listens(served));
            match missed {
                None => return Ok(()),
                Some(missed) if Instant::now() >= deadline => {
                    let said =
                        format!("does not listen at {}: {}", sign(missed), folder.said_by(missed.program));
                    return Err(LabError::Failed { program: missed.program.to_owned(), said });
                }
                Some(_) => thread::park_timeout(Duration::from_millis(50)),
            }
        }
    }
}

/// How `ss` names the port.
fn sign(served: &Served) -> String {
    format!("{} {}:{}", if served.is_udp { "udp" } else { "tcp" }, served.address, served.port)
}

/// Where programs put what they are set up with.
struct Folder<'a> {
    lab: &'a Lab,
    path: &'a Path,
}

impl Folder<'_> {
    fn prepare(&self) -> Result<(), LabError> {
        for name in ["signatures", "nginx", "www", "samba", "cups", "/run/sshd"] {
            let path = self.path.join(name);
            fs::create_dir_all(&path).map_err(|source| LabError::File { path, source })?;
        }
        let mut nft = self.command("nft");
        nft.args(["flush", "ruleset"]);
        succeed(nft, Vec::new(), LIMIT)?;
        let addresses: BTreeSet<IpAddr> =
            SERVED.iter().map(|served| served.address).filter(|address| *address != ON_LINK).collect();
        let lines = addresses.iter().map(|address| format!("address add {address}/32 dev lo\n"));
        let mut ip = self.command("ip");
        ip.args(["-batch", "-"]);
        succeed(ip, lines.collect::<String>().into_bytes(), LIMIT).map(drop)
    }

    fn command(&self, program: &str) -> Command {
        let path = path_of(program).unwrap_or_else(|| PathBuf::from(program));
        self.lab.command(Side::Far, &path.to_string_lossy())
    }

    /// A program with its words, in which `{folder}` is filled in.
    fn program(&self, name: &str, words: &str) -> Command {
        let mut command = self.command(name);
        command.args(words.split_whitespace().map(|word| self.filled(word, at(0))));
        command
    }

    /// The same with a `/run` of its own, where it has a socket at a place that cannot be chosen: one of the
    /// machine itself may be at work. `ip netns exec` gives every command mounts of its own.
    fn apart(&self, name: &str, words: &str) -> Command {
        let mut command = self.program("sh", "-ec");
        command.arg("mount -t tmpfs run /run; exec \"$@\"").arg("sh");
        command.arg(path_of(name).unwrap_or_else(|| PathBuf::from(name)));
        command.args(words.split_whitespace().map(|word| self.filled(word, at(0))));
        command
    }

    fn filled(&self, text: &str, at: IpAddr) -> String {
        text.replace("{folder}", &self.path.to_string_lossy()).replace("{at}", &at.to_string())
    }

    /// Writes a file for the program at that address.
    fn write(&self, name: &str, text: &str, number: u8) -> Result<(), LabError> {
        let path = self.path.join(name);
        fs::write(&path, self.filled(text, at(number))).map_err(|source| LabError::File { path, source })
    }

    /// What it says goes into a file, for whoever looks why something does not work.
    fn logged(&self, mut command: Command, name: &str) -> Result<Command, LabError> {
        let path = self.path.join(format!("{name}.said"));
        let open = || fs::File::options().create(true).append(true).open(&path);
        let files = open().and_then(|file| Ok((file.try_clone()?, file)));
        let (stdout, stderr) = files.map_err(|source| LabError::File { path: path.clone(), source })?;
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        Ok(command)
    }

    /// Whether a program that listens answers too. Avahi first asks for seconds whether its name is somebody else's, says
    /// so, and then does the same for its service.
    fn is_at_work(&self, program: &str) -> bool {
        let path = self.path.join(format!("{program}.said"));
        let said = || fs::read_to_string(&path).unwrap_or_default();
        let said_at = || fs::metadata(&path).and_then(|file| file.modified()).ok();
        let is_settled = || said_at().and_then(|at| at.elapsed().ok()).is_some_and(|since| since > SETTLING);
        program != "avahi-daemon" || (said().contains("Server startup complete") && is_settled())
    }

    /// The end of what a program said.
    fn said_by(&self, program: &str) -> String {
        let program = if program == "nmbd" { "smbd" } else { program };
        let text = fs::read_to_string(self.path.join(format!("{program}.said"))).unwrap_or_default();
        text.lines().rev().take(3).collect::<Vec<_>>().join(" / ")
    }

    /// Every socket that listens: `tcp 10.77.3.1:22`.
    fn listening(&self) -> Result<BTreeSet<String>, LabError> {
        let mut ss = self.command("ss");
        ss.args(["-Htuln"]);
        let text = succeed(ss, Vec::new(), LIMIT)?;
        let line = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            Some(format!("{} {}", words.first()?, words.get(4)?))
        };
        Ok(text.lines().filter_map(line).collect())
    }
}

/// Where a program is, which need not be in the path of whoever is not the administrator.
fn path_of(program: &str) -> Option<PathBuf> {
    if program == "postgres" {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        return versions.map(|version| version.path().join("bin/postgres")).find(|path| path.exists());
    }
    let program = if program == "nmbd" { "smbd" } else { program };
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(Path::new);
    folders.into_iter().map(|folder| folder.join(program)).find(|path| path.exists())
}

fn clamd(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    succeed(with(folder.program("sh", "-ec"), &folder.filled(texts::SIGNATURES, at(1))), Vec::new(), LIMIT)?;
    folder.write("clamd.conf", texts::CLAMD, 1)?;
    Ok(vec![folder.program("clamd", "--config-file={folder}/clamd.conf")])
}

fn sshd(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    let key = folder.program("ssh-keygen", "-q -t ed25519 -f {folder}/host-key -N");
    succeed(with(key, ""), Vec::new(), LIMIT)?;
    let at = "-o ListenAddress=10.77.3.2:22 -o ListenAddress=10.77.3.2:8081 -o MaxStartups=500";
    let words = format!("-D -e -f /dev/null -h {{folder}}/host-key {at} -o PidFile=none");
    Ok(vec![folder.program("sshd", &words)])
}

fn nginx(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    let words = "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=web.office.test -keyout {folder}/key.pem \
                 -out {folder}/certificate.pem";
    succeed(folder.program("openssl", words), Vec::new(), LIMIT)?;
    folder.write("nginx.conf", texts::NGINX, 3)?;
    Ok(vec![folder.program("nginx", "-c {folder}/nginx.conf -e {folder}/nginx.log")])
}

fn apache(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("apache.conf", texts::APACHE, 4)?;
    Ok(vec![folder.program("apache2", "-X -f {folder}/apache.conf")])
}

fn samba(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("smb.conf", texts::SAMBA, 5)?;
    let words = "-F --no-process-group -s {folder}/smb.conf --debug-stdout";
    let nmbd = folder.lab.command(Side::Far, "/usr/sbin/nmbd");
    let words_of = |mut command: Command| {
        command.args(words.split_whitespace().map(|word| folder.filled(word, at(5))));
        command
    };
    Ok(vec![folder.program("smbd", words), words_of(nmbd)])
}

fn snmpd(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("snmpd.conf", texts::SNMPD, 6)?;
    Ok(vec![folder.program("snmpd", "-f -Lo -C -c {folder}/snmpd.conf -p {folder}/snmpd.pid -I -smux")])
}

fn cups(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("cupsd.conf", texts::CUPS, 7)?;
    folder.write("cups-files.conf", texts::CUPS_FILES, 7)?;
    Ok(vec![folder.program("cupsd", "-f -c {folder}/cupsd.conf -s {folder}/cups-files.conf")])
}

fn vsftpd(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("vsftpd.conf", texts::VSFTPD, 8)?;
    Ok(vec![folder.program("vsftpd", "{folder}/vsftpd.conf")])
}

fn smtpd(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("smtpd.conf", texts::SMTPD, 9)?;
    Ok(vec![folder.apart("smtpd", "-d -f {folder}/smtpd.conf")])
}

fn dnsmasq(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    let words = "-k -C /dev/null --bind-interfaces --listen-address=10.77.3.10 --no-resolv --no-hosts --pid-file= \
                 --user=root";
    Ok(vec![folder.program("dnsmasq", words)])
}

fn redis(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    let at = |port: u16| {
        let words = format!("--bind 10.77.3.11 --port {port} --dir {{folder}} --protected-mode no --save");
        with(folder.program("redis-server", &words), "")
    };
    Ok(vec![at(6379), at(52_311)])
}

/// It does not run as root: the cluster is its user's.
fn postgres(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    let Some(server) = path_of("postgres") else { return Ok(Vec::new()) };
    let initdb = server.with_file_name("initdb");
    let cluster = folder.path.join("cluster");
    let mut own = folder.command("install");
    own.args(["-d", "-o", "postgres"]).arg(&cluster);
    succeed(own, Vec::new(), LIMIT)?;
    let as_user = |program: &Path, words: &str| {
        let mut command = folder.command("runuser");
        command.args(["-u", "postgres", "--"]).arg(program).arg("-D").arg(&cluster);
        command.args(words.split_whitespace()).current_dir("/");
        command
    };
    succeed(as_user(&initdb, "-A trust -U postgres --no-sync"), Vec::new(), LIMIT)?;
    let words = "-c listen_addresses=10.77.3.12 -c unix_socket_directories= -c fsync=off";
    Ok(vec![as_user(&server, words)])
}

/// With sockets and files of its own below `/run`, where it insists on a place.
fn avahi(folder: &Folder<'_>) -> Result<Vec<Command>, LabError> {
    folder.write("avahi.conf", texts::AVAHI, 0)?;
    let words = "-f {folder}/avahi.conf --no-drop-root --no-chroot --no-rlimits";
    Ok(vec![folder.apart("avahi-daemon", words)])
}

/// One more word, which may be empty.
fn with(mut command: Command, word: &str) -> Command {
    command.arg(word);
    command
}
