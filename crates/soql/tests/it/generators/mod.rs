//! Texts of queries over the whole grammar.

mod pieces;

use proptest::prelude::*;
use proptest::sample::select;

use pieces::{
    aggregate, converted, date_part, distance, formatted, grouping, label, number, optional, path, several, text,
    value, word,
};

/// A text that stands in one clause.
type Part = BoxedStrategy<String>;

const SCOPES: [&str; 5] = ["mine", "everything", "team", "scopingRule", "queue_owned"];

/// Any whole query.
pub(crate) fn query() -> Part {
    prop_oneof![3 => records(), 1 => counted(), 2 => grouped()].boxed()
}

/// Rows with their fields, children and the clauses around them.
fn records() -> Part {
    let clauses = (where_clause(true), optional(with()), order_by(order_key()), page(), closing());
    (select_list(2), from(), clauses)
        .prop_map(|(select, from, (condition, with, order, page, closing))| {
            format!("SELECT {select} FROM {from}{condition}{with}{order}{page}{closing}")
        })
        .boxed()
}

fn counted() -> Part {
    let scope = optional(select(SCOPES.to_vec()).prop_map(|scope| format!(" USING SCOPE {scope}")).boxed());
    (word(), scope, where_clause(true), page())
        .prop_map(|(object, scope, condition, page)| format!("SELECT COUNT() FROM {object}{scope}{condition}{page}"))
        .boxed()
}

fn grouped() -> Part {
    let item = prop_oneof![path(), aggregate(), date_part(), grouping(), formatted()];
    let items = several(
        (item, optional(word().prop_map(|alias| format!(" {alias}")).boxed()))
            .prop_map(|(item, alias)| format!("{item}{alias}"))
            .boxed(),
    );
    let fields = prop::collection::vec(prop_oneof![path(), date_part()], 1..=3).prop_map(|fields| fields.join(", "));
    let clause = (fields, select(vec!["", "ROLLUP", "CUBE"])).prop_map(|(fields, word)| {
        if word.is_empty() { format!(" GROUP BY {fields}") } else { format!(" GROUP BY {word}({fields})") }
    });
    let operand = prop_oneof![path(), aggregate(), grouping(), date_part()].boxed();
    let having =
        optional(condition(operand.clone(), false).prop_map(|condition| format!(" HAVING {condition}")).boxed());
    (items, word(), where_clause(true), clause, having, order_by(operand), page())
        .prop_map(|(items, object, condition, group, having, order, page)| {
            format!("SELECT {items} FROM {object}{condition}{group}{having}{order}{page}")
        })
        .boxed()
}

fn select_list(levels: usize) -> Part {
    let formatted = prop_oneof![path(), converted(), date_part()].prop_map(|inner| format!("FORMAT({inner})"));
    let named = prop_oneof![formatted.boxed(), label(), converted(), distance()];
    let named = (named, optional(word().prop_map(|alias| format!(" {alias}")).boxed()))
        .prop_map(|(function, alias)| format!("{function}{alias}"));
    let group = select(vec!["FIELDS(ALL)", "FIELDS(STANDARD)", "FIELDS(CUSTOM)"]).prop_map(str::to_owned);
    let mut kinds = vec![(6, path()), (2, named.boxed()), (1, group.boxed()), (1, type_of())];
    if levels > 0 {
        kinds.push((2, child(levels - 1)));
    }
    several(prop::strategy::Union::new_weighted(kinds).boxed())
}

fn child(levels: usize) -> Part {
    let owner = optional(word().prop_map(|owner| format!("{owner}.")).boxed());
    let from = (owner, word(), optional(word().prop_map(|alias| format!(" {alias}")).boxed()));
    (select_list(levels), from, where_clause(false), order_by(order_key()), page())
        .prop_map(|(select, (owner, object, alias), condition, order, page)| {
            format!("(SELECT {select} FROM {owner}{object}{alias}{condition}{order}{page})")
        })
        .boxed()
}

fn type_of() -> Part {
    let branch = (word(), several(path())).prop_map(|(object, fields)| format!(" WHEN {object} THEN {fields}"));
    let otherwise = several(path()).prop_map(|fields| format!(" ELSE {fields}"));
    let branches = prop::collection::vec(branch, 1..3).prop_map(|branches| branches.concat());
    (word(), branches, optional(otherwise.boxed()))
        .prop_map(|(relationship, branches, otherwise)| format!("TYPEOF {relationship}{branches}{otherwise} END"))
        .boxed()
}

fn from() -> Part {
    let related = (path(), optional(word().prop_map(|alias| format!(" {alias}")).boxed()))
        .prop_map(|(path, alias)| format!(", {path}{alias}"));
    let related = prop::collection::vec(related, 0..2).prop_map(|related| related.concat());
    (word(), optional(word().prop_map(|alias| format!(" {alias}")).boxed()), related)
        .prop_map(|(object, alias, related)| format!("{object}{alias}{related}"))
        .boxed()
}

/// A condition; semi-joins stand at its top.
fn where_clause(semi_joins: bool) -> Part {
    let operand = prop_oneof![4 => path(), 1 => date_part(), 1 => label()].boxed();
    let condition = condition(operand, true);
    let inside = optional(condition.clone().prop_map(|condition| format!(" WHERE {condition}")).boxed());
    let semi_join =
        (path(), any::<bool>(), path(), word(), inside).prop_map(|(left, negated, field, object, inside)| {
            format!("{left} {}IN (SELECT {field} FROM {object}{inside})", if negated { "NOT " } else { "" })
        });
    let with_semi_join = (condition.clone(), semi_join)
        .prop_map(|(condition, semi_join)| format!(" WHERE ({condition}) AND {semi_join}"));
    let plain = optional(condition.prop_map(|condition| format!(" WHERE {condition}")).boxed());
    if semi_joins { prop_oneof![3 => plain, 1 => with_semi_join].boxed() } else { plain }
}

/// Distances stand in `WHERE` only.
fn condition(operand: Part, distances: bool) -> Part {
    let distant = (distance(), select(vec!["<", ">"]), number())
        .prop_map(|(distance, operator, number)| format!("{distance} {operator} {number}"));
    let leaf = comparison(operand);
    let leaf = if distances { prop_oneof![8 => leaf, 1 => distant].boxed() } else { leaf };
    leaf.prop_recursive(4, 24, 4, |inner| {
        let joined = |word: &'static str| {
            move |parts: Vec<String>| {
                parts.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(&format!(" {word} "))
            }
        };
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(joined("AND")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(joined("OR")),
            inner.prop_map(|inner| format!("NOT ({inner})")),
        ]
    })
    .boxed()
}

fn comparison(operand: Part) -> Part {
    let operator = select(vec!["=", "!=", "<", "<=", ">", ">=", "<>"]);
    prop_oneof![
        4 => (operand.clone(), operator, value()).prop_map(|(left, operator, value)| format!("{left} {operator} {value}")),
        1 => (operand.clone(), "[a-z%_]{0,9}").prop_map(|(left, pattern)| format!("{left} LIKE '{pattern}'")),
        1 => (operand.clone(), several(value()), any::<bool>()).prop_map(|(left, values, negated)| {
            format!("{left} {}IN ({values})", if negated { "NOT " } else { "" })
        }),
        1 => (operand, several(text()), any::<bool>()).prop_map(|(left, texts, includes)| {
            format!("{left} {} ({texts})", if includes { "INCLUDES" } else { "EXCLUDES" })
        }),
    ]
    .boxed()
}

fn with() -> Part {
    let selector = select(vec!["AT", "ABOVE", "BELOW", "ABOVE_OR_BELOW"]);
    let category = (word(), selector, several(word()))
        .prop_map(|(group, selector, categories)| format!("{group} {selector} ({categories})"));
    let categories =
        prop::collection::vec(category, 1..3).prop_map(|all| format!("DATA CATEGORY {}", all.join(" AND ")));
    let mode = select(vec!["SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"]).prop_map(str::to_owned);
    let visibility = settings().prop_map(|settings| format!("RecordVisibilityContext ({settings})"));
    prop_oneof![categories, mode, visibility].prop_map(|with| format!(" WITH {with}")).boxed()
}

fn settings() -> Part {
    let value = prop_oneof![number(), text(), Just("true".to_owned()), Just("FALSE".to_owned())];
    several((word(), value).prop_map(|(name, value)| format!("{name} = {value}")).boxed())
}

fn closing() -> Part {
    let either = |words: &'static [&'static str]| optional(select(words.to_vec()).prop_map(str::to_owned).boxed());
    (
        either(&[" FOR VIEW", " FOR REFERENCE", " FOR REFERENCE, VIEW"]),
        either(&[" UPDATE TRACKING", " UPDATE VIEWSTAT", " UPDATE VIEWSTAT, TRACKING"]),
        optional(settings().prop_map(|settings| format!(" SET OPTIONS ({settings})")).boxed()),
        either(&[" FOR UPDATE"]),
        either(&[" ALL ROWS"]),
    )
        .prop_map(|(touches, updates, settings, lock, all)| format!("{touches}{updates}{settings}{lock}{all}"))
        .boxed()
}

fn page() -> Part {
    (prop::option::of(0_u64..), prop::option::of(0_u64..5_000))
        .prop_map(|(limit, offset)| {
            let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
            let offset = offset.map(|offset| format!(" OFFSET {offset}")).unwrap_or_default();
            format!("{limit}{offset}")
        })
        .boxed()
}

fn order_key() -> Part {
    prop_oneof![4 => path(), 1 => distance(), 1 => date_part()].boxed()
}

fn order_by(key: Part) -> Part {
    let suffix = select(vec!["", " ASC", " DESC", " NULLS FIRST", " NULLS LAST", " DESC NULLS LAST"]);
    let keys = several((key, suffix).prop_map(|(key, suffix)| format!("{key}{suffix}")).boxed());
    optional(keys.prop_map(|keys| format!(" ORDER BY {keys}")).boxed())
}
