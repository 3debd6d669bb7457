//! The words of these pages.

rollcall_words::sentences! {
    fn organisation() { "Organisation", "组织架构" }
    fn departments() { "Departments", "部门" }
    fn department() { "Department", "部门" }
    fn people() { "People", "人员" }
    fn nobody() { "Nobody is in this list.", "此处没有人员。" }
    fn name() { "Name", "姓名／名称" }
    fn title() { "Title", "职位" }
    fn phone() { "Phone", "电话" }
    fn email() { "E-mail", "邮箱" }
    fn id() { "Id at the source", "来源编号" }
    fn other_case() { "Same id in other letter case", "仅大小写不同的编号" }
    fn other_case_explained() {
        "All of them are kept. Programs that compare ids regardless of case take them for one.",
        "这些对象都已保存。不区分大小写的程序会把它们当作同一个。"
    }
    fn kind() { "Kind", "类型" }
    fn state() { "State", "状态" }
    fn located() { "Where", "所在部门" }
    fn leader() { "leader", "负责人" }
    fn primary() { "primary", "主部门" }
    fn present() { "present", "在职" }
    fn present_department() { "present", "现有" }
    fn departed() { "departed", "已离开" }
    fn departed_only() { "departed", "已离开" }
    fn present_and_departed() { "Present and departed", "在职和已离开" }
    fn not_held() { "not held", "未保存" }
    fn one_person() { "1 person", "1 人" }
    fn n_people(n) { "{n} people", "{n} 人" }
    fn n_more(n) { "{n} more …", "另有 {n} 项…" }
    fn levels_above(n) { "… {n} more above", "…上方还有 {n} 级" }
    fn people_in_it() { "People in it", "直属人员" }
    fn people_in_all() { "With those below", "含下级人员" }
    fn sub_departments() { "Sub-departments", "下级部门" }
    fn top_departments() { "Departments at the top", "顶级部门" }
    fn without_department() { "In no department", "未分配部门" }
    fn departed_people() { "Departed people", "已离开的人员" }
    fn way_here() { "Departments above", "上级部门路径" }
    fn about_department() { "About this department", "部门详情" }
    fn show_in_organisation() { "Show its people", "查看部门人员" }
    fn search_label() { "Name, phone, e-mail or id", "姓名、电话、邮箱或编号" }
    fn n_found(n) { "{n} found", "找到 {n} 项" }
    fn nothing_found() { "Nothing that was imported matches all of these words.", "已导入的内容中没有符合全部条件的结果。" }
    fn ask_why(text) { "Why is “{text}” not here?", "为什么没有“{text}”？" }
    fn nothing_imported() {
        "Nothing was imported yet. Look at the plan first, or import at once.",
        "尚未导入任何内容。可以先预览计划，也可以立即导入。"
    }
    fn preview() { "Preview the plan", "预览导入计划" }
    fn import() { "Import now", "立即导入" }
    fn no_such_department(id) { "There is no department with the id “{id}”.", "没有编号为“{id}”的部门。" }
    fn stray() { "out of place", "位置异常" }
    fn parent_not_held(parent) {
        "It stands at the top because the department above it, “{parent}”, is not held.",
        "由于上级部门“{parent}”不在已导入的范围内，此部门显示在顶级。"
    }
    fn circular(parent) {
        "It stands at the top because it is below itself: the source says that it is below “{parent}”, and that is below it.",
        "由于来源数据中上下级关系成环（上级为“{parent}”，而后者又位于此部门之下），此部门显示在顶级。"
    }
    fn attributes() { "Attributes", "属性" }
    fn in_no_department() { "They are in no department.", "不属于任何部门。" }
    fn role() { "Role", "角色" }
    fn order() { "Order", "排序" }
    fn more() { "More", "其他" }
    fn department_not_held() { "not held", "未导入" }
    fn manager() { "Manager", "直属主管" }
    fn managers() { "Managers", "部门主管" }
    fn parent() { "Department above", "上级部门" }
    fn at_the_top() { "none, it is at the top", "无（顶级部门）" }
    fn place() { "Place in the organisation", "组织中的位置" }
    fn origin() { "Where it comes from", "数据来源" }
    fn source() { "Identity source", "身份源" }
    fn first_seen() { "First seen", "首次读取" }
    fn last_changed() { "Last changed", "最近变更" }
    fn last_read() { "Last read", "最近读取" }
    fn from() { "from", "来自" }
    fn last_written() { "Last written by", "最近写入" }
    fn version() { "Version", "版本" }
    fn departed_at() { "Departed", "离开时间" }
    fn why() { "Why?", "为什么？" }
    fn not_held_any_more() {
        "It is not held, or not any more. What is known of it is below.",
        "当前未保存此对象。以下是已知的全部记录。"
    }
    fn trail() { "What happened", "变更记录" }
    fn no_changes() { "No change was recorded.", "没有变更记录。" }
    fn older() { "Older changes", "更早的变更" }
    fn entries() { "What the logs say about it", "相关日志" }
    fn events() { "Events that name it", "相关事件" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
