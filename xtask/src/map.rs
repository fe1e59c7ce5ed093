//! Draws the rooms and their arrows, and keeps ARCHITECTURE.md's copy true.
//!
//! The drawing is made from the manifests; only the order of the layers comes from the table.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    manifests::{Manifest, Workspace},
    rooms::{Layer, ROOMS},
    rules,
};

const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- map: begin. Printed by `cargo xtask map --write`; edit the manifests instead. -->";
const END: &str = "<!-- map: end -->";

/// The drawing by layers, then each crate with its line and its arrows.
pub(crate) fn draw(manifests: &[Manifest]) -> String {
    format!("```text\n{}```\n\n```text\n{}```\n", layers(manifests), arrows(manifests))
}

/// Compares the manifests with the table and the page with the drawing. Fails with every departure, one a line.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut problems = rules::departures(&workspace.manifests);
    let page = page(&workspace.root)?;
    if split(&page)?.map != draw(&workspace.manifests) {
        problems.push(format!("the map in {PAGE} is out of date: run `cargo xtask map --write`"));
    }
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

/// Renews the drawing in the page.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let page = page(&workspace.root)?;
    let renewed = with_map(&page, &draw(&workspace.manifests))?;
    fs::write(workspace.root.join(PAGE), renewed).with_context(|| format!("could not write {PAGE}"))
}

fn page(root: &Path) -> Result<String> {
    fs::read_to_string(root.join(PAGE)).with_context(|| format!("could not read {PAGE}"))
}

/// The page in three parts.
struct Parts<'a> {
    /// Everything to the end of the first marker's line.
    above: &'a str,
    map: &'a str,
    /// Everything from the second marker on.
    below: &'a str,
}

fn split(page: &str) -> Result<Parts<'_>> {
    let begin = page.find(BEGIN).map(|at| at + BEGIN.len() + 1);
    let end = page.find(END);
    let (Some(begin), Some(end)) = (begin, end) else { bail!(missing_markers()) };
    match (page.get(..begin), page.get(begin..end), page.get(end..)) {
        (Some(above), Some(map), Some(below)) => Ok(Parts { above, map, below }),
        _ => bail!(missing_markers()),
    }
}

fn missing_markers() -> String {
    format!("{PAGE} lacks the two lines between which the map stands:\n{BEGIN}\n{END}")
}

fn with_map(page: &str, map: &str) -> Result<String> {
    let Parts { above, below, .. } = split(page)?;
    Ok(format!("{above}{map}{below}"))
}

fn layers(manifests: &[Manifest]) -> String {
    let lines: Vec<(Layer, String)> = Layer::ALL.map(|layer| (layer, line_of(layer, manifests))).into();
    let width = lines.iter().map(|(_, line)| line.chars().count()).max().unwrap_or_default();
    let mut drawing = String::new();
    for (layer, line) in lines {
        if has_arrow_above(layer) {
            drawing.push_str("                       ▼\n");
        }
        let padding = " ".repeat(width - line.chars().count());
        let _ = writeln!(drawing, " {:<16} {line}{padding}   {}", layer.title(), layer.motto());
    }
    drawing
}

/// Doors stand at the top, implementations beside the engines, and what is beside has no place in the pile.
fn has_arrow_above(layer: Layer) -> bool {
    !matches!(layer, Layer::Doors | Layer::Implementations | Layer::Beside)
}

/// The rooms of a layer in the table's order; an arrow within the layer is drawn.
fn line_of(layer: Layer, manifests: &[Manifest]) -> String {
    let present = |name: &str| manifests.iter().find(|manifest| manifest.name == name);
    let rooms: Vec<&Manifest> =
        ROOMS.iter().filter(|room| room.layer == layer).filter_map(|room| present(room.name)).collect();
    let neighbours = |room: &Manifest| -> Vec<&str> {
        rooms.iter().filter(|other| room.uses.contains(&other.name)).map(|other| other.name.as_str()).collect()
    };
    let pointed_at: Vec<&str> = rooms.iter().flat_map(|room| neighbours(room)).collect();
    let drawn = rooms.iter().filter_map(|room| match neighbours(room).as_slice() {
        [] if pointed_at.contains(&room.name.as_str()) => None,
        [] => Some(room.name.clone()),
        targets => Some(format!("{} ─► {}", room.name, targets.join(" + "))),
    });
    drawn.collect::<Vec<_>>().join(" · ")
}

fn arrows(manifests: &[Manifest]) -> String {
    let width = manifests.iter().map(|manifest| manifest.name.len()).max().unwrap_or_default();
    let rank = |manifest: &&Manifest| ROOMS.iter().position(|room| room.name == manifest.name).unwrap_or(ROOMS.len());
    let mut ordered: Vec<&Manifest> = manifests.iter().collect();
    ordered.sort_by_key(rank);
    let mut list = String::new();
    for manifest in ordered {
        let _ = writeln!(list, "{:<width$}  {}", manifest.name, manifest.line);
        let _ = writeln!(list, "{:<width$}  -> {}", "", targets(manifest));
    }
    list
}

fn targets(manifest: &Manifest) -> String {
    match manifest.uses.len() {
        0 => "nothing of ours".to_owned(),
        _ => manifest.uses.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, check, draw, split, with_map};
    use crate::manifests::{Manifest, Workspace};

    fn manifest(name: &str, uses: &[&str]) -> Manifest {
        let uses = uses.iter().map(|target| (*target).to_owned()).collect();
        Manifest { name: name.to_owned(), line: "A line.".to_owned(), uses, ..Manifest::default() }
    }

    #[test]
    fn architecture_md_holds_the_map_of_the_manifests() {
        check(&Workspace::read().unwrap()).unwrap();
    }

    #[test]
    fn an_arrow_within_a_layer_is_drawn_and_every_arrow_is_listed() {
        let manifests = [
            manifest("egress", &["model"]),
            manifest("model", &[]),
            manifest("salesforce", &["egress", "model"]),
            manifest("vault", &["model"]),
        ];
        let map = draw(&manifests);
        assert!(map.contains(" TOOLS            salesforce ─► egress · vault "), "{map}");
        assert!(map.contains("salesforce  A line.\n            -> egress, model\n"), "{map}");
        assert!(map.contains("-> nothing of ours"), "{map}");
    }

    #[test]
    fn the_map_is_put_between_the_markers_and_nothing_else_changes() {
        let empty = format!("# Rooms\n\n{BEGIN}\n{END}\nMore.\n");
        let first = with_map(&empty, "one\n").unwrap();
        assert_eq!(first, format!("# Rooms\n\n{BEGIN}\none\n{END}\nMore.\n"));
        let second = with_map(&first, "two\n").unwrap();
        assert_eq!(second, format!("# Rooms\n\n{BEGIN}\ntwo\n{END}\nMore.\n"));
        assert_eq!(split(&second).unwrap().map, "two\n");
    }

    #[test]
    fn a_page_without_markers_in_order_is_refused_with_the_lines_to_add() {
        for page in ["# Architecture\n".to_owned(), format!("{END}\n{BEGIN}\n"), BEGIN.to_owned()] {
            let refusal = with_map(&page, "one\n").unwrap_err().to_string();
            assert!(refusal.contains(BEGIN) && refusal.contains(END), "{refusal}");
        }
    }
}
