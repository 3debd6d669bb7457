//! The official vectors and four of our own; what the official demos tolerate is tolerated here.

use super::{CryptoError, Seal, Sealed};

struct Vector {
    token: &'static str,
    aes_key: &'static str,
    owner: &'static str,
    random: &'static str,
    timestamp: &'static str,
    nonce: &'static str,
    message: &'static str,
    encrypt: &'static str,
    signature: &'static str,
}

impl Vector {
    fn seal(&self) -> Seal {
        Seal::new(self.token, self.aes_key, self.owner).unwrap()
    }

    fn sealed(&self) -> Sealed {
        Sealed {
            encrypt: self.encrypt.to_owned(),
            timestamp: self.timestamp.to_owned(),
            nonce: self.nonce.to_owned(),
            signature: self.signature.to_owned(),
        }
    }
}

#[track_caller]
fn check_both_ways(vector: &Vector) {
    let seal = vector.seal();
    assert_eq!(seal.seal(vector.random, vector.timestamp, vector.nonce, vector.message), vector.sealed());
    assert_eq!(seal.open(&vector.sealed()).unwrap(), vector.message.as_bytes());
}

const PYTHON_DEMO: Vector = Vector {
    token: "mryue",
    aes_key: "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7",
    owner: "ding6ccabc44d2c8d38b",
    random: "l7Y3EcX2CU5w8av3",
    timestamp: "1608001896814",
    nonce: "WL4PK6yA",
    message: r#"{"EventType":"check_url"}"#,
    encrypt: "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3",
    signature: "03044561471240d4a14bb09372dfcfd4fd0e40cb",
};

const GO_DEMO: Vector = Vector {
    token: "tokenxxxx",
    aes_key: "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus",
    owner: "dingxxxxxx",
    random: "WelUQl6bCqcBa2fM",
    timestamp: "1605695694141",
    nonce: "WelUQl6bCqcBa2fM",
    message: "success",
    encrypt: "X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ==",
    signature: "f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc",
};

const DOCUMENT: Vector = Vector {
    token: "123456",
    aes_key: "1234567890123456789012345678901234567890123",
    owner: "dingsnotzck6pm5veliw",
    random: "dICkEDLj0eb6yAbc",
    timestamp: "1614767836",
    nonce: "A7Co0cJLMzIDtMMI",
    message: "success",
    encrypt: "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
    signature: "9a95a004dd16f5c307e849b994173f76aa26e5eb",
};

/// What is common to our own four.
const OWN: Vector = Vector {
    token: "simToken2026",
    aes_key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    owner: "dingsimappkey0000001",
    random: "0123456789abcdef",
    timestamp: "1700000000000",
    nonce: "nonce001",
    message: r#"{"EventType":"check_url"}"#,
    encrypt: "Q3stYC6hdFzMh9T8HCvyDLV8JeomtQuxZLosYEI28mjzSD5UpK2hp0QUc4H6M/N53A8YQGQHxz+UyKb2VmZ2Tpu22JxIhytH1hYGewR18NAhc4j8TG9+bqMcI901j5DJ",
    signature: "f31d709d76c130e5b5b7508af330ff6a0bc4b667",
};

const OWN_SUCCESS: Vector = Vector {
    random: "ABCDEFGHIJKLMNOP",
    timestamp: "1700000000001",
    nonce: "nonce002",
    message: "success",
    encrypt: "ECb94sC68hxnidW1ycQhs7VhjhgQ3Eje+pcaBtz2NYYGv3OH3LojBObm0tCt42J7oNTylQNQ7cDGaNu7Z3raIQ==",
    signature: "754fdfafc709a77ec9e99ab150b8dd11e9a441f5",
    ..OWN
};

const OWN_CHINESE: Vector = Vector {
    random: "fedcba9876543210",
    timestamp: "1700000000002",
    nonce: "nonce003",
    message: r#"{"CorpId":"dingsimcorp01","EventType":"user_add_org","UserId":["u001","张三"],"OptStaffId":"manager01","TimeStamp":"1700000000002"}"#,
    encrypt: "DpQeJfnf/MGZ/+GTIspwVA4ytqYllsnyuAXKVM2Q8DuTCkWoBkru6DK1j7fO13YN+NlOH0E5IO8F+eOkG+ZxF+j5Ycs62JwKO42NTRdOW2BBEGyz4O7rEz0pg+r0vAx4zWoDmgN+bd0CMbjYgYBC1IwEoNJki27T1uZP6udx1V/1yMh4JGFNx9N6cXTRQ/zLFmSXS2zwr6p04kxRXP6xtvOv+w9oV0QxbvjyCXGvCjlnHBz2RZbqdxFMhOtBtm07",
    signature: "ad3c7920fa97f80ec242c5e7f3ed1f6385678fbf",
    ..OWN
};

const OWN_ALIGNED: Vector = Vector {
    timestamp: "1700000000003",
    nonce: "nonce004",
    message: "xxxxxxxxxxxxxxxxxxxxxxxx",
    encrypt: "Q3stYC6hdFzMh9T8HCvyDHS/ePtdh2F+LXPq9FuXK+UV2zzgni+DlzckHxvXlRLeH0TIpuGFWxafPWXGj9C6+kYmMQ3Zqfjv+U0qEGU09ftNE1h1cK9h4R3i9dm2c6fy",
    signature: "440ea2c0ff4dcc14b9fc59588b639f334cff12f1",
    ..OWN
};

#[test]
fn the_vector_of_the_python_demo_holds_both_ways() {
    check_both_ways(&PYTHON_DEMO);
}

#[test]
fn the_vector_of_the_go_demo_holds_both_ways() {
    check_both_ways(&GO_DEMO);
}

#[test]
fn the_vector_of_the_document_holds_both_ways() {
    check_both_ways(&DOCUMENT);
}

#[test]
fn our_own_vectors_hold_both_ways() {
    [OWN, OWN_SUCCESS, OWN_CHINESE, OWN_ALIGNED].iter().for_each(check_both_ways);
}

#[test]
fn a_message_of_another_owner_is_refused() {
    assert_eq!(OWN.seal().with_owner("dingother").open(&OWN.sealed()), Err(CryptoError::Owner));
}

#[test]
fn a_changed_nonce_breaks_the_signature() {
    let changed = Sealed { nonce: "nonce009".to_owned(), ..OWN.sealed() };
    assert_eq!(OWN.seal().open(&changed), Err(CryptoError::Signature));
}

#[test]
fn a_length_beyond_the_end_is_refused() {
    let seal = OWN.seal();
    let mut plain = seal.padded(OWN.random, OWN.message);
    plain[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    let sealed = seal.signed(seal.encrypted(&plain), OWN.timestamp, OWN.nonce);
    assert_eq!(seal.open(&sealed), Err(CryptoError::Length));
}

#[test]
fn half_a_block_is_refused() {
    let seal = OWN.seal();
    let sealed = seal.signed("AAAAAAAA".to_owned(), OWN.timestamp, OWN.nonce);
    assert_eq!(seal.open(&sealed), Err(CryptoError::Ciphertext));
}

#[test]
fn a_key_of_another_length_or_alphabet_is_refused() {
    let keys = [
        "",
        "abc",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDE/+",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH",
    ];
    assert!(keys.iter().all(|key| Seal::new("token", key, "owner") == Err(CryptoError::AesKey)));
}
