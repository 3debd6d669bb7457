//! Puts back what a run changed, one change record at a time, where nothing has changed it since.
//!
//! Not here: in which order, and of which run (`undo`).

use serde_json::Value;

use super::{Apply, DepartedUsers, Departure, Planned, PlannedStep, StepKind, plan};
use crate::directory::{Action, Held, Write};
use crate::error::StoreError;
use crate::history::ChangeRecord;
use crate::model::{Diagnosis, Key};

impl Apply {
    /// Put back what these records say was changed, in this order. Each is about another object.
    ///
    /// # Errors
    ///
    /// When the platform's store fails. Then nothing was put back.
    pub(crate) async fn put_back(&mut self, changes: Vec<ChangeRecord>) -> Result<(), Diagnosis> {
        self.try_put_back(changes).await.map_err(|error| self.failed(&error))
    }

    async fn try_put_back(&mut self, changes: Vec<ChangeRecord>) -> Result<(), StoreError> {
        let keys: Vec<Key> = changes.iter().map(|change| change.key.clone()).collect();
        let held = self.load(&keys).await?;
        let users = self.destination.departed_users;
        let planned = changes.into_iter().zip(held).map(|(change, held)| plan_back(change, held, users));
        self.carry_out(planned.collect()).await.map(drop)
    }
}

fn plan_back(change: ChangeRecord, held: Option<Held>, users: DepartedUsers) -> Planned {
    let (key, kind) = (change.key.clone(), kind_of(change.action));
    let step = match back(change, held, users) {
        Ok(Some(write)) => PlannedStep::Write(write),
        Ok(None) => PlannedStep::Nothing(kind),
        Err(why) => PlannedStep::Refuse(kind, why),
    };
    Planned { key, step }
}

/// Whether undoing it lets something come or go.
fn kind_of(undone: Action) -> StepKind {
    match undone {
        Action::Created | Action::Restored => StepKind::Departure,
        Action::Updated | Action::Unchanged | Action::Deactivated | Action::Deleted => StepKind::Put,
    }
}

/// How an object stands.
#[derive(Debug, PartialEq, Eq)]
enum ObjectState<'a> {
    Absent,
    Present(&'a Value),
    Departed(&'a Value),
}

/// What to write so that an object is as it was before a change; nothing if it is so already.
fn back(change: ChangeRecord, held: Option<Held>, users: DepartedUsers) -> Result<Option<Write>, Diagnosis> {
    let now = standing(held.as_ref());
    let Some((was, left)) = before_and_after(&change) else { return Err(not_recorded(&change.key)) };
    let is_gone_again = change.action == Action::Created && !matches!(now, ObjectState::Present(_));
    if now == was || is_gone_again {
        return Ok(None);
    }
    if now != left {
        return Err(changed_since(&change.key));
    }
    // Whoever came under the key of somebody else makes room for them, whatever becomes of others who leave.
    let is_newcomer = change.witness.is_some();
    let ChangeRecord { key, action, before: after, .. } = change;
    let action = match action {
        Action::Created => {
            return Ok(departed(held, key, if is_newcomer { DepartedUsers::Delete } else { users }));
        }
        Action::Updated | Action::Unchanged => Action::Updated,
        Action::Restored => Action::Deactivated,
        Action::Deactivated => Action::Restored,
        Action::Deleted => Action::Created,
    };
    let before = held.map(|held| held.document);
    Ok(Some(Write { key, action, version: String::new(), before, after, witness: None }))
}

fn standing(held: Option<&Held>) -> ObjectState<'_> {
    match held {
        None => ObjectState::Absent,
        Some(held) if held.departed => ObjectState::Departed(&held.document),
        Some(held) => ObjectState::Present(&held.document),
    }
}

/// How the object stood before and after the change; none when the record lacks a document.
fn before_and_after(change: &ChangeRecord) -> Option<(ObjectState<'_>, ObjectState<'_>)> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    Some(match change.action {
        Action::Created => (ObjectState::Absent, ObjectState::Present(after?)),
        Action::Updated | Action::Unchanged => (ObjectState::Present(before?), ObjectState::Present(after?)),
        Action::Restored => (ObjectState::Departed(before?), ObjectState::Present(after?)),
        Action::Deactivated => (ObjectState::Present(before?), ObjectState::Departed(after?)),
        Action::Deleted => (ObjectState::Present(before?), ObjectState::Absent),
    })
}

/// Who came with the run leaves as anyone does. No source was asked, so there is no witness, and no version to trust.
fn departed(held: Option<Held>, key: Key, users: DepartedUsers) -> Option<Write> {
    let write = plan::departure(held, Departure { key, witness: String::new() }, users)?;
    Some(Write { version: String::new(), witness: None, ..write })
}

fn changed_since(key: &Key) -> Diagnosis {
    Diagnosis::new(
        "changed-since",
        format!("{key} stays as it is: it was changed after the run that is undone"),
    )
    .with_remedy("Undo the later run first, or change the object by hand.")
    .in_chinese(
        format!("{key} 保持不变：在要撤销的运行之后，它又有变更"),
        "请先撤销之后的那次运行，或手动修改该对象。",
    )
}

fn not_recorded(key: &Key) -> Diagnosis {
    Diagnosis::new("change-not-recorded", format!("{key} stays as it is: what it was before is not recorded"))
        .with_remedy("Import, so that it becomes what the source has.")
        .in_chinese(format!("{key} 保持不变：没有记录它之前的内容"), "请执行一次导入，使其与来源一致。")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn held(title: &str, departed: bool) -> Option<Held> {
        Some(Held { version: "v".to_owned(), document: json!({"title": title}).into(), departed })
    }

    /// A change from one title to another.
    fn change(action: Action, before: Option<&str>, after: Option<&str>) -> ChangeRecord {
        let document = |title: Option<&str>| title.map(|title| json!({"title": title}).into());
        ChangeRecord {
            key: Key::new("User", "a"),
            action,
            before: document(before),
            after: document(after),
            witness: None,
            refusal: None,
        }
    }

    /// What is written, as action and title; or the code of the refusal.
    #[track_caller]
    fn check(change: ChangeRecord, held: Option<Held>, expected: &str) {
        let told = match back(change, held, DepartedUsers::Delete) {
            Ok(None) => "nothing".to_owned(),
            Ok(Some(write)) => {
                assert_eq!((write.version.as_str(), &write.witness), ("", &None));
                let title = write.after.map(|document| document["title"].as_str().unwrap().to_owned());
                format!("{} {}", write.action, title.unwrap_or_default())
            }
            Err(why) => why.code,
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn an_object_that_is_as_the_run_left_it_becomes_what_it_was() {
        check(change(Action::Updated, Some("old"), Some("new")), held("new", false), "updated old");
        check(change(Action::Created, None, Some("new")), held("new", false), "deleted ");
        check(change(Action::Restored, Some("old"), Some("new")), held("new", false), "deactivated old");
        check(change(Action::Deactivated, Some("old"), Some("new")), held("new", true), "restored old");
        check(change(Action::Deleted, Some("old"), None), None, "created old");
    }

    #[test]
    fn who_came_with_the_run_leaves_by_the_rule_of_the_source() {
        let came = change(Action::Created, None, Some("new"));
        let write = back(came, held("new", false), DepartedUsers::Deactivate).unwrap().unwrap();
        assert_eq!(write.action, Action::Deactivated);
        assert_eq!(write.after, Some(json!({"title": "new", "active": false}).into()));
    }

    #[test]
    fn what_was_changed_since_is_left_alone() {
        let since = "changed-since";
        check(change(Action::Updated, Some("old"), Some("new")), held("newer", false), since);
        check(change(Action::Updated, Some("old"), Some("new")), held("new", true), since);
        check(change(Action::Updated, Some("old"), Some("new")), None, since);
        check(change(Action::Created, None, Some("new")), held("newer", false), since);
        check(change(Action::Deactivated, Some("old"), Some("new")), held("newer", false), since);
        check(change(Action::Deleted, Some("old"), None), held("newer", false), since);
    }

    #[test]
    fn what_is_as_it_was_before_the_run_needs_nothing() {
        check(change(Action::Updated, Some("old"), Some("new")), held("old", false), "nothing");
        check(change(Action::Created, None, Some("new")), None, "nothing");
        check(change(Action::Created, None, Some("new")), held("new", true), "nothing");
        check(change(Action::Deleted, Some("old"), None), held("old", false), "nothing");
    }

    #[test]
    fn what_was_not_recorded_is_not_guessed() {
        check(change(Action::Updated, None, Some("new")), held("new", false), "change-not-recorded");
    }
}
