//! Compares what the manifests name with what the table allows.
//!
//! Pure: it reads no file and prints nothing; every departure is one sentence.

use std::collections::BTreeSet;

use crate::{
    manifests::Manifest,
    rooms::{Layer, ROOMS, Room, Uses, find},
};

const TABLE: &str = "xtask/src/rooms.rs";

/// Every departure of the manifests from the table, one sentence each. Empty when they agree.
pub(crate) fn departures(manifests: &[Manifest]) -> Vec<String> {
    let mut found = missing_crates(manifests);
    for manifest in manifests {
        match find(&manifest.name) {
            Some(room) => found.extend(departures_of(room, manifest)),
            None => {
                found.push(format!("crate `{}` has no row in {TABLE}: add one and say what it may use", manifest.name))
            }
        }
    }
    found
}

fn missing_crates(manifests: &[Manifest]) -> Vec<String> {
    let present: BTreeSet<&str> = manifests.iter().map(|manifest| manifest.name.as_str()).collect();
    ROOMS
        .iter()
        .filter(|room| !present.contains(room.name))
        .map(|room| format!("{TABLE} has a row for `{}`, but there is no such crate", room.name))
        .collect()
}

fn departures_of(room: &Room, manifest: &Manifest) -> Vec<String> {
    let mut found = Vec::new();
    if manifest.line.is_empty() {
        found.push(format!("crate `{}` has no description in its manifest: say in one line what it is for", room.name));
    }
    for target in &manifest.uses {
        if !may_use(room, target) {
            found.push(arrow(room, target, "may not use"));
        }
    }
    for target in &manifest.tests_use {
        if !listed(room.tests_use, target) {
            found.push(arrow(room, target, "may not use in its tests"));
        }
    }
    found
}

fn may_use(room: &Room, target: &str) -> bool {
    let layer = find(target).map_or(Layer::Beside, |other| other.layer);
    room.layer.may_point_at(layer) && listed(room.uses, target)
}

fn listed(uses: Uses, target: &str) -> bool {
    match uses {
        Uses::Anything => true,
        Uses::Only(targets) => targets.contains(&target),
    }
}

fn arrow(room: &Room, target: &str, verb: &str) -> String {
    format!("`{}` {verb} `{target}`: move what it needs, or decide otherwise in {TABLE} and docs/decisions/", room.name)
}

#[cfg(test)]
mod tests {
    use super::departures;
    use crate::{
        manifests::{Manifest, Workspace},
        rooms::ROOMS,
    };

    /// Every crate of the table, each with a line and no arrow.
    fn bare() -> Vec<Manifest> {
        let row = |name: &str| Manifest { name: name.to_owned(), line: "A line.".to_owned(), ..Manifest::default() };
        ROOMS.iter().map(|room| row(room.name)).collect()
    }

    fn with_arrow(from: &str, to: &str) -> Vec<String> {
        let mut manifests = bare();
        named(&mut manifests, from).uses.insert(to.to_owned());
        departures(&manifests)
    }

    fn with_test_arrow(from: &str, to: &str) -> Vec<String> {
        let mut manifests = bare();
        named(&mut manifests, from).tests_use.insert(to.to_owned());
        departures(&manifests)
    }

    fn named<'a>(manifests: &'a mut [Manifest], name: &str) -> &'a mut Manifest {
        manifests.iter_mut().find(|manifest| manifest.name == name).unwrap()
    }

    #[test]
    fn the_manifests_of_this_repository_keep_to_the_table() {
        let workspace = Workspace::read().unwrap();
        assert!(workspace.manifests.len() > 10, "Cargo lists our crates");
        assert_eq!(departures(&workspace.manifests), Vec::<String>::new());
    }

    #[test]
    fn an_allowed_arrow_is_no_departure() {
        assert_eq!(with_arrow("hub", "store"), Vec::<String>::new());
        assert_eq!(with_arrow("cli", "store-sqlite"), Vec::<String>::new());
        assert_eq!(with_test_arrow("salesforce", "local-org"), Vec::<String>::new());
        assert_eq!(with_test_arrow("sync", "testkit"), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_points_up_is_named() {
        let found = with_arrow("store", "hub");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("`store` may not use `hub`"), "{found:?}");
    }

    #[test]
    fn the_stand_in_and_the_client_name_each_other_nowhere_but_in_the_clients_tests() {
        assert_eq!(with_arrow("salesforce", "local-org").len(), 1);
        assert_eq!(with_arrow("local-org", "salesforce").len(), 1);
        assert_eq!(with_arrow("local-org", "model").len(), 1);
        assert_eq!(with_test_arrow("local-org", "salesforce").len(), 1);
        assert_eq!(with_arrow("local-org", "soql"), Vec::<String>::new());
    }

    #[test]
    fn the_test_kit_never_reaches_the_product() {
        assert_eq!(with_arrow("cli", "testkit").len(), 1);
        assert_eq!(with_arrow("store", "testkit").len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_named() {
        let mut manifests = bare();
        named(&mut manifests, "vault").name = "cellar".to_owned();
        let found = departures(&manifests).join("\n");
        assert!(found.contains("crate `cellar` has no row"), "{found}");
        assert!(found.contains("a row for `vault`"), "{found}");
    }

    #[test]
    fn a_crate_without_a_description_is_named() {
        let mut manifests = bare();
        named(&mut manifests, "model").line.clear();
        assert_eq!(departures(&manifests).len(), 1);
    }
}
