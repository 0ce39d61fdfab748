//! What is said over HTTP.

use crate::speech::Speech;

/// Where web servers listen that are not to need a privilege.
pub(crate) const PORT: u16 = 8080;

/// An answer without content. What a real update provider calls itself is not known to us: any answer in HTTP shows the
/// role.
pub(crate) fn empty(status: &str, server: &str) -> Speech {
    answer(status, server, "")
}

/// A page with nothing on it but its title.
pub(crate) fn titled(server: &str, title: &str) -> Speech {
    let page = format!("<!DOCTYPE html>\r\n<html><head><title>{title}</title></head></html>\r\n");
    answer("200 OK", server, &page)
}

/// The page of a Trellix agent: which computer it is on, and whose.
pub(crate) fn agent_log(computer: &str, number: u8) -> Speech {
    let log = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<naLog>\r\n<ComputerName>{computer}</ComputerName>\r\n\
         <version>5.8.2.610</version>\r\n<ePOServerName>EPO</ePOServerName>\r\n\
         <AgentGuid>{{00000000-0000-4000-8000-{number:012}}}</AgentGuid>\r\n</naLog>\r\n"
    );
    answer("200 OK", AGENT, &log)
}

/// The same agent, where a policy shows its page to its server only.
pub(crate) fn agent_refusal() -> Speech {
    empty("403 Forbidden", AGENT)
}

fn answer(status: &str, server: &str, content: &str) -> Speech {
    let length = content.len();
    let fields = format!("Server: {server}\r\nContent-Length: {length}\r\nConnection: close");
    Speech::Http(format!("HTTP/1.1 {status}\r\n{fields}\r\n\r\n{content}").into())
}

const AGENT: &str = "Agent-ListenServer-HttpSvr/1.0";
