//! How a delivery is signed, so that whoever receives it knows that it is ours. Source: Standard Webhooks 1.0.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a secret begins with. Source: Standard Webhooks, "Signature scheme".
const MARK: &str = "whsec_";

/// Bytes of a secret.
///
/// 32. Why: as many as SHA-256 has; Standard Webhooks wants 24 to 64.
const SECRET_BYTES: usize = 32;

/// What deliveries to one webhook are signed with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the system has no randomness.
    pub(crate) fn fresh() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new(vec![0; SECRET_BYTES]);
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub(crate) const fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As it is given to whoever receives deliveries.
    pub(crate) fn reveal(&self) -> String {
        format!("{MARK}{}", STANDARD.encode(&*self.0))
    }

    /// The header `webhook-signature` of a delivery.
    pub(crate) fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{id}.{timestamp_s}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_standard_webhooks_says() {
        // Source: the test vector of the Standard Webhooks libraries.
        let bytes = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = SigningSecret::from_bytes(Zeroizing::new(bytes));
        assert_eq!(secret.reveal(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn no_two_secrets_are_the_same_and_none_is_in_debug_output() {
        let (one, other) = (SigningSecret::fresh().unwrap(), SigningSecret::fresh().unwrap());
        assert_ne!(one, other);
        assert!(!format!("{one:?}").contains(one.reveal().trim_start_matches(MARK)));
    }
}
