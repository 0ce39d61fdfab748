//! Text in which words of commands are not torn apart: a browser breaks lines behind every hyphen.

/// A sentence in which options of commands stay whole.
pub(super) fn sentence(text: &str) -> String {
    with_whole(text, |word| word.starts_with('-'))
}

/// A command, whose every word stays whole.
pub(super) fn command(text: &str) -> String {
    with_whole(text, |word| word.contains('-'))
}

/// `text` as markup, with an element around the words that are to stay whole.
fn with_whole(text: &str, is_whole: impl Fn(&str) -> bool) -> String {
    let mut markup = String::with_capacity(text.len() + 32);
    for word in text.split_inclusive(' ') {
        let (word, blank) = word.strip_suffix(' ').map_or((word, ""), |word| (word, " "));
        let (open, close) = if is_whole(word) { ("<kbd>", "</kbd>") } else { ("", "") };
        markup.push_str(open);
        word.chars().for_each(|c| push_escaped(&mut markup, c));
        markup.push_str(close);
        markup.push_str(blank);
    }
    markup
}

fn push_escaped(markup: &mut String, c: char) {
    match c {
        '&' | '<' | '>' | '"' | '\'' => markup.push_str(&format!("&#{};", u32::from(c))),
        _ => markup.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_commands_stay_whole() {
        assert_eq!(
            sentence("audit it again, without --no-devices"),
            "audit it again, without <kbd>--no-devices</kbd>"
        );
        assert_eq!(sentence("an out-of-date agent"), "an out-of-date agent");
        assert_eq!(
            command("muster audit --policy my-policy.toml 10.0.0.1"),
            "muster audit <kbd>--policy</kbd> <kbd>my-policy.toml</kbd> 10.0.0.1"
        );
    }

    #[test]
    fn nothing_else_becomes_markup() {
        assert_eq!(
            sentence("a <b> &'\" -</kbd>"),
            "a &#60;b&#62; &#38;&#39;&#34; <kbd>-&#60;/kbd&#62;</kbd>"
        );
        assert_eq!(command(""), "");
    }
}
