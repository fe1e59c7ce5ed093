//! Files: what a version says about its bytes, the document every version belongs to, and where a file is seen first.

use md5::{Digest, Md5};
use rusqlite::params;
use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::org::Work;
use crate::rows::{self, Input, Saving};
use crate::rules::write_other;

/// Endings of file names and the types they stand for; others are `UNKNOWN`.
const FILE_TYPES: [(&str, &str); 18] = [
    ("csv", "CSV"),
    ("doc", "WORD"),
    ("docx", "WORD_X"),
    ("gif", "GIF"),
    ("html", "HTML"),
    ("jpeg", "JPG"),
    ("jpg", "JPG"),
    ("json", "JSON"),
    ("mp4", "MP4"),
    ("pdf", "PDF"),
    ("png", "PNG"),
    ("ppt", "POWER_POINT"),
    ("pptx", "POWER_POINT_X"),
    ("txt", "TEXT"),
    ("xls", "EXCEL"),
    ("xlsx", "EXCEL_X"),
    ("xml", "XML"),
    ("zip", "ZIP"),
];

/// The length of what an attachment or a document holds.
pub(super) fn measure(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if let Cell::Blob(body) = saving.cell("Body") {
        let length = length(body);
        saving.set("BodyLength", length);
    }
    Ok(())
}

/// What follows from the bytes and the name of a version.
pub(super) fn complete_version(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if let Cell::Blob(data) = saving.cell("VersionData") {
        let (length, checksum) = (length(data), hex(&Md5::digest(data)));
        saving.set("ContentSize", length);
        saving.set("Checksum", Cell::Text(checksum));
    }
    if !saving.is_new() {
        return Ok(());
    }
    let path = saving.text("PathOnClient").unwrap_or_default().to_owned();
    if path.is_empty() && saving.text("ContentUrl").is_none() {
        let text = "Required fields are missing: [PathOnClient]";
        saving.errors.push(RowError::on("REQUIRED_FIELD_MISSING", text, &["PathOnClient"]));
        return Ok(());
    }
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    if saving.text("Title").is_none() {
        saving.set("Title", Cell::Text(stem.to_owned()));
    }
    if !ending.is_empty() {
        saving.set("FileExtension", Cell::Text(ending.to_owned()));
    }
    let known = FILE_TYPES.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known));
    saving.set("FileType", Cell::Text(known.map_or("UNKNOWN", |(_, kind)| kind).to_owned()));
    let number = match saving.text("ContentDocumentId") {
        Some(document) => versions_of(saving.work, document)? + 1,
        None => 1,
    };
    saving.set("VersionNumber", Cell::Text(number.to_string()));
    saving.set("IsLatest", Cell::Integer(1));
    saving.set("ContentModifiedDate", Cell::Text(saving.work.stamp().to_owned()));
    saving.set("ContentModifiedById", Cell::Text(saving.user_id.to_owned()));
    Ok(())
}

/// A new version stands for its document from now on; the first one brings the document along.
pub(super) fn after_save_version(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    if !saving.is_new() {
        return Ok(());
    }
    match saving.text("ContentDocumentId") {
        Some(document) => {
            let sql = "UPDATE \"record_ContentVersion\" SET \"IsLatest\" = 0 WHERE \"ContentDocumentId\" = ?1 AND \"Id\" <> ?2";
            saving.work.sql.prepare_cached(sql)?.execute(params![document, id])?;
            let Some(object) = saving.work.schema.object("ContentDocument") else { return Ok(()) };
            drop(rows::update(saving.work, object, document, document_values(saving, id), saving.user_id)?);
            Ok(())
        }
        None => first_version(saving, id),
    }
}

fn first_version(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    let Some(object) = saving.work.schema.object("ContentDocument") else { return Ok(()) };
    let Ok(document) = rows::create(saving.work, object, document_values(saving, id), saving.user_id)? else {
        tracing::warn!("the document of a new file was refused");
        return Ok(());
    };
    let sql = "UPDATE \"record_ContentVersion\" SET \"ContentDocumentId\" = ?1 WHERE \"Id\" = ?2";
    saving.work.sql.prepare_cached(sql)?.execute(params![document, id])?;
    let owner = saving.text("OwnerId").unwrap_or(saving.user_id).to_owned();
    link(saving, &document, &owner, "I")?;
    match saving.text("FirstPublishLocationId").filter(|place| *place != owner) {
        Some(place) => link(saving, &document, place, "V"),
        None => Ok(()),
    }
}

fn link(saving: &Saving<'_, '_>, document: &str, place: &str, share: &str) -> rusqlite::Result<()> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let values = [
        ("ContentDocumentId", text(document)),
        ("LinkedEntityId", text(place)),
        ("ShareType", text(share)),
        ("Visibility", text("AllUsers")),
    ];
    write_other(saving.work, "ContentDocumentLink", &values, saving.user_id)
}

/// What a document repeats of its newest version.
fn document_values<'save>(saving: &'save Saving<'_, '_>, version: &str) -> Input<'save> {
    let repeated = ["Title", "Description", "ContentSize", "FileType", "FileExtension", "ContentModifiedDate"];
    let mut input = Input::default();
    let Some(object) = saving.work.schema.object("ContentDocument") else { return input };
    input.values.extend(repeated.iter().filter_map(|name| Some((object.field(name)?, saving.cell(name).clone()))));
    input.values.extend(object.field("LatestPublishedVersionId").map(|field| (field, Cell::Text(version.to_owned()))));
    input
}

fn versions_of(work: &Work<'_>, document: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM \"record_ContentVersion\" WHERE \"ContentDocumentId\" = ?1";
    work.sql.prepare_cached(sql)?.query_row([document], |row| row.get(0))
}

fn length(bytes: &[u8]) -> Cell {
    Cell::Integer(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
