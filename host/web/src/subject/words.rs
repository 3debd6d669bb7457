//! The words of what pages about one object share.

rollcall_words::sentences! {
    fn run(id) { "run {id}", "第 {id} 次同步" }
    fn refused() { "not done", "未执行" }
    fn only_planned() { "preview only", "仅预览" }
    fn n_differences(n) { "What differs ({n})", "变更内容（{n}）" }
    fn event() { "event", "事件" }
    fn event_waiting() { "waits", "等待中" }
    fn event_done() { "done", "已处理" }
    fn event_failed() { "failed", "失败" }
    fn way_callback() { "by callback", "回调" }
    fn way_stream() { "by stream", "推送流" }
    fn way_missed() { "fetched after it was missed", "补取" }
    fn born_at() { "It happened at", "发生时间：" }
    fn witness() { "The source said:", "来源的答复：" }
    fn ask_now() { "Ask the source now", "立即向来源查询" }
    fn read_again() { "Read again now", "立即重新读取" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
