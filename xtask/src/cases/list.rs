//! What DingTalk and the way to it do beside their descriptions, what happens here, and which tests show it.

use Test::{Built, Connector, Host, Pairs, Whole};

/// One thing that was met, or others like it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// What it is about, as a head.
    pub(super) about: &'static str,
    /// What comes from outside.
    pub(super) does: &'static str,
    /// What happens here.
    pub(super) happens: &'static str,
    pub(super) tests: &'static [Test],
}

/// A test by its whole name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    /// Of the connector as it is, or of the kit below it.
    Connector(&'static str),
    /// Of the host's libraries.
    Host(&'static str),
    /// Over everything real.
    Whole(&'static str),
    /// Of the built program, or of the built component in today's host where the component decides, so that an earlier build can
    /// be tried, too.
    Built(&'static str),
    /// Of this module and this name, over both pairs of connector and host.
    Pairs(&'static str, &'static str),
}

const fn case(
    about: &'static str,
    does: &'static str,
    happens: &'static str,
    tests: &'static [Test],
) -> Case {
    Case { about, does, happens, tests }
}

const MEMBERS: &str = "Members of people and departments";
const LISTS: &str = "Lists, and answers about something else";
const REFUSALS: &str = "Refusals and events";
const VIEW: &str = "A view that shrank, and the proof of each run";
const WAY: &str = "The way to DingTalk, and the way back";
const SECRETS: &str = "Secrets of a source that is changed";
const REACH: &str = "How far requests reach, and what a connector is to a browser";
const DEAFNESS: &str = "Whoever holds something open, guesses, or asks who is there";
const MUCH: &str = "A connector that never has enough";
const BESIDE: &str = "Two programs and one data folder";
const WEBHOOKS: &str = "A roster that its keeper tells of";
const REMOVALS: &str = "Most of a company is gone, or seems to be";

/// All of them, those about the same together.
pub(super) const CASES: [Case; 76] = [
    case(
        MEMBERS,
        "a number, a flag, a date or a list comes in another form that says the same",
        "it is that value, without a word",
        &[
            Pairs("odd_world::people", "a_value_in_another_form_is_that_value"),
            Connector("odd_data::cases::odd_members_of_one_person_keep_nobody_from_leaving"),
        ],
    ),
    case(
        MEMBERS,
        "a member says nothing that can be read",
        "it stays as it was, a warning names it, and who left goes",
        &[
            Pairs("odd_world::people", "members_that_say_nothing_cost_themselves_and_who_left_goes"),
            Connector("odd_data::a_sample_of_odd_members_costs_nothing_but_themselves"),
        ],
    ),
    case(
        MEMBERS,
        "a byte that is not UTF-8, half a character, a control character or U+0000",
        "that character is U+FFFD, a warning names the member, and the page is read",
        &[
            Pairs("odd_world::people", "a_character_that_is_none_costs_that_character"),
            Connector("odd_data::cases::one_bad_byte_of_a_page_costs_one_character"),
        ],
    ),
    case(
        MEMBERS,
        "the same inside of the company's own fields, which are JSON in a text",
        "the same",
        &[
            Pairs("odd_world::people", "inside_of_the_company_s_own_fields_it_costs_no_more"),
            Connector(
                "wire::lenient::tests::an_object_inside_of_a_text_is_mended_and_any_other_text_is_as_it_is",
            ),
        ],
    ),
    case(
        MEMBERS,
        "one flag of seventeen people of two hundred is odd",
        "it costs that flag of those people",
        &[
            Pairs("odd_world::people", "one_odd_flag_of_each_of_seventeen_is_that_flag"),
            Connector("odd_data::cases::an_odd_flag_of_many_is_one_member_of_each"),
        ],
    ),
    case(
        MEMBERS,
        "something is odd about everybody",
        "it is said of some, and the rest are counted",
        &[Connector("odd_data::what_is_odd_about_everybody_is_said_of_some_and_counted")],
    ),
    case(
        MEMBERS,
        "the hour of a hire date is midnight in Beijing",
        "it is that day",
        &[
            Pairs("odd_world::people", "a_day_is_a_day_in_beijing"),
            Connector("wire::lenient::tests::a_date_is_the_day_in_beijing"),
        ],
    ),
    case(
        MEMBERS,
        "a number that its country does not have, or with what is dialled before it",
        "right, or as it was written with a warning",
        &[
            Pairs("odd_world::people", "phone_numbers_are_right_or_as_they_were_written"),
            Connector("mapping::phone::tests::numbers_as_dingtalk_sends_them"),
            Connector(
                "mapping::phone::tests::a_number_that_its_country_does_not_have_stays_as_it_is_written",
            ),
        ],
    ),
    case(
        MEMBERS,
        "an address has blanks around it, or marks that show nothing",
        "it is without them",
        &[Pairs("odd_world::people", "blanks_around_an_address_are_nobody_s")],
    ),
    case(
        MEMBERS,
        "a department has no name",
        "it is there by its id with all below it, and a warning says so",
        &[
            Pairs("odd_world::departments", "a_department_without_a_name_is_there_with_all_below_it"),
            Connector("odd_data::cases::a_department_without_a_name_is_kept_with_all_below_it"),
        ],
    ),
    case(
        MEMBERS,
        "the id of a department in a list cannot be read",
        "it is found by its id",
        &[
            Pairs("odd_world::departments", "a_department_whose_id_cannot_be_read_is_found_by_its_id"),
            Connector("odd_data::cases::a_department_whose_id_cannot_be_read_is_found_by_its_id"),
        ],
    ),
    case(
        MEMBERS,
        "thirty of two hundred people and three departments are odd, while five leave, five lose a title and five join",
        "exactly that happens, in a full run and by events",
        &[
            Pairs(
                "odd_world::crowd",
                "of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left",
            ),
            Connector(
                "odd_data::crowd::of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left_in_a_full_run",
            ),
            Connector(
                "odd_data::crowd::of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left_by_events",
            ),
        ],
    ),
    case(
        LISTS,
        "an empty department says so without a list, with null or with nothing at all",
        "nobody is in it, and nothing is asked twice",
        &[
            Pairs("odd_world::departments", "nobody_is_in_twenty_departments_that_say_so_in_any_way"),
            Connector("odd_data::cases::an_empty_department_may_say_so_in_any_way"),
        ],
    ),
    case(
        LISTS,
        "a list of departments says nothing, though there are some",
        "they are asked for by their ids",
        &[
            Pairs("odd_world::departments", "a_list_of_departments_that_says_nothing_is_asked_for_by_ids"),
            Connector("odd_data::cases::a_list_of_departments_that_says_nothing_is_asked_for_by_ids"),
        ],
    ),
    case(
        LISTS,
        "nothing tells what is below a department",
        "all below it is kept, and the run says so",
        &[
            Pairs("odd_world::departments", "a_subtree_that_nothing_tells_of_is_kept_and_said"),
            Connector("odd_data::cases::a_subtree_that_nothing_tells_of_is_not_lost_in_silence"),
        ],
    ),
    case(
        LISTS,
        "a page or a list is another department's, as a cache on the way remembers it",
        "that is a contradiction: nobody is taken away, and the run says so",
        &[
            Pairs("odd_world::departments", "an_answer_about_another_department_takes_nobody_away"),
            Connector("odd_data::cases::a_page_of_another_department_is_a_contradiction"),
            Connector(
                "odd_data::cases::a_page_of_another_department_is_known_by_another_answer_when_somebody_is_in_both",
            ),
            Connector("odd_data::cases::a_list_of_another_department_s_departments_is_a_contradiction"),
            Connector("odd_data::cases::ids_of_another_department_s_departments_are_a_contradiction"),
        ],
    ),
    case(
        LISTS,
        "a person or a department is answered with another one",
        "it costs that person or department",
        &[Pairs("odd_world::departments", "what_is_answered_about_another_object_costs_that_object")],
    ),
    case(
        LISTS,
        "removals stop for a reason",
        "the run says in one sentence that, why and since when",
        &[
            Built("following::served::the_status_says_since_when_nobody_is_removed_and_which_events_wait"),
            Host("removals::tests::a_run_that_removes_nobody_says_since_when_nobody_is"),
            Host("removals::tests::it_is_said_in_chinese_too_and_as_facts"),
        ],
    ),
    case(
        REFUSALS,
        "DingTalk says that it is its own fault, or that the token has ended, by any of its codes",
        "it is asked again, with another token where that is why",
        &[
            Pairs(
                "odd_world::refusals",
                "what_dingtalk_calls_its_own_fault_is_asked_again_wherever_it_comes",
            ),
            Connector("odd_data::cases::what_passes_is_asked_again"),
            Connector("reaction::tests::every_code_of_the_table_has_its_reaction"),
            Connector("reaction::tests::every_word_of_the_new_api_has_its_reaction"),
        ],
    ),
    case(
        REFUSALS,
        "an answer is not understood",
        "it is asked for twice and no oftener",
        &[Connector("odd_data::cases::what_is_not_understood_is_asked_twice_and_no_oftener")],
    ),
    case(
        REFUSALS,
        "DingTalk asks for a wait each time",
        "it is waited as long as it says, up to a bound that is said",
        &[
            Connector("retry::tests::a_source_that_says_how_long_to_wait_is_waited_for_however_often"),
            Connector("retry::tests::waiting_has_an_end_which_is_said"),
        ],
    ),
    case(
        REFUSALS,
        "forty events come one after the other",
        "forty people are read with one token and one scope",
        &[
            Built(
                "following::way::people_who_change_one_after_the_other_cost_a_read_each_and_neither_token_nor_scope_again",
            ),
            Pairs(
                "following::spaced",
                "forty_events_one_after_the_other_cost_forty_reads_and_one_token_and_scope",
            ),
        ],
    ),
    case(
        REFUSALS,
        "the department that an event names cannot be read",
        "that event alone waits, until it can be or is given up",
        &[
            Built("following::way::a_department_that_cannot_be_read_costs_no_other_event"),
            Pairs("odd_world::refusals", "what_only_one_event_names_costs_no_other_event"),
            Pairs("odd_world::refusals", "it_is_forgotten_once_it_can_be_read_or_everything_was"),
            Connector(
                "events::tests::unfinished::a_department_that_cannot_be_read_costs_the_event_that_names_it_and_no_other",
            ),
        ],
    ),
    case(
        REFUSALS,
        "a permission is taken away, and given back while something else is odd",
        "the source goes on",
        &[
            Built(
                "following::way::what_stopped_a_source_is_tried_again_by_a_full_run_that_leaves_something_out",
            ),
            Whole(
                "following::stopped::a_permission_that_came_back_lets_the_source_go_on_after_an_import_that_left_something_out",
            ),
            Host(
                "follow::tests::stopped::a_full_run_that_left_something_out_has_what_stopped_the_source_tried_and_lets_it_go_on",
            ),
        ],
    ),
    case(
        REFUSALS,
        "somebody changes several times within a second",
        "each change is an event",
        &[
            Built(
                "following::deliveries::of_two_changes_of_a_person_within_one_whole_second_both_are_applied",
            ),
            Connector(
                "events::delivery::tests::two_changes_in_one_second_are_two_events_though_they_say_the_same",
            ),
            Connector(
                "events::missed::tests::two_changes_in_one_second_are_two_events_in_one_answer_and_in_two",
            ),
        ],
    ),
    case(
        REFUSALS,
        "a permission is missing whose code is none of the table's",
        "it is called as DingTalk calls it",
        &[
            Pairs("reactions", "a_missing_permission_for_departments_after_one_new_token"),
            Connector("messages::tests::a_missing_permission_has_the_name_of_its_own_code_and_no_other"),
            Connector(
                "messages::tests::a_missing_permission_that_dingtalk_does_not_name_is_told_in_its_words",
            ),
        ],
    ),
    case(
        WAY,
        "a channel is to be opened at an address that is not granted",
        "another one is asked for after a pause, and at once when a person lets the source go on",
        &[
            Built(
                "following::way::a_channel_that_is_to_be_opened_where_nothing_is_granted_is_asked_for_anew",
            ),
            Whole(
                "following::stream::an_address_that_is_not_granted_is_asked_for_anew_and_at_once_when_a_person_lets_the_source_go_on",
            ),
            Host(
                "follow::tests::channel::a_channel_that_waits_or_is_refused_is_opened_at_once_when_a_person_lets_the_source_go_on",
            ),
        ],
    ),
    case(
        WAY,
        "DingTalk is the one overseas",
        "everything goes there, the channel included",
        &[
            Built("following::way::overseas_everything_goes_overseas"),
            Whole("following::stream::overseas_everything_goes_overseas"),
            Connector(
                "tests::where_channels_lead_is_planned_for_dingtalk_here_and_overseas_and_for_what_the_settings_say",
            ),
        ],
    ),
    case(
        WAY,
        "the proxy lets nobody but the documented hosts through",
        "everything works",
        &[
            Built("following::way::a_proxy_that_lets_nobody_but_the_documented_hosts_through_is_enough"),
            Whole("following::stream::where_the_union_s_origin_is_not_granted_everything_works"),
        ],
    ),
    case(
        WAY,
        "the proxy refuses the password while the source listens",
        "it is tried once, and once more each time that a person acts",
        &[
            Built("following::way::a_wrong_password_is_sent_once_while_the_source_listens"),
            Whole(
                "checklist::a_wrong_password_costs_one_attempt_at_a_real_proxy_and_one_more_each_time_that_a_person_acts",
            ),
            Host("follow::tests::barred::it_stands_as_stopped_with_the_reason_and_no_run_begins_by_itself"),
            Host("egress::tests::proxies::a_wrong_password_is_sent_once_however_many_ask"),
        ],
    ),
    case(
        WAY,
        "a proxy wants another scheme, is silent, answers garbage or a page; the clock is wrong; an address is private",
        "each is told by what it is, in both languages",
        &[
            Built("following::way::whatever_answers_in_the_place_of_a_proxy_is_called_what_it_is"),
            Whole("checklist::every_sentence_is_as_the_documentation_shows_it"),
            Host("egress::tests::proxies::another_scheme"),
            Host("egress::tests::proxies::silence"),
            Host("egress::tests::proxies::garbage"),
            Host("egress::tests::proxies::a_page_in_the_place_of_the_target"),
        ],
    ),
    case(
        WAY,
        "the clock is as wrong as to have every push refused",
        "the check says by how much",
        &[
            Built(
                "following::way::a_clock_as_wrong_as_to_have_every_push_refused_fails_the_check_which_says_by_how_much",
            ),
            Host("check::clock::tests::more_is_a_warning_and_a_failure_where_pushes_are_refused_for_it"),
        ],
    ),
    case(
        WAY,
        "a channel is down for long enough to lose an event",
        "everything is read once it is open again, with or without a schedule",
        &[
            Built(
                "following::served::an_event_that_was_lost_while_the_channel_was_away_is_made_up_for_by_a_full_run",
            ),
            Host(
                "follow::tests::channel::a_break_that_may_have_cost_an_event_leads_to_a_full_run_without_a_schedule",
            ),
            Whole(
                "following::stream::after_a_time_in_which_nobody_listened_a_full_run_finds_what_was_missed",
            ),
        ],
    ),
    case(
        WAY,
        "two sources of one host would share the channel of an application",
        "the second opens none, and everything says so",
        &[
            Whole(
                "following::exclusive::the_second_source_of_an_application_opens_no_channel_until_the_first_is_let_go",
            ),
            Built(
                "following::exclusive::the_program_lets_the_first_by_name_listen_and_says_so_of_the_second_everywhere",
            ),
        ],
    ),
    case(
        WAY,
        "a callback address is written with a slash too many, or opened in a browser",
        "it is answered, or said what it is for",
        &[
            Built(
                "following::served::a_callback_address_takes_deliveries_with_a_slash_too_many_and_tells_whoever_looks_what_it_is_for",
            ),
            Host(
                "callbacks::tests::a_callback_address_is_the_same_with_needless_slashes_and_nothing_else_is_touched",
            ),
            Host(
                "identity::tests::entry::nothing_below_the_callbacks_leads_to_the_log_in_or_is_answered_without_a_word",
            ),
            Host("events::callback::tests::an_address_that_sources_may_refuse_is_said_to_be_one"),
        ],
    ),
    case(
        WAY,
        "a source delivers while one of its settings is wrong",
        "what it tells is kept, and acted on once the setting is right and a person has said go on",
        &[
            Built(
                "deafness::what_a_source_tells_while_a_setting_is_wrong_is_kept_and_acted_on_once_it_is_right",
            ),
            Connector(
                "events::tests::settings::deliveries_are_taken_whatever_is_wrong_with_settings_that_they_do_not_need",
            ),
        ],
    ),
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
            Host("sqlite::checkpoints::tests::a_log_that_another_program_is_moving_is_left_to_it"),
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
            Host("guard::tests::what_left_by_events_and_refreshes_within_the_hour_is_counted_by_kind"),
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
