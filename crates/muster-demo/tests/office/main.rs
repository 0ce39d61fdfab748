//! The office as somebody from outside sees it. Each test has a /24 of 127.0.0.0/8 of its own.

mod answers;
mod policy;
mod sockets;
mod support;
mod verdicts;
