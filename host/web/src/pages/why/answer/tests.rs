//! Which first sentence follows from which facts.

use expect_test::{Expect, expect};
use rollcall_browse::TrailRun;
use rollcall_host::directory::Held;
use rollcall_host::history::{ChangeRecord, ConnectorIdentity, Counters, Numbered, RunKind, Trigger};
use rollcall_host::inbox::{EventWay, InboxEvent, NewEvent};
use rollcall_host::model::{Entry, Failure, FailureKind, Key, SourceName};
use rollcall_words::Language;
use serde_json::json;

use super::*;
use crate::pages::why::question::Question;

/// What is known of Ann, put together case by case. Times are minutes; run `n` started at minute `n`.
fn nothing() -> Facts {
    Facts {
        name: "Ann".to_owned(),
        key: Some(key()),
        held: None,
        changes: Vec::new(),
        entries: Vec::new(),
        events: Vec::new(),
        questions: Vec::new(),
        last_complete: None,
        last_full: None,
    }
}

fn key() -> Key {
    Key::new("User", "ann")
}

fn source() -> SourceName {
    SourceName::new("hq").unwrap()
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_unix_ms(minute * 60_000)
}

fn id(n: i64) -> RunId {
    RunId::new(n.to_string())
}

fn connector() -> ConnectorIdentity {
    ConnectorIdentity { id: "example".to_owned(), version: "1".to_owned(), digest: "blake3:00".to_owned() }
}

fn run(n: i64, state: RunState) -> Run {
    let failed = state == RunState::Failed;
    Run {
        id: id(n),
        source: source(),
        kind: RunKind::Full,
        trigger: Trigger::Manual,
        dry_run: false,
        connector: connector(),
        state,
        started_at: at(n),
        finished_at: None,
        progress: None,
        counters: Counters::default(),
        failure: failed.then(|| Failure::new(FailureKind::Settings, Diagnosis::new("secret-wrong", "wrong"))),
        n_entries_dropped: 0,
        proof: None,
    }
}

impl Facts {
    fn held(mut self, departed: bool) -> Self {
        let document = json!({"displayName": "Ann"}).into();
        let held = Held { version: "1".to_owned(), document, departed };
        let departed_at = departed.then(|| at(5));
        let (created_at, changed_at, first_run, last_run) = (at(1), at(1), id(1), id(1));
        let (source, key) = (source(), key());
        let whole = WholeObject {
            source,
            key,
            held,
            departed_at,
            created_at,
            changed_at,
            modified_at: changed_at,
            first_run,
            last_run,
            tenure: 0,
        };
        self.held = Some(whole);
        self
    }

    fn disabled(mut self) -> Self {
        self.held.as_mut().unwrap().held.document = json!({"active": false}).into();
        self
    }

    /// In run `n`, older than what was said before.
    fn change(self, n: i64, action: Action) -> Self {
        self.step(n, action, false, None)
    }

    /// The newest change was an undo.
    fn undo(mut self) -> Self {
        let newest = self.changes.first_mut().unwrap();
        newest.run.kind = RunKind::Undo;
        newest.change.item.witness = None;
        self
    }

    fn refused(self, n: i64, action: Action, code: &str) -> Self {
        self.step(n, action, false, Some(Diagnosis::new(code, "for a reason")))
    }

    fn planned(self, n: i64, action: Action) -> Self {
        self.step(n, action, true, None)
    }

    fn step(mut self, n: i64, action: Action, dry_run: bool, refusal: Option<Diagnosis>) -> Self {
        let witness = is_departure(action).then(|| "404: gone".to_owned());
        let item = ChangeRecord { key: key(), action, before: None, after: None, witness, refusal };
        let run = TrailRun {
            id: id(n),
            kind: RunKind::Full,
            trigger: Trigger::Manual,
            dry_run,
            state: RunState::Succeeded,
            started_at: at(n),
            connector: connector(),
        };
        self.changes.push(TrailStep { run, change: Numbered { number: 1, item } });
        self
    }

    fn entry(mut self, n: i64, severity: Severity) -> Self {
        let diagnosis = Diagnosis::new("odd", "it is odd");
        let item = Entry { severity, subject: Some(key()), subject_name: None, diagnosis };
        self.entries.push(EntryAbout { run: id(n), started_at: at(n), entry: Numbered { number: 1, item } });
        self
    }

    fn event(mut self, minute: i64, state: EventState) -> Self {
        let failed = state == EventState::Failed;
        let event = NewEvent {
            id: "e".to_owned(),
            kind: "user_changed".to_owned(),
            payload: String::new(),
            born_at: None,
            subjects: vec![key()],
            arrived_at: at(minute),
            way: EventWay::Stream,
        };
        self.events.push(InboxEvent {
            number: 1,
            event,
            state,
            n_attempts: 0,
            due_at: None,
            run: None,
            settled_at: None,
            failure: failed.then(|| Failure::new(FailureKind::Other, Diagnosis::new("odd", "it is odd"))),
        });
        self
    }

    fn asked(mut self, n: i64, state: RunState) -> Self {
        let question = Question { run: id(n), who: "admin".to_owned(), at: at(n) };
        self.questions.push((question, Some(run(n, state))));
        self
    }

    fn complete(mut self, n: i64) -> Self {
        self.last_complete = Some(run(n, RunState::Succeeded));
        self.last_full = self.last_complete.clone();
        self
    }

    fn full(mut self, n: i64, state: RunState) -> Self {
        self.last_full = Some(run(n, state));
        self
    }
}

/// The answer as a line: the sentence with its run and moment, the code of the reason, who must act.
fn line(facts: &Facts) -> String {
    let WhyAnswer { sentence, at, run, because, act, .. } = answer(facts);
    let run = run.map_or_else(|| "no run".to_owned(), |run| format!("run {run}"));
    let minute = at.map_or_else(|| "no time".to_owned(), |at| format!("minute {}", at.unix_ms() / 60_000));
    let sentence = sentence.into(Language::English).replace(RUN, &run).replace(AT, &minute);
    let because = because.map(|why| format!(" [{}]", why.code)).unwrap_or_default();
    format!("{sentence}{because} {act:?}\n")
}

#[track_caller]
fn check(cases: &[Facts], expected: &Expect) {
    expected.assert_eq(&cases.iter().map(line).collect::<String>());
}

#[test]
fn who_is_here_is_here_by_the_latest_that_says_so() {
    let here = || nothing().held(false).change(1, Action::Created);
    check(
        &[
            here(),
            here().complete(3),
            nothing().held(false).change(4, Action::Updated).change(1, Action::Created).complete(3),
            nothing().held(false),
            here().disabled(),
            nothing().held(false).change(7, Action::Restored).change(5, Action::Deactivated),
        ],
        &expect![[r#"
            Ann is here: run 1 read it at minute 1. Nobody
            Ann is here: the last complete reading, run 3 at minute 3, found it at the source. Nobody
            Ann is here: run 4 read it at minute 4. Nobody
            Ann is here: run 1 read it at minute 1. Nobody
            Ann is here, and is not active: so the source said when run 1 read it at minute 1. Nobody
            Ann is here again: it had left, and run 7 at minute 7 found it at the source once more. Nobody
        "#]],
    );
}

#[test]
fn who_is_here_against_what_was_to_happen_is_told_so() {
    let here = || nothing().held(false);
    check(
        &[
            here().refused(6, Action::Deactivated, "departures-held").change(1, Action::Created),
            here().refused(6, Action::Deleted, "read-only").change(1, Action::Created),
            here().refused(6, Action::Updated, "name-taken").change(1, Action::Created),
            here().change(1, Action::Created).entry(6, Severity::Error).complete(3),
            here().change(1, Action::Created).entry(6, Severity::Warning),
            here().change(1, Action::Created).event(6, EventState::Waiting),
            here().change(1, Action::Created).event(6, EventState::Failed),
        ],
        &expect![[r#"
            Ann is still here although it left the source: run 6 at minute 6 held the departure back until somebody decides. [departures-held] Approve
            Ann is still here although it left the source: the platform refused to let it go when run 6 tried at minute 6. [read-only] Mend
            Ann is here as it was before: the platform refused its last change, which run 6 brought at minute 6. [name-taken] Mend
            Ann is here as it was last read: run 6 could not read it again at minute 6. [odd] Mend
            Ann is here: run 1 read it at minute 1. [odd] Mend
            Ann is here, and may soon change: the event user_changed, which came at minute 6, still waits. Wait
            Ann is here as it was before the event user_changed, which came at minute 6 and could not be acted on. [odd] Retry
        "#]],
    );
}

#[test]
fn a_complete_reading_settles_what_was_wrong_before() {
    let here = || nothing().held(false);
    check(
        &[
            here().refused(6, Action::Deactivated, "departures-held").change(1, Action::Created).complete(9),
            here().change(1, Action::Created).entry(6, Severity::Error).complete(9),
            here().change(1, Action::Created).event(6, EventState::Failed).complete(9),
        ],
        &expect![[r#"
            Ann is here: the last complete reading, run 9 at minute 9, found it at the source. Nobody
            Ann is here: the last complete reading, run 9 at minute 9, found it at the source. Nobody
            Ann is here: the last complete reading, run 9 at minute 9, found it at the source. Nobody
        "#]],
    );
}

#[test]
fn who_left_is_told_with_what_the_source_said() {
    check(
        &[
            nothing().held(true).change(5, Action::Deactivated).change(1, Action::Created).complete(9),
            nothing().held(true),
            nothing().held(true).refused(7, Action::Restored, "seats").change(5, Action::Deactivated),
            nothing().change(5, Action::Deleted).change(1, Action::Created),
            nothing().change(5, Action::Deleted).asked(8, RunState::Succeeded),
            nothing().change(1, Action::Created),
        ],
        &expect![[r#"
            Ann left: when run 5 asked at minute 5, the source answered “404: gone”. It is kept as departed. Nobody
            Ann left: run 1 found at minute 5 that it is not at the source any more. It is kept as departed. Nobody
            Ann had left and is back at the source, but the platform refused to restore it when run 7 tried at minute 7. [seats] Mend
            Ann left and was removed: when run 5 asked at minute 5, the source answered “404: gone”. Nobody
            Ann left and was removed: when run 5 asked at minute 5, the source answered “404: gone”. Nobody
            Ann is not here although run 1 wrote it at minute 1: it was removed on this side. The next import brings it again. Import
        "#]],
    );
}

#[test]
fn what_a_person_undid_is_not_laid_at_the_source() {
    check(
        &[
            nothing().held(false).change(5, Action::Updated).undo(),
            nothing().held(false).change(5, Action::Updated).undo().complete(9),
            nothing().held(true).change(5, Action::Deactivated).undo(),
            nothing().change(5, Action::Deleted).undo(),
            nothing().change(5, Action::Deleted).undo().complete(9),
            nothing()
                .held(false)
                .refused(6, Action::Updated, "changed-since")
                .undo()
                .change(1, Action::Created),
        ],
        &expect![[r#"
            Ann is here as it was before an import that somebody undid: run 5 put it back at minute 5. The next full import reads it again. Nobody
            Ann is here: the last complete reading, run 9 at minute 9, found it at the source. Nobody
            Ann is kept as departed because somebody undid the import that had brought it: so run 5 left it at minute 5. The next full import brings it again if the source has it. Nobody
            Ann is not here because somebody undid the import that had brought it: run 5 removed it at minute 5. The next full import brings it again if the source has it. Nobody
            Ann is not here: the source had it once, or was said to, but the last complete reading, run 9 at minute 9, did not find it there. LookAtSource
            Ann is here: run 1 read it at minute 1. Nobody
        "#]],
    );
}

#[test]
fn who_was_heard_of_and_did_not_come_is_told_with_the_latest_news() {
    check(
        &[
            nothing().refused(3, Action::Created, "name-taken"),
            nothing().entry(3, Severity::Error),
            nothing().entry(3, Severity::Info).refused(3, Action::Created, "name-taken"),
            nothing().refused(2, Action::Created, "name-taken").entry(3, Severity::Info),
            nothing().event(3, EventState::Waiting),
            nothing().event(3, EventState::Failed),
            nothing().event(3, EventState::Done),
        ],
        &expect![[r#"
            Ann is not here: the platform refused it when run 3 read it at minute 3. [name-taken] Mend
            Ann is not here: run 3 could not read it at minute 3. [odd] Mend
            Ann is not here: the platform refused it when run 3 read it at minute 3. [name-taken] Mend
            Ann is not here: run 3 left it out at minute 3. [odd] LookAtSource
            Ann is not here yet: the event user_changed, which came at minute 3, names it and still waits. Wait
            Ann is not here: the event user_changed, which came at minute 3, names it and could not be acted on. [odd] Retry
            Ann is not here: the event user_changed, which came at minute 3, named it, and the source did not show it when it was asked. LookAtSource
        "#]],
    );
}

#[test]
fn a_complete_reading_without_it_is_later_news_than_what_was_heard_before() {
    check(
        &[
            nothing().refused(3, Action::Created, "name-taken").complete(9),
            nothing().entry(3, Severity::Error).complete(9),
            nothing().asked(3, RunState::Failed).complete(9),
            nothing().event(3, EventState::Done).complete(9),
            nothing().event(3, EventState::Waiting).complete(9),
            nothing().change(3, Action::Deleted).complete(9),
        ],
        &expect![[r#"
            Ann is not here: the source had it once, or was said to, but the last complete reading, run 9 at minute 9, did not find it there. LookAtSource
            Ann is not here: the source had it once, or was said to, but the last complete reading, run 9 at minute 9, did not find it there. LookAtSource
            Ann is not here: the source had it once, or was said to, but the last complete reading, run 9 at minute 9, did not find it there. LookAtSource
            Ann is not here: the source had it once, or was said to, but the last complete reading, run 9 at minute 9, did not find it there. LookAtSource
            Ann is not here yet: the event user_changed, which came at minute 3, names it and still waits. Wait
            Ann left and was removed: when run 3 asked at minute 3, the source answered “404: gone”. Nobody
        "#]],
    );
}

#[test]
fn that_the_source_was_asked_is_news_unless_more_is_recorded_of_it() {
    check(
        &[
            nothing().complete(1).asked(4, RunState::Succeeded),
            nothing().asked(4, RunState::Failed),
            nothing().asked(4, RunState::Running),
            nothing().entry(4, Severity::Info).asked(4, RunState::Succeeded),
        ],
        &expect![[r#"
            Ann is not here: the source was asked about it by run 4 at minute 4 and has nothing under this id. LookAtSource
            Ann is not here: run 4 asked the source about it at minute 4 and got no answer that could be used. [secret-wrong] Retry
            Ann is not here yet: run 4 is asking the source since minute 4. Wait
            Ann is not here: run 4 left it out at minute 4. [odd] LookAtSource
        "#]],
    );
}

#[test]
fn of_whom_nothing_was_heard_it_is_told_what_was_read() {
    check(
        &[
            nothing().planned(2, Action::Created),
            nothing().complete(2),
            nothing().complete(2).full(3, RunState::Running),
            nothing().full(3, RunState::Failed),
            nothing(),
        ],
        &expect![[r#"
            Ann is not here yet: the preview, run 2 at minute 2, found it and would have imported it. Import
            Nothing with the id or name “Ann” was ever read; the last complete reading was run 2 at minute 2. Either the application may not see it, or its id or name is another one. LookAtSource
            Nothing called “Ann” was read yet: run 3 is reading since minute 3. Wait
            Nothing with the id or name “Ann” was ever read, but no reading was complete yet; the last one was run 3 at minute 3. [secret-wrong] Import
            Nothing with the id or name “Ann” was ever read, because nothing was imported yet. Import
        "#]],
    );
}
