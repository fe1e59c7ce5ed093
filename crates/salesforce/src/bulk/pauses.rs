//! How long to wait before a job is asked for again: every question is a call, and a job takes from a second to hours.

use std::time::Duration;

/// Pauses between questions, each half as long again as the one before, up to the longest. Never ends.
#[derive(Clone, Copy, Debug)]
pub struct JobPauses {
    next: Duration,
    longest: Duration,
}

impl JobPauses {
    /// Pauses from `first` to `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { next: first.min(longest), longest }
    }
}

impl Iterator for JobPauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = (pause + pause / 2).min(self.longest);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest() {
        let seconds: Vec<f32> =
            JobPauses::new(Duration::from_secs(1), Duration::from_secs(3)).take(5).map(|p| p.as_secs_f32()).collect();
        assert_eq!(seconds, [1.0, 1.5, 2.25, 3.0, 3.0]);
    }
}
