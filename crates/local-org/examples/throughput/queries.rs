//! Simple queries: one record by its id, over four connections.

use std::time::Instant;

use axum::body::Bytes;
use salesbridge_local_org::Data;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::collections::account;
use crate::measured::{RUNS, tell};
use crate::{Problem, org};

const CONNECTIONS: usize = 4;
const RECORDS: usize = 2_000;

pub(crate) async fn measure(queries: usize) -> Result<(), Problem> {
    let org = org(Data::Memory).await?;
    let ids = fill(&mut Caller::new(&org).await?).await?;
    let paths: Vec<String> = ids
        .iter()
        .map(|id| format!("/services/data/v66.0/query?q=SELECT+Id,Name,Phone,BillingCity+FROM+Account+WHERE+Id='{id}'"))
        .collect();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut tasks = tokio::task::JoinSet::new();
        let mut callers = Vec::new();
        for _ in 0..CONNECTIONS {
            callers.push(Caller::new(&org).await?);
        }
        let begun = Instant::now();
        for (at, caller) in callers.into_iter().enumerate() {
            let mine: Vec<String> =
                paths.iter().cycle().skip(at).step_by(CONNECTIONS).take(queries / CONNECTIONS).cloned().collect();
            tasks.spawn(ask(caller, mine));
        }
        while let Some(asked) = tasks.join_next().await {
            asked??;
        }
        times.push(begun.elapsed());
    }
    org.shutdown().await;
    tell("simple queries, memory", "queries", queries / CONNECTIONS * CONNECTIONS, &times);
    Ok(())
}

async fn ask(mut caller: Caller, paths: Vec<String>) -> Result<(), Problem> {
    for path in paths {
        let answer = caller.call("GET", &path, Bytes::new()).await?;
        if !answer.windows(13).any(|part| part == b"\"totalSize\":1") {
            return Err(format!("one record was to be found: {}", String::from_utf8_lossy(&answer)).into());
        }
    }
    Ok(())
}

async fn fill(caller: &mut Caller) -> Result<Vec<String>, Problem> {
    let mut ids = Vec::new();
    for call in 0..RECORDS / 200 {
        let records: Vec<Value> = (0..200).map(|row| account(call * 200 + row)).collect();
        let body = json!({"allOrNone": true, "records": records}).to_string();
        let answer = caller.call("POST", "/services/data/v66.0/composite/sobjects", body.into()).await?;
        let results: Vec<Value> = serde_json::from_slice(&answer)?;
        ids.extend(results.iter().filter_map(|result| result["id"].as_str()).map(str::to_owned));
    }
    if ids.len() == RECORDS { Ok(ids) } else { Err("not every record was made".into()) }
}
