//! What one call remembers for the next, in the memory of the host's process and on no disk: the token, and for a while
//! the scope. A host may forget it at any time, so whatever cannot be had is asked for anew.

use rollcall_kit::{Area, Context, LogLevel};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the last call remembered under this key.
pub(crate) fn recall<T: DeserializeOwned>(context: &Context, key: &str) -> Option<T> {
    match context.host().storage_get(Area::Memory, &[key.to_owned()]) {
        Ok(values) => serde_json::from_str(&values.into_iter().next().flatten()?).ok(),
        Err(why) => {
            context.log(LogLevel::Warning, &format!("{key} is asked for anew: {}", why.message.en));
            None
        }
    }
}

/// Remember this for the next call.
pub(crate) fn remember<T: Serialize>(context: &Context, key: &str, value: &T) {
    if let Ok(text) = serde_json::to_string(value) {
        write(context, key, Some(text));
    }
}

/// Forget it.
pub(crate) fn forget(context: &Context, key: &str) {
    write(context, key, None);
}

fn write(context: &Context, key: &str, value: Option<String>) {
    if let Err(why) = context.host().storage_write(Area::Memory, vec![(key.to_owned(), value)]) {
        context.log(LogLevel::Warning, &format!("{key} is not remembered: {}", why.message.en));
    }
}

#[cfg(test)]
mod tests {
    use super::{forget, recall, remember};
    use rollcall_kit::testing::{Reply, TestHost};
    use rollcall_kit::{Area, Context};

    #[test]
    fn what_is_remembered_is_recalled_until_it_is_forgotten_or_the_host_is_started_anew() {
        let host = TestHost::new(|_, _| Reply::Hang);
        let context = Context::new(host.clone());
        assert_eq!(recall::<u64>(&context, "n"), None);
        remember(&context, "n", &7_u64);
        assert_eq!((recall(&context, "n"), host.storage(Area::Durable).len()), (Some(7_u64), 0));
        assert_eq!(recall::<Vec<String>>(&context, "n"), None, "it is not what was asked for");
        forget(&context, "n");
        assert_eq!(recall::<u64>(&context, "n"), None);
        remember(&context, "n", &8_u64);
        host.restart();
        assert_eq!(recall::<u64>(&context, "n"), None);
    }
}
