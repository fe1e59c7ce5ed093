//! Rules, features and lead conversion by command: what an administrator sets up by hand in Salesforce.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answers::{Fault, RowError, ok};
use crate::control::routes::{done_or_missing, json_of, read};
use crate::control::{ControlError, OrgControl};
use crate::org::{Org, Work, setting};
use crate::rules::{
    self, AssignmentRule, Conversion, Converted, DuplicateRule, Switch, ValidationMetadata, ValidationSent,
};

/// A validation rule to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewValidationRule {
    /// The API name of the object.
    pub object: String,
    /// The rule's name.
    pub name: String,
    /// The formula that holds for records to be refused.
    pub formula: String,
    /// What a refused record is told.
    pub message: String,
    /// The field the message is shown at; at the top without one.
    #[serde(default)]
    pub error_field: Option<String>,
}

/// The records a converted lead became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConvertedLead {
    /// The account.
    pub account_id: String,
    /// The contact.
    pub contact_id: String,
    /// The opportunity, if one was made.
    pub opportunity_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Features {
    #[serde(default)]
    state_and_country_picklists: bool,
    #[serde(default)]
    middle_names: bool,
    #[serde(default)]
    name_suffixes: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HowToConvert {
    status: String,
    #[serde(default)]
    without_opportunity: bool,
}

impl OrgControl {
    /// Makes a validation rule; answers its id.
    ///
    /// # Errors
    /// The object or the field is unknown, or the formula cannot be read.
    pub async fn add_validation_rule(&self, rule: NewValidationRule) -> Result<String, ControlError> {
        self.write(move |work| {
            let sent = ValidationSent {
                full_name: Some(format!("{}.{}", rule.object, rule.name)),
                metadata: ValidationMetadata {
                    active: true,
                    description: None,
                    error_condition_formula: rule.formula,
                    error_display_field: rule.error_field,
                    error_message: rule.message,
                },
            };
            sent.create(work, &administrator(work)?)
        })
        .await
    }

    /// Makes a duplicate rule, or puts it in the place of the one with its id; answers it with its id.
    ///
    /// # Errors
    /// The object or a field is unknown.
    pub async fn keep_duplicate_rule(&self, mut rule: DuplicateRule) -> Result<DuplicateRule, ControlError> {
        self.write(move |work| {
            rule.object = known_object(work, &rule.object, rule.fields.iter())?;
            if rule.id.is_empty() {
                rule.id = work.next_id("0Bm");
            }
            rule.keep(work)?;
            rules::publish_rules(work)?;
            Ok(rule)
        })
        .await
    }

    /// Makes an assignment rule, or puts it in the place of the one with its id; answers it with its id.
    ///
    /// # Errors
    /// The object or the field is unknown.
    pub async fn keep_assignment_rule(&self, mut rule: AssignmentRule) -> Result<AssignmentRule, ControlError> {
        self.write(move |work| {
            rule.object = known_object(work, &rule.object, rule.field.iter())?;
            if rule.id.is_empty() {
                rule.id = work.next_id("01Q");
            }
            rule.keep(work)?;
            rules::publish_rules(work)?;
            Ok(rule)
        })
        .await
    }

    /// Forgets a duplicate, assignment or validation rule; answers whether there was one.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn delete_rule(&self, id: &str) -> Result<bool, ControlError> {
        let id = id.to_owned();
        self.write(move |work| {
            let is_kept = rules::forget(work, &id)?;
            if is_kept {
                rules::publish_rules(work)?;
                return Ok(true);
            }
            Ok(rules::delete_validation_rule(work, &id).is_ok())
        })
        .await
    }

    /// Gives all addresses the codes of state and country picklists. They stay.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn use_state_and_country_picklists(&self) -> Result<(), ControlError> {
        self.write(|work| rules::switch(work, Switch::StateAndCountryPicklists)).await
    }

    /// Gives people middle names. They stay.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn use_middle_names(&self) -> Result<(), ControlError> {
        self.write(|work| rules::switch(work, Switch::MiddleNames)).await
    }

    /// Gives people suffixes to their names. They stay.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn use_name_suffixes(&self) -> Result<(), ControlError> {
        self.write(|work| rules::switch(work, Switch::NameSuffixes)).await
    }

    /// Converts a lead with one of the statuses that mean converted.
    ///
    /// # Errors
    /// There is no such lead or status, the lead is converted already, or a record it would become is refused.
    pub async fn convert_lead(
        &self,
        lead_id: &str,
        status: &str,
        without_opportunity: bool,
    ) -> Result<ConvertedLead, ControlError> {
        let asked = Conversion {
            lead: lead_id.to_owned(),
            status: status.to_owned(),
            without_opportunity,
            ..Conversion::default()
        };
        self.write(move |work| {
            let converted = rules::convert(work, &asked, &administrator(work)?)?;
            converted.map(ConvertedLead::from).map_err(|errors| Fault::of(StatusCode::BAD_REQUEST, errors))
        })
        .await
    }
}

impl From<Converted> for ConvertedLead {
    fn from(converted: Converted) -> Self {
        Self { account_id: converted.account, contact_id: converted.contact, opportunity_id: converted.opportunity }
    }
}

pub(super) fn routes() -> Router<Org> {
    Router::new()
        .route("/local-org/validation-rules", post(add_validation_rule))
        .route("/local-org/duplicate-rules", get(duplicate_rules).post(keep_duplicate_rule))
        .route("/local-org/assignment-rules", get(assignment_rules).post(keep_assignment_rule))
        .route("/local-org/rules/{id}", delete(delete_rule))
        .route("/local-org/features", put(switch_on))
        .route("/local-org/leads/{id}/convert", post(convert_lead))
}

async fn add_validation_rule(State(org): State<Org>, body: Bytes) -> Result<Response, ControlError> {
    let id = OrgControl::new(org).add_validation_rule(read(&body)?).await?;
    Ok(ok(&json!({"id": id})))
}

async fn duplicate_rules(State(org): State<Org>) -> Result<Response, ControlError> {
    list::<DuplicateRule>(org, rules::DUPLICATE).await
}

async fn keep_duplicate_rule(State(org): State<Org>, body: Bytes) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).keep_duplicate_rule(read(&body)?).await?))
}

async fn assignment_rules(State(org): State<Org>) -> Result<Response, ControlError> {
    list::<AssignmentRule>(org, rules::ASSIGNMENT).await
}

async fn keep_assignment_rule(State(org): State<Org>, body: Bytes) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).keep_assignment_rule(read(&body)?).await?))
}

async fn delete_rule(State(org): State<Org>, Path(id): Path<String>) -> Result<StatusCode, ControlError> {
    Ok(done_or_missing(OrgControl::new(org).delete_rule(&id).await?))
}

async fn switch_on(State(org): State<Org>, body: Bytes) -> Result<StatusCode, ControlError> {
    let asked: Features = read(&body)?;
    let control = OrgControl::new(org);
    if asked.state_and_country_picklists {
        control.use_state_and_country_picklists().await?;
    }
    if asked.middle_names {
        control.use_middle_names().await?;
    }
    if asked.name_suffixes {
        control.use_name_suffixes().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn convert_lead(State(org): State<Org>, Path(id): Path<String>, body: Bytes) -> Result<Response, ControlError> {
    let asked: HowToConvert = read(&body)?;
    Ok(json_of(&OrgControl::new(org).convert_lead(&id, &asked.status, asked.without_opportunity).await?))
}

async fn list<R: DeserializeOwned + Serialize + Send + 'static>(
    org: Org,
    kind: &'static str,
) -> Result<Response, ControlError> {
    let rules: Vec<R> = OrgControl::new(org).write(move |work| Ok(rules::kept(work.sql, kind)?)).await?;
    Ok(json_of(&rules))
}

/// The described name of an object that has all these fields.
fn known_object<'name>(
    work: &Work<'_>,
    name: &str,
    mut fields: impl Iterator<Item = &'name String>,
) -> Result<String, Fault> {
    let unknown = |what: &str| Fault::bad_request(RowError::new("INVALID_TYPE", format!("there is no {what}")));
    let object = work.schema.object(name).ok_or_else(|| unknown(name))?;
    match fields.find(|field| object.field(field).is_none()) {
        Some(field) => Err(unknown(&format!("{name}.{field}"))),
        None => Ok(object.name.clone()),
    }
}

fn administrator(work: &Work<'_>) -> Result<String, Fault> {
    Ok(setting(work.sql, "admin_id")?.unwrap_or_default())
}
