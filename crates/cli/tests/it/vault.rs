//! `salesbridge vault rotate` beside a serving hub whose syncs run, and killed in the middle.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Installation, Org, clients_csv, is_settled};

fn newest(installation: &Installation) -> String {
    installation.json(&["vault", "status"])["newest"].as_str().expect("an id").to_owned()
}

fn keys_in(file: &Path) -> usize {
    std::fs::read_to_string(file).expect("the file of the keys").lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_is_rotated_while_syncs_run() {
    let org = Org::start();
    let installation = Installation::new(&[]);
    let first = newest(&installation);
    let file = installation.write("clients.csv", &clients_csv(300, 0));
    let serving = installation.serve(&[]);
    installation.wait_for_socket();
    installation.connect(&org, None);
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);

    let key_file = installation.data().join("master.key");
    for round in 2..=4 {
        let used = installation.json(&["vault", "rotate"]);
        assert_eq!((used["rewrapped"].as_u64(), keys_in(&key_file)), (Some(1), round));
        let edited = installation.write("edited.csv", &clients_csv(300, round));
        installation.succeeds(&["client", "import", edited.to_str().expect("a path")]);
        installation.wait_for("every client to be a Lead", |sync| is_settled(sync) && sync["figures"]["links"] == 300);
        org.expire_tokens().await; // so that the secret is opened anew
    }

    let dropped = installation.json(&["vault", "rotate", "--drop-old"]);
    assert_eq!(dropped["dropped"].as_array().map(Vec::len), Some(3));
    assert_eq!(dropped["dropped"][0], Value::from(first));
    assert_eq!(keys_in(&key_file), 1);
    installation.succeeds(&["connection", "test", "acme"]);
    serving.interrupt();
    installation.succeeds(&["connection", "test", "acme"]);
    assert_eq!(org.leads().await.len(), 300);
}

#[test]
fn a_rotation_that_dies_leaves_keys_that_open_everything() {
    let org = Org::start();
    let installation = Installation::new(&[]);
    installation.connect_disabled(&org);
    for pause in 0..12 {
        let mut rotating = crate::harness::Process::start(&mut installation.command(&["vault", "rotate"]));
        if !rotating.ends_within(std::time::Duration::from_millis(pause * 10)) {
            rotating.kill();
        }
        installation.succeeds(&["connection", "test", "acme"]);
    }
    installation.succeeds(&["vault", "rotate", "--drop-old"]);
    assert_eq!(keys_in(&installation.data().join("master.key")), 1);
    installation.succeeds(&["connection", "test", "acme"]);
}
