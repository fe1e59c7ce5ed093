//! The rooms: which layer a crate lives in and which crates it may use.
//!
//! This table is a decision, not a description: what the manifests really say is compared with it. It refuses to know the
//! crates' one-line descriptions, which their manifests hold.

/// What a crate is to the others. The order is the drawing's, from the top down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Doors,
    UseCases,
    Engines,
    Implementations,
    Contracts,
    Tools,
    Pure,
    Beside,
}

impl Layer {
    /// Every layer, from the top down.
    pub(crate) const ALL: [Self; 8] = [
        Self::Doors,
        Self::UseCases,
        Self::Engines,
        Self::Implementations,
        Self::Contracts,
        Self::Tools,
        Self::Pure,
        Self::Beside,
    ];

    /// The word in the drawing's left column.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Doors => "DOORS",
            Self::UseCases => "USE CASES",
            Self::Engines => "ENGINES",
            Self::Implementations => "IMPLEMENTATIONS",
            Self::Contracts => "CONTRACTS",
            Self::Tools => "TOOLS",
            Self::Pure => "PURE",
            Self::Beside => "BESIDE",
        }
    }

    /// What the rooms of this layer have in common.
    pub(crate) fn motto(self) -> &'static str {
        match self {
            Self::Doors => "speak wire formats, hold no rules; cli introduces everyone",
            Self::UseCases => "one folder per noun; the only room that joins rooms",
            Self::Engines => "decide and move; side by side with the implementations",
            Self::Implementations => "keep the promises; neither side names the other",
            Self::Contracts => "traits whose docs are the specification, with conformance suites",
            Self::Tools => "the Salesforce client, all that leaves us, sealing",
            Self::Pure => "no IO, no async, no clock",
            Self::Beside => "for tests: a development dependency only",
        }
    }

    /// Whether a crate of this layer may ever be given an arrow to one of `other`.
    pub(crate) fn may_point_at(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Beside) => false,
            (Self::Beside, _) => true,
            (Self::Engines, Self::Implementations) => false,
            (from, to) => from <= to,
        }
    }
}

/// The crates of ours that a crate may name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Uses {
    /// Every crate its layer may point at.
    Anything,
    /// These alone.
    Only(&'static [&'static str]),
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Room {
    /// Folder under `crates/`, and the package's name without `salesbridge-`.
    pub(crate) name: &'static str,
    pub(crate) layer: Layer,
    /// Normal and build dependencies.
    pub(crate) uses: Uses,
    /// Development dependencies, which tests bring.
    pub(crate) tests_use: Uses,
}

impl Room {
    const fn new(name: &'static str, layer: Layer, uses: &'static [&'static str]) -> Self {
        Self { name, layer, uses: Uses::Only(uses), tests_use: Uses::Anything }
    }
}

/// The row of a crate, if it has one.
pub(crate) fn find(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// The table, from the top down.
pub(crate) const ROOMS: &[Room] = &[
    Room { name: "cli", layer: Layer::Doors, uses: Uses::Anything, tests_use: Uses::Anything },
    Room::new("server", Layer::Doors, &["hub", "model"]),
    // Client and stand-in meet on the wire only, in tests too: otherwise they could share a mistake quietly.
    Room {
        name: "local-org",
        layer: Layer::Doors,
        uses: Uses::Only(&["soql"]),
        tests_use: Uses::Only(&["soql", "testkit"]),
    },
    Room::new(
        "hub",
        Layer::UseCases,
        &["connector-kit", "connectors", "egress", "journal", "model", "salesforce", "store", "sync", "vault"],
    ),
    Room::new("sync", Layer::Engines, &["connector-kit", "journal", "model", "store"]),
    Room::new("connectors", Layer::Implementations, &["connector-kit", "egress", "model", "salesforce"]),
    Room::new("store-postgres", Layer::Implementations, &["model", "store"]),
    Room::new("store-sqlite", Layer::Implementations, &["model", "store"]),
    Room::new("connector-kit", Layer::Contracts, &["model"]),
    Room::new("journal", Layer::Contracts, &["model", "store"]),
    Room::new("store", Layer::Contracts, &["model"]),
    Room::new("salesforce", Layer::Tools, &["egress", "model", "soql"]),
    Room::new("egress", Layer::Tools, &["model"]),
    Room::new("vault", Layer::Tools, &["model"]),
    Room::new("model", Layer::Pure, &[]),
    Room::new("soql", Layer::Pure, &[]),
    Room { name: "testkit", layer: Layer::Beside, uses: Uses::Anything, tests_use: Uses::Anything },
];

#[cfg(test)]
mod tests {
    use super::{Layer, ROOMS, Uses, find};

    #[test]
    fn every_arrow_of_the_table_names_a_room_and_points_down_or_beside() {
        for room in ROOMS {
            let Uses::Only(targets) = room.uses else { continue };
            for target in targets {
                let other = find(target).unwrap_or_else(|| panic!("{} may use {target}, which has no row", room.name));
                assert!(room.layer.may_point_at(other.layer), "{} -> {target} points up", room.name);
            }
        }
    }

    #[test]
    fn the_table_runs_from_the_top_down() {
        assert!(ROOMS.is_sorted_by_key(|room| room.layer));
    }

    #[test]
    fn engines_and_implementations_never_name_each_other() {
        assert!(!Layer::Engines.may_point_at(Layer::Implementations));
        assert!(!Layer::Implementations.may_point_at(Layer::Engines));
    }

    #[test]
    fn only_the_command_line_and_the_test_kit_may_name_a_backend() {
        let naming = ROOMS.iter().filter(|room| match room.uses {
            Uses::Anything => true,
            Uses::Only(targets) => targets.iter().any(|target| target.starts_with("store-")),
        });
        assert_eq!(naming.map(|room| room.name).collect::<Vec<_>>(), ["cli", "testkit"]);
    }
}
