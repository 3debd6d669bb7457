//! Pointers of what is secret in a configuration (RFC 6901): forms, complaints and the log name it alike.

/// Of the proxy's password.
pub(crate) const PROXY_PASSWORD: &str = "/egress/proxy/password";

/// The pointer of a setting (RFC 6901).
pub(crate) fn setting(name: &str) -> String {
    format!("/settings/{}", name.replace('~', "~0").replace('/', "~1"))
}
