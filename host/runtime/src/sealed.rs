//! Sealed secrets on the host's side: the settings of a call with tokens in their place, what is wrong with such a secret, and
//! what a connector is told that would have sent one where it must not go.
//!
//! Not here: the rules, which both halves of the contract share (`rollcall_rules::sealed`).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rollcall_rules::sealed::settings::{self as rules, How, Unfit};
use rollcall_rules::sealed::{Misuse, Seal, Seals, Token};
use serde_json::Value;

use crate::convert::GuestReader;
use crate::egress::{Fault, FaultKind};
use crate::grant::Origin;
use crate::limits::MAX_TEXT_BYTES;
use crate::model::{Diagnosis, Problem, SecretUse};
use crate::secrets::Secrets;

/// Makes tokens: each another, and none to be guessed from those before.
pub(crate) struct Mint {
    key: [u8; blake3::KEY_LEN],
    n_made: AtomicU64,
}

impl Mint {
    /// A mint of its own randomness.
    ///
    /// # Errors
    ///
    /// When the machine has none.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; blake3::KEY_LEN];
        getrandom::fill(&mut key)?;
        Ok(Self { key, n_made: AtomicU64::new(0) })
    }

    fn token(&self) -> Token {
        let n = self.n_made.fetch_add(1, Ordering::Relaxed);
        let hash = blake3::keyed_hash(&self.key, &n.to_le_bytes());
        let (bits, _) = hash.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
        Token::new(*bits)
    }
}

/// Without its key.
impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mint").finish_non_exhaustive()
    }
}

/// What one call of a connector is about.
#[derive(Debug)]
pub(crate) struct SealedCall {
    /// The settings that it sees, as JSON.
    pub(crate) settings: String,
    /// What its tokens stand for.
    pub(crate) seals: Arc<Seals>,
    /// What it must not say: its secrets, and the tokens, which mean nothing to anybody.
    pub(crate) secrets: Arc<Secrets>,
}

impl SealedCall {
    /// The settings with a new token in place of every sealed secret, which may go where `uses` says.
    pub(crate) fn new(
        schema: &Value,
        settings: &Value,
        secrets: Secrets,
        uses: &[SecretUse],
        mint: &Mint,
    ) -> Self {
        let mut shown = settings.clone();
        let sealed = rules::seal(schema, &mut shown, || mint.token());
        let seals = sealed.into_iter().map(|rules::Sealed { setting, token, secret }| {
            let origins = origins(uses, &setting);
            Seal { setting, token, secret, origins }
        });
        let seals = Seals::new(seals.collect());
        let secrets = secrets.and(seals.iter().map(|seal| seal.token.to_string()));
        Self { settings: shown.to_string(), seals: Arc::new(seals), secrets: Arc::new(secrets) }
    }
}

/// The origins that a setting may go to, as the origin of a request is written.
fn origins(uses: &[SecretUse], setting: &str) -> BTreeSet<String> {
    let named = uses.iter().filter(|used| used.setting == setting).flat_map(|used| &used.origins);
    let origins = named.filter_map(|origin| origin.parse::<Origin>().ok());
    origins.map(|origin| origin.to_string()).collect()
}

/// What is wrong with the sealed secrets of some settings, which a connector cannot see.
pub(crate) fn problems(schema: &Value, settings: &Value, secrets: &Secrets) -> Vec<Problem> {
    let problem = |Unfit { setting, how }: Unfit| {
        let about = About::new(schema, &setting, secrets);
        Problem { diagnosis: about.diagnosis(how), pointer: setting }
    };
    rules::unfit(schema, settings).into_iter().map(problem).collect()
}

/// All problems in one list. Where both have one with a setting, the host's takes its place: it has seen what the connector
/// could not.
pub(crate) fn merged(of_connector: Vec<Problem>, mut of_host: Vec<Problem>) -> Vec<Problem> {
    let pointers: BTreeSet<String> = of_host.iter().map(|problem| problem.pointer.clone()).collect();
    let mut all = Vec::new();
    for problem in of_connector {
        if pointers.contains(&problem.pointer) {
            all.extend(of_host.extract_if(.., |known| known.pointer == problem.pointer));
        } else {
            all.push(problem);
        }
    }
    all.extend(of_host);
    all
}

/// A setting in the words of its schema.
struct About {
    name: String,
    /// Where it is found, in English and Chinese; empty where the schema does not say.
    found: [String; 2],
}

impl About {
    fn new(schema: &Value, setting: &str, secrets: &Secrets) -> Self {
        let reader = GuestReader { secrets };
        let of_setting = rules::schema_of(schema, setting);
        let found = ["description", "x-description-zh-CN"].map(|member| {
            let text = of_setting.and_then(|schema| schema.get(member)).and_then(Value::as_str);
            text.map(|text| reader.text(text, MAX_TEXT_BYTES)).unwrap_or_default()
        });
        let name = setting.strip_prefix('/').unwrap_or(setting);
        Self { name: name.replace("~1", "/").replace("~0", "~"), found }
    }

    fn diagnosis(&self, how: How) -> Diagnosis {
        let Self { name, found: [english, chinese] } = self;
        let copy_again = format!("Copy it again. {english}");
        let copy_again = (copy_again.trim(), format!("请重新复制。{chinese}"));
        match how {
            How::Empty => Diagnosis::new(how.code(), format!("setting {name:?} is missing"))
                .with_remedy(format!("Enter it. {english}").trim())
                .in_chinese(format!("缺少配置项 {name:?}"), format!("请填写。{chinese}")),
            How::NotText => Diagnosis::new(how.code(), format!("setting {name:?} must be a text"))
                .with_remedy(format!("Enter it as a text. {english}").trim())
                .in_chinese(format!("配置项 {name:?} 必须是文本"), format!("请填写文本。{chinese}")),
            How::Blanks => Diagnosis::new(
                how.code(),
                format!("setting {name:?} contains white space or an invisible character"),
            )
            .with_remedy("Copy it again without what surrounds it.")
            .in_chinese(format!("配置项 {name:?} 含有空格或不可见字符"), "请重新复制，不要带上前后的内容。"),
            How::TooLong(most) => {
                Diagnosis::new(how.code(), format!("setting {name:?} is longer than {most} characters"))
                    .with_remedy(copy_again.0)
                    .in_chinese(format!("配置项 {name:?} 超过 {most} 个字符"), copy_again.1)
            }
        }
    }
}

/// What a connector is told whose request would have sent a secret where it must not go. Nothing was sent.
pub(crate) fn denied(misuse: Misuse, origin: &Origin) -> Fault {
    let code = misuse.code();
    let diagnosis = match misuse {
        Misuse::Misplaced { setting, place } => {
            let (english, chinese) = place.words();
            Diagnosis::new(
                code,
                format!("the connector would have sent the secret of setting {setting:?} in {english}; nothing was sent"),
            )
            .with_remedy("Report it to the connector's author with this message.")
            .in_chinese(
                format!("连接器试图把配置项 {setting:?} 中的机密放入{chinese}，未发送任何内容"),
                "请将此信息反馈给连接器作者。",
            )
            .with_fact("setting", setting)
        }
        Misuse::NotForOrigin { setting } => Diagnosis::new(
            code,
            format!("the secret of setting {setting:?} must not go to {origin}; nothing was sent"),
        )
        .with_remedy("Report it to the connector's author with this message.")
        .in_chinese(
            format!("配置项 {setting:?} 中的机密不得发送到 {origin}，未发送任何内容"),
            "请将此信息反馈给连接器作者。",
        )
        .with_fact("setting", setting),
        Misuse::NotForHeader { setting } => Diagnosis::new(
            code,
            format!("setting {setting:?} has a character that the header of a request cannot carry; nothing was sent"),
        )
        .with_remedy("Enter it in one line of ASCII characters.")
        .in_chinese(
            format!("配置项 {setting:?} 含有请求头不允许的字符，未发送任何内容"),
            "请用一行 ASCII 字符填写。",
        )
        .with_fact("setting", setting),
    };
    Fault { kind: FaultKind::Denied, diagnosis: diagnosis.with_fact("origin", origin.to_string()) }
}

#[cfg(test)]
mod tests;
