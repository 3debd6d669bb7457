//! What can be wrong with a configured source, in both languages, each at its place.
//!
//! Not here: what a connector says about its own settings.

use rollcall_host::egress::{InvalidCa, InvalidProxy, Reach};
use rollcall_host::error::GuestError;
use rollcall_host::follow::InvalidSchedule;
use rollcall_host::grant::{InvalidOrigin, Origin};
use rollcall_host::limits::MAX_JITTER;
use rollcall_host::model::Diagnosis;

use super::complaint::Complaint;
use super::pointers::PROXY_PASSWORD;
use super::trust::{Cleared, Why};

/// Where the origins are that an administrator confirmed.
pub(crate) const ALLOW: &str = "/egress/allow/";

fn at(pointer: &str, diagnosis: Diagnosis) -> Complaint {
    Complaint { pointer: pointer.to_owned(), diagnosis }
}

/// The name cannot be one.
pub(crate) fn name() -> Complaint {
    bad_name(
        "the name must be 1 to 64 lower-case letters, digits and hyphens, and not begin with a hyphen",
        "名称应为 1 到 64 个小写字母、数字或连字符，且不能以连字符开头",
    )
}

/// The name is what a page is called.
pub(crate) fn name_reserved() -> Complaint {
    bad_name("\"new\" is the address of a page; choose another name", "new 是页面地址的一部分，请换一个名称")
}

fn bad_name(english: &str, chinese: &str) -> Complaint {
    at("/name", Diagnosis::new("bad-source-name", english).in_chinese(chinese, ""))
}

/// The name is another source's.
pub(crate) fn name_taken() -> Complaint {
    let diagnosis = Diagnosis::new("source-named-twice", "another source has this name; choose another one")
        .in_chinese("已有同名的身份源，请换一个名称", "");
    at("/name", diagnosis)
}

/// The name would change.
pub(crate) fn name_stays() -> Complaint {
    let diagnosis = Diagnosis::new("source-name-stays", "the name of a source stays")
        .with_remedy("leave it out, or remove the source and add it under another name")
        .in_chinese("身份源的名称不能修改", "请不要填写名称，或移除该身份源后以其他名称重新添加");
    at("/name", diagnosis)
}

/// A number was wanted.
pub(crate) fn not_a_number(pointer: &str) -> Complaint {
    at(pointer, Diagnosis::new("not-a-number", "this must be a whole number").in_chinese("此项应为整数", ""))
}

/// JSON was wanted.
pub(crate) fn not_json(pointer: &str) -> Complaint {
    at(pointer, Diagnosis::new("not-json", "this must be JSON").in_chinese("此项应为 JSON", ""))
}

/// What becomes of departed people is none of the choices.
pub(crate) fn departed() -> Complaint {
    let diagnosis =
        Diagnosis::new("bad-departed", "choose what becomes of people who left: deactivate or delete")
            .in_chinese("请选择离职人员的处理方式：deactivate（停用）或 delete（删除）", "");
    at("/departed", diagnosis)
}

/// How names are told over SCIM is none of the choices.
pub(crate) fn scim_names() -> Complaint {
    let diagnosis =
        Diagnosis::new("bad-scim-names", "choose what becomes of whole names over SCIM: whole or split")
            .in_chinese("请选择 SCIM 中姓名的处理方式：whole（不拆分）或 split（拆分）", "");
    at("/scim/names", diagnosis)
}

/// What people log in as over SCIM is none of the choices.
pub(crate) fn scim_user_names() -> Complaint {
    let diagnosis =
        Diagnosis::new("bad-scim-user-names", "choose the user names over SCIM: plain or with-source")
            .in_chinese("请选择 SCIM 中的用户名：plain（原样）或 with-source（附加身份源名称）", "");
    at("/scim/user_names", diagnosis)
}

/// The proxy's URL is wrong.
pub(crate) fn proxy(invalid: &InvalidProxy) -> Complaint {
    let told = |english, chinese| Diagnosis::new("bad-proxy", english).in_chinese(chinese, "");
    let diagnosis = match invalid {
        InvalidProxy::NotAUrl => told(
            "the proxy must be a whole URL, such as http://proxy.example.com:3128",
            "代理应为完整的网址，例如 http://proxy.example.com:3128",
        ),
        InvalidProxy::Scheme => told(
            "the proxy's URL must begin with http://, https:// or socks5://",
            "代理网址应以 http://、https:// 或 socks5:// 开头",
        ),
        InvalidProxy::Path => told(
            "the proxy's URL must end after its port, without a path or a query",
            "代理网址应在端口号之后结束，不能带路径或查询参数",
        ),
        InvalidProxy::Credentials => proxy_with_password().diagnosis,
    };
    at("/egress/proxy/url", diagnosis)
}

/// The proxy's URL has a name in it, where its password would be shown.
pub(crate) fn proxy_with_password() -> Complaint {
    let diagnosis = Diagnosis::new(
        "password-in-proxy-url",
        "the proxy's name and password have fields of their own; leave them out of its URL",
    )
    .in_chinese("代理的用户名和密码请填写在各自的栏中，不要写在网址里", "");
    at("/egress/proxy/url", diagnosis)
}

/// There is a password and nobody whose it is.
pub(crate) fn password_alone() -> Complaint {
    let diagnosis = Diagnosis::new("password-alone", "a password needs a name to log in with")
        .in_chinese("填写密码时还需填写用户名", "");
    at("/egress/proxy/user", diagnosis)
}

/// There is a name or a password and no proxy.
pub(crate) fn proxy_missing() -> Complaint {
    let diagnosis = Diagnosis::new("proxy-missing", "a name or password is given without a proxy's URL")
        .in_chinese("填写了代理的用户名或密码，但没有填写代理网址", "");
    at("/egress/proxy/url", diagnosis)
}

/// The certificates cannot be used.
pub(crate) fn ca(invalid: &InvalidCa) -> Complaint {
    let chinese = match invalid {
        InvalidCa::NotPem(_) => "CA 证书不是 PEM 格式",
        InvalidCa::NoCertificate(_) => "其中没有可用的 CA 证书",
        InvalidCa::Unavailable(_) => "此环境无法使用 TLS",
    };
    let diagnosis = Diagnosis::new("ca-invalid", invalid.to_string())
        .with_remedy(
            "paste the authority's certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE",
        )
        .in_chinese(chinese, "请粘贴 PEM 格式的 CA 证书，从 BEGIN CERTIFICATE 到 END CERTIFICATE");
    at("/egress/ca", diagnosis)
}

/// A part of the schedule is wrong.
pub(crate) fn schedule(invalid: &InvalidSchedule) -> Complaint {
    let told = |pointer, english: &str, chinese: &str| {
        at(pointer, Diagnosis::new("bad-schedule", english).in_chinese(chinese, ""))
    };
    match invalid {
        InvalidSchedule::Never { .. } => told(
            "/schedule/cron",
            "no day is like that; check its day and its month",
            "没有任何一天符合该时间表，请检查其中的日和月",
        ),
        InvalidSchedule::TimeZone { .. } => told(
            "/schedule/time_zone",
            "there is no such time zone; write a name of the IANA database, such as Asia/Shanghai",
            "没有这个时区，请填写 IANA 时区名，例如 Asia/Shanghai",
        ),
        InvalidSchedule::Jitter { .. } => {
            let hours = MAX_JITTER.as_secs() / 3600;
            let english = format!("a run may begin at most {hours} hours later");
            told("/schedule/jitter", &english, &format!("随机延迟最多为 {hours} 小时"))
        }
        InvalidSchedule::Cron { .. } | _ => told(
            "/schedule/cron",
            "a schedule is a cron expression of five fields, minute, hour, day of month, month and day of week, such as \
             30 3 * * *",
            "应为五段的 cron 表达式：分、时、日、月、星期，例如 30 3 * * *",
        ),
    }
}

/// The connector asks for an origin that is none.
pub(crate) fn planned_origin(invalid: &InvalidOrigin) -> Complaint {
    let diagnosis =
        Diagnosis::new("origin-invalid", format!("the settings lead to an invalid address: {invalid}"))
            .with_remedy("check the addresses in the settings")
            .in_chinese("这些设置指向无效的地址", "请检查设置中的地址");
    at("/settings", diagnosis)
}

/// The same, among those that a program sent.
pub(crate) fn allowed_origin(place: usize) -> Complaint {
    at(&format!("{ALLOW}{place}"), origin())
}

/// Those of the origins that are named by an address that is out of reach, each at its place.
pub(crate) fn out_of_reach(reach: Reach, allow: &[Origin]) -> Vec<Complaint> {
    let refused = |(place, origin): (usize, &Origin)| {
        let refused = reach.admits(origin).err()?;
        Some(at(&format!("{ALLOW}{place}"), refused.diagnosis()))
    };
    allow.iter().enumerate().filter_map(refused).collect()
}

/// An origin that an administrator named is none.
pub(crate) fn origin() -> Diagnosis {
    let english = "an address must be https://host or https://host:port, without a path or a password";
    Diagnosis::new("origin-invalid", english)
        .in_chinese("地址应为 https://主机 或 https://主机:端口，不能带路径或密码", "")
}

/// The connector died over the settings.
pub(crate) fn connector_died(error: &GuestError) -> Complaint {
    at("/connector", died(error))
}

fn died(error: &GuestError) -> Diagnosis {
    Diagnosis::new("connector-died", format!("the connector failed as it read the settings: {error}"))
        .with_remedy("tell the connector's author")
        .in_chinese("连接器在读取设置时出错", "请联系连接器的作者")
}

/// No file among the connectors has this digest.
pub(crate) fn connector_missing(digest: &str) -> Complaint {
    let diagnosis =
        Diagnosis::new("connector-missing", "the connector's file is not among the connectors any more")
            .with_remedy("put the file back, or edit the source and choose another connector")
            .in_chinese("连接器文件夹中已没有该连接器的文件", "请放回该文件，或编辑身份源并选择其他连接器")
            .with_fact("digest", digest);
    at("/connector", diagnosis)
}

/// A program would have a source go where no person has allowed it to.
pub(crate) fn origin_needs_a_person(place: usize, origin: &Origin, page: &str) -> Complaint {
    let diagnosis = Diagnosis::new(
        "origin-needs-a-person",
        format!("a token cannot allow {origin}: a person confirms where a source may go"),
    )
    .with_remedy(format!(
        "leave it out; what the settings lead to is confirmed by a person at {page}, or allowed beforehand by whoever starts \
         the server, with --allow-origin {origin}"
    ))
    .in_chinese(
        format!("令牌不能允许访问 {origin}：身份源可以访问哪些地址须由人员确认"),
        format!("请不要填写该地址；设置所指向的地址由人员在 {page} 确认，或由启动服务的人员以 --allow-origin {origin} 预先允许"),
    )
    .with_fact("origin", origin.to_string());
    at(&format!("/egress/allow/{place}"), diagnosis)
}

/// A secret would go where it was not entered for.
pub(crate) fn enter_again(cleared: &Cleared) -> Complaint {
    let (english, chinese) = because(cleared, "it was", "它");
    let mut diagnosis = Diagnosis::new("secret-cleared", format!("enter it again: {english}"))
        .in_chinese(format!("请重新填写：{chinese}"), "");
    if cleared.why == Why::Connector {
        diagnosis =
            Diagnosis::new("secret-cleared", format!("enter it again, or confirm the new file: {english}"))
                .in_chinese(format!("请重新填写，或确认新的连接器文件：{chinese}"), "");
    }
    at(&cleared.pointer, diagnosis)
}

/// A source waits for secrets that were taken away.
pub(crate) fn waits_for_secrets(cleared: &[Cleared]) -> Diagnosis {
    let names: Vec<&str> =
        cleared.iter().map(|cleared| name_of(&cleared.pointer, "proxy password")).collect();
    let in_chinese: Vec<&str> = cleared.iter().map(|cleared| name_of(&cleared.pointer, "代理密码")).collect();
    let (english, chinese) =
        cleared.first().map(|first| because(first, "they were", "它们")).unwrap_or_default();
    let diagnosis = Diagnosis::new(
        "secret-cleared",
        format!("secrets must be entered again: {}; {english}", names.join(", ")),
    )
    .with_remedy("edit the source and enter them; until then nothing is asked of it")
    .in_chinese(
        format!("需要重新填写密钥：{}；{chinese}", in_chinese.join("、")),
        "请编辑该身份源并重新填写；在此之前不会访问该来源",
    );
    names.into_iter().fold(diagnosis, |diagnosis, name| diagnosis.with_fact("setting", name))
}

/// A secret as it is called in a sentence.
fn name_of<'a>(pointer: &'a str, proxy_password: &'a str) -> &'a str {
    if pointer == PROXY_PASSWORD { proxy_password } else { pointer.trim_start_matches("/settings/") }
}

/// Why a secret must be entered again, in English and Chinese. `was` and `it` begin.
fn because(cleared: &Cleared, was: &str, it: &str) -> (String, String) {
    let Cleared { why, was: before, would: now, .. } = cleared;
    let (english, chinese) = (before.join(", "), before.join("、"));
    let (then, then_chinese) = (now.join(", "), now.join("、"));
    match why {
        Why::Origin if before.is_empty() => (
            format!("where {was} sent is not known, and it would be sent to {then}"),
            format!("此前{it}发送到哪里已无法得知，修改后将发送到 {then_chinese}"),
        ),
        Why::Origin => (
            format!("{was} sent to {english} until now, and would be sent to {then}"),
            format!("此前{it}发送到 {chinese}，修改后将发送到 {then_chinese}"),
        ),
        Why::Proxy => {
            let through = |list: &str| {
                if list.is_empty() { "without a proxy".to_owned() } else { format!("through {list}") }
            };
            let by = |list: &str| {
                if list.is_empty() { "不经代理".to_owned() } else { format!("经由 {list} ") }
            };
            (
                format!("{was} sent {} until now, and would be sent {}", through(&english), through(&then)),
                format!("此前{it}{}发送，修改后将{}发送", by(&chinese), by(&then_chinese)),
            )
        }
        Why::Authority => (
            format!("{was} sent to whom other certificate authorities vouched for"),
            format!("{it}原来发送给由其他 CA 证书证明身份的对方"),
        ),
        Why::Connector => (
            format!(
                "{was} seen by connector file {} until now, and would be seen by {}",
                short(&english),
                short(&then)
            ),
            format!(
                "此前{it}对连接器文件 {} 可见，更换后将对 {} 可见",
                short(&chinese),
                short(&then_chinese)
            ),
        ),
    }
}

/// Enough of a digest to tell two files apart.
pub(crate) fn short(digest: &str) -> &str {
    digest.rsplit(':').next().and_then(|hex| hex.get(..12)).unwrap_or(digest)
}

/// The secrets were sealed with another key.
pub(crate) fn secrets_unreadable() -> Diagnosis {
    Diagnosis::new("secrets-unreadable", "the secrets of this source were sealed with another key")
        .with_remedy(
            "start the server with the key file that sealed them, or remove the source and add it again; what was imported stays",
        )
        .in_chinese(
            "该身份源的密钥类设置是用另一个密钥文件加密的",
            "请使用原来的密钥文件启动，或移除该身份源后重新添加，已导入的内容会保留",
        )
}

/// What was kept of a source cannot be read.
pub(crate) fn unreadable(why: &str) -> Diagnosis {
    Diagnosis::new("source-unreadable", format!("what is kept of this source cannot be read: {why}"))
        .with_remedy("remove it and add it again; what was imported stays")
        .in_chinese("该身份源保存的配置无法读取", "请移除后重新添加，已导入的内容会保留")
}

/// All that is wrong with a source in one diagnosis, for where there is no form.
pub(crate) fn all_of(mut complaints: Vec<Complaint>) -> Diagnosis {
    if complaints.len() == 1
        && let Some(only) = complaints.pop()
    {
        return only.diagnosis;
    }
    let list = |language: &str, between: &str| {
        let messages: Vec<&str> =
            complaints.iter().map(|complaint| complaint.diagnosis.localized(language).message).collect();
        messages.join(between)
    };
    let n = complaints.len();
    Diagnosis::new("settings-invalid", format!("{n} settings are wrong: {}", list("en", "; ")))
        .with_remedy("edit the source")
        .in_chinese(format!("有 {n} 项设置不正确：{}", list("zh-CN", "；")), "请编辑该身份源")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_that_is_out_of_reach_is_complained_about_at_its_place() {
        let allow = ["https://api.example", "http://10.0.0.1", "https://169.254.169.254"];
        let allow = allow.map(|origin| origin.parse().unwrap());
        let told = |reach: Reach| {
            let complaints = out_of_reach(reach, &allow);
            complaints.into_iter().map(|told| (told.pointer, told.diagnosis.code)).collect::<Vec<_>>()
        };
        let [private, metadata] = ["/egress/allow/1", "/egress/allow/2"]
            .map(|at| (at.to_owned(), "address-not-allowed".to_owned()));
        assert_eq!(told(Reach::Public), [private, metadata.clone()]);
        assert_eq!(told(Reach::Private), [metadata]);
    }
}
