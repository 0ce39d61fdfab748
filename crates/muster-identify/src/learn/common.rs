//! What many programs say: no trait of one product.

use muster_catalog::AnswerPart;

/// Who is known to say it, if many do.
pub(super) fn who_says(part: &AnswerPart, text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let is = |words: &[&str]| words.contains(&text.trim());
    match part {
        AnswerPart::Field(name) if name == "server" => has(SERVERS).then_some("a common web server"),
        AnswerPart::Field(name) if name == "www-authenticate" => {
            (!text.contains("realm=\"")).then_some("every server that asks for a password")
        }
        AnswerPart::Field(name) if name == "x-powered-by" => has(LANGUAGES).then_some("a common web server"),
        AnswerPart::Title => (is(TITLES) || has(PAGES)).then_some("many a page"),
        AnswerPart::Body => has(MARKUP).then_some("many a page"),
        AnswerPart::CertificateSubject | AnswerPart::CertificateIssuer => {
            has(AUTHORITIES).then_some("a common authority or a default")
        }
        AnswerPart::Whole => has(GREETINGS).then_some("a common server"),
        AnswerPart::Field(_) | AnswerPart::Status => None,
    }
}

const SERVERS: &[&str] = &[
    "apache",
    "nginx",
    "microsoft-iis",
    "microsoft-httpapi",
    "lighttpd",
    "jetty",
    "openresty",
    "caddy",
    "kestrel",
    "tomcat",
    "gunicorn",
    "uvicorn",
    "werkzeug",
    "python",
    "basehttp",
    "simplehttp",
    "tornado",
    "cowboy",
    "envoy",
    "cloudflare",
    "akamai",
    "squid",
    "varnish",
    "haproxy",
    "litespeed",
    "thttpd",
    "mini_httpd",
    "goahead",
    "boa/",
    "rompager",
    "cherrypy",
    "node.js",
    "express",
    "hiawatha",
    "monkey",
    "webrick",
    "puma",
    "phusion",
    "waitress",
    "istio",
    "traefik",
    "mongoose",
    "civetweb",
    "undertow",
    "jboss",
    "wildfly",
    "glassfish",
    "weblogic",
    "cups",
];
const LANGUAGES: &[&str] = &["php", "asp.net", "express", "servlet", "jsp", "perl", "next.js"];
const TITLES: &[&str] = &[
    "login",
    "log in",
    "home",
    "index",
    "untitled",
    "error",
    "welcome",
    "dashboard",
    "console",
    "loading...",
    "main",
    "sign in",
    "signin",
    "home page",
    "default",
    "test",
    "redirect",
    "document",
];
const PAGES: &[&str] = &[
    "index of",
    "welcome to nginx",
    "apache2",
    "iis windows",
    "not found",
    "forbidden",
    "unauthorized",
    "bad request",
    "moved",
    "found",
    "service unavailable",
    "internal server error",
    "directory listing",
    "it works",
    "bad gateway",
    "method not allowed",
    "access denied",
];
const MARKUP: &[&str] =
    &["<!doctype", "<html", "<head", "<body", "<!--", "<script", "<meta", "<?xml", "{\"error", "<h1>"];
const AUTHORITIES: &[&str] = &[
    "let's encrypt",
    "digicert",
    "sectigo",
    "globalsign",
    "godaddy",
    "internet security research",
    "entrust",
    "internet widgits",
    "default company",
    "some-state",
    "localhost",
    "example",
    "zerossl",
    "amazon",
    "google trust",
    "microsoft",
    "comodo",
    "geotrust",
    "thawte",
    "rapidssl",
    "verisign",
    "quovadis",
    "cn=root",
    "test",
];
const GREETINGS: &[&str] = &[
    "openssh",
    "dropbear",
    "postfix",
    "exim",
    "sendmail",
    "dovecot",
    "vsftpd",
    "proftpd",
    "pure-ftpd",
    "filezilla",
    "microsoft",
    "courier",
    "cyrus",
    "rfb 0",
    "libssh",
    "unknown command",
    "login:",
    "password:",
];
