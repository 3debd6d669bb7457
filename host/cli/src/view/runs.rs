//! Runs: the table of a history, the head of one run, and the line after a sync.

use rollcall_host::decision::{Decision, Verdict};
use rollcall_host::history::{Counters, Run, RunKind, RunState, Trigger};
use rollcall_host::proof::BilingualText;
use serde_json::Value;

use super::layout::{Side, columns, moment, plain, span, zone};
use super::progress;
use super::{Audience, diagnosis};
use crate::messages;
use rollcall_words::Sentence;

/// The runs as a table, as they come. A run that failed is followed by the reason.
pub(crate) fn table(runs: &[Run], reader: &Audience) -> Vec<String> {
    let mut rows = vec![headings(reader)];
    rows.extend(runs.iter().map(|run| row(run, reader)));
    let mut sides = vec![Side::Right, Side::Left, Side::Left, Side::Left, Side::Left];
    sides.resize(headings(reader).len(), Side::Right);
    let lines = columns(&sides, &rows);
    let reasons = std::iter::once(None).chain(runs.iter().map(|run| run.failure.as_ref()));
    let with_reason = |(line, failure): (String, Option<&rollcall_host::model::Failure>)| {
        let reason = failure.map(|failure| diagnosis::headline(&failure.diagnosis, reader));
        std::iter::once(line).chain(reason.map(|reason| format!("    {} {reason}", reader.sign("✗", "x"))))
    };
    lines.into_iter().zip(reasons).flat_map(with_reason).collect()
}

/// Everything about one run but its entries and changes.
pub(crate) fn head(run: &Run, reader: &Audience) -> Vec<String> {
    let to = |sentence: Sentence| sentence.to(reader.language).to_owned();
    let connector = &run.connector;
    let mut facts = vec![
        vec![to(messages::word_state()), to(state_of(run))],
        vec![
            to(messages::word_started()),
            format!("{} {}", moment(run.started_at, reader.offset), zone(reader.offset)),
        ],
        vec![to(messages::word_took()), took(run, reader)],
        vec![to(messages::word_what()), to(kind(run.kind))],
        vec![to(messages::word_trigger()), to(trigger(run))],
        vec![
            to(messages::word_connector()),
            format!("{} {} ({})", connector.id, connector.version, connector.digest),
        ],
    ];
    facts.extend(counted(&run.counters).map(|(word, count)| vec![to(word), count.to_string()]));
    facts.extend(came_to(run).map(|stage| vec![to(messages::word_came_to()), to(stage)]));
    facts.extend(run.drift().map(|n| vec![to(messages::word_drift()), n.to_string()]));
    let mut lines = vec![to(messages::run_title(&run.id, &run.source))];
    lines.extend(columns(&[Side::Left, Side::Left], &facts).into_iter().map(|line| format!("  {line}")));
    if let Some(failure) = &run.failure {
        lines.push(String::new());
        lines.extend(diagnosis::lines(&failure.diagnosis, reader));
    }
    lines
}

/// What a full run can show for itself, under a title; nothing of other runs.
pub(crate) fn proof(run: &Run, reader: &Audience) -> Vec<String> {
    let Some(proof) = &run.proof else { return Vec::new() };
    let to = |sentence: Sentence| sentence.into(reader.language);
    let rows: Vec<_> =
        proof.told().into_iter().map(|line| vec![to(told(&line.name)), to(told(&line.value))]).collect();
    let lines = columns(&[Side::Left, Side::Left], &rows).into_iter().map(|line| format!("  {line}"));
    [String::new(), to(messages::proof_title())].into_iter().chain(lines).collect()
}

/// What the host says in two languages, as a sentence. It may quote ids, which come from outside.
pub(crate) fn told(told: &BilingualText) -> Sentence {
    Sentence { english: plain(&told.english), chinese: plain(&told.chinese) }
}

/// Who decided what about what a run held, when, and why.
pub(crate) fn decision(decision: &Decision, reader: &Audience) -> Vec<String> {
    let Decision { at, by, verdict, about, reason, .. } = decision;
    let verdict = match verdict {
        Verdict::Approved => messages::word_approved(),
        Verdict::Declined | Verdict::Over => messages::word_declined(),
    };
    let at = format!("{} {}", moment(*at, reader.offset), zone(reader.offset));
    let said = match about {
        Some(about) => messages::decided_by(verdict, plain(by), at, about.len()),
        None => messages::decided_whole(verdict, plain(by), at),
    };
    let mut lines = vec![format!("  {}", said.to(reader.language))];
    lines.extend(reason.as_ref().map(|reason| format!("    {}", plain(reason))));
    lines
}

/// A run for a program: its row, and what events had missed if that is what it found.
pub(crate) fn json(run: &Run) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(run)?;
    if let (Some(members), Some(drift)) = (value.as_object_mut(), run.drift()) {
        members.insert("drift".to_owned(), drift.into());
    }
    Ok(value)
}

/// One line that sums up a run that has ended.
pub(crate) fn summary(run: &Run, reader: &Audience) -> String {
    let counts: Vec<_> = counted(&run.counters)
        .filter(|(_, count)| 0 < *count)
        .map(|(word, count)| messages::counted(word, count).to(reader.language).to_owned())
        .collect();
    let came_to = came_to(run);
    let counts = match (counts.is_empty(), &came_to) {
        (true, None) => messages::nothing_counted(),
        // What was read was as the platform has it, as far as it was compared.
        (true, Some(_)) => messages::nothing_changed(),
        (false, _) => Sentence { english: counts.join(", "), chinese: counts.join("，") },
    };
    let counts = match came_to {
        None => counts,
        Some(stage) => {
            let Sentence { english, chinese } = messages::came_as_far_as(stage);
            Sentence {
                english: format!("{}; {english}", counts.english),
                chinese: format!("{}；{chinese}", counts.chinese),
            }
        }
    };
    let (id, source, took) = (&run.id, &run.source, took(run, reader));
    let said = if run.dry_run {
        messages::dry_run_ended(id, source, state_of(run), took, counts)
    } else {
        messages::run_ended(id, source, state(run.state), took, counts)
    };
    said.to(reader.language).to_owned()
}

/// How far a run had come that came to no end: its connector did not get to say what it had read.
fn came_to(run: &Run) -> Option<Sentence> {
    let is_cut_short = matches!(run.state, RunState::Failed | RunState::Cancelled | RunState::Interrupted);
    let progress = run.progress.as_ref().filter(|progress| is_cut_short && 0 < progress.done);
    progress.map(progress::sentence)
}

/// How a state is called.
pub(crate) fn state(state: RunState) -> Sentence {
    match state {
        RunState::Running => messages::state_running(),
        RunState::Succeeded => messages::state_succeeded(),
        RunState::Partial => messages::state_partial(),
        RunState::Failed => messages::state_failed(),
        RunState::Held => messages::state_held(),
        RunState::Cancelled => messages::state_cancelled(),
        RunState::Interrupted => messages::state_interrupted(),
    }
}

/// How a run stands, in words: what a preview found to be held, would be.
fn state_of(run: &Run) -> Sentence {
    if run.dry_run && run.state == RunState::Held { messages::would_be_held() } else { state(run.state) }
}

fn headings(reader: &Audience) -> Vec<String> {
    let head = [
        messages::word_run(),
        messages::word_started(),
        messages::word_what(),
        messages::word_trigger(),
        messages::word_state(),
        messages::word_took(),
    ];
    let counters = counted(&Counters::default()).map(|(word, _)| word);
    head.into_iter().chain(counters).map(|word| word.to(reader.language).to_owned()).collect()
}

fn row(run: &Run, reader: &Audience) -> Vec<String> {
    let mut cells = vec![
        run.id.to_string(),
        moment(run.started_at, reader.offset),
        kind(run.kind).to(reader.language).to_owned(),
        trigger(run).to(reader.language).to_owned(),
        state_of(run).to(reader.language).to_owned(),
        took(run, reader),
    ];
    cells.extend(counted(&run.counters).map(|(_, count)| count.to_string()));
    cells
}

fn kind(kind: RunKind) -> Sentence {
    match kind {
        RunKind::Full => messages::kind_full(),
        RunKind::Refresh => messages::kind_refresh(),
        RunKind::Events => messages::kind_events(),
        RunKind::Undo => messages::kind_undo(),
    }
}

fn trigger(run: &Run) -> Sentence {
    let trigger = match run.trigger {
        Trigger::Manual => messages::trigger_manual(),
        Trigger::Schedule => messages::trigger_schedule(),
        Trigger::Event => messages::trigger_event(),
        Trigger::Stream => messages::trigger_stream(),
        Trigger::Approval => messages::trigger_approval(),
    };
    if run.dry_run { messages::dry_run(trigger) } else { trigger }
}

fn took(run: &Run, reader: &Audience) -> String {
    let Some(finished_at) = run.finished_at else { return reader.sign("…", "...").to_owned() };
    let took_ms = finished_at.unix_ms().saturating_sub(run.started_at.unix_ms());
    span(u64::try_from(took_ms).unwrap_or(0))
}

/// What is counted, in the order in which it is told.
fn counted(counters: &Counters) -> impl Iterator<Item = (Sentence, u64)> + use<> {
    let Counters { read, created, updated, unchanged, skipped, rejected, deactivated, deleted, kept, held } =
        *counters;
    [
        (messages::word_read(), read),
        (messages::word_created(), created),
        (messages::word_updated(), updated),
        (messages::word_unchanged(), unchanged),
        (messages::word_skipped(), skipped),
        (messages::word_rejected(), rejected),
        (messages::word_deactivated(), deactivated),
        (messages::word_deleted(), deleted),
        (messages::word_kept(), kept),
        (messages::state_held(), held),
    ]
    .into_iter()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use rollcall_host::history::ConnectorIdentity;
    use rollcall_host::model::{Diagnosis, Failure, FailureKind, RunId, SourceName, Timestamp};

    use super::*;

    fn run(id: &str, state: RunState) -> Run {
        Run {
            id: RunId::new(id),
            source: SourceName::new("head-office").unwrap(),
            kind: RunKind::Full,
            trigger: Trigger::Manual,
            dry_run: false,
            connector: ConnectorIdentity {
                id: "example".to_owned(),
                version: "1.2.3".to_owned(),
                digest: "blake3:00".to_owned(),
            },
            state,
            started_at: Timestamp::from_unix_ms(1_700_000_000_000),
            finished_at: Some(Timestamp::from_unix_ms(1_700_000_003_250)),
            progress: None,
            counters: Counters {
                read: 1042,
                created: 5,
                unchanged: 1037,
                deactivated: 2,
                ..Counters::default()
            },
            failure: None,
            n_entries_dropped: 0,
            proof: None,
        }
    }

    fn failed() -> Run {
        let diagnosis = Diagnosis::new("secret-wrong", "the secret is wrong")
            .with_remedy("copy it again")
            .in_chinese("密钥错误", "请重新复制密钥");
        let failure = Failure::new(FailureKind::Settings, diagnosis);
        Run { counters: Counters::default(), failure: Some(failure), ..run("13", RunState::Failed) }
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(lines: &[String], expected: Expect) {
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn runs_line_up_and_a_failed_one_says_why() {
        let running = Run { finished_at: None, dry_run: true, ..run("9", RunState::Running) };
        let runs = [failed(), run("12", RunState::Partial), running];
        check(
            &table(&runs, &Audience::ENGLISH),
            expect![[r#"
                run  started              what    trigger          state     took  read  created  updated  unchanged  skipped  rejected  deactivated  deleted  kept  held
                 13  2023-11-14 22:13:20  import  manual           failed   3.2 s     0        0        0          0        0         0            0        0     0     0
                    ✗ the secret is wrong (secret-wrong)
                 12  2023-11-14 22:13:20  import  manual           partial  3.2 s  1042        5        0       1037        0         0            2        0     0     0
                  9  2023-11-14 22:13:20  import  manual, dry run  running      …  1042        5        0       1037        0         0            2        0     0     0"#]],
        );
        check(
            &table(&runs, &Audience::CHINESE),
            expect![[r#"
                编号  开始时间             内容      触发方式        状态       耗时  读取  新建  更新  未变  跳过  拒绝  停用  删除  保留  待确认
                  13  2023-11-14 22:13:20  全量导入  手动            失败      3.2 s     0     0     0     0     0     0     0     0     0       0
                    ✗ 密钥错误 (secret-wrong)
                  12  2023-11-14 22:13:20  全量导入  手动            部分完成  3.2 s  1042     5     0  1037     0     0     2     0     0       0
                   9  2023-11-14 22:13:20  全量导入  手动（试运行）  进行中        …  1042     5     0  1037     0     0     2     0     0       0"#]],
        );
    }

    #[test]
    fn a_run_that_failed_in_the_middle_says_how_far_it_had_come() {
        let progress =
            rollcall_host::model::Progress { phase: "reading".to_owned(), done: 3, total: Some(5) };
        let unchanged = Run { progress: Some(progress), ..failed() };
        let some =
            Run { counters: Counters { read: 1, created: 1, ..Counters::default() }, ..unchanged.clone() };
        let lines = [&unchanged, &some]
            .into_iter()
            .flat_map(|run| [summary(run, &Audience::ENGLISH), summary(run, &Audience::CHINESE)]);
        check(
            &lines.collect::<Vec<_>>(),
            expect![[r#"
            Run 13 of head-office: failed after 3.2 s; nothing changed; it had come as far as reading: 3 of 5
            来源 head-office 第 13 次运行：失败，耗时 3.2 s；未发生任何变更；已进行到 读取中：3 / 5 项
            Run 13 of head-office: failed after 3.2 s; 1 read, 1 created; it had come as far as reading: 3 of 5
            来源 head-office 第 13 次运行：失败，耗时 3.2 s；读取 1 个，新建 1 个；已进行到 读取中：3 / 5 项"#]],
        );
        assert!(head(&unchanged, &Audience::ENGLISH).contains(&"  came to      reading: 3 of 5".to_owned()));
        let begun = Run { state: RunState::Succeeded, ..unchanged };
        assert!(!summary(&begun, &Audience::ENGLISH).contains("as far as"));
    }

    #[test]
    fn a_scheduled_import_says_what_events_had_missed() {
        let scheduled = Run { trigger: Trigger::Schedule, ..run("12", RunState::Succeeded) };
        let told = head(&scheduled, &Audience::ENGLISH);
        assert_eq!(told.last().map(String::as_str), Some("  missed by events  7"));
        assert_eq!(json(&scheduled).unwrap()["drift"], 7);
        for other in [
            run("12", RunState::Succeeded),
            Run { kind: RunKind::Events, ..scheduled.clone() },
            Run { counters: Counters { read: 5, created: 5, ..Counters::default() }, ..scheduled },
        ] {
            assert_eq!(json(&other).unwrap().get("drift"), None);
        }
    }

    #[test]
    fn a_run_is_told_whole() {
        check(
            &head(&failed(), &Audience::ENGLISH),
            expect![[r#"
                Run 13 of head-office
                  state        failed
                  started      2023-11-14 22:13:20 +00:00
                  took         3.2 s
                  what         import
                  trigger      manual
                  connector    example 1.2.3 (blake3:00)
                  read         0
                  created      0
                  updated      0
                  unchanged    0
                  skipped      0
                  rejected     0
                  deactivated  0
                  deleted      0
                  kept         0
                  held         0

                the secret is wrong (secret-wrong)
                  → copy it again"#]],
        );
        check(
            &head(&run("12", RunState::Succeeded), &Audience::CHINESE),
            expect![[r#"
                来源 head-office 的第 12 次运行
                  状态      成功
                  开始时间  2023-11-14 22:13:20 +00:00
                  耗时      3.2 s
                  内容      全量导入
                  触发方式  手动
                  连接器    example 1.2.3 (blake3:00)
                  读取      1042
                  新建      5
                  更新      0
                  未变      1037
                  跳过      0
                  拒绝      0
                  停用      2
                  删除      0
                  保留      0
                  待确认    0"#]],
        );
    }

    #[test]
    fn a_summary_leaves_out_what_did_not_happen() {
        let dry = Run { dry_run: true, ..run("12", RunState::Succeeded) };
        let lines = [dry, run("12", RunState::Partial), failed()]
            .into_iter()
            .flat_map(|run| [summary(&run, &Audience::ENGLISH), summary(&run, &Audience::CHINESE)]);
        check(
            &lines.collect::<Vec<_>>(),
            expect![[r#"
            Dry run 12 of head-office: succeeded after 3.2 s; nothing was written, but would be: 1042 read, 5 created, 1037 unchanged, 2 deactivated
            来源 head-office 第 12 次试运行：成功，耗时 3.2 s；未写入任何数据；正式运行将会：读取 1042 个，新建 5 个，未变 1037 个，停用 2 个
            Run 12 of head-office: partial after 3.2 s; 1042 read, 5 created, 1037 unchanged, 2 deactivated
            来源 head-office 第 12 次运行：部分完成，耗时 3.2 s；读取 1042 个，新建 5 个，未变 1037 个，停用 2 个
            Run 13 of head-office: failed after 3.2 s; nothing read
            来源 head-office 第 13 次运行：失败，耗时 3.2 s；未读取任何对象"#]],
        );
    }
}
