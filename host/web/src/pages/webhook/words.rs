//! The words of the page of webhooks.

rollcall_words::sentences! {
    fn title() { "Webhooks", "Webhook 通知" }
    fn add() { "Add a webhook", "添加 Webhook" }
    fn explained() {
        "A program of yours is told by a signed POST (Standard Webhooks) what happened here. It is told ids, states and counts, and nothing about people.",
        "发生以下情况时，系统会以签名的 POST 请求（Standard Webhooks）通知您的程序。内容只含编号、状态和数量，不含人员信息。"
    }
    fn url() { "Address", "地址" }
    fn url_help() { "https; or http on this machine, where that is allowed to be reached", "须为 https；允许访问本机时，本机地址可用 http" }
    fn proxy() { "Proxy (optional)", "代理（可选）" }
    fn proxy_help() { "http://, https:// or socks5://, without a password", "http://、https:// 或 socks5://，不含密码" }
    fn occasions() { "Tell it when", "通知时机" }
    fn run_ended() { "a run has ended", "同步任务结束" }
    fn run_held() { "a run waits for approval", "同步任务待确认" }
    fn source_stopped() { "a source was stopped", "身份源已停止" }
    fn url_wrong() { "This is no address that can be told. Leave out passwords and fragments.", "该地址无效，请勿包含密码或片段。" }
    fn url_open() { "Use https: only this machine itself may be told without encryption.", "请使用 https；只有本机地址可以不加密。" }
    fn url_private() { "This address is on this machine or in a private network. If it is meant to be told, start the program with --allow-private-addresses.", "该地址位于本机或私有网络。如果确实需要通知该地址，请在启动程序时使用 --allow-private-addresses。" }
    fn url_never() { "Nobody may be told at such an address.", "不允许通知此类地址。" }
    fn proxy_wrong() { "This is no proxy that can be used. Leave out the password.", "该代理无效，请勿包含密码。" }
    fn occasions_wrong() { "Choose at least one.", "请至少选择一项。" }
    fn too_many(n) { "There are {n} webhooks already. Delete one that nobody uses.", "已有 {n} 个 Webhook，请先删除不再使用的。" }
    fn added(url) { "{url} will be told. Its deliveries are signed with this secret:", "已添加 {url}。其通知使用以下密钥签名：" }
    fn secret_once() { "It is shown this once. Enter it in the program that receives the deliveries.", "该密钥仅显示这一次，请填入接收通知的程序。" }
    fn none() { "Nobody is told anything.", "尚未添加 Webhook。" }
    fn state() { "State", "状态" }
    fn last() { "Last attempt", "最近一次通知" }
    fn actions() { "Actions", "操作" }
    fn active() { "active", "启用" }
    fn paused() { "paused", "已暂停" }
    fn waiting(n) { "{n} waiting", "{n} 条待发送" }
    fn answered(status) { "answered with {status}", "返回 {status}" }
    fn not_allowed() { "not allowed", "不允许访问" }
    fn not_allowed_told() { "Its address must not be reached, so it was not told.", "该地址不允许访问，因此未通知。" }
    fn attempts(n) { "attempts: {n}", "已尝试 {n} 次" }
    fn again() { "again:", "下次尝试：" }
    fn never() { "not told yet", "尚未通知" }
    fn test() { "Send a test", "发送测试" }
    fn pause() { "Pause", "暂停" }
    fn resume() { "Resume", "恢复" }
    fn delete() { "Delete", "删除" }
    fn delete_question(url) { "Tell {url} nothing any more?", "确定不再通知 {url}？" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
