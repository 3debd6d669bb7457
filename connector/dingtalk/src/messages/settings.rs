//! What is wrong with a setting. Its value is never repeated: a secret may have been pasted anywhere.

use crate::codes;
use rollcall_kit::{Diagnosis, Text};

pub(crate) fn missing(name: &str) -> Diagnosis {
    codes::setting_missing(name, Text::new(where_en(name), where_zh(name)))
}

pub(crate) fn not_a_text(name: &str) -> Diagnosis {
    wrong_type(name, "a text", "文本")
}

pub(crate) fn not_a_flag(name: &str) -> Diagnosis {
    wrong_type(name, "true or false", "true 或 false")
}

pub(crate) fn too_long(name: &str, max_chars: usize) -> Diagnosis {
    codes::setting_too_long(name, max_chars, Text::new(where_en(name), where_zh(name)))
}

pub(crate) fn not_an_origin(name: &str, default: &str) -> Diagnosis {
    codes::setting_not_an_origin(name, Text::new("an https or http", "https 或 http"), default)
}

pub(crate) fn not_an_origin_of_a_web_socket(name: &str) -> Diagnosis {
    codes::setting_not_an_origin(
        name,
        Text::new("a wss or https", "wss 或 https"),
        "wss://stream.example.com",
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
    codes::setting_unknown(name)
}

fn wrong_type(name: &str, en: &str, zh: &str) -> Diagnosis {
    codes::setting_wrong_type(name, Text::new(en, zh))
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
