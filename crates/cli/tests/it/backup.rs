//! Backups that are taken while it serves, and restores after which nothing is doubled.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::harness::{Installation, Org, clients_csv, holds, is_settled};

/// The restore test. R54: yesterday's backup is restored after a day of new Leads, the day's clients are imported again, and no second Lead is made; with
/// our key in a field of Lead and without one.
#[tokio::test]
async fn r54_yesterdays_backup_restored_after_a_day_of_new_leads_makes_no_second_lead() {
    for with_external_id in [true, false] {
        let org = Org::start();
        let field = if with_external_id { Some(org.make_external_id_field().await) } else { None };
        let installation = Installation::new(&[]);
        import(&installation, 40);
        installation.connect(&org, field);
        let serving = installation.serve(&[]);
        installation.wait_for("yesterday's Leads", |sync| is_settled(sync) && sync["figures"]["links"] == 40);
        let backup = installation.path("backup.tar.gz");
        let backup = backup.to_str().expect("a path");
        installation.succeeds(&["backup", backup]);

        import(&installation, 100);
        installation.wait_for("the day's Leads", |sync| is_settled(sync) && sync["figures"]["links"] == 100);
        assert_eq!(serving.interrupt(), Some(0));
        assert_eq!(org.leads().await.len(), 100);

        installation.succeeds(&["restore", backup, "--replace"]);
        assert_eq!(installation.json(&["client", "list"])["total"], 40, "as of yesterday");
        let _serving = installation.serve(&[]);
        let restored = installation.wait_for("the links to be verified", |sync| {
            is_settled(sync) && sync["figures"]["verification"]["state"] != "pending"
        });
        assert_eq!(restored["figures"]["links"], 40);
        import(&installation, 110);
        installation.wait_for("the day to be found again", |sync| is_settled(sync) && sync["figures"]["links"] == 110);
        let leads = org.leads().await;
        assert_eq!(leads.len(), 110);
        assert!(leads.values().all(|of_client| of_client.len() == 1), "no client has two Leads");
        let sync = installation.json(&["sync", "show", "acme-leads"]);
        assert!(sync["figures"].get("verification").is_none(), "nothing is left to be found: {sync}");
    }
}

#[test]
fn a_backup_is_private_whole_and_without_the_master_key() {
    let installation = Installation::new(&[]);
    import(&installation, 3);
    std::fs::write(installation.data().join("salesbridge.toml"), "[sync]\nbatch_rows = 50\n").expect("a file");
    let key = std::fs::read_to_string(installation.data().join("master.key")).expect("the key");
    let backup = installation.path("backup.tar.gz");
    let told = installation.json(&["backup", backup.to_str().expect("a path")]);
    assert_eq!(told["holds_master_key"], false);
    let mode = std::fs::metadata(&backup).expect("the backup").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let left: Vec<_> = std::fs::read_dir(backup.parent().expect("its folder")).expect("its folder").collect();
    let names: Vec<String> =
        left.into_iter().map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect();
    assert!(!names.iter().any(|name| name.starts_with(".salesbridge-")), "nothing is left beside it: {names:?}");

    let other = Installation::without_key(&[]);
    other.succeeds(&["restore", backup.to_str().expect("a path")]);
    for entry in std::fs::read_dir(other.data()).expect("the data directory") {
        assert!(!holds(&entry.expect("an entry").path(), key.trim()), "the master key is not in a backup");
    }
    std::fs::copy(installation.data().join("master.key"), other.data().join("master.key")).expect("the key");
    assert_eq!(other.json(&["client", "list"])["total"], 3);
    let settings = std::fs::read_to_string(other.data().join("salesbridge.toml")).expect("the settings");
    assert!(settings.contains("batch_rows = 50"));
}

#[test]
fn a_restore_refuses_what_it_would_overwrite_and_what_is_no_backup() {
    let installation = Installation::new(&[]);
    import(&installation, 3);
    let backup = installation.path("backup.tar.gz");
    let backup = backup.to_str().expect("a path");
    installation.succeeds(&["backup", backup]);
    import(&installation, 5);
    let refused = error(&installation, &["restore", backup]);
    assert_eq!(refused["code"], "data_directory_not_empty");
    assert_eq!(installation.json(&["client", "list"])["total"], 5);

    let replaced = installation.json(&["restore", backup, "--replace"]);
    assert_eq!(installation.json(&["client", "list"])["total"], 3);
    let aside = std::path::Path::new(replaced["replaced"].as_str().expect("a folder")).join("salesbridge.sqlite");
    assert!(aside.exists(), "what was there before is kept");

    let letter = installation.write("letter.tar.gz", "this is a letter");
    let refused = error(&installation, &["restore", letter.to_str().expect("a path"), "--replace"]);
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("not a backup")), "{refused}");
    let whole = std::fs::read(backup).expect("the backup");
    let half = installation.path("half.tar.gz");
    std::fs::write(&half, &whole[..whole.len() / 2]).expect("a file");
    let refused = error(&installation, &["restore", half.to_str().expect("a path"), "--replace"]);
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("damaged")), "{refused}");
    assert_eq!(installation.json(&["client", "list"])["total"], 3, "what is there stays as it is");
}

fn import(installation: &Installation, count: usize) {
    let file = installation.write("clients.csv", &clients_csv(count, 0));
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
}

fn error(installation: &Installation, arguments: &[&str]) -> Value {
    let output = installation.run(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told["error"].clone()
}
