//! Who a token stands for, as the identity URL and the user info endpoint tell it. Refuses to issue anything.

use chrono::{DateTime, Utc};
use chrono_tz::{OffsetComponents, Tz};
use quick_xml::escape::escape;
use rusqlite::OptionalExtension;
use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;

/// What both documents are made of: the user's record, and where the user lives.
struct Person {
    id: String,
    fields: Map<String, Value>,
    is_active: bool,
    time_zone: Tz,
}

/// The fields of a user that the documents tell.
const FIELDS: [&str; 17] = [
    "Username",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "CommunityNickname",
    "TimeZoneSidKey",
    "LanguageLocaleKey",
    "LocaleSidKey",
    "UserType",
    "Street",
    "City",
    "State",
    "Country",
    "PostalCode",
    "MobilePhone",
    "LastModifiedDate",
];

/// The document behind `/id/ORG/USER`, with a version in its URLs where one is asked for.
pub(crate) fn identity(work: &Work<'_>, user_id: &str, version: Option<&str>) -> Result<Value, Fault> {
    let person = person(work, user_id)?;
    let org_id = work.org_id()?;
    let id = format!("{}/id/{org_id}/{}", work.org.sign_in_url(), person.id);
    Ok(json!({
        "id": id, "asserted_user": true, "user_id": person.id, "organization_id": org_id,
        "username": person.field("Username"), "nick_name": person.nickname(), "display_name": person.field("Name"),
        "email": person.field("Email"), "email_verified": true, "first_name": person.field("FirstName"),
        "last_name": person.field("LastName"), "timezone": person.time_zone.name(), "photos": photos(work),
        "addr_street": person.field("Street"), "addr_city": person.field("City"), "addr_state": person.field("State"),
        "addr_country": person.field("Country"), "addr_zip": person.field("PostalCode"),
        "mobile_phone": person.field("MobilePhone"), "mobile_phone_verified": false,
        "is_lightning_login_user": false, "status": {"created_date": null, "body": null},
        "urls": urls(work, &org_id, &person.id, version), "active": person.is_active, "user_type": person.user_type(),
        "language": person.or("LanguageLocaleKey", "en_US"), "locale": person.or("LocaleSidKey", "en_US"),
        "utcOffset": person.utc_offset(work.now), "last_modified_date": person.field("LastModifiedDate"),
        "is_app_installed": true,
    }))
}

/// The document behind `/services/oauth2/userinfo` (OpenID Connect Core, section 5.3).
pub(crate) fn user_info(work: &Work<'_>, user_id: &str) -> Result<Value, Fault> {
    let person = person(work, user_id)?;
    let org_id = work.org_id()?;
    let base = work.org.instance_url();
    Ok(json!({
        "sub": format!("{}/id/{org_id}/{}", work.org.sign_in_url(), person.id),
        "user_id": person.id, "organization_id": org_id, "preferred_username": person.field("Username"),
        "nickname": person.nickname(), "name": person.field("Name"), "email": person.field("Email"),
        "email_verified": true, "given_name": person.field("FirstName"), "family_name": person.field("LastName"),
        "zoneinfo": person.time_zone.name(), "photos": photos(work), "profile": format!("{base}/{}", person.id),
        "picture": format!("{base}/profilephoto/005/F"), "address": person.address(),
        "urls": urls(work, &org_id, &person.id, None), "active": person.is_active, "user_type": person.user_type(),
        "language": person.or("LanguageLocaleKey", "en_US"), "locale": person.or("LocaleSidKey", "en_US"),
        "utcOffset": person.utc_offset(work.now), "updated_at": person.field("LastModifiedDate"),
        "is_app_installed": true,
    }))
}

impl Person {
    fn field(&self, name: &str) -> Value {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    fn or(&self, name: &str, otherwise: &str) -> Value {
        self.fields.get(name).filter(|value| !value.is_null()).cloned().unwrap_or_else(|| otherwise.into())
    }

    fn nickname(&self) -> Value {
        let username = self.field("Username");
        self.or("CommunityNickname", username.as_str().unwrap_or_default())
    }

    fn user_type(&self) -> String {
        self.or("UserType", "Standard").as_str().unwrap_or_default().to_uppercase()
    }

    /// Milliseconds ahead of UTC, summer time left out.
    fn utc_offset(&self, now: DateTime<Utc>) -> i64 {
        now.with_timezone(&self.time_zone).offset().base_utc_offset().num_milliseconds()
    }

    /// The parts there are, under OpenID's names.
    fn address(&self) -> Value {
        let names = [
            ("street_address", "Street"),
            ("locality", "City"),
            ("region", "State"),
            ("country", "Country"),
            ("postal_code", "PostalCode"),
        ];
        let parts = names.iter().map(|(name, field)| ((*name).to_owned(), self.field(field)));
        parts.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
    }
}

/// The same as XML, every value an element and nothing an empty one.
pub(crate) fn as_xml(document: &Value) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned();
    element(&mut xml, "user", document);
    xml
}

fn element(xml: &mut String, name: &str, value: &Value) {
    xml.push_str(&format!("<{name}>"));
    match value {
        Value::Object(parts) => parts.iter().for_each(|(name, value)| element(xml, name, value)),
        Value::Null => {}
        Value::String(text) => xml.push_str(&escape(text)),
        other => xml.push_str(&escape(other.to_string())),
    }
    xml.push_str(&format!("</{name}>"));
}

fn person(work: &Work<'_>, user_id: &str) -> Result<Person, Fault> {
    let columns: String = FIELDS.iter().map(|field| format!("\"{field}\", ")).collect();
    let statement = format!("SELECT {columns}\"Id\", \"IsActive\" FROM \"record_User\" WHERE \"Id\" = ?1");
    let read = |row: &rusqlite::Row<'_>| {
        let mut fields = Map::new();
        for (at, field) in FIELDS.iter().enumerate() {
            fields.insert((*field).to_owned(), row.get::<_, Option<String>>(at)?.into());
        }
        let zone = fields.get("TimeZoneSidKey").and_then(Value::as_str).and_then(|zone| zone.parse().ok());
        let (id, is_active) = (row.get(FIELDS.len())?, row.get(FIELDS.len() + 1)?);
        Ok(Person { id, fields, is_active, time_zone: zone.unwrap_or(Tz::GMT) })
    };
    let found = work.sql.prepare_cached(&statement)?.query_row([user_id], read).optional()?;
    found.ok_or_else(Fault::no_resource)
}

fn photos(work: &Work<'_>) -> Value {
    let base = work.org.instance_url();
    json!({"picture": format!("{base}/profilephoto/005/F"), "thumbnail": format!("{base}/profilephoto/005/T")})
}

/// Where the APIs are; without a version, `{version}` stays for the client to fill in.
fn urls(work: &Work<'_>, org_id: &str, user_id: &str, version: Option<&str>) -> Value {
    let base = work.org.instance_url();
    let version = version.unwrap_or("{version}");
    let rest = format!("{base}/services/data/v{version}");
    json!({
        "enterprise": format!("{base}/services/Soap/c/{version}/{org_id}"),
        "metadata": format!("{base}/services/Soap/m/{version}/{org_id}"),
        "partner": format!("{base}/services/Soap/u/{version}/{org_id}"),
        "rest": format!("{rest}/"), "sobjects": format!("{rest}/sobjects/"), "search": format!("{rest}/search/"),
        "query": format!("{rest}/query/"), "recent": format!("{rest}/recent/"),
        "tooling_soap": format!("{base}/services/Soap/T/{version}/{org_id}"),
        "tooling_rest": format!("{rest}/tooling/"), "profile": format!("{base}/{user_id}"),
        "feeds": format!("{rest}/chatter/feeds"), "groups": format!("{rest}/chatter/groups"),
        "users": format!("{rest}/chatter/users"), "feed_items": format!("{rest}/chatter/feed-items"),
        "feed_elements": format!("{rest}/chatter/feed-elements"), "custom_domain": base,
    })
}
