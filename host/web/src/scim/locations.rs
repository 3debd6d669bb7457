//! Where the service is: at one address for all sources, and at one more for each.

use rollcall_host::model::SourceName;

use crate::public_url::PublicUrl;

/// Where the service is.
pub(crate) const PATH: &str = "/scim/v2";

/// Below the address of the service: that of one source.
pub(crate) const OF_SOURCE: &str = "/sources/{source}";

/// The variable in [`OF_SOURCE`].
pub(super) const SOURCE: &str = "source";

/// Where the service of one source is.
pub(crate) fn address_of(public_url: &PublicUrl, source: &SourceName) -> String {
    format!("{public_url}{PATH}{}", OF_SOURCE.replace("{source}", source.as_str()))
}
