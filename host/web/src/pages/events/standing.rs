//! How a source is heard just now: its channel, why it stopped, what waits, what was refused.

use maud::{Markup, html};
use rollcall_host::inbox::{ChannelNote, ChannelState, Following, InboxCounts, Refused, Stopped};
use rollcall_host::model::{EventDelivery, SourceName};
use rollcall_words::Sentence;

use super::words;
use crate::page::{self, Tone};
use crate::visitor::{Preferences, Visitor};

/// The part of the page that says so.
pub(super) fn part(
    visitor: &Visitor,
    source: &SourceName,
    following: &Following,
    counts: InboxCounts,
) -> Markup {
    let reader = visitor.reader;
    let figures = [
        (words::n_waiting(), counts.waiting),
        (words::n_failed(), counts.failed),
        (words::n_done(), counts.done),
        (words::n_refused(), following.n_refused),
    ];
    html! {
        section id="events-standing" {
            @if let Some(stopped) = &following.stopped { (has_stopped(visitor, source, stopped)) }
            div class="sheet" {
                h2 { (reader.say(words::channel())) }
                (heard(reader, following))
                @if let Some(heard_until) = following.heard_until {
                    p class="soft" { (reader.say(words::heard_until())) " " (page::moment(heard_until)) }
                }
            }
            div class="figures" {
                @for (word, n) in figures {
                    div { span class="n" { (page::count(n)) } span class="of" { (reader.say(word)) } }
                }
            }
            @if let Some(unfetched) = &following.unfetched {
                (page::notice(Tone::Warning, &html! {
                    p { (reader.say(words::unfetched_at())) " " (page::moment(unfetched.at)) }
                    (page::diagnosis(reader, &unfetched.failure.diagnosis))
                }))
            }
            @if let Some(refused) = &following.last_refused { (last_refused(reader, refused)) }
        }
    }
}

fn has_stopped(visitor: &Visitor, source: &SourceName, stopped: &Stopped) -> Markup {
    let reader = visitor.reader;
    let body = html! {
        p { (reader.say(words::stopped_since())) " " (page::moment(stopped.at)) }
        (page::diagnosis(reader, &stopped.failure.diagnosis))
        @if visitor.who.may_manage() {
            p { (page::button(visitor, &format!("/sources/{source}/events/resume"), "primary", words::resume())) }
            p class="soft" { (reader.say(words::resume_told())) }
        }
    };
    page::notice(Tone::Bad, &body)
}

/// How changes come, and over a channel, how that stands.
fn heard(reader: Preferences, following: &Following) -> Markup {
    match following.event_delivery {
        Some(EventDelivery::Callbacks) => html! { p { (reader.say(words::by_callbacks_told())) } },
        Some(EventDelivery::None) => html! { p { (reader.say(words::by_nothing_told())) } },
        Some(EventDelivery::Channel) | None => channel(reader, following.channel.as_ref()),
    }
}

fn channel(reader: Preferences, note: Option<&ChannelNote>) -> Markup {
    let state = note.map_or(ChannelState::Off, |note| note.state);
    let (tone, word, told) = told(state);
    html! {
        p {
            (page::badge(tone, &reader.say(word)))
            @if let Some(note) = note { " " (reader.say(words::since())) " " (page::moment(note.since)) }
        }
        p { (reader.say(told)) }
        @if let Some(diagnosis) = note.and_then(|note| note.diagnosis.as_ref()) {
            (page::notice(tone, &page::diagnosis(reader, diagnosis)))
        }
    }
}

/// A state in a word, and what it means.
fn told(state: ChannelState) -> (Tone, Sentence, Sentence) {
    match state {
        ChannelState::Off => (Tone::Plain, words::channel_off(), words::channel_off_told()),
        ChannelState::Connecting => {
            (Tone::Busy, words::channel_connecting(), words::channel_connecting_told())
        }
        ChannelState::Connected => (Tone::Good, words::channel_connected(), words::channel_connected_told()),
        ChannelState::Waiting => (Tone::Warning, words::channel_waiting(), words::channel_waiting_told()),
        ChannelState::Refused => (Tone::Bad, words::channel_refused(), words::channel_refused_told()),
        ChannelState::Taken => (Tone::Warning, words::channel_taken(), words::channel_taken_told()),
        ChannelState::Closed => (Tone::Plain, words::channel_closed(), words::channel_closed_told()),
    }
}

fn last_refused(reader: Preferences, refused: &Refused) -> Markup {
    html! {
        details class="sheet" {
            summary { (reader.say(words::last_refused())) " " (page::moment(refused.at)) }
            p class="soft" { (reader.say(words::refused_told())) }
            (page::diagnosis(reader, &refused.diagnosis))
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::model::{Diagnosis, Failure, FailureKind};
    use rollcall_words::Language;

    use super::*;
    use crate::testing::{NOW, administrator};

    fn drawn(language: Language, following: &Following) -> String {
        let source = SourceName::new("head-office").unwrap();
        let counts = InboxCounts { waiting: 3, done: 1200, failed: 0 };
        part(&administrator(language), &source, following, counts).into_string()
    }

    fn failure() -> Failure {
        let diagnosis = Diagnosis::new("scope-changed", "the scope changed").in_chinese("可见范围已变更", "");
        Failure::new(FailureKind::Permission, diagnosis)
    }

    #[test]
    fn a_source_that_stopped_says_why_and_can_go_on() {
        let stopped = Some(Stopped { at: NOW, failure: failure() });
        let following = Following { stopped, ..Following::default() };
        let told = drawn(Language::English, &following);
        for wanted in ["The scope changed", "scope-changed", "action=\"/sources/head-office/events/resume\""]
        {
            assert!(told.contains(wanted), "{wanted:?} is not in {told}");
        }
        assert!(drawn(Language::Chinese, &following).contains("可见范围已变更"));
    }

    #[test]
    fn a_source_without_a_channel_is_not_told_to_have_one_that_is_off() {
        for (delivery, wanted) in
            [(EventDelivery::Callbacks, "calls the address below"), (EventDelivery::None, "does not push")]
        {
            let off = ChannelNote { state: ChannelState::Off, since: NOW, diagnosis: None };
            let (channel, event_delivery) = (Some(off), Some(delivery));
            let told =
                drawn(Language::English, &Following { channel, event_delivery, ..Following::default() });
            assert!(told.contains(wanted) && !told.contains(">off<"), "{told}");
        }
    }

    #[test]
    fn a_source_that_is_followed_has_nothing_to_resume() {
        assert!(!drawn(Language::English, &Following::default()).contains("/resume"));
    }

    #[test]
    fn a_channel_that_broke_says_since_when_and_why() {
        let diagnosis = Some(Diagnosis::new("proxy-unreachable", "the proxy <x> does not answer"));
        let note = ChannelNote { state: ChannelState::Waiting, since: NOW, diagnosis };
        let told = drawn(Language::English, &Following { channel: Some(note), ..Following::default() });
        for wanted in ["broken", "2026-01-01", "The proxy &lt;x&gt; does not answer"] {
            assert!(told.contains(wanted), "{wanted:?} is not in {told}");
        }
    }

    #[test]
    fn refused_deliveries_are_counted_and_the_last_one_explained() {
        let last =
            Refused { at: NOW, diagnosis: Diagnosis::new("signature-wrong", "the signature is wrong") };
        let following = Following { n_refused: 17, last_refused: Some(last), ..Following::default() };
        let told = drawn(Language::English, &following);
        assert!(
            told.contains("<span class=\"n\">17</span>") && told.contains("The signature is wrong"),
            "{told}"
        );
    }
}
