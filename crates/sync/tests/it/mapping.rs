//! From a row to the fields of a record.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arrow_array::RecordBatch;
use arrow_json::ReaderBuilder;
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use salesbridge_connector_kit::{Cell, FieldSchema, ObjectSchema};
use salesbridge_model::{
    ClientsToLeads, Constant, LineSource, Mapping, MappingLine, PickRule, Preference, WhenEmpty, WriteWhen,
};
use salesbridge_sync::{MappedBatch, MappingPlan, clients_to_leads_mapping};
use serde_json::{Value, json};

use crate::samples::{constant, line};

#[test]
fn r70_f5_f6_the_confirmed_phone_is_sent() {
    assert_eq!(phone(json!([ph("1", true, 1), ph("2", false, 2), ph("3", false, 3)])), some("1"));
    assert_eq!(phone(json!([ph("1", false, 1), ph("2", true, 2), ph("3", false, 3)])), some("2"));
}

#[test]
fn r71_f4_without_a_confirmed_phone_the_newest_is_sent() {
    assert_eq!(phone(json!([ph("1", false, 5), ph("2", false, 9), ph("3", false, 7)])), some("2"));
    assert_eq!(phone(json!([ph("1", false, 5), {"number": "2", "confirmed": false}])), some("1"));
}

#[test]
fn f7_phones_that_differ_in_nothing_but_the_number_give_the_same_choice_in_any_order() {
    assert_eq!(phone(json!([ph("2", false, 5), ph("1", false, 5), ph("3", false, 5)])), some("1"));
}

#[test]
fn r69_r73_without_a_phone_the_field_does_not_appear() {
    for none in [json!([]), json!(null), json!([{"number": " ", "confirmed": true}])] {
        assert_eq!(phone(none), None);
    }
}

#[test]
fn the_residential_address_is_sent_or_else_the_newest() {
    let city = |addresses: Value| lead(json!({"key": "c", "addresses": addresses})).remove("City");
    let address = |kind, city, at| json!({"type": kind, "city": city, "updated_at": time(at)});
    assert_eq!(city(json!([address("billing", "Bonn", 9), address("residential", "Berlin", 1)])), some("Berlin"));
    assert_eq!(city(json!([address("work", "Wien", 2), address("billing", "Bonn", 1)])), some("Wien"));
    assert_eq!(
        city(json!([address("billing", "Bonn", 9), {"type": "residential"}])),
        None,
        "no two addresses are mixed"
    );
}

#[test]
fn r58_f3_a_missing_or_blank_last_name_is_undefined() {
    for (last_name, sent) in
        [(json!(null), "Undefined"), (json!(""), "Undefined"), (json!(" \t "), "Undefined"), (json!("Li"), "Li")]
    {
        assert_eq!(lead(json!({"key": "c", "last_name": last_name})).remove("LastName"), some(sent));
    }
}

#[test]
fn f2_f12_r73_only_what_is_known_is_sent() {
    let sent = lead(json!({"key": "c", "email": "ann@example.com"}));
    assert_eq!(sent, texts(&[("Company", "Acme"), ("Email", "ann@example.com"), ("LastName", "Undefined")]));
    let sent = lead(json!({"key": "c", "country_code": "DE"}));
    assert_eq!(sent, texts(&[("Company", "Acme"), ("CountryCode", "DE"), ("LastName", "Undefined")]));
}

#[test]
fn f8_texts_arrive_byte_for_byte() {
    for text in ["O'Brien", " Zürich ", "1 \"Main\" St\r\nBack\\yard", "🦀 \u{200d}é"] {
        assert_eq!(lead(json!({"key": "c", "last_name": text})).remove("LastName"), some(text));
    }
}

#[test]
fn r74_r77_r79_f14_what_is_chosen_is_sent_and_nothing_else() {
    let fields = [("status", "Status__c"), ("verification_level", "Level__c")];
    let fields = fields.map(|(column, field)| (column.to_owned(), field.to_owned())).into();
    let mapping =
        clients_to_leads_mapping(&ClientsToLeads { company: "Acme".into(), fields, ..ClientsToLeads::default() });
    let row = json!({"key": "c", "status": "Banned", "verification_level": 2, "client_type": "Corporate"});
    let sent = cells(&plan(mapping.lines), [row]).remove(0);
    let chosen = [("Company", "Acme"), ("LastName", "Undefined"), ("Level__c", "2"), ("Status__c", "Banned")];
    assert_eq!(sent, texts(&chosen));
}

#[test]
fn an_empty_value_is_omitted_or_clears() {
    let clearing = MappingLine { when_empty: WhenEmpty::Clear, ..line("Email", "email") };
    let plan = plan(vec![line("FirstName", "first_name"), clearing]);
    assert_eq!(cells(&plan, [json!({"key": "c"})]), [texts(&[("Email", "(clear)")])]);
}

#[test]
fn r62_an_optional_field_that_the_object_lacks_is_left_out_with_a_warning() {
    let lines = vec![line("LastName", "last_name"), line("MiddleName", "first_name"), line("Frozen", "email")];
    let plan = plan_for(lines, &["LastName"]).unwrap();
    assert_eq!(**plan.fields(), ["LastName".to_owned()]);
    let [missing, frozen] = &plan.warnings()[..] else { panic!("two warnings: {:?}", plan.warnings()) };
    assert!(missing.starts_with("MiddleName is left out: Lead has no field MiddleName;"), "{missing}");
    assert_eq!(frozen, "Frozen is left out: Frozen on Lead cannot be written");
}

#[test]
fn a_mapping_that_cannot_be_used_says_which_line_and_why() {
    let pick = |column: &str, member: &str| {
        let rule = PickRule {
            column: column.into(),
            prefer: vec![Preference::Newest("updated_at".into())],
            member: member.into(),
        };
        MappingLine { source: LineSource::Pick(rule), ..line("Phone", "") }
    };
    let required = |line| MappingLine { required: true, ..line };
    let cases = [
        (vec![required(line("Nowhere", "email"))], "Nowhere", "Lead has no field Nowhere"),
        (vec![required(line("Frozen", "email"))], "Frozen", "cannot be written"),
        (vec![line("Email", "email"), line("EMAIL", "status")], "EMAIL", "mapped twice"),
        (vec![line("Email", "mail")], "Email", "no column `mail`"),
        (vec![line("Phone", "phones")], "Phone", "needs a pick rule"),
        (vec![pick("email", "number")], "Phone", "is not a list"),
        (vec![pick("phones", "digits")], "Phone", "no member `digits`"),
        (vec![pick("company_names", "number")], "Phone", "have no members"),
    ];
    for (lines, target, message) in cases {
        let problem = plan_for(lines, &["Email", "Phone"]).unwrap_err();
        assert_eq!(problem.target, target);
        assert!(problem.message.contains(message), "{problem}");
    }
}

#[test]
fn a_field_that_may_only_be_set_once_can_be_mapped_on_create_only() {
    let plan = plan_for(vec![constant("Once", "x"), line("Frozen", "email")], &[]).unwrap();
    assert_eq!(**plan.fields(), ["Once".to_owned()]);
}

#[test]
fn r85_a_value_that_does_not_fit_refuses_its_row_alone() {
    let lines = vec![line("Level", "first_name"), line("Since", "last_name"), line("Email", "email")];
    let rows = ["7", "seven", "8"].map(|level| json!({"key": level, "first_name": level, "last_name": "soon"}));
    let mut rows = rows.to_vec();
    rows[0]["last_name"] = json!("2026-01-31");
    rows[2]["last_name"] = json!(null);
    let MappedBatch { keys, refusals, .. } = plan(lines).apply(&batch(rows));
    assert_eq!(keys, ["7", "seven", "8"]);
    let [(1, refusal)] = &refusals[..] else { panic!("one refusal, of row 1: {refusals:?}") };
    assert_eq!((refusal.code.as_str(), &refusal.fields[..]), ("VALUE_DOES_NOT_FIT", &["Level".to_owned()][..]));
    assert_eq!(refusal.message, "Level: `seven` is not a whole number");
    assert!(!refusal.remedy.is_empty());
}

#[test]
fn a_value_takes_the_type_of_its_field() {
    let row =
        json!({"key": "c", "verification_level": 1, "vip": true, "score": 2.5, "since": "2026-01-31", "seen": time(0)});
    let cases = [
        ("verification_level", "Text", "1"),
        ("verification_level", "Level", "1"),
        ("verification_level", "Amount", "1"),
        ("verification_level", "Vip", "true"),
        ("vip", "Vip", "true"),
        ("vip", "Text", "true"),
        ("score", "Amount", "2.5"),
        ("score", "Level", "(refused)"),
        ("since", "Since", "2026-01-31"),
        ("since", "Seen", "(refused)"),
        ("seen", "Seen", "1970-01-01T00:00:00.000Z"),
        ("seen", "Since", "(refused)"),
    ];
    for (column, field, sent) in cases {
        let mapped = plan(vec![line(field, column)]).apply(&batch([row.clone()]));
        let found = if mapped.refusals.is_empty() { shown(&mapped).remove(0).remove(field) } else { some("(refused)") };
        assert_eq!(found, some(sent), "{column} to {field}");
    }
}

#[test]
fn a_default_takes_the_type_of_its_field_too() {
    let with_default = |default| plan(vec![MappingLine { default: Some(default), ..line("Level", "first_name") }]);
    let row = || batch([json!({"key": "c"})]);
    assert_eq!(shown(&with_default(Constant::Integer(3)).apply(&row())), [texts(&[("Level", "3")])]);
    assert_eq!(with_default(Constant::Text("three".into())).apply(&row()).refusals.len(), 1);
}

/// The Lead that the preset makes of a client.
fn lead(row: Value) -> BTreeMap<String, String> {
    let chosen = ClientsToLeads { company: "Acme".into(), ..ClientsToLeads::default() };
    let lines = clients_to_leads_mapping(&chosen).lines;
    let is_create_only = |line: &&MappingLine| line.when == WriteWhen::OnCreateOnly;
    assert_eq!(lines.iter().filter(is_create_only).map(|line| &line.target).collect::<Vec<_>>(), ["Company"], "R59");
    cells(&plan(lines), [row]).remove(0)
}

/// The phone that is sent, which must be the same for every order of the list.
fn phone(phones: Value) -> Option<String> {
    let orders = orders(phones.as_array().cloned().unwrap_or_default());
    let mut sent = orders.into_iter().map(|phones| lead(json!({"key": "c", "phones": phones})).remove("Phone"));
    let first = sent.next().unwrap();
    assert!(sent.all(|other| other == first), "the order of the list does not matter");
    first
}

fn orders(list: Vec<Value>) -> Vec<Vec<Value>> {
    if list.is_empty() {
        return vec![list];
    }
    let with_first = |first: usize| {
        let mut rest = list.clone();
        let taken = rest.remove(first);
        orders(rest).into_iter().map(move |rest| [vec![taken.clone()], rest].concat())
    };
    (0..list.len()).flat_map(with_first).collect()
}

fn ph(number: &str, confirmed: bool, at: i64) -> Value {
    json!({"number": number, "confirmed": confirmed, "updated_at": time(at)})
}

fn time(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap().to_rfc3339()
}

fn plan(lines: Vec<MappingLine>) -> MappingPlan {
    let fields = [
        "LastName",
        "Company",
        "FirstName",
        "MiddleName",
        "Email",
        "Phone",
        "Street",
        "City",
        "State",
        "PostalCode",
        "Country",
        "CountryCode",
        "Status__c",
        "Level__c",
        "Text",
        "Level",
        "Amount",
        "Vip",
        "Since",
        "Seen",
    ];
    plan_for(lines, &fields).unwrap()
}

/// A plan for an object with these fields, one that can never be written and one that can be written once.
fn plan_for(lines: Vec<MappingLine>, fields: &[&str]) -> Result<MappingPlan, salesbridge_sync::MappingProblem> {
    let mut object = ObjectSchema { name: "Lead".into(), fields: fields.iter().map(|name| field(name)).collect() };
    object.fields.push(FieldSchema { createable: false, updateable: false, ..field("Frozen") });
    object.fields.push(FieldSchema { updateable: false, ..field("Once") });
    MappingPlan::new(&Mapping { lines }, &SCHEMA, "key", &object)
}

fn field(name: &str) -> FieldSchema {
    let kind = match name {
        "Level" => "int",
        "Amount" => "currency",
        "Vip" => "boolean",
        "Since" => "date",
        "Seen" => "datetime",
        _ => "string",
    };
    FieldSchema {
        name: name.into(),
        label: name.into(),
        kind: kind.into(),
        length: None,
        createable: true,
        updateable: true,
        required: false,
        external_id: false,
        unique: false,
        choices: Vec::new(),
    }
}

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let time = |name: &str| Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())), true);
    let list = |name: &str, of: DataType| Field::new_list(name, Field::new_list_field(of, true), true);
    let phone =
        Fields::from(vec![text("number"), Field::new("confirmed", DataType::Boolean, true), time("updated_at")]);
    let members = ["type", "street", "city", "state", "postal_code"].map(text);
    let address = Fields::from_iter(members.into_iter().chain([time("updated_at")]));
    let mut columns =
        ["key", "email", "first_name", "middle_name", "last_name", "country", "country_code", "status", "client_type"]
            .map(text)
            .to_vec();
    columns.extend([
        list("phones", DataType::Struct(phone)),
        list("addresses", DataType::Struct(address)),
        list("company_names", DataType::Utf8),
        Field::new("verification_level", DataType::UInt32, true),
        Field::new("vip", DataType::Boolean, true),
        Field::new("score", DataType::Float64, true),
        Field::new("since", DataType::Date32, true),
        time("seen"),
    ]);
    Arc::new(Schema::new(columns))
});

fn batch(rows: impl IntoIterator<Item = Value>) -> RecordBatch {
    let rows: Vec<Value> = rows.into_iter().collect();
    let mut decoder = ReaderBuilder::new(SCHEMA.clone()).build_decoder().unwrap();
    decoder.serialize(&rows).unwrap();
    decoder.flush().unwrap().unwrap()
}

/// The cells of every row that is not refused: what each field gets, `(clear)` when it is emptied.
fn cells(plan: &MappingPlan, rows: impl IntoIterator<Item = Value>) -> Vec<BTreeMap<String, String>> {
    let mapped = plan.apply(&batch(rows));
    assert_eq!(mapped.refusals, []);
    shown(&mapped)
}

fn shown(mapped: &MappedBatch) -> Vec<BTreeMap<String, String>> {
    let text = |cell| if let Cell::Set(value) = cell { value.to_string() } else { "(clear)".to_owned() };
    let row = |row| mapped.cells.present(row).map(|(field, cell)| (field.to_owned(), text(cell))).collect();
    (0..mapped.cells.rows()).map(row).collect()
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
