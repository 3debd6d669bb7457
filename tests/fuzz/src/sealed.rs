//! Seals deliveries as DingTalk does, so that an input gets past the signature to what reads it.
//!
//! Source: DingTalk's page on HTTP callbacks. Written from the page, not from the connector.

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockEncryptMut, KeyIvInit};
use sha1::{Digest, Sha1};

/// Both are in the settings of the targets.
pub(crate) const TOKEN: &str = "canaryToken2026";
pub(crate) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE";

const PADDED_TO_BYTES: usize = 32;

/// A message, encrypted for this owner.
pub(crate) fn encrypted(message: &[u8], owner: &str) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("inputs are short").to_be_bytes();
    let mut plain = [b"0123456789abcdef", length.as_slice(), message, owner.as_bytes()].concat();
    let n_missing = PADDED_TO_BYTES - plain.len() % PADDED_TO_BYTES;
    plain.resize(plain.len() + n_missing, u8::try_from(n_missing).expect("it is 32 at most"));
    // The last character of a key carries two bits that belong to nothing; "E" has none of them set.
    let key: [u8; 32] =
        STANDARD_NO_PAD.decode(AES_KEY).expect("it is base64").try_into().expect("it is a key");
    let iv: [u8; 16] = key[..16].try_into().expect("a key is longer");
    cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into()).encrypt_padded_vec_mut::<NoPadding>(&plain)
}

/// A delivery of this ciphertext, signed: its query and its body.
pub(crate) fn delivery(ciphertext: &[u8], now_ms: u64) -> (String, Vec<u8>) {
    let (timestamp, nonce, encrypt) = (now_ms.to_string(), "nonce001", STANDARD.encode(ciphertext));
    let mut signed = [TOKEN, &timestamp, nonce, &encrypt];
    signed.sort_unstable();
    let signature: String = Sha1::digest(signed.concat()).iter().map(|byte| format!("{byte:02x}")).collect();
    let query = format!("signature={signature}&timestamp={timestamp}&nonce={nonce}");
    (query, format!(r#"{{"encrypt":"{encrypt}"}}"#).into_bytes())
}
