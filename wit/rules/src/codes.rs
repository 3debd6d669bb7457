//! The codes that a host refuses calls and objects with.

use crate::register::Wording;

crate::codes! {
    Wording;

    "request-invalid" by ConnectorAuthor: fn request_invalid(what) {
        "the connector's request is invalid: {what}",
        "连接器发出的请求无效：{what}"
    }
    "object-invalid" by ConnectorAuthor: fn object_invalid(what) {
        "the connector's object is invalid: {what}",
        "连接器给出的对象无效：{what}"
    }
    "too-many-objects" by ConnectorAuthor: fn too_many_objects(max) {
        "a run may put at most {max} objects",
        "单次运行最多写入 {max} 个对象"
    }
    "removal-without-evidence" by ConnectorAuthor: fn removal_without_evidence(key) {
        "{key} stays: nobody asked the source about this very object",
        "保留 {key}：没有就该对象本身向来源确认"
    }
    "removal-while-reading" by ConnectorAuthor: fn removal_while_reading(key) {
        "{key} stays: a full run removes nothing before everything was read",
        "保留 {key}：完整导入在全部读取完成之前不删除任何内容"
    }
    "removed-and-read" by ConnectorAuthor: fn removed_and_read(key) {
        "{key} stays: this very run read it",
        "保留 {key}：本次运行刚刚读取到该对象"
    }
}
