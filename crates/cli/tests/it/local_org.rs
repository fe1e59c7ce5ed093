//! The command that starts a local org, with its options.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Process, SALESBRIDGE};

/// Starts an org; its process and the line it prints as soon as it listens.
fn started(options: &[&str]) -> (Process, Value) {
    let mut command = Command::new(SALESBRIDGE);
    command.args(["local-org", "--json", "--listen", "127.0.0.1:0"]).args(options).stdout(Stdio::piped());
    let mut process = Process::start(&mut command);
    let mut line = String::new();
    BufReader::new(process.output()).read_line(&mut line).expect("its output is text");
    (process, serde_json::from_str(&line).expect("one line of JSON"))
}

#[tokio::test]
async fn an_org_starts_with_an_app_records_and_faults_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("the folder can be written");
        path.display().to_string()
    };
    let (secret, faults) = (file("secret", "hidden\n"), file("faults.toml", "[[fault]]\naction.delay_ms = 1\n"));
    let options =
        ["--consumer-key", "own", "--consumer-secret-file", &secret, "--faults", &faults, "--demo-data", "small"];
    let (_process, told) = started(&options);
    assert_eq!((told["consumer_key"].as_str(), told["consumer_secret"].as_str()), (Some("own"), Some("hidden")));
    let get = async |what: &str| -> Value {
        let url = format!("{}/local-org/{what}", told["url"].as_str().expect("a URL"));
        let answer = crate::harness::http_client().get(url).send().await.expect("the org answers");
        answer.json().await.expect("JSON")
    };
    assert_eq!(get("faults").await[0]["action"]["delay_ms"], 1);
    let counts = get("counts").await;
    let accounts = counts.as_array().expect("counts").iter().find(|count| count["object"] == "Account");
    assert_eq!(accounts.expect("accounts")["records"], 50);
}

#[test]
fn an_org_that_speaks_https_tells_its_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let tls = folder.path().join("tls").display().to_string();
    let (_process, told) = started(&["--tls", "--tls-folder", &tls]);
    assert!(told["url"].as_str().expect("a URL").starts_with("https://localhost:"));
    let authority = std::fs::read_to_string(told["certificate_authority"].as_str().expect("a file"));
    assert!(authority.expect("the file is there").starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn a_bad_file_of_faults_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("faults.toml");
    std::fs::write(&file, "[[fault]]\naction.eror = 1\n").expect("the folder can be written");
    let mut command = Command::new(SALESBRIDGE);
    let ended = command.args(["local-org", "--listen", "127.0.0.1:0", "--faults"]).arg(&file).output();
    let ended = ended.expect("the binary starts");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(1) && said.contains("line 2") && said.contains("`eror`"), "{said}");
}
