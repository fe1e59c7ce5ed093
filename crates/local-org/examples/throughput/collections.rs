//! Rows created by `POST /composite/sobjects`, 200 a call, over two connections.

use std::time::Instant;

use axum::body::Bytes;
use salesbridge_local_org::Data;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::measured::{RUNS, tell};
use crate::{Problem, org};

const PATH: &str = "/services/data/v66.0/composite/sobjects";
const CONNECTIONS: usize = 2;
/// Rows of one call, the most there may be.
const ROWS_PER_CALL: usize = 200;

pub(crate) async fn measure(rows: usize) -> Result<(), Problem> {
    let calls = rows.div_ceil(ROWS_PER_CALL);
    let bodies: Vec<Bytes> = (0..calls).map(body).collect();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let org = org(Data::Memory).await?;
        let mut callers = Vec::new();
        for _ in 0..CONNECTIONS {
            callers.push(Caller::new(&org).await?);
        }
        let begun = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for (at, caller) in callers.into_iter().enumerate() {
            let mine: Vec<Bytes> = bodies.iter().skip(at).step_by(CONNECTIONS).cloned().collect();
            tasks.spawn(send(caller, mine));
        }
        while let Some(sent) = tasks.join_next().await {
            sent??;
        }
        times.push(begun.elapsed());
        let counts = org.control().record_counts().await?;
        let made = counts.iter().find(|count| count.object == "Account").map_or(0, |count| count.records);
        if made != u64::try_from(calls * ROWS_PER_CALL)? {
            return Err(format!("{made} Accounts are there, not {}", calls * ROWS_PER_CALL).into());
        }
        org.shutdown().await;
    }
    tell("collections, 10 columns, memory", "rows", calls * ROWS_PER_CALL, &times);
    Ok(())
}

async fn send(mut caller: Caller, bodies: Vec<Bytes>) -> Result<(), Problem> {
    for body in bodies {
        let answer = caller.call("POST", PATH, body).await?;
        if answer.windows(15).any(|part| part == b"\"success\":false") {
            return Err("a row was refused".into());
        }
    }
    Ok(())
}

fn body(call: usize) -> Bytes {
    let records: Vec<Value> = (0..ROWS_PER_CALL).map(|row| account(call * ROWS_PER_CALL + row)).collect();
    json!({"allOrNone": false, "records": records}).to_string().into()
}

/// An Account of ten columns.
pub(crate) fn account(number: usize) -> Value {
    json!({
        "attributes": {"type": "Account"},
        "Name": format!("Northwind Traders {number}"),
        "AccountNumber": format!("A-{number:08}"),
        "Phone": format!("+1 212 555 {:04}", number % 10_000),
        "Website": format!("https://www.northwind{number}.example"),
        "Industry": "Shipping",
        "BillingStreet": format!("{} Harbour Road", number % 900 + 1),
        "BillingCity": "Rotterdam",
        "BillingPostalCode": format!("{:05}", number % 100_000),
        "BillingCountry": "Netherlands",
        "NumberOfEmployees": number % 5_000,
    })
}
