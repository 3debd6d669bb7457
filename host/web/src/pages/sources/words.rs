//! What the pages of identity sources say.

rollcall_words::sentences! {
    // The list.
    fn sources() { "Identity sources", "身份源" }
    fn add_source() { "Add an identity source", "添加身份源" }
    fn no_sources() { "No identity source is connected yet. Add the first one: choose a connector, enter its settings, and check whether it works before anything is imported.", "还没有连接任何身份源。请添加第一个：选择连接器，填写设置，并在导入前检查是否可用。" }
    fn removed(name) { "Identity source {name} was removed. What was imported from it, and its history, stayed.", "已移除身份源 {name}。此前导入的内容和同步历史均已保留。" }
    fn column_source() { "Source", "身份源" }
    fn column_connector() { "Connector", "连接器" }
    fn column_state() { "State", "状态" }
    fn column_last_run() { "Last full import", "上次全量导入" }
    fn column_next_run() { "Next import", "下次导入" }
    fn column_events() { "Events", "事件" }
    fn column_run() { "Run", "任务" }
    fn column_kind() { "Kind", "类型" }
    fn column_started() { "Started", "开始时间" }
    fn column_took() { "Took", "用时" }
    fn column_changes() { "Changes", "变更" }
    fn never() { "never", "从未" }
    fn in_a_file() { "configured in a file", "在文件中配置" }
    fn in_the_console() { "in the console", "在控制台中配置" }
    fn events_none() { "none waiting", "无待处理" }
    fn events_waiting(n) { "{n} waiting", "{n} 个待处理" }
    fn events_failed(n) { "{n} failed", "{n} 个失败" }
    fn state_followed() { "followed", "同步中" }
    fn state_stopped() { "stopped", "已停止" }
    fn state_idle() { "not followed yet", "尚未开始同步" }
    fn state_unconfirmed() { "addresses to be confirmed", "待确认访问地址" }
    fn state_secrets_cleared() { "secret to be entered again", "需重新填写密钥" }
    fn state_broken() { "cannot be used", "无法使用" }
    fn schedule_paused() { "schedule paused", "定时导入已暂停" }
    fn held() { "changes wait for approval", "有变更待确认" }
    fn sees_less() { "sees less than before", "可见范围变小" }
    fn not_followed(n) { "not followed: {n}", "未跟随：{n}" }
    fn channel_off() { "no channel", "无长连接" }
    fn channel_connecting() { "connecting", "正在连接" }
    fn channel_connected() { "connected", "已连接" }
    fn channel_waiting() { "will connect again", "等待重连" }
    fn channel_refused() { "refused", "被拒绝" }
    fn channel_taken() { "taken by another source", "被其他身份源占用" }
    fn channel_closed() { "closed", "已关闭" }

    // Adding.
    fn choose_connector() { "Choose a connector", "选择连接器" }
    fn choose_connector_help() { "A connector knows one kind of source. It runs in a sandbox: it reaches only the addresses that you confirm, and no file of this server.", "每个连接器对应一种身份源。它在沙箱中运行，只能访问您确认过的地址，不能读取本服务器上的任何文件。" }
    fn no_connectors(folder) { "There is no connector yet. Upload one below, or put its .wasm file into {folder}.", "还没有连接器。请在下方上传，或把 .wasm 文件放入 {folder}。" }
    fn column_version() { "Version", "版本" }
    fn column_digest() { "Digest of the file", "文件摘要" }
    fn column_live() { "Changes", "变更" }
    fn is_live() { "as they happen, and by imports", "实时接收，并定期导入" }
    fn is_not_live() { "by imports", "定期导入" }
    fn use_connector() { "Use", "使用" }
    fn use_connector_named(name, version) { "Use {name} {version}", "使用{name} {version}" }
    fn unusable_files() { "Files that cannot be used", "无法使用的文件" }
    fn upload_connector() { "Upload a connector", "上传连接器" }
    fn upload_help(megabytes) { "The .wasm file that the connector's author published, at most {megabytes} MiB. It is inspected before it is kept, and known by its digest.", "连接器作者发布的 .wasm 文件，不超过 {megabytes} MiB。保存前会先检查，并以文件摘要标识。" }
    fn connector_file() { "File", "文件" }
    fn upload() { "Upload and inspect", "上传并检查" }
    fn connector() { "Connector", "连接器" }
    fn other_connector() { "Choose another one", "换一个" }
    fn imports(n) { "imports from the host: {n}", "使用的宿主接口（{n} 个）" }
    fn closed_imports(n) { "asked for by its toolchain and closed off: {n}", "由编译工具带入、已封闭的接口（{n} 个）" }
    fn add_named(name) { "Add {name}", "添加{name}" }
    fn save_and_check() { "Save and check", "保存并检查" }
    fn something_is_wrong(n) { "Nothing was saved. Entries that need another look: {n}.", "未保存：有 {n} 项需要修改。" }
    fn optional() { "(optional)", "（选填）" }
    fn the_source() { "The source", "身份源" }
    fn name() { "Name", "名称" }
    fn name_help() { "Lower-case letters, digits and hyphens, such as head-office. It cannot be changed later.", "小写字母、数字和连字符，例如 head-office。之后不能修改。" }
    fn settings() { "Settings", "设置" }
    fn rare_settings() { "Addresses, which are right as they are but for gateways and tests", "访问地址（除网关或测试外无需修改）" }
    fn secret_is_kept() { "A value is kept and never shown. Leave this empty to keep it, or enter another one to replace it.", "已保存，不会再显示。留空表示保留，填写新值则替换。" }
    fn secret_forget() { "There is to be no value: forget what was kept", "不需要该值：删除已保存的内容" }
    fn secret_again() { "Secrets are not sent back to the browser: enter this one again.", "密钥类内容不会回传到浏览器，请重新填写。" }
    fn egress() { "Way out of this server", "服务器出口" }
    fn proxy_url() { "Server export proxy", "服务器出口代理" }
    fn proxy_url_help() { "Everything of this source leaves through it, never around it: http://, https:// or socks5://, host and port. Leave empty to connect directly.", "该身份源的所有请求都经由它发出，绝不绕过：http://、https:// 或 socks5://，加主机和端口。留空表示直接连接。" }
    fn proxy_user() { "Proxy user name", "代理用户名" }
    fn proxy_password() { "Proxy password", "代理密码" }
    fn ca() { "Own certificate authority (PEM)", "自有 CA 证书（PEM）" }
    fn ca_help() { "Certificates to trust beside the usual ones, such as that of a proxy that inspects traffic.", "除常用证书外还需信任的证书，例如会解密流量的代理的证书。" }
    fn schedule() { "Schedule of full imports", "定时全量导入" }
    fn cron() { "Cron expression", "Cron 表达式" }
    fn cron_help() { "Minute, hour, day of month, month, day of week: \"30 3 * * *\" is every night at half past three, \"0 */4 * * *\" every four hours. Leave empty for no schedule.", "分、时、日、月、星期：“30 3 * * *”为每天凌晨三点半，“0 */4 * * *”为每四小时一次。留空表示不定时导入。" }
    fn time_zone() { "Time zone", "时区" }
    fn time_zone_help() { "A name of the IANA database, such as Asia/Shanghai; UTC if empty.", "IANA 时区名，例如 Asia/Shanghai；留空为 UTC。" }
    fn jitter() { "Random delay in minutes", "随机延迟（分钟）" }
    fn jitter_help() { "Each import begins up to so much later, so that not every source is asked at the same minute.", "每次导入最多推迟这么久，避免所有身份源在同一分钟被访问。" }
    fn next_run() { "The next import would be due at", "下次导入时间：" }
    fn departed() { "People who left the source", "离职人员" }
    fn departed_deactivate() { "Deactivate them, and keep what is known of them", "停用并保留其信息" }
    fn departed_delete() { "Delete them", "删除" }
    fn scim() { "For programs that read over SCIM", "供 SCIM 程序读取" }
    fn scim_names() { "Names", "姓名" }
    fn scim_names_help() { "A source tells names as a whole. Some programs want family and given name apart. What cannot be divided for sure stays whole.", "身份源提供的是完整姓名，而有些程序需要分开的姓和名。无法确定如何拆分的姓名保持完整。" }
    fn scim_names_whole() { "The whole name is the family name", "完整姓名作为姓" }
    fn scim_names_split() { "Divide Chinese names behind the surname", "按姓氏拆分中文姓名" }
    fn scim_user_names() { "User names", "用户名" }
    fn scim_user_names_help() { "People of two sources may have the same user name. With the source's name behind it, such as zhangsan@head-office, it is theirs alone; or give the program the SCIM address of this source.", "不同身份源的人员可能有相同的用户名。附加身份源名称（例如 zhangsan@head-office）可避免重复；也可以让程序使用该身份源的 SCIM 地址。" }
    fn scim_user_names_plain() { "As the source says", "与身份源一致" }
    fn scim_user_names_with_source() { "With the source's name behind it", "附加身份源名称" }
    fn scim_address() { "SCIM address of this source", "该身份源的 SCIM 地址" }

    // Editing.
    fn edit_source() { "Edit the source", "编辑身份源" }
    fn edit_followed() { "The source is followed. Saving stops it, with whatever is under way, and follows it again with the new settings.", "该身份源正在同步。保存时会先停止正在进行的任务，再按新设置继续同步。" }
    fn change_connector() { "Change", "更换" }
    fn secret_moves() { "A secret goes only where it was entered for. Change an address, the proxy or the CA certificates, and it must be entered again.", "密钥只会发送到填写时所确定的去处。修改访问地址、代理或 CA 证书后，需要重新填写。" }
    fn enter_secrets() { "Enter it again", "重新填写" }
    fn new_file() { "Another file of the connector", "更换连接器文件" }
    fn file_before() { "Until now", "此前" }
    fn file_after() { "From now on", "更换后" }
    fn file_sees() { "It will be given the settings below. Of the secrets it will see these:", "新文件将获得以下设置，并能看到这些密钥：" }
    fn file_seals(names) { "Without seeing them, it goes on using: {names}.", "以下密钥它可以继续使用，但看不到内容：{names}。" }
    fn file_confirm(digest) { "I have looked at this file ({digest}), and it may see them. Otherwise enter them again below.", "我已核对该文件（{digest}），允许它看到这些密钥。否则请在下方重新填写。" }

    // Origins.
    fn origins() { "Addresses it may talk to", "允许访问的地址" }
    fn origins_help() { "With these settings, the source's connector asks to reach the addresses below. It can reach no others.", "按照这些设置，连接器请求访问以下地址。除此之外它不能访问任何地址。" }
    fn origin_needed() { "needed", "需要" }
    fn origin_optional() { "The connector works without it, with less.", "没有它连接器也能工作，但功能较少。" }
    fn origin_confirmed() { "confirmed", "已确认" }
    fn origin_unencrypted() { "not encrypted: whoever is on the way can read everything, secrets included", "未加密：途经的任何人都能读到全部内容，包括密钥" }
    fn origins_more() { "Further addresses", "其他地址" }
    fn origins_more_help() { "One a line, such as https://files.example.com; only for a source that redirects elsewhere.", "每行一个，例如 https://files.example.com；仅在来源会重定向到别处时需要。" }
    fn origins_more_secrets(names) { "The connector could send there what it sees, so these secrets must be entered again when an address is added: {names}.", "连接器可能会把它能看到的内容发送到这些地址，因此添加地址后需要重新填写：{names}。" }
    fn confirm_and_check() { "Confirm and check", "确认并检查" }

    // The checklist.
    fn checklist() { "Check", "检查" }
    fn checking() { "The source is being checked. This takes some seconds.", "正在检查该身份源，需要几秒钟。" }
    fn check_none() { "The source was not checked since it was last changed.", "自上次修改以来尚未检查。" }
    fn check_passed() { "Nothing stands in the way of an import.", "检查通过，可以导入。" }
    fn check_failed() { "Something must be mended before an import.", "存在问题，请先解决再导入。" }
    fn checked_at() { "Checked", "检查时间" }
    fn standing_passed() { "passed", "通过" }
    fn standing_warning() { "look", "注意" }
    fn standing_failed() { "failed", "未通过" }
    fn standing_skipped() { "skipped", "已跳过" }
    fn check_again() { "Check again", "重新检查" }
    fn change_settings() { "Change settings", "修改设置" }
    fn import_organisation() { "Import organisation", "导入组织架构" }
    fn import_explained() { "Imports everything now, and follows the source from then on: by its schedule, and by whatever changes it tells of.", "立即导入全部内容，并从此持续同步：按时间表定期导入，并接收来源推送的变更。" }

    // The overview.
    fn idle_explained() { "Nothing is imported from this source by itself yet. Check it, look at a preview if you like, then import the organisation: from then on it is followed.", "该身份源尚不会自动导入。请先检查，可先预览，然后导入组织架构，之后会持续同步。" }
    fn unconfirmed_explained() { "The settings lead to addresses that nobody has confirmed yet. Until then nothing is asked of the source.", "设置中有尚未确认的访问地址。确认之前不会访问该来源。" }
    fn confirm_origins() { "Look at the addresses", "查看并确认地址" }
    fn stopped_since() { "Stopped since", "停止时间：" }
    fn resume() { "Resume following", "恢复同步" }
    fn paused_explained() { "The schedule is paused. What the source tells of is followed all the same.", "定时导入已暂停，来源推送的变更仍会处理。" }
    fn held_explained() { "More would have left at once than is usual, or values may be gone. Everything stays until an administrator decides.", "一次离开的数量异常，或某些值可能已清空。在管理员确认之前一切保持不变。" }
    fn look_at_run(run) { "Look at run {run}", "查看任务 {run}" }
    fn asked() { "What you asked for begins in a moment: the source is busy, or its channel is still being opened.", "您的请求稍后开始：该身份源正忙，或推送通道正在建立。" }
    fn asked_in_vain() { "What was last asked of this source could not be done.", "上次对该身份源的请求未能执行。" }
    fn under_way() { "Under way", "正在进行" }
    fn read_so_far(n) { "{n} read", "已读取 {n}" }
    fn cancel_run() { "Cancel", "取消" }
    fn cancel_question() { "Stop this run? What was applied until now stays.", "要停止此任务吗？已生效的变更会保留。" }
    fn people() { "People", "人员" }
    fn departments() { "Departments", "部门" }
    fn departed_people() { "Departed, kept", "离职（已保留）" }
    fn facts() { "How it is followed", "同步方式" }
    fn channel() { "Channel", "长连接" }
    fn since() { "since", "自" }
    fn schedule_none() { "none", "未设置" }
    fn schedule_is(cron, zone) { "{cron} ({zone})", "{cron}（时区 {zone}）" }
    fn schedule_jitter(minutes) { ", up to {minutes} min later", "，最多推迟 {minutes} 分钟" }
    fn configured() { "Configured", "配置位置" }
    fn in_its_file() { "in a file; it is changed there", "在文件中，只能在该文件中修改" }
    fn granted_origins() { "May talk to", "可访问" }
    fn proxy() { "Proxy", "代理" }
    fn directly() { "none, directly", "无，直接连接" }
    fn last_runs() { "Last runs", "最近任务" }
    fn all_runs() { "All runs", "全部任务" }
    fn no_runs() { "Nothing was run yet.", "还没有任务。" }
    fn rehearsal() { "preview", "预览" }
    fn n_created(n) { "{n} new", "新增 {n}" }
    fn n_updated(n) { "{n} changed", "更新 {n}" }
    fn n_departed(n) { "{n} left", "离职 {n}" }
    fn n_refused(n) { "{n} refused", "被拒绝 {n}" }
    fn no_changes() { "no changes", "无变更" }
    fn actions() { "What you can do", "操作" }
    fn import_now() { "Import now", "立即导入" }
    fn preview() { "Preview an import", "预览导入" }
    fn check() { "Check", "检查" }
    fn edit() { "Edit", "编辑" }
    fn pause() { "Pause the schedule", "暂停定时导入" }
    fn resume_schedule() { "Resume the schedule", "恢复定时导入" }
    fn unfollow() { "Stop following", "停止同步" }
    fn unfollow_question() { "Stop following this source? Nothing is imported from it any more until somebody imports it again. What was imported stays.", "要停止同步该身份源吗？在再次导入之前不会再从它导入任何内容，已导入的内容会保留。" }
    fn remove() { "Remove", "移除" }

    // Removing.
    fn remove_source() { "Remove the source", "移除身份源" }
    fn remove_explained() { "The source is not followed any more, and its settings and secrets are forgotten. People and departments that were imported from it stay as they are, and so does its history. A source that is added under the same name later takes them up again.", "将停止同步，并删除其设置和密钥。已导入的人员、部门和同步历史都会保留。之后以相同名称添加的身份源会继续使用它们。" }
    fn remove_name() { "To remove it, enter its name: ", "请输入名称以确认移除：" }
    fn remove_name_wrong() { "This is not the name of the source.", "名称不一致。" }
    fn keep_source() { "Keep it", "保留" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
