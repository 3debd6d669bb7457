//! What no two sources of one host may share: which of them has it, and what is said to the others.
//!
//! Not here: that a source without it opens no channel (`follow`).

use std::collections::BTreeMap;
use std::fmt;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::limits::EXCLUSIVE_GRACE;
use crate::model::{Diagnosis, Finding, SourceName, Standing};

/// What one source claims for itself alone, and another one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contested {
    /// The other source.
    pub(crate) with: SourceName,
    /// The text that both plans name.
    pub(crate) text: String,
}

/// The first of `others` but `source` itself that has one of these texts, too.
pub(crate) fn shared<'a>(
    source: &SourceName,
    texts: &[String],
    others: impl IntoIterator<Item = (&'a SourceName, &'a Vec<String>)>,
) -> Option<Contested> {
    others.into_iter().filter(|(other, _)| *other != source).find_map(|(other, theirs)| {
        let text = texts.iter().find(|text| theirs.contains(text))?;
        Some(Contested { with: other.clone(), text: text.clone() })
    })
}

/// What the followed sources of a host have for themselves alone.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    held: watch::Sender<BTreeMap<SourceName, Vec<String>>>,
}

/// Why a source has not got what it claims.
pub(crate) struct Taken {
    /// Who has what.
    pub(crate) shared: Contested,
    /// Ends when another attempt is worth it.
    pub(crate) freed: BoxFuture<'static, ()>,
}

impl Claims {
    /// Have these texts until [`Claims::release`], all of them or none. Whoever has a text keeps it.
    pub(crate) fn claim(&self, source: &SourceName, texts: &[String]) -> Result<(), Taken> {
        let mut found = None;
        self.held.send_if_modified(|held| {
            found = shared(source, texts, &*held);
            if found.is_none() {
                held.insert(source.clone(), texts.to_vec());
            }
            // Nobody waits for a text to be taken.
            false
        });
        match found {
            None => Ok(()),
            Some(shared) => Err(Taken { shared, freed: self.freed(source.clone(), texts.to_vec()) }),
        }
    }

    /// What of these texts another source has, if it has any.
    pub(crate) fn held_by_another(&self, source: &SourceName, texts: &[String]) -> Option<Contested> {
        shared(source, texts, &*self.held.borrow())
    }

    /// Let go of everything that this source has.
    pub(crate) fn release(&self, source: &SourceName) {
        self.held.send_if_modified(|held| held.remove(source).is_some());
    }

    fn freed(&self, source: SourceName, texts: Vec<String>) -> BoxFuture<'static, ()> {
        let mut held = self.held.subscribe();
        async move {
            // Without a host there is nobody who has anything.
            drop(held.wait_for(|held| shared(&source, &texts, held).is_none()).await);
            sleep(EXCLUSIVE_GRACE).await;
        }
        .boxed()
    }
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Contested {
    /// Why a channel is not opened.
    pub(crate) fn channel_diagnosis(&self) -> Diagnosis {
        let Self { with, text } = self;
        self.diagnosis(
            "channel-taken",
            &format!("source {with} listens already, and no two sources may share {text:?}, so this one does not"),
            "Full imports go on. To hear of changes here, too, give each source an application of its own. When the \
             other is not followed any more, this one listens by itself.",
        )
        .in_chinese(
            format!("来源 {with} 已在监听，而 {text:?} 只能由一个来源使用，因此本来源不建立通道"),
            "全量导入照常进行。如需在此也接收变更，请为每个来源使用各自的应用。另一个来源不再跟随后，本来源会自动开始监听。",
        )
    }

    /// The line of a checklist. It keeps nobody from importing.
    pub(crate) fn finding(&self) -> Finding {
        let Self { with, text } = self;
        let diagnosis = self
            .diagnosis(
                "exclusive-shared",
                &format!("source {with} has {text:?}, too, and only one of them can listen to changes"),
                "Give each source an application of its own, or let only one of them listen. Full imports work for both.",
            )
            .in_chinese(
                format!("来源 {with} 也使用 {text:?}，两者中只有一个能监听变更"),
                "请为每个来源使用各自的应用，或只让其中一个监听变更。两者的全量导入均不受影响。",
            );
        Finding { check: "exclusive".to_owned(), standing: Standing::Warning, diagnosis }
    }

    fn diagnosis(&self, code: &str, message: &str, remedy: &str) -> Diagnosis {
        Diagnosis::new(code, message)
            .with_remedy(remedy)
            .with_fact("source", self.with.as_str())
            .with_fact("exclusive", &self.text)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn name(name: &str) -> SourceName {
        SourceName::new(name).unwrap()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn holder(claimed: Result<(), Taken>) -> Option<String> {
        claimed.err().map(|taken| taken.shared.with.to_string())
    }

    #[test]
    fn one_text_in_common_is_shared_and_a_source_shares_nothing_with_itself() {
        let with = |source: &str, claimed: &[&str]| {
            let others = [(name("a"), texts(&["x", "y"])), (name("b"), texts(&["y", "z"]))];
            let others = others.iter().map(|(other, theirs)| (other, theirs));
            shared(&name(source), &texts(claimed), others)
                .map(|Contested { with, text }| format!("{text} of {with}"))
        };
        assert_eq!(with("c", &["w", "z"]).as_deref(), Some("z of b"));
        assert_eq!(with("c", &["y"]).as_deref(), Some("y of a"));
        assert_eq!(with("a", &["y"]).as_deref(), Some("y of b"));
        assert_eq!(with("a", &["x"]), None);
        assert_eq!((with("c", &["X", "xy", ""]), with("c", &[])), (None, None));
    }

    #[test]
    fn whoever_has_a_text_keeps_it_and_who_comes_second_gets_nothing() {
        let claims = Claims::default();
        assert!(claims.claim(&name("b"), &texts(&["x"])).is_ok());
        assert_eq!(holder(claims.claim(&name("a"), &texts(&["free", "x"]))).as_deref(), Some("b"));
        assert!(claims.claim(&name("b"), &texts(&["x"])).is_ok(), "it is its own");
        assert!(claims.claim(&name("c"), &texts(&["free"])).is_ok(), "what was claimed in vain is not held");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_let_go_of_is_free_after_a_moment_in_which_its_owner_may_come_back() {
        let claims = Claims::default();
        claims.claim(&name("a"), &texts(&["x"])).unwrap();
        let taken = claims.claim(&name("b"), &texts(&["x"])).unwrap_err();
        let began = Instant::now();
        let (freed, ()) = tokio::join!(
            async {
                taken.freed.await;
                began.elapsed()
            },
            async {
                sleep(EXCLUSIVE_GRACE).await;
                claims.release(&name("a"));
            },
        );
        assert_eq!(freed, EXCLUSIVE_GRACE * 2);
        assert!(claims.claim(&name("b"), &texts(&["x"])).is_ok());
        assert_eq!(holder(claims.claim(&name("a"), &texts(&["x"]))).as_deref(), Some("b"));
    }

    #[test]
    fn both_sentences_name_the_other_source_in_both_languages() {
        let shared = Contested { with: name("head-office"), text: "app 7".to_owned() };
        for diagnosis in [shared.channel_diagnosis(), shared.finding().diagnosis] {
            for language in ["en", "zh-CN"] {
                let told = diagnosis.localized(language);
                for wanted in ["head-office", "app 7"] {
                    assert!(told.message.contains(wanted), "{told:?}");
                }
                assert!(told.remedy.is_some(), "{told:?}");
            }
            assert_ne!(diagnosis.localized("en"), diagnosis.localized("zh-CN"));
        }
    }
}
