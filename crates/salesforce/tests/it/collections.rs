//! Writes of many records: what is sent, what is read, and what is known when something breaks.

use salesbridge_salesforce::{
    CollectionProblem, CollectionRequest, Disposition, Record, RecordId, WriteError, WriteOptions,
};
use serde_json::{Value, json};

use crate::org::{ScriptedOrg, answer, expired, fault, text};

const COLLECTION: &str = "/services/data/v66.0/composite/sobjects";

fn record(value: Value) -> Record {
    let Value::Object(fields) = value else { panic!("an object") };
    fields
}

fn id(serial: usize) -> RecordId {
    format!("00Q0000000{serial:05}").parse().expect("an id")
}

fn leads(names: &[&str]) -> CollectionRequest {
    let records: Vec<_> = names.iter().map(|name| record(json!({ "LastName": name, "Company": "Firm" }))).collect();
    CollectionRequest::create("Lead", &records, WriteOptions::default()).expect("a request")
}

fn written(serial: usize) -> Value {
    json!({ "id": id(serial), "success": true, "errors": [] })
}

#[tokio::test]
async fn r85_each_row_has_its_own_result_in_order_with_salesforces_words() {
    let org = ScriptedOrg::start().await;
    let refused = json!({ "success": false, "errors": [{ "statusCode": "STRING_TOO_LONG",
        "message": "Last Name: data value too large: xxx (max length=80)", "fields": ["LastName"] }] });
    org.on(&format!("POST {COLLECTION}"), [answer(200, &json!([written(1), refused, written(2)]))]);
    let client = org.client();
    let sent = client.send_collection(&leads(&["O'Brien 👩‍🚀", "x", "Müller\r\n\"q\""])).await.expect("a head");
    assert_eq!(sent.status(), 200);
    let rows = sent.answer().await.expect("results");
    assert_eq!((rows[0].id.clone(), rows[1].success, rows[2].id.clone()), (Some(id(1)), false, Some(id(2))));
    assert_eq!(
        (rows[1].errors[0].code.as_str(), &rows[1].errors[0].fields[..]),
        ("STRING_TOO_LONG", &["LastName".to_owned()][..])
    );
    assert_eq!(rows[1].errors[0].disposition(), Disposition::Refuse);

    let asked = &org.asked()[0];
    let expected = |name: &str| json!({ "attributes": { "type": "Lead" }, "LastName": name, "Company": "Firm" });
    assert_eq!(
        asked.json(),
        json!({ "allOrNone": false, "records": [expected("O'Brien 👩‍🚀"), expected("x"), expected("Müller\r\n\"q\"")] })
    );
    assert_eq!((asked.header("sforce-auto-assign"), asked.header("sforce-duplicate-rule-header")), ("FALSE", ""));
}

#[tokio::test]
async fn updates_upserts_and_deletes_have_their_own_addresses_and_options() {
    let org = ScriptedOrg::start().await;
    let options = WriteOptions { allow_duplicates: true, assignment_rules: true };
    let client = org.client();

    org.on(&format!("PATCH {COLLECTION}"), [answer(200, &json!([written(1)]))]);
    let update =
        CollectionRequest::update("Lead", &[(id(1), record(json!({ "City": null })))], options).expect("a request");
    client.send_collection(&update).await.expect("a head").answer().await.expect("results");

    org.on(
        &format!("PATCH {COLLECTION}/Lead/Key__c"),
        [answer(200, &json!([{ "id": id(1), "success": true, "created": true, "errors": [] }]))],
    );
    let upsert =
        CollectionRequest::upsert("Lead", "Key__c", &[record(json!({ "Key__c": "k/1" }))], options).expect("a request");
    let rows = client.send_collection(&upsert).await.expect("a head").answer().await.expect("results");
    assert_eq!(rows[0].created, Some(true));

    org.on(&format!("DELETE {COLLECTION}"), [answer(200, &json!([written(1), written(2)]))]);
    let delete = CollectionRequest::delete("Lead", &[id(1), id(2)]).expect("a request");
    client.send_collection(&delete).await.expect("a head").answer().await.expect("results");

    let asked = org.asked();
    assert_eq!(asked[0].json()["records"], json!([{ "attributes": { "type": "Lead" }, "id": id(1), "City": null }]));
    assert_eq!(
        (asked[0].header("sforce-auto-assign"), asked[0].header("sforce-duplicate-rule-header")),
        ("TRUE", "allowSave=true")
    );
    assert_eq!(asked[2].query, format!("ids={}%2C{}&allOrNone=false", id(1), id(2)));
}

#[tokio::test]
async fn a_journalled_request_is_sent_byte_for_byte() {
    let org = ScriptedOrg::start().await;
    org.on(&format!("POST {COLLECTION}"), [answer(200, &json!([written(1)]))]);
    let request = leads(&["Ann"]);
    let journalled = serde_json::to_vec(&request).expect("bytes");
    let read_again: CollectionRequest = serde_json::from_slice(&journalled).expect("a request");
    for request in [&request, &read_again] {
        org.client().send_collection(request).await.expect("a head").answer().await.expect("results");
    }
    let asked = org.asked();
    assert_eq!((&asked[0].body, &request), (&asked[1].body, &read_again));
    assert!(!format!("{request:?}").contains("Ann"), "a Debug shows no field value");
}

#[tokio::test]
async fn r6_an_insert_is_replayed_after_an_expired_session_because_nothing_was_carried_out() {
    let org = ScriptedOrg::start().await;
    org.on(&format!("POST {COLLECTION}"), [expired(), answer(200, &json!([written(1)]))]);
    org.client().send_collection(&leads(&["Ann"])).await.expect("a head").answer().await.expect("results");
    assert_eq!((org.asked().len(), org.tokens()), (2, 2));
}

#[tokio::test]
async fn an_insert_without_a_readable_answer_may_have_happened_and_is_not_repeated() {
    let answers = [
        text(500, ""),
        text(503, "<html>maintenance</html>"),
        text(200, "<html>maintenance</html>"),
        answer(200, &json!([])),
        answer(200, &json!([{ "success": true, "errors": [] }])),
        fault(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    ];
    for given in answers {
        let org = ScriptedOrg::start().await;
        org.on(&format!("POST {COLLECTION}"), [given]);
        let sent = org.client().send_collection(&leads(&["Ann"])).await.expect("a head");
        let error = sent.answer().await.expect_err("no results");
        assert!(matches!(error, WriteError::MayHaveHappened { .. }), "{error:?}");
        assert_eq!((error.disposition(), org.asked().len()), (Disposition::LookUpFirst, 1));
    }
}

#[tokio::test]
async fn f18_a_refusal_of_the_whole_write_is_told_apart() {
    let org = ScriptedOrg::start().await;
    org.on(&format!("POST {COLLECTION}"), [fault(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")]);
    let error = org.client().send_collection(&leads(&["Ann"])).await.expect_err("refused");
    assert!(matches!(error, WriteError::Refused(_)), "{error:?}");
    assert_eq!((error.disposition(), error.code().as_str()), (Disposition::Defer, "REQUEST_LIMIT_EXCEEDED"));
}

#[tokio::test]
async fn a_connection_that_breaks_before_or_within_the_answer_may_have_happened() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[{"] {
        let org = ScriptedOrg::start().await;
        let breaking = crate::breaking::Breaking::start(bytes).await;
        let mut token = crate::org::token_answer(&org.base, 1);
        token["instance_url"] = json!(breaking.base);
        org.on(crate::org::TOKEN, [answer(200, &token)]);
        let error = match org.client().send_collection(&leads(&["Ann"])).await {
            Ok(sent) => sent.answer().await.expect_err("half an answer"),
            Err(error) => error,
        };
        assert!(matches!(error, WriteError::MayHaveHappened { .. }), "{error:?}");
        assert_eq!(breaking.connections(), 1, "an insert is sent once");
    }
}

#[tokio::test]
async fn an_org_that_is_down_means_nothing_was_written() {
    let org = ScriptedOrg::start().await;
    let mut token = crate::org::token_answer(&org.base, 1);
    token["instance_url"] = json!("http://127.0.0.1:1");
    org.on(crate::org::TOKEN, [answer(200, &token)]);
    let error = org.client().send_collection(&leads(&["Ann"])).await.expect_err("nobody listens");
    assert!(matches!(error, WriteError::NotSent(_)), "{error:?}");
    assert_eq!(error.disposition(), Disposition::RetryNow);
}

#[test]
fn what_cannot_be_sent_is_refused_before() {
    let create = |object: &str, rows: usize| {
        CollectionRequest::create(object, &vec![Record::new(); rows], WriteOptions::default()).expect_err("a problem")
    };
    assert_eq!(create("Lead", 0), CollectionProblem::Empty);
    assert_eq!(create("Lead", 201), CollectionProblem::TooMany { rows: 201 });
    assert_eq!(create("../x", 1), CollectionProblem::BadName { text: "../x".to_owned() });
    let keyless =
        CollectionRequest::upsert("Lead", "Key__c", &[record(json!({ "Key__c": "" }))], WriteOptions::default());
    assert_eq!(keyless.expect_err("a problem"), CollectionProblem::NoExternalId { row: 0, field: "Key__c".to_owned() });
}
