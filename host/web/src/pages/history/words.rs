//! What the pages about runs say.

rollcall_words::sentences! {
    // The list.
    fn run() { "Run", "任务" }
    fn source() { "Source", "身份源" }
    fn state() { "State", "状态" }
    fn kind() { "What", "内容" }
    fn trigger() { "Started", "触发方式" }
    fn started() { "When", "开始时间" }
    fn took(time) { "Took {time}", "耗时 {time}" }
    fn so_far(time) { "{time} so far", "已用时 {time}" }
    fn drift() { "Missed by events", "事件遗漏" }
    fn drift_help() {
        "What a full import by schedule had to change although events should have brought it",
        "定时全量导入时才发现的变更，本应由事件带来"
    }
    fn dry_run() { "preview", "预览" }
    fn only_dry_runs() { "previews alone", "仅预览" }
    fn no_dry_runs() { "no previews", "不含预览" }
    fn clear_filter() { "Clear the filter", "清除筛选" }
    fn no_runs() { "Nothing was imported yet.", "尚无同步记录。" }
    fn no_such_runs() { "No run is like this.", "没有符合条件的同步记录。" }

    // What is counted.
    fn read() { "read", "读取" }
    fn created() { "created", "新增" }
    fn updated() { "updated", "更新" }
    fn unchanged() { "unchanged", "无变化" }
    fn skipped() { "left out", "跳过" }
    fn rejected() { "refused", "被拒绝" }
    fn departed() { "departed", "离开" }
    fn deactivated() { "deactivated", "停用" }
    fn deleted() { "deleted", "删除" }
    fn kept() { "kept", "保留" }
    fn held() { "waiting for a person", "待确认" }
    fn counts_not_yet() {
        "What turns out to be unchanged is counted when the import ends, so these do not add up yet.",
        "无变化的对象在导入结束时才计数，因此目前各项之和还不等于读取数。"
    }
    fn counts_cut_short(n) {
        "Objects that had been read and were not dealt with any more when it ended: {n}. The next import reads them again.",
        "结束时有 {n} 个对象已读取但尚未处理，下次导入会重新读取。"
    }
    fn counts_off(read, sum) {
        "The connector says that it read {read}, but {sum} were accounted for. Nothing was lost by that; please tell the \
         connector's author.",
        "连接器报告读取 {read} 个，而各项结果合计 {sum} 个。数据没有丢失；请将此情况告知连接器的作者。"
    }
    fn drift_told(n) {
        "Changes that had not come by events and were found only now: {n}.",
        "有 {n} 项变更没有通过事件到达，这次才被发现。"
    }

    // One run.
    fn run_title(run, source) { "Run {run} of {source}", "{source} 的第 {run} 次同步" }
    fn connector() { "Connector", "连接器" }
    fn dry_run_told() {
        "This was a preview: it shows what an import would do, and nothing was written.",
        "这是一次预览：只显示导入将会做什么，没有写入任何数据。"
    }
    fn interrupted() {
        "The program ended or was killed while this was under way. What was applied until then stays; the next import \
         does the rest.",
        "任务进行中程序退出或被终止。此前已写入的内容予以保留，其余将在下次导入时完成。"
    }
    fn starting() { "starting", "正在启动" }
    fn stage_reading() { "reading", "读取中" }
    fn stage_confirming() { "confirming departures", "确认离开" }
    fn stage_removing() { "removing", "处理离开" }
    fn stage_undoing() { "undoing", "撤销中" }
    fn came_to(stage) { "It had come as far as {stage}.", "已进行到：{stage}。" }
    fn steps_of(stage, done, total) { "{stage}: step {done} of {total}", "{stage}：已完成 {done} 步，共 {total} 步" }
    fn steps_so_far(stage, done) { "{stage}, steps so far: {done}", "{stage}：已完成 {done} 步" }
    fn objects_of(stage, done, total) { "{stage}, objects: {done} of {total}", "{stage}：已完成 {done} 个对象，共 {total} 个" }
    fn objects_so_far(stage, done) { "{stage}, objects so far: {done}", "{stage}：已完成 {done} 个对象" }
    fn less_than_a_minute_left() { "less than a minute left", "剩余不到 1 分钟" }
    fn minutes_left(n) { "about {n} min left", "剩余约 {n} 分钟" }
    fn hours_left(h, m) { "about {h} h {m} min left", "剩余约 {h} 小时 {m} 分钟" }
    fn events_of_run() { "Events", "事件" }

    // What can be done about it.
    fn cancel_run() { "Cancel", "取消任务" }
    fn cancel_question() {
        "Cancel this run? What it has applied by now stays.",
        "确定取消该任务？已写入的内容会保留。"
    }
    fn import_again() { "Import again", "重新导入" }
    fn import_as_planned() { "Import now as this plan says", "按此计划立即导入" }
    fn retry_failed() { "Read what failed again", "重试失败的对象" }
    fn refresh_as_planned() { "Do this now", "立即执行" }
    fn undo_as_planned() { "Undo now as this plan says", "按此计划立即撤销" }
    fn not_put_back(n) { "Objects that stay as they are: {n}. They were changed since, or what they were is not recorded. Each is named below, in the", "有 {n} 个对象保持不变：之后又有变更，或没有记录它们之前的内容。详见下方" }
    fn undo_again() { "Undo again", "重新撤销" }
    fn undo() { "Undo…", "撤销…" }
    fn would_be_held() {
        "This import would be held: nothing of what waits below would happen before a person confirms it.",
        "此次导入将会待确认：在人工确认之前，以下待确认的变更都不会执行。"
    }
    fn held_waits() {
        "Something waits for a person: departures of too many at once, values that may be gone, or what the application no longer \
         sees. Until then all of that stays.",
        "有变更等待人工确认：一次离开的数量过多、某些值可能已清空，或应用可见范围变小。在此之前这些内容保持不变。"
    }
    fn identities_wait() {
        "Ids that belong to somebody else at the source now wait for a person, because they are too many. Until then nothing of \
         them is changed.",
        "身份源中有许多 ID 现在属于别人，数量过多，等待人工确认，在此之前不做任何改动。"
    }
    fn look_and_approve() { "Look at them and decide", "查看并作出决定" }

    // Approval.
    fn approve_title() { "Decide about what waits", "处理待确认的变更" }
    fn amount(n, kind, action) { "{n} × {kind}: {action}", "{n} 个{kind}：{action}" }
    fn approve_what(told) { "As the source was read: {told}.", "按来源的读取结果：{told}。" }
    fn approve_more() {
        "To approve them reads everything once more.",
        "确认后会重新读取全部数据。"
    }
    fn proof() { "What it can show for itself", "运行依据" }
    fn approve_scope_told() {
        "From then on what the application sees now is what it is expected to see, and whoever is in a department out of its \
         sight leaves that department. Whoever is out of its sight altogether stays.",
        "确认后，即以应用当前的可见范围为准：成员将移出不再可见的部门；完全不可见的成员保持不变。"
    }
    fn approve_scope() { "Go on with what it sees now", "以当前可见范围继续" }
    fn approve_told() {
        "The source is asked about each of them once more, and who or what is back there stays.",
        "确认后会再次向身份源逐一查询；仍在身份源中的对象和值会保留。"
    }
    fn identities_what() {
        "These ids belong to somebody else at the source now:",
        "以下 ID 在身份源中现在属于别人："
    }
    fn same_people_told() {
        "If they are the same people under new ids, as after a move to enterprise accounts: they go on with all they have.",
        "如果是同一批人换了身份标识（例如迁移到企业账号）：保留其全部信息。"
    }
    fn same_people() { "They are the same people", "是同一批人" }
    fn other_people_told() {
        "If they are other people, to whom the source gave the ids of those who left: who was there leaves, whoever came joins, \
         and nothing is inherited.",
        "如果是另一批人，身份源把离职人员的 ID 给了他们：原来的人离开，新来的人加入，不继承任何信息。"
    }
    fn other_people() { "They are other people", "是另一批人" }
    fn approve() { "Ask again and apply", "再次查询并执行" }
    fn decline_title() { "If it is not right", "如果情况不对" }
    fn decline_told() {
        "Decline it, all of it or what you ticked: it stops waiting and stays as it is, and as long as the source says the same \
         nobody is asked again, for 90 days at most. Of more than can be listed one by one, the next import asks again.",
        "请拒绝全部或所勾选的变更：不再等待确认并保持不变；只要来源的情况不变，最长 90 天内不再询问。超过可逐一列出的数量时，下次导入会重新询问。"
    }
    fn reason() { "Why (whoever looks later reads it)", "原因（供日后查看的人阅读）" }
    fn decline() { "Decline", "拒绝" }
    fn about_what() {
        "You decide about all of it, or, once you tick any in the list, about those alone.",
        "如未勾选，决定适用于全部；如在列表中勾选，则仅适用于所勾选的。"
    }
    fn n_ticked() { "Ticked:", "已勾选：" }
    fn your_answer() { "If it is right", "如果情况属实" }
    fn tick(name) { "Choose {name}", "选择 {name}" }
    fn type_to_approve(n) {
        "Type how many objects would be removed: {n}, or, of what you ticked, how many would leave",
        "请输入将要移除的对象数量：全部为 {n}；如有勾选，请输入其中将离开的数量"
    }
    fn type_by_answer(same, other) {
        "Type how many objects would be removed: {same} if they are the same people, {other} if they are other people",
        "请输入将要移除的对象数量：如果是同一批人为 {same}，如果是另一批人为 {other}"
    }
    fn type_what_is_ticked() { "Type how many of those you ticked would leave", "请输入所勾选的对象中将离开的数量" }
    fn type_to_undo(n) { "Type how many objects would be removed: {n}", "请输入将要移除的对象数量：{n}" }
    fn by_department() { "By department:", "按部门：" }
    fn more_departments(n) { "and {n} more", "另有 {n} 个部门" }
    fn decide_until() { "It may be decided about until", "可作出决定的截止时间：" }
    fn all_decided() {
        "Everything of this run is decided. What was declined may be done after all: tick it in the list.",
        "该任务的待确认内容均已作出决定。已拒绝的变更如仍需执行，请在列表中勾选。"
    }
    fn approved_by(by, n) { "Approved by {by}: {n}", "{by} 已批准 {n} 项变更" }
    fn approved_whole_by(by) { "Approved by {by}, as a whole", "{by} 已整体批准" }
    fn declined_by(by, n) { "Declined by {by}: {n}", "{by} 已拒绝 {n} 项变更" }
    fn declined_whole_by(by) { "Declined by {by}, as a whole", "{by} 已整体拒绝" }
    fn is_approved() { "approved", "已批准" }
    fn is_declined() { "declined", "已拒绝" }
    fn decide_after_all() { "Look at them again", "再次查看" }
    fn nothing_waits() { "Nothing of this run waits for approval any more.", "该任务已没有待确认的内容。" }
    fn back_to_run(run) { "Back to run {run}", "返回任务 {run}" }
    fn who_waits() { "Who", "对象" }
    fn what_waits() { "What waits", "待确认的变更" }
    fn would_lose(attribute) { "would lose {attribute}", "将清除 {attribute}" }
    fn why_it_waits() { "What the source answered, or why it waits", "身份源的答复或待确认的原因" }

    // Undoing.
    fn undo_title() { "Undo a run", "撤销任务" }
    fn undo_what() { "This is what it did:", "该任务所做的变更：" }
    fn undo_told() {
        "What it changed becomes what it was before, and who came with it leaves as a departed one does. Whatever was changed \
         again since is left alone and listed with the reason.",
        "它更改的内容会恢复原状，它新增的对象按离开处理。此后又有变更的对象不会改动，并列出原因。"
    }
    fn undo_comes_back() {
        "The next full import brings back what the source has. If it should not, pause the schedule first.",
        "下次全量导入会重新写入身份源中的内容。如不希望如此，请先暂停定时同步。"
    }
    fn undo_now() { "Undo", "撤销" }
    fn undo_preview() { "Preview", "预览" }
    fn nothing_to_undo() { "There is nothing of this run to undo.", "该任务没有可撤销的变更。" }

    // Changes.
    fn changes() { "Changes", "变更" }
    fn plan() { "Plan", "计划" }
    fn search_changes() { "Name, id or changed value", "姓名、名称、ID 或变更的值" }
    fn facet_type() { "Type", "类型" }
    fn facet_action() { "Change", "操作" }
    fn facet_outcome() { "Outcome", "结果" }
    fn outcome_applied() { "applied", "已生效" }
    fn outcome_planned() { "planned", "计划中" }
    fn outcome_refused() { "refused", "被拒绝" }
    fn outcome_held() { "held", "待确认" }
    fn no_changes() { "It changed nothing.", "没有变更。" }
    fn no_such_changes() { "No change is like this.", "没有符合条件的变更。" }
    fn witness() { "When asked about it, the source answered:", "向身份源查询该对象时的答复：" }
    fn nothing_differs() {
        "Nothing in its attributes differs.",
        "属性没有差异。"
    }
    fn export() { "Take along:", "导出：" }

    // The log.
    fn log() { "Log", "日志" }
    fn search_log() { "Words in the log", "日志中的关键词" }
    fn facet_severity() { "Severity", "级别" }
    fn facet_code() { "Code", "代码" }
    fn all_entries() { "everything", "全部" }
    fn warnings_and_errors() { "warnings and errors", "警告和错误" }
    fn errors_only() { "errors", "错误" }
    fn no_entries() { "Nothing to report.", "没有日志。" }
    fn no_such_entries() { "No entry is like this.", "没有符合条件的日志。" }
    fn entries_dropped(n) {
        "Counted and not kept: {n} more. A run's log is bounded.",
        "另有 {n} 条只计数、未保存：单次任务的日志有上限。"
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
