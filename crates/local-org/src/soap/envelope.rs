//! A SOAP message taken apart by namespace, whatever prefixes its writer likes. No document types and no entities of its
//! own. Refuses to know what a call means.

use std::collections::HashMap;

use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::name::ResolveResult;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The deepest message read.
const DEEPEST: usize = 64;

/// What a message asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// The local name of the call.
    pub(crate) call: String,
    /// The namespace of the call.
    pub(crate) namespace: String,
    /// The texts of the call's own elements.
    pub(crate) fields: HashMap<String, String>,
    /// The texts of elements in headers, as `SessionHeader/sessionId`.
    pub(crate) headers: HashMap<String, String>,
}

/// Why a message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) String);

/// An element that is open: its namespace and its local name.
type Open = (String, String);

pub(crate) fn read(body: &[u8]) -> Result<Message, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| broken("the message is not UTF-8"))?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut message, mut open, mut heard) = (Message::default(), Vec::<Open>::new(), String::new());
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|error| broken(&error.to_string()))?;
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => String::from_utf8_lossy(namespace.as_ref()).into_owned(),
            _ => String::new(),
        };
        match event {
            Event::Start(start) => {
                open.push((namespace, local(start.local_name().as_ref())));
                heard.clear();
                message.opened(&open)?;
            }
            Event::Empty(start) => {
                open.push((namespace, local(start.local_name().as_ref())));
                message.opened(&open)?;
                message.closed(&open, "");
                open.pop();
            }
            Event::Text(piece) => heard.push_str(&piece.xml10_content().map_err(|error| broken(&error.to_string()))?),
            Event::CData(piece) => heard.push_str(&piece.decode().map_err(|error| broken(&error.to_string()))?),
            Event::GeneralRef(reference) => heard.push_str(&resolved(&reference)?),
            Event::End(_) => {
                message.closed(&open, &heard);
                open.pop();
                heard.clear();
            }
            Event::DocType(_) => return Err(broken("document types are not allowed")),
            Event::Eof if open.is_empty() && !message.call.is_empty() => return Ok(message),
            Event::Eof => return Err(broken("the message ends before its call")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
}

impl Message {
    /// Checks the frame, and finds the call: the first element of the body.
    fn opened(&mut self, open: &[Open]) -> Result<(), Unreadable> {
        let is_soap = |at: usize, name: &str| open[at] == (SOAP.to_owned(), name.to_owned());
        match open.len() {
            1 if !is_soap(0, "Envelope") => Err(broken("the message is not a SOAP envelope")),
            3 if is_soap(1, "Body") && self.call.is_empty() => {
                self.namespace.clone_from(&open[2].0);
                self.call.clone_from(&open[2].1);
                Ok(())
            }
            depth if depth > DEEPEST => Err(broken("the message is nested too deeply")),
            _ => Ok(()),
        }
    }

    fn closed(&mut self, open: &[Open], text: &str) {
        let [_, part, outer, (_, name)] = open else { return };
        if part.1 == "Body" && outer.1 == self.call {
            self.fields.insert(name.clone(), text.to_owned());
        } else if part.1 == "Header" {
            self.headers.insert(format!("{}/{name}", outer.1), text.trim().to_owned());
        }
    }
}

/// What a reference stands for: one of the five names that XML has, or a number.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|error| broken(&error.to_string()))?;
    let known = resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(|| broken(&format!("the entity {name} is not defined")))
}

fn local(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn broken(text: &str) -> Unreadable {
    Unreadable(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        read(text.as_bytes()).unwrap()
    }

    /// The forms of jsforce and of simple-salesforce, with what a password may hold.
    #[test]
    fn prefixes_do_not_matter() {
        let jsforce = message(
            "<se:Envelope xmlns:se='http://schemas.xmlsoap.org/soap/envelope/'><se:Header/><se:Body>
             <login xmlns='urn:partner.soap.sforce.com'><username>a@b.c</username><password>p&lt;&#38;&quot;<![CDATA[<x>]]> </password>
             </login></se:Body></se:Envelope>",
        );
        let simple = message(
            "<?xml version='1.0' encoding='utf-8' ?><env:Envelope xmlns:xsd='http://www.w3.org/2001/XMLSchema'
             xmlns:env='http://schemas.xmlsoap.org/soap/envelope/' xmlns:urn='urn:partner.soap.sforce.com'>
             <env:Header><urn:CallOptions><urn:client>c</urn:client></urn:CallOptions>
             <urn:LoginScopeHeader><urn:organizationId>00D</urn:organizationId></urn:LoginScopeHeader></env:Header>
             <env:Body><n1:login xmlns:n1='urn:partner.soap.sforce.com'><n1:username>a@b.c</n1:username>
             <n1:password>p</n1:password></n1:login></env:Body></env:Envelope>",
        );
        for read in [&jsforce, &simple] {
            assert_eq!((read.call.as_str(), read.namespace.as_str()), ("login", "urn:partner.soap.sforce.com"));
            assert_eq!(read.fields["username"], "a@b.c");
        }
        assert_eq!(jsforce.fields["password"], "p<&\"<x> ");
        assert_eq!(simple.headers["LoginScopeHeader/organizationId"], "00D");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let envelope = |inside: &str| format!("<e:Envelope xmlns:e='{SOAP}'>{inside}</e:Envelope>");
        for text in [
            String::new(),
            "no xml".to_owned(),
            "<login/>".to_owned(),
            envelope(""),
            envelope("<e:Body/>"),
            envelope("<e:Body><login></e:Body>"),
            envelope("<e:Body><login>&evil;</login></e:Body>"),
            format!("<!DOCTYPE x [<!ENTITY evil 'x'>]>{}", envelope("<e:Body><login/></e:Body>")),
            envelope(&format!("<e:Body>{}", "<a>".repeat(100))),
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(&[0xff, 0xfe]).is_err());
    }
}
