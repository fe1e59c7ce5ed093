//! A person signs in at a browser and allows the app: the link that leads there, and the exchange of the code that comes back (RFC 6749, section 4.1, with
//! proof of who began it: RFC 7636, S256).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use salesbridge_egress::Url;
use salesbridge_model::Secret;
use sha2::{Digest, Sha256};

use super::token_endpoint::Form;
use super::{Flow, Granted, OauthApp, TokenEndpoint};
use crate::SignInError;

/// What a link to the page of consent is made of.
#[derive(Clone, Debug)]
pub struct AuthorizeLink<'a> {
    /// The app to be allowed.
    pub app: &'a OauthApp,
    /// Where the browser is sent afterwards, byte for byte as the app has it.
    pub redirect_uri: &'a str,
    /// What is asked for; all that the app has when empty.
    pub scopes: &'a [String],
    /// Comes back with the code.
    pub state: &'a str,
    /// Proves at the exchange that who has the code also began the sign-in: 43 to 128 characters.
    pub verifier: &'a Secret<String>,
    /// A user name to fill in beforehand.
    pub login_hint: Option<&'a str>,
}

impl AuthorizeLink<'_> {
    /// The address to open in a browser.
    pub fn url(&self) -> Url {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()));
        let mut url = self.app.host.at("/services/oauth2/authorize");
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.app.consumer_key)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("state", self.state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !self.scopes.is_empty() {
            query.append_pair("scope", &self.scopes.join(" "));
        }
        if let Some(hint) = self.login_hint {
            query.append_pair("login_hint", hint);
        }
        drop(query);
        url
    }
}

/// A code that came back, with what belongs to it.
#[derive(Debug)]
pub struct CodeExchange<'a> {
    /// The code, decoded.
    pub code: &'a Secret<String>,
    /// As it was in the link.
    pub redirect_uri: &'a str,
    /// As it was in the link.
    pub verifier: &'a Secret<String>,
}

impl TokenEndpoint {
    /// Exchanges a code for a session and, where the app's scopes allow it, a refresh token. A code is good once.
    pub async fn exchange(&self, exchange: &CodeExchange<'_>) -> Result<Granted, SignInError> {
        let app = self.app();
        let mut form: Form<'_> = vec![
            ("grant_type", "authorization_code"),
            ("code", exchange.code.expose()),
            ("client_id", &app.consumer_key),
            ("redirect_uri", exchange.redirect_uri),
            ("code_verifier", exchange.verifier.expose()),
        ];
        form.extend(app.consumer_secret.as_ref().map(|secret| ("client_secret", secret.expose().as_str())));
        self.ask_once(Flow::AuthorizationCode, &form).await
    }
}
