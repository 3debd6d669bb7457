//! Why something that an administrator or a program wanted was not done.
//!
//! Not here: how it is answered.

use rollcall_host::approval::WouldLeave;
use rollcall_host::error::{RunError, StoreError};
use rollcall_host::model::Diagnosis;
use rollcall_words::Sentence;

use crate::database::DatabaseError;
use crate::error::ConsoleError;
use crate::sealing::SealingError;

/// Why it was not done. The diagnosis is for whoever asked; what they must not know is in the log alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AdminError {
    pub(crate) kind: ReasonKind,
    pub(crate) diagnosis: Box<Diagnosis>,
}

/// What kind of reason it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReasonKind {
    /// There is no such thing.
    NotFound,
    /// It cannot be done as things are.
    Conflict,
    /// What was given is not right.
    NotValid,
    /// It is too much at once.
    TooMuch,
    /// The program itself failed.
    Failed,
}

impl AdminError {
    /// One with a diagnosis of its own.
    pub(crate) fn new(kind: ReasonKind, diagnosis: Diagnosis) -> Self {
        Self { kind, diagnosis: Box::new(diagnosis) }
    }

    /// There is no such thing.
    pub(crate) fn not_found() -> Self {
        let diagnosis = Diagnosis::new("not-found", "there is nothing at this address")
            .with_remedy("go back to the list and choose again")
            .in_chinese("此地址下没有内容", "请返回列表重新选择");
        Self::new(ReasonKind::NotFound, diagnosis)
    }

    /// Somebody's number is missing, or it is another one.
    fn unconfirmed(code: &str, error: &RunError, would_leave: &WouldLeave, remedy: Sentence) -> Self {
        let told = would_leave.told();
        let (n, chinese) = (would_leave.n(), told.localized("zh-CN").message);
        let diagnosis = Diagnosis::new(code, error.to_string())
            .with_remedy(remedy.english)
            .in_chinese(format!("需要确认数量 {n}：{chinese}"), remedy.chinese)
            .with_fact("removals", n.to_string());
        Self::new(ReasonKind::Conflict, diagnosis)
    }

    /// The host itself failed. The cause is logged and not told.
    pub(crate) fn failed(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request could not be answered");
        let diagnosis = Diagnosis::new("store-failed", "the server's own store failed")
            .with_remedy("try again; if it stays like this, look into the server's log and at its disk")
            .in_chinese("服务器自身的存储发生故障", "请重试；若仍然失败，请查看服务器日志和磁盘");
        Self::new(ReasonKind::Failed, diagnosis)
    }
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        Self::failed(&error)
    }
}

impl From<DatabaseError> for AdminError {
    fn from(error: DatabaseError) -> Self {
        Self::failed(&error)
    }
}

impl From<SealingError> for AdminError {
    fn from(error: SealingError) -> Self {
        Self::failed(&error)
    }
}

impl From<ConsoleError> for AdminError {
    fn from(error: ConsoleError) -> Self {
        match &error {
            ConsoleError::NamedTwice { name } => {
                let diagnosis = Diagnosis::new("source-named-twice", error.to_string())
                    .in_chinese(format!("已存在名为 {name} 的身份源，请换一个名称"), "");
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            ConsoleError::Database(_)
            | ConsoleError::Sealing(_)
            | ConsoleError::NoRandomness(_)
            | ConsoleError::Store(_) => Self::failed(&error),
        }
    }
}

impl From<RunError> for AdminError {
    fn from(error: RunError) -> Self {
        match &error {
            RunError::Busy { run } => {
                let diagnosis = Diagnosis::new("source-busy", format!("the source is busy with run {run}"))
                    .with_remedy("wait until it has ended, or cancel it")
                    .in_chinese(format!("该身份源正在执行任务 {run}"), "请等待其结束，或将其取消");
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::NotFollowed => {
                let diagnosis = Diagnosis::new("not-followed", "the source is not followed any more")
                    .in_chinese("该身份源已不再被跟随", "");
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::NoSuchRun { .. } => Self::not_found(),
            RunError::NothingHeld { run } => {
                let diagnosis =
                    Diagnosis::new("nothing-held", format!("nothing of run {run} waits for approval"))
                        .with_remedy("look at the newest runs of the source")
                        .in_chinese(format!("任务 {run} 没有待确认的内容"), "请查看该身份源最近的同步记录");
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::IdentitiesUnanswered { run } => {
                let diagnosis = Diagnosis::new("identities-unanswered", error.to_string())
                    .with_remedy(
                        "send `{\"identities\": \"same-people\"}` if they are the same people under new ids, who go on with \
                         all they have; `{\"identities\": \"other-people\"}` if they are others, and who was there leaves",
                    )
                    .in_chinese(
                        format!("任务 {run} 中有 ID 现在属于别人，请说明他们是谁"),
                        "如果是同一批人换了身份标识，请发送 `{\"identities\": \"same-people\"}`，保留其全部信息；如果是另一批人，\
                         请发送 `{\"identities\": \"other-people\"}`，原来的人离开",
                    );
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::RemovalsUnconfirmed { would_leave, .. } => Self::unconfirmed(
                "removals-unconfirmed",
                &error,
                would_leave,
                Sentence {
                    english: format!(
                        "look at what waits; if it is right, confirm it with the number {} (`removals` in the API); if not, decline it",
                        would_leave.n()
                    ),
                    chinese: format!(
                        "请查看待确认的内容；如果无误，请以数量 {}（API 中为 removals）确认；否则请拒绝",
                        would_leave.n()
                    ),
                },
            ),
            RunError::UndoUnconfirmed { would_leave, .. } => Self::unconfirmed(
                "undo-unconfirmed",
                &error,
                would_leave,
                Sentence {
                    english: format!(
                        "look at it in a preview; if it is right, confirm it with the number {}, as `allow_removals`",
                        would_leave.n()
                    ),
                    chinese: format!(
                        "请先预览；如果无误，请以数量 {}（allow_removals）确认",
                        would_leave.n()
                    ),
                },
            ),
            RunError::ApprovalExpired { run } => {
                let diagnosis = Diagnosis::new("approval-expired", error.to_string())
                    .with_remedy("import again, and decide about what is held then")
                    .in_chinese(
                        format!("任务 {run} 的待确认内容已超过 30 天"),
                        "请重新导入，再对届时的待确认内容作出决定",
                    );
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::NotAmongHeld { run, key } => {
                let diagnosis = Diagnosis::new("not-among-held", error.to_string())
                    .with_remedy("list the changes of the run that are held")
                    .in_chinese(format!("任务 {run} 的待确认内容中没有 {key}"), "请列出该任务的待确认变更");
                Self::new(ReasonKind::NotValid, diagnosis)
            }
            RunError::NotInParts { run } => {
                let diagnosis = Diagnosis::new("not-in-parts", error.to_string())
                    .with_remedy("decide about everything that waits")
                    .in_chinese(
                        format!("任务 {run} 的待确认内容是变小的可见范围，只能整体决定"),
                        "请对全部待确认内容一并作出决定",
                    );
                Self::new(ReasonKind::NotValid, diagnosis)
            }
            RunError::ReasonNotValid { n_chars, limit } => {
                let diagnosis = Diagnosis::new("reason-not-valid", error.to_string())
                    .with_remedy(
                        "say in a sentence or two why it is not to be done; whoever looks later reads it",
                    )
                    .in_chinese(
                        format!("原因有 {n_chars} 个字符，应为 1 到 {limit} 个"),
                        "请用一两句话说明为何不执行，供日后查看的人阅读",
                    );
                Self::new(ReasonKind::NotValid, diagnosis)
            }
            RunError::StillRunning { run } => {
                let diagnosis = Diagnosis::new("still-running", format!("run {run} is under way"))
                    .with_remedy("wait until it has ended, or cancel it")
                    .in_chinese(format!("任务 {run} 正在执行"), "请等待其结束，或将其取消");
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::NothingToUndo { run } => {
                let diagnosis =
                    Diagnosis::new("nothing-to-undo", format!("run {run} was a preview and changed nothing"))
                        .in_chinese(format!("任务 {run} 只是预览，没有产生任何变更"), "");
                Self::new(ReasonKind::Conflict, diagnosis)
            }
            RunError::TooManyKeys { .. } | RunError::TooManyAsks { .. } => {
                let diagnosis = Diagnosis::new("too-much", error.to_string())
                    .in_chinese("一次请求的内容过多", "请减少数量，或稍后再试");
                Self::new(ReasonKind::TooMuch, diagnosis)
            }
            RunError::History(_) | RunError::Died(_) | _ => Self::failed(&error),
        }
    }
}
