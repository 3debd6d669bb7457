//! DingTalk's three published vectors, four of our own in both directions, and everything that must not open.

use super::{Callback, Ciphertext, Decrypted, Stamp, Unopened, lenient, letter, padded, plaintext};
use base64::Engine;
use proptest::prelude::{any, prop, proptest};

struct Vector {
    token: &'static str,
    aes_key: &'static str,
    owner: &'static str,
    timestamp: &'static str,
    nonce: &'static str,
    random: &'static [u8; 16],
    message: &'static str,
    signature: &'static str,
    encrypt: &'static str,
}

impl Vector {
    fn callback(&self) -> Callback {
        Callback::new(self.token, self.aes_key).unwrap()
    }

    fn stamp(&self) -> Stamp<'static> {
        Stamp { timestamp: self.timestamp, nonce: self.nonce }
    }

    fn open(&self, owners: &[&'static str]) -> Result<Decrypted<'static>, Unopened> {
        self.callback().open(self.stamp(), self.signature, self.encrypt, owners)
    }

    /// Sealed with exactly these random bytes.
    fn seal(&self) -> Ciphertext {
        sealed(&self.callback(), self.stamp(), &padded(&plaintext(*self.random, self.message, self.owner)))
    }
}

/// A plaintext of one's own, encrypted and signed as it should be.
fn sealed(callback: &Callback, stamp: Stamp<'_>, plain: &[u8]) -> Ciphertext {
    let encrypt = lenient().encode(callback.key.encrypt(plain));
    Ciphertext { signature: callback.sign(stamp, &encrypt), encrypt }
}

/// From DingTalk: the demo in Python, the demo in Go, the page on HTTP callbacks.
const OFFICIAL: [Vector; 3] = [
    Vector {
        token: "mryue",
        aes_key: "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7",
        owner: "ding6ccabc44d2c8d38b",
        timestamp: "1608001896814",
        nonce: "WL4PK6yA",
        random: b"l7Y3EcX2CU5w8av3",
        message: r#"{"EventType":"check_url"}"#,
        signature: "03044561471240d4a14bb09372dfcfd4fd0e40cb",
        encrypt: "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3",
    },
    Vector {
        token: "tokenxxxx",
        aes_key: "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus",
        owner: "dingxxxxxx",
        timestamp: "1605695694141",
        nonce: "WelUQl6bCqcBa2fM",
        random: b"WelUQl6bCqcBa2fM",
        message: "success",
        signature: "f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc",
        encrypt: "X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ==",
    },
    Vector {
        token: "123456",
        aes_key: "1234567890123456789012345678901234567890123",
        owner: "dingsnotzck6pm5veliw",
        timestamp: "1614767836",
        nonce: "A7Co0cJLMzIDtMMI",
        random: b"dICkEDLj0eb6yAbc",
        message: "success",
        signature: "9a95a004dd16f5c307e849b994173f76aa26e5eb",
        encrypt: "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
    },
];

/// Of our own, checked with OpenSSL: a test delivery, a reply, a text with bytes and characters of different number, and
/// one that is aligned before it is padded.
const OWN: [Vector; 4] = [
    own(
        b"0123456789abcdef",
        "1700000000000",
        "nonce001",
        r#"{"EventType":"check_url"}"#,
        "f31d709d76c130e5b5b7508af330ff6a0bc4b667",
        "Q3stYC6hdFzMh9T8HCvyDLV8JeomtQuxZLosYEI28mjzSD5UpK2hp0QUc4H6M/N53A8YQGQHxz+UyKb2VmZ2Tpu22JxIhytH1hYGewR18NAhc4j8TG9+bqMcI901j5DJ",
    ),
    own(
        b"ABCDEFGHIJKLMNOP",
        "1700000000001",
        "nonce002",
        "success",
        "754fdfafc709a77ec9e99ab150b8dd11e9a441f5",
        "ECb94sC68hxnidW1ycQhs7VhjhgQ3Eje+pcaBtz2NYYGv3OH3LojBObm0tCt42J7oNTylQNQ7cDGaNu7Z3raIQ==",
    ),
    own(
        b"fedcba9876543210",
        "1700000000002",
        "nonce003",
        r#"{"CorpId":"dingsimcorp01","EventType":"user_add_org","UserId":["u001","张三"],"OptStaffId":"manager01","TimeStamp":"1700000000002"}"#,
        "ad3c7920fa97f80ec242c5e7f3ed1f6385678fbf",
        "DpQeJfnf/MGZ/+GTIspwVA4ytqYllsnyuAXKVM2Q8DuTCkWoBkru6DK1j7fO13YN+NlOH0E5IO8F+eOkG+ZxF+j5Ycs62JwKO42NTRdOW2BBEGyz4O7rEz0pg+r0vAx4zWoDmgN+bd0CMbjYgYBC1IwEoNJki27T1uZP6udx1V/1yMh4JGFNx9N6cXTRQ/zLFmSXS2zwr6p04kxRXP6xtvOv+w9oV0QxbvjyCXGvCjlnHBz2RZbqdxFMhOtBtm07",
    ),
    own(
        b"0123456789abcdef",
        "1700000000003",
        "nonce004",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
        "440ea2c0ff4dcc14b9fc59588b639f334cff12f1",
        "Q3stYC6hdFzMh9T8HCvyDHS/ePtdh2F+LXPq9FuXK+UV2zzgni+DlzckHxvXlRLeH0TIpuGFWxafPWXGj9C6+kYmMQ3Zqfjv+U0qEGU09ftNE1h1cK9h4R3i9dm2c6fy",
    ),
];

const fn own(
    random: &'static [u8; 16],
    timestamp: &'static str,
    nonce: &'static str,
    message: &'static str,
    signature: &'static str,
    encrypt: &'static str,
) -> Vector {
    Vector {
        token: "simToken2026",
        aes_key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        owner: "dingsimappkey0000001",
        timestamp,
        nonce,
        random,
        message,
        signature,
        encrypt,
    }
}

fn vectors() -> impl Iterator<Item = &'static Vector> {
    OFFICIAL.iter().chain(&OWN)
}

/// The owner and the stamp of the first vector of our own, under which everything below is tried.
const OWNER: &str = OWN[0].owner;
const STAMP: Stamp<'static> = Stamp { timestamp: OWN[0].timestamp, nonce: OWN[0].nonce };

/// What opening this plaintext comes to, once it is encrypted and signed as it should be.
#[track_caller]
fn check_plain(plain: &[u8], expected: Result<&str, Unopened>) {
    let callback = OWN[0].callback();
    let Ciphertext { signature, encrypt } = sealed(&callback, STAMP, plain);
    let opened = callback.open(STAMP, &signature, &encrypt, &[OWNER]).map(|opened| opened.message);
    assert_eq!(opened, expected.map(str::to_owned));
}

#[test]
fn every_vector_opens() {
    for vector in vectors() {
        let opened = Decrypted { message: vector.message.to_owned(), owner: vector.owner };
        assert_eq!(vector.open(&["another", vector.owner]), Ok(opened), "{}", vector.encrypt);
    }
}

#[test]
fn every_vector_is_made_anew_to_the_last_character() {
    for vector in vectors() {
        let expected =
            Ciphertext { signature: vector.signature.to_owned(), encrypt: vector.encrypt.to_owned() };
        assert_eq!(vector.seal(), expected, "{}", vector.encrypt);
    }
}

#[test]
fn keys_are_read_with_bits_that_no_byte_needs() {
    let hex = |callback: &Callback| callback.key.key.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(
        hex(&OFFICIAL[0].callback()),
        "62e7b411f74de7dd3473571ee5c7fa035e7673adc30ded7cd3c6bad1ce5e71de"
    );
    assert_eq!(hex(&OWN[0].callback()), "69b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3d0010831051");
}

#[test]
fn a_text_that_is_no_key_is_refused() {
    let forty_two = &OWN[0].aes_key[1..];
    let keys = [
        "",
        forty_two,
        &format!("{forty_two}="),
        &format!("{forty_two}!"),
        &format!("{forty_two}é"),
        &format!("{}=", OWN[0].aes_key),
    ];
    assert_eq!(keys.map(|key| Callback::new("t", key).is_some()), [false; 6]);
}

#[test]
fn a_signature_of_anything_else_is_refused() {
    let [vector, ..] = OWN;
    let callback = vector.callback();
    let open = |stamp, signature: &str, encrypt: &str| {
        callback.open(stamp, signature, encrypt, &[OWNER]).map(|opened| opened.message)
    };
    let another_token = Callback::new("simToken2027", vector.aes_key).unwrap();
    let refused = [
        open(STAMP, "", vector.encrypt),
        open(STAMP, &vector.signature[..39], vector.encrypt),
        open(STAMP, &vector.signature.to_uppercase(), vector.encrypt),
        open(STAMP, OWN[1].signature, vector.encrypt),
        open(STAMP, vector.signature, OWN[1].encrypt),
        open(Stamp { timestamp: "1700000000001", ..STAMP }, vector.signature, vector.encrypt),
        open(Stamp { nonce: "nonce002", ..STAMP }, vector.signature, vector.encrypt),
        another_token.open(STAMP, vector.signature, vector.encrypt, &[OWNER]).map(|opened| opened.message),
    ];
    assert_eq!(refused, std::array::from_fn(|_| Err(Unopened::Signature)));
}

#[test]
fn the_signature_is_looked_at_before_anything_else() {
    let callback = OWN[0].callback();
    for encrypt in ["", "!", "AAAA", OWN[0].encrypt] {
        assert_eq!(callback.open(STAMP, "0", encrypt, &[]), Err(Unopened::Signature), "{encrypt}");
    }
}

#[test]
fn a_ciphertext_that_is_not_whole_blocks_of_base64_is_refused() {
    let callback = OWN[0].callback();
    for encrypt in ["!", "AAAA", &OWN[0].encrypt[..100], "Q3stYC6hdFzMh9T8HCvyDLV8"] {
        let signature = callback.sign(STAMP, encrypt);
        let opened = callback.open(STAMP, &signature, encrypt, &[OWNER]);
        assert_eq!(opened, Err(Unopened::Ciphertext), "{encrypt}");
    }
}

#[test]
fn a_ciphertext_of_nothing_or_less_than_a_message_is_refused() {
    let callback = OWN[0].callback();
    let signature = callback.sign(STAMP, "");
    assert_eq!(callback.open(STAMP, &signature, "", &[OWNER]), Err(Unopened::Length));
    check_plain(&[16; 16], Err(Unopened::Length));
    check_plain(&padded(&[b'r'; 19]), Err(Unopened::Length));
}

#[test]
fn base64_in_lines_opens_like_in_one() {
    let callback = OWN[0].callback();
    let encrypt = format!("{}\n{}\r\n", &OWN[0].encrypt[..76], &OWN[0].encrypt[76..]);
    let signature = callback.sign(STAMP, &encrypt);
    let opened = callback.open(STAMP, &signature, &encrypt, &[OWNER]).map(|opened| opened.message);
    assert_eq!(opened, Ok(OWN[0].message.to_owned()));
}

#[test]
fn the_key_of_another_is_noticed() {
    let mut another = OWN[0].callback();
    another.key = OFFICIAL[2].callback().key;
    let Ciphertext { signature, encrypt } = OWN[2].seal();
    let opened = another.open(OWN[2].stamp(), &signature, &encrypt, &[OWNER]);
    assert!(matches!(opened, Err(Unopened::Padding | Unopened::Length | Unopened::Owner)), "{opened:?}");
}

#[test]
fn padding_may_be_that_of_the_demo_in_go() {
    // 16 + 4 + 7 + 20 = 47 bytes, one short of three blocks.
    let mut plain = plaintext(*b"0123456789abcdef", "success", OWNER);
    plain.push(1);
    check_plain(&plain, Ok("success"));
}

#[test]
fn a_last_byte_that_is_no_length_of_padding_means_that_there_is_none() {
    let plain = plaintext(*b"0123456789abcdef", "success!", OWNER);
    check_plain(&plain, Ok("success!"));
}

#[test]
fn padding_that_disagrees_with_itself_is_refused() {
    let mut plain = padded(&plaintext(*b"0123456789abcdef", "success", OWNER));
    let at = plain.len() - 2;
    plain[at] = 3;
    check_plain(&plain, Err(Unopened::Padding));
    check_plain(&[vec![0; 15], vec![17]].concat(), Err(Unopened::Padding));
}

#[test]
fn a_length_beyond_the_end_is_refused() {
    for n_bytes in [28, 1 << 16, u32::MAX] {
        let mut plain = plaintext(*b"0123456789abcdef", "success", OWNER);
        plain[16..20].copy_from_slice(&n_bytes.to_be_bytes());
        check_plain(&padded(&plain), Err(Unopened::Length));
    }
}

#[test]
fn another_owner_is_refused() {
    for owner in ["", "dingsimappkey0000002", "dingsimappkey000000", "dingsimappkey00000011"] {
        check_plain(&padded(&plaintext(*b"0123456789abcdef", "success", owner)), Err(Unopened::Owner));
    }
}

#[test]
fn a_byte_that_is_not_utf_8_costs_one_character() {
    let mut plain = plaintext(*b"0123456789abcdef", "success", OWNER);
    plain[20] = 0xff;
    check_plain(&padded(&plain), Ok("\u{fffd}uccess"));
}

#[test]
fn what_is_sealed_begins_with_letters_and_digits() {
    let letters: Vec<u8> = (0..=u8::MAX).map(letter).collect();
    assert!(letters.iter().all(u8::is_ascii_alphanumeric));
    assert_eq!(&letters[..62], b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

#[test]
fn its_debug_form_keeps_the_secrets() {
    assert_eq!(format!("{:?}", OWN[0].callback()), "Callback { .. }");
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again(
        message in "\\PC{0,200}",
        owner in "[a-z0-9]{1,40}",
        timestamp in "[0-9]{10,13}",
        nonce in "\\PC{0,16}",
        random in any::<[u8; 16]>(),
    ) {
        let callback = OWN[0].callback();
        let stamp = Stamp { timestamp: &timestamp, nonce: &nonce };
        let Ciphertext { signature, encrypt } = callback.seal(stamp, &message, &owner, random);
        let opened = callback.open(stamp, &signature, &encrypt, &[owner.as_str()]);
        proptest::prop_assert_eq!(opened, Ok(Decrypted { message, owner: owner.as_str() }));
    }

    #[test]
    fn a_plaintext_made_by_chance_is_refused(plain in prop::collection::vec(any::<u8>(), 0..128)) {
        let callback = OWN[0].callback();
        let blocks = &plain[..plain.len() / 16 * 16];
        let Ciphertext { signature, encrypt } = sealed(&callback, STAMP, blocks);
        let opened = callback.open(STAMP, &signature, &encrypt, &[OWNER]);
        proptest::prop_assert!(opened.is_err(), "nobody meets the owner's name by chance: {opened:?}");
    }
}
