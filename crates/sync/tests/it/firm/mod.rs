//! Thirty days of a firm in virtual time: clients edited and archived, jobs given up and forgotten, sales people editing, limits hit, outages, token policies, an app deleted and made again,
//! processes dying. After every step nothing is lost and nothing doubled.
//!
//! Everything follows from the seed. `SALESBRIDGE_TEST_FIRMS=1000` looks at more seeds than the usual ones, `SALESBRIDGE_TEST_SEED=17` at one.

mod books;
mod calendar;
mod happenings;
mod leases;
mod office;
mod process;
mod quiet;
mod reading;
mod side;
mod town;

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use town::Town;

/// Firms that are lived through when nobody asks for more.
const FIRMS: u64 = 20;
/// Tests that share them.
const TESTS: u64 = 4;
const DAYS: u64 = 30;

#[test]
fn f19_thirty_days_of_a_firm_lose_nothing_and_double_nothing_1() {
    live_through(0);
}

#[test]
fn f19_thirty_days_of_a_firm_lose_nothing_and_double_nothing_2() {
    live_through(1);
}

#[test]
fn f19_thirty_days_of_a_firm_lose_nothing_and_double_nothing_3() {
    live_through(2);
}

#[test]
fn f19_thirty_days_of_a_firm_lose_nothing_and_double_nothing_4() {
    live_through(3);
}

/// Lives through this test's share of the seeds.
fn live_through(share: u64) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = match number("SALESBRIDGE_TEST_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SALESBRIDGE_TEST_FIRMS").unwrap_or(FIRMS),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for seed in seeds.filter(|seed| seed % TESTS == share) {
        runtime.block_on(live_once(seed));
    }
}

async fn live_once(seed: u64) {
    let town = Town::new(seed).await;
    let lived = AssertUnwindSafe(town.lives(DAYS)).catch_unwind().await;
    town.ends();
    match lived {
        Ok(told) => println!("firm {seed}: {told}"),
        Err(panic) => {
            town.tells_its_diary();
            println!("firm {seed} failed; SALESBRIDGE_TEST_SEED={seed} does it again");
            std::panic::resume_unwind(panic);
        }
    }
}
