//! Passes on what the test runner prints and keeps its closing summary, which later steps would push out of sight.

use std::io::{self, BufRead, BufReader, Read};

/// Passes each line on to our own standard error, and returns those from the summary line to the end.
///
/// Without a summary, as when the tests do not compile, it returns nothing.
pub(crate) fn forward(lines: impl Read) -> io::Result<String> {
    keep(lines, |line| eprintln!("{line}"))
}

fn keep(lines: impl Read, mut pass_on: impl FnMut(&str)) -> io::Result<String> {
    let mut kept = String::new();
    for line in BufReader::new(lines).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        pass_on(&line);
        if !kept.is_empty() || opens_summary(&line) {
            kept.push_str(&line);
            kept.push('\n');
        }
    }
    Ok(kept)
}

/// `     Summary [   0.123s] 12 tests run: 12 passed, 0 skipped`, as nextest prints it.
fn opens_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [")
}

#[cfg(test)]
mod tests {
    use super::keep;

    const RUN: &str = "    Starting 2 tests across 1 binary
        PASS [   0.002s] soql reads_a_list
        FAIL [   0.002s] soql reads_a_date
     Summary [   0.005s] 2 tests run: 1 passed, 1 failed, 0 skipped
        FAIL [   0.002s] soql reads_a_date
error: test run failed
";

    #[test]
    fn everything_is_passed_on_and_the_summary_is_kept_to_the_end() {
        let mut seen = Vec::new();
        let kept = keep(RUN.as_bytes(), |line| seen.push(line.to_owned())).unwrap();
        assert_eq!(seen.len(), 6);
        assert!(kept.starts_with("     Summary [   0.005s] 2 tests run"), "{kept}");
        assert!(kept.ends_with("error: test run failed\n"), "{kept}");
    }

    #[test]
    fn a_run_that_never_began_leaves_no_summary() {
        assert_eq!(keep("error: could not compile `soql`\n".as_bytes(), |_| ()).unwrap(), "");
    }

    #[test]
    fn bytes_that_are_not_text_are_passed_on_too() {
        let mut seen = 0;
        keep(&b"a\xff\nb\n"[..], |_| seen += 1).unwrap();
        assert_eq!(seen, 2);
    }
}
