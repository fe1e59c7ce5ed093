//! The cookie by which the browser is known that opened a link.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use salesbridge_model::Secret;

/// Seconds that a browser keeps it: as long as a sign-in may take.
const MAX_AGE: u32 = 15 * 60;

/// The cookie by which the browser is known that opened a link. Salesforce sends the browser back with a plain link, which is why it is
/// `SameSite=Lax`: with `Strict` it would not come along.
#[derive(Clone, Copy)]
pub(super) struct Cookie {
    /// Browsers reach us by https.
    https: bool,
}

impl Cookie {
    pub(super) fn new(https: bool) -> Self {
        Self { https }
    }

    /// Its name. The prefix has browsers refuse one that another host, or a page without TLS, has set.
    fn name(self) -> &'static str {
        if self.https { "__Host-salesbridge-sign-in" } else { "salesbridge-sign-in" }
    }

    /// As a browser is given it.
    pub(super) fn given(self, value: &Secret<String>) -> String {
        self.written(value.expose(), MAX_AGE)
    }

    /// As it is taken back.
    pub(super) fn taken_back(self) -> String {
        self.written("", 0)
    }

    fn written(self, value: &str, max_age: u32) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", self.name())
    }

    /// What a browser sends along.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<Secret<String>> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.name()).map(|(_, value)| Secret::new(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_tls_no_other_host_can_set_it() {
        let given = Cookie::new(true).given(&Secret::new("abc".to_owned()));
        assert_eq!(given, "__Host-salesbridge-sign-in=abc; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "x=1; salesbridge-sign-in=plain; __Host-salesbridge-sign-in=abc".parse().unwrap());
        assert_eq!(Cookie::new(true).read(&headers).unwrap().expose(), "abc");
        assert_eq!(Cookie::new(false).read(&headers).unwrap().expose(), "plain");
        assert!(Cookie::new(true).read(&HeaderMap::new()).is_none());
    }
}
