//! A person at a browser: keeps cookies, fills in forms, and stops where an app would take over.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, redirect};
use salesbridge_local_org::RunningOrg;

pub(crate) const CALLBACK: &str = "http://localhost:1717/OauthRedirect";
pub(crate) const PASSWORD: &str = "local-org-password";

/// A browser that follows redirects inside the org only.
pub(crate) struct Browser {
    client: Client,
    base: String,
    cookies: BTreeMap<String, String>,
}

/// Where the browser has come to.
#[derive(Debug)]
pub(crate) enum Shown {
    Page {
        status: StatusCode,
        path: String,
        html: String,
    },
    /// The callback of an app.
    Away(url::Url),
}

impl Browser {
    #[expect(clippy::disallowed_methods, reason = "the tests are a client of their own")]
    pub(crate) fn at(org: &RunningOrg) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { client, base: org.url().to_owned(), cookies: BTreeMap::new() }
    }

    pub(crate) async fn open(&mut self, path: &str) -> Shown {
        let request = self.client.get(format!("{}{path}", self.base)).header(COOKIE, self.cookie_header());
        let response = request.send().await.unwrap();
        self.follow(path.to_owned(), response).await
    }

    /// `/services/oauth2/authorize` with these parameters.
    pub(crate) async fn authorize(&mut self, parameters: &[(&str, &str)]) -> Shown {
        let query = form(parameters);
        self.open(&format!("/services/oauth2/authorize?{query}")).await
    }

    /// Sends the form of a page with these fields set, its hidden ones kept.
    pub(crate) async fn submit(&mut self, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let Shown::Page { path, html, .. } = page else { panic!("no page: {page:?}") };
        let mut all = hidden(html);
        all.retain(|(name, _)| !fields.iter().any(|(set, _)| set == name));
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action = attribute(html.split_once("<form ").unwrap().1, "action").unwrap_or_else(|| path.clone());
        let request = self.client.post(format!("{}{action}", self.base)).header(COOKIE, self.cookie_header());
        let response = request.form(&all).send().await.unwrap();
        self.follow(action, response).await
    }

    /// Fills in user name and password.
    pub(crate) async fn sign_in(&mut self, page: &Shown, username: &str, password: &str) -> Shown {
        assert!(page.html().contains("type=password"), "{page:?}");
        self.submit(page, &[("username", username), ("password", password)]).await
    }

    pub(crate) async fn allow(&mut self, page: &Shown) -> Shown {
        assert!(page.html().contains("value=allow"), "{page:?}");
        self.submit(page, &[("decision", "allow")]).await
    }

    async fn follow(&mut self, mut path: String, mut response: Response) -> Shown {
        loop {
            for cookie in response.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(place) = response.headers().get(LOCATION) else {
                return Shown::Page { status: response.status(), path, html: response.text().await.unwrap() };
            };
            let place = place.to_str().unwrap().to_owned();
            if !place.starts_with('/') {
                return Shown::Away(place.parse().unwrap());
            }
            let request = self.client.get(format!("{}{place}", self.base)).header(COOKIE, self.cookie_header());
            path = place.split('?').next().unwrap().to_owned();
            response = request.send().await.unwrap();
        }
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

impl Shown {
    pub(crate) fn html(&self) -> &str {
        match self {
            Self::Page { html, .. } => html,
            Self::Away(url) => panic!("left for {url}"),
        }
    }

    /// A parameter that an app finds at its callback, in the query string or in the fragment.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let Self::Away(url) = self else { panic!("still here: {}", self.html()) };
        assert!(url.as_str().starts_with(CALLBACK), "{url}");
        let text = url.fragment().or(url.query()).unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// `error: description` at the callback.
    pub(crate) fn refusal(&self) -> String {
        format!("{}: {}", self.parameter("error").unwrap(), self.parameter("error_description").unwrap())
    }
}

pub(crate) fn form(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

fn hidden(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input ").skip(1).filter(|input| input.starts_with("type=hidden"));
    inputs.map(|input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap())).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (tag, _) = tag.split_once('>')?;
    let (_, rest) = tag.split_once(&format!("{name}="))?;
    let value = match rest.strip_prefix('\'') {
        Some(quoted) => quoted.split('\'').next()?,
        None => rest.split(' ').next()?,
    };
    let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    Some(plain.replace("&amp;", "&"))
}
