//! The words of set-up, log-in and settings.

use rollcall_words::Sentence;

rollcall_words::sentences! {
    // Log-in and set-up.
    fn name() { "Name", "用户名" }
    fn password() { "Password", "密码" }
    fn password_again() { "Password again", "再次输入密码" }
    fn log_in() { "Log in", "登录" }
    fn wrong_name_or_password() { "Name or password is wrong.", "用户名或密码不正确。" }
    fn too_many_tries(seconds) { "Too many tries. Wait {seconds} s, then try again.", "尝试次数过多，请等待 {seconds} 秒后再试。" }
    fn no_account_yet() { "There is no account yet. Open the set-up link that the program printed when it was started.", "尚未创建账号。请打开程序启动时打印的初始化链接。" }
    fn set_up() { "Set up Rollcall", "初始化 Rollcall" }
    fn set_up_explained() { "Choose the name and password of the administrator. This link is good once.", "请设置管理员的用户名和密码。此链接只能使用一次。" }
    fn create_account() { "Create account", "创建账号" }
    fn name_not_possible(n) { "A name has 1 to {n} characters, and no line breaks.", "名称须为 1 至 {n} 个字符，且不含换行。" }
    fn password_help(n) { "At least {n} characters. A sentence of your own is good; digits and marks are not needed.", "至少 {n} 个字符。建议使用自己编的一句话，不要求包含数字或符号。" }

    // Settings.
    fn settings() { "Settings", "设置" }
    fn account() { "Account", "账号" }
    fn tokens() { "API tokens", "API 令牌" }
    fn webhooks() { "Webhooks", "Webhook 通知" }
    fn audit_log() { "Audit log", "审计日志" }

    // The account.
    fn change_password() { "Change password", "修改密码" }
    fn current_password() { "Present password", "当前密码" }
    fn new_password() { "New password", "新密码" }
    fn wrong_current_password() { "This is not the present password.", "当前密码不正确。" }
    fn password_not_changed() { "The password was not changed.", "密码未修改。" }
    fn sessions() { "Sessions", "会话" }
    fn sessions_explained() { "Where you are logged in. A session ends after 12 hours without use, and after 7 days in any case. A new password ends all others.", "您当前的登录会话。会话在 12 小时未使用或登录满 7 天后失效；修改密码会结束其他所有会话。" }
    fn browser() { "Browser", "浏览器" }
    fn unknown_browser() { "unknown", "未知" }
    fn address() { "Address", "地址" }
    fn logged_in_at() { "Logged in", "登录时间" }
    fn seen_at() { "Last used", "最近使用" }
    fn this_session() { "this session", "当前会话" }
    fn end_session() { "End session", "结束会话" }
    fn end_other_sessions() { "End all other sessions", "结束其他所有会话" }

    // Tokens.
    fn create_token() { "Create token", "创建令牌" }
    fn no_tokens() { "There are no tokens. A program needs one to use the HTTP API or SCIM.", "暂无令牌。程序需要令牌才能使用 HTTP API 或 SCIM。" }
    fn token_name() { "Name", "名称" }
    fn token_name_help() { "Which program uses it.", "使用该令牌的程序。" }
    fn token_created(name) { "The token {name} was created.", "令牌 {name} 已创建。" }
    fn token_shown_once() { "Copy it now: it is not kept, and not shown again.", "请立即复制：系统不保存令牌内容，此后无法再次查看。" }
    fn scope() { "May", "权限" }
    fn scope_read() { "read", "只读" }
    fn scope_manage() { "read and manage", "读取和管理" }
    fn token_sources() { "Sources", "身份源" }
    fn token_sources_help() { "Tick some to let the program read these alone, and over SCIM alone. Tick none for all of them.", "勾选后，程序只能读取所选身份源，且只能通过 SCIM 读取；不勾选表示全部。" }
    fn token_for_some_sources_only_reads() { "A token for some sources can only read. Choose \"read\", or tick no source.", "限定身份源的令牌只能读取。请选择“只读”，或不勾选任何身份源。" }
    fn all_sources() { "all", "全部" }
    fn good_for() { "Good for", "有效期" }
    fn days(n) { "{n} days", "{n} 天" }
    fn always() { "always, until it is revoked", "永久，直至吊销" }
    fn never() { "never", "永不" }
    fn state() { "State", "状态" }
    fn created() { "Created", "创建时间" }
    fn by(name) { "by {name}", "创建者：{name}" }
    fn expires() { "Expires", "到期时间" }
    fn used_at() { "Last used", "最近使用" }
    fn actions() { "Actions", "操作" }
    fn token_valid() { "valid", "有效" }
    fn token_revoked() { "revoked", "已吊销" }
    fn token_expired() { "expired", "已过期" }
    fn revoke() { "Revoke", "吊销" }
    fn revoke_question(name) { "Revoke the token {name}? Programs that use it are refused from then on.", "确定吊销令牌 {name} 吗？使用它的程序将立即被拒绝。" }

    // The audit log.
    fn audit_explained(days) { "What people and programs did here, log-ins included. Entries are kept for {days} days.", "人员和程序在此执行的操作，包括登录。记录保留 {days} 天。" }
    fn no_entries() { "There is no entry like this.", "没有符合条件的记录。" }
    fn when() { "When", "时间" }
    fn who() { "Who", "操作者" }
    fn action() { "Action", "操作" }
    fn subject() { "To what", "对象" }
    fn detail() { "Detail", "详情" }
    fn from_where() { "From", "来源地址" }
    fn by_session() { "browser", "浏览器" }
    fn by_token() { "token", "令牌" }
    fn by_setup() { "set-up link", "初始化链接" }
    fn newest() { "Newest", "最新" }
    fn older() { "Older", "更早" }

    // What was done.
    fn account_created() { "account created", "创建账号" }
    fn logged_in() { "logged in", "登录" }
    fn login_failed() { "log-in failed", "登录失败" }
    fn logged_out() { "logged out", "退出登录" }
    fn password_changed() { "password changed", "修改密码" }
    fn password_change_failed() { "wrong present password", "修改密码时当前密码错误" }
    fn session_ended() { "session ended", "结束会话" }
    fn other_sessions_ended() { "other sessions ended", "结束其他会话" }
    fn token_was_created() { "token created", "创建令牌" }
    fn token_was_revoked() { "token revoked", "吊销令牌" }
    fn connector_added() { "connector added", "添加连接器" }
    fn source_added() { "source added", "添加身份源" }
    fn source_changed() { "source changed", "修改身份源" }
    fn source_removed() { "source removed", "移除身份源" }
    fn source_checked() { "source checked", "检查身份源" }
    fn source_origins_confirmed() { "granted origins confirmed", "确认允许访问的地址" }
    fn source_unfollowed() { "source no longer followed", "停止跟随身份源" }
    fn preview_started() { "preview started", "开始预览" }
    fn import_started() { "import started", "开始导入" }
    fn schedule_paused() { "schedule paused", "暂停计划" }
    fn schedule_resumed() { "schedule resumed", "恢复计划" }
    fn source_asked() { "asked at the source", "向身份源查询" }
    fn source_resumed() { "source resumed", "恢复身份源" }
    fn events_retried() { "events retried", "重试事件" }
    fn run_cancelled() { "run cancelled", "取消任务" }
    fn run_retried() { "run retried", "重试任务" }
    fn source_paused() { "source paused", "暂停身份源" }
    fn run_started() { "run started", "启动任务" }
    fn objects_refreshed() { "objects read again", "刷新指定对象" }
    fn run_undone() { "run undone", "撤销任务" }
    fn webhook_added() { "webhook added", "添加 Webhook" }
    fn webhook_tested() { "webhook tested", "测试 Webhook" }
    fn webhook_paused() { "webhook paused", "暂停 Webhook" }
    fn webhook_resumed() { "webhook resumed", "恢复 Webhook" }
    fn webhook_deleted() { "webhook deleted", "删除 Webhook" }
    fn run_approved() { "held changes approved", "确认待处理变更" }
    fn run_declined() { "held changes declined", "拒绝待处理变更" }
}

/// Says something.
type Words = fn() -> Sentence;

/// Every action of the audit log, by its word there.
pub(crate) const ACTIONS: &[(&str, Words)] = &[
    ("account-created", account_created),
    ("logged-in", logged_in),
    ("login-failed", login_failed),
    ("logged-out", logged_out),
    ("password-changed", password_changed),
    ("password-change-failed", password_change_failed),
    ("session-ended", session_ended),
    ("other-sessions-ended", other_sessions_ended),
    ("token-created", token_was_created),
    ("token-revoked", token_was_revoked),
    ("connector-added", connector_added),
    ("source-added", source_added),
    ("source-changed", source_changed),
    ("source-removed", source_removed),
    ("source-checked", source_checked),
    ("source-origins-confirmed", source_origins_confirmed),
    ("source-unfollowed", source_unfollowed),
    ("preview-started", preview_started),
    ("import-started", import_started),
    ("schedule-paused", schedule_paused),
    ("schedule-resumed", schedule_resumed),
    ("source-asked", source_asked),
    ("source-resumed", source_resumed),
    ("events-retried", events_retried),
    ("run-cancelled", run_cancelled),
    ("run-retried", run_retried),
    ("run-approved", run_approved),
    ("run-declined", run_declined),
    ("source-paused", source_paused),
    ("run-started", run_started),
    ("objects-refreshed", objects_refreshed),
    ("run-undone", run_undone),
    ("webhook-added", webhook_added),
    ("webhook-tested", webhook_tested),
    ("webhook-paused", webhook_paused),
    ("webhook-resumed", webhook_resumed),
    ("webhook-deleted", webhook_deleted),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
