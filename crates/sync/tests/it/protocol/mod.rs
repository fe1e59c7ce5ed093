//! The protocol of the journal, explored: the real engine is led through every combination of so many misfortunes, wherever they can strike.
//!
//! A misfortune is a death at a step, a commit that fails or whose answer is lost, a send that is lost, refused, or lands late, a look-up that
//! fails, another process that takes over in the middle, a change that comes meanwhile. After each there is at most one record for a row, and
//! when the misfortunes are over there is exactly one, with the right values, and runs that tell of it.
//! `SALESBRIDGE_TEST_MISFORTUNES=3` explores one more than usual.

mod choices;
mod line;
mod stage;

use choices::Choices;
use stage::{Shape, Stage};

/// Misfortunes in one course of events when nobody asks for more.
const MISFORTUNES: usize = 2;

#[test]
fn r54_f19_no_two_misfortunes_lose_or_double_a_new_record() {
    explore(|shape| !shape.updating && !shape.external_id);
}

#[test]
fn r54_f19_no_two_misfortunes_lose_or_double_a_new_record_with_an_external_id() {
    explore(|shape| !shape.updating && shape.external_id);
}

#[test]
fn f19_no_two_misfortunes_lose_a_change() {
    explore(|shape| shape.updating);
}

/// Leads every stage of a shape through every course of events.
fn explore(wanted: impl Fn(&Shape) -> bool) {
    let misfortunes = std::env::var("SALESBRIDGE_TEST_MISFORTUNES").map_or(MISFORTUNES, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for shape in Shape::all().into_iter().filter(wanted) {
        let (choices, mut courses) = (Choices::new(misfortunes), 0);
        loop {
            runtime.block_on(Stage::set(shape, &choices)).plays(&runtime);
            courses += 1;
            if !choices.go_on() {
                break;
            }
        }
        println!("{shape:?}: {courses} courses of events with up to {misfortunes} misfortunes");
    }
}
