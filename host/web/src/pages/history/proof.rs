//! What a full run can show for itself, whether it removed anything or not.
//!
//! Not here: the sentences, which the host says.

use maud::{Markup, html};
use rollcall_host::history::Run;

use super::words;
use crate::page;
use crate::visitor::Preferences;

/// The proof, as a part that is drawn again while the run is under way: it is there once the run has ended.
pub(super) fn draw(reader: Preferences, run: &Run) -> Markup {
    html! {
        div id="run-proof" {
            @if let Some(proof) = &run.proof {
                section class="sheet" {
                    h2 { (reader.say(words::proof())) }
                    (page::facts(proof.told().into_iter().map(|line| {
                        let value = reader.say(page::told(line.value));
                        (reader.say(page::told(line.name)), html! { (value) })
                    })))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::proof::{Proof, Retained, View};
    use rollcall_words::Language;

    use super::*;
    use crate::pages::history::testing::run;

    #[test]
    fn a_run_that_removed_nothing_shows_why_and_one_that_is_under_way_nothing() {
        let kept = Retained { because: "departures-held".to_owned(), n: [("User".to_owned(), 796)].into() };
        let view = View { whole: true, ..View::default() };
        let proof = Proof { is_complete: true, view, kept: vec![kept], ..Proof::default() };
        let drawn = |proof| {
            let reader = crate::testing::administrator(Language::English).reader;
            draw(reader, &Run { proof, ..run("1") }).into_string()
        };
        let shown = drawn(Some(proof));
        for part in ["What it can show for itself", "everything", "796 people: too many at once"] {
            assert!(shown.contains(part), "{part:?} is not in {shown}");
        }
        assert_eq!(drawn(None), r#"<div id="run-proof"></div>"#);
    }
}
