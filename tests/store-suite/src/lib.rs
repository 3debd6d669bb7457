//! What the stores of a host promise, as tests that any implementation runs: the four of the runtime, what people look up in
//! them, and what an administration keeps. One macro for each; each behaviour is a test of its own, named by a sentence.
//!
//! ```
//! // In a test of your crate: an expression that gives an empty store behind a pointer, anew for each behaviour.
//! rollcall_store_suite::storage_suite!(Box::new(MyStore::empty()));
//! ```
//!
//! What the suite takes for granted of an empty store: its inbox numbers events from 1, and settles them for runs that its
//! history does not know.
//!
//! Not here: what ends with a process, or with the power. Whether a run of a dead process reads as interrupted, and whether what
//! was answered is on the disk, each implementation tests in its own way.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "these are tests: what is not as promised must stop them, and each is named by what it shows"
)]

mod given;
#[cfg(test)]
mod plain;

pub mod admin;
pub mod browse;
pub mod directory;
pub mod history;
pub mod inbox;
pub mod storage;

#[doc(hidden)]
pub use browse::{about, conditions, objects, outline, runs, snapshot};

/// Run one behaviour to its end.
#[doc(hidden)]
pub fn run(behaviour: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(behaviour);
}

/// A test for each of these behaviours.
#[doc(hidden)]
#[macro_export]
macro_rules! behaviours {
    ($room:ident, $open:expr, [$($behaviour:ident),* $(,)?]) => {
        $(
            #[test]
            fn $behaviour() {
                $crate::run(async {
                    let store = $open;
                    $crate::$room::$behaviour(&*store).await;
                });
            }
        )*
    };
}

/// The behaviours of a [`Storage`](rollcall_host::storage::Storage). The expression gives an empty one behind a pointer.
#[macro_export]
macro_rules! storage_suite {
    ($open:expr) => {
        mod storage_suite {
            use super::*;

            $crate::behaviours!(
                storage,
                $open,
                [
                    values_come_back_in_the_order_asked,
                    a_key_without_a_value_is_deleted,
                    buckets_of_two_sources_never_meet,
                    a_bucket_that_would_be_too_large_is_left_as_it_is,
                    a_bucket_may_be_filled_to_its_last_byte,
                    a_scan_is_in_byte_order_within_its_prefix_and_goes_on_after_the_last_key,
                ]
            );
        }
    };
}

/// The behaviours of a [`Directory`](rollcall_host::directory::Directory); it is a [`History`](rollcall_host::history::History) as well, which has the runs. The expression gives an empty one behind a pointer.
#[macro_export]
macro_rules! directory_suite {
    ($open:expr) => {
        mod directory_suite {
            use super::*;

            $crate::behaviours!(
                directory,
                $open,
                [
                    holdings_are_in_byte_order_and_go_on_after_the_last_one,
                    objects_of_two_sources_never_meet,
                    loading_answers_each_key_in_its_order,
                    integers_and_texts_come_back_exact,
                    a_deactivated_object_is_kept_and_no_longer_among_the_holdings,
                    a_restored_object_is_among_the_holdings_again,
                    an_unchanged_object_has_a_new_version_and_no_change_record,
                    each_write_has_its_change_record_in_the_run_where_the_directory_says_so,
                    writing_twice_is_harmless,
                ]
            );
        }
    };
}

/// The behaviours of a [`History`](rollcall_host::history::History). The expression gives an empty one behind a pointer.
#[macro_export]
macro_rules! history_suite {
    ($open:expr) => {
        mod history_suite {
            use super::*;

            $crate::behaviours!(history, $open, [
                a_run_is_kept_whole,
                the_view_of_the_last_run_that_was_closed_with_one_is_kept_for_each_source,
                a_beat_without_progress_keeps_the_last_one,
                a_source_has_one_run_at_a_time,
                two_sources_run_at_once,
                a_closed_run_leaves_its_source_to_the_next,
                runs_are_newest_first_and_go_on_before_the_last_one,
                entries_keep_their_order_and_are_chosen_by_severity,
                change_records_keep_their_order_and_a_refusal_its_reason,
                decisions_of_a_source_are_kept_in_the_order_in_which_they_were_made,
                what_the_runs_of_a_source_recorded_is_counted_since_a_moment_and_since_somebody_attended_one,
                a_run_that_is_under_way_tells_what_it_did_so_far,
                a_run_that_was_never_opened_is_no_run,
            ]);
        }
    };
}

/// The behaviours of a [`Inbox`](rollcall_host::inbox::Inbox). The expression gives an empty one behind a pointer.
#[macro_export]
macro_rules! inbox_suite {
    ($open:expr) => {
        mod inbox_suite {
            use super::*;

            $crate::behaviours!(
                inbox,
                $open,
                [
                    what_is_stored_waits_as_it_came_and_is_due_in_the_order_of_arrival,
                    a_repeat_is_known_whatever_became_of_the_first_one,
                    events_of_different_sources_never_meet,
                    an_event_that_is_done_says_which_run_did_it_and_is_due_no_more,
                    an_event_that_is_tried_again_waits_until_then_and_counts_what_counts,
                    the_next_event_is_due_when_the_earliest_is_and_never_when_none_waits,
                    a_failed_event_stays_until_a_person_has_it_tried_again,
                    what_is_settled_is_not_settled_again,
                    a_full_run_covers_what_had_arrived_before_it,
                    events_are_listed_newest_first_and_page_by_page,
                    events_are_found_by_state_and_run_together,
                    what_was_settled_long_ago_is_forgotten_and_its_number_never_given_again,
                    notes_do_not_undo_one_another,
                ]
            );
        }
    };
}

/// The behaviours of a [`Store`](rollcall_browse::Store): what is looked up in the four stores of a host. The expression gives
/// an empty one behind a pointer.
#[macro_export]
macro_rules! browse_suite {
    ($open:expr) => {
        mod browse_suite {
            use super::*;

            $crate::behaviours!(objects, $open, [
                two_characters_of_a_chinese_name_find_it,
                a_part_of_a_phone_number_an_address_or_an_id_finds_its_owner_in_either_case,
                every_word_must_be_somewhere,
                wildcards_quotes_and_separators_are_letters_like_any_other,
                what_is_found_is_in_order_of_name_and_page_by_page,
                a_search_is_told_apart_by_resource_type_and_by_departure,
                two_sources_never_meet,
                people_of_a_department_are_in_its_order_then_by_name,
                nothing_of_another_source_answers_whatever_is_asked,
                ids_that_differ_in_letter_case_alone_are_found_by_each_other,
                people_whom_others_name_are_told_with_whether_they_left,
            ]);
            $crate::behaviours!(about, $open, [
                a_trail_has_every_step_of_one_object_newest_first_and_page_by_page,
                entries_about_an_object_are_those_of_its_source_newest_first,
                events_about_an_object_are_those_that_name_it_until_they_are_forgotten,
                what_is_not_held_is_found_by_a_part_of_its_name_or_id_each_once,
                what_another_source_knew_is_not_told,
            ]);
            $crate::behaviours!(conditions, $open, [
                a_condition_holds_as_scim_says_or_the_document_must_tell,
                a_name_that_stands_for_one_and_an_address_with_a_control_character_are_left_to_the_document,
                whoever_departed_is_not_active_whatever_their_document_says,
                pages_join_without_a_gap_in_the_order_of_creation_whatever_is_written_between_them,
                what_is_no_longer_held_is_nothing_under_its_number,
                a_department_has_no_user_name,
            ]);
            $crate::behaviours!(runs, $open, [
                runs_are_found_by_what_they_are_across_sources_and_page_by_page,
                changes_are_found_by_what_they_are,
                changes_are_found_by_the_values_that_came_or_went,
                changes_are_counted_by_what_they_are,
                entries_are_found_by_severity_code_and_words_in_any_language,
                entries_are_counted_the_gravest_first,
            ]);
            $crate::behaviours!(outline, $open, [
                a_person_in_two_departments_is_counted_once_above_both,
                a_source_of_which_nothing_is_held_has_an_empty_outline,
            ]);
            $crate::behaviours!(snapshot, $open, [
                a_snapshot_has_departed_objects_too,
                a_snapshot_goes_through_the_types_in_turn_page_by_page,
                a_snapshot_shows_nothing_of_what_is_written_while_it_is_read,
                sources_are_those_with_objects_or_runs_or_that_were_followed,
                an_id_that_was_given_to_somebody_else_has_another_tenure,
            ]);
        }
    };
}

/// The behaviours of an [`AdminStore`](rollcall_admin::AdminStore). The expression gives an empty one behind a pointer.
#[macro_export]
macro_rules! admin_suite {
    ($open:expr) => {
        mod admin_suite {
            use super::*;

            $crate::behaviours!(
                admin,
                $open,
                [
                    the_first_account_is_created_once_and_written_down,
                    another_password_ends_every_session_but_one,
                    a_session_is_valid_until_it_expires_or_was_not_used_for_long,
                    an_account_keeps_the_sessions_that_were_used_last,
                    a_token_is_known_by_its_digest_with_all_that_it_may,
                    tokens_are_counted_while_they_are_valid_and_forgotten_long_after,
                    the_audit_log_is_told_newest_first_by_who_and_what_and_page_by_page,
                    a_source_is_kept_in_the_place_of_the_one_of_its_name,
                    webhooks_are_no_more_than_may_be_and_go_with_what_they_were_to_be_told,
                    each_webhook_is_told_what_it_wants_once_and_in_order,
                    a_paused_webhook_is_told_later_and_a_test_reaches_one_alone,
                    up_to_which_run_was_told_is_remembered,
                    a_key_is_claimed_once_and_its_answer_is_kept,
                    a_key_is_free_again_when_it_was_given_back_or_its_process_died,
                    the_newest_questions_about_an_object_are_kept,
                    a_probe_of_the_key_is_replaced_only_while_nothing_is_sealed,
                ]
            );
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::plain::PlainStore;

    storage_suite!(Box::<PlainStore>::default());
    directory_suite!(Box::<PlainStore>::default());
    history_suite!(Box::<PlainStore>::default());
    inbox_suite!(Box::<PlainStore>::default());
    browse_suite!(Box::<PlainStore>::default());

    /// The names of all behaviours that a file has, and how often this file lists them.
    fn listed(file: &str) -> Vec<(&str, usize)> {
        let words = || include_str!("lib.rs").split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let names = file.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('<').next());
        names.map(|name| (name, words().filter(|word| *word == name).count())).collect()
    }

    #[test]
    fn every_behaviour_is_in_the_list_of_its_suite_once() {
        let files = [
            include_str!("admin.rs"),
            include_str!("browse/about.rs"),
            include_str!("browse/conditions.rs"),
            include_str!("browse/objects.rs"),
            include_str!("browse/outline.rs"),
            include_str!("browse/runs.rs"),
            include_str!("browse/snapshot.rs"),
            include_str!("directory.rs"),
            include_str!("history.rs"),
            include_str!("inbox.rs"),
            include_str!("storage.rs"),
        ];
        for file in files {
            let listed = listed(file);
            assert!(!listed.is_empty());
            assert!(listed.iter().all(|(_, n)| *n == 1), "{listed:?}");
        }
    }
}
