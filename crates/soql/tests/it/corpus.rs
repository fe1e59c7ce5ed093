//! The corpus: queries that are read, one a line, and queries that are refused, with the place and the reason.

use std::collections::HashSet;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use salesbridge_soql::parse;

/// Lines of all files of one folder of the corpus, without those that open with `#`.
fn lines(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| read_to_string(file).unwrap());
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.into_iter().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn every_good_query_survives_the_way_to_a_tree_and_back() {
    let queries = lines("good");
    let distinct: HashSet<&String> = queries.iter().collect();
    assert!(distinct.len() >= 400 && distinct.len() == queries.len(), "{} of {}", distinct.len(), queries.len());
    for query in &queries {
        let tree = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        let printed = tree.to_string();
        let again = parse(&printed).unwrap_or_else(|error| panic!("{query} printed as {printed}: {error}"));
        assert_eq!(again, tree, "{query} printed as {printed}");
        assert_eq!(again.to_string(), printed, "{query}");
    }
}

/// A line is `row:column`, the reason, and the query, where `⏎` stands for a line break.
#[test]
fn every_bad_query_is_refused_at_its_place() {
    let bad = lines("bad");
    let distinct: HashSet<&String> = bad.iter().collect();
    assert!(distinct.len() >= 150 && distinct.len() == bad.len(), "{} of {}", distinct.len(), bad.len());
    for line in &bad {
        let [place, reason, query] = line.splitn(3, '\t').collect::<Vec<_>>().try_into().expect(line);
        let error = parse(&query.replace('⏎', "\n")).expect_err(query);
        let told = error.to_string();
        let (row, column) = place.split_once(':').expect(line);
        assert!(told.contains(&format!("ERROR at Row:{row}:Column:{column}\n")), "{query}: {told}");
        assert_eq!(told.lines().last(), Some(reason), "{query}");
        assert!(error.position().is_some());
    }
}
