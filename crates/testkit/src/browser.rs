//! A person at a browser who signs in to an org and allows an app: keeps cookies, fills in forms, and stops where the app would take over.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use url::Url;

/// A browser that follows redirects inside one org only.
pub struct Browser {
    client: Client,
    base: String,
    cookies: BTreeMap<String, String>,
}

/// Where the browser has come to.
#[derive(Debug)]
pub enum Shown {
    /// A page of the org.
    Page {
        /// Its path.
        path: String,
        /// What it holds.
        html: String,
    },
    /// The callback of an app.
    Away(Url),
}

#[expect(clippy::expect_used, clippy::panic, reason = "a test whose browser gets stuck must stop")]
impl Browser {
    /// A browser at the org with this address.
    ///
    /// # Panics
    /// When no client can be made.
    #[expect(clippy::disallowed_methods, reason = "a browser is a client of its own")]
    pub fn at(base: &str) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().expect("a client");
        Self { client, base: base.trim_end_matches('/').to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a link to the page of consent, signs in and allows the app; where the browser is sent then.
    ///
    /// # Panics
    /// When the org shows something else.
    pub async fn consent(&mut self, link: &Url, username: &str, password: &str) -> Url {
        let path = format!("{}?{}", link.path(), link.query().unwrap_or_default());
        let mut shown = self.open(&path).await;
        for _ in 0..3 {
            let fields: &[(&str, &str)] = match &shown {
                Shown::Away(url) => return url.clone(),
                Shown::Page { html, .. } if html.contains("type=password") => {
                    &[("username", username), ("password", password)]
                }
                Shown::Page { html, .. } if html.contains("value=allow") => &[("decision", "allow")],
                Shown::Page { html, .. } => panic!("nothing to fill in: {html}"),
            };
            shown = self.submit(&shown, fields).await;
        }
        match shown {
            Shown::Away(url) => url,
            Shown::Page { html, .. } => panic!("still here: {html}"),
        }
    }

    /// Types a device's code, signs in and allows it.
    ///
    /// # Panics
    /// When the org shows something else.
    pub async fn connect_device(&mut self, user_code: &str, username: &str, password: &str) {
        let mut shown = self.open(&format!("/setup/connect?user_code={user_code}")).await;
        for _ in 0..4 {
            let Shown::Page { html, .. } = &shown else { panic!("left the org: {shown:?}") };
            let fields: &[(&str, &str)] = match html {
                html if html.contains("The device is connected") => return,
                html if html.contains("type=password") => &[("username", username), ("password", password)],
                html if html.contains("value=allow") => &[("decision", "allow")],
                _ => &[("user_code", user_code)],
            };
            shown = self.submit(&shown, fields).await;
        }
        assert!(matches!(&shown, Shown::Page { html, .. } if html.contains("The device is connected")), "{shown:?}");
    }

    /// Opens a path of the org.
    ///
    /// # Panics
    /// When the org does not answer.
    pub async fn open(&mut self, path: &str) -> Shown {
        let request = self.client.get(format!("{}{path}", self.base)).header(COOKIE, self.cookie_header());
        let response = request.send().await.expect("an answer");
        self.follow(path.to_owned(), response).await
    }

    /// Sends the form of a page with these fields set, its hidden ones kept.
    ///
    /// # Panics
    /// When it is no page, or the org does not answer.
    pub async fn submit(&mut self, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let Shown::Page { path, html } = page else { panic!("no page: {page:?}") };
        let mut all = hidden(html);
        all.retain(|(name, _)| !fields.iter().any(|(set, _)| set == name));
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let form = html.split_once("<form ").map(|(_, form)| form).unwrap_or_default();
        let action = attribute(form, "action").unwrap_or_else(|| path.clone());
        let request = self.client.post(format!("{}{action}", self.base)).header(COOKIE, self.cookie_header());
        let response = request.form(&all).send().await.expect("an answer");
        self.follow(action, response).await
    }

    async fn follow(&mut self, mut path: String, mut response: Response) -> Shown {
        loop {
            for cookie in response.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            let place = response.headers().get(LOCATION).and_then(|place| place.to_str().ok()).map(str::to_owned);
            let Some(place) = place else {
                return Shown::Page { path, html: response.text().await.expect("a page") };
            };
            if !place.starts_with('/') {
                return Shown::Away(place.parse().expect("an address"));
            }
            let request = self.client.get(format!("{}{place}", self.base)).header(COOKIE, self.cookie_header());
            path = place.split('?').next().unwrap_or_default().to_owned();
            response = request.send().await.expect("an answer");
        }
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

fn hidden(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input ").skip(1).filter(|input| input.starts_with("type=hidden"));
    inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?))).collect()
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
