//! The cookie in which a browser keeps its session.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use salesbridge_model::{Secret, Timestamp};

/// How the cookie of this door looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionCookie {
    /// Browsers reach us by https.
    pub(crate) https: bool,
}

impl SessionCookie {
    /// Its name. Browsers take one that begins with `__Host-` from the very host alone, over https alone: neither a neighbour nor somebody on
    /// the way can plant one.
    pub(crate) fn name(self) -> &'static str {
        if self.https { "__Host-salesbridge" } else { "salesbridge" }
    }

    /// The token in a request; none when there are two, of which one was planted.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<Secret<String>> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut tokens = pairs.filter(|(name, _)| *name == self.name()).map(|(_, token)| token);
        let token = tokens.next().filter(|token| !token.is_empty())?;
        tokens.next().is_none().then(|| Secret::new(token.to_owned()))
    }

    /// The header that gives it to a browser until the session ends.
    pub(crate) fn set(self, token: &Secret<String>, now: Timestamp, ends: Timestamp) -> Option<HeaderValue> {
        self.header(token.expose(), (ends - now).num_seconds().max(0))
    }

    /// The header that takes it from a browser.
    pub(crate) fn take_back(self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: i64) -> Option<HeaderValue> {
        let (name, secure) = (self.name(), if self.https { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(https: bool, lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        SessionCookie { https }.read(&headers).map(|token| token.expose().clone())
    }

    #[test]
    fn one_token_is_read_and_two_are_none() {
        assert_eq!(read(true, &["a=b; __Host-salesbridge=token; c=d"]).as_deref(), Some("token"));
        assert_eq!(read(true, &["a=b", "__Host-salesbridge=token"]).as_deref(), Some("token"));
        assert_eq!(read(true, &["salesbridge=token"]), None, "one that anybody could have planted");
        assert_eq!(read(true, &["__Host-salesbridge=one; __Host-salesbridge=two"]), None);
        assert_eq!(read(false, &["salesbridge="]), None);
    }

    #[test]
    fn only_a_browser_on_https_is_told_to_keep_it_to_https() {
        let (token, now) = (Secret::new("token".to_owned()), Timestamp::UNIX_EPOCH);
        let set = |https| SessionCookie { https }.set(&token, now, now + std::time::Duration::from_secs(3600)).unwrap();
        let (open, closed) = (set(false), set(true));
        assert_eq!(open.to_str().unwrap(), "salesbridge=token; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
        let expected = "__Host-salesbridge=token; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(closed.to_str().unwrap(), expected);
        assert_eq!(format!("{closed:?}"), "Sensitive");
    }
}
