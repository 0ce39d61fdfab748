//! What the real programs are set up with: as little as they start with. `{folder}` and `{at}` are filled in.

/// Makes a database of one signature, unsigned, whose head says what a daily one's does, so that clamd starts without a
/// download and has a date to tell: number 27000 of 20 November 2026, nine o'clock.
pub(super) const SIGNATURES: &str = "\
cd {folder}/signatures
echo 'lab.test:0:*:6c616220746573742066696c65' > daily.ndb
head='ClamAV-VDB:20 Nov 2026 09-00 +0000:27000:1:90:X:X:lab:1795165200'
sum=$(sha256sum daily.ndb | cut -d' ' -f1)
printf '%s\\ndaily.ndb:%s:%s\\n' \"$head\" \"$(stat -c %s daily.ndb)\" \"$sum\" > daily.info
tar --format=ustar -cf daily.tar daily.info daily.ndb
(printf '%-512s' \"$head\"; cat daily.tar) > daily.cud
rm daily.ndb daily.info daily.tar
";

pub(super) const CLAMD: &str = "\
Foreground yes
DatabaseDirectory {folder}/signatures
TCPSocket 3310
TCPAddr {at}
User root
";

/// Plain and within TLS, and on the port of Symantec's agent.
pub(super) const NGINX: &str = "\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path {folder}/nginx;
  proxy_temp_path {folder}/nginx;
  fastcgi_temp_path {folder}/nginx;
  uwsgi_temp_path {folder}/nginx;
  scgi_temp_path {folder}/nginx;
  server {
    listen {at}:80;
    listen {at}:2967;
    listen {at}:443 ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    root {folder}/www;
  }
}
";

pub(super) const APACHE: &str = "\
ServerRoot {folder}
ServerName intranet.office.test
PidFile {folder}/apache.pid
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
Listen {at}:80
DocumentRoot {folder}/www
ErrorLog {folder}/apache.log
User nobody
Group nogroup
";

pub(super) const SAMBA: &str = "\
[global]
interfaces = {at}/32
bind interfaces only = yes
netbios name = FILES
workgroup = OFFICE
private dir = {folder}/samba
lock directory = {folder}/samba
state directory = {folder}/samba
cache directory = {folder}/samba
pid directory = {folder}/samba
ncalrpc dir = {folder}/samba/rpc
log file = {folder}/samba.log
smb ports = 445
";

pub(super) const SNMPD: &str = "\
agentaddress udp:{at}:161
rocommunity lab-word-7
sysDescr Depot Router 9, lab
sysName router-9
";

/// The word in the settings of snmpd.
pub(super) const COMMUNITY: &str = "lab-word-7";

/// Publishes nothing but its name, on the link alone.
pub(super) const AVAHI: &str = "\
[server]
host-name=lab-pc
use-ipv4=yes
use-ipv6=no
enable-dbus=no
allow-interfaces=lab0
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=yes
";

pub(super) const CUPS: &str = "\
Listen {at}:631
<Location />
Allow all
</Location>
";

pub(super) const CUPS_FILES: &str = "\
ServerRoot {folder}
RequestRoot {folder}/cups
CacheDir {folder}/cups
StateDir {folder}/cups
ServerBin /usr/lib/cups
ErrorLog {folder}/cups.log
AccessLog {folder}/cups.log
PageLog {folder}/cups.log
";

pub(super) const VSFTPD: &str = "\
listen=YES
background=NO
listen_address={at}
anonymous_enable=YES
secure_chroot_dir={folder}/www
";

pub(super) const SMTPD: &str = "\
listen on {at} port 25 hostname mail.office.test
action \"local\" mbox
match for local action \"local\"
";
