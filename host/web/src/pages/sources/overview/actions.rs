//! What can be done with a source, as it stands.

use maud::{Markup, html};

use super::Shown;
use crate::page;
use crate::pages::sources::checklist::preview;
use crate::pages::sources::named::base;
use crate::pages::sources::words;
use crate::sources::ConfiguredIn;
use crate::sources::standing::State as Stands;
use crate::visitor::Visitor;

/// The buttons. Nothing for whoever may only look.
pub(super) fn draw(visitor: &Visitor, shown: &Shown) -> Markup {
    let standing = &shown.standing;
    let base = base(&standing.name);
    let to = |what: &str| format!("{base}/{what}");
    let can_run = matches!(standing.state, Stands::Followed | Stands::Stopped | Stands::Idle);
    let is_checked = standing.check.as_ref().is_some_and(crate::sources::checks::Check::has_passed);
    let is_idle = standing.state == Stands::Idle;
    // What should come next stands out: a check first, then the import.
    let (check, import) = if is_idle && !is_checked { ("primary", "plain") } else { ("plain", "primary") };
    let import_label = if is_idle { words::import_organisation() } else { words::import_now() };
    html! {
        @if visitor.who.may_manage() {
            section class="row" aria-label=(visitor.say(words::actions())) {
                @if can_run {
                    (page::button(visitor, &to("import"), import, import_label))
                    (preview(visitor, &standing.name))
                    (page::button(visitor, &to("check"), check, words::check()))
                }
                @if standing.origin == ConfiguredIn::Console {
                    a class="button" href=(to("edit")) { (visitor.say(words::edit())) }
                }
                @if standing.has_schedule { (schedule(visitor, &base, standing.following.is_paused)) }
                @if standing.origin == ConfiguredIn::Console {
                    @if matches!(standing.state, Stands::Followed | Stands::Stopped) {
                        (page::careful_button(
                            visitor, &to("unfollow"), "plain", words::unfollow(), words::unfollow_question(),
                        ))
                    }
                    a class="button" href=(to("remove")) { (visitor.say(words::remove())) }
                }
            }
        }
    }
}

fn schedule(visitor: &Visitor, base: &str, is_paused: bool) -> Markup {
    if is_paused {
        page::button(visitor, &format!("{base}/resume-schedule"), "plain", words::resume_schedule())
    } else {
        page::button(visitor, &format!("{base}/pause"), "plain", words::pause())
    }
}
