//! How the page is drawn: the box, the choice among several, the answer with its trail.
//!
//! Not here: the answer (`answer`).

use maud::{Markup, html};
use rollcall_host::model::Timestamp;

use super::address::address;
use super::answer::{Act, WhyAnswer, answer as answer_of};
use super::facts::Facts;
use super::hits::{Hit, HitStatus, SearchHits};
use super::query::WhyQuery;
use super::words::{self, AT, RUN};
use crate::page::links::{about, of_source};
use crate::page::{self, Tone, badge, count, csrf, moment, notice};
use crate::pages::organisation;
use crate::subject::trail::{self, run_link};
use crate::subject::{self, Back, PageContext, ask_button, may_ask};
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

/// The element that is drawn again while the source is asked.
pub(super) const ANSWER: &str = "answer";

/// The box.
pub(super) fn form(place: PageContext<'_>, asked: &WhyQuery) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let text = asked.key.as_ref().map_or(&asked.text, |key| &key.external_id);
    html! {
        form class="row" role="search" method="get" action=(of_source(place.source, "/why")) {
            input type="search" name="q" value=(text) aria-label=(say(words::question()))
                placeholder=(say(words::question()));
            button class="primary" { (say(words::ask())) }
        }
    }
}

/// Which one is meant?
pub(super) fn choice(place: PageContext<'_>, asked: &WhyQuery, found: &SearchHits) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let listed = format!("/organisation?q={}", crate::paths::segment(&asked.text));
    html! {
        section class="sheet" aria-labelledby="which" {
            h2 id="which" { (say(words::which())) }
            ul class="plain" { @for hit in &found.hits { li { (one(place, hit)) } } }
            @if 0 < found.n_more {
                p { a href=(of_source(place.source, &listed)) { (say(words::n_more(count(found.n_more)))) } }
            }
        }
    }
}

fn one(place: PageContext<'_>, hit: &Hit) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    html! {
        a href=(address(place.source, &hit.key, false)) { (hit.name) } " "
        span class="soft" { (say(page::resource_type(&hit.key.resource_type))) } " "
        code { (hit.key.external_id) } " "
        @match hit.standing {
            HitStatus::Present => {}
            HitStatus::Departed => { (badge(Tone::Warning, &say(organisation::words::departed()))) " " }
            HitStatus::NotHeld => { (badge(Tone::Plain, &say(words::not_held()))) " " }
        }
        span class="soft" { (hit.more.join(" · ")) }
    }
}

/// The answer and how it came to it. While the source is asked, it is drawn again by itself.
pub(super) fn answer(place: PageContext<'_>, facts: &Facts, is_asking: bool) -> Markup {
    let live = facts.key.as_ref().filter(|_| is_asking).map(|key| {
        let address = address(place.source, key, false);
        address.replacen("/why?", "/why/live?", 1)
    });
    let is_answered = !is_asking || !facts.questions.is_empty();
    html! {
        div id=(ANSWER) data-live=[live] {
            @if !is_answered { (notice(Tone::Busy, &html! { p { (place.visitor.say(words::asking())) } })) }
            (first(place, facts, &answer_of(facts)))
            section class="sheet" aria-labelledby="how" {
                h2 id="how" { (place.visitor.say(words::trail())) }
                (steps(place, facts))
            }
        }
    }
}

fn first(place: PageContext<'_>, facts: &Facts, answer: &WhyAnswer) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let body = html! {
        h2 class="sr" { (say(words::answer())) }
        p { strong { (filled(place, answer)) } }
        @if let Some(why) = &answer.because { (page::diagnosis(place.visitor.reader, why)) }
        p { (say(act(answer.act))) }
        @if let Some(key) = &facts.key {
            div class="row" {
                @if let Some(about) = about(place.source, key) {
                    a class="button" href=(about) { (say(words::about_it())) }
                }
                (ask_button(place, key, Back::Why))
            }
        }
    };
    notice(answer.tone, &body)
}

/// The sentence, with the moment and the run in their places.
fn filled(place: PageContext<'_>, answer: &WhyAnswer) -> Markup {
    let mut rest = answer.sentence.to(place.visitor.reader.language);
    let mut parts = Vec::new();
    while let Some(start) = rest.find([AT, RUN].map(|mark| mark.chars().next().unwrap_or_default())) {
        let (text, marked) = rest.split_at(start);
        parts.push(html! { (text) });
        rest = match marked.strip_prefix(AT) {
            Some(after) => {
                parts.push(html! { @if let Some(at) = answer.at { (moment(at)) } });
                after
            }
            None => {
                parts.push(
                    html! { @if let Some(run) = &answer.run { (run_link(place.visitor.reader, run)) } },
                );
                marked.strip_prefix(RUN).unwrap_or_default()
            }
        };
    }
    html! { @for part in parts { (part) } (rest) }
}

fn act(act: Act) -> rollcall_words::Sentence {
    match act {
        Act::Nobody => words::act_nobody(),
        Act::Wait => words::act_wait(),
        Act::Approve => words::act_approve(),
        Act::Mend => words::act_mend(),
        Act::Retry => words::act_retry(),
        Act::Import => words::act_import(),
        Act::LookAtSource => words::act_look_at_source(),
    }
}

/// Every step, the newest first.
fn steps(place: PageContext<'_>, facts: &Facts) -> Markup {
    let mut steps: Vec<(Timestamp, Markup)> = Vec::new();
    steps.extend(facts.changes.iter().map(|step| (step.run.started_at, trail::change(place, step))));
    steps.extend(facts.entries.iter().map(|about| (about.started_at, trail::entry(place, about))));
    steps.extend(facts.events.iter().map(|event| (event.event.arrived_at, trail::event(place, event))));
    steps.extend(facts.questions.iter().map(|(asked, run)| {
        let state = run.as_ref().map(|run| page::run_state(place.visitor.reader, run));
        (
            asked.at,
            html! {
                p class="row" {
                    (badge(Tone::Plain, &place.visitor.say(words::asked())))
                    (moment(asked.at))
                    (run_link(place.visitor.reader, &asked.run))
                    @if let Some(state) = state { (state) }
                    span class="soft" { (place.visitor.say(words::asked_by(&asked.who))) }
                }
            },
        )
    }));
    // Stable: of one moment, what was decided comes before what was remarked.
    steps.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    html! {
        @if steps.is_empty() { p class="soft" { (place.visitor.say(words::nothing_recorded())) } }
        @else { (trail::list(steps.into_iter().map(|(_, step)| step))) }
    }
}

/// Have the source asked about an id that was never seen.
pub(super) fn ask_form(place: PageContext<'_>, text: &str) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let kinds = [(USER, page::words::type_user()), (DEPARTMENT, page::words::type_department())];
    html! {
        @if may_ask(place) {
            section class="sheet" aria-labelledby="ask" {
                h2 id="ask" { (say(words::ask_title())) }
                p class="soft" { (say(words::ask_hint())) }
                form method="post" action=(of_source(place.source, "/why/ask")) {
                    (csrf(place.visitor))
                    fieldset {
                        legend { (say(words::ask_kind())) }
                        @for (value, word) in kinds {
                            label {
                                input type="radio" name="type" value=(value) required checked[value == USER];
                                " " (say(word)) " "
                            }
                        }
                    }
                    div class="field" {
                        label for="ask-id" { (say(words::ask_id())) }
                        input id="ask-id" name="id" value=(text) required maxlength="256" autocomplete="off";
                    }
                    button { (say(subject::words::ask_now())) }
                }
            }
        }
    }
}
