//! The words of these pages.

/// Stands in a sentence for a moment.
pub(super) const AT: &str = "\u{e000}";

/// Stands in a sentence for a run.
pub(super) const RUN: &str = "\u{e001}";

rollcall_words::sentences! {
    // The page.
    fn question() { "Name, phone, e-mail or id", "姓名、电话、邮箱或编号" }
    fn ask() { "Find out", "查询原因" }
    fn hint() {
        "Give a name, a phone number, an e-mail address or an id. The answer says whether they are here, since when, by which \
         run or event, what was decided and why, and who must act.",
        "请输入姓名、电话、邮箱或编号。系统会说明此人或部门是否存在、由哪次同步或事件读取、作了什么处理、原因是什么，以及需要由谁处理。"
    }
    fn answer() { "Answer", "结论" }
    fn trail() { "How it came to this", "经过" }
    fn nothing_recorded() { "Nothing about it was ever recorded.", "没有任何相关记录。" }
    fn which() { "Which one is meant?", "您指的是哪一个？" }
    fn n_more(n) { "Matches besides these: {n}. Give another word to tell them apart.", "另有 {n} 项符合，请补充关键词以缩小范围。" }
    fn not_held() { "not here", "不在此处" }
    fn about_it() { "All that is known of it", "查看详情" }
    fn ask_title() { "Ask the source about an id", "按编号向来源查询" }
    fn ask_hint() {
        "The source is asked about this one object, by the id that it uses itself; what it has is imported.",
        "将按来源自身的编号查询这一对象；如果存在，会立即导入。"
    }
    fn ask_kind() { "What is it?", "查询对象" }
    fn ask_id() { "Id at the source", "来源编号" }
    fn asking() {
        "The source has not answered yet: other work is before it. The answer appears here when it comes; without JavaScript, \
         load the page again.",
        "来源尚未答复：前面还有其他任务。收到答复后会显示在此处；若浏览器未启用 JavaScript，请重新载入页面。"
    }
    fn asked_by(who) { "{who} asked the source", "{who} 向来源查询" }
    fn asked() { "asked", "查询" }

    // Who must act.
    fn act_nobody() { "Nobody has to do anything.", "无需处理。" }
    fn act_wait() { "Nobody has to do anything: it goes on by itself.", "无需处理，系统会自动继续。" }
    fn act_approve() {
        "Somebody who administers this console must decide: look at what the run holds back, and approve it if it is right.",
        "需要由本系统管理员决定：请查看该次同步暂缓的内容，确认无误后予以批准。"
    }
    fn act_mend() { "An administrator must do what the reason says; the next import tries again.", "需要由管理员按上述原因处理，下次导入时会重试。" }
    fn act_retry() { "An administrator can have it tried again once the reason is gone.", "排除原因后，管理员可以重试。" }
    fn act_import() { "An administrator must import, or look at why the last import did not work.", "需要由管理员执行导入，或查看上次导入未成功的原因。" }
    fn act_look_at_source() {
        "Whoever administers the source must look: is it there under this id, and may the application see it?",
        "需要由来源的管理员核对：该编号是否存在，应用的通讯录权限范围是否包含它。"
    }

    // Here.
    fn here(name, run, at) { "{name} is here: {run} read it at {at}.", "{name} 在此：由{run}于 {at} 读取。" }
    fn here_confirmed(name, run, at) {
        "{name} is here: the last complete reading, {run} at {at}, found it at the source.",
        "{name} 在此：最近一次完整读取（{run}，{at}）确认其存在于来源中。"
    }
    fn back_again(name, run, at) {
        "{name} is here again: it had left, and {run} at {at} found it at the source once more.",
        "{name} 已恢复：此前曾离开，{run}于 {at} 再次在来源中读取到。"
    }
    fn disabled(name, run, at) {
        "{name} is here, and is not active: so the source said when {run} read it at {at}.",
        "{name} 在此，但处于停用状态：{run}于 {at} 读取时来源如此表示。"
    }
    fn held_back(name, run, at) {
        "{name} is still here although it left the source: {run} at {at} held the departure back until somebody decides.",
        "{name} 虽已离开来源，但仍予保留：{run}于 {at} 暂缓处理，等待人工确认。"
    }
    fn value_waits(name, run, at) {
        "{name} is here as it was before: what {run} found at {at} waits until somebody decides.",
        "{name} 在此，仍是之前的内容：{run}于 {at} 发现的变化等待人工确认。"
    }
    fn departure_refused(name, run, at) {
        "{name} is still here although it left the source: the platform refused to let it go when {run} tried at {at}.",
        "{name} 虽已离开来源，但仍予保留：{run}于 {at} 处理时被平台拒绝。"
    }
    fn change_refused(name, run, at) {
        "{name} is here as it was before: the platform refused its last change, which {run} brought at {at}.",
        "{name} 在此，但仍是之前的内容：{run}于 {at} 带来的变更被平台拒绝。"
    }
    fn unread(name, run, at) {
        "{name} is here as it was last read: {run} could not read it again at {at}.",
        "{name} 在此，但内容为上一次读取的结果：{run}于 {at} 未能再次读取。"
    }
    fn here_event_waits(name, event, at) {
        "{name} is here, and may soon change: the event {event}, which came at {at}, still waits.",
        "{name} 在此，且可能即将变更：{at} 收到的事件 {event} 正在等待处理。"
    }
    fn here_event_failed(name, event, at) {
        "{name} is here as it was before the event {event}, which came at {at} and could not be acted on.",
        "{name} 在此，但仍是事件 {event} 之前的内容：该事件于 {at} 收到，处理失败。"
    }

    fn here_undone(name, run, at) {
        "{name} is here as it was before an import that somebody undid: {run} put it back at {at}. The next full import reads \
         it again.",
        "{name} 在此，内容为某次导入之前的状态：有人撤销了该次导入，由{run}于 {at} 还原。下次全量导入会重新读取。"
    }

    // Left.
    fn left_undone(name, run, at) {
        "{name} is kept as departed because somebody undid the import that had brought it: so {run} left it at {at}. The next \
         full import brings it again if the source has it.",
        "{name} 处于“已离开”状态，因为有人撤销了带来它的导入（{run}，{at}）。如果来源中仍存在，下次全量导入会重新带来。"
    }
    fn removed_undone(name, run, at) {
        "{name} is not here because somebody undid the import that had brought it: {run} removed it at {at}. The next full \
         import brings it again if the source has it.",
        "{name} 不在此处，因为有人撤销了带来它的导入：由{run}于 {at} 删除。如果来源中仍存在，下次全量导入会重新带来。"
    }
    fn left(name, run, at) {
        "{name} left: {run} found at {at} that it is not at the source any more. It is kept as departed.",
        "{name} 已离开：{run}于 {at} 发现来源中已不存在，现保留为“已离开”状态。"
    }
    fn left_as(name, run, at, witness) {
        "{name} left: when {run} asked at {at}, the source answered “{witness}”. It is kept as departed.",
        "{name} 已离开：{run}于 {at} 查询时，来源答复“{witness}”，现保留为“已离开”状态。"
    }
    fn return_refused(name, run, at) {
        "{name} had left and is back at the source, but the platform refused to restore it when {run} tried at {at}.",
        "{name} 曾离开，现已重新出现在来源中，但{run}于 {at} 恢复时被平台拒绝。"
    }
    fn removed(name, run, at) {
        "{name} left, and {run} removed it at {at}.",
        "{name} 已离开，并由{run}于 {at} 删除。"
    }
    fn removed_as(name, run, at, witness) {
        "{name} left and was removed: when {run} asked at {at}, the source answered “{witness}”.",
        "{name} 已离开并被删除：{run}于 {at} 查询时，来源答复“{witness}”。"
    }

    // Not here.
    fn refused(name, run, at) {
        "{name} is not here: the platform refused it when {run} read it at {at}.",
        "{name} 不在此处：{run}于 {at} 读取后被平台拒绝。"
    }
    fn vanished(name, run, at) {
        "{name} is not here although {run} wrote it at {at}: it was removed on this side. The next import brings it again.",
        "{name} 不在此处：{run}曾于 {at} 写入，之后在本平台一侧被移除。下次导入会重新写入。"
    }
    fn not_read(name, run, at) {
        "{name} is not here: {run} could not read it at {at}.",
        "{name} 不在此处：{run}于 {at} 未能读取。"
    }
    fn left_out(name, run, at) {
        "{name} is not here: {run} left it out at {at}.",
        "{name} 不在此处：{run}于 {at} 未予导入。"
    }
    fn event_waits(name, event, at) {
        "{name} is not here yet: the event {event}, which came at {at}, names it and still waits.",
        "{name} 尚未出现：{at} 收到的事件 {event} 涉及它，正在等待处理。"
    }
    fn event_failed(name, event, at) {
        "{name} is not here: the event {event}, which came at {at}, names it and could not be acted on.",
        "{name} 不在此处：{at} 收到的事件 {event} 涉及它，但处理失败。"
    }
    fn event_done(name, event, at) {
        "{name} is not here: the event {event}, which came at {at}, named it, and the source did not show it when it was asked.",
        "{name} 不在此处：{at} 收到的事件 {event} 涉及它，但随后查询时来源没有提供该对象。"
    }
    fn asked_not_there(name, run, at) {
        "{name} is not here: the source was asked about it by {run} at {at} and has nothing under this id.",
        "{name} 不在此处：{run}于 {at} 向来源查询，来源中没有该编号的对象。"
    }
    fn being_asked(name, run, at) {
        "{name} is not here yet: {run} is asking the source since {at}.",
        "{name} 尚未出现：{run}自 {at} 起正在向来源查询。"
    }
    fn asked_in_vain(name, run, at) {
        "{name} is not here: {run} asked the source about it at {at} and got no answer that could be used.",
        "{name} 不在此处：{run}于 {at} 向来源查询，但未得到可用的答复。"
    }
    fn gone_since(name, run, at) {
        "{name} is not here: the source had it once, or was said to, but the last complete reading, {run} at {at}, did not \
         find it there.",
        "{name} 不在此处：此前曾有相关记录，但最近一次完整读取（{run}，{at}）未在来源中发现它。"
    }
    fn only_planned(name, run, at) {
        "{name} is not here yet: the preview, {run} at {at}, found it and would have imported it.",
        "{name} 尚未导入：预览（{run}，{at}）读取到它，正式导入时会写入。"
    }
    fn reading_now(name, run, at) {
        "Nothing called “{name}” was read yet: {run} is reading since {at}.",
        "尚未读取到“{name}”：{run}自 {at} 起正在读取。"
    }
    fn never_read(name, run, at) {
        "Nothing with the id or name “{name}” was ever read; the last complete reading was {run} at {at}. Either the \
         application may not see it, or its id or name is another one.",
        "从未读取到编号或名称为“{name}”的对象；最近一次完整读取为{run}（{at}）。可能是应用的权限范围不包含它，也可能编号或名称有误。"
    }
    fn never_complete(name, run, at) {
        "Nothing with the id or name “{name}” was ever read, but no reading was complete yet; the last one was {run} at {at}.",
        "从未读取到编号或名称为“{name}”的对象，但目前还没有一次完整的读取；最近一次为{run}（{at}）。"
    }
    fn nothing_read(name) {
        "Nothing with the id or name “{name}” was ever read, because nothing was imported yet.",
        "从未读取到编号或名称为“{name}”的对象，因为尚未导入过任何内容。"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(ALL, &[]), Vec::<&str>::new());
    }
}
