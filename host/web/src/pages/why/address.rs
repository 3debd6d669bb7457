//! The address of the answer about one object.

use rollcall_host::model::{Key, SourceName};

use crate::page::links::of_source;
use crate::paths::segment;

/// The page that says why this object is here, or not.
pub(super) fn address(source: &SourceName, key: &Key, is_asking: bool) -> String {
    let Key { resource_type, external_id } = key;
    let asking = if is_asking { "&asking=1" } else { "" };
    of_source(source, &format!("/why?type={}&id={}{asking}", segment(resource_type), segment(external_id)))
}
