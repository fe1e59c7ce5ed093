//! Files: made from base64 or from the parts of a form, read back byte by byte.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answer, Caller, answer, error};

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data; boundary=x";
/// `Hello` in base64, and its MD5 checksum.
const HELLO: &str = "SGVsbG8=";
const CHECKSUM: &str = "8b1a9953c4611296a827abf8c47804d7";

async fn bytes(caller: &Caller, path: &str) -> (StatusCode, String, Vec<u8>) {
    let response = caller.send(Method::GET, path, None).await;
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status(), kind, response.bytes().await.unwrap().to_vec())
}

/// A form: the name, the media type and the content of each part.
type Form<'test> = &'test [(&'test str, &'test str, &'test [u8])];

async fn sent(caller: &Caller, path: &str, form: Form<'_>) -> Answer {
    let mut body = Vec::new();
    for (name, kind, content) in form {
        let file = if *kind == JSON { "" } else { "; filename=\"file\"" };
        let head =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\nContent-Type: {kind}\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    let url = format!("{}/services/data/v66.0{path}", caller.org.url());
    let request = caller.client.post(url).bearer_auth(&caller.token).header("content-type", FORM).body(body);
    answer(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_file_brings_its_document_and_says_what_it_holds() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    let fields = json!({"PathOnClient": "a/report.pdf", "VersionData": HELLO, "FirstPublishLocationId": account});
    let id = caller.create("ContentVersion", fields).await;
    let (_, version) = caller.get(&format!("/sobjects/ContentVersion/{id}")).await;
    let path = format!("/services/data/v66.0/sobjects/ContentVersion/{id}/VersionData");
    for (field, expected) in [
        ("Title", json!("report")),
        ("FileExtension", json!("pdf")),
        ("FileType", json!("PDF")),
        ("ContentSize", json!(5)),
        ("Checksum", json!(CHECKSUM)),
        ("VersionNumber", json!("1")),
        ("IsLatest", json!(true)),
        ("VersionData", json!(path)),
    ] {
        assert_eq!(version[field], expected, "{field}");
    }
    assert_eq!(bytes(&caller, &path).await, (StatusCode::OK, "application/octet-stream".to_owned(), b"Hello".to_vec()));
    let document = version["ContentDocumentId"].as_str().unwrap();
    let (_, shown) = caller.get(&format!("/sobjects/ContentDocument/{document}")).await;
    assert_eq!((&shown["Title"], &shown["LatestPublishedVersionId"]), (&json!("report"), &json!(id)));
    let soql = format!(
        "SELECT LinkedEntityId FROM ContentDocumentLink WHERE ContentDocumentId = '{document}' AND ShareType = 'V'"
    );
    assert_eq!(caller.column("LinkedEntityId", &soql).await, [json!(account)]);

    let next = caller
        .create(
            "ContentVersion",
            json!({"PathOnClient": "b.txt", "VersionData": "eA==", "ContentDocumentId": document}),
        )
        .await;
    let latest = caller.column("Id", "SELECT Id FROM ContentVersion WHERE IsLatest = true").await;
    assert_eq!(latest, [json!(next)]);
    let (_, shown) = caller.get(&format!("/sobjects/ContentDocument/{document}")).await;
    assert_eq!((&shown["ContentSize"], &shown["LatestPublishedVersionId"]), (&json!(1), &json!(next)));
}

#[tokio::test]
async fn a_file_without_a_name_or_with_broken_base64_is_refused() {
    let caller = Caller::new().await;
    let nameless = caller.post("/sobjects/ContentVersion", json!({"VersionData": HELLO})).await;
    assert_eq!(error(nameless), "400 REQUIRED_FIELD_MISSING Required fields are missing: [PathOnClient]");
    let broken = caller.post("/sobjects/ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "%%"})).await;
    assert!(error(broken).starts_with("400 "));
    assert_eq!(caller.query("SELECT COUNT() FROM ContentDocument").await.1["totalSize"], 0);
}

#[tokio::test]
async fn forms_bring_files_as_they_are() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    let content = vec![0_u8, 159, 146, 150, 13, 10, 45, 45];
    let fields = json!({"ParentId": account, "Name": "raw.bin", "ContentType": "image/x-raw"});
    let fields = fields.to_string();
    let form: Form<'_> = &[("entity_attachment", JSON, fields.as_bytes()), ("Body", "image/x-raw", &content)];
    let (status, body) = sent(&caller, "/sobjects/Attachment", form).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let path = format!("/sobjects/Attachment/{}", body["id"].as_str().unwrap());
    assert_eq!(caller.get(&format!("{path}?fields=BodyLength")).await.1["BodyLength"], 8);
    assert_eq!(bytes(&caller, &format!("{path}/body")).await, (StatusCode::OK, "image/x-raw".to_owned(), content));

    let record = |name: &str, part: &str| json!({"attributes": {"type": "ContentVersion", "binaryPartName": part, "binaryPartNameAlias": "VersionData"}, "PathOnClient": name});
    let collection = json!({"allOrNone": false, "records": [record("a.txt", "one"), record("b.txt", "two")]});
    let collection = collection.to_string();
    let form: Form<'_> = &[
        ("collection", JSON, collection.as_bytes()),
        ("one", "text/plain", b"first"),
        ("two", "text/plain", b"second!"),
    ];
    let (status, body) = sent(&caller, "/composite/sobjects", form).await;
    assert_eq!(
        (status, &body[0]["success"], &body[1]["success"]),
        (StatusCode::OK, &json!(true), &json!(true)),
        "{body}"
    );
    let sizes = caller.column("ContentSize", "SELECT ContentSize FROM ContentVersion ORDER BY PathOnClient").await;
    assert_eq!(sizes, [json!(5), json!(7)]);
}

#[tokio::test]
async fn forms_that_cannot_be_read_are_refused() {
    let caller = Caller::new().await;
    let no_json: Form<'_> = &[("Body", "text/plain", b"x")];
    assert!(error(sent(&caller, "/sobjects/Attachment", no_json).await).starts_with("400 INVALID_MULTIPART_REQUEST"));
    let records = json!({"records": [{"attributes": {"type": "Attachment", "binaryPartName": "x", "binaryPartNameAlias": "Body"}}]});
    let records = records.to_string();
    let no_part: Form<'_> = &[("collection", JSON, records.as_bytes())];
    assert!(error(sent(&caller, "/composite/sobjects", no_part).await).starts_with("400 INVALID_MULTIPART_REQUEST"));
    let url = format!("{}/services/data/v66.0/sobjects/Attachment", caller.org.url());
    let request =
        caller.client.post(url).bearer_auth(&caller.token).header("content-type", FORM).body("--x\r\nnothing");
    assert!(error(answer(request.send().await.unwrap()).await).starts_with("400 INVALID_MULTIPART_REQUEST"));
}

#[tokio::test]
async fn files_are_not_parts_of_composite_answers() {
    let caller = Caller::new().await;
    let id = caller.create("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": HELLO})).await;
    let url = format!("/services/data/v66.0/sobjects/ContentVersion/{id}/VersionData");
    let body = json!({"compositeRequest": [{"method": "GET", "url": url, "referenceId": "a"}]});
    let (_, body) = caller.post("/composite", body).await;
    assert_eq!(body["compositeResponse"][0]["httpStatusCode"], 400);
}
