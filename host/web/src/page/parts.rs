//! Parts that several pages have: moments, counts, states, tables, forms.

use maud::{Markup, html};
use rollcall_host::directory::Action;
use rollcall_host::history::{Run, RunKind, RunState, Trigger};
use rollcall_host::model::{Diagnosis, Severity, Timestamp};
use rollcall_host::proof::{BilingualText, LeftOut};
use rollcall_rules::vocabulary::resource_type;
use rollcall_words::Sentence;

use super::words;
use crate::paths::segment;
use crate::visitor::{Preferences, Visitor};

/// What a colour says. A word always says it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Busy,
    Warning,
    Bad,
}

impl Tone {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// A word in a coloured frame.
pub(crate) fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.as_str()) } { (text) } }
}

/// A framed remark.
pub(crate) fn notice(tone: Tone, body: &Markup) -> Markup {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    html! { div class={ "notice " (tone.as_str()) } role=(role) { (body) } }
}

/// What the host says in two languages.
pub(crate) fn told(told: BilingualText) -> Sentence {
    let BilingualText { english, chinese } = told;
    Sentence { english, chinese }
}

/// That the view of a source leaves something out, with the run that found it first.
pub(crate) fn left_out(visitor: &Visitor, left_out: &LeftOut) -> Markup {
    let tone = if left_out.waits { Tone::Warning } else { Tone::Plain };
    notice(
        tone,
        &html! {
            p {
                (as_sentence(&visitor.say(told(left_out.told()))))
                @if let Some(since) = &left_out.since {
                    " " a href={ "/runs/" (segment(since.run.as_str())) } {
                        (visitor.say(words::look_at_run(&since.run)))
                    }
                }
            }
        },
    )
}

/// A moment, in UTC; with JavaScript in the reader's own time.
pub(crate) fn moment(at: Timestamp) -> Markup {
    let iso = at.to_string();
    let text = iso.get(..19).map_or_else(|| iso.clone(), |head| format!("{} UTC", head.replace('T', " ")));
    html! { time datetime=(iso) { (text) } }
}

/// A moment, or a dash.
pub(crate) fn moment_or_none(at: Option<Timestamp>) -> Markup {
    at.map_or_else(|| html! { "–" }, moment)
}

/// How long it takes or took, in the two largest units.
pub(crate) fn duration(reader: Preferences, duration_ms: i64) -> String {
    let ms = duration_ms.max(0);
    let (s, m, h) = (ms / 1000 % 60, ms / 60_000 % 60, ms / 3_600_000);
    let sentence = match (h, m, s) {
        (0, 0, 0) => words::milliseconds(ms),
        (0, 0, s) => words::seconds(format!("{s}.{}", ms % 1000 / 100)),
        (0, m, s) => words::minutes(m, s),
        (h, m, _) => words::hours(h, m),
    };
    reader.say(sentence)
}

/// A count with its thousands apart.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place != 0 && left.is_multiple_of(3) {
            // A thin space that does not break: no country reads it as a decimal point.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// What is wrong and what to do, with its code and its facts.
pub(crate) fn diagnosis(reader: Preferences, diagnosis: &Diagnosis) -> Markup {
    let localized = diagnosis.localized(reader.language.tag());
    html! {
        div class="diagnosis" {
            p class="what" { (as_sentence(localized.message)) }
            @if let Some(remedy) = localized.remedy { p class="remedy" { (as_sentence(remedy)) } }
            p class="code" {
                code { (diagnosis.code) }
                @for (name, value) in &diagnosis.facts {
                    " " code class="fact" { (name) ": " (value) }
                }
            }
        }
    }
}

/// What connectors and the host say of an error begins small, so that it fits behind a colon. Alone it is a sentence; what
/// begins with an address or the name of a setting stays as it is.
pub(crate) fn as_sentence(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default().trim_end_matches([',', ':', ';']);
    if !word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '\'') {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Names and values, one a line.
pub(crate) fn facts(rows: impl IntoIterator<Item = (String, Markup)>) -> Markup {
    html! {
        dl class="facts" {
            @for (name, value) in rows { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// A text with a button that copies it.
pub(crate) fn copyable(reader: Preferences, text: &str) -> Markup {
    html! {
        span class="copyable" {
            code { (text) }
            button type="button" class="quiet copy" data-copy=(text) data-done=(reader.say(words::copied())) hidden {
                (reader.say(words::copy()))
            }
        }
    }
}

/// What each form carries along, so that no other site can send it.
pub(crate) fn csrf(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="csrf" value=(visitor.csrf); }
}

/// A form that is one button.
pub(crate) fn button(visitor: &Visitor, action: &str, class: &str, label: Sentence) -> Markup {
    html! {
        form class="inline" method="post" action=(action) {
            (csrf(visitor))
            button class=(class) { (visitor.say(label)) }
        }
    }
}

/// A form that is one button and asks once more; without JavaScript it does not ask.
pub(crate) fn careful_button(
    visitor: &Visitor,
    action: &str,
    class: &str,
    label: Sentence,
    question: Sentence,
) -> Markup {
    html! {
        form class="inline" method="post" action=(action) data-confirm=(visitor.say(question)) {
            (csrf(visitor))
            button class=(class) { (visitor.say(label)) }
        }
    }
}

/// What stands where a list would be.
pub(crate) fn nothing(text: &str) -> Markup {
    html! { p class="empty" { (text) } }
}

/// Links to the page before and after, of a list whose place is a number of items.
pub(crate) fn pager(
    reader: Preferences,
    total: u64,
    offset: u64,
    limit: u64,
    href: impl Fn(u64) -> String,
) -> Markup {
    let next = offset.saturating_add(limit);
    let last = next.min(total);
    html! {
        @if 0 < total {
            nav class="pager" aria-label=(reader.say(words::pages())) {
                @if 0 < offset {
                    a rel="prev" href=(href(offset.saturating_sub(limit))) { (reader.say(words::page_before())) }
                }
                span { (reader.say(words::page_of(count(offset.saturating_add(1)), count(last), count(total)))) }
                @if next < total { a rel="next" href=(href(next)) { (reader.say(words::page_after())) } }
            }
        }
    }
}

/// How far something is. `total` is none while it is not known.
pub(crate) fn progress(label: &str, done: u64, total: Option<u64>) -> Markup {
    html! {
        @match total {
            Some(total) => progress aria-label=(label) max=(total.max(1)) value=(done.min(total)) {},
            None => progress aria-label=(label) {},
        }
    }
}

/// How a run stands.
pub(crate) fn run_state(reader: Preferences, run: &Run) -> Markup {
    let (tone, word) = state_of_run(run);
    badge(tone, &reader.say(word))
}

/// How it is called that this run stands like this: what a preview found to be held, would be.
pub(crate) fn state_of_run(run: &Run) -> (Tone, Sentence) {
    match (run.dry_run, run.state) {
        (true, RunState::Held) => (Tone::Warning, words::state_would_be_held()),
        (_, state) => run_state_word(state),
    }
}

/// How it is called that a run stands like this.
pub(crate) fn run_state_word(state: RunState) -> (Tone, Sentence) {
    match state {
        RunState::Running => (Tone::Busy, words::state_running()),
        RunState::Succeeded => (Tone::Good, words::state_succeeded()),
        RunState::Partial => (Tone::Warning, words::state_partial()),
        RunState::Failed => (Tone::Bad, words::state_failed()),
        RunState::Held => (Tone::Warning, words::state_held()),
        RunState::Cancelled => (Tone::Plain, words::state_cancelled()),
        RunState::Interrupted => (Tone::Bad, words::state_interrupted()),
    }
}

/// What a run read.
pub(crate) fn run_kind(kind: RunKind) -> Sentence {
    match kind {
        RunKind::Full => words::kind_full(),
        RunKind::Refresh => words::kind_refresh(),
        RunKind::Events => words::kind_events(),
        RunKind::Undo => words::kind_undo(),
    }
}

/// Why a run started.
pub(crate) fn trigger(trigger: Trigger) -> Sentence {
    match trigger {
        Trigger::Manual => words::trigger_manual(),
        Trigger::Schedule => words::trigger_schedule(),
        Trigger::Event => words::trigger_event(),
        Trigger::Stream => words::trigger_stream(),
        Trigger::Approval => words::trigger_approval(),
    }
}

/// What happened to an object.
pub(crate) fn action(action: Action) -> Sentence {
    match action {
        Action::Created => words::action_created(),
        Action::Updated => words::action_updated(),
        Action::Restored => words::action_restored(),
        Action::Unchanged => words::action_unchanged(),
        Action::Deactivated => words::action_deactivated(),
        Action::Deleted => words::action_deleted(),
    }
}

/// What would happen to an object.
pub(crate) fn would_be(action: Action) -> Sentence {
    words::would_be(self::action(action))
}

/// What waits for a person, which has not happened.
pub(crate) fn waits(action: Action) -> Sentence {
    words::waits(would_be(action))
}

/// How grave an entry is.
pub(crate) fn severity(reader: Preferences, severity: Severity) -> Markup {
    let (tone, word) = match severity {
        Severity::Info => (Tone::Plain, words::severity_info()),
        Severity::Warning => (Tone::Warning, words::severity_warning()),
        Severity::Error => (Tone::Bad, words::severity_error()),
    };
    badge(tone, &reader.say(word))
}

/// What a resource type is called.
pub(crate) fn resource_type(name: &str) -> Sentence {
    match name {
        resource_type::USER => words::type_user(),
        resource_type::DEPARTMENT => words::type_department(),
        other => Sentence::verbatim(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(count(n).replace('\u{202f}', " "), text);
        }
    }

    #[test]
    fn a_time_is_said_in_its_two_largest_units() {
        let reader = Preferences::default();
        for (ms, text) in [(0, "0 ms"), (1500, "1.5 s"), (61_000, "1 min 1 s"), (3_660_000, "1 h 1 min")] {
            assert_eq!(duration(reader, ms), text);
        }
    }

    #[test]
    fn what_is_wrong_begins_as_a_sentence_does() {
        for (text, sentence) in [
            ("the secret is wrong", "The secret is wrong"),
            ("proxy http://p:1 does not answer", "Proxy http://p:1 does not answer"),
            ("https://a.example answers", "https://a.example answers"),
            ("app_key is missing", "app_key is missing"),
            ("IdP is busy", "IdP is busy"),
            ("密钥不正确", "密钥不正确"),
            ("", ""),
        ] {
            assert_eq!(as_sentence(text), sentence);
        }
    }

    #[test]
    fn what_others_wrote_is_text_and_never_markup() {
        let said = diagnosis(Preferences::default(), &Diagnosis::new("x", "<script>alert(1)</script>"));
        assert!(!said.into_string().contains("<script"));
    }
}
