//! Screens, as people read them: help, lists that are empty and lists that are not, details, refusals.

use insta::assert_snapshot;

use crate::harness::{Installation, Org};

/// What a command prints, both streams, with what differs from run to run replaced.
struct Screens {
    installation: Installation,
    replaced: Vec<(String, &'static str)>,
}

impl Screens {
    fn new(installation: Installation) -> Self {
        let folder = installation.path("").to_str().expect("a path").to_owned();
        Self { installation, replaced: vec![(folder, "/FOLDER/")] }
    }

    /// Runs a command and gives what a person sees of it.
    fn of(&self, arguments: &[&str]) -> String {
        let output = self.installation.command(arguments).env("COLUMNS", "100").output().expect("the binary runs");
        let mut text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
        for (found, name) in &self.replaced {
            text = text.replace(found, name);
        }
        text.push_str(&format!("[exit {}]", output.status.code().expect("it ends by itself")));
        text
    }
}

#[test]
fn help_says_what_there_is_and_how_to_begin() {
    let screens = Screens::new(Installation::without_key(&[]));
    assert_snapshot!(screens.of(&["--help"]));
    assert_snapshot!(screens.of(&["connection", "create", "--help"]));
    assert_eq!(screens.of(&["sync", "records", "--help"]).matches("--refused").count(), 2, "an option and its example");
}

#[test]
fn an_empty_installation_says_what_comes_first() {
    let screens = Screens::new(Installation::new(&[]));
    let empty = ["client list", "client list --search ann", "connection list", "sync list", "sync runs"];
    let empty: Vec<String> = empty
        .iter()
        .map(|command| format!("$ {command}\n{}", screens.of(&command.split(' ').collect::<Vec<_>>())))
        .collect();
    assert_snapshot!(empty.join("\n\n"));
    let unknown = ["connection show acme", "sync show acme-leads", "sync run acme-leads", "sync cancel run_1"];
    let unknown: Vec<String> = unknown
        .iter()
        .map(|command| format!("$ {command}\n{}", screens.of(&command.split(' ').collect::<Vec<_>>())))
        .collect();
    assert_snapshot!(unknown.join("\n\n"));
}

/// A name may hold anything; on a screen it is text, and never a command to the terminal. JSON keeps it as it is.
#[test]
fn what_clients_are_called_does_not_command_the_terminal() {
    let screens = Screens::new(Installation::new(&[]));
    let name = "Ann\u{1b}]0;owned\u{7}\u{9b}31m";
    let file =
        screens.installation.write("clients.csv", &format!("key,last_name\nC-1,{name}\nC\u{1b}[2J,\u{1b}[1m\nC-2\n"));
    let seen = [
        screens.of(&["client", "import", file.to_str().expect("a path")]),
        screens.of(&["client", "list"]),
        screens.of(&["client", "show", "C-1"]),
        screens.of(&["client", "show", "C\u{1b}[3J"]),
    ];
    assert!(seen[1].contains("Ann") && seen[2].contains("Ann"), "{seen:?}");
    assert!(!seen.concat().contains(|letter: char| letter.is_control() && letter != '\n'), "{seen:?}");
    assert_eq!(screens.installation.json(&["client", "show", "C-1"])["last_name"], name);
}

/// R50: the secret is `set`, and never shown. A refused row says why and what to do.
#[tokio::test]
async fn a_connection_and_its_sync_are_shown_with_their_refusals() {
    let (org, installation) = (Org::start(), Installation::new(&[]));
    let csv =
        format!("key,last_name,email\nC-1,Miller,ann@example.com\nC-2,{},\nC-3,,carl@example.com\n", "x".repeat(81));
    let file = installation.write("clients.csv", &csv);
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    installation.connect(&org, None);
    let mut screens = Screens::new(installation);
    screens.replaced.extend([
        (org.url.clone(), "http://ORG"),
        (org.consumer_key.clone(), "KEY"),
        ("x".repeat(81), "XXX"),
    ]);
    assert_snapshot!(screens.of(&["client", "list", "--limit", "1"]));
    let ran = screens.of(&["sync", "run", "acme-leads"]);
    let run = screens.installation.json(&["sync", "runs"])["items"][0].clone();
    let id = run["id"].as_str().expect("an id").to_owned();
    assert!(ran.starts_with(&format!("Run {id} finished in ")), "{ran}");
    assert!(ran.contains(" s, but not every row arrived: 3 read, 2 created, 1 refused\n"), "{ran}");
    assert!(ran.ends_with("[exit 3]"), "{ran}");
    screens.replaced.push((id, "RUN"));
    screens.installation.succeeds(&["connection", "test", "acme"]);
    let connection = screens.installation.json(&["connection", "show", "acme"]);
    screens.replaced.push((connection["org"]["org_id"].as_str().expect("the org's id").to_owned(), "ORG-ID"));
    let shown = screens.of(&["connection", "show", "acme"]);
    let (calls, shown): (Vec<&str>, Vec<&str>) = shown.lines().partition(|line| line.starts_with("API calls"));
    assert!(calls[0].contains(" today by this connection; "), "{calls:?}");
    assert!(calls[0].contains(" of 15000 by everybody as of ") && calls[0].ends_with(" 10 % are kept for others"));
    assert_snapshot!(shown.join("\n"));
    assert_snapshot!(screens.of(&["sync", "records", "acme-leads", "--refused"]));
    assert!(screens.of(&["sync", "runs"]).contains("rows missing"));
    let shown = screens.of(&["sync", "show", "acme-leads"]);
    let shown: Vec<&str> = shown.lines().filter(|line| !line.starts_with("last run")).collect();
    assert_snapshot!(shown.join("\n"));
}
