//! How SOAP answers: an envelope with a result, or a fault with status 500. Refuses to decide.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;

/// The two dialects of the API, by the letter in their paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Partner,
    Enterprise,
}

/// A refusal of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SoapFault {
    /// The code with its prefix: `sf:` for the API's own, `soapenv:` for messages that are none.
    pub(crate) code: String,
    pub(crate) text: String,
    /// The name of the detail's element; no detail without it.
    pub(crate) kind: Option<&'static str>,
}

impl Dialect {
    pub(crate) fn of_path(letter: &str) -> Option<Self> {
        match letter {
            "u" => Some(Self::Partner),
            "c" => Some(Self::Enterprise),
            _ => None,
        }
    }

    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Partner => 'u',
            Self::Enterprise => 'c',
        }
    }

    pub(crate) const fn namespace(self) -> &'static str {
        match self {
            Self::Partner => "urn:partner.soap.sforce.com",
            Self::Enterprise => "urn:enterprise.soap.sforce.com",
        }
    }

    const fn fault_namespace(self) -> &'static str {
        match self {
            Self::Partner => "urn:fault.partner.soap.sforce.com",
            Self::Enterprise => "urn:fault.enterprise.soap.sforce.com",
        }
    }

    /// An answer with this body. Its elements have no prefix: there are clients that look for bare names.
    pub(crate) fn answer(self, body: &str) -> Response {
        let space = self.namespace();
        xml(StatusCode::OK, &format!("xmlns=\"{space}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""), body)
    }

    /// A fault. The prefix `sf` is part of what clients look for.
    pub(crate) fn fault(self, fault: &SoapFault) -> Response {
        let detail = fault.kind.map_or_else(String::new, |kind| {
            let (code, text) = (escape(fault.bare_code()), escape(&fault.text));
            format!(
                "<detail><sf:{kind} xsi:type=\"sf:{kind}\"><sf:exceptionCode>{code}</sf:exceptionCode>\
                 <sf:exceptionMessage>{text}</sf:exceptionMessage></sf:{kind}></detail>"
            )
        });
        let told = match fault.kind {
            Some(_) => format!("{}: {}", fault.bare_code(), fault.text),
            None => fault.text.clone(),
        };
        let body = format!(
            "<soapenv:Fault><faultcode>{}</faultcode><faultstring>{}</faultstring>{detail}</soapenv:Fault>",
            escape(&fault.code),
            escape(&told)
        );
        let spaces =
            format!("xmlns:sf=\"{}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"", self.fault_namespace());
        xml(StatusCode::INTERNAL_SERVER_ERROR, &spaces, &body)
    }
}

impl SoapFault {
    /// A login refused.
    pub(crate) fn login(code: &str, text: &str) -> Self {
        Self { code: format!("sf:{code}"), text: text.to_owned(), kind: Some("LoginFault") }
    }

    /// Any other call refused.
    pub(crate) fn call(code: &str, text: &str) -> Self {
        Self { code: format!("sf:{code}"), text: text.to_owned(), kind: Some("UnexpectedErrorFault") }
    }

    /// A message that is no call.
    pub(crate) fn client(text: String) -> Self {
        Self { code: "soapenv:Client".to_owned(), text, kind: None }
    }

    fn bare_code(&self) -> &str {
        self.code.split_once(':').map_or(&self.code, |(_, code)| code)
    }
}

/// An element with text.
pub(crate) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// An element that says that there is nothing.
pub(crate) fn nothing(name: &str) -> String {
    format!("<{name} xsi:nil=\"true\"/>")
}

fn xml(status: StatusCode, namespaces: &str, body: &str) -> Response {
    let kind = HeaderValue::from_static("text/xml;charset=UTF-8");
    let kept = HeaderValue::from_static("no-cache, no-store");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" {namespaces}><soapenv:Body>{body}</soapenv:Body>\
         </soapenv:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], text).into_response()
}
