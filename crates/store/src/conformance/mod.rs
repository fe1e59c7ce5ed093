//! The suite every implementation of [`Store`] passes: one function per clause of the contract.
//!
//! An implementation's tests call [`run_all`] with a maker of fresh, empty stores on the real database, [`due_agrees_with_a_model`] with
//! random numbers, [`remember_everything`] and [`everything_is_remembered`] around a reopening, and [`rows_of_an_earlier_schema_are_remembered`] on
//! databases that earlier schemas wrote. It knows no database.

#![expect(clippy::unwrap_used, reason = "a clause that cannot go on has failed")]

mod allowances;
mod api_keys;
mod audit;
mod clients;
mod connections;
mod due;
mod due_model;
mod erasing;
mod everything;
mod housekeeping;
mod idempotent_answers;
mod installation;
mod invitations;
mod journal;
mod leases;
mod links;
mod older;
mod outbox;
mod outcomes;
mod people;
mod people_samples;
mod person_sessions;
mod runs;
mod samples;
mod secrets;
mod services;
mod sessions;
mod sign_ins;
mod syncs;
mod throttles;
mod timelines;
mod transactions;
mod verifications;

pub use audit::CHANGES_OF_THE_AUDIT_LOG;
pub use due_model::due_agrees_with_a_model;
pub use erasing::{erase_the_client, know_a_client};
pub use everything::{everything_is_remembered, remember_everything};
pub use older::rows_of_an_earlier_schema_are_remembered;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use crate::Store;

type Clause = for<'s> fn(&'s dyn Store) -> Pin<Box<dyn Future<Output = ()> + Send + 's>>;

macro_rules! clauses {
    ($($noun:ident: $($clause:ident),+;)+) => {
        &[$($((concat!(stringify!($noun), "::", stringify!($clause)), |store| Box::pin($noun::$clause(store)))),+),+]
    };
}

const CLAUSES: &[(&str, Clause)] = clauses! {
    transactions: a_dropped_transaction_leaves_no_trace, a_transaction_sees_its_own_changes, a_read_transaction_cannot_write,
        a_read_transaction_sees_one_state, write_transactions_are_serialized;
    installation: it_gets_its_id_once;
    connections: one_comes_back_whole, a_name_is_taken_once, an_update_keeps_id_name_and_creation, they_are_listed_by_name_in_pages,
        they_are_listed_under_the_filter_in_any_order,
        removing_one_removes_its_secrets, one_that_a_sync_uses_stays;
    allowances: calls_are_granted_up_to_the_ceiling_of_a_day, what_the_org_said_last_is_remembered,
        an_allowance_needs_its_connection_and_goes_with_it;
    secrets: sealed_bytes_come_back, fields_are_named_in_order, a_secret_needs_its_connection;
    sessions: a_session_is_replaced_by_who_knows_it, a_session_needs_its_connection_and_goes_with_it, one_at_a_time_gets_a_new_one;
    services: one_comes_back_whole, an_update_keeps_id_name_and_creation, they_are_listed_by_name_in_pages, removing_one_removes_its_secrets,
        one_that_a_connection_uses_stays;
    sign_ins: one_comes_back_whole, one_is_taken_once_and_in_time, a_link_binds_one_browser, the_newest_of_a_connection_is_found, their_data_keys_are_replaced,
        old_ones_go_and_so_do_those_of_a_removed_connection;
    people: one_comes_back_whole, an_update_keeps_id_name_creation_and_password, they_are_found_in_any_case_and_listed_in_pages,
        administrators_are_counted, a_grant_is_replaced_and_goes_with_either_end, removing_one_removes_what_lets_them_in;
    person_sessions: one_comes_back_whole_by_its_token, those_that_have_not_ended_are_listed_newest_first;
    api_keys: one_comes_back_whole_with_its_hash, they_are_listed_newest_first_and_revoked_once;
    invitations: one_is_spent_once_and_in_time, those_of_somebody_or_nobody_are_withdrawn;
    throttles: one_is_replaced_forgotten_and_grows_old;
    audit: an_entry_comes_back_whole_with_the_next_number, they_are_listed_newest_first_under_the_filter,
        old_ones_go_but_the_newest_stays_so_that_numbers_grow, an_erased_client_is_told_by_its_digest;
    idempotent_answers: a_key_is_begun_once_and_its_answer_is_kept, one_that_was_given_up_or_left_may_begin_again,
        an_answer_that_tells_of_an_erased_client_is_forgotten;
    clients: one_comes_back_byte_for_byte_f8, saving_says_what_it_did, a_key_given_twice_is_saved_twice, two_may_be_equal_but_for_the_key_f10,
        they_are_found_in_key_order, they_are_read_on_from_a_key, a_search_finds_names_in_any_case, a_search_has_no_wildcards,
        a_list_has_pages_and_a_total_under_the_filter, ten_thousand_are_saved_in_one_call,
        archived_ones_are_kept_and_not_listed, archiving_and_back_is_announced, erasing_removes_all_that_is_known, an_erased_key_is_remembered_until_readmitted;
    outbox: a_change_and_its_entry_are_one, an_unchanged_client_has_no_entry, entries_are_read_on_from_a_sequence,
        trimming_waits_for_the_slowest_enabled_sync, a_sequence_is_never_used_twice;
    syncs: one_comes_back_whole, a_name_is_taken_once, one_starts_at_the_newest_change, an_update_keeps_id_name_and_connection,
        they_are_listed_by_name_in_pages, they_are_listed_under_the_filter_in_any_order, those_of_a_connection_are_found, removing_one_removes_all_that_is_its_own,
        one_needs_its_connection;
    due: fifty_changes_are_one_row_f20, a_change_is_taken_in_once, other_streams_are_not_taken_in, a_change_makes_a_waiting_row_due_at_once,
        an_uncertain_row_stays_uncertain, an_unknown_sync_takes_nothing_in, skipping_takes_nothing_in, rows_are_ready_in_order_and_in_time,
        one_put_off_for_longer_than_the_longest_pause_is_ready,
        the_next_time_is_the_earliest_later_one, holding_respects_a_newer_change, what_may_be_made_is_held_over_a_newer_change,
        clearing_respects_a_newer_change, a_retry_makes_rows_due_at_once, dropping_removes_rows_of_a_state, rows_are_listed_in_pages_and_counted,
        rows_of_another_sync_stay;
    links: one_comes_back_whole, saving_again_replaces, two_rows_never_share_a_record_r53, another_sync_may_hold_the_record,
        claimed_records_are_told, they_are_listed_by_key_in_pages, removing_frees_the_record,
        a_field_is_forgotten_in_every_link_of_the_sync, a_link_needs_its_sync;
    runs: one_comes_back_whole, an_update_keeps_what_it_is, open_runs_are_told_oldest_first, they_are_listed_newest_first_in_pages,
        they_are_listed_under_the_filter, a_run_needs_its_sync;
    outcomes: recording_says_what_it_replaced, recorded_keys_are_told, they_are_listed_by_key_in_pages_under_the_filter,
        an_outcome_needs_its_run;
    verifications: one_comes_back_whole_until_it_is_removed, one_needs_its_sync;
    timelines: the_newest_batches_stay_in_order, a_batch_needs_its_run;
    housekeeping: outcomes_of_runs_that_ended_long_ago_go_first, old_runs_go_but_for_the_newest_of_each_sync,
        a_run_that_is_open_or_has_an_unsettled_intent_stays_f19, a_sync_that_is_outpaced_is_named, sizes_are_told_by_table;
    journal: entries_come_back_in_the_order_of_their_ids, an_entry_is_settled_once, an_entry_needs_its_run;
    leases: one_holder_at_a_time_and_tokens_grow, one_that_was_given_back_is_free_and_its_token_is_old;
};

/// Checks every clause, each on a fresh store, and names all that do not hold. What `fresh` gives beside the store is kept until the
/// clause has ended: a folder, for example.
///
/// # Panics
/// When a clause does not hold.
pub async fn run_all<S: Store, G>(fresh: impl AsyncFn() -> (S, G)) {
    let mut broken = Vec::new();
    for (name, clause) in CLAUSES {
        let (store, _guard) = fresh().await;
        if !holds(*clause, &store).await {
            broken.push(*name);
        }
    }
    assert!(broken.is_empty(), "{} of {} clauses do not hold: {broken:#?}", broken.len(), CLAUSES.len());
}

/// Runs one clause; a panic in it, which the panic hook has printed, is `false`.
async fn holds(clause: Clause, store: &dyn Store) -> bool {
    let mut clause = clause(store);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| clause.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(())) => Poll::Ready(true),
        Err(_) => Poll::Ready(false),
    })
    .await
}
