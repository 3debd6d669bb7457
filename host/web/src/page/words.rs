//! The words that several pages share.

rollcall_words::sentences! {
    fn first_page() { "First page", "首页" }
    // The frame.
    fn stale() { "This page no longer changes by itself.", "本页面已停止自动更新。" }
    fn crowded() { "Too many pages are open at once, so this one no longer changes by itself.", "打开的页面过多，本页面已停止自动更新。" }
    fn load_again() { "Load it again", "重新加载" }
    fn skip_to_content() { "Skip to content", "跳到正文" }
    fn nav_main() { "Main", "主导航" }
    fn nav_source() { "Identity source", "身份源导航" }
    fn nav_sources() { "Identity sources", "身份源" }
    fn nav_history() { "Sync history", "同步历史" }
    fn nav_settings() { "Settings", "设置" }
    fn tab_overview() { "Overview", "概览" }
    fn tab_organisation() { "Organisation", "组织架构" }
    fn tab_events() { "Events", "事件" }
    fn tab_why() { "Why is X (not) here?", "为什么有／没有某人？" }
    fn log_out() { "Log out", "退出登录" }
    fn language() { "Language", "语言" }
    fn theme() { "Theme", "外观" }
    fn theme_system() { "As the system", "跟随系统" }
    fn theme_light() { "Light", "浅色" }
    fn theme_dark() { "Dark", "深色" }
    fn apply() { "Apply", "应用" }
    fn api_reference() { "HTTP API", "HTTP API 文档" }
    fn problem_title(status) { "That did not work ({status})", "操作未完成（{status}）" }

    // Parts.
    fn milliseconds(n) { "{n} ms", "{n} 毫秒" }
    fn seconds(n) { "{n} s", "{n} 秒" }
    fn minutes(m, s) { "{m} min {s} s", "{m} 分 {s} 秒" }
    fn hours(h, m) { "{h} h {m} min", "{h} 小时 {m} 分" }
    fn copy() { "Copy", "复制" }
    fn copied() { "Copied", "已复制" }
    fn pages() { "Pages", "分页" }
    fn page_before() { "Previous", "上一页" }
    fn page_after() { "Next", "下一页" }
    fn page_of(first, last, total) { "{first} to {last} of {total}", "第 {first}–{last} 项，共 {total} 项" }
    fn yes() { "yes", "是" }
    fn no() { "no", "否" }
    fn none() { "none", "无" }
    fn save() { "Save", "保存" }
    fn cancel() { "Cancel", "取消" }
    fn search() { "Search", "搜索" }
    fn filter() { "Filter", "筛选" }
    fn all() { "All", "全部" }

    // Runs.
    fn look_at_run(run) { "Look at run {run}", "查看任务 {run}" }
    fn state_running() { "running", "进行中" }
    fn state_succeeded() { "succeeded", "成功" }
    fn state_partial() { "partial", "部分完成" }
    fn state_failed() { "failed", "失败" }
    fn state_would_be_held() { "would be held", "将待确认" }
    fn state_held() { "held", "待确认" }
    fn state_cancelled() { "cancelled", "已取消" }
    fn state_interrupted() { "interrupted", "已中断" }
    fn kind_full() { "full import", "全量导入" }
    fn kind_refresh() { "refresh", "单个刷新" }
    fn kind_events() { "events", "事件" }
    fn kind_undo() { "undo", "撤销" }
    fn trigger_manual() { "by hand", "手动" }
    fn trigger_schedule() { "by schedule", "定时" }
    fn trigger_event() { "by event", "事件" }
    fn trigger_stream() { "by stream", "推送流" }
    fn trigger_approval() { "by approval", "确认" }
    fn action_created() { "created", "新增" }
    fn action_updated() { "updated", "更新" }
    fn action_restored() { "restored", "恢复" }
    fn action_unchanged() { "unchanged", "无变化" }
    fn action_deactivated() { "deactivated", "停用" }
    fn action_deleted() { "deleted", "删除" }
    fn would_be(action) { "would be {action}", "将{action}" }
    fn waits(what) { "held: {what}", "待确认：{what}" }
    fn severity_info() { "note", "提示" }
    fn severity_warning() { "warning", "警告" }
    fn severity_error() { "error", "错误" }
    fn attribute() { "Attribute", "属性" }
    fn before() { "Before", "变更前" }
    fn after() { "After", "变更后" }
    fn type_user() { "person", "人员" }
    fn type_department() { "department", "部门" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
