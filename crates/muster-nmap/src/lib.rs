//! The Nmap dialect, both ways: option words and output formats.
