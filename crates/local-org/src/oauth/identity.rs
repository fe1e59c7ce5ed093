//! Who a token stands for, as the identity URL and the user info endpoint tell it. Refuses to issue anything.

use quick_xml::escape::escape;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use crate::answers::Fault;
use crate::clock;
use crate::org::Work;

/// What both documents are made of.
struct Person {
    id: String,
    username: String,
    name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    is_active: bool,
    modified: String,
}

/// The document behind `/id/ORG/USER`, with a version in its URLs where one is asked for.
pub(crate) fn identity(work: &Work<'_>, user_id: &str, version: Option<&str>) -> Result<Value, Fault> {
    let person = person(work, user_id)?;
    let org_id = work.org_id()?;
    let id = format!("{}/id/{org_id}/{}", work.org.sign_in_url(), person.id);
    Ok(json!({
        "id": id, "asserted_user": true, "user_id": person.id, "organization_id": org_id,
        "username": person.username, "nick_name": person.username, "display_name": person.name,
        "email": person.email, "email_verified": true, "first_name": person.first_name, "last_name": person.last_name,
        "timezone": "GMT", "photos": photos(work), "addr_street": null, "addr_city": null, "addr_state": null,
        "addr_country": null, "addr_zip": null, "mobile_phone": null, "mobile_phone_verified": false,
        "is_lightning_login_user": false, "status": {"created_date": null, "body": null},
        "urls": urls(work, &org_id, &person.id, version), "active": person.is_active, "user_type": "STANDARD",
        "language": "en_US", "locale": "en_US", "utcOffset": 0, "last_modified_date": person.modified,
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
        "user_id": person.id, "organization_id": org_id, "preferred_username": person.username,
        "nickname": person.username, "name": person.name, "email": person.email, "email_verified": true,
        "given_name": person.first_name, "family_name": person.last_name, "zoneinfo": "GMT", "photos": photos(work),
        "profile": format!("{base}/{}", person.id), "picture": format!("{base}/profilephoto/005/F"), "address": {},
        "urls": urls(work, &org_id, &person.id, None), "active": person.is_active, "user_type": "STANDARD",
        "language": "en_US", "locale": "en_US", "utcOffset": 0, "updated_at": person.modified,
        "is_app_installed": true,
    }))
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
    let statement = "SELECT \"Id\", \"Username\", \"Name\", \"FirstName\", \"LastName\", \"Email\", \"IsActive\",
                     \"LastModifiedDate\" FROM \"record_User\" WHERE \"Id\" = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Person {
            id: row.get(0)?,
            username: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            name: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            first_name: row.get(3)?,
            last_name: row.get(4)?,
            email: row.get(5)?,
            is_active: row.get(6)?,
            modified: row.get::<_, Option<String>>(7)?.unwrap_or_else(|| clock::stamp(work.now)),
        })
    };
    let found = work.sql.prepare_cached(statement)?.query_row([user_id], read).optional()?;
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
