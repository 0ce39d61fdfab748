//! What a Rust source mentions: paths with their `use` resolved, string literals, `cfg` conditions.
//!
//! Works on the token stream and not on the syntax tree, on purpose: tokens are as blind to comments and as sure about
//! strings as the tree, but they also show what stands inside macro calls, where a tree has only opaque tokens. Only
//! `use` declarations go through `syn`, whose nesting is not worth parsing twice.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::UseTree;

/// A path, a literal or a condition, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// `std::net::TcpStream`, `println!`, `unsafe`; the value of a literal; the inside of a `cfg`.
    pub(crate) what: String,
    /// Counted from 1.
    pub(crate) line: usize,
    /// Inside an item that only tests see.
    pub(crate) test: bool,
}

/// Everything a file mentions.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    pub(crate) paths: Vec<Mention>,
    pub(crate) literals: Vec<Mention>,
    pub(crate) conditions: Vec<Mention>,
    /// Local name → full path, over the whole file: a name shadowed in one block is too rare to matter.
    imports: HashMap<String, String>,
}

impl Mentions {
    /// Reads a source; the error is the lexer's.
    pub(crate) fn of(text: &str) -> Result<Self, proc_macro2::LexError> {
        let mut mentions = Self::default();
        mentions.scan(text.parse()?, false);
        mentions.resolve();
        Ok(mentions)
    }

    fn scan(&mut self, stream: TokenStream, mut test: bool) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        let mut test_until = 0;
        while at < tokens.len() {
            let here = test || at < test_until;
            match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = is_punct(tokens.get(at + 1), '!');
                    at += 1 + usize::from(inner);
                    if let Some(group) = bracketed(tokens.get(at)) {
                        at += 1;
                        match (self.attribute(group, here), inner) {
                            (true, true) => test = true,
                            (true, false) => test_until = test_until.max(item_end(&tokens, at)),
                            (false, _) => {}
                        }
                    }
                }
                TokenTree::Ident(ident) if ident == "use" => at = self.import(&tokens, at, here),
                TokenTree::Ident(_) => at = self.path(&tokens, at, here),
                TokenTree::Group(group) => {
                    self.scan(group.stream(), here);
                    at += 1;
                }
                TokenTree::Literal(literal) => {
                    self.literal(literal, here);
                    at += 1;
                }
                TokenTree::Punct(_) => at += 1,
            }
        }
    }

    /// Reads the inside of `#[…]`; true if what follows is for tests only.
    fn attribute(&mut self, group: &Group, test: bool) -> bool {
        let inside = group.stream();
        let name = inside.clone().into_iter().next().map(|token| token.to_string()).unwrap_or_default();
        let words = words(&inside);
        match name.as_str() {
            "doc" => false,
            "cfg" | "cfg_attr" => {
                let what = words.join(" ");
                self.conditions.push(Mention { what, line: group.span_open().start().line, test });
                self.scan(inside, test);
                name == "cfg"
                    && words.iter().any(|word| word == "test")
                    && !words.iter().any(|word| word == "not")
            }
            _ => {
                self.scan(inside, test);
                name == "test"
            }
        }
    }

    /// Reads `use …;` from `at`; gives the index after it.
    fn import(&mut self, tokens: &[TokenTree], at: usize, test: bool) -> usize {
        let end = (at..tokens.len()).find(|&index| is_punct(tokens.get(index), ';')).unwrap_or(tokens.len());
        let declaration: TokenStream = tokens[at..tokens.len().min(end + 1)].iter().cloned().collect();
        // `use` inside a macro's pattern, or the `use<'a>` of an `impl Trait`, is no declaration.
        let Ok(declaration) = syn::parse2::<syn::ItemUse>(declaration) else { return at + 1 };
        let line = tokens[at].span().start().line;
        self.import_tree(String::new(), &declaration.tree, line, test);
        end + 1
    }

    fn import_tree(&mut self, prefix: String, tree: &UseTree, line: usize, test: bool) {
        let (what, local) = match tree {
            UseTree::Path(path) => {
                return self.import_tree(join(&prefix, &path.ident), &path.tree, line, test);
            }
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.import_tree(prefix.clone(), tree, line, test));
            }
            UseTree::Name(name) if name.ident == "self" => {
                let local = prefix.rsplit("::").next().unwrap_or_default().to_owned();
                (prefix, local)
            }
            UseTree::Name(name) => (join(&prefix, &name.ident), name.ident.to_string()),
            UseTree::Rename(rename) if rename.ident == "self" => (prefix, rename.rename.to_string()),
            UseTree::Rename(rename) => (join(&prefix, &rename.ident), rename.rename.to_string()),
            UseTree::Glob(_) => (prefix + "::*", String::new()),
        };
        self.imports.insert(local, what.clone());
        self.paths.push(Mention { what, line, test });
    }

    /// Reads a path of one or more names from `at`, with the `!` of a macro call; gives the index after it.
    fn path(&mut self, tokens: &[TokenTree], mut at: usize, test: bool) -> usize {
        let line = tokens[at].span().start().line;
        let mut what = tokens[at].to_string();
        at += 1;
        while let (true, true, Some(TokenTree::Ident(next))) =
            (is_punct(tokens.get(at), ':'), is_punct(tokens.get(at + 1), ':'), tokens.get(at + 2))
        {
            what = join(&what, next);
            at += 3;
        }
        if let (true, Some(TokenTree::Group(group))) = (is_punct(tokens.get(at), '!'), tokens.get(at + 1)) {
            if what == "cfg" {
                self.conditions.push(Mention { what: words(&group.stream()).join(" "), line, test });
            }
            what.push('!');
        }
        self.paths.push(Mention { what, line, test });
        at
    }

    fn literal(&mut self, literal: &proc_macro2::Literal, test: bool) {
        let line = literal.span().start().line;
        if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
            self.literals.push(Mention { what: text.value(), line, test });
        }
    }

    /// Puts the imported path in the place of each path's first name.
    fn resolve(&mut self) {
        for mention in &mut self.paths {
            let (first, rest) = mention.what.split_at(mention.what.find("::").unwrap_or(mention.what.len()));
            if let Some(full) =
                self.imports.get(first.trim_end_matches('!')).filter(|full| !full.ends_with('*'))
            {
                mention.what = format!("{full}{}{rest}", if first.ends_with('!') { "!" } else { "" });
            }
        }
    }
}

impl Mention {
    /// Whether this path is `path`, lies below it, or imports everything beside it.
    pub(crate) fn is_within(&self, path: &str) -> bool {
        let beside = self.what.strip_suffix("::*").is_some_and(|module| {
            path.strip_prefix(module).is_some_and(|rest| rest.starts_with("::") && !rest[2..].contains("::"))
        });
        beside || self.what.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

/// The index after the item that starts at `from`: behind its block or its semicolon.
fn item_end(tokens: &[TokenTree], from: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens[from..].iter().position(ends).map_or(tokens.len(), |offset| from + offset + 1)
}

/// All names in a stream, however deep.
fn words(stream: &TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    for token in stream.clone() {
        match token {
            TokenTree::Ident(ident) => words.push(ident.to_string()),
            TokenTree::Group(group) => words.extend(self::words(&group.stream())),
            _ => {}
        }
    }
    words
}

fn bracketed(token: Option<&TokenTree>) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn join(prefix: &str, name: &proc_macro2::Ident) -> String {
    if prefix.is_empty() { name.to_string() } else { format!("{prefix}::{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_paths(text: &str) -> Vec<String> {
        let mentions = Mentions::of(text).expect("lexes");
        mentions.paths.into_iter().filter(|mention| !mention.test).map(|mention| mention.what).collect()
    }

    #[test]
    fn imports_are_resolved_through_groups_and_renames() {
        let paths = shipped_paths(
            "use std::{net::{self, TcpStream as S}, time}; fn f() { S::connect(); net::lookup(); }",
        );
        assert!(paths.contains(&"std::net::TcpStream::connect".to_owned()), "{paths:?}");
        assert!(paths.contains(&"std::net::lookup".to_owned()), "{paths:?}");
    }

    #[test]
    fn comments_docs_and_strings_mention_nothing() {
        let text = "/// std::thread::spawn\n// std::thread\nfn f() { let _ = \"std::thread::spawn\"; }";
        assert!(shipped_paths(text).iter().all(|path| !path.contains("thread")));
    }

    #[test]
    fn macro_arguments_are_seen() {
        let paths = shipped_paths("fn f() { assert!(std::thread::spawn(g).is_ok()); }");
        assert!(paths.contains(&"std::thread::spawn".to_owned()), "{paths:?}");
    }

    #[test]
    fn test_items_are_marked_and_what_follows_them_is_not() {
        let text =
            "#[cfg(test)] mod tests { fn f() { one(); } } #[test] fn g() { two(); } fn h() { three(); }";
        let paths = shipped_paths(text);
        assert!(!paths.contains(&"one".to_owned()) && !paths.contains(&"two".to_owned()), "{paths:?}");
        assert!(paths.contains(&"three".to_owned()), "{paths:?}");
    }

    #[test]
    fn conditions_are_found_in_attributes_and_macros() {
        let mentions = Mentions::of("#[cfg(unix)] fn f() {} fn g() -> bool { cfg!(target_os = \"linux\") }")
            .expect("lexes");
        let conditions: Vec<_> = mentions.conditions.iter().map(|mention| mention.what.as_str()).collect();
        assert_eq!(conditions, ["cfg unix", "target_os"]);
    }

    #[test]
    fn a_glob_import_is_within_what_it_brings() {
        let glob = Mention { what: "std::net::*".to_owned(), line: 1, test: false };
        assert!(glob.is_within("std::net::TcpStream"));
        assert!(!glob.is_within("std::netting"));
        assert!(!glob.is_within("std::thread"));
    }
}
