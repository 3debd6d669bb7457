//! One member of a true answer in an odd form, down to its bytes.

use serde_json::{Value, json};

use super::{Answered, OddValue};
use crate::reply::{HttpResponse, Outcome};

/// What stands where the odd bytes will: no name or text of a company has it.
const PLACE: &str = "\u{1}odd\u{1}";

/// The same answer with another value at `pointer`; as it is where it has no such place, or the value is no such thing.
pub(crate) fn with_member(answered: Answered, pointer: &str, value: &OddValue) -> Answered {
    let Answered { effect, outcome: Outcome::Response(response) } = answered else { return answered };
    let body = edited(response.json(), pointer, value).unwrap_or_else(|| response.body.to_vec());
    Answered::response(effect, HttpResponse { body: body.into(), ..response })
}

fn edited(mut body: Value, pointer: &str, value: &OddValue) -> Option<Vec<u8>> {
    let written = match value {
        OddValue::Missing => {
            let (above, name) = pointer.rsplit_once('/')?;
            body.pointer_mut(above)?.as_object_mut()?.remove(name)?;
            return Some(body.to_string().into_bytes());
        }
        OddValue::Json(text) => text.clone().into_bytes(),
        OddValue::Hex(digits) => bytes_of(digits)?,
    };
    *body.pointer_mut(pointer)? = json!(PLACE);
    let text = body.to_string();
    let (before, behind) = text.split_once(&json!(PLACE).to_string())?;
    Some([before.as_bytes(), &written, behind.as_bytes()].concat())
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(|pair| byte(pair).filter(|_| pair.len() == 2)).collect()
}
