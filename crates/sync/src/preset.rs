//! The preset "clients to Leads".

use salesbridge_model::{
    ClientsToLeads, Constant, LineSource, Mapping, MappingLine, PickRule, Preference, SyncOptions, TooLong, WhenEmpty,
    WriteWhen,
};

/// The stream of the client directory.
pub const CLIENTS_STREAM: &str = "clients";
/// The object that clients become.
pub const LEAD_OBJECT: &str = "Lead";
/// Columns of a client that a person may map to a Lead field of their choice (R74).
pub const CLIENT_FIELDS: [&str; 3] = ["status", "verification_level", "client_type"];
/// Last name of a Lead whose client has none (R58).
const NO_LAST_NAME: &str = "Undefined";

/// The mapping of the preset.
pub fn clients_to_leads_mapping(chosen: &ClientsToLeads) -> Mapping {
    let mut lines = vec![
        MappingLine {
            required: true,
            default: Some(Constant::Text(NO_LAST_NAME.to_owned())),
            ..line("LastName", column("last_name"))
        },
        MappingLine {
            required: true,
            when: WriteWhen::OnCreateOnly,
            ..line("Company", LineSource::Constant { value: Constant::Text(chosen.company.clone()) })
        },
        line("FirstName", column("first_name")),
        line("MiddleName", column("middle_name")),
        line("Email", column("email")),
        line("Phone", LineSource::Pick(phone())),
        line("Street", LineSource::Pick(address("street"))),
        line("City", LineSource::Pick(address("city"))),
        line("State", LineSource::Pick(address("state"))),
        line("PostalCode", LineSource::Pick(address("postal_code"))),
        line("Country", column("country")),
        // In orgs with state and country picklists these two stand for State and Country; see `places`.
        line("CountryCode", column("country_code")),
        line("StateCode", LineSource::Pick(address("state"))),
    ];
    lines.extend(chosen.fields.iter().map(|(source, target)| line(target, column(source))));
    lines.iter_mut().for_each(|line| line.too_long = chosen.too_long);
    Mapping { lines }
}

/// The options of the preset: two clients never share a Lead (R53), so a duplicate rule's warning does not stop a row.
pub fn clients_to_leads_options() -> SyncOptions {
    SyncOptions { external_id_field: None, allow_duplicates: true, assignment_rules: false }
}

/// The confirmed number, else the most recently updated one (R70, R71).
fn phone() -> PickRule {
    PickRule {
        column: "phones".to_owned(),
        prefer: vec![Preference::IsTrue("confirmed".to_owned()), Preference::Newest("updated_at".to_owned())],
        member: "number".to_owned(),
    }
}

/// The residential address, else the most recently updated one.
fn address(member: &str) -> PickRule {
    let residential = Preference::Equals { member: "type".to_owned(), text: "residential".to_owned() };
    PickRule {
        column: "addresses".to_owned(),
        prefer: vec![residential, Preference::Newest("updated_at".to_owned())],
        member: member.to_owned(),
    }
}

fn column(name: &str) -> LineSource {
    LineSource::Column { column: name.to_owned() }
}

fn line(target: &str, source: LineSource) -> MappingLine {
    MappingLine {
        target: target.to_owned(),
        source,
        default: None,
        when: WriteWhen::Always,
        when_empty: WhenEmpty::Omit,
        too_long: TooLong::Refuse,
        required: false,
    }
}
