//! Whether the channel over which a source pushes opens: asked for, dialled as a follower does, and closed in good order.
//!
//! Nothing is listened to. What a source sends in that moment is not acknowledged, so it sends it again.

use super::findings::{finding, host_failed};
use crate::apply::Worker;
use crate::capabilities::Session;
use crate::connector::Opening;
use crate::egress::websocket;
use crate::model::{Diagnosis, Finding, Standing};
use crate::prepare::Prepared;
use crate::refusal;
use crate::services::Services;
use crate::source::Source;
use url::Url;

/// The name of the check.
const CHANNEL: &str = "channel";

/// Open the channel, unless someone listens to it. None when there is none to open.
pub(super) async fn check(
    services: &Services,
    source: &Source,
    prepared: &Prepared,
    session: impl FnOnce() -> (Session, Worker),
) -> Option<Finding> {
    if services.listening().is_listening(source.name()) {
        return Some(finding(CHANNEL, Standing::Passed, in_use()));
    }
    if let Some(shared) = services.claims().held_by_another(source.name(), &prepared.plan.exclusive) {
        return Some(finding(CHANNEL, Standing::Skipped, shared.channel_diagnosis()));
    }
    let (session, worker) = session();
    let asked = source.connector().open_channel(session).await;
    if let Err(error) = worker.finish().await {
        return Some(finding(CHANNEL, Standing::Failed, host_failed(&error)));
    }
    match asked {
        Err(error) => Some(finding(CHANNEL, Standing::Failed, refusal::guest(&error).diagnosis)),
        Ok(Err(failure)) => Some(finding(CHANNEL, Standing::Failed, failure.diagnosis)),
        Ok(Ok(None)) => None,
        Ok(Ok(Some(opening))) => Some(dialled(prepared, &opening).await),
    }
}

/// That a connector is not asked for a channel, because something else is wrong.
pub(super) fn not_tried() -> Finding {
    let diagnosis = Diagnosis::new("channel-not-tried", "the channel was not opened; mend what failed first")
        .in_chinese("未尝试建立推送通道，请先解决上面的问题", "");
    finding(CHANNEL, Standing::Skipped, diagnosis)
}

async fn dialled(prepared: &Prepared, opening: &Opening) -> Finding {
    let Opening { url, subprotocols, .. } = opening;
    match websocket::connect(&prepared.client, &prepared.grants, url, subprotocols).await {
        Ok(socket) => {
            socket.close().await;
            finding(CHANNEL, Standing::Passed, opens(url))
        }
        Err(fault) => finding(CHANNEL, Standing::Failed, fault.diagnosis),
    }
}

/// Of the address, which carries a ticket, only the host is shown.
fn opens(url: &str) -> Diagnosis {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    Diagnosis::new("channel-opens", format!("the channel to {host} opens; it was closed again"))
        .in_chinese(format!("到 {host} 的推送通道可以建立，检查后已关闭"), "")
        .with_fact("host", host)
}

fn in_use() -> Diagnosis {
    Diagnosis::new("channel-in-use", "this source listens over its channel now; no second one was opened")
        .in_chinese("此来源正在通过推送通道监听，因此没有再建立一个", "")
}
