//! How much one run may write, and the runs of one source together, so that a connector that never ends, whether it means harm
//! or its source does, fills no disk.
//!
//! Not here: entries of one run (`capabilities::history`), memory (`engine`).

mod overrun;

use std::collections::HashMap;

use super::ledger::digest;
use crate::directory::Directory;
use crate::error::StoreError;
use crate::guard;
use crate::limits::{
    MAX_CHANGES_PER_OBJECT, MAX_OBJECTS_PER_RUN, MAX_RUN_BYTES, MAX_SOURCE_BYTES, NEW_OBJECTS,
    NEW_OBJECTS_PER_HELD, RUN_BYTES, RUN_BYTES_PER_OBJECT, SOURCE_BYTES, SOURCE_BYTES_PER_OBJECT,
    SOURCE_BYTES_WITHIN,
};
use crate::model::{Diagnosis, Failure, FailureKind, Key, SourceName};
use crate::refusal::{RUN_TOO_LARGE, SOURCE_TOO_LARGE};

/// What one run has written so far.
#[derive(Debug, Default)]
pub(super) struct Volume {
    bounds: Bounds,
    n_bytes: u64,
    /// How often objects were changed that the run had put before. By digest, as the ledger has them.
    n_again: HashMap<[u8; 16], u32>,
    /// How many new objects the run may bring, once that had to be found out.
    allowed_new: Option<u64>,
    /// How many bytes the runs of the source may write together, as was found out last.
    allowed_lately: u64,
}

/// What a run may write, and the runs of its source together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) bytes: u64,
    pub(super) bytes_per_object: u64,
    pub(super) most_bytes: u64,
    pub(super) changes_per_object: u32,
    pub(super) new_objects: u64,
    pub(super) new_objects_per_held: u64,
    pub(super) source_bytes: u64,
    pub(super) source_bytes_per_object: u64,
    pub(super) most_source_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            bytes: RUN_BYTES,
            bytes_per_object: RUN_BYTES_PER_OBJECT,
            most_bytes: MAX_RUN_BYTES,
            changes_per_object: MAX_CHANGES_PER_OBJECT,
            new_objects: NEW_OBJECTS,
            new_objects_per_held: NEW_OBJECTS_PER_HELD,
            source_bytes: SOURCE_BYTES,
            source_bytes_per_object: SOURCE_BYTES_PER_OBJECT,
            most_source_bytes: MAX_SOURCE_BYTES,
        }
    }
}

impl Bounds {
    /// Bytes that a run may write which puts so many objects.
    fn bytes_for(&self, n_objects: u64) -> u64 {
        let of_objects = n_objects.saturating_mul(self.bytes_per_object);
        self.bytes.saturating_add(of_objects).min(self.most_bytes)
    }

    /// New objects that a run may bring where so many were held before it.
    fn new_for(&self, n_held: u64) -> u64 {
        let of_held = n_held.saturating_mul(self.new_objects_per_held);
        let most = u64::try_from(MAX_OBJECTS_PER_RUN).unwrap_or(u64::MAX);
        self.new_objects.saturating_add(of_held).min(most)
    }

    /// Bytes that the runs of a source may write together which holds so many objects.
    fn lately_for(&self, n_held: u64) -> u64 {
        let of_held = n_held.saturating_mul(self.source_bytes_per_object);
        self.source_bytes.saturating_add(of_held).min(self.most_source_bytes)
    }

    /// [`refused`]. What is held is counted only once that matters.
    async fn refuse(
        &self,
        n_bytes: u64,
        n_held: impl Future<Output = Result<u64, StoreError>>,
    ) -> Result<Option<Failure>, StoreError> {
        if n_bytes <= self.source_bytes {
            return Ok(None);
        }
        let limit_bytes = self.lately_for(n_held.await?);
        Ok((limit_bytes < n_bytes).then(|| too_much_lately(limit_bytes)))
    }
}

/// Why no run of a source begins whose runs wrote so many bytes lately.
///
/// # Errors
///
/// When what it holds cannot be counted.
pub(crate) async fn refused(
    n_bytes: u64,
    directory: &dyn Directory,
    source: &SourceName,
    resource_types: &[String],
) -> Result<Option<Failure>, StoreError> {
    Bounds::default().refuse(n_bytes, held(directory, source, resource_types)).await
}

/// How many objects are held.
async fn held(
    directory: &dyn Directory,
    source: &SourceName,
    resource_types: &[String],
) -> Result<u64, StoreError> {
    let mut n_held = 0_u64;
    for resource_type in resource_types {
        n_held = n_held.saturating_add(guard::known(directory, source, resource_type).await?);
    }
    Ok(n_held)
}

impl Volume {
    #[cfg(test)]
    pub(super) fn within(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Count one more change of an object that the run had put, or that leaves; whether that is one too many.
    fn again(&mut self, key: &Key) -> bool {
        let n = self.n_again.entry(digest(key)).or_default();
        *n = n.saturating_add(1);
        self.bounds.changes_per_object < *n
    }

    fn add(&mut self, n_bytes: u64) {
        self.n_bytes = self.n_bytes.saturating_add(n_bytes);
    }
}

fn too_much(limit_bytes: u64, n_objects: u64) -> Failure {
    let limit_mib = limit_bytes >> 20;
    ended(
        Diagnosis::new(
            RUN_TOO_LARGE,
            format!("the run was ended before it wrote more than {limit_mib} MiB about {n_objects} objects; what it had written stays"),
        )
        .with_fact("limit_bytes", limit_bytes.to_string())
        .with_fact("objects", n_objects.to_string())
        .with_remedy(GO_ON)
        .in_chinese(
            format!("本次运行涉及 {n_objects} 个对象，写入量即将超过 {limit_mib} MiB，因此被终止；已写入的内容会保留"),
            GO_ON_CHINESE,
        ),
    )
}

fn too_much_lately(limit_bytes: u64) -> Failure {
    let (limit_mib, days) = (limit_bytes >> 20, SOURCE_BYTES_WITHIN.as_secs() / (24 * 60 * 60));
    ended(
        Diagnosis::new(
            SOURCE_TOO_LARGE,
            format!("the imports of this source wrote more than {limit_mib} MiB within {days} days; what was written stays"),
        )
        .with_fact("limit_bytes", limit_bytes.to_string())
        .with_fact("days", days.to_string())
        .with_remedy(LOOK_AND_GO_ON)
        .in_chinese(
            format!("该来源的导入在 {days} 天内写入超过 {limit_mib} MiB，因此被停止；已写入的内容会保留"),
            LOOK_AND_GO_ON_CHINESE,
        ),
    )
}

fn too_many(allowed: u64) -> Failure {
    ended(
        Diagnosis::new(
            RUN_TOO_LARGE,
            format!("the run was ended before it brought more than {allowed} new objects; what it had brought stays"),
        )
        .with_fact("new_objects", allowed.to_string())
        .with_remedy(GO_ON)
        .in_chinese(
            format!("本次运行新增的对象即将超过 {allowed} 个，因此被终止；已新增的对象会保留"),
            GO_ON_CHINESE,
        ),
    )
}

fn changed_too_often(key: &Key, limit: u32) -> Failure {
    ended(
        Diagnosis::new(
            RUN_TOO_LARGE,
            format!("the run was ended because it changed {key} more than {limit} times; what it had written stays"),
        )
        .with_fact("resource_type", &key.resource_type)
        .with_fact("external_id", &key.external_id)
        .with_remedy(REPORT)
        .in_chinese(
            format!("本次运行对 {key} 的改动超过 {limit} 次，因此被终止；已写入的内容会保留"),
            REPORT_CHINESE,
        ),
    )
}

fn ended(diagnosis: Diagnosis) -> Failure {
    Failure::new(FailureKind::Other, diagnosis)
}

const GO_ON: &str = "If the source really has so much, import again: an import begins where this one ended. If there is no end to it, \
                     something is wrong with the source, or with its connector: report it to the connector's author.";
const GO_ON_CHINESE: &str = "如果来源确实有这么多内容，请重新导入，导入会从本次结束之处继续；如果没有尽头，说明来源或其连接器有问题，\
                             请反馈给连接器作者。";
const LOOK_AND_GO_ON: &str = "Look in the history at what it changes again and again. If so much really changes at the source, start an \
                              import yourself, in the console or in a terminal: what was written before is not counted any more. \
                              If not, report it to the connector's author.";
const LOOK_AND_GO_ON_CHINESE: &str = "请在同步历史中查看哪些内容被反复修改。如果来源确实有这么多变化，请在控制台或终端中手动导入一次，之前写入的\
                                      数据将不再计入；否则请反馈给连接器作者。";
const REPORT: &str = "Report it to the connector's author. Nothing is imported from the source by itself until a person starts an \
                      import or resumes it.";
const REPORT_CHINESE: &str = "请反馈给连接器作者。在有人手动导入或恢复该来源之前，不会自动从该来源导入。";

#[cfg(test)]
mod tests;
