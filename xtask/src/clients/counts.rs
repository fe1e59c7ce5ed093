//! How many tests passed and failed, in the words of five test runners.

use std::{
    fmt::{self, Display, Formatter},
    ops::AddAssign,
};

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Counts {
    /// Adds what a line of a runner's output says, if it is one that closes a run.
    pub(crate) fn read(&mut self, line: &str) {
        let words: Vec<&str> =
            line.split(|c: char| c.is_whitespace() || ",;=.".contains(c)).filter(|w| !w.is_empty()).collect();
        match words.as_slice() {
            // `# pass 12` and `ℹ pass 12`: node:test
            ["#" | "ℹ", what @ ("pass" | "fail" | "cancelled" | "skipped"), number] => self.add(what, number),
            // `test result: ok. 12 passed; 0 failed; 0 ignored; …`: cargo test
            ["test", "result:", ..] => self.add_pairs(&words),
            // `Tests:       1 failed, 12 passed, 13 total`: Jest
            ["Tests:", ..] => self.add_pairs(&words),
            // `12 passed, 1 failed in 3.20s`, in equals signs or bare: pytest
            [.., "in", _, _] | [.., "in", _, _, _] if words.iter().any(|word| is_outcome(word)) => {
                self.add_pairs(&words)
            }
            _ => {}
        }
    }

    fn add_pairs(&mut self, words: &[&str]) {
        for pair in words.windows(2) {
            if let [number, what] = pair {
                self.add(what, number);
            }
        }
    }

    fn add(&mut self, what: &str, number: &str) {
        let Ok(number) = number.parse::<u32>() else { return };
        match what {
            "pass" | "passed" => self.passed += number,
            "fail" | "failed" | "cancelled" | "error" | "errors" => self.failed += number,
            "skipped" | "ignored" | "xfailed" => self.skipped += number,
            _ => {}
        }
    }
}

fn is_outcome(word: &str) -> bool {
    matches!(word, "passed" | "failed" | "error" | "errors" | "skipped")
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Display for Counts {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(out, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn read(lines: &[&str]) -> String {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        counts.to_string()
    }

    #[test]
    fn the_closing_lines_of_each_runner_are_understood() {
        assert_eq!(
            read(&["======= 2 failed, 30 passed, 1 skipped in 61.02s (0:01:01) ======="]),
            "30 passed, 2 failed, 1 skipped"
        );
        assert_eq!(read(&["30 passed in 3.20s"]), "30 passed, 0 failed");
        assert_eq!(read(&["1 failed, 2 passed, 3 errors in 3.20s"]), "2 passed, 4 failed");
        assert_eq!(read(&["ℹ tests 3", "ℹ pass 2", "ℹ fail 0", "ℹ cancelled 1", "ℹ skipped 0"]), "2 passed, 1 failed");
        assert_eq!(read(&["# pass 12", "# fail 1", "# duration_ms 5"]), "12 passed, 1 failed");
        assert_eq!(read(&["Tests:       1 failed, 3 passed, 4 total"]), "3 passed, 1 failed");
        assert_eq!(read(&["test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured"]), "3 passed, 1 failed");
    }

    #[test]
    fn other_lines_count_for_nothing() {
        assert_eq!(
            read(&["test one ... ok", "12 rows passed in", "✔ pages (12 ms)", "running 4 tests"]),
            "0 passed, 0 failed"
        );
    }
}
