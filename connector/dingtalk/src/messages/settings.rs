//! What is wrong with a setting. Its value is never repeated: a secret may have been pasted anywhere.

use rollcall_kit::Diagnosis;

pub(crate) fn not_an_object() -> Diagnosis {
    Diagnosis::new("settings-not-an-object", "the settings are not a JSON object", "配置不是 JSON 对象")
}

pub(crate) fn missing(name: &str) -> Diagnosis {
    Diagnosis::new("setting-missing", format!("setting {name:?} is missing"), format!("缺少配置项 {name:?}"))
        .remedy(where_en(name), where_zh(name))
}

pub(crate) fn not_a_text(name: &str) -> Diagnosis {
    wrong_type(name, "a text", "文本")
}

pub(crate) fn not_a_flag(name: &str) -> Diagnosis {
    wrong_type(name, "true or false", "true 或 false")
}

pub(crate) fn has_white_space(name: &str) -> Diagnosis {
    Diagnosis::new(
        "setting-has-white-space",
        format!("setting {name:?} contains white space or an invisible character"),
        format!("配置项 {name:?} 含有空格或不可见字符"),
    )
    .remedy("copy it again without what surrounds it", "请重新复制，不要带上前后的内容")
}

pub(crate) fn too_long(name: &str, max_chars: usize) -> Diagnosis {
    Diagnosis::new(
        "setting-too-long",
        format!("setting {name:?} is longer than {max_chars} characters"),
        format!("配置项 {name:?} 超过 {max_chars} 个字符"),
    )
    .remedy(where_en(name), where_zh(name))
}

pub(crate) fn not_a_rate(name: &str, max: u32) -> Diagnosis {
    Diagnosis::new(
        "setting-out-of-range",
        format!("setting {name:?} must be a whole number from 1 to {max}"),
        format!("配置项 {name:?} 必须是 1 到 {max} 之间的整数"),
    )
    .remedy(
        "use 15 with DingTalk's standard edition, and up to 40 or 60 with a larger one",
        "钉钉标准版建议填 15，更高版本可填至 40 或 60",
    )
}

pub(crate) fn not_an_origin(name: &str, default: &str) -> Diagnosis {
    Diagnosis::new(
        "setting-not-an-origin",
        format!(
            "setting {name:?} must be an https or http address of a host alone, without user, path or query"
        ),
        format!("配置项 {name:?} 必须是仅含主机的 https 或 http 地址，不能带用户名、路径或参数"),
    )
    .remedy(
        format!("leave it out, or write it like {default:?}"),
        format!("可以不填，或按 {default:?} 的形式填写"),
    )
}

pub(crate) fn not_an_origin_of_a_web_socket(name: &str) -> Diagnosis {
    Diagnosis::new(
        "setting-not-an-origin",
        format!(
            "setting {name:?} must be a wss or https address of a host alone, without user, path or query"
        ),
        format!("配置项 {name:?} 必须是仅含主机的 wss 或 https 地址，不能带用户名、路径或参数"),
    )
    .remedy(
        "leave it out, or write it like \"wss://stream.example.com\"",
        "可以不填，或按 \"wss://stream.example.com\" 的形式填写",
    )
}

pub(crate) fn not_a_way(name: &str) -> Diagnosis {
    wrong_type(name, r#""off", "http" or "stream""#, r#" "off"、"http" 或 "stream""#)
}

pub(crate) fn not_a_token_interface(name: &str) -> Diagnosis {
    wrong_type(name, r#""auto", "accessToken" or "gettoken""#, r#" "auto"、"accessToken" 或 "gettoken""#)
}

pub(crate) fn not_of_a_callback(name: &str) -> Diagnosis {
    let (en, zh) = match name {
        "callback_token" => ("3 to 32 letters and digits", "3 到 32 位字母和数字"),
        _ => ("43 letters and digits", "43 位字母和数字"),
    };
    wrong_type(name, en, zh).remedy(where_en(name), where_zh(name))
}

pub(crate) fn unknown(name: &str) -> Diagnosis {
    let name = crate::limits::cut(name, 64);
    Diagnosis::new(
        "setting-unknown",
        format!("setting {name:?} is not one of this connector's"),
        format!("该连接器没有名为 {name:?} 的配置项"),
    )
    .remedy(
        "remove it, or correct its name: corp_id, app_key, app_secret, details, person_details, account_status, leave_out_branches, requests_per_second, oapi_base, api_base, stream_base, token_interface, events, callback_token, callback_aes_key",
        "请删除或更正名称，可用的有：corp_id、app_key、app_secret、details、person_details、account_status、leave_out_branches、requests_per_second、oapi_base、api_base、stream_base、token_interface、events、callback_token、callback_aes_key",
    )
}

fn wrong_type(name: &str, en: &str, zh: &str) -> Diagnosis {
    Diagnosis::new(
        "setting-wrong-type",
        format!("setting {name:?} must be {en}"),
        format!("配置项 {name:?} 必须是{zh}"),
    )
}

fn where_en(name: &str) -> &'static str {
    match name {
        "corp_id" => "copy the CorpId from the home page of DingTalk's developer console, at the top right",
        "app_key" => {
            "copy the Client ID from developer console > your application > Credentials and Basic Information"
        }
        "app_secret" => {
            "copy the Client Secret from developer console > your application > Credentials and Basic Information"
        }
        "callback_token" | "callback_aes_key" => {
            "copy it from developer console > your application > Development Configuration > Event Subscription > HTTP push"
        }
        _ => "see the description of the setting",
    }
}

fn where_zh(name: &str) -> &'static str {
    match name {
        "corp_id" => "请从钉钉开发者后台首页右上角复制 CorpId",
        "app_key" => "请从开发者后台 > 您的应用 > 凭证与基础信息 复制 Client ID",
        "app_secret" => "请从开发者后台 > 您的应用 > 凭证与基础信息 复制 Client Secret",
        "callback_token" | "callback_aes_key" => {
            "请从开发者后台 > 您的应用 > 开发配置 > 事件订阅 > HTTP 推送 复制"
        }
        _ => "请参阅该配置项的说明",
    }
}
