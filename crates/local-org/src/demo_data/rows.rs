//! One made-up record of each kind, parents before children.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::demo_data::values::*;

/// The kinds of records, in the order they are made, each with its number for ten accounts.
const KINDS: [(&str, u64); 6] =
    [("Account", 10), ("Contact", 20), ("Lead", 12), ("Opportunity", 12), ("Case", 8), ("Task", 18)];

/// Records being made: what there is already, and which is next.
pub(super) struct Making {
    seed: u64,
    accounts: u64,
    kind: usize,
    number: u64,
    made_accounts: Vec<(String, String)>,
    made_contacts: Vec<(String, usize)>,
    /// The account's name or place that belongs to the row at hand.
    at_hand: (String, usize),
}

impl Making {
    pub(super) fn new(seed: u64, accounts: u64) -> Self {
        let (made_accounts, made_contacts) = (Vec::new(), Vec::new());
        Self { seed, accounts, kind: 0, number: 0, made_accounts, made_contacts, at_hand: (String::new(), 0) }
    }

    /// The next record; nothing when all are made.
    pub(super) fn next_row(&mut self, now: DateTime<Utc>) -> Option<(&'static str, Map<String, Value>)> {
        let &(object, per_ten) = KINDS.get(self.kind)?;
        if self.number == self.accounts * per_ten / 10 {
            (self.kind, self.number) = (self.kind + 1, 0);
            return self.next_row(now);
        }
        let mut dice = Dice::new(self.seed, self.kind as u64, self.number);
        let today = now.date_naive();
        let row = match object {
            "Account" => self.account(&mut dice),
            "Contact" => self.contact(&mut dice),
            "Lead" => self.lead(&mut dice),
            "Opportunity" => self.opportunity(&mut dice, today),
            "Case" => self.case(&mut dice),
            _ => self.task(&mut dice, today),
        };
        self.number += 1;
        match row {
            Value::Object(row) => Some((object, row)),
            _ => None,
        }
    }

    /// The record has been written under this id.
    pub(super) fn is_made(&mut self, object: &str, id: String) {
        match object {
            "Account" => self.made_accounts.push((id, std::mem::take(&mut self.at_hand.0))),
            "Contact" => self.made_contacts.push((id, self.at_hand.1)),
            _ => {}
        }
    }

    fn account(&mut self, dice: &mut Dice) -> Value {
        let stem = format!("{} {}", dice.one(COMPANY_FIRSTS), dice.one(COMPANY_SECONDS));
        // The words give a thousand names; after those a number tells two apart.
        let words = COMPANY_FIRSTS.len() * COMPANY_SECONDS.len();
        let round = usize::try_from(self.number).unwrap_or_default() / words;
        let name = if round == 0 { stem } else { format!("{stem} {}", round + 1) };
        let name = format!("{name}{}", dice.one(COMPANY_FORMS));
        let (city, postal_code, country) = dice.one(CITIES);
        self.at_hand.0.clone_from(&name);
        json!({
            "Name": name,
            "AccountNumber": format!("AC-{:06}", self.number + 1),
            "Type": dice.one(ACCOUNT_TYPES),
            "Industry": dice.one(INDUSTRIES),
            "Rating": dice.one(RATINGS),
            "AnnualRevenue": (1 + dice.below(2_000)) * 50_000,
            "NumberOfEmployees": 3 + dice.below(5_000),
            "Phone": dice.phone(),
            "Website": format!("https://{}.example.com", plain(&name)),
            "BillingStreet": dice.street(),
            "BillingCity": city,
            "BillingPostalCode": postal_code,
            "BillingCountry": country,
        })
    }

    fn contact(&mut self, dice: &mut Dice) -> Value {
        let at = dice.below(self.made_accounts.len());
        self.at_hand.1 = at;
        let (account_id, company) = self.account_at(at);
        let (first, last) = (dice.one(FIRST_NAMES), dice.one(LAST_NAMES));
        json!({
            "FirstName": first,
            "LastName": last,
            "AccountId": account_id,
            "Email": self.email(first, last, company),
            "Phone": dice.phone(),
            "MobilePhone": if dice.percent(60) { Value::from(dice.phone()) } else { Value::Null },
            "Title": dice.one(TITLES),
            "LeadSource": dice.one(LEAD_SOURCES),
        })
    }

    fn lead(&self, dice: &mut Dice) -> Value {
        let (first, last) = (dice.one(FIRST_NAMES), dice.one(LAST_NAMES));
        let company = format!("{} {}", dice.one(COMPANY_FIRSTS), dice.one(COMPANY_SECONDS));
        json!({
            "FirstName": first,
            "LastName": last,
            "Company": company,
            "Email": self.email(first, last, &company),
            "Phone": dice.phone(),
            "Title": dice.one(TITLES),
            "Status": dice.one(LEAD_STATUSES),
            "LeadSource": dice.one(LEAD_SOURCES),
            "Industry": dice.one(INDUSTRIES),
            "Rating": dice.one(RATINGS),
            "City": dice.one(CITIES).0,
        })
    }

    fn opportunity(&self, dice: &mut Dice, today: NaiveDate) -> Value {
        let (account_id, company) = self.account_at(dice.below(self.made_accounts.len()));
        let stage = dice.one(STAGES);
        let days = days_below(dice, 180);
        let closes = if stage.starts_with("Closed") { shifted(today, -days) } else { shifted(today, 1 + days) };
        json!({
            "Name": format!("{company} {}", dice.one(DEALS)),
            "AccountId": account_id,
            "StageName": stage,
            "CloseDate": closes.to_string(),
            "Amount": (1 + dice.below(1_000)) * 500,
            "Type": dice.one(OPPORTUNITY_TYPES),
            "LeadSource": dice.one(LEAD_SOURCES),
        })
    }

    fn case(&self, dice: &mut Dice) -> Value {
        let (contact_id, account) = self.contact_at(dice.below(self.made_contacts.len()));
        json!({
            "Subject": dice.one(COMPLAINTS),
            "Status": dice.one(CASE_STATUSES),
            "Priority": dice.one(PRIORITIES),
            "Origin": dice.one(CASE_ORIGINS),
            "ContactId": contact_id,
            "AccountId": self.account_at(account).0,
        })
    }

    fn task(&self, dice: &mut Dice, today: NaiveDate) -> Value {
        let (contact_id, account) = self.contact_at(dice.below(self.made_contacts.len()));
        let due = shifted(today, days_below(dice, 60) - 30);
        json!({
            "Subject": dice.one(ERRANDS),
            "Status": dice.one(TASK_STATUSES),
            "Priority": dice.one(TASK_PRIORITIES),
            "ActivityDate": due.to_string(),
            "WhoId": contact_id,
            "WhatId": self.account_at(account).0,
        })
    }

    /// Unique by its number, so that no rule against duplicates minds.
    fn email(&self, first: &str, last: &str, company: &str) -> String {
        format!("{}.{}{}@{}.example.com", plain(first), plain(last), self.number + 1, plain(company))
    }

    fn account_at(&self, at: usize) -> (&str, &str) {
        self.made_accounts.get(at).map_or(("", ""), |(id, name)| (id.as_str(), name.as_str()))
    }

    fn contact_at(&self, at: usize) -> (&str, usize) {
        self.made_contacts.get(at).map_or(("", 0), |(id, account)| (id.as_str(), *account))
    }
}

fn days_below(dice: &mut Dice, below: usize) -> i64 {
    i64::try_from(dice.below(below)).unwrap_or_default()
}

fn shifted(today: NaiveDate, days: i64) -> NaiveDate {
    TimeDelta::try_days(days).and_then(|shift| today.checked_add_signed(shift)).unwrap_or(today)
}
