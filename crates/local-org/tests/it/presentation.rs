//! How answers are written: compact, indented, as XML, compressed; and how bodies may come.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, answer, error};

async fn sent(
    caller: &Caller,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: impl Into<reqwest::Body>,
) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = caller.client.request(method, format!("{}{path}", caller.org.url())).bearer_auth(&caller.token);
    for (name, value) in headers {
        request = request.header(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let response = request.body(body).send().await.unwrap();
    (response.status(), response.headers().clone(), response.bytes().await.unwrap().to_vec())
}

async fn text(caller: &Caller, path: &str, headers: &[(&'static str, &str)]) -> (StatusCode, String, String) {
    let (status, answered, body) = sent(caller, Method::GET, path, headers, "").await;
    let kind = answered["content-type"].to_str().unwrap().to_owned();
    (status, kind, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn answers_are_indented_on_request() {
    let caller = Caller::new().await;
    let path = "/services/data/v66.0/composite";
    let compact = text(&caller, path, &[]).await.2;
    let indented = text(&caller, path, &[("x-prettyprint", "1")]).await.2;
    assert!(!compact.contains('\n') && indented.starts_with("{\n  \"tree\""), "{indented}");
    assert_eq!(serde_json::from_str::<Value>(&compact).unwrap(), serde_json::from_str::<Value>(&indented).unwrap());
}

#[tokio::test]
async fn answers_are_xml_on_request() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "A & B"})).await;
    let xml = [("accept", "application/xml")];
    let (_, kind, record) =
        text(&caller, &format!("/services/data/v66.0/sobjects/Account/{id}?fields=Name"), &xml).await;
    assert_eq!(kind, "application/xml;charset=UTF-8");
    assert!(record.contains("<Name>A &amp; B</Name>") && record.ends_with("</Account>"), "{record}");
    let (_, _, rows) = text(&caller, "/services/data/v66.0/query?q=SELECT+Id+FROM+Account", &xml).await;
    assert!(
        rows.contains("<QueryResult><totalSize>1</totalSize>") && rows.contains(&format!("<Id>{id}</Id>")),
        "{rows}"
    );
    let (status, _, refused) = text(&caller, "/services/data/v66.0/nothing", &xml).await;
    let expected = "<Errors><Error><message>The requested resource does not exist</message><errorCode>NOT_FOUND</errorCode></Error></Errors>";
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(refused.ends_with(expected), "{refused}");
    let (_, kind, _) = text(&caller, "/services/data/v66.0/limits", &[("accept", "text/nonsense")]).await;
    assert_eq!(kind, "application/json;charset=UTF-8");
}

/// A path could end with its format until v57.0.
#[tokio::test]
async fn paths_name_their_format_up_to_version_57() {
    let caller = Caller::new().await;
    let (status, kind, _) = text(&caller, "/services/data/v57.0/limits.xml", &[]).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/xml;charset=UTF-8"));
    let (status, kind, _) =
        text(&caller, "/services/data/v31.0/limits.json?x=1", &[("accept", "application/xml")]).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json;charset=UTF-8"));
    assert_eq!(text(&caller, "/services/data/v58.0/limits.json", &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_take_it() {
    let caller = Caller::new().await;
    let path = "/services/data/v66.0/sobjects/Account/describe";
    let plain = sent(&caller, Method::GET, path, &[("accept-encoding", "identity")], "").await;
    let (_, headers, body) = sent(&caller, Method::GET, path, &[("accept-encoding", "deflate")], "").await;
    assert_eq!((headers["content-encoding"].to_str().unwrap(), plain.1.get("content-encoding")), ("deflate", None));
    assert!(body.len() * 5 < plain.2.len());
}

/// A gzip file of one block that is not compressed.
fn gzip(content: &[u8]) -> Vec<u8> {
    let crc = content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    let length = u16::try_from(content.len()).unwrap();
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(content);
    file.extend((!crc).to_le_bytes());
    file.extend(u32::from(length).to_le_bytes());
    file
}

#[tokio::test]
async fn compressed_bodies_are_read_and_broken_ones_refused() {
    let caller = Caller::new().await;
    let path = "/services/data/v66.0/sobjects/Account";
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let (status, _, body) = sent(&caller, Method::POST, path, &headers, gzip(b"{\"Name\": \"Packed\"}")).await;
    assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
    assert_eq!(caller.column("Name", "SELECT Name FROM Account").await, ["Packed"]);
    let (status, _, body) = sent(&caller, Method::POST, path, &headers, "no gzip").await;
    assert_eq!(
        (status, serde_json::from_slice::<Value>(&body).unwrap()[0]["errorCode"].clone()),
        (StatusCode::BAD_REQUEST, json!("JSON_PARSER_ERROR"))
    );
    let unknown = [("content-type", "application/json"), ("content-encoding", "br")];
    let (status, _, body) = sent(&caller, Method::POST, path, &unknown, "{}").await;
    assert_eq!(
        (status, serde_json::from_slice::<Value>(&body).unwrap()[0]["errorCode"].clone()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, json!("UNSUPPORTED_MEDIA_TYPE"))
    );
}

#[tokio::test]
async fn other_kinds_of_bodies_are_refused() {
    let caller = Caller::new().await;
    let path = "/services/data/v66.0/sobjects/Account";
    for kind in ["text/plain", "application/x-www-form-urlencoded", "image/png"] {
        let (status, _, body) = sent(&caller, Method::POST, path, &[("content-type", kind)], "{\"Name\":\"A\"}").await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (status, &body[0]["errorCode"]),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("UNSUPPORTED_MEDIA_TYPE"))
        );
    }
    let (status, ..) =
        sent(&caller, Method::POST, path, &[("content-type", "application/json; charset=utf-8")], "{\"Name\":\"A\"}")
            .await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_its_place() {
    let caller = Caller::new().await;
    let path = "/services/data/v66.0/sobjects/Account";
    let deep = format!("{{\"Name\": {}", "[".repeat(100_000));
    for (body, start, end) in [
        (
            "{\"Name\": \"Acme\", }",
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            "at [line:1, column:18]",
        ),
        (
            "{\n\"Name\" \"Acme\"}",
            "Unexpected character ('\"' (code 34)): was expecting a colon to separate field name and value",
            "at [line:2, column:8]",
        ),
        ("{\"Name\": \"Acme\"", "Unexpected end-of-input", "at [line:1, column:15]"),
        ("[1]", "Cannot deserialize instance", "]"),
        ("nonsense", "", "at [line:1, column:2]"),
        ("", "The HTTP entity body is required, but this request has no entity body.", ""),
        (&deep, "recursion limit exceeded", "]"),
    ] {
        let (status, _, answered) =
            sent(&caller, Method::POST, path, &[("content-type", "application/json")], body.to_owned()).await;
        let text = error((status, serde_json::from_slice(&answered).unwrap()));
        assert!(text.starts_with(&format!("400 JSON_PARSER_ERROR {start}")) && text.ends_with(end), "{text}");
    }
}

/// Whatever the URL holds, the answer is a refusal in the API's shape.
#[tokio::test]
async fn urls_that_make_no_sense_are_refused() {
    let caller = Caller::new().await;
    for path in [
        "/sobjects/Account/%FF%FE",
        "/sobjects/Account/%00",
        "/sobjects/%2e%2e/x",
        "/sobjects/Account/Name/%",
        "/query/%FF",
        "/sobjects/Account/Id/%F0%9F%98%80",
        "/composite/tree",
        "/sobjects/Account/describe/x/y/z",
        "/limits/nothing",
    ] {
        let (status, body) = answer(caller.send(Method::GET, path, None).await).await;
        assert!(status.is_client_error() && body[0]["errorCode"].is_string(), "{path}: {status} {body}");
    }
    let long = caller.send(Method::GET, &format!("/query?q={}", "x".repeat(17_000)), None).await;
    assert_eq!(long.status(), StatusCode::URI_TOO_LONG);
    let large = "y".repeat(16_000);
    let (status, ..) = sent(
        &caller,
        Method::GET,
        "/services/data/v66.0/limits?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &[("x-filler", &large), ("x-more", &large)],
        "",
    )
    .await;
    assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(caller.send(Method::GET, "/services/data/v30.0/limits", None).await.status(), StatusCode::GONE);
    assert_eq!(caller.send(Method::GET, "/services/data/v69.0/limits", None).await.status(), StatusCode::NOT_FOUND);
}
