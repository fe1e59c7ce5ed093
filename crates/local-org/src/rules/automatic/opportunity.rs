//! Opportunities: what follows from the stage, the amount, the close date and the products.

use chrono::{Datelike, NaiveDate};
use rusqlite::params;
use rusqlite::types::Value as Cell;

use crate::org::Work;
use crate::rows::Saving;
use crate::rules::look_up::{self, cell, cents, flag, number, text};
use crate::rules::write_other;

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.changes("StageName") {
        follow_stage(saving)?;
    }
    if saving.changes("ForecastCategoryName") {
        let category = saving.text("ForecastCategoryName").map(forecast_category);
        saving.set("ForecastCategory", cell(category.as_deref()));
    }
    // With products the amount is their sum, and what a caller says about it goes unheard (Object Reference, Opportunity).
    if flag(&saving.was("HasOpportunityLineItem")) {
        saving.set("Amount", saving.was("Amount"));
    }
    expect_revenue(saving);
    if saving.changes("CloseDate") {
        fiscal_period(saving);
    }
    Ok(())
}

/// The role of the contact that a new opportunity was given.
pub(super) fn after_save(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    let Some(contact) = saving.text("ContactId").filter(|_| saving.is_new()) else { return Ok(()) };
    let values =
        [("OpportunityId", cell(Some(id))), ("ContactId", cell(Some(contact))), ("IsPrimary", Cell::Integer(1))];
    write_other(saving.work, "OpportunityContactRole", &values, saving.user_id)
}

/// Amount, quantity and the rest that follow from the products of an opportunity.
pub(super) fn sum_products(work: &Work<'_>, id: &str) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(
            "UPDATE \"record_Opportunity\" SET \"HasOpportunityLineItem\" = items.count > 0,
               \"Amount\" = CASE WHEN items.count > 0 THEN items.total ELSE \"Amount\" END,
               \"TotalOpportunityQuantity\" = CASE WHEN items.count > 0 THEN items.quantity ELSE \"TotalOpportunityQuantity\" END,
               \"ExpectedRevenue\" =
                 round(CASE WHEN items.count > 0 THEN items.total ELSE \"Amount\" END * coalesce(\"Probability\", 0) / 100, 2),
               \"SystemModstamp\" = ?2
             FROM (SELECT count(*) AS count, sum(\"TotalPrice\") AS total, sum(\"Quantity\") AS quantity
                   FROM \"record_OpportunityLineItem\" WHERE \"OpportunityId\" = ?1 AND \"IsDeleted\" = 0) AS items
             WHERE \"Id\" = ?1",
        )?
        .execute(params![id, work.stamp()])
        .map(drop)
}

/// A stage brings its probability and forecast category along, unless the caller has others.
fn follow_stage(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let stage = saving.text("StageName").unwrap_or_default().to_owned();
    let fields = ["IsClosed", "IsWon", "DefaultProbability", "ForecastCategoryName"];
    let known = look_up::first(saving.work, "OpportunityStage", "MasterLabel", &stage, fields)?;
    let [is_closed, is_won, probability, category] =
        known.unwrap_or([Cell::Integer(0), Cell::Integer(0), Cell::Null, Cell::Text("Pipeline".to_owned())]);
    saving.set("IsClosed", is_closed);
    saving.set("IsWon", is_won);
    if !saving.gives("Probability") {
        saving.set("Probability", probability);
    }
    if !saving.gives("ForecastCategoryName") {
        saving.set("ForecastCategoryName", category);
    }
    if !saving.is_new() {
        saving.set("LastStageChangeDate", cell(Some(saving.work.stamp())));
    }
    Ok(())
}

/// The API's name of a forecast category: as its label, but for two.
fn forecast_category(label: &str) -> String {
    match label {
        "Best Case" => "BestCase".to_owned(),
        "Commit" => "Forecast".to_owned(),
        other => other.to_owned(),
    }
}

fn expect_revenue(saving: &mut Saving<'_, '_>) {
    let probability = number(saving.cell("Probability")).unwrap_or(0.0);
    let expected = number(saving.cell("Amount")).map_or(Cell::Null, |amount| cents(amount * probability / 100.0));
    saving.set("ExpectedRevenue", expected);
}

/// Fiscal years of this org are calendar years.
fn fiscal_period(saving: &mut Saving<'_, '_>) {
    let Some(date) = text(saving.cell("CloseDate")).and_then(|day| day.parse::<NaiveDate>().ok()) else { return };
    let quarter = date.month0() / 3 + 1;
    saving.set("FiscalYear", Cell::Integer(date.year().into()));
    saving.set("FiscalQuarter", Cell::Integer(quarter.into()));
    saving.set("Fiscal", Cell::Text(format!("{} {quarter}", date.year())));
}
