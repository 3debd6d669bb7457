//! `orgAccounts/status`: whether an account that the company owns is disabled.

use super::Misread;
use super::envelope::Accepted;
use super::lenient::Flag;

/// Read the answer of `orgAccounts/status`.
pub(crate) fn is_disabled(accepted: Accepted<'_>) -> Result<bool, Misread> {
    let flag = accepted.whole()?.flag("disable");
    flag.map(|Flag(is_disabled)| is_disabled).ok_or_else(|| Misread::expected("true or false in disable"))
}
