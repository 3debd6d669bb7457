//! How far requests may reach: which addresses are of the internet, which are of this machine or a private network, and which
//! are never a source's.
//!
//! Whoever configures a source, or breaks into one, must not be able to have this machine ask its neighbours. Pure: not here is how a
//! name becomes addresses (`resolver`), nor when they are judged (`dial`).

mod zone;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

pub use self::zone::Zone;
use crate::grant::Origin;
use crate::model::Diagnosis;

/// How far requests may reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// The internet alone.
    #[default]
    Public,
    /// This machine and private networks, too. Link-local addresses and those of a cloud's metadata stay out of reach.
    Private,
}

impl Reach {
    /// Whether an address in this zone may be dialled.
    #[must_use]
    pub const fn allows(self, zone: Zone) -> bool {
        matches!(zone, Zone::Public) || (matches!(self, Self::Private) && !zone.is_never_reached())
    }

    /// What can be said of an origin before any name is resolved: its host is an address, or a name that means one.
    ///
    /// # Errors
    ///
    /// When that is out of reach. An origin that passes may still be, by what its name resolves to.
    pub fn admits(self, origin: &Origin) -> Result<(), NotAllowed> {
        let (zone, address) = match (origin.address(), origin.domain()) {
            (Some(address), _) => (Zone::of(address), Some(address)),
            (None, Some(name)) => (Zone::of_name(name).unwrap_or(Zone::Public), None),
            (None, None) => (Zone::Public, None),
        };
        let refused = || NotAllowed { host: origin.host(), address, zone };
        if self.allows(zone) { Ok(()) } else { Err(refused()) }
    }

    /// Those of a host's addresses that may be dialled.
    ///
    /// # Errors
    ///
    /// When there are some, and none of them may be.
    pub(super) fn sift(self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, NotAllowed> {
        let is_allowed = |address: &SocketAddr| self.allows(Zone::of(address.ip()));
        let (allowed, refused): (Vec<_>, Vec<_>) = found.into_iter().partition(is_allowed);
        match refused.first() {
            Some(refused) if allowed.is_empty() => Err(NotAllowed::at(host, refused.ip())),
            Some(_) | None => Ok(allowed),
        }
    }

    /// A host that somebody else will dial: none of its addresses may be out of reach, because they choose among them.
    ///
    /// # Errors
    ///
    /// With the first that is.
    pub(super) fn admits_all(self, host: &str, found: &[SocketAddr]) -> Result<(), NotAllowed> {
        match found.iter().find(|address| !self.allows(Zone::of(address.ip()))) {
            Some(refused) => Err(NotAllowed::at(host, refused.ip())),
            None => Ok(()),
        }
    }
}

/// Those of a proxy's addresses that may be dialled. A proxy is there to be in the own network, so it may be anywhere; but where a
/// cloud hands out credentials there is none, and whoever names one wants those.
///
/// # Errors
///
/// When there are some, and none of them may be.
pub(super) fn sift_proxy(host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, NotAllowed> {
    let (refused, allowed): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| Zone::of(address.ip()) == Zone::Metadata);
    match refused.first() {
        Some(refused) if allowed.is_empty() => Err(NotAllowed::at(host, refused.ip())),
        Some(_) | None => Ok(allowed),
    }
}

/// That a host is out of reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllowed {
    /// As it was named: a name or an address.
    pub host: String,
    /// What it resolved to; none if its name alone says it.
    pub address: Option<IpAddr>,
    /// Where that is.
    pub zone: Zone,
}

impl NotAllowed {
    fn at(host: &str, address: IpAddr) -> Self {
        Self { host: host.to_owned(), address: Some(address), zone: Zone::of(address) }
    }

    /// The same in both languages, with what to do.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        let (remedy, remedy_in_chinese) = self.remedy();
        let diagnosis = Diagnosis::new("address-not-allowed", self.to_string())
            .with_remedy(remedy)
            .in_chinese(self.chinese(), remedy_in_chinese)
            .with_fact("host", &self.host)
            .with_fact("zone", self.zone.as_str());
        match self.address {
            Some(address) => diagnosis.with_fact("address", address.to_string()),
            None => diagnosis,
        }
    }

    fn remedy(&self) -> (&'static str, &'static str) {
        if Reach::Private.allows(self.zone) {
            (
                "If it is meant to be reached, start the program with `--allow-private-addresses`.",
                "如果确实需要访问该地址，请在启动程序时使用 `--allow-private-addresses`。",
            )
        } else {
            (
                "Nothing allows such an address. Enter the one that the source itself is at.",
                "此类地址一律不能访问，请填写来源自身的地址。",
            )
        }
    }

    /// The address, where it is not what was named.
    fn resolved(&self) -> Option<IpAddr> {
        let named: Option<IpAddr> = self.host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        self.address.filter(|address| named != Some(*address))
    }

    fn chinese(&self) -> String {
        let Self { host, zone, .. } = self;
        let what = zone.chinese();
        match self.resolved() {
            Some(address) => format!("{host} 解析为 {address}，属于{what}，不允许访问"),
            None => format!("{host} 属于{what}，不允许访问"),
        }
    }
}

/// In English.
impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, zone, .. } = self;
        let what = zone.english();
        match self.resolved() {
            Some(address) => {
                write!(f, "{host} resolves to {address}, {what}, which must not be reached")
            }
            None => write!(f, "{host} is {what}, which must not be reached"),
        }
    }
}

impl std::error::Error for NotAllowed {}

#[cfg(test)]
mod tests;
