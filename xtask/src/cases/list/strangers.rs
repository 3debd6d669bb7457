//! What happens when most of a company seems to be gone, and what strangers try: connectors, tokens, whoever reaches the port.

use super::Test::{Built, Connector, Host, Pairs, Whole};
use super::{Case, case};

const VIEW: &str = "A view that shrank, and the proof of each run";
const SECRETS: &str = "Secrets of a source that is changed";
const REACH: &str = "How far requests reach, and what a connector is to a browser";
const DEAFNESS: &str = "Whoever holds something open, guesses, or asks who is there";
const MUCH: &str = "A connector that never has enough";
const BESIDE: &str = "Two programs and one data folder";
const WEBHOOKS: &str = "A roster that its keeper tells of";
const REMOVALS: &str = "Most of a company is gone, or seems to be";

/// Those about the same together.
pub(super) const CASES: [Case; 43] = [
    case(
        VIEW,
        "the application is given a smaller scope, and thousands are out of it",
        "none of them is asked about, in that run or in any later one, and one entry says how many of what",
        &[
            Built("out_of_view::by_command_nobody_out_of_view_is_asked_about_and_all_of_them_are_one_entry"),
            Pairs(
                "out_of_view",
                "nobody_out_of_view_is_asked_about_however_many_they_are_tonight_or_tomorrow",
            ),
            Host(
                "apply::scope::tests::a_company_out_of_view_takes_as_many_loads_as_it_has_levels_and_not_one_for_each",
            ),
        ],
    ),
    case(
        VIEW,
        "somebody in the smaller scope leaves, and somebody out of it does",
        "the one leaves as ever, the other stays",
        &[
            Pairs("out_of_view", "who_leaves_in_view_leaves_as_ever_beside_what_is_out_of_it"),
            Whole("narrowed::an_authorised_person_who_resigns_leaves_as_anybody_does"),
        ],
    ),
    case(
        VIEW,
        "weeks pass, and nobody looks at the run that said so",
        "the source says how many are not followed and since when, more quietly once that is approved",
        &[
            Built(
                "out_of_view::the_status_of_a_source_says_what_is_not_followed_until_it_is_seen_again_and_more_quietly_once_approved",
            ),
            Host(
                "sources::pages::tests::what_the_view_of_a_source_leaves_out_is_shown_wherever_it_is_and_more_quietly_once_approved",
            ),
            Host(
                "proof::tests::a_view_leaves_something_out_since_the_first_run_that_said_so_until_one_says_otherwise",
            ),
        ],
    ),
    case(
        VIEW,
        "an import removes nobody",
        "its row has what was listed, closed, read and seen, and who would have left and why not",
        &[
            Built(
                "out_of_view::every_import_shows_what_it_read_and_with_what_view_whether_it_removed_somebody_or_not",
            ),
            Host("apply::reading::tests::a_proof_says_what_left_and_what_did_not_and_why"),
            Host("proof::tests::a_run_that_held_and_left_out_something_shows_how_much_and_why"),
        ],
    ),
    case(
        SECRETS,
        "a token moves a source to another origin, proxy or certificate authority",
        "its secrets are taken away, and nothing is asked of it before they are entered again",
        &[
            Built(
                "secrets_stay::a_token_that_moves_a_source_gets_nothing_of_the_secret_that_was_entered_for_another_place",
            ),
            Built(
                "secrets_stay::a_token_that_puts_another_proxy_between_gets_neither_the_proxys_password_nor_the_secret",
            ),
            Built("secrets_stay::an_authority_that_is_trusted_anew_takes_the_secrets_and_one_less_does_not"),
            Built("secrets_stay::a_form_that_would_move_a_secret_is_not_saved_before_it_is_entered_again"),
            Host(
                "sources::trust::tests::a_secret_that_would_go_elsewhere_is_taken_away_and_one_that_would_not_stays",
            ),
            Host("sources::trust::tests::another_way_takes_every_secret_the_proxys_password_too"),
        ],
    ),
    case(
        SECRETS,
        "a token grants a source an origin that nobody allowed",
        "it is refused, and told who can",
        &[Built("secrets_stay::origins::a_token_grants_no_origin_and_is_told_who_can")],
    ),
    case(
        SECRETS,
        "the connector is another file",
        "it keeps what no file sees, and sees what a person confirms",
        &[
            Built(
                "secrets_stay::files::a_token_that_changes_the_connectors_file_keeps_what_is_sealed_and_loses_what_the_file_would_see",
            ),
            Built(
                "secrets_stay::files::a_person_who_confirms_the_connectors_new_file_keeps_both_and_one_who_does_not_is_asked",
            ),
            Host("sources::trust::tests::another_file_that_would_see_or_show_what_was_sealed_never_gets_it"),
        ],
    ),
    case(
        SECRETS,
        "somebody looks in the audit log for where a source went",
        "it has addresses as they were and as they are, and no secret",
        &[
            Built("secrets_stay::the_audit_log_has_addresses_as_they_were_and_as_they_are_and_no_secret"),
            Host(
                "sources::differences::tests::an_address_is_written_down_as_it_was_and_as_it_is_and_a_secret_only_as_cleared",
            ),
        ],
    ),
    case(
        SECRETS,
        "a token that may only read asks what a source answered",
        "it sees what happened, and no quote of the answer",
        &[
            Built("secrets_stay::readers::a_token_that_may_only_read_sees_no_quote_of_an_answer"),
            Host("api::discreet::tests::what_is_quoted_or_stands_behind_a_colon_is_left_out"),
        ],
    ),
    case(
        REACH,
        "a source is on this machine, however its address is written",
        "nothing is dialled, and what would allow it is said, unless whoever starts the program allowed it",
        &[
            Built("reach::this_machine_is_not_dialled_unless_that_is_allowed_by_a_word"),
            Built("reach::whoever_is_refused_is_told_what_would_allow_it_in_both_languages"),
            Host("egress::tests::reaching::an_address_of_this_machine_is_dialled_only_if_that_is_allowed"),
            Host("egress::tests::reaching::a_channel_and_the_look_before_a_run_take_the_same_way"),
            Host("egress::reach::tests::however_an_address_is_written_it_is_that_address"),
        ],
    ),
    case(
        REACH,
        "a source is where a cloud hands out credentials, or on the local link",
        "nothing is dialled, whatever is allowed",
        &[
            Built("reach::where_a_cloud_hands_out_credentials_is_not_dialled_whatever_is_allowed"),
            Host("egress::reach::tests::what_a_cloud_tells_its_machines_is_never_in_reach"),
        ],
    ),
    case(
        REACH,
        "a name means an address in the own network, one of several does, or it means another one a moment later",
        "what is dialled was judged, and is in reach",
        &[
            Host(
                "egress::tests::reaching::a_name_that_means_this_machine_is_refused_and_of_several_addresses_only_those_in_reach_are_dialled",
            ),
            Host(
                "egress::tests::reaching::what_was_judged_is_what_is_dialled_whatever_the_name_means_a_moment_later",
            ),
        ],
    ),
    case(
        REACH,
        "a proxy is to be asked for such an address, or is on this machine itself",
        "it is not asked as far as one can tell from here, and may be anywhere",
        &[
            Built("reach::a_proxy_is_not_asked_for_what_is_out_of_reach_and_may_itself_be_on_this_machine"),
            Host(
                "egress::tests::reaching::a_proxy_is_asked_for_nothing_that_is_out_of_reach_as_far_as_one_can_tell_from_here",
            ),
            Host(
                "egress::tests::reaching::a_name_that_nobody_here_knows_is_left_to_the_proxy_which_may_be_on_this_machine",
            ),
            Host("egress::tests::reaching::nobody_s_proxy_is_where_a_cloud_hands_out_credentials"),
        ],
    ),
    case(
        REACH,
        "callbacks and the console's pages are of one origin",
        "callbacks can have an address of their own, where nothing else is",
        &[
            Whole(
                "following::served::callbacks_that_have_an_address_of_their_own_arrive_there_and_nowhere_else",
            ),
            Host("callbacks::tests::at_an_address_of_their_own_there_is_nothing_but_callbacks_and_health"),
        ],
    ),
    case(
        DEAFNESS,
        "512 connections are held: forms, files, deliveries or heads that do not come whole, silence, idleness, live pages, answers \
         that are not read",
        "deliveries, health and pages are answered, and a change arrives",
        &[
            Built(
                "deafness::deliveries_and_health_and_pages_are_answered_whatever_512_connections_hold_open",
            ),
            Host("listener::tests::held::deliveries_and_health_are_answered_whatever_one_address_holds_open"),
            Host(
                "listener::register::tests::when_all_connections_are_taken_the_one_that_is_silent_longest_gives_way",
            ),
            Host("listener::register::tests::one_address_drives_out_its_own_connections_alone"),
            Host(
                "live::watching::tests::the_oldest_page_of_a_session_that_has_too_many_stops_and_the_newest_is_live",
            ),
        ],
    ),
    case(
        DEAFNESS,
        "a form is begun and never ended, or sent byte by byte",
        "it is let go after 10 s, with a sentence",
        &[
            Built("deafness::whoever_sends_a_form_and_never_ends_it_is_told_that_it_took_too_long"),
            Host(
                "arriving::tests::a_body_that_comes_goes_on_and_one_that_does_not_is_waited_for_no_longer_than_it_may_take",
            ),
        ],
    ),
    case(
        DEAFNESS,
        "the process has no file descriptor for another connection",
        "those that wait give way, and the log says so once a minute",
        &[
            Built("deafness::without_descriptors_whoever_waits_gives_way_and_the_log_says_so_once"),
            Host(
                "listener::seldom::tests::what_happens_ten_times_a_second_is_told_once_a_minute_with_how_often_it_was",
            ),
        ],
    ),
    case(
        DEAFNESS,
        "strangers guess the password of the only administrator without end",
        "the browser that logged in before gets in",
        &[
            Built("deafness::a_browser_that_logged_in_before_gets_in_while_strangers_guess"),
            Host(
                "identity::tests::entry::a_stolen_cookie_of_a_known_browser_lets_nobody_in_and_gains_no_more_guesses_than_anybody_has",
            ),
            Host("identity::throttle::tests::strangers_and_a_browser_that_is_known_do_not_slow_each_other"),
        ],
    ),
    case(
        DEAFNESS,
        "the clock of the day is set while a name must wait",
        "the wait is neither longer nor shorter",
        &[Host("identity::tests::entry::after_five_wrong_passwords_even_the_right_one_must_wait")],
    ),
    case(
        DEAFNESS,
        "deliveries are sent to names to see which of them are sources",
        "all are answered alike",
        &[
            Built("deafness::by_the_answer_to_a_delivery_nobody_learns_which_sources_there_are"),
            Host(
                "callbacks::tests::a_source_that_is_not_followed_is_refused_by_any_method_as_one_is_that_does_not_verify",
            ),
        ],
    ),
    case(
        MUCH,
        "a connector puts one object again and again",
        "the run is ended after a hundred times, and says so",
        &[
            Built("hostile::floods::a_program_ends_an_import_that_puts_one_object_again_and_again"),
            Whole("hostile::floods::a_run_that_wrote_as_much_as_it_may_says_so_in_both_languages"),
            Host("apply::volume::tests::an_object_that_comes_and_goes_ends_the_run"),
            Host("apply::volume::tests::what_changes_nothing_may_come_as_often_as_it_likes"),
        ],
    ),
    case(
        MUCH,
        "a connector writes without an end",
        "the run is ended with what it had written, and none begins by itself until a person has acted",
        &[
            Built(
                "hostile::floods::a_program_ends_an_import_that_writes_without_an_end_and_keeps_what_was_there",
            ),
            Host("apply::volume::tests::a_source_that_never_ends_is_stopped_by_what_was_held_before"),
            Host("apply::volume::tests::the_next_run_goes_on_where_one_was_ended"),
            Host("apply::volume::tests::an_honest_company_never_meets_the_bounds"),
            Host(
                "follow::tests::stopped::after_a_full_run_that_wrote_as_much_as_it_may_none_begins_until_a_person_has_acted",
            ),
        ],
    ),
    case(
        MUCH,
        "a connector writes a little too much, night after night",
        "its runs have a bound together, and beyond it the source is not read until a person starts an import",
        &[
            Built("hostile::floods::a_program_ends_imports_that_each_write_little_and_too_much_together"),
            Whole("hostile::floods::a_source_that_wrote_too_much_is_not_read_until_a_person_is_at_it"),
            Host(
                "apply::volume::tests::runs_that_each_write_little_end_once_they_have_written_too_much_together",
            ),
            Host(
                "history::tests::what_the_runs_of_a_source_recorded_is_counted_since_a_moment_and_since_somebody_attended_one",
            ),
        ],
    ),
    case(
        MUCH,
        "the entries of a log are as large as they may be",
        "so many bytes of them are kept, and the rest is counted",
        &[
            Built("hostile::floods::a_program_keeps_so_many_bytes_of_entries_and_counts_the_rest"),
            Host(
                "capabilities::history::tests::of_large_entries_as_many_are_kept_as_a_run_has_room_for_and_the_rest_is_counted",
            ),
        ],
    ),
    case(
        MUCH,
        "a connector reports its progress all the time",
        "it is told once a second",
        &[
            Built("hostile::floods::a_program_writes_a_few_lines_of_a_flood_of_progress"),
            Whole("hostile::floods::of_a_flood_of_progress_an_observer_hears_the_first_and_the_last"),
            Host(
                "capabilities::history::tests::an_observer_is_told_at_once_and_then_once_a_second_however_often_a_connector_reports",
            ),
        ],
    ),
    case(
        MUCH,
        "connectors want more memory together than there is",
        "the call that would take too much fails, and the others go on",
        &[
            Whole(
                "hostile::floods::connectors_together_have_so_much_memory_and_what_one_leaves_another_takes",
            ),
            Host("apply::tests::changes_that_wait_take_of_the_memory_of_all_and_give_it_back_once_applied"),
            Host("dry_run::tests::what_a_preview_remembers_takes_of_the_memory_of_all_until_it_ends"),
        ],
    ),
    case(
        MUCH,
        "forty thousand departments that hang in a chain are gone",
        "they are removed from its end, with a step for each",
        &[
            Host("apply::retire::depth::tests::forty_thousand_in_a_chain_or_in_a_ring_take_a_step_each"),
            Host("apply::tests::a_chain_of_departments_leaves_from_its_end_however_long_it_is"),
        ],
    ),
    case(
        BESIDE,
        "a second program would serve a folder that one serves",
        "it says who has it, since when and where, and ends",
        &[
            Built("beside::a_second_program_that_would_serve_a_folder_says_who_has_it_and_ends"),
            Built("beside::a_folder_whose_program_was_killed_is_served_by_the_next_at_once"),
        ],
    ),
    case(
        BESIDE,
        "a command is given while a program serves the folder",
        "it works",
        &[
            Built("beside::every_command_beside_a_program_that_serves_does_its_work"),
            Host("checkpoints::tests::a_log_that_another_program_is_moving_is_left_to_it"),
        ],
    ),
    case(
        WEBHOOKS,
        "calls wait while a row of the roster is wrong, or while it is no roster",
        "they are tried again together, with one reading for all",
        &[
            Built("webhook::events_that_wait_for_a_row_to_be_mended_are_tried_again_together"),
            Connector("tests::webhook::nobody_is_gone_while_a_row_is_wrong_and_the_event_is_tried_again"),
            Connector("tests::webhook::a_roster_that_cannot_be_read_leaves_the_whole_batch_to_another_try"),
        ],
    ),
    case(
        WEBHOOKS,
        "the roster is not there for a moment",
        "nothing stops, and the call is acted on once it is there again",
        &[
            Built("webhook::a_roster_that_is_not_there_for_a_moment_stops_nothing"),
            Connector(
                "tests::webhook::a_roster_that_is_not_there_is_waited_for_and_one_that_is_refused_or_gone_waits_for_a_person",
            ),
        ],
    ),
    case(
        WEBHOOKS,
        "the body writes a number or a text oddly: 7.0, 1e3, -0, digits without end, half a character",
        "connectors in every language take and refuse the same",
        &[Connector("webhook::tests::the_vectors_of_deliveries")],
    ),
    case(
        WEBHOOKS,
        "the clock is wrong, and no delivery says when it was signed",
        "the check warns of it, and does not fail",
        &[
            Built(
                "webhook::a_wrong_clock_is_no_more_than_a_warning_where_no_delivery_says_when_it_was_signed",
            ),
            Host("check::clock::tests::more_is_a_warning_and_a_failure_where_pushes_are_refused_for_it"),
        ],
    ),
    case(
        REMOVALS,
        "all but one are gone while a script imports",
        "nobody leaves, the run reads held, and a person reads how many would be removed",
        &[
            Built(
                "mass_departures::an_import_by_a_program_without_a_terminal_removes_nobody_of_a_roster_of_one",
            ),
            Host("apply::tests::a_full_run_removes_nothing_when_too_much_would_leave"),
            Whole("mass_departures::a_person_reads_how_many_of_how_many_and_what_to_type"),
        ],
    ),
    case(
        REMOVALS,
        "all but one are gone while a program with a token imports",
        "the same",
        &[Built(
            "mass_departures::an_import_by_a_token_with_an_idempotency_key_removes_nobody_of_a_roster_of_one",
        )],
    ),
    case(
        REMOVALS,
        "fifty of sixty are gone, and each is read again by hand",
        "five leave within the hour, and the others wait",
        &[
            Built(
                "mass_departures::a_refresh_of_everybody_who_is_gone_removes_as_many_as_events_may_in_an_hour",
            ),
            Host(
                "guard::tests::what_left_within_the_hour_is_counted_by_kind_but_for_what_a_person_confirmed",
            ),
        ],
    ),
    case(
        REMOVALS,
        "three of sixty are gone at an import, and three more at the next within the hour",
        "the first three leave, and the others wait",
        &[
            Built("mass_departures::imports_within_an_hour_remove_no_more_unseen_than_one_of_them"),
            Host("guard::tests::what_left_lately_is_weighed_with_what_would_leave_and_told"),
        ],
    ),
    case(
        REMOVALS,
        "four of six people are gone",
        "nobody leaves, because more than half would",
        &[
            Built("mass_departures::of_few_people_no_more_than_half_leave_unseen"),
            Host("guard::tests::of_few_half_may_leave_and_always_one"),
        ],
    ),
    case(
        REMOVALS,
        "an import is undone by a command",
        "it is refused with the number of those who would leave",
        &[Built("mass_departures::the_undoing_of_an_import_is_refused_with_its_number")],
    ),
    case(
        REMOVALS,
        "a preview finds most of a company gone",
        "it says that it would be held",
        &[Built("mass_departures::a_preview_that_would_be_held_says_so")],
    ),
    case(
        REMOVALS,
        "a person approves without the number, or with another one",
        "it is refused, and with the number those go of whom the source says the same again",
        &[
            Whole(
                "mass_departures::an_approval_without_the_number_or_with_another_one_is_refused_and_with_it_goes_on",
            ),
            Host("approval::tests::nobody_approves_without_the_number_of_what_would_be_removed"),
        ],
    ),
    case(
        REMOVALS,
        "a person approves some and declines the rest",
        "the rest stays, is not asked about again, and the log says who declined it and why",
        &[
            Whole("mass_departures::some_are_approved_and_the_rest_is_declined_and_not_held_anew"),
            Host("apply::decline::tests::who_was_declined_stays_and_is_not_held_anew_and_one_entry_says_why"),
        ],
    ),
    case(
        REMOVALS,
        "whatever else makes most of a company go, by whatever way a run is started",
        "nobody leaves without a person's number",
        &[Whole(
            "mass_departures::sweep::nobody_leaves_without_a_persons_number_whatever_the_cause_and_whoever_starts_the_run",
        )],
    ),
];
