//! Converting leads: into an account, a contact and, if wanted, an opportunity; the lead stays as it is from then on.
//! Refuses to know how it was asked for.

use chrono::{Datelike, Days, Months, NaiveDate};
use rusqlite::params;
use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::org::Work;
use crate::rows::{self, Found, Input, Record};
use crate::rules::automatic::CONVERTED;
use crate::rules::look_up::{self, cell, flag};
use crate::schema::Object;

/// What becomes of a lead, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conversion {
    pub(crate) lead: String,
    /// One of the statuses that mean converted.
    pub(crate) status: String,
    /// Records to add to instead of new ones.
    pub(crate) account: Option<String>,
    pub(crate) contact: Option<String>,
    pub(crate) without_opportunity: bool,
    pub(crate) opportunity_name: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) overwrite_lead_source: bool,
}

/// The records a lead became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Converted {
    pub(crate) lead: String,
    pub(crate) account: String,
    pub(crate) contact: String,
    pub(crate) opportunity: Option<String>,
}

type Outcome<T> = rusqlite::Result<Result<T, Vec<RowError>>>;

/// Fields of accounts and of contacts, and the fields of the lead they take.
const OF_ACCOUNT: [(&str, &str); 16] = [
    ("Name", "Company"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Website", "Website"),
    ("Industry", "Industry"),
    ("Rating", "Rating"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("AccountSource", "LeadSource"),
    ("BillingStreet", "Street"),
    ("BillingCity", "City"),
    ("BillingState", "State"),
    ("BillingPostalCode", "PostalCode"),
    ("BillingCountry", "Country"),
    ("Description", "Description"),
    ("OwnerId", "OwnerId"),
];
const OF_CONTACT: [(&str, &str); 17] = [
    ("FirstName", "FirstName"),
    ("LastName", "LastName"),
    ("Salutation", "Salutation"),
    ("Title", "Title"),
    ("Email", "Email"),
    ("Phone", "Phone"),
    ("MobilePhone", "MobilePhone"),
    ("Fax", "Fax"),
    ("LeadSource", "LeadSource"),
    ("MailingStreet", "Street"),
    ("MailingCity", "City"),
    ("MailingState", "State"),
    ("MailingPostalCode", "PostalCode"),
    ("MailingCountry", "Country"),
    ("Description", "Description"),
    ("IndividualId", "IndividualId"),
    ("OwnerId", "OwnerId"),
];

/// Converts a lead. Whatever is refused leaves a trace only if the caller keeps it: run it as an attempt.
pub(crate) fn convert(work: &Work<'_>, asked: &Conversion, user_id: &str) -> Outcome<Converted> {
    let Some(object) = work.schema.object("Lead") else { return Ok(Err(Vec::new())) };
    let lead = match rows::by_id(work, object, &asked.lead)? {
        Found::One(id) => id,
        Found::Deleted => return refused("ENTITY_IS_DELETED", "entity is deleted"),
        _ => return refused("INVALID_ID_FIELD", &format!("invalid lead id: {}", asked.lead)),
    };
    let Some(record) = Record::load(work, object, &lead)? else { return refused("INVALID_ID_FIELD", "no lead") };
    if flag(record.named(object, "IsConverted")) {
        return refused("CANNOT_UPDATE_CONVERTED_LEAD", CONVERTED);
    }
    let status = look_up::first(work, "LeadStatus", "MasterLabel", &asked.status, ["IsConverted", "MasterLabel"])?;
    let Some([_, status]) = status.filter(|[is_converted, _]| flag(is_converted)) else {
        return refused("INVALID_STATUS", &format!("invalid convertedStatus: {}", asked.status));
    };
    let source = Source { work, lead: object, record: &record, asked, user_id };
    let account = match source.account()? {
        Ok(account) => account,
        Err(errors) => return Ok(Err(errors)),
    };
    let contact = match source.contact(&account)? {
        Ok(contact) => contact,
        Err(errors) => return Ok(Err(errors)),
    };
    let opportunity = if asked.without_opportunity { None } else { Some(source.opportunity(&account, &contact)?) };
    let opportunity = match opportunity.transpose() {
        Ok(opportunity) => opportunity,
        Err(errors) => return Ok(Err(errors)),
    };
    let converted = Converted { lead, account, contact, opportunity };
    source.settle(&converted, status)?;
    Ok(Ok(converted))
}

struct Source<'all, 'job> {
    work: &'all Work<'job>,
    lead: &'all Object,
    record: &'all Record,
    asked: &'all Conversion,
    user_id: &'all str,
}

impl Source<'_, '_> {
    fn account(&self) -> Outcome<String> {
        let values = self.taken(&OF_ACCOUNT);
        self.made("Account", self.asked.account.as_deref(), values, &[])
    }

    fn contact(&self, account: &str) -> Outcome<String> {
        let mut values = self.taken(&OF_CONTACT);
        values.push(("AccountId", cell(Some(account))));
        let overwritten: &[&str] = if self.asked.overwrite_lead_source { &["LeadSource"] } else { &[] };
        self.made("Contact", self.asked.contact.as_deref(), values, overwritten)
    }

    /// Named after the company and closing at the end of the quarter, in the first stage.
    fn opportunity(&self, account: &str, contact: &str) -> Outcome<String> {
        let company = self.record.text(self.lead, "Company").unwrap_or_default();
        let name = self.asked.opportunity_name.clone().unwrap_or_else(|| format!("{company}-"));
        let stages = look_up::first(self.work, "OpportunityStage", "SortOrder", "1", ["MasterLabel"])?;
        let stage = stages.map_or(Cell::Null, |[label]| label);
        let closes = end_of_quarter(self.work.now.date_naive());
        let mut values = self.taken(&[("LeadSource", "LeadSource"), ("OwnerId", "OwnerId")]);
        values.extend([
            ("Name", Cell::Text(name)),
            ("AccountId", cell(Some(account))),
            ("ContactId", cell(Some(contact))),
            ("StageName", stage),
            ("CloseDate", Cell::Text(closes.to_string())),
        ]);
        self.made("Opportunity", None, values, &[])
    }

    /// The values a new record takes from the lead. A queue's lead goes to whoever converts it.
    fn taken(&self, fields: &[(&'static str, &str)]) -> Vec<(&'static str, Cell)> {
        let owner = self.asked.owner.clone().map(Cell::Text);
        let value = |name: &str| match self.record.named(self.lead, name) {
            Cell::Text(id) if name == "OwnerId" && id.starts_with("00G") => Cell::Text(self.user_id.to_owned()),
            other => other.clone(),
        };
        let taken = |(to, from): &(&'static str, &str)| match &owner {
            Some(owner) if *to == "OwnerId" => (*to, owner.clone()),
            _ => (*to, value(from)),
        };
        fields.iter().map(taken).filter(|(_, cell)| *cell != Cell::Null).collect()
    }

    /// A new record; or an old one whose empty fields are filled, and those named overwritten.
    fn made(
        &self,
        object: &str,
        existing: Option<&str>,
        values: Vec<(&'static str, Cell)>,
        overwritten: &[&str],
    ) -> Outcome<String> {
        let Some(object) = self.work.schema.object(object) else { return Ok(Err(Vec::new())) };
        let stored = match existing {
            None => None,
            Some(id) => match rows::by_id(self.work, object, id)? {
                Found::One(id) => Record::load(self.work, object, &id)?.map(|record| (id, record)),
                _ => {
                    let text = format!("{} ID: id value of incorrect type: {id}", object.label);
                    return refused("INVALID_CROSS_REFERENCE_KEY", &text);
                }
            },
        };
        let is_open = |name: &str| match &stored {
            Some((_, record)) => *record.named(object, name) == Cell::Null || overwritten.contains(&name),
            None => true,
        };
        let field =
            |(name, cell): (&str, Cell)| object.field(name).filter(|_| is_open(name)).map(|field| (field, cell));
        let input = Input { values: values.into_iter().filter_map(field).collect(), ..Input::default() };
        match &stored {
            Some((id, _)) => rows::update(self.work, object, id, input, self.user_id),
            None => rows::create(self.work, object, input, self.user_id),
        }
    }

    /// Marks the lead, and moves its activities and memberships along.
    fn settle(&self, converted: &Converted, status: Cell) -> rusqlite::Result<()> {
        let (sql, stamp) = (self.work.sql, self.work.stamp());
        sql.prepare_cached(
            "UPDATE \"record_Lead\" SET \"IsConverted\" = 1, \"Status\" = ?2, \"ConvertedDate\" = ?3,
               \"ConvertedAccountId\" = ?4, \"ConvertedContactId\" = ?5, \"ConvertedOpportunityId\" = ?6,
               \"LastModifiedDate\" = ?7, \"SystemModstamp\" = ?7, \"LastModifiedById\" = ?8, \"IsUnreadByOwner\" = 0
             WHERE \"Id\" = ?1",
        )?
        .execute(params![
            converted.lead,
            status,
            self.work.now.date_naive().to_string(),
            converted.account,
            converted.contact,
            converted.opportunity,
            stamp,
            self.user_id
        ])?;
        for object in ["Task", "Event"] {
            let statement = format!(
                "UPDATE \"record_{object}\" SET \"WhoId\" = ?2, \"AccountId\" = coalesce(\"AccountId\", ?3),
                 \"SystemModstamp\" = ?4 WHERE \"WhoId\" = ?1"
            );
            sql.prepare_cached(&statement)?.execute(params![
                converted.lead,
                converted.contact,
                converted.account,
                stamp
            ])?;
        }
        sql.prepare_cached(
            "UPDATE \"record_CampaignMember\" SET \"ContactId\" = ?2, \"SystemModstamp\" = ?3 WHERE \"LeadId\" = ?1",
        )?
        .execute(params![converted.lead, converted.contact, stamp])
        .map(drop)
    }
}

fn refused<T>(code: &'static str, text: &str) -> Outcome<T> {
    Ok(Err(vec![RowError::on(code, text, &[])]))
}

fn end_of_quarter(day: NaiveDate) -> NaiveDate {
    let first_month = day.month0() / 3 * 3 + 1;
    let start = NaiveDate::from_ymd_opt(day.year(), first_month, 1).unwrap_or(day);
    start.checked_add_months(Months::new(3)).and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(day)
}
