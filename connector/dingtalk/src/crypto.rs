//! The cryptography of HTTP deliveries: a signature over what was sent, and AES-256-CBC around message and owner. What a
//! message says is in `push`.
//!
//! Source: DingTalk's page on HTTP callbacks and its demos in six languages, whose vectors are among the tests.

use crate::wire::body::decoded as decoded_text;
use aes::Aes256;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use sha1::{Digest, Sha1};
use std::fmt;
use subtle::ConstantTimeEq;

/// Characters of an `aes_key`.
///
/// Source: DingTalk. It is the base64 of 32 bytes without its padding.
pub(crate) const AES_KEY_CHARS: usize = 43;

/// Bytes of randomness before a message's length.
const RANDOM_BYTES: usize = 16;

/// A plaintext is filled up to a multiple of so many bytes, by at least one.
///
/// Source: DingTalk. It is PKCS#7 with twice the block of AES.
const PADDED_TO_BYTES: usize = 32;

/// What one address for deliveries shares with DingTalk: both parts are secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Callback {
    token: String,
    key: CipherKey,
}

#[derive(Clone, PartialEq, Eq)]
struct CipherKey {
    key: [u8; 32],
    iv: [u8; 16],
}

/// What a signature covers beside the ciphertext.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'a> {
    pub(crate) timestamp: &'a str,
    pub(crate) nonce: &'a str,
}

/// A ciphertext and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ciphertext {
    pub(crate) signature: String,
    pub(crate) encrypt: String,
}

/// What was inside a ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decrypted<'o> {
    pub(crate) message: String,
    /// Which of the owners that were possible it is.
    pub(crate) owner: &'o str,
}

/// Why a ciphertext could not be opened. For the log; the sender must not learn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unopened {
    /// The signature is another's.
    Signature,
    /// It is not base64 of whole blocks.
    Ciphertext,
    /// It does not end in padding: the key is wrong.
    Padding,
    /// It is shorter than it says.
    Length,
    /// It is meant for another application or organization.
    Owner,
}

impl Callback {
    /// From the settings; none when `aes_key` is not a key.
    pub(crate) fn new(token: &str, aes_key: &str) -> Option<Self> {
        Some(Self { token: token.to_owned(), key: CipherKey::parse(aes_key)? })
    }

    /// Verify and decrypt. The signature comes first, so that whoever cannot sign learns nothing about the rest.
    ///
    /// # Errors
    /// At the first step that fails.
    pub(crate) fn open<'o>(
        &self,
        stamp: Stamp<'_>,
        signature: &str,
        encrypt: &str,
        owners: &[&'o str],
    ) -> Result<Decrypted<'o>, Unopened> {
        let expected = self.sign(stamp, encrypt);
        if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
            return Err(Unopened::Signature);
        }
        let plain = self.key.decrypt(&decoded(encrypt).ok_or(Unopened::Ciphertext)?)?;
        let (message, owner) = parts(unpadded(&plain)?)?;
        let owner = owners.iter().find(|known| known.as_bytes() == owner).ok_or(Unopened::Owner)?;
        // What is odd in it costs itself: only ids are taken from a message.
        let message = decoded_text(message);
        Ok(Decrypted { message, owner })
    }

    /// Encrypt and sign. Of the randomness only letters and digits are made, as DingTalk's own demos do.
    pub(crate) fn seal(
        &self,
        stamp: Stamp<'_>,
        message: &str,
        owner: &str,
        random: [u8; RANDOM_BYTES],
    ) -> Ciphertext {
        let encrypt =
            lenient().encode(self.key.encrypt(&padded(&plaintext(random.map(letter), message, owner))));
        Ciphertext { signature: self.sign(stamp, &encrypt), encrypt }
    }

    fn sign(&self, stamp: Stamp<'_>, encrypt: &str) -> String {
        let mut parts = [self.token.as_str(), stamp.timestamp, stamp.nonce, encrypt];
        parts.sort_unstable();
        let mut hash = Sha1::new();
        parts.iter().for_each(|part| hash.update(part));
        format!("{:x}", hash.finalize())
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").finish_non_exhaustive()
    }
}

impl CipherKey {
    fn parse(aes_key: &str) -> Option<Self> {
        if aes_key.len() != AES_KEY_CHARS {
            return None;
        }
        let key: [u8; 32] = lenient().decode(aes_key).ok()?.try_into().ok()?;
        Some(Self { key, iv: *key.first_chunk()? })
    }

    fn decrypt(&self, blocks: &[u8]) -> Result<Vec<u8>, Unopened> {
        cbc::Decryptor::<Aes256>::new(&self.key.into(), &self.iv.into())
            .decrypt_padded_vec_mut::<NoPadding>(blocks)
            .map_err(|_| Unopened::Ciphertext)
    }

    fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<Aes256>::new(&self.key.into(), &self.iv.into())
            .encrypt_padded_vec_mut::<NoPadding>(plain)
    }
}

/// Base64 with or without padding, whose last character may carry bits that no byte needs.
///
/// Why: 43 characters hold 258 bits, and DingTalk's console makes keys whose last two are not zero.
fn lenient() -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, config)
}

/// One of DingTalk's demos breaks its base64 into lines. The signature covers the text with them.
fn decoded(encrypt: &str) -> Option<Vec<u8>> {
    let text: String = encrypt.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    lenient().decode(text).ok()
}

/// 16 random bytes, the message's length (4 bytes, the most significant first), the message, the owner.
fn plaintext(random: [u8; RANDOM_BYTES], message: &str, owner: &str) -> Vec<u8> {
    // No message of ours comes near the end of a `u32`.
    let n_bytes = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&random[..], &n_bytes.to_be_bytes(), message.as_bytes(), owner.as_bytes()].concat()
}

/// Message and owner.
fn parts(plain: &[u8]) -> Result<(&[u8], &[u8]), Unopened> {
    let (_, rest) = plain.split_at_checked(RANDOM_BYTES).ok_or(Unopened::Length)?;
    let (n_bytes, rest) = rest.split_first_chunk().ok_or(Unopened::Length)?;
    let n_bytes = usize::try_from(u32::from_be_bytes(*n_bytes)).map_err(|_| Unopened::Length)?;
    rest.split_at_checked(n_bytes).ok_or(Unopened::Length)
}

fn padded(plain: &[u8]) -> Vec<u8> {
    let n_padding = PADDED_TO_BYTES - plain.len() % PADDED_TO_BYTES;
    let padding = u8::try_from(n_padding).unwrap_or_default();
    [plain, &vec![padding; n_padding]].concat()
}

/// Each byte of the padding says how long it is: 1 to 32, or 1 to 16 from the demo in Go. Where the last byte says
/// anything else there is none, as in the demo in Java; the owner's comparison has the last word.
fn unpadded(plain: &[u8]) -> Result<&[u8], Unopened> {
    let Some(&last) = plain.last() else { return Err(Unopened::Length) };
    let n_padding = usize::from(last);
    if !(1..=PADDED_TO_BYTES).contains(&n_padding) {
        return Ok(plain);
    }
    let at = plain.len().checked_sub(n_padding).ok_or(Unopened::Padding)?;
    let (inside, padding) = plain.split_at_checked(at).ok_or(Unopened::Padding)?;
    if padding.iter().all(|byte| *byte == last) { Ok(inside) } else { Err(Unopened::Padding) }
}

fn letter(random: u8) -> u8 {
    match random % 62 {
        digit @ 0..10 => b'0' + digit,
        upper @ 10..36 => b'A' + (upper - 10),
        lower => b'a' + (lower - 36),
    }
}

#[cfg(test)]
mod tests;
