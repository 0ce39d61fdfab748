//! Renders what a sweep found: the public JSON contract and the terminal text.
