//! Who asks, and how answers to them are shaped. Refuses to know what is asked.

use std::cell::OnceCell;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rusqlite::OptionalExtension;

use crate::answers::Fault;
use crate::org::Work;
use crate::soql_execution::cursors::Cursor;

/// A user's call, as far as queries care.
pub(crate) struct Asking<'call, 'job> {
    pub(crate) work: &'call Work<'job>,
    pub(crate) user_id: &'call str,
    /// As in paths: `v66.0`.
    pub(crate) version: &'call str,
    /// Whether the recycle bin is searched too.
    pub(crate) include_deleted: bool,
    /// The most records of one page.
    pub(crate) page_size: usize,
    /// The resource that further pages are asked of, below the version: `query`.
    pub(crate) resource: &'static str,
    zone: OnceCell<Tz>,
    fiscal_start: OnceCell<u32>,
}

impl<'call, 'job> Asking<'call, 'job> {
    pub(crate) fn new(work: &'call Work<'job>, user_id: &'call str, version: &'call str) -> Self {
        let (zone, fiscal_start) = (OnceCell::new(), OnceCell::new());
        let page_size = super::LARGEST_PAGE;
        Self { work, user_id, version, include_deleted: false, page_size, resource: "query", zone, fiscal_start }
    }

    /// The same call as the one that a cursor goes on with.
    pub(crate) fn continued(&self, cursor: &Cursor) -> Self {
        let mut asking = Self::new(self.work, self.user_id, self.version);
        asking.resource = self.resource;
        asking.include_deleted = cursor.include_deleted;
        asking.page_size = cursor.page_size;
        asking
    }

    /// The number of the API's version.
    pub(crate) fn version_number(&self) -> u32 {
        let number = self.version.trim_start_matches('v').split('.').next();
        number.and_then(|number| number.parse().ok()).unwrap_or(u32::MAX)
    }

    /// The user's time zone.
    pub(crate) fn zone(&self) -> Result<Tz, Fault> {
        if let Some(zone) = self.zone.get() {
            return Ok(*zone);
        }
        let name: Option<String> = self
            .work
            .sql
            .prepare_cached("SELECT \"TimeZoneSidKey\" FROM \"record_User\" WHERE \"Id\" = ?1")?
            .query_row([self.user_id], |row| row.get(0))
            .optional()?
            .flatten();
        let zone = name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
        Ok(*self.zone.get_or_init(|| zone))
    }

    /// The user's day.
    pub(crate) fn today(&self) -> Result<NaiveDate, Fault> {
        Ok(self.work.now.with_timezone(&self.zone()?).date_naive())
    }

    /// The first month of the fiscal year, 1 to 12.
    pub(crate) fn fiscal_start(&self) -> Result<u32, Fault> {
        if let Some(month) = self.fiscal_start.get() {
            return Ok(*month);
        }
        let organization = self.work.schema.object("Organization");
        let month: Option<u32> = match organization.and_then(|object| object.field("FiscalYearStartMonth")) {
            Some(_) => self
                .work
                .sql
                .prepare_cached("SELECT \"FiscalYearStartMonth\" FROM \"record_Organization\" LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()?
                .flatten(),
            None => None,
        };
        let month = month.filter(|month| (1..=12).contains(month)).unwrap_or(1);
        Ok(*self.fiscal_start.get_or_init(|| month))
    }
}
