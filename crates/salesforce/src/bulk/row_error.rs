//! `sf__Error`: why a row of a job was refused.

use crate::ApiFault;

/// Reads `CODE:message:fields --`, as in `REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --`.
///
/// The message may hold colons; fields are parted by blanks or commas, and often there are none. Of several errors in a row the first one counts.
pub fn row_fault(text: &str) -> ApiFault {
    let text = text.trim();
    let first = text.find(" --").or_else(|| text.ends_with("--").then(|| text.len() - 2)).unwrap_or(text.len());
    let one = &text[..first];
    let Some((code, rest)) = one.split_once(':').filter(|(code, _)| is_code(code)) else {
        return ApiFault { code: "UNKNOWN_EXCEPTION".to_owned(), message: text.to_owned(), fields: vec![] };
    };
    let (message, fields) = match rest.rsplit_once(':') {
        Some((message, fields)) if fields.split(PARTS).all(is_field_or_nothing) => (message, fields),
        _ => (rest, ""),
    };
    let fields = fields.split(PARTS).filter(|field| !field.is_empty()).map(str::to_owned).collect();
    ApiFault { code: code.to_owned(), message: message.trim().to_owned(), fields }
}

const PARTS: [char; 2] = [' ', ','];

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_field_or_nothing(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, code: &str, message: &str, fields: &[&str]) {
        let fault = row_fault(text);
        assert_eq!((fault.code.as_str(), fault.message.as_str()), (code, message), "{text}");
        assert_eq!(fault.fields, fields, "{text}");
    }

    #[test]
    fn the_three_parts_are_told_apart() {
        check(
            "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [LastName]",
            &["LastName"],
        );
        check(
            "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 001AA:--",
            "UNABLE_TO_LOCK_ROW",
            "unable to obtain exclusive access to this record or 1 records: 001AA",
            &[],
        );
        check(
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            &[],
        );
        check(
            "INVALID_FIELD:Foreign key external ID: X not found for field Ext__c in entity Account:--",
            "INVALID_FIELD",
            "Foreign key external ID: X not found for field Ext__c in entity Account",
            &[],
        );
        check("STRING_TOO_LONG:too long:First__c Last__c --", "STRING_TOO_LONG", "too long", &["First__c", "Last__c"]);
        check("DUPLICATE_VALUE:twice:A__c --STRING_TOO_LONG:too long:B__c --", "DUPLICATE_VALUE", "twice", &["A__c"]);
        check("all is lost", "UNKNOWN_EXCEPTION", "all is lost", &[]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([A-Z_]{0,9}:)?\\PC{0,40}(:[A-Za-z ]*)?( ?--)?") {
            row_fault(&text);
        }

        #[test]
        fn what_is_written_is_read(code in "[A-Z][A-Z_]{0,20}", message in "[a-zA-Z0-9 :.\\[\\]]{0,40}[a-z.]", fields in prop::collection::vec("[A-Z][A-Za-z_]{0,10}", 0..4)) {
            let tail: String = fields.iter().map(|field| format!("{field} ")).collect();
            let fault = row_fault(&format!("{code}:{message}:{tail}--"));
            prop_assert_eq!((fault.code, fault.message, fault.fields), (code, message.trim().to_owned(), fields));
        }
    }
}
