//! Where a person is signed in.

use salesbridge_hub::people::SessionDetails;
use salesbridge_model::Page;
use serde_json::{Value, json};

use super::super::client::{next_page, paged};
use crate::api::{Api, segment};
use crate::arguments::UserSessions;
use crate::terminal::{counted, print_json, print_table, say, table};

pub(super) async fn run(api: &Api, options: &UserSessions, json: bool) -> anyhow::Result<()> {
    if let Some(id) = &options.end {
        api.delete(&format!("/sessions/{}", segment(id))).await?;
        tell(json, &json!({ "ended": 1 }), "the session has ended");
        return Ok(());
    }
    if options.end_all {
        let ended: Value = api.delete_told(&format!("/sessions?person={}", segment(&options.name))).await?;
        let count = ended["ended"].as_u64().unwrap_or_default();
        tell(json, &ended, &format!("{} of {} ended", counted(count, "session"), options.name));
        return Ok(());
    }
    let path = paged("/sessions", Some(("person", &options.name)), &options.paging);
    let page: Page<SessionDetails> = api.get(&path).await?;
    if json {
        print_json(&page);
        return Ok(());
    }
    if page.items.is_empty() {
        say(&format!("{} is signed in nowhere.", options.name));
        return Ok(());
    }
    let mut rows = table(&["id", "since", "used last", "ends", "from", "with"]);
    for details in &page.items {
        let session = &details.session;
        let time = |at: salesbridge_model::Timestamp| at.format("%Y-%m-%d %H:%M").to_string();
        rows.add_row([
            session.id.to_string(),
            time(session.created_at),
            time(session.last_seen_at),
            time(details.ends_at),
            session.address.clone().unwrap_or_else(|| "this machine".to_owned()),
            session.user_agent.clone().unwrap_or_default(),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(())
}

fn tell(json: bool, data: &Value, words: &str) {
    if json {
        print_json(data);
    } else {
        say(words);
    }
}
