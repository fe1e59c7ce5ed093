//! What jobs do with rows: every operation, every kind of value, every error of a row, and the lists of results.

use reqwest::Method;
use salesbridge_local_org::{BulkConfig, OrgConfig};
use serde_json::{Value, json};

use crate::support::{Caller, config};

fn of(object: &str, operation: &str) -> Value {
    json!({"object": object, "operation": operation})
}

fn upsert(field: &str) -> Value {
    json!({"object": "Lead", "operation": "upsert", "externalIdFieldName": field})
}

fn assert_all_done(ended: &Value) {
    assert_eq!((&ended["state"], &ended["numberRecordsFailed"]), (&json!("JobComplete"), &json!(0)), "{ended}");
}

/// The lists of results: quoted values, the header as uploaded, ids and flags in front.
#[tokio::test]
async fn inserted_rows_are_listed() {
    let caller = Caller::new().await;
    let csv = "lastname,Company,AnnualRevenue,Description\n\"O\"\"Neil\",C,912260031,\"two\nlines\"\n,C,,\n";
    let (job, ended) = caller.load(of("Lead", "insert"), csv).await;
    assert_eq!((&ended["numberRecordsProcessed"], &ended["numberRecordsFailed"]), (&json!(2), &json!(1)));
    let id = caller.column("Id", "SELECT Id FROM Lead").await[0].as_str().unwrap().to_owned();
    assert_eq!(
        caller.list(&job, "successfulResults").await,
        format!(
            "\"sf__Id\",\"sf__Created\",lastname,Company,AnnualRevenue,Description\n\
             \"{id}\",\"true\",\"O\"\"Neil\",\"C\",\"9.12260031E8\",\"two\nlines\"\n"
        )
    );
    assert_eq!(
        caller.list(&job, "failedResults").await,
        "\"sf__Id\",\"sf__Error\",lastname,Company,AnnualRevenue,Description\n\
         \"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --\",\"\",\"C\",\"\",\"\"\n"
    );
    assert_eq!(caller.list(&job, "unprocessedrecords").await, "lastname,Company,AnnualRevenue,Description\n");
}

/// Every delimiter and line ending, in the upload and in the results.
#[tokio::test]
async fn files_have_the_form_that_the_job_says() {
    let caller = Caller::new().await;
    for (name, delimiter) in
        [("COMMA", ','), ("TAB", '\t'), ("PIPE", '|'), ("SEMICOLON", ';'), ("CARET", '^'), ("BACKQUOTE", '`')]
    {
        for (ending_name, ending) in [("LF", "\n"), ("CRLF", "\r\n")] {
            let mut job = of("Account", "insert");
            job["columnDelimiter"] = name.into();
            job["lineEnding"] = ending_name.into();
            let csv = format!("Name{delimiter}Phone{ending}\"a{delimiter}{ending}b\"{delimiter}1{ending}c{delimiter}2");
            let (job, ended) = caller.load(job, &csv).await;
            assert_all_done(&ended);
            let results = caller.list(&job, "successfulResults").await;
            let head = format!("\"sf__Id\"{delimiter}\"sf__Created\"{delimiter}Name{delimiter}Phone{ending}");
            assert!(results.starts_with(&head), "{results:?}");
            assert!(results.contains(&format!("\"true\"{delimiter}\"a{delimiter}{ending}b\"{delimiter}\"1\"{ending}")));
        }
    }
}

/// An empty value changes nothing, `#N/A` clears; numbers, booleans, days and times in the forms a file has them.
#[tokio::test]
async fn values_are_read_as_files_have_them() {
    let caller = Caller::new().await;
    let id = caller
        .create("Opportunity", json!({"Name": "O", "StageName": "Prospecting", "CloseDate": "2026-01-01", "Amount": 5}))
        .await;
    let csv = format!("Id,Amount,CloseDate,Description,NextStep\n{id},1.5e3,2026-02-03Z,\"\",#N/A\n");
    let (_, ended) = caller.load(of("Opportunity", "update"), &csv).await;
    assert_all_done(&ended);
    let (_, read) = caller.get(&format!("/sobjects/Opportunity/{id}?fields=Amount,CloseDate,Name")).await;
    assert_eq!((&read["Amount"], &read["CloseDate"]), (&json!(1500.0), &json!("2026-02-03")));
    let csv = format!("Id,Amount,Name\n{id},#N/A,\n");
    caller.load(of("Opportunity", "update"), &csv).await;
    let (_, read) = caller.get(&format!("/sobjects/Opportunity/{id}?fields=Amount,Name")).await;
    assert_eq!((&read["Amount"], &read["Name"]), (&Value::Null, &json!("O")));

    let csv = "LastName,Company,IsUnreadByOwner,Description\nL,C,1,kept\nM,C,TRUE,\nN,C,0,\n";
    let (_, ended) = caller.load(of("Lead", "insert"), csv).await;
    assert_all_done(&ended);
    let true_ones = "SELECT LastName FROM Lead WHERE IsUnreadByOwner = true ORDER BY LastName";
    assert_eq!(caller.column("LastName", true_ones).await, [json!("L"), json!("M")]);

    let csv = "Subject,StartDateTime,EndDateTime\nE,2026-02-03T10:11:12.000Z,2026-02-03T13:11:12+02:00\n";
    caller.load(of("Event", "insert"), csv).await;
    let ends = caller.column("EndDateTime", "SELECT EndDateTime FROM Event").await;
    assert_eq!(ends, [json!("2026-02-03T11:11:12.000+0000")]);
}

/// What is wrong with one row is told in its line and touches no other.
#[tokio::test]
async fn rows_fail_one_by_one() {
    let caller = Caller::new().await;
    let id = caller.create("Lead", json!({"LastName": "L", "Company": "C"})).await;
    for (job, csv, expected) in [
        (
            of("Lead", "insert"),
            "Id,LastName,Company\n00Q000000000001EAA,L,C\n".to_owned(),
            "INVALID_FIELD_FOR_INSERT_UPDATE:cannot specify Id in an insert call:Id --",
        ),
        (
            of("Lead", "insert"),
            "LastName,Company\n,\n".to_owned(),
            "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName, Company]:LastName Company --",
        ),
        (
            of("Lead", "insert"),
            "LastName,Company\nL, \"C\"\n".to_owned(),
            "INVALID_FIELD:Found unescaped quote. A value with quote should be within a quote:--",
        ),
        (
            of("Lead", "insert"),
            "LastName,Company\nL,C,more\n".to_owned(),
            "INVALID_FIELD:The row has 3 values and the header 2:--",
        ),
        (
            of("Lead", "insert"),
            "LastName,Company,NumberOfEmployees\nL,C,many\n".to_owned(),
            "INVALID_TYPE_ON_FIELD_IN_RECORD:Employees: value not of required type: many:NumberOfEmployees --",
        ),
        (of("Lead", "update"), "LastName\nL\n".to_owned(), "MISSING_ARGUMENT:Id not specified in an update call:Id --"),
        (of("Lead", "update"), "Id,LastName\nnope,L\n".to_owned(), "MALFORMED_ID:malformed id nope:Id --"),
        (
            of("Lead", "update"),
            "Id,LastName\n00Q000000000001EAA,L\n".to_owned(),
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
        ),
        (
            of("Lead", "update"),
            format!("Id,LastName\n{id},#N/A\n"),
            "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
        ),
        (
            of("Lead", "delete"),
            "Id\n00Q000000000001EAA\n".to_owned(),
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
        ),
        (
            upsert("Id"),
            "Id,LastName\n00Q000000000001EAA,L\n".to_owned(),
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
        ),
    ] {
        assert_eq!(caller.row_error(job, &csv).await, expected, "{csv}");
    }
}

/// From v53.0 on the line of a failed row names its record.
#[tokio::test]
async fn a_failed_row_names_its_record() {
    let caller = Caller::new().await;
    let id = caller.create("Lead", json!({"LastName": "L", "Company": "C"})).await;
    for (version, expected) in [("v53.0", id.as_str()), ("v52.0", "")] {
        let (_, made) = caller.post(&format!("/services/data/{version}/jobs/ingest"), of("Lead", "update")).await;
        let job = made["id"].as_str().unwrap();
        caller.upload(job, format!("Id,LastName\n{id},#N/A\n")).await;
        caller.set_state(job, "UploadComplete").await;
        caller.finished(&format!("/jobs/ingest/{job}")).await;
        let failed = caller.results(job, "failedResults", "\"sf__Id\",\"sf__Error\",Id,LastName").await;
        assert!(failed[0].starts_with(&format!("\"{expected}\",\"REQUIRED_FIELD_MISSING:")), "{failed:?}");
    }
}

/// Rows are found by a key, made without one, and refused where the key does not tell which is meant.
#[tokio::test]
async fn upserts_go_by_their_key() {
    let caller = Caller::new().await;
    caller.external_id().await;
    // jsforce writes an id column into every file.
    let csv = "Key__c,Id,LastName,Company\na,,A,C\nb,\"\",B,C\n";
    let (job, _) = caller.load(upsert("key__c"), csv).await;
    let made = caller.results(&job, "successfulResults", "\"sf__Id\",\"sf__Created\",Key__c,Id,LastName,Company").await;
    assert!(made.len() == 2 && made.iter().all(|line| line.contains("\",\"true\",\"")), "{made:?}");
    let (job, ended) = caller.load(upsert("Key__c"), "Key__c,LastName,Company\nA,A2,\nc,C,C\nd,D,D\nD,D,D\n").await;
    assert_eq!((&ended["numberRecordsProcessed"], &ended["numberRecordsFailed"]), (&json!(4), &json!(2)));
    let made = caller.results(&job, "successfulResults", "\"sf__Id\",\"sf__Created\",Key__c,LastName,Company").await;
    assert!(made[0].contains("\",\"false\",\"A\"") && made[1].contains("\",\"true\",\"c\""), "{made:?}");
    let failed = caller.list(&job, "failedResults").await;
    for value in ["d", "D"] {
        let line = format!("\"DUPLICATE_VALUE:Duplicate external id specified: {value}:Key__c --\",\"{value}\"");
        assert!(failed.contains(&line), "{failed}");
    }
    let names = caller.column("LastName", "SELECT LastName FROM Lead ORDER BY Key__c").await;
    assert_eq!(names, [json!("A2"), json!("B"), json!("C")]);
    assert_eq!(
        caller.row_error(upsert("Key__c"), "Key__c,LastName,Company\n,L,C\n").await,
        "MISSING_ARGUMENT:Key__c not specified:--"
    );
    assert_eq!(
        caller.row_error(upsert("Key__c"), "Id,Key__c,LastName,Company\n00Q000000000001EAA,x,L,C\n").await,
        "INVALID_FIELD:cannot specify both an external ID reference Key__c and a salesforce id, Id:--"
    );
}

/// A key that several records have tells nothing; the id as a key makes what has none.
#[tokio::test]
async fn keys_that_are_not_unique_and_ids_as_keys() {
    let caller = Caller::new().await;
    let metadata = json!({"label": "Code", "type": "Text", "length": 20, "externalId": true});
    caller.custom_field("Lead.Code__c", metadata).await;
    for name in ["A", "B"] {
        caller.create("Lead", json!({"LastName": name, "Company": "C", "Code__c": "x"})).await;
    }
    assert_eq!(
        caller.row_error(upsert("Code__c"), "Code__c,LastName\nx,L\n").await,
        "DUPLICATE_EXTERNAL_ID:Code__c: more than one record found for external id field: [x]:--"
    );
    let id = caller.column("Id", "SELECT Id FROM Lead WHERE LastName = 'A'").await[0].as_str().unwrap().to_owned();
    let (job, _) = caller.load(upsert("Id"), &format!("Id,LastName,Company\n{id},A2,\n,New,C\n")).await;
    let made = caller.list(&job, "successfulResults").await;
    assert!(made.contains(&format!("\"{id}\",\"false\",")) && made.contains("\",\"true\",\"\",\"New\""), "{made}");
}

/// Parents are named by their keys, with the type in front where several are possible.
#[tokio::test]
async fn parents_are_found_by_their_keys() {
    let caller = Caller::new().await;
    let metadata = json!({"label": "Key", "type": "Text", "length": 20, "externalId": true, "unique": true});
    caller.custom_field("Account.Ext__c", metadata.clone()).await;
    caller.custom_field("Contact.Ext__c", metadata.clone()).await;
    caller.custom_field("Lead.Ext__c", metadata).await;
    let account = caller.create("Account", json!({"Name": "A", "Ext__c": "a1"})).await;
    let lead = caller.create("Lead", json!({"LastName": "L", "Company": "C", "Ext__c": "l1"})).await;
    let (_, ended) = caller.load(of("Contact", "insert"), "LastName,Account.Ext__c,Ext__c\nC,a1,c1\n").await;
    assert_all_done(&ended);
    assert_eq!(caller.column("AccountId", "SELECT AccountId FROM Contact").await, [json!(account)]);
    let (_, ended) = caller.load(of("Task", "insert"), "Subject,Lead:Who.Ext__c\nT,l1\n").await;
    assert_all_done(&ended);
    assert_eq!(caller.column("WhoId", "SELECT WhoId FROM Task").await, [json!(lead)]);
    let csv = "Ext__c,LastName,Account.Ext__c\nc1,,#N/A\n";
    let job = json!({"object": "Contact", "operation": "upsert", "externalIdFieldName": "Ext__c"});
    assert_all_done(&caller.load(job, csv).await.1);
    assert_eq!(
        caller.row_error(of("Contact", "insert"), "LastName,Account.Ext__c\nC,zz\n").await,
        "INVALID_FIELD:Foreign key external ID: zz not found for field Ext__c in entity Account:--"
    );
    for (object, column) in [
        ("Task", "Who.Ext__c"),
        ("Contact", "Account:Account.Ext__c"),
        ("Contact", "Account.Industry"),
        ("Contact", "Account.Nope__c"),
        ("Contact", "Nope.Ext__c"),
        ("Task", "Account:Who.Ext__c"),
    ] {
        let (_, ended) = caller.load(of(object, "insert"), &format!("{column}\nx\n")).await;
        assert_eq!(ended["errorMessage"], format!("InvalidBatch : Field name not found : {column}"));
    }
}

/// Deleted rows are in the recycle bin, hard-deleted ones nowhere.
#[tokio::test]
async fn rows_are_deleted() {
    let (config, clock) = config();
    let bulk = BulkConfig { hard_delete: true, ..BulkConfig::default() };
    let caller = Caller::with(OrgConfig { bulk, ..config }, clock).await;
    let mut ids = Vec::new();
    for n in 0..2 {
        ids.push(caller.create("Lead", json!({"LastName": format!("L{n}"), "Company": "C"})).await);
    }
    let (job, ended) = caller.load(of("Lead", "delete"), &format!("Id\n{}\n", ids[0])).await;
    assert_all_done(&ended);
    let deleted = caller.results(&job, "successfulResults", "\"sf__Id\",\"sf__Created\",Id").await;
    assert_eq!(deleted, [format!("\"{0}\",\"false\",\"{0}\"", ids[0])]);
    caller.load(of("Lead", "hardDelete"), &format!("Id\n{}\n", ids[1])).await;
    let left = caller.bulk_query_all("SELECT Id FROM Lead").await;
    assert_eq!(left, format!("\"Id\"\n\"{}\"\n", ids[0]));
    assert_eq!(
        caller.row_error(of("Lead", "delete"), &format!("Id\n{}\n", ids[0])).await,
        "ENTITY_IS_DELETED:entity is deleted:--"
    );
    let (_, ended) = caller.load(of("Lead", "delete"), &format!("Id,LastName\n{},L\n", ids[0])).await;
    assert_eq!(ended["errorMessage"], "InvalidBatch : Delete batch must contain only ids");
}

/// A job fails as a whole where its file cannot be read, before any row of it or at the row in question.
#[tokio::test]
async fn a_job_fails_as_a_whole() {
    const UNQUOTED: &str =
        "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote";
    let caller = Caller::new().await;
    let long = format!("LastName,{}\nL,\n", "x".repeat(32_000));
    for (csv, expected, processed) in [
        ("\u{feff}\"LastName\",\"Company\"\nL,C\n", UNQUOTED, 0),
        ("\u{feff}LastName,Company\nL,C\n", "InvalidBatch : Field name not found : \u{feff}LastName", 0),
        ("LastName,Foo__c\nL,1\n", "InvalidBatch : Field name not found : Foo__c", 0),
        ("LastName,lastname\nL,1\n", "InvalidBatch : Field name duplicated : lastname", 0),
        (
            "LastName,Company\r\nL,C\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
            0,
        ),
        (
            "LastName,Company\nL,\"two\r\nlines\"\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
            0,
        ),
        ("", "InvalidBatch : Records not found", 0),
        ("LastName,Company\n", "InvalidBatch : Records not found", 0),
        ("LastName,Company\nL,C\nL\"x\",C\nM,C\n", UNQUOTED, 1),
        (
            "LastName,Company\nL,C\n\"L\"x,C\n",
            "InvalidBatch : Failed to parse CSV. Not expecting more text after end quote",
            1,
        ),
        (
            "LastName,Company\n\"L,C\n",
            "InvalidBatch : Failed to parse CSV. EOF reached before closing an opened quote",
            0,
        ),
        (&long, "InvalidBatch : The header row exceeds the maximum of 32000 characters", 0),
    ] {
        let (_, ended) = caller.load(of("Lead", "insert"), csv).await;
        assert_eq!((&ended["state"], &ended["errorMessage"]), (&json!("Failed"), &json!(expected)), "{csv:.60}");
        assert_eq!(ended["numberRecordsProcessed"], processed, "{csv:.60}");
    }
    let job = json!({"object": "Lead", "operation": "insert", "lineEnding": "CRLF"});
    let (_, ended) = caller.load(job, "LastName,Company\r\nL,\"a\nb\"\r\n").await;
    assert_eq!(
        ended["errorMessage"],
        "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF"
    );
    let never = caller.job(of("Lead", "insert")).await;
    caller.set_state(&never, "UploadComplete").await;
    let ended = caller.finished(&format!("/jobs/ingest/{never}")).await;
    assert_eq!(ended["errorMessage"], "InvalidBatch : Records not found");
}

/// Rows written before a failure stay; the others are given back as they were.
#[tokio::test]
async fn a_failed_job_gives_back_the_rest() {
    let caller = Caller::new().await;
    let csv = "LastName,Company\nA,C\nB\"x,C\nD,\"E\"\n";
    let (job, _) = caller.load(of("Lead", "insert"), csv).await;
    assert_eq!(caller.column("LastName", "SELECT LastName FROM Lead").await, [json!("A")]);
    assert_eq!(caller.list(&job, "unprocessedrecords").await, "LastName,Company\nB\"x,C\nD,\"E\"\n");
    let (job, _) = caller.load(of("Lead", "insert"), "LastName,Foo__c\nA,1\nB,2\n").await;
    assert_eq!(caller.list(&job, "unprocessedrecords").await, "LastName,Foo__c\n\"A\",\"1\"\n\"B\",\"2\"\n");
}

/// 20,001 rows in and, by query, out again; the lists come compressed to who asks for it.
#[tokio::test]
async fn twenty_thousand_and_one_rows_go_both_ways() {
    let caller = Caller::new().await;
    caller.external_id().await;
    let csv: String = (0..20_001).map(|n| format!("k{n:05},L{n},C\n")).collect();
    let csv = format!("Key__c,LastName,Company\n{csv}");
    let (job, ended) = caller.load(upsert("Key__c"), &csv).await;
    assert_eq!((&ended["numberRecordsProcessed"], &ended["numberRecordsFailed"]), (&json!(20_001), &json!(0)));
    let made = caller.results(&job, "successfulResults", "\"sf__Id\",\"sf__Created\",Key__c,LastName,Company").await;
    assert_eq!(made.len(), 20_001);
    let zipped = caller.send_zipped(&format!("/services/data/v66.0/jobs/ingest/{job}/successfulResults")).await;
    let (head, _) = zipped.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("content-encoding: gzip"), "{head}");
    assert!(zipped.len() < 400_000, "{}", zipped.len());

    let query = "SELECT Key__c, LastName FROM Lead ORDER BY Key__c";
    let job = caller.query_job(json!({"operation": "query", "query": query})).await;
    let (mut rows, mut locator, mut pages) = (Vec::new(), String::new(), 0);
    while locator != "null" {
        let path = format!("/jobs/query/{job}/results?maxRecords=7000&locator={locator}");
        let page = caller.send(Method::GET, &path, None).await;
        locator = page.headers()["sforce-locator"].to_str().unwrap().to_owned();
        let number: usize = page.headers()["sforce-numberofrecords"].to_str().unwrap().parse().unwrap();
        let text = page.text().await.unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], lines.len() - 1), ("\"Key__c\",\"LastName\"", number));
        rows.extend(lines[1..].iter().map(|&line| line.to_owned()));
        pages += 1;
    }
    assert_eq!((pages, rows.len()), (3, 20_001));
    assert!(rows.iter().enumerate().all(|(n, row)| *row == format!("\"k{n:05}\",\"L{n}\"")));
}
