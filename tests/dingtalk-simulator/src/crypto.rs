//! The envelope of an HTTP push: AES-256-CBC with an owner at the end, SHA-1 over the sorted parts beside it.
//!
//! Written from DingTalk's own demos and vectors, so that it can be wrong in no way in which a connector is.

use std::fmt;

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use sha1::{Digest, Sha1};

/// Characters of an aes key. Source: DingTalk, "configure event push".
const AES_KEY_CHARS: usize = 43;

/// Random bytes before the length. Source: DingTalk's demos of the callback cryptography.
const RANDOM_BYTES: usize = 16;

/// Block of the padding, twice that of the cipher. Source: DingTalk's demos of the callback cryptography.
const PAD_BLOCK_BYTES: usize = 32;

/// 43 characters carry 258 bits: the last two may be set, as they are in official vectors.
const KEY_BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Why something is not what the other side sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// Not a key.
    #[error("aes key must be 43 letters and digits")]
    AesKey,
    /// Signed with another token, or changed since.
    #[error("signature does not match")]
    Signature,
    /// Not encrypted by anybody.
    #[error("ciphertext is not base64 of whole blocks")]
    Ciphertext,
    /// Encrypted with another key, or broken off.
    #[error("plaintext is shorter than it says")]
    Length,
    /// Meant for somebody else.
    #[error("owner key is another's")]
    Owner,
}

/// What both sides of a subscription know. Its `Debug` form shows the owner only.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal {
    key: [u8; 32],
    token: String,
    owner: String,
}

/// A sealed message and its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Base64.
    pub encrypt: String,
    /// As it is written beside it.
    pub timestamp: String,
    /// As it is written beside it.
    pub nonce: String,
    /// 40 hexadecimal digits.
    pub signature: String,
}

impl Seal {
    /// The seal of a subscription.
    ///
    /// # Errors
    ///
    /// [`CryptoError::AesKey`] if `aes_key` is not 43 letters and digits.
    pub fn new(token: &str, aes_key: &str, owner: &str) -> Result<Self, CryptoError> {
        let is_sound = aes_key.len() == AES_KEY_CHARS && aes_key.bytes().all(|b| b.is_ascii_alphanumeric());
        let decoded = KEY_BASE64.decode(format!("{aes_key}=")).map_err(|_| CryptoError::AesKey)?;
        match (is_sound, <[u8; 32]>::try_from(decoded)) {
            (true, Ok(key)) => Ok(Self { key, token: token.to_owned(), owner: owner.to_owned() }),
            (_, _) => Err(CryptoError::AesKey),
        }
    }

    /// The same subscription under another owner.
    pub(crate) fn with_owner(&self, owner: &str) -> Self {
        Self { owner: owner.to_owned(), ..self.clone() }
    }

    /// Seals a message. `random` is what goes before the length, 16 bytes.
    #[must_use]
    pub fn seal(&self, random: &str, timestamp: &str, nonce: &str, message: &str) -> Sealed {
        self.signed(self.encrypted(&self.padded(random, message)), timestamp, nonce)
    }

    /// The random bytes, the length, the message, the owner and the padding, in clear.
    pub(crate) fn padded(&self, random: &str, message: &str) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut plain = [random.as_bytes(), &length, message.as_bytes(), self.owner.as_bytes()].concat();
        let n_pad = PAD_BLOCK_BYTES.saturating_sub(plain.len() % PAD_BLOCK_BYTES);
        plain.extend(std::iter::repeat_n(u8::try_from(n_pad).unwrap_or(0), n_pad));
        plain
    }

    /// The base64 of whole blocks, encrypted; an incomplete last block is filled with zeros.
    pub(crate) fn encrypted(&self, plain: &[u8]) -> String {
        let mut blocks = plain.to_vec();
        blocks.resize(plain.len().next_multiple_of(16), 0);
        let encryptor = cbc::Encryptor::<aes::Aes256>::new(&self.key.into(), &self.iv().into());
        base64::engine::general_purpose::STANDARD
            .encode(encryptor.encrypt_padded_vec_mut::<NoPadding>(&blocks))
    }

    /// Signs what is encrypted already.
    pub(crate) fn signed(&self, encrypt: String, timestamp: &str, nonce: &str) -> Sealed {
        let signature = self.signature(timestamp, nonce, &encrypt);
        Sealed { encrypt, timestamp: timestamp.to_owned(), nonce: nonce.to_owned(), signature }
    }

    /// The message.
    ///
    /// # Errors
    ///
    /// [`CryptoError`] says what is not right with it.
    pub fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, CryptoError> {
        if self.signature(&sealed.timestamp, &sealed.nonce, &sealed.encrypt) != sealed.signature {
            return Err(CryptoError::Signature);
        }
        let plain = self.decrypted(&sealed.encrypt)?;
        let rest = plain.get(RANDOM_BYTES..).ok_or(CryptoError::Length)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(CryptoError::Length)?;
        let n_bytes = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| CryptoError::Length)?;
        let (message, owner) = rest.split_at_checked(n_bytes).ok_or(CryptoError::Length)?;
        match owner == self.owner.as_bytes() {
            true => Ok(message.to_vec()),
            false => Err(CryptoError::Owner),
        }
    }

    fn decrypted(&self, encrypt: &str) -> Result<Vec<u8>, CryptoError> {
        let decoded = base64::engine::general_purpose::STANDARD.decode(encrypt);
        let blocks = decoded.map_err(|_| CryptoError::Ciphertext)?;
        let decryptor = cbc::Decryptor::<aes::Aes256>::new(&self.key.into(), &self.iv().into());
        let mut plain =
            decryptor.decrypt_padded_vec_mut::<NoPadding>(&blocks).map_err(|_| CryptoError::Ciphertext)?;
        // Anything but 1 to 32 counts as no padding, as in the Java demo.
        let n_pad = plain.last().map_or(0, |last| usize::from(*last));
        if (1..=PAD_BLOCK_BYTES).contains(&n_pad) {
            plain.truncate(plain.len().saturating_sub(n_pad));
        }
        Ok(plain)
    }

    fn signature(&self, timestamp: &str, nonce: &str, encrypt: &str) -> String {
        let mut parts = [self.token.as_str(), timestamp, nonce, encrypt];
        parts.sort_unstable();
        let digest = Sha1::digest(parts.concat());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn iv(&self) -> [u8; 16] {
        let [iv @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.key;
        iv
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("owner", &self.owner).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
