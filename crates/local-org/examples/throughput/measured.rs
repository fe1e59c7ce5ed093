//! Times of repeated runs, and the line a person reads.

use std::time::Duration;

/// How often each measurement runs.
pub(crate) const RUNS: usize = 5;

/// Prints `what` with its median rate and the spread of all runs.
pub(crate) fn tell(what: &str, unit: &str, number: usize, times: &[Duration]) {
    let mut rates: Vec<f64> = times.iter().map(|time| rate(number, *time)).collect();
    rates.sort_by(f64::total_cmp);
    let (slowest, fastest) = (rates.first().copied().unwrap_or(0.0), rates.last().copied().unwrap_or(0.0));
    let median = rates.get(rates.len() / 2).copied().unwrap_or(0.0);
    println!("{what:<44} {median:>10.0} {unit}/s   ({slowest:.0} to {fastest:.0}, {} runs)", rates.len());
}

/// Prints the most memory this process, org and callers together, has held.
pub(crate) fn tell_memory() -> Result<(), crate::Problem> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    println!("{:<44} {}", "most memory held", most.trim());
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows are far below what a double holds")]
fn rate(number: usize, time: Duration) -> f64 {
    number as f64 / time.as_secs_f64()
}
