//! Paths to columns: each parent relationship becomes a join, walked once however often it is named.
//! Refuses to know values.

use std::sync::Arc;

use salesbridge_soql::{Path, Query, located};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::schema::{Ability, Field, FieldType, Object, Schema};
use crate::storage::{IGNORING_CASE, identifier, table};

/// The most relationships a path walks up.
const DEEPEST: usize = 5;

/// The tables of a query, joined as its paths need them.
pub(crate) struct Scope<'query> {
    text: &'query str,
    schema: Arc<Schema>,
    names: Vec<String>,
    places: Vec<Place>,
}

/// One stop of a path: the query's own object, or a parent of another stop.
struct Place {
    /// Relationship names in described case, from the query's object.
    relationships: Vec<String>,
    parent: usize,
    reference: String,
    /// A polymorphic parent has several, joined side by side.
    tables: Vec<(String, Arc<Object>)>,
}

/// A field found.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) sql: String,
    pub(crate) kind: FieldType,
    /// The described name.
    pub(crate) name: String,
    pub(crate) can: Vec<Ability>,
    /// Relationship names in described case; empty for the query's own object.
    pub(crate) relationships: Vec<String>,
    /// SQL that is null where the row has no such parent.
    pub(crate) row_id: String,
    /// The object, the table's alias and the field, when it is put together from others.
    pub(crate) compound: Option<(Arc<Object>, String, Field)>,
}

impl<'query> Scope<'query> {
    pub(crate) fn new(work: &Work<'_>, text: &'query str, query: &Query) -> Result<Self, Fault> {
        let name = query.from.object.as_str();
        let known = work.schema.object(name).ok_or_else(|| {
            let reason = format!(
                "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append \
                 the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate \
                 names."
            );
            refused("INVALID_TYPE", located(text, query.from.object.position(), &reason))
        })?;
        let mut names = vec![known.name.clone()];
        names.extend(query.from.alias.as_ref().map(|alias| alias.as_str().to_owned()));
        let own = Place {
            relationships: Vec::new(),
            parent: 0,
            reference: String::new(),
            tables: vec![("t0".to_owned(), Arc::clone(known))],
        };
        Ok(Self { text, schema: Arc::clone(&work.schema), names, places: vec![own] })
    }

    /// The query's own object.
    pub(crate) fn object(&self) -> &Arc<Object> {
        &self.places[0].tables[0].1
    }

    /// The field at the end of a path.
    pub(crate) fn column(&mut self, path: &Path) -> Result<Column, Fault> {
        let segments = self.own_segments(path);
        let Some((field, relationships)) = segments.split_last() else { return Err(self.no_column(path, "")) };
        if relationships.len() > DEEPEST {
            return Err(self.fault(
                path,
                "MALFORMED_QUERY",
                "Too many levels of relationships in a field path, maximum is 5",
            ));
        }
        let mut place = 0;
        for relationship in relationships {
            place = self.parent(path, place, relationship)?;
        }
        self.field(path, place, field)
    }

    /// `FROM` and every join, the query's own table under the name `t0`.
    pub(crate) fn joins(&self) -> String {
        let mut joins = String::new();
        for place in &self.places[1..] {
            let reference: Vec<String> = self.places[place.parent]
                .tables
                .iter()
                .filter(|(_, object)| object.field(&place.reference).is_some())
                .map(|(alias, _)| format!("{alias}.{}", identifier(&place.reference)))
                .collect();
            for (alias, object) in &place.tables {
                let keys = reference.join(", ");
                let key = if reference.len() == 1 { keys } else { format!("coalesce({keys})") };
                joins.push_str(&format!(" LEFT JOIN {} AS {alias} ON {alias}.\"Id\" = {key}", table(&object.name)));
            }
        }
        joins
    }

    /// The concrete object and id column of each table of a parent, and whether it is polymorphic.
    pub(crate) fn tables(&self, relationships: &[String]) -> (Vec<(String, Arc<Object>)>, bool) {
        let place = self.places.iter().find(|place| place.relationships == relationships);
        let Some(place) = place else { return (Vec::new(), false) };
        let owner = &self.places[place.parent].tables[0].1;
        let is_polymorphic = owner.field(&place.reference).is_some_and(|field| field.can(Ability::NamePointing));
        (place.tables.clone(), is_polymorphic && !relationships.is_empty())
    }

    pub(crate) fn fault(&self, path: &Path, code: &'static str, reason: &str) -> Fault {
        refused(code, located(self.text, path.position(), reason))
    }

    /// The path without the object's own name or alias in front.
    fn own_segments(&self, path: &Path) -> Vec<String> {
        let segments = path.segments();
        let is_own = |first: &String| self.names.iter().any(|name| name.eq_ignore_ascii_case(first));
        match segments.split_first() {
            Some((first, rest)) if !rest.is_empty() && is_own(first) => rest.to_vec(),
            _ => segments.to_vec(),
        }
    }

    fn parent(&mut self, path: &Path, from: usize, relationship: &str) -> Result<usize, Fault> {
        // Of the objects a polymorphic parent may be, the first that has the relationship leads on.
        let mut objects = self.places[from].tables.iter();
        let field = objects.find_map(|(_, object)| object.relationship(relationship)).cloned();
        let field = field.ok_or_else(|| self.no_relationship(path, relationship))?;
        let described = field.relationship.clone().unwrap_or_default();
        let mut relationships = self.places[from].relationships.clone();
        relationships.push(described);
        if let Some(known) = self.places.iter().position(|place| place.relationships == relationships) {
            return Ok(known);
        }
        let at = self.places.len();
        let objects = field.refers_to.iter().filter_map(|name| self.schema.object(name)).cloned();
        let tables: Vec<_> = objects.enumerate().map(|(n, object)| (format!("t{at}_{n}"), object)).collect();
        if tables.is_empty() {
            return Err(self.no_relationship(path, relationship));
        }
        self.places.push(Place { relationships, parent: from, reference: field.name, tables });
        Ok(at)
    }

    fn field(&self, path: &Path, place: usize, name: &str) -> Result<Column, Fault> {
        let place = &self.places[place];
        let having: Vec<(&String, &Arc<Object>, &Field)> =
            place.tables.iter().filter_map(|(alias, object)| Some((alias, object, object.field(name)?))).collect();
        let row_id = coalesced(place.tables.iter().map(|(alias, _)| format!("{alias}.\"Id\"")).collect());
        let Some((alias, object, field)) = having.first() else {
            if place.tables.len() > 1 && name.eq_ignore_ascii_case("Type") {
                return Ok(type_column(place, row_id));
            }
            return Err(self.no_column(path, name));
        };
        let columns: Vec<String> =
            having.iter().map(|(alias, _, field)| format!("{alias}.{}", identifier(&field.name))).collect();
        let is_joined = columns.len() > 1;
        let mut sql = coalesced(columns);
        if is_joined && field.kind.is_text() {
            sql = format!("({sql} COLLATE {IGNORING_CASE})");
        }
        let compound =
            (field.kind == FieldType::Address).then(|| (Arc::clone(object), (*alias).clone(), (*field).clone()));
        Ok(Column {
            sql,
            kind: field.kind,
            name: field.name.clone(),
            can: field.can.clone(),
            relationships: place.relationships.clone(),
            row_id,
            compound,
        })
    }

    fn no_column(&self, path: &Path, name: &str) -> Fault {
        let entity = match path.segments() {
            [.., _, _] if self.own_segments(path).len() > 1 => "Name",
            _ => &self.object().name,
        };
        let reason = format!(
            "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to \
             append the '__c' after the custom field name. Please reference your WSDL or the describe call for the \
             appropriate names."
        );
        self.fault(path, "INVALID_FIELD", &reason)
    }

    fn no_relationship(&self, path: &Path, name: &str) -> Fault {
        let reason = format!(
            "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, \
             be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe \
             call for the appropriate names."
        );
        self.fault(path, "INVALID_FIELD", &reason)
    }
}

pub(crate) fn refused(code: &'static str, message: String) -> Fault {
    Fault::bad_request(RowError::new(code, message))
}

/// The pseudo-field that tells which object a polymorphic parent is.
fn type_column(place: &Place, row_id: String) -> Column {
    let arms: Vec<String> = place
        .tables
        .iter()
        .map(|(alias, object)| format!("WHEN {alias}.\"Id\" IS NOT NULL THEN '{}'", object.name))
        .collect();
    Column {
        sql: format!("(CASE {} END COLLATE {IGNORING_CASE})", arms.join(" ")),
        kind: FieldType::String,
        name: "Type".to_owned(),
        can: vec![Ability::Filterable, Ability::Sortable, Ability::Groupable, Ability::Aggregatable],
        relationships: place.relationships.clone(),
        row_id,
        compound: None,
    }
}

fn coalesced(columns: Vec<String>) -> String {
    if columns.len() == 1 { columns.concat() } else { format!("coalesce({})", columns.join(", ")) }
}
