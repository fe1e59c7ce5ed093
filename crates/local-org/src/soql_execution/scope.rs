//! Paths to columns: each parent relationship becomes a join, walked once however often it is named.
//! Refuses to know values.

use std::collections::HashMap;
use std::sync::Arc;

use salesbridge_soql::{From, Name, Path, located};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::schema::{Ability, Child, Object, Schema};
use crate::soql_execution::column::{Column, Source, type_column};
use crate::storage::{identifier, table};

/// The most relationships a path walks up.
const DEEPEST: usize = 5;
/// The most different parent relationships of one query (SOQL and SOSL Reference, "Relationship Query Limitations").
const MOST_RELATIONSHIPS: usize = 55;
/// The most tables SQLite joins.
const MOST_TABLES: usize = 64;
/// What is known of a parent that may be of several kinds: the fields of the `Name` object (Object Reference, "Name").
const NAME_FIELDS: [&str; 13] = [
    "Id",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "Title",
    "Alias",
    "Username",
    "UserRoleId",
    "IsActive",
    "ProfileId",
    "RecordTypeId",
];

/// The tables of a query, joined as its paths need them.
pub(crate) struct Scope<'query> {
    text: &'query str,
    schema: Arc<Schema>,
    /// What the letters before a table's number are; a query inside another has others.
    letters: &'static str,
    names: Vec<String>,
    /// Short names of parents, in lower case.
    related: HashMap<String, Vec<String>>,
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
    /// Whether it shows as the `Name` object.
    is_name: bool,
    /// Whether it only narrows another place down, whose joins it shares.
    is_branch: bool,
}

impl<'query> Scope<'query> {
    /// The scope of a query's `FROM`.
    pub(crate) fn of_object(work: &Work<'_>, text: &'query str, from: &From) -> Result<Self, Fault> {
        let object = known_object(&work.schema, text, &from.object)?;
        Self::new(work, text, from, object, "t")
    }

    /// The scope of a query in a filter of another.
    pub(crate) fn of_semi_join(work: &Work<'_>, text: &'query str, from: &From) -> Result<Self, Fault> {
        let object = known_object(&work.schema, text, &from.object)?;
        Self::new(work, text, from, object, "s")
    }

    /// The scope of a child subquery of `outer`, and the relationship it walks down.
    pub(crate) fn of_children(work: &Work<'_>, outer: &Scope<'query>, from: &From) -> Result<(Self, Child), Fault> {
        let name = from.object.as_str();
        let is_owned = from.owner.as_ref().is_none_or(|owner| outer.is_own(owner.as_str()));
        let child = outer.object().children.iter().find(|child| child.relationship.eq_ignore_ascii_case(name));
        let found = child.filter(|_| is_owned).and_then(|child| Some((child, work.schema.object(&child.object)?)));
        let Some((child, object)) = found else {
            let reason = format!(
                "Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom \
                 relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL \
                 or the describe call for the appropriate names."
            );
            return Err(refused("INVALID_TYPE", located(outer.text, from.object.position(), &reason)));
        };
        let mut scope = Self::new(work, outer.text, from, Arc::clone(object), "t")?;
        scope.names.push(child.relationship.clone());
        Ok((scope, child.clone()))
    }

    fn new(
        work: &Work<'_>,
        text: &'query str,
        from: &From,
        object: Arc<Object>,
        letters: &'static str,
    ) -> Result<Self, Fault> {
        let mut names = vec![object.name.clone()];
        names.extend(from.alias.as_ref().map(|alias| alias.as_str().to_owned()));
        let own = Place {
            relationships: Vec::new(),
            parent: 0,
            reference: String::new(),
            tables: vec![(format!("{letters}0"), object)],
            is_name: false,
            is_branch: false,
        };
        let schema = Arc::clone(&work.schema);
        let mut scope = Self { text, schema, letters, names, related: HashMap::new(), places: vec![own] };
        for related in &from.related {
            let segments = scope.own_segments(&related.path);
            scope.place(&related.path, &segments)?;
            if let Some(alias) = &related.alias {
                scope.related.insert(alias.as_str().to_lowercase(), segments);
            }
        }
        Ok(scope)
    }

    /// The query's own object.
    pub(crate) fn object(&self) -> &Arc<Object> {
        &self.places[0].tables[0].1
    }

    pub(crate) fn text(&self) -> &'query str {
        self.text
    }

    /// The alias of the query's own table.
    pub(crate) fn own_alias(&self) -> String {
        format!("{}0", self.letters)
    }

    /// The field at the end of a path.
    pub(crate) fn column(&mut self, path: &Path) -> Result<Column, Fault> {
        let segments = self.own_segments(path);
        let Some((field, relationships)) = segments.split_last() else { return Err(self.no_column(path, 0, "")) };
        let place = self.place(path, relationships)?;
        self.field(path, place, field)
    }

    /// A field of the query's own object, by its described name.
    pub(crate) fn own_column(&mut self, name: &str) -> Result<Column, Fault> {
        let place = &self.places[0];
        let (alias, object) = &place.tables[0];
        let field = object.fields.iter().position(|field| field.name == name);
        let source = field.map(|field| Source { object: Arc::clone(object), alias: alias.clone(), field });
        let unknown = || refused("INVALID_FIELD", format!("No such column '{name}' on entity '{}'", object.name));
        source.map(|source| Column::of(vec![source], &[], format!("{alias}.\"Id\""))).ok_or_else(unknown)
    }

    /// The field at the end of a path that starts at a parent, which is known to be an `object`.
    pub(crate) fn branch_column(&mut self, relationship: &Name, object: &str, path: &Path) -> Result<Column, Fault> {
        let from = self.branch(path, relationship, object)?;
        let Some((field, relationships)) = path.segments().split_last() else {
            return Err(self.no_column(path, from, ""));
        };
        let mut place = from;
        for relationship in relationships {
            place = self.parent(path, place, relationship)?;
        }
        self.field(path, place, field)
    }

    /// The field of a polymorphic parent as the `Name` object has it.
    pub(crate) fn name_column(&mut self, relationship: &Name, path: &Path) -> Result<Column, Fault> {
        let mut place = self.parent(path, 0, relationship.as_str())?;
        let Some((field, relationships)) = path.segments().split_last() else {
            return Err(self.no_column(path, place, ""));
        };
        for relationship in relationships {
            place = self.parent(path, place, relationship)?;
        }
        self.field(path, place, field)
    }

    /// The described name of a relationship of the query's own object, and whether it shows as the `Name` object.
    pub(crate) fn relationship(&mut self, name: &Name, path: &Path) -> Result<(String, bool), Fault> {
        let place = self.parent(path, 0, name.as_str())?;
        let place = &self.places[place];
        Ok((place.relationships.last().cloned().unwrap_or_default(), place.is_name))
    }

    /// Joins behind the query's own table.
    pub(crate) fn joins(&self) -> Result<String, Fault> {
        let mut joins = String::new();
        let mut tables = 1;
        for place in self.places[1..].iter().filter(|place| !place.is_branch) {
            let keys: Vec<String> = self.places[place.parent]
                .tables
                .iter()
                .filter(|(_, object)| object.field(&place.reference).is_some())
                .map(|(alias, _)| format!("{alias}.{}", identifier(&place.reference)))
                .collect();
            let key = coalesced(keys);
            for (alias, object) in &place.tables {
                tables += 1;
                joins.push_str(&format!(" LEFT JOIN {} AS {alias} ON {alias}.\"Id\" = {key}", table(&object.name)));
            }
        }
        if tables > MOST_TABLES {
            return Err(refused("QUERY_TOO_COMPLICATED", "The query walks to too many kinds of parents".to_owned()));
        }
        Ok(joins)
    }

    /// The concrete object and table alias of each kind of a parent, and whether it shows as the `Name` object.
    pub(crate) fn tables(&self, relationships: &[String]) -> (Vec<(String, Arc<Object>)>, bool) {
        let place = self.places.iter().find(|place| place.relationships == relationships);
        place.map_or((Vec::new(), false), |place| (place.tables.clone(), place.is_name))
    }

    pub(crate) fn fault(&self, path: &Path, code: &'static str, reason: &str) -> Fault {
        refused(code, located(self.text, path.position(), reason))
    }

    fn is_own(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The path from the query's object, without a name of its own or a short name in front.
    fn own_segments(&self, path: &Path) -> Vec<String> {
        let segments = path.segments();
        match segments.split_first() {
            Some((first, rest)) if !rest.is_empty() && self.is_own(first) => rest.to_vec(),
            Some((first, rest)) if !rest.is_empty() => match self.related.get(&first.to_lowercase()) {
                Some(way) => way.iter().chain(rest).cloned().collect(),
                None => segments.to_vec(),
            },
            _ => segments.to_vec(),
        }
    }

    fn place(&mut self, path: &Path, relationships: &[String]) -> Result<usize, Fault> {
        if relationships.len() > DEEPEST {
            let reason = "Too many levels of relationships in a field path, maximum is 5";
            return Err(self.fault(path, "MALFORMED_QUERY", reason));
        }
        let mut place = 0;
        for relationship in relationships {
            place = self.parent(path, place, relationship)?;
        }
        Ok(place)
    }

    fn parent(&mut self, path: &Path, from: usize, relationship: &str) -> Result<usize, Fault> {
        // Of the objects a polymorphic parent may be, the first that has the relationship leads on.
        let mut objects = self.places[from].tables.iter();
        let field = objects.find_map(|(_, object)| object.relationship(relationship)).cloned();
        let field = field.ok_or_else(|| self.no_relationship(path, relationship))?;
        let mut relationships = self.places[from].relationships.clone();
        relationships.push(field.relationship.clone().unwrap_or_default());
        if let Some(known) = self.places.iter().position(|place| place.relationships == relationships) {
            return Ok(known);
        }
        let at = self.places.len();
        let objects = field.refers_to.iter().filter_map(|name| self.schema.object(name)).cloned();
        let tables: Vec<_> =
            objects.enumerate().map(|(n, object)| (format!("{}{at}_{n}", self.letters), object)).collect();
        if tables.is_empty() {
            return Err(self.no_relationship(path, relationship));
        }
        if self.places.iter().filter(|place| !place.is_branch).count() > MOST_RELATIONSHIPS {
            let reason = format!("Too many parent relationships in a query, maximum is {MOST_RELATIONSHIPS}");
            return Err(self.fault(path, "MALFORMED_QUERY", &reason));
        }
        let is_name = field.can(Ability::NamePointing);
        self.places.push(Place {
            relationships,
            parent: from,
            reference: field.name,
            tables,
            is_name,
            is_branch: false,
        });
        Ok(at)
    }

    /// A parent narrowed down to one kind.
    fn branch(&mut self, path: &Path, relationship: &Name, object: &str) -> Result<usize, Fault> {
        let whole = self.parent(path, 0, relationship.as_str())?;
        let found = self.places[whole].tables.iter().find(|(_, known)| known.name.eq_ignore_ascii_case(object));
        let Some(table) = found.cloned() else {
            let reason =
                format!("sObject type '{object}' is not a type of the relationship '{}'", relationship.as_str());
            return Err(self.fault(path, "INVALID_TYPE", &reason));
        };
        let mut relationships = self.places[whole].relationships.clone();
        // No relationship has a colon in its name.
        relationships.push(format!(":{}", table.1.name));
        if let Some(known) = self.places.iter().position(|place| place.relationships == relationships) {
            return Ok(known);
        }
        let place = Place {
            relationships,
            parent: whole,
            reference: String::new(),
            tables: vec![table],
            is_name: false,
            is_branch: true,
        };
        self.places.push(place);
        Ok(self.places.len() - 1)
    }

    fn field(&self, path: &Path, at: usize, name: &str) -> Result<Column, Fault> {
        let place = &self.places[at];
        let having: Vec<Source> = place
            .tables
            .iter()
            .filter_map(|(alias, object)| {
                let field = object.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))?;
                Some(Source { object: Arc::clone(object), alias: alias.clone(), field })
            })
            .collect();
        let row_id = coalesced(place.tables.iter().map(|(alias, _)| format!("{alias}.\"Id\"")).collect());
        if place.is_name && name.eq_ignore_ascii_case("Type") {
            return Ok(type_column(&place.tables, place.relationships.clone(), row_id));
        }
        let name_field = NAME_FIELDS.iter().find(|known| place.is_name && known.eq_ignore_ascii_case(name));
        let is_hidden = place.is_name && place.tables.len() > 1 && name_field.is_none();
        match name_field {
            Some(known) if having.is_empty() => return Ok(Column::absent(known, &place.relationships, row_id)),
            None if having.is_empty() || is_hidden => return Err(self.no_column(path, at, name)),
            _ => {}
        }
        Ok(Column::of(having, &place.relationships, row_id))
    }

    fn no_column(&self, path: &Path, place: usize, name: &str) -> Fault {
        let place = &self.places[place];
        let entity = if place.is_name { "Name" } else { &place.tables[0].1.name };
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

fn known_object(schema: &Schema, text: &str, name: &Name) -> Result<Arc<Object>, Fault> {
    schema.object(name.as_str()).cloned().ok_or_else(|| {
        let reason = format!(
            "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' \
             after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
            name.as_str()
        );
        refused("INVALID_TYPE", located(text, name.position(), &reason))
    })
}

pub(super) fn coalesced(columns: Vec<String>) -> String {
    if columns.len() == 1 { columns.concat() } else { format!("coalesce({})", columns.join(", ")) }
}
