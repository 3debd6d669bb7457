//! What an address is for, by what was set aside for what.
//!
//! Sources, unless a line says another: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) and the registries of
//! multicast addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The internet.
    Public,
    /// This machine.
    Loopback,
    /// A private network.
    Private,
    /// Between a provider and its customers.
    Shared,
    /// Measurements of network devices.
    Benchmarking,
    /// The neighbours on the same wire.
    LinkLocal,
    /// What a cloud tells its machines, credentials among it.
    Metadata,
    /// No machine, which many systems take for this one.
    Unspecified,
    /// Many machines.
    Multicast,
    /// All machines.
    Broadcast,
    /// Examples in texts.
    Documentation,
    /// Nobody yet.
    Reserved,
}

impl Zone {
    /// Where an address is. One of IPv4 in the clothes of IPv6 is where that one of IPv4 is.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    /// Where a name is that means the same everywhere, whatever a resolver says; none for any other.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        // RFC 6761, section 6.3.
        if name == "localhost" || name.ends_with(".localhost") {
            return Some(Self::Loopback);
        }
        METADATA_NAMES.contains(&name.as_str()).then_some(Self::Metadata)
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let bits = address.to_bits();
        let is_in = |(network, n_bits, _): &&(Ipv4Addr, u32, Self)| {
            (bits ^ network.to_bits()).leading_zeros() >= *n_bits
        };
        IPV4.iter().find(is_in).map_or(Self::Public, |(_, _, zone)| *zone)
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let bits = address.to_bits();
        let is_in = |(network, n_bits, _): &&(Ipv6Addr, u32, Self)| {
            (bits ^ network.to_bits()).leading_zeros() >= *n_bits
        };
        let found = IPV6.iter().find(is_in).map_or(Self::Reserved, |(_, _, zone)| *zone);
        match (found, inner(address)) {
            // The networks that carry IPv4 are below wider ones.
            (Self::Public | Self::Reserved, Some(inner)) => Self::of_v4(inner),
            // Translated within a network, it is private at best.
            (Self::Private, Some(inner)) if Self::of_v4(inner).is_never_reached() => Self::of_v4(inner),
            (found, _) => found,
        }
    }

    /// Whether nothing in it is dialled, whatever is allowed.
    pub(super) const fn is_never_reached(self) -> bool {
        match self {
            Self::Public | Self::Loopback | Self::Private | Self::Shared | Self::Benchmarking => false,
            Self::LinkLocal
            | Self::Metadata
            | Self::Unspecified
            | Self::Multicast
            | Self::Broadcast
            | Self::Documentation
            | Self::Reserved => true,
        }
    }

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Benchmarking => "benchmarking",
            Self::LinkLocal => "link-local",
            Self::Metadata => "metadata",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Reserved => "reserved",
        }
    }

    /// As a part of a sentence.
    pub(super) const fn english(self) -> &'static str {
        match self {
            Self::Public => "an address of the internet",
            Self::Loopback => "this machine itself (loopback)",
            Self::Private => "an address of a private network",
            Self::Shared => "an address between a provider and its customers (100.64.0.0/10)",
            Self::Benchmarking => "an address for measurements (198.18.0.0/15)",
            Self::LinkLocal => "an address of the local link alone",
            Self::Metadata => "where a cloud keeps its machines' credentials (metadata)",
            Self::Unspecified => "the address of no machine",
            Self::Multicast | Self::Broadcast => "an address of many machines at once",
            Self::Documentation => "an address for examples alone",
            Self::Reserved => "an address that is nobody's",
        }
    }

    /// The same in Chinese.
    pub(super) const fn chinese(self) -> &'static str {
        match self {
            Self::Public => "互联网地址",
            Self::Loopback => "本机环回地址",
            Self::Private => "私有网络地址",
            Self::Shared => "运营商级共享地址（100.64.0.0/10）",
            Self::Benchmarking => "网络测试专用地址（198.18.0.0/15）",
            Self::LinkLocal => "链路本地地址",
            Self::Metadata => "云平台元数据服务地址",
            Self::Unspecified => "未指定地址",
            Self::Multicast | Self::Broadcast => "组播或广播地址",
            Self::Documentation => "文档示例专用地址",
            Self::Reserved => "保留地址",
        }
    }
}

/// Names under which clouds tell their machines about themselves. A proxy may know them where this machine does not.
///
/// Sources: Google Cloud, "About VM metadata"; Tencent Cloud, "Querying Instance Metadata"; AWS, "Instance metadata".
const METADATA_NAMES: [&str; 6] = [
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.tencentyun.com",
    "instance-data",
    "instance-data.ec2.internal",
];

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

/// Narrow networks before the wide ones that they are in.
const IPV4: [(Ipv4Addr, u32, Zone); 24] = [
    // AWS, Azure, Google, Oracle, OpenStack, DigitalOcean and others: "Instance metadata".
    (v4(169, 254, 169, 254), 32, Zone::Metadata),
    // AWS: task roles of ECS, pod identities of EKS.
    (v4(169, 254, 170, 2), 32, Zone::Metadata),
    (v4(169, 254, 170, 23), 32, Zone::Metadata),
    // Tencent Cloud: "Querying Instance Metadata".
    (v4(169, 254, 0, 23), 32, Zone::Metadata),
    // Scaleway: "Instance metadata".
    (v4(169, 254, 42, 42), 32, Zone::Metadata),
    // Alibaba Cloud: "View instance metadata".
    (v4(100, 100, 100, 200), 32, Zone::Metadata),
    // Azure: "What is IP address 168.63.129.16?". It hands out certificates of the machine.
    (v4(168, 63, 129, 16), 32, Zone::Metadata),
    // Oracle Cloud Classic: "Retrieving Instance Metadata".
    (v4(192, 0, 0, 192), 32, Zone::Metadata),
    (v4(0, 0, 0, 0), 8, Zone::Unspecified),
    (v4(10, 0, 0, 0), 8, Zone::Private),
    (v4(100, 64, 0, 0), 10, Zone::Shared),
    (v4(127, 0, 0, 0), 8, Zone::Loopback),
    (v4(169, 254, 0, 0), 16, Zone::LinkLocal),
    (v4(172, 16, 0, 0), 12, Zone::Private),
    (v4(192, 0, 0, 0), 24, Zone::Reserved),
    (v4(192, 0, 2, 0), 24, Zone::Documentation),
    (v4(192, 88, 99, 0), 24, Zone::Reserved),
    (v4(192, 168, 0, 0), 16, Zone::Private),
    (v4(198, 18, 0, 0), 15, Zone::Benchmarking),
    (v4(198, 51, 100, 0), 24, Zone::Documentation),
    (v4(203, 0, 113, 0), 24, Zone::Documentation),
    (v4(224, 0, 0, 0), 4, Zone::Multicast),
    (v4(255, 255, 255, 255), 32, Zone::Broadcast),
    (v4(240, 0, 0, 0), 4, Zone::Reserved),
];

const fn v6(segments: [u16; 8]) -> Ipv6Addr {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Addr::new(a, b, c, d, e, f, g, h)
}

/// Narrow networks before the wide ones that they are in.
const IPV6: [(Ipv6Addr, u32, Zone); 20] = [
    // AWS: the services of the Nitro system over IPv6, metadata and pod identities of EKS among them.
    (v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0]), 32, Zone::Metadata),
    // Google Cloud: instances with IPv6 alone.
    (v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]), 128, Zone::Metadata),
    // Oracle Cloud: instance metadata over IPv6.
    (v6([0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe]), 128, Zone::Metadata),
    // Alibaba Cloud: "View instance metadata", over IPv6.
    (v6([0xfd00, 0x100, 0, 0, 0, 0, 0x100, 0x200]), 128, Zone::Metadata),
    // Scaleway: "Instance metadata", over IPv6.
    (v6([0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]), 128, Zone::Metadata),
    // Akamai (Linode): "Metadata service", over IPv6.
    (v6([0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 1]), 128, Zone::Metadata),
    (v6([0; 8]), 128, Zone::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1]), 128, Zone::Loopback),
    // Translation within a network: RFC 8215.
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0]), 48, Zone::Private),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0]), 7, Zone::Private),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0]), 10, Zone::LinkLocal),
    // Site-local, which networks may still have: RFC 3879.
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0]), 10, Zone::Private),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0]), 8, Zone::Multicast),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0]), 48, Zone::Benchmarking),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0]), 32, Zone::Documentation),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0]), 20, Zone::Documentation),
    // Protocols' own; Teredo is among them.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0]), 23, Zone::Reserved),
    // All that was ever given out: the registry "IPv6 Global Unicast Address Assignments".
    (v6([0x2000, 0, 0, 0, 0, 0, 0, 0]), 3, Zone::Public),
    // What carries IPv4 is judged by that.
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0]), 96, Zone::Public),
    (v6([0; 8]), 0, Zone::Reserved),
];

/// The address of IPv4 that one of IPv6 leads to.
fn inner(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match segments {
        // Mapped and compatible: RFC 4291, section 2.5.5. Translated: RFC 2765. NAT64: RFC 6052.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(of(high, low)),
        // 6to4: RFC 3056.
        [0x2002, high, low, ..] => Some(of(high, low)),
        // Teredo, which writes it inverted: RFC 4380.
        [0x2001, 0, _, _, _, _, high, low] => Some(of(!high, !low)),
        _ => None,
    }
}
