//! What a person's browser came back with: by our callback, or copied out of its address bar (R25, R26).

use salesbridge_egress::Url;
use salesbridge_model::Secret;

/// What stood in the address.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The code, decoded once.
    pub code: Secret<String>,
    /// The state, when the whole address was given.
    pub state: Option<String>,
}

/// What was given holds no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReturnedProblem {
    /// The org sent the browser back with a refusal.
    #[error("Salesforce sent the browser back without a code: {error}: {description}")]
    Refused {
        /// OAuth's code, such as `access_denied`.
        error: String,
        /// Salesforce's words.
        description: String,
    },
    /// Neither a code nor an address that has one.
    #[error(
        "holds no code; expected is what the browser's address bar shows after you allowed the app: all of it, or what stands between `code=` and the next `&`"
    )]
    NoCode,
}

/// Reads a code, or an address with one: encoded as browsers show it (`aPrx…%3D%3D`) or not (R25).
pub fn read_returned(text: &str) -> Result<Returned, ReturnedProblem> {
    let text = text.trim();
    let query = match Url::parse(text) {
        Ok(url) if url.has_host() => url.query().or(url.fragment()).unwrap_or_default().to_owned(),
        _ => match text.trim_start_matches('?') {
            query if query.starts_with("code=") || query.contains("&code=") || query.starts_with("error=") => {
                query.to_owned()
            }
            code => return only_code(code),
        },
    };
    let pairs = || query.split('&').filter_map(|pair| pair.split_once('='));
    let value = |wanted: &str| pairs().find(|(name, _)| *name == wanted).map(|(_, value)| decoded(value));
    if let Some(error) = value("error") {
        return Err(ReturnedProblem::Refused { error, description: words(value("error_description")) });
    }
    let code = value("code").filter(|code| is_code(code)).ok_or(ReturnedProblem::NoCode)?;
    let state = pairs().find(|(name, _)| *name == "state").map(|(_, state)| decoded(&state.replace('+', " ")));
    Ok(Returned { code: Secret::new(code), state })
}

/// Words, in which Salesforce writes blanks as plus signs.
fn words(text: Option<String>) -> String {
    text.unwrap_or_default().replace('+', " ")
}

fn only_code(text: &str) -> Result<Returned, ReturnedProblem> {
    // What was cut out of an address may have the next parameter at its end.
    let code = decoded(text.split('&').next().unwrap_or_default());
    if is_code(&code) { Ok(Returned { code: Secret::new(code), state: None }) } else { Err(ReturnedProblem::NoCode) }
}

/// Codes are letters, digits and a few signs, and end with `=` when they are decoded; never a percent sign.
fn is_code(code: &str) -> bool {
    (8..=4_000).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-~=+/!".contains(&byte))
}

/// Decodes once. A plus sign stays itself: codes may have it.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r25_a_code_is_read_however_it_was_copied() {
        let table = [
            ("aPrxEncoded.code_1%3D%3D", "aPrxEncoded.code_1==", None),
            ("aPrxDecoded.code_1==", "aPrxDecoded.code_1==", None),
            (" aPrxDecoded.code_1==\n", "aPrxDecoded.code_1==", None),
            ("aPrxDecoded.code_1==&state=x", "aPrxDecoded.code_1==", None),
            ("code=aPrxDecoded.code_1%3D%3D&state=s-1", "aPrxDecoded.code_1==", Some("s-1")),
            ("?state=s-1&code=aPrxDecoded.code_1==", "aPrxDecoded.code_1==", Some("s-1")),
            ("https://us.example/oauth/callback?code=aPrx.c%2Bode%3D%3D&state=a%20b", "aPrx.c+ode==", Some("a b")),
            ("http://localhost:1717/OauthRedirect?code=aPrx.co%3D%3D&state=s", "aPrx.co==", Some("s")),
            ("https://login.salesforce.com/services/oauth2/success?code=aPrx.co%3D%3D", "aPrx.co==", None),
        ];
        for (given, code, state) in table {
            let read = read_returned(given).unwrap_or_else(|problem| panic!("{given}: {problem}"));
            assert_eq!((read.code.expose().as_str(), read.state.as_deref()), (code, state), "{given}");
        }
    }

    #[test]
    fn what_holds_no_code_is_told_from_a_refusal() {
        for given in ["", "code=", "https://us.example/oauth/callback?state=x", "<script>", "a b c d e f g h i", "%3D"]
        {
            assert_eq!(read_returned(given).map(|_| ()), Err(ReturnedProblem::NoCode), "{given}");
        }
        let refused =
            "https://us.example/cb?error=access_denied&error_description=end-user+denied+authorization&state=s";
        let problem = read_returned(refused).map(|_| ()).unwrap_err();
        assert!(problem.to_string().ends_with("access_denied: end-user denied authorization"), "{problem}");
    }
}
