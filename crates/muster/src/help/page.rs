//! A page of help without a look: what there is to say about a verb, in order.

use clap::builder::ValueRange;
use clap::{Arg, ArgAction, Command};
use muster_nmap::options;

use super::texts::{self, Text};

/// All that is said about a verb, or about muster itself.
pub(super) struct Page {
    /// As it is typed: `muster scan`.
    pub(super) name: String,
    /// One sentence without a full stop.
    pub(super) about: String,
    /// Paragraphs that say more.
    pub(super) description: Vec<String>,
    /// `muster scan [OPTIONS] [TARGET]...`
    pub(super) usage: String,
    /// The verbs below this one, with what they are for.
    pub(super) verbs: Vec<(String, String)>,
    /// The pages of verbs below a verb, which have no page of the manual of their own.
    pub(super) below: Vec<Self>,
    /// Arguments and options under their headings.
    pub(super) groups: Vec<Group>,
    /// Examples, exit codes and what else the parser does not know.
    pub(super) text: &'static Text,
}

/// Options that belong together.
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) entries: Vec<Entry>,
}

/// An option or an argument.
pub(super) struct Entry {
    /// `-g`, `, `, `--source-port`, ` `, `PORT`: in this order on one line.
    pub(super) spelling: Vec<Part>,
    pub(super) help: String,
    /// Whether a short page shows it too.
    pub(super) is_common: bool,
}

/// A part of how an option is spelt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What is typed as it stands.
    Word(String),
    /// What stands for something else: `FILE`.
    Value(String),
    /// Blanks, commas, brackets.
    Between(&'static str),
}

/// Headings in the order of the page; a heading that is not here comes after them, and help last.
const ORDER: [&str; 15] = [
    "Arguments",
    "Options",
    "Targets",
    "Policy",
    "Discovery",
    "Ports and probes",
    "Comparison",
    "Timing",
    "Names",
    "Output",
    "Reports",
    "Network",
    "Journal",
    "Store",
    HELP,
];
pub(super) const HELP: &str = "Help";
/// The parser's own words refer to its own help.
const OF_HELP: &str = "Print help: -h what is used every day, --help all";

impl Page {
    /// The page of the verb that `path` names below `root`; nothing if there is no such verb.
    pub(super) fn of(mut root: Command, path: &[&str]) -> Option<Self> {
        root.build();
        let mut command = &root;
        for verb in path {
            command = command.find_subcommand(verb).filter(|_| *verb != "help")?;
        }
        Some(Self::read(command, path.first().copied().unwrap_or_default()))
    }

    fn read(command: &Command, verb: &str) -> Self {
        let text = texts::of(verb);
        let usage = command.clone().render_usage().to_string();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let long = command.get_long_about().map(ToString::to_string).unwrap_or_default();
        let paragraphs = long.split("\n\n").skip(1).map(str::to_owned);
        Self {
            name: command.get_bin_name().unwrap_or("muster").to_owned(),
            about,
            description: paragraphs.collect(),
            usage: usage.trim().strip_prefix("Usage: ").unwrap_or(&usage).to_owned(),
            verbs: verbs(command),
            below: below(command, verb),
            groups: groups(command, text),
            text,
        }
    }
}

fn verbs(command: &Command) -> Vec<(String, String)> {
    let shown = command.get_subcommands().filter(|verb| verb.get_name() != "help" && !verb.is_hide_set());
    let mut shown: Vec<&Command> = shown.collect();
    shown.sort_by_key(|verb| texts::place(verb.get_name()));
    shown
        .into_iter()
        .map(|verb| {
            (verb.get_name().to_owned(), verb.get_about().map(ToString::to_string).unwrap_or_default())
        })
        .collect()
}

fn below(command: &Command, verb: &str) -> Vec<Page> {
    let shown = command.get_subcommands().filter(|other| other.get_name() != "help" && !verb.is_empty());
    shown.map(|other| Page::read(other, verb)).collect()
}

fn groups(command: &Command, text: &Text) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let heading = heading(arg);
        let entry = Entry::of(arg, text.common);
        match groups.iter_mut().find(|group| group.heading == heading) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group { heading: heading.to_owned(), entries: vec![entry] }),
        }
    }
    groups.sort_by_key(|group| place(&group.heading));
    groups
}

fn heading(arg: &Arg) -> &str {
    match arg.get_help_heading() {
        _ if matches!(arg.get_id().as_str(), "help" | "version") => HELP,
        Some(heading) => heading,
        None if arg.is_positional() => "Arguments",
        None => "Options",
    }
}

fn place(heading: &str) -> usize {
    let place = ORDER.iter().position(|known| heading.starts_with(known));
    match place {
        Some(place) if ORDER[place] == HELP => usize::MAX,
        Some(place) => place,
        None => ORDER.len(),
    }
}

impl Entry {
    fn of(arg: &Arg, common: &[&str]) -> Self {
        let spelling = spelling(arg);
        let is_named = |part: &Part| matches!(part, Part::Word(word) | Part::Value(word) if common.contains(&word.as_str()));
        let is_common = common.is_empty() || spelling.iter().any(is_named) || heading(arg) == HELP;
        let help = if arg.get_id() == "help" { OF_HELP.to_owned() } else { help(arg) };
        Self { spelling, help, is_common }
    }

    /// The spelling as plain text, values in angle brackets.
    pub(super) fn spelt(&self) -> String {
        let parts = self.spelling.iter().map(|part| match part {
            Part::Word(word) => word.clone(),
            Part::Value(value) => format!("<{value}>"),
            Part::Between(text) => (*text).to_owned(),
        });
        parts.collect()
    }
}

fn help(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if !arg.get_action().takes_values() || arg.is_hide_default_value_set() {
        return help;
    }
    let values = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    let values: Vec<_> = values.collect();
    if values.is_empty() { help } else { format!("{help} [default: {}]", values.join(" ")) }
}

fn spelling(arg: &Arg) -> Vec<Part> {
    let words = [arg.get_short().map(|short| format!("-{short}")), arg.get_long().map(typed)];
    let mut parts = Vec::new();
    for word in words.into_iter().flatten() {
        if !parts.is_empty() {
            parts.push(Part::Between(", "));
        }
        parts.push(Part::Word(word));
    }
    parts.extend(values(arg));
    if is_repeated(arg) {
        parts.push(Part::Between("..."));
    }
    parts
}

/// `oG` is typed with one dash, `open` with two.
pub(super) fn typed(long: &str) -> String {
    options::typed(long).map_or_else(|| format!("--{long}"), str::to_owned)
}

fn values(arg: &Arg) -> Vec<Part> {
    if !arg.get_action().takes_values() {
        return Vec::new();
    }
    let id = arg.get_id().as_str().to_uppercase();
    let name = arg.get_value_names().and_then(<[_]>::first).map_or(id, ToString::to_string);
    let value = Part::Value(name);
    if arg.is_positional() {
        return if arg.is_required_set() { vec![value] } else { bracketed(value) };
    }
    let is_optional = arg.get_num_args().is_some_and(|count| count.min_values() == 0);
    match arg.is_require_equals_set() {
        true if is_optional => bracketed(value),
        _ => vec![Part::Between(" "), value],
    }
}

fn bracketed(value: Part) -> Vec<Part> {
    vec![Part::Between("["), value, Part::Between("]")]
}

fn is_repeated(arg: &Arg) -> bool {
    let many = arg.get_num_args().unwrap_or(ValueRange::SINGLE).max_values() > 1;
    matches!(arg.get_action(), ArgAction::Count) || (arg.is_positional() && many)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command::new("muster").subcommand(
            Command::new("scan")
                .about("Sweep")
                .long_about("Sweep\n\nOn and on.")
                .arg(Arg::new("late").long("late").help_heading("Journal"))
                .arg(Arg::new("grepable").long("oG").value_name("FILE").help("Lines").help_heading("Output"))
                .arg(Arg::new("PS").long("PS").num_args(0..=1).require_equals(true).value_name("PORTS"))
                .arg(Arg::new("port").short('g').long("source-port").value_name("PORT").default_value("7"))
                .arg(Arg::new("verbose").short('v').action(ArgAction::Count))
                .arg(Arg::new("targets").value_name("TARGET").num_args(0..)),
        )
    }

    fn page() -> Page {
        Page::of(command(), &["scan"]).unwrap()
    }

    #[test]
    fn a_page_is_what_the_parser_knows() {
        let page = page();
        assert_eq!((page.name.as_str(), page.about.as_str()), ("muster scan", "Sweep"));
        assert_eq!(page.usage, "muster scan [OPTIONS] [TARGET]...");
        assert_eq!(page.description, ["On and on."]);
        assert!(Page::of(command(), &["sweep"]).is_none());
        assert!(Page::of(command(), &["help"]).is_none());
    }

    #[test]
    fn headings_have_an_order_of_their_own_and_help_is_last() {
        let headings: Vec<String> = page().groups.into_iter().map(|group| group.heading).collect();
        assert_eq!(headings, ["Arguments", "Options", "Output", "Journal", "Help"]);
        assert!(place("A new one") > place("Store") && place("A new one") < place("Help"));
    }

    #[test]
    fn words_are_spelt_as_they_are_typed() {
        let spelt: Vec<String> =
            page().groups.iter().flat_map(|group| group.entries.iter().map(Entry::spelt)).collect();
        let expected = [
            "[<TARGET>]...",
            "-PS[<PORTS>]",
            "-g, --source-port <PORT>",
            "-v...",
            "-oG <FILE>",
            "--late <LATE>",
        ];
        assert_eq!(spelt[..6], expected);
    }

    #[test]
    fn a_default_is_said() {
        let groups = page().groups;
        let options = groups.iter().find(|group| group.heading == "Options").unwrap();
        assert!(options.entries.iter().any(|entry| entry.help.ends_with("[default: 7]")));
    }
}
