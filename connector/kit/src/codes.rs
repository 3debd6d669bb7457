//! Every code that the kit says something with, for all connectors alike.

use crate::model::Diagnosis;

rollcall_rules::codes! {
    Diagnosis;

    // References that lead nowhere.
    "reference-gone" by SourceAdministrator: fn reference_gone(member, object, evidence) {
        "{member} names {object}, which is gone ({evidence}); the reference is left out",
        "{member} 引用的{object}已不存在（{evidence}），已去掉该引用",
        "correct it at the source",
        "请在数据源中更正"
    }
    "reference-not-clear" by Nobody: fn reference_not_clear(member, object, unasked, said) {
        "{member} names {object}, which was not read{unasked}; the platform keeps what it holds there{said}",
        "{member} 引用的{object}没有读到{unasked}平台保留现有值{said}"
    }
    "references-not-clear" by Nobody: fn references_not_clear(further) {
        "{further} to something that was not found, too",
        "另有 {further} 处引用所指的对象没有找到"
    }

    // What a host answers wrongly.
    "outcomes-do-not-match" by HostAuthor: fn outcomes_do_not_match(found, expected) {
        "the host answered {found} outcomes for {expected} changes",
        "宿主对 {expected} 项变更只返回了 {found} 个结果",
        "report this to the host's author",
        "请反馈给宿主的作者"
    }

    // What a reading did not find.
    "objects-not-understood" by ConnectorAuthor: fn objects_not_understood(n, why) {
        "of {n} objects that the platform holds, the source says something that is not understood; they stay as they are. Of one of them: {why}",
        "平台上有 {n} 个对象的查询结果无法理解，保持原样。其中之一：{why}",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    "objects-not-visible" by SourceAdministrator: fn objects_not_visible(n, why) {
        "{n} objects that the platform holds are not visible to the application; they stay as they are and are no longer followed. Of one of them the source says: {why}",
        "平台上有 {n} 个对象对应用不可见，保持原样，且不再跟随其变化。来源对其中之一的答复：{why}",
        "let the application see them again; if they are meant to be out of its sight, remove on the platform those who left",
        "请恢复应用对它们的可见权限；如果确属有意，请在平台上移除已离开者"
    }
    "removals-stopped" by Administrator: fn removals_stopped(n_absent, why) {
        "nobody and nothing is removed by this run: of what the platform holds, {n_absent} not found, and the reading is not complete, because {why}",
        "本次运行不会删除任何对象：平台上有 {n_absent} 个对象没有读到，但读取不完整，原因是：{why}",
        "mend what keeps the reading from being complete; whoever is gone is removed by the next complete one",
        "请先解决导致读取不完整的问题；下次完整读取时会删除已离开者"
    }
    "nothing-read" by SourceAdministrator: fn nothing_read(n_held) {
        "the source showed nothing at all, while the platform holds {n_held}; nothing is removed",
        "数据源没有返回任何对象，而平台上已有 {n_held} 个；不会删除任何对象",
        "check what the application is allowed to see, then import again",
        "请检查应用的可见范围，然后重新导入"
    }

    // Attributes that may have lost their value.
    "attribute-not-visible" by SourceAdministrator: fn attribute_not_visible(name, n_losing) {
        "{name} was seen on nobody; what the platform holds for up to {n_losing} is kept",
        "没有读到任何对象的 {name}；平台上最多 {n_losing} 个对象的现有值已保留",
        "if it should be visible, check the application's field permissions",
        "如果本应可见，请检查应用的字段权限"
    }
    "clearing-kept" by SourceAdministrator: fn clearing_kept(whose, name, others) {
        "{whose} would lose {name} at once{others}; the values are kept",
        "{whose}同时失去 {name}{others}；现有值已保留",
        "check whether a permission or the scope was narrowed at the source",
        "请检查数据源一侧的权限或可见范围是否被缩小"
    }
    "clearing-not-proven" by Administrator: fn clearing_not_proven(name) {
        "{name} may have been emptied, or may be hidden: what was read does not tell which; the value is kept",
        "{name} 可能已被清空，也可能只是不可见：读取到的内容无法判断；现有值已保留",
        "import the organisation: a full reading compares with what others have",
        "请导入整个组织：完整读取会与其他对象进行比较"
    }

    // What a connector does wrongly.
    "unknown-resource-type" by ConnectorAuthor: fn unknown_resource_type(resource_type) {
        "resource type {resource_type:?} is not one of this connector's",
        "资源类型 {resource_type:?} 不属于该连接器"
    }
    "reading-not-opened" by ConnectorAuthor: fn reading_not_opened() {
        "the connector gave an object before it said with what view it reads",
        "连接器在说明读取范围之前就给出了对象",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }

    // Waiting.
    "connector-stalled" by ConnectorAuthor: fn connector_stalled() {
        "the connector waits for something that was never begun",
        "连接器在等待一个从未开始的操作",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    "host-answered-nothing" by HostAuthor: fn host_answered_nothing() {
        "the host gave no result for a request",
        "宿主没有返回请求的结果",
        "report this to the host's author",
        "请反馈给宿主的作者"
    }

    // Channels.
    "message-not-expected" by HostAuthor: fn message_not_expected() {
        "a message came over a channel, and this source has none",
        "通过长连接收到了消息，但该数据源没有长连接"
    }

    // Settings.
    "settings-invalid" by Administrator: fn settings_invalid() {
        "the settings are not valid",
        "配置无效"
    }
}
