//! The app registration that a sign-in is made for.

use salesbridge_model::Secret;

use crate::DomainUrl;

/// An app registration at Salesforce: an external client app or a connected app.
#[derive(Clone, Debug)]
pub struct OauthApp {
    /// Where it signs in: the org's own address, or one of the hosts that all orgs share.
    pub host: DomainUrl,
    /// Consumer key (client id).
    pub consumer_key: String,
    /// Consumer secret (client secret), where the app has one that we know.
    pub consumer_secret: Option<Secret<String>>,
}

impl OauthApp {
    /// Salesforce's own page that says that a sign-in has worked: a callback address for whom no browser can come back to.
    pub fn success_page(&self) -> String {
        self.host.at("/services/oauth2/success").into()
    }
}

/// Which of OAuth's flows a token is asked for by. What a refusal means, and what mends it, depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// With key and secret alone (RFC 6749, section 4.4).
    ClientCredentials,
    /// With a refresh token (section 6).
    RefreshToken,
    /// With the code that a person's browser brought back (section 4.1).
    AuthorizationCode,
    /// With an assertion signed by a key of ours (RFC 7523).
    JwtBearer,
    /// With a code that a person types at another device; Salesforce's own names, not those of RFC 8628.
    Device,
}

impl std::fmt::Display for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Flow::ClientCredentials => "client credentials",
            Flow::RefreshToken => "refresh token",
            Flow::AuthorizationCode => "web server",
            Flow::JwtBearer => "JWT bearer",
            Flow::Device => "device",
        })
    }
}
