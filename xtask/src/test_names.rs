//! Finds the tests of the repository and the words around them: name, doc comment, place.
//!
//! It reads lines, not syntax: a test inside a macro, as property tests are, counts like any other. It refuses to know what
//! a requirement is.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

/// Where tests live.
const FOLDERS: [&str; 2] = ["crates", "xtask"];

/// One test that runs. An ignored test is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestName {
    pub(crate) name: String,
    /// Its doc comment, lines joined by blanks.
    pub(crate) doc: String,
    /// `path:line`, from the root of the repository.
    pub(crate) place: String,
}

/// Every test of the repository, in the order of its files' paths.
pub(crate) fn find(root: &Path) -> io::Result<Vec<TestName>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let mut tests = Vec::new();
    for file in files {
        let shown = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        tests.extend(in_text(&shown, &fs::read_to_string(&file)?));
    }
    Ok(tests)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path.extension() == Some(OsStr::new("rs")) {
            files.push(path);
        }
    }
    Ok(())
}

fn in_text(file: &str, text: &str) -> Vec<TestName> {
    let mut tests = Vec::new();
    let mut above = Above::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(words) = line.strip_prefix("///") {
            above.doc.push(words.trim());
        } else if line.starts_with("#[") {
            above.note_attribute(line);
        } else if !line.starts_with("//") {
            let above = std::mem::take(&mut above);
            if let Some(name) = function_name(line).filter(|_| above.is_test && !above.is_ignored) {
                let place = format!("{file}:{}", index + 1);
                tests.push(TestName { name: name.to_owned(), doc: above.doc.join(" "), place });
            }
        }
    }
    tests
}

/// What stands directly above an item.
#[derive(Default)]
struct Above<'a> {
    doc: Vec<&'a str>,
    is_test: bool,
    is_ignored: bool,
}

impl Above<'_> {
    /// `#[test]`, `#[tokio::test]`, `#[tokio::test(flavor = "multi_thread")]`.
    fn note_attribute(&mut self, line: &str) {
        let path = line.trim_start_matches("#[").split(['(', ']', ' ', '=']).next().unwrap_or_default();
        self.is_test |= path.rsplit("::").next() == Some("test");
        self.is_ignored |= path == "ignore";
    }
}

fn function_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::{TestName, in_text};

    fn names(text: &str) -> Vec<String> {
        in_text("a.rs", text).into_iter().map(|test| test.name).collect()
    }

    #[test]
    fn a_test_is_found_with_its_doc_and_place() {
        let text = "/// Holds R1\n/// and R2.\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn signs_in() {\n";
        let found =
            TestName { name: "signs_in".to_owned(), doc: "Holds R1 and R2.".to_owned(), place: "a.rs:4".to_owned() };
        assert_eq!(in_text("a.rs", text), [found]);
    }

    #[test]
    fn what_is_no_test_or_is_ignored_is_passed_over() {
        assert_eq!(names("/// R1\nfn helper() {}\n"), Vec::<String>::new());
        assert_eq!(names("#[test]\n#[ignore]\nfn later() {}\n"), Vec::<String>::new());
        assert_eq!(names("#[cfg(test)]\nfn builder() {}\n"), Vec::<String>::new());
        assert_eq!(names("#[test]\nconst X: u8 = 1;\nfn helper() {}\n"), Vec::<String>::new());
    }

    #[test]
    fn a_test_inside_a_macro_counts() {
        assert_eq!(names("proptest! {\n    #[test]\n    fn holds(x in 0..9) {\n"), ["holds"]);
    }

    #[test]
    fn a_remark_between_attribute_and_name_changes_nothing() {
        assert_eq!(names("#[test]\n// a remark\nfn stays() {\n"), ["stays"]);
    }
}
