//! Inputs near a seed, the same every time.

/// Pieces that parsers trip over.
const ODD: [&[u8]; 20] = [
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"true",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    "张三".as_bytes(),
    b"\r\n",
    b"\0",
];

/// Longest input.
///
/// 64 KiB. Why: pieces that are doubled often would otherwise fill memory and find nothing new.
const MAX_BYTES: usize = 64 * 1024;

/// Numbers that look random and are the same every time.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// For the `n`-th input near the seed of this name.
    #[must_use]
    pub fn new(name: &str, n: u64) -> Self {
        // FNV-1a; then never zero, at which the generator would stay.
        let hash = name.bytes().chain(n.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash | 1)
    }

    /// Below this number, which is not zero.
    fn below(&mut self, limit: usize) -> usize {
        // xorshift64*: enough for inputs, not for secrets.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).unwrap_or(0) % limit.max(1)
    }
}

/// The seed with some pieces of it changed, moved, doubled or left out.
#[must_use]
pub fn near(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut input = seed.to_vec();
    for _ in 0..=dice.below(3) {
        change(&mut input, dice);
    }
    input.truncate(MAX_BYTES);
    input
}

fn change(input: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    let piece = at..(at + dice.below(24)).min(input.len());
    match dice.below(12) {
        0..=2 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        3 | 4 => drop(input.drain(piece)),
        5 | 6 => {
            let double = input[piece].to_vec();
            input.splice(at..at, double);
        }
        7 => input.truncate(at),
        8 => {
            let moved: Vec<u8> = input.drain(piece).collect();
            let to = dice.below(input.len() + 1);
            input.splice(to..to, moved);
        }
        9 | 10 => {
            let odd = ODD[dice.below(ODD.len())];
            input.splice(piece, odd.iter().copied());
        }
        _ => {
            let odd = ODD[dice.below(ODD.len())];
            input.splice(at..at, odd.iter().copied());
        }
    }
}
