//! What DingTalk and the way to it do beside their descriptions.

use super::Test::{Built, Connector, Host, Pairs, Whole};
use super::{Case, case};

const MEMBERS: &str = "Members of people and departments";
const LISTS: &str = "Lists, and answers about something else";
const REFUSALS: &str = "Refusals and events";
const WAY: &str = "The way to DingTalk, and the way back";

/// Those about the same together.
pub(super) const CASES: [Case; 36] = [
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
];
