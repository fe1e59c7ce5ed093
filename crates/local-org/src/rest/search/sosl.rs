//! `FIND {text} IN NAME FIELDS RETURNING Account(Id, Name WHERE … ORDER BY … LIMIT 5), Lead LIMIT 20`, taken apart.
//! What stands in parentheses is SOQL's business. Refuses to search.

use crate::answers::Fault;
use crate::rest::search::{Target, Wanted, malformed, scope};

/// Where one clause of a target ends and another begins.
const CLAUSES: [&str; 4] = ["WHERE", "ORDER BY", "LIMIT", "OFFSET"];

/// Reads a whole search.
pub(super) fn read(text: &str) -> Result<Wanted, Fault> {
    let rest = keyword(text, "FIND").ok_or_else(|| malformed(&format!("unexpected token, expecting FIND: {text}")))?;
    let (term, mut rest) = braced(rest)?;
    let mut wanted = Wanted { text: term.to_owned(), ..Wanted::default() };
    if let Some(after) = keyword(rest, "IN") {
        let (name, after) = word(after);
        wanted.scope = scope(name)?;
        rest = keyword(after, "FIELDS").ok_or_else(|| malformed("expecting FIELDS after the search group"))?;
    }
    if let Some(after) = keyword(rest, "RETURNING") {
        let mut after = after;
        loop {
            let (target, next) = target(after)?;
            wanted.targets.push(target);
            after = next.trim_start();
            match after.strip_prefix(',') {
                Some(next) => after = next,
                None => break,
            }
        }
        rest = after;
    }
    if let Some(after) = keyword(rest, "LIMIT") {
        let (number, after) = word(after);
        wanted.limit = Some(count(number)?);
        rest = after;
    }
    if rest.trim().is_empty() { Ok(wanted) } else { Err(malformed(&format!("unexpected token: {}", rest.trim()))) }
}

/// The text between braces, in which a backslash takes the next character literally.
fn braced(text: &str) -> Result<(&str, &str), Fault> {
    let inner = text.trim_start().strip_prefix('{').ok_or_else(|| malformed("expecting a left brace after FIND"))?;
    let mut is_escaped = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '}' => return Ok((&inner[..at], &inner[at + 1..])),
            _ => {}
        }
    }
    Err(malformed("expecting a right brace after the search term"))
}

fn target(text: &str) -> Result<(Target, &str), Fault> {
    let (name, rest) = word(text);
    if name.is_empty() {
        return Err(malformed("expecting an object after RETURNING"));
    }
    let mut target = Target { name: name.to_owned(), ..Target::default() };
    let Some(inner) = rest.trim_start().strip_prefix('(') else { return Ok((target, rest)) };
    let end =
        outside(inner, |_, rest| rest.starts_with(')')).ok_or_else(|| malformed("expecting a right parenthesis"))?;
    let (inside, rest) = (&inner[..end], &inner[end + 1..]);
    let mut start = next_clause(inside, 0);
    let fields = inside[..start].split(',').map(|name| name.trim().to_owned());
    target.fields = fields.filter(|name| !name.is_empty()).collect();
    while start < inside.len() {
        let end = next_clause(inside, start + 1);
        clause(&mut target, &inside[start..end])?;
        start = end;
    }
    Ok((target, rest))
}

fn clause(target: &mut Target, text: &str) -> Result<(), Fault> {
    if let Some(rest) = keyword(text, "WHERE") {
        target.r#where = Some(rest.trim().to_owned());
    } else if let Some(rest) = keyword(text, "ORDER").and_then(|rest| keyword(rest, "BY")) {
        target.order_by = Some(rest.trim().to_owned());
    } else if let Some(rest) = keyword(text, "LIMIT") {
        target.limit = Some(count(rest.trim())?);
    } else if let Some(rest) = keyword(text, "OFFSET") {
        target.offset = Some(count(rest.trim())?);
    }
    Ok(())
}

/// Where the next clause begins, at or after `from`; the end when there is none.
fn next_clause(text: &str, from: usize) -> usize {
    let begins = |at: usize, rest: &str| {
        let is_word_start = at == 0 || text[..at].ends_with(|before: char| before.is_whitespace() || before == ')');
        let first = |clause: &str| clause.split(' ').next().is_some_and(|first| keyword(rest, first).is_some());
        at >= from && is_word_start && CLAUSES.iter().any(|clause| first(clause))
    };
    outside(text, begins).unwrap_or(text.len())
}

/// The first place outside quotes and inner parentheses that a test accepts.
fn outside(text: &str, test: impl Fn(usize, &str) -> bool) -> Option<usize> {
    let (mut depth, mut in_quotes, mut is_escaped) = (0_usize, false, false);
    for (at, character) in text.char_indices() {
        if depth == 0 && !in_quotes && test(at, &text[at..]) {
            return Some(at);
        }
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if in_quotes => is_escaped = true,
            '\'' => in_quotes = !in_quotes,
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// What follows a keyword in any case, when the text begins with it.
fn keyword<'text>(text: &'text str, wanted: &str) -> Option<&'text str> {
    let text = text.trim_start();
    let (first, rest) = (text.get(..wanted.len())?, &text[wanted.len()..]);
    let ends = !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    (first.eq_ignore_ascii_case(wanted) && ends).then_some(rest)
}

/// The next run of letters, digits and underscores.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end)
}

fn count(text: &str) -> Result<usize, Fault> {
    text.parse().map_err(|_| malformed(&format!("expecting a number, found '{text}'")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::search::Scope;

    #[test]
    fn a_search_is_taken_apart() {
        let text = "find {a\\}b OR c} in Name fields RETURNING Account(Id, Name WHERE (Type = 'x) LIMIT' AND Site != null) ORDER BY Name DESC LIMIT 5 OFFSET 2), Lead limit 20";
        let wanted = read(text).ok().unwrap();
        assert_eq!((wanted.text.as_str(), wanted.scope, wanted.limit), ("a\\}b OR c", Scope::Name, Some(20)));
        let account = Target {
            name: "Account".to_owned(),
            fields: vec!["Id".to_owned(), "Name".to_owned()],
            r#where: Some("(Type = 'x) LIMIT' AND Site != null)".to_owned()),
            order_by: Some("Name DESC".to_owned()),
            limit: Some(5),
            offset: Some(2),
        };
        assert_eq!(wanted.targets, [account, Target { name: "Lead".to_owned(), ..Target::default() }]);
    }

    #[test]
    fn what_is_no_search_is_refused() {
        for text in [
            "",
            "FIND",
            "FIND acme",
            "FIND {acme",
            "SELECT Id FROM Account",
            "FIND {acme} IN NOTHING FIELDS",
            "FIND {acme} IN NAME",
            "FIND {acme} RETURNING",
            "FIND {acme} RETURNING Account(Id",
            "FIND {acme} LIMIT x",
            "FIND {acme} nonsense",
            "FIND {é",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
