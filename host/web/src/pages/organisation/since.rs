//! Which change made an attribute what it is.
//!
//! Not here: the changes themselves (`trail`).

use maud::{Markup, html};
use rollcall_browse::TrailStep;
use serde_json::Value;

use super::words;
use crate::page::moment;
use crate::subject::trail::run_link;
use crate::subject::{PageContext, is_applied};

/// Where an attribute stands: under the name of a schema, or none, and its own.
pub(super) type AttributeAddress<'a> = (Option<&'a str>, &'a str);

/// The changes that an object went through, those that are at hand.
#[derive(Clone, Copy)]
pub(super) struct ObjectChanges<'a> {
    pub(super) place: PageContext<'a>,
    /// Newest first, without a gap; none when these are not the newest.
    pub(super) steps: &'a [TrailStep],
}

impl ObjectChanges<'_> {
    /// The run that made an attribute what it is, in a quiet line; nothing when that is further back.
    pub(super) fn of(self, address: AttributeAddress<'_>) -> Markup {
        let reader = self.place.visitor.reader;
        html! {
            @if let Some(step) = newest(self.steps, address) {
                div {
                    small class="soft" {
                        (reader.say(words::from())) " " (run_link(reader, &step.run.id)) " · " (moment(step.run.started_at))
                    }
                }
            }
        }
    }
}

/// The newest change that touched an attribute.
fn newest<'a>(steps: &'a [TrailStep], address: AttributeAddress<'_>) -> Option<&'a TrailStep> {
    let touches = |step: &&TrailStep| {
        let change = &step.change.item;
        value(change.before.as_deref(), address) != value(change.after.as_deref(), address)
    };
    steps.iter().filter(|step| is_applied(step)).find(touches)
}

fn value<'a>(document: Option<&'a Value>, (schema, name): AttributeAddress<'_>) -> Option<&'a Value> {
    let document = document?;
    schema.map_or(Some(document), |schema| document.get(schema))?.get(name)
}
