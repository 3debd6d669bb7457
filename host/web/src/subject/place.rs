//! Where a page about somebody is drawn.

use rollcall_host::model::SourceName;

use crate::problem::Problem;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// Where a page is drawn: of which source, for whom.
#[derive(Clone, Copy)]
pub(crate) struct PageContext<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) visitor: &'a Visitor,
    pub(crate) source: &'a SourceName,
}

/// The source with this name, if it is configured or something was ever imported from it: what was imported stays when a
/// source is removed.
pub(crate) async fn known_source(sources: &Sources, name: String) -> Result<SourceName, Problem> {
    let name = SourceName::new(name).map_err(|_| Problem::not_found())?;
    let is_known =
        sources.entry(&name).is_some() || !sources.services().store().runs(&name, None, 1).await?.is_empty();
    if is_known { Ok(name) } else { Err(Problem::not_found()) }
}
