//! How refusals look on the wire. All of these shapes occur: a list, a single object, OAuth's pair, and no JSON at all.

use serde::Deserialize;

use super::ApiFault;

/// One refusal. Plain answers say `errorCode`; results inside collections say `statusCode`; the identity and token services say `error`.
#[derive(Deserialize)]
pub(crate) struct Fault {
    #[serde(alias = "statusCode", alias = "error", alias = "exceptionCode", rename = "errorCode")]
    code: String,
    #[serde(default, alias = "error_description", alias = "exceptionMessage")]
    message: Option<String>,
    #[serde(default)]
    fields: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Many(Vec<Fault>),
    /// Status 300 of an upsert: the records that match. Before a single fault, which could be read from a list as well.
    Addresses(Vec<String>),
    One(Fault),
}

impl From<Fault> for ApiFault {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code, message: fault.message.unwrap_or_default(), fields: fault.fields.unwrap_or_default() }
    }
}

/// The refusals in the body of an answer with an error status; empty when it is HTML, plain text or nothing.
pub(crate) fn faults_in(body: &[u8]) -> Vec<ApiFault> {
    match serde_json::from_slice(body) {
        Ok(Body::Many(faults)) => faults.into_iter().map(ApiFault::from).collect(),
        Ok(Body::One(fault)) => vec![fault.into()],
        Ok(Body::Addresses(addresses)) if !addresses.is_empty() => vec![ApiFault {
            code: "DUPLICATE_EXTERNAL_ID".to_owned(),
            message: format!("several records match: {}", addresses.join(", ")),
            fields: vec![],
        }],
        Ok(Body::Addresses(_)) => vec![],
        Err(_) => plain_text_fault(body).into_iter().collect(),
    }
}

/// The identity service refuses with one bare word such as `Bad_OAuth_Token`.
fn plain_text_fault(body: &[u8]) -> Option<ApiFault> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let is_word =
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_word && !is_json).then(|| ApiFault { code: text.to_owned(), message: String::new(), fields: vec![] })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(body: &str) -> Vec<String> {
        faults_in(body.as_bytes()).into_iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn every_shape_of_refusal_is_read() {
        let list = r#"[{"message":"Required fields are missing: [LastName]","errorCode":"REQUIRED_FIELD_MISSING","fields":["LastName"]},
            {"errorCode":"X","message":"y"}]"#;
        assert_eq!(codes(list), ["REQUIRED_FIELD_MISSING", "X"]);
        assert_eq!(faults_in(list.as_bytes())[0].fields, ["LastName"]);
        assert_eq!(codes(r#"{"errorCode":"NOT_FOUND","message":"m"}"#), ["NOT_FOUND"]);
        assert_eq!(codes(r#"[{"statusCode":"MALFORMED_ID","message":"m","fields":["Id"]}]"#), ["MALFORMED_ID"]);
        assert_eq!(codes(r#"{"error":"invalid_grant","error_description":"ip restricted"}"#), ["invalid_grant"]);
        assert_eq!(codes(r#"{"exceptionCode":"InvalidJob","exceptionMessage":"m"}"#), ["InvalidJob"]);
        assert_eq!(codes(r#"["/services/data/v66.0/sobjects/Lead/00Q1"]"#), ["DUPLICATE_EXTERNAL_ID"]);
        assert_eq!(codes("Bad_OAuth_Token"), ["Bad_OAuth_Token"]);
        for nothing in ["", "<html>maintenance</html>", "[]", "{}", "null", "Service is down for maintenance"] {
            assert_eq!(codes(nothing), [] as [&str; 0], "{nothing}");
        }
    }

    #[test]
    fn duplicates_are_read_under_both_spellings_of_their_member() {
        for member in ["duplicateResult", "duplicateResut"] {
            let body = format!(
                r#"[{{"{member}":{{"allowSave":true}},"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}}]"#
            );
            assert_eq!(codes(&body), ["DUPLICATES_DETECTED"]);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            faults_in(&bytes);
        }
    }
}
