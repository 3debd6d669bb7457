//! What is said about deliveries, channels and events: to an administrator and to the log, never to who sent them.

use super::{EVENTS_EN, EVENTS_ZH};
use crate::events::channel::{self, Refusal};
use crate::events::crypto::Unopened;
use crate::events::delivery::Refused;
use crate::limits::{MAX_QUOTED_BYTES, cut};
use crate::wire::envelope;
use rollcall_kit::{Diagnosis, Failure};

/// A delivery that is not DingTalk's, or not meant for this application.
pub(crate) fn delivery_refused(refused: Refused) -> Failure {
    Failure::Protocol(match refused {
        Refused::Query => Diagnosis::new(
            "delivery-unsigned",
            "the delivery carries no signature, timestamp and nonce in its query",
            "推送请求的参数中缺少签名、时间戳或随机串",
        ),
        Refused::Body => Diagnosis::new(
            "delivery-not-encrypted",
            "the delivery's body is not JSON with a text \"encrypt\"",
            "推送请求的内容不是带有 \"encrypt\" 的 JSON",
        ),
        Refused::Unopened(Unopened::Signature) => Diagnosis::new(
            "delivery-signature-wrong",
            "the delivery's signature does not match its content and callback_token",
            "推送请求的签名与其内容及 callback_token 不符",
        )
        .remedy(SAME_AS_CONSOLE_EN, SAME_AS_CONSOLE_ZH),
        Refused::Unopened(Unopened::Owner) => Diagnosis::new(
            "delivery-owner-wrong",
            "the delivery is meant for another application or organization",
            "该推送属于其他应用或组织",
        )
        .remedy(
            "check app_key and corp_id, and the address that is entered for other applications in DingTalk's console",
            "请检查 app_key 与 corp_id，以及钉钉后台中其他应用填写的请求网址",
        ),
        Refused::Unopened(
            Unopened::Ciphertext | Unopened::Padding | Unopened::Length,
        ) => Diagnosis::new(
            "delivery-not-decrypted",
            "the delivery is signed correctly and cannot be decrypted with callback_aes_key",
            "推送请求的签名正确，但无法用 callback_aes_key 解密",
        )
        .remedy(SAME_AS_CONSOLE_EN, SAME_AS_CONSOLE_ZH),
        Refused::Stale => Diagnosis::new(
            "delivery-stale",
            "the delivery was signed too long ago or not yet: it is a repeat, or a clock is wrong",
            "推送请求的签名时间过早或在未来：可能是重放，也可能是时钟不准",
        )
        .remedy("check this machine's clock", "请检查本机时钟"),
        Refused::Message => Diagnosis::new(
            "delivery-not-understood",
            "the delivery was decrypted and is not an event",
            "推送请求已解密，但内容不是事件",
        )
        .remedy("report this to the connector's author", "请反馈给连接器的作者"),
    })
}

/// The settings want no deliveries.
pub(crate) fn deliveries_not_wanted() -> Failure {
    Failure::Settings(
        Diagnosis::new(
            "deliveries-not-wanted",
            "DingTalk pushes events over HTTP, and setting \"events\" is not \"http\"",
            "钉钉正在通过 HTTP 推送事件，但配置项 \"events\" 不是 \"http\"",
        )
        .remedy(
            "set events to \"http\" with callback_token and callback_aes_key, or switch the push off in DingTalk's console",
            "请将 events 设为 \"http\" 并填写 callback_token 与 callback_aes_key，或在钉钉后台关闭该推送",
        )
        .fact("setting", "/events"),
    )
}

/// A text on the channel that is no frame.
pub(crate) fn frame_not_understood() -> Failure {
    Failure::Protocol(
        Diagnosis::new(
            "frame-not-understood",
            "DingTalk sent something over the channel that cannot be answered",
            "钉钉通过长连接发来了无法应答的内容",
        )
        .remedy("report this to the connector's author", "请反馈给连接器的作者"),
    )
}

/// The organization is no more, as its last event says.
pub(crate) fn organization_dissolved() -> Diagnosis {
    Diagnosis::new(
        "organization-dissolved",
        "DingTalk says that the organization was dissolved",
        "钉钉通知：该组织已解散",
    )
    .remedy(
        "ask the organization's main administrator; nothing that was imported is removed",
        "请联系组织的主管理员；已导入的内容不会被删除",
    )
}

/// Something changed, and the event does not lead to it.
pub(crate) fn full_reading_needed(kind: &str) -> Diagnosis {
    let kind = cut(kind, MAX_QUOTED_BYTES);
    Diagnosis::new(
        "full-reading-needed",
        format!("{kind} does not say which objects it concerns; the next full run brings them in line"),
        format!("{kind} 没有说明涉及哪些对象，将在下次全量同步时更新"),
    )
    .remedy("run a full import if it must be soon", "如需尽快生效，请执行一次全量导入")
    .fact("event", kind)
}

/// An event that nobody has told us about.
pub(crate) fn kind_not_known(kind: &str) -> Diagnosis {
    let kind = cut(kind, MAX_QUOTED_BYTES);
    Diagnosis::new(
        "event-not-known",
        format!("events of kind {kind} are not known to this connector; nothing was done"),
        format!("该连接器不认识 {kind} 类事件，未做处理"),
    )
    .fact("event", kind)
}

/// A department with so much below it that reading everything asks less of DingTalk.
pub(crate) fn subtree_too_large() -> Diagnosis {
    Diagnosis::new(
        "subtree-too-large",
        "the department came into view or left it with more below it than is read after one event; the next full run brings it in line",
        "该部门移入或移出了可见范围，其下级过多，将在下次全量同步时更新",
    )
    .remedy("run a full import if it must be soon", "如需尽快生效，请执行一次全量导入")
}

/// The key and the secret are not accepted for a channel.
pub(crate) fn channel_credentials(refusal: &Refusal) -> Failure {
    Failure::Settings(with_facts(
        Diagnosis::new(
            "credentials-wrong",
            format!("DingTalk does not open a channel for app_key and app_secret: {}", told(refusal)),
            format!("钉钉不接受 app_key 与 app_secret，无法建立长连接：{}", told(refusal)),
        )
        .remedy(
            "copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic \
             Information (凭证与基础信息); upper and lower case matter",
            "请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写",
        )
        .fact("setting", "/app_secret"),
        refusal,
    ))
}

/// The caller's address is not on the application's list.
pub(crate) fn channel_address(refusal: &Refusal) -> Failure {
    let of_the_old_api = envelope::Refusal {
        status: refusal.status,
        code: Some(IP_NOT_ALLOWED),
        word: String::new(),
        text: refusal.message.clone(),
        request_id: None,
    };
    Failure::Permission(with_facts(super::address_not_allowed(&of_the_old_api), refusal))
}

/// DingTalk does not want to, for a reason of its own.
pub(crate) fn channel_forbidden(refusal: &Refusal) -> Failure {
    Failure::Permission(with_facts(
        Diagnosis::new(
            "channel-forbidden",
            format!("DingTalk does not let the application open a channel: {}", told(refusal)),
            format!("钉钉不允许该应用建立长连接：{}", told(refusal)),
        )
        .remedy(
            format!("{EVENTS_EN}, choose Stream mode (Stream 模式推送)"),
            format!("{EVENTS_ZH}中选择“Stream 模式推送”"),
        ),
        refusal,
    ))
}

/// DingTalk is busy.
pub(crate) fn channel_busy(refusal: &Refusal) -> Failure {
    let diagnosis = Diagnosis::new(
        "source-busy",
        format!("DingTalk is busy and opened no channel: {}", told(refusal)),
        format!("钉钉繁忙，未能建立长连接：{}", told(refusal)),
    )
    .remedy("it is tried again by itself", "系统会自动重试");
    Failure::Unavailable(with_facts(diagnosis, refusal), None)
}

/// A refusal that no one foresaw.
pub(crate) fn channel_refused(refusal: &Refusal) -> Failure {
    let diagnosis = Diagnosis::new(
        "channel-refused",
        format!("DingTalk refused to open a channel: {}", told(refusal)),
        format!("钉钉拒绝建立长连接：{}", told(refusal)),
    )
    .remedy(
        "check that api_base points to DingTalk; if it does, report this with the request id",
        "请检查 api_base 是否指向钉钉；如果无误，请附上 request_id 反馈",
    );
    Failure::Protocol(with_facts(diagnosis, refusal))
}

/// An answer that names no address.
pub(crate) fn channel_not_understood() -> Failure {
    Failure::Protocol(
        Diagnosis::new(
            "channel-not-understood",
            "DingTalk's answer names no address and ticket of a WebSocket",
            "钉钉的应答中没有长连接的地址和票据",
        )
        .remedy(
            "check that api_base points to DingTalk and that no proxy on the way answers in its place",
            "请检查 api_base 是否指向钉钉，以及途中的代理是否替它作了应答",
        )
        .fact("api", channel::PATH),
    )
}

/// The old API's code for the same; its words are the same too.
const IP_NOT_ALLOWED: i64 = 60_020;

const SAME_AS_CONSOLE_EN: &str = "copy both callback_token and callback_aes_key again from DingTalk's developer console > your \
     application > Development Configuration (开发配置) > Event Subscription (事件订阅) > HTTP push (HTTP 推送); if they are right there, someone else is calling this address";
const SAME_AS_CONSOLE_ZH: &str = "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 > HTTP 推送 中重新复制 callback_token（签名 token）与 callback_aes_key（加密 aes_key）；如果无误，则是他人在调用该地址";

/// `HTTP 401 authFailed: 鉴权失败`, with as much as DingTalk said.
fn told(refusal: &Refusal) -> String {
    let Refusal { status, code, message, .. } = refusal;
    let words = [code, message].map(|text| cut(text, MAX_QUOTED_BYTES));
    let words = words.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    format!("HTTP {status} {words}").trim_end().to_owned()
}

fn with_facts(diagnosis: Diagnosis, refusal: &Refusal) -> Diagnosis {
    let Refusal { status, code, request_id, .. } = refusal;
    let facts =
        [("code", code), ("request_id", request_id)].into_iter().filter(|(_, value)| !value.is_empty());
    let diagnosis = diagnosis.fact("status", status.to_string()).fact("api", channel::PATH);
    facts.fold(diagnosis, |diagnosis, (name, value)| diagnosis.fact(name, cut(value, MAX_QUOTED_BYTES)))
}
