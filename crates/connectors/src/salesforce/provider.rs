//! Salesforce orgs, and every way of signing in to one, as data.

use crate::providers::{Field, FieldKind, Method, Provider, SignInBy};

/// Name of the provider.
pub const SALESFORCE: &str = "salesforce";

/// Method: with a consumer key and secret alone (R1).
pub const CLIENT_CREDENTIALS: &str = "client_credentials";
/// Method: a person signs in at a browser.
pub const AUTHORIZATION_CODE: &str = "authorization_code";
/// Method: a person signs in at another device.
pub const DEVICE: &str = "device";
/// Method: with a refresh token that a person pasted (R18).
pub const REFRESH_TOKEN_METHOD: &str = "refresh_token";
/// Method: with the tokens that another program got (R19).
pub const TOKENS: &str = "tokens";
/// Method: with assertions signed by a key of ours.
pub const JWT_BEARER: &str = "jwt_bearer";

/// Setting: where it signs in (R37).
pub const DOMAIN_URL: &str = "domain_url";
/// Setting: where the API is, as a token answer said; of [`TOKENS`].
pub const INSTANCE_URL: &str = "instance_url";
/// Setting: consumer key of the app.
pub const CONSUMER_KEY: &str = "consumer_key";
/// Setting: what is asked for when a person signs in (R12).
pub const SCOPES: &str = "scopes";
/// Setting: whom [`JWT_BEARER`] signs in as.
pub const USERNAME: &str = "username";
/// Setting: the certificate of the private key.
pub const CERTIFICATE: &str = "certificate";
/// Secret: consumer secret of the app.
pub const CONSUMER_SECRET: &str = "consumer_secret";
/// Secret: refresh token, of a person who signed in or pasted it.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// Secret: access token.
pub const ACCESS_TOKEN: &str = "access_token";
/// Secret: private key of [`JWT_BEARER`].
pub const PRIVATE_KEY: &str = "private_key";

/// The sign-in page that all production orgs share.
pub const LOGIN: &str = "https://login.salesforce.com";

/// What is asked for when nothing else is said (R12).
pub const USUAL_SCOPES: &str = "api refresh_token web";

/// A text that has to be given.
const TEXT: Field = Field {
    name: "",
    caption: "",
    help: "",
    secret: false,
    required: true,
    default: None,
    kind: FieldKind::Text,
    from_service: false,
    made_here: false,
};

const KEY: Field = Field {
    name: CONSUMER_KEY,
    caption: "Consumer key",
    help: "copy it from the app's settings in Salesforce Setup: OAuth Settings, Consumer Key and Secret",
    from_service: true,
    ..TEXT
};

const SECRET: Field = Field {
    name: CONSUMER_SECRET,
    caption: "Consumer secret",
    help: "copy it from the app's settings in Salesforce Setup: OAuth Settings, Consumer Key and Secret",
    secret: true,
    from_service: true,
    ..TEXT
};

const SECRET_IF_ANY: Field = Field {
    help: "copy it from the app's settings in Salesforce Setup, unless the app requires none",
    required: false,
    ..SECRET
};

const OWN_DOMAIN: Field = Field {
    name: DOMAIN_URL,
    caption: "Domain URL",
    help: "the org's own address: in Salesforce Setup, search for My Domain, and copy Current My Domain URL",
    kind: FieldKind::Url,
    from_service: true,
    ..TEXT
};

const SIGN_IN_HOST: Field = Field {
    help: "where people sign in: https://login.salesforce.com, https://test.salesforce.com for sandboxes, or the org's own My Domain address",
    default: Some(LOGIN),
    ..OWN_DOMAIN
};

const ASKED_FOR: Field = Field {
    name: SCOPES,
    caption: "Scopes",
    help: "what Salesforce is asked to allow, with spaces between; the app must have each of them",
    required: false,
    default: Some(USUAL_SCOPES),
    kind: FieldKind::Scopes,
    from_service: true,
    ..TEXT
};

const REFRESH: Field = Field {
    name: REFRESH_TOKEN,
    caption: "Refresh token",
    help: "the refresh_token of a token answer of this app",
    secret: true,
    ..TEXT
};

/// Salesforce orgs.
pub static PROVIDER: Provider = Provider {
    name: SALESFORCE,
    caption: "Salesforce",
    help: "A Salesforce org: production, sandbox, scratch or developer edition with API access.",
    methods: &[
        Method {
            name: CLIENT_CREDENTIALS,
            caption: "Client credentials",
            help: "A consumer key and secret alone, acting as one user that the app names. No person and no browser has a part in it.",
            guide: "docs/connecting-salesforce.md#client-credentials",
            sign_in: SignInBy::None,
            fields: &[OWN_DOMAIN, KEY, SECRET],
        },
        Method {
            name: AUTHORIZATION_CODE,
            caption: "Sign in with Salesforce",
            help: "A person signs in at Salesforce's page in a browser and allows the app; Salesbridge acts as that person from then on.",
            guide: "docs/connecting-salesforce.md#sign-in-with-salesforce",
            sign_in: SignInBy::Person,
            fields: &[SIGN_IN_HOST, KEY, SECRET_IF_ANY, ASKED_FOR],
        },
        Method {
            name: DEVICE,
            caption: "Sign in on another device",
            help: "A person types a short code at Salesforce's page, on any device; for machines that no browser can reach.",
            guide: "docs/connecting-salesforce.md#sign-in-on-another-device",
            sign_in: SignInBy::Person,
            fields: &[SIGN_IN_HOST, KEY, SECRET_IF_ANY, ASKED_FOR],
        },
        Method {
            name: REFRESH_TOKEN_METHOD,
            caption: "Refresh token",
            help: "A refresh token that was got elsewhere, with the key and secret of its app.",
            guide: "docs/connecting-salesforce.md#refresh-token",
            sign_in: SignInBy::None,
            fields: &[SIGN_IN_HOST, KEY, SECRET_IF_ANY, REFRESH],
        },
        Method {
            name: TOKENS,
            caption: "Access and refresh token",
            help: "Both tokens of a token answer with its instance_url, and the key and secret of their app.",
            guide: "docs/connecting-salesforce.md#access-and-refresh-token",
            sign_in: SignInBy::None,
            fields: &[
                Field {
                    name: ACCESS_TOKEN,
                    caption: "Access token",
                    help: "the access_token of the token answer",
                    secret: true,
                    ..TEXT
                },
                REFRESH,
                Field {
                    name: INSTANCE_URL,
                    caption: "Instance URL",
                    help: "the instance_url of the token answer, such as https://acme.my.salesforce.com",
                    kind: FieldKind::Url,
                    ..TEXT
                },
                KEY,
                SECRET,
            ],
        },
        Method {
            name: JWT_BEARER,
            caption: "JWT bearer",
            help: "Assertions signed by a key of this connection, whose certificate the app has; an administrator approves the user beforehand. No secret is shared with Salesforce.",
            guide: "docs/connecting-salesforce.md#jwt-bearer",
            sign_in: SignInBy::None,
            fields: &[
                SIGN_IN_HOST,
                KEY,
                Field {
                    name: USERNAME,
                    caption: "User name",
                    help: "the user name in Salesforce of whom to act as, which is not the e-mail address",
                    ..TEXT
                },
                Field {
                    name: PRIVATE_KEY,
                    caption: "Private key",
                    help: "an RSA key of 2048 bits or more, PKCS #8 in PEM; made here when it is left out",
                    secret: true,
                    required: false,
                    kind: FieldKind::Multiline,
                    made_here: true,
                    ..TEXT
                },
                Field {
                    name: CERTIFICATE,
                    caption: "Certificate",
                    help: "of the private key, in PEM, to be uploaded to the app; made here with the key",
                    required: false,
                    kind: FieldKind::Multiline,
                    made_here: true,
                    ..TEXT
                },
            ],
        },
    ],
};
