//! The documents that tell clients where things are and what is understood. Refuses to know any app or user.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use crate::answers::{Fault, ok};
use crate::org::Org;

const SCOPES: &[&str] = &[
    "cdp_ingest_api",
    "custom_permissions",
    "cdp_segment_api",
    "content",
    "cdp_api",
    "chatbot_api",
    "cdp_identityresolution_api",
    "interaction_api",
    "wave_api",
    "web",
    "cdp_calculated_insight_api",
    "einstein_gpt_api",
    "offline_access",
    "id",
    "api",
    "eclair_api",
    "email",
    "pardot_api",
    "lightning",
    "visualforce",
    "cdp_query_api",
    "sfap_api",
    "address",
    "openid",
    "profile",
    "scrt_api",
    "cdp_profile_api",
    "refresh_token",
    "phone",
    "user_registration_api",
    "pwdless_login_api",
    "chatter_api",
    "mcp_api",
    "full",
];
/// The claims of id tokens and of the user info endpoint.
const CLAIMS: &[&str] = &[
    "active",
    "address",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "language",
    "locale",
    "name",
    "nickname",
    "organization_id",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "user_id",
];

/// OpenID Connect Discovery, section 3. What is announced is what this org does: dynamic registration and DPoP, which
/// Salesforce lists too, are left out.
pub(crate) async fn openid(State(org): State<Org>) -> Response {
    let issuer = org.sign_in_url();
    ok(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/services/oauth2/authorize"),
        "token_endpoint": format!("{issuer}/services/oauth2/token"),
        "revocation_endpoint": format!("{issuer}/services/oauth2/revoke"),
        "userinfo_endpoint": format!("{issuer}/services/oauth2/userinfo"),
        "introspection_endpoint": format!("{issuer}/services/oauth2/introspect"),
        "jwks_uri": format!("{issuer}/id/keys"),
        "end_session_endpoint": format!("{issuer}/services/auth/idp/oidc/logout"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code", "token", "token id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "display_values_supported": ["page", "popup", "touch"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "claims_supported": CLAIMS,
    }))
}

/// The login settings that Salesforce's mobile apps read (the keys are unconfirmed).
pub(crate) async fn auth(State(org): State<Org>) -> Result<Response, Fault> {
    let org_id = org.read(|work| work.org_id()).await?;
    Ok(ok(&json!({
        "OrgId": org_id,
        "Url": org.sign_in_url(),
        "LoginPage": {"LoginPageType": "Standard", "UsePasswordAuth": true},
        "SamlProviders": [],
        "AuthProviders": [],
        "MobileSDK": {"UseAndroidNativeBrowserForAuthentication": false, "UseiOSNativeBrowserForAuthentication": false},
    })))
}
