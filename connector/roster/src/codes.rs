//! Every code that this connector says something with: sentence and remedy, in English and Chinese side by side.
//!
//! Not here: where in a roster it is, which stands before the sentence (`place`).

use rollcall_kit::Diagnosis;

rollcall_rules::codes! {
    Diagnosis;

    // Settings.
    "settings-not-an-object" by Administrator: fn settings_not_an_object() {
        "the settings are not a JSON object",
        "配置不是一个 JSON 对象"
    }
    "unknown-setting" by Administrator: fn unknown_setting(name, known) {
        "setting {name} is not known",
        "未知的配置项 {name}",
        "the settings are {known}",
        "可用的配置项：{known}"
    }
    "setting-not-a-text" by Administrator: fn setting_not_a_text(name) {
        "setting `{name}` must be a text",
        "配置项 {name} 必须是文本"
    }
    "not-an-address" by Administrator: fn not_an_address() {
        "this is not an address that begins with https:// or http://",
        "这不是以 https:// 或 http:// 开头的地址",
        "enter the whole address, such as https://example.com/roster.json",
        "请填写完整地址，例如 https://example.com/roster.json"
    }
    "password-in-address" by Administrator: fn password_in_address() {
        "the address holds a user name or password",
        "地址中包含用户名或密码",
        "leave it out of the address and put the header's value, such as `Basic …`, into `authorization`",
        "请从地址中去掉，并把请求头的值（例如 Basic …）填入 authorization"
    }
    "no-address" by Administrator: fn no_address() {
        "no address of a roster is set",
        "没有填写花名册的地址",
        "set `url` for a JSON roster, or `departments_url` and `people_url` for CSV files",
        "JSON 花名册请填写 url；CSV 文件请同时填写 departments_url 和 people_url"
    }
    "half-a-pair" by Administrator: fn half_a_pair(given, missing) {
        "`{given}` is set and `{missing}` is not",
        "已填写 {given}，但没有填写 {missing}",
        "a CSV roster is two files; set both",
        "CSV 花名册由两个文件组成，请同时填写"
    }
    "two-formats" by Administrator: fn two_formats() {
        "`url` is for a JSON roster, `departments_url` and `people_url` are for CSV files; both are set",
        "url 用于 JSON 花名册，departments_url 和 people_url 用于 CSV 文件，两者不能同时填写",
        "clear one of them",
        "请清空其中一种"
    }
    "not-a-delimiter" by Administrator: fn not_a_delimiter() {
        "the delimiter must be a comma, a semicolon, a vertical bar or a tab",
        "分隔符必须是逗号、分号、竖线或制表符"
    }
    "not-a-token" by Administrator: fn not_a_token(min, max) {
        "`webhook_token` must have {min} to {max} characters: letters, digits and signs of ASCII without blanks",
        "webhook_token 必须为 {min} 到 {max} 个字符，只含 ASCII 字母、数字和符号，不含空格",
        "make a random one, for example by `openssl rand -hex 32`",
        "请随机生成，例如使用 openssl rand -hex 32"
    }

    // The check, and lookups.
    "authorization-not-encrypted" by Administrator: fn authorization_not_encrypted() {
        "the authorization is sent over http, where anyone on the way can read it",
        "授权信息通过 http 明文发送，途中任何人都能读取",
        "use an https address",
        "请使用 https 地址"
    }
    "transport-fine" by Nobody: fn transport_fine() {
        "no secret crosses the network in the clear",
        "没有明文传输的机密"
    }
    "roster-read" by Nobody: fn roster_read(n_departments, n_people) {
        "it can be imported; departments: {n_departments}, people: {n_people}",
        "可以导入：{n_departments} 个部门，{n_people} 名人员"
    }
    "rows-fine" by Nobody: fn rows_fine() {
        "every row is right",
        "所有行均正确"
    }
    "rows-not-checked" by Nobody: fn rows_not_checked() {
        "the rows were not looked at, because the roster could not be read",
        "未检查花名册的各行：花名册未能读取"
    }
    "roster-not-whole" by SourceAdministrator: fn roster_not_whole(errors) {
        "the roster has {errors} mended nobody is removed and nothing is cleared",
        "花名册有 {errors} 处错误；修正之前不会停用任何人员，也不会清空任何值",
        "correct the rows that are named",
        "请修正所列出的行"
    }
    "references-unknown" by SourceAdministrator: fn references_unknown(lead) {
        "{lead} to what is not in the roster; those rows are imported without that",
        "有 {lead} 处引用所指的行不在花名册中；导入这些行时去掉该引用",
        "add what is missing or correct the ids",
        "请补全缺失的行或更正 id"
    }
    "not-in-a-roster" by HostAuthor: fn not_in_a_roster(resource_type) {
        "a roster has no objects of type {resource_type}",
        "花名册中没有 {resource_type} 类型的对象"
    }

    // The webhook.
    "event-unreadable" by Administrator: fn event_unreadable() {
        "what an event says cannot be read, so nothing is done about it",
        "事件的内容无法读取，未作任何处理",
        "import the whole roster once, which reads everything anew",
        "请完整导入一次花名册，届时会重新读取全部内容"
    }
    "no-channel" by HostAuthor: fn no_channel() {
        "a message came over a channel, and a roster has none",
        "通过长连接收到了消息，但花名册没有长连接"
    }
    "webhook-not-set-up" by Administrator: fn webhook_not_set_up() {
        "a change of the roster was told, and no `webhook_token` is set",
        "收到了花名册的变更通知，但没有填写 webhook_token",
        "set `webhook_token`, or have the sender stop",
        "请填写 webhook_token，或让发送方停止发送"
    }
    "webhook-not-authentic" by SourceAdministrator: fn webhook_not_authentic() {
        "a change of the roster was told without the right token",
        "收到的花名册变更通知没有携带正确的令牌",
        "have the sender put `webhook_token` into the header X-Roster-Token",
        "请让发送方在请求头 X-Roster-Token 中携带 webhook_token"
    }

    // A roster as a file.
    "roster-refused" by Administrator: fn roster_refused(status) {
        "the server refuses to hand it out (status {status})",
        "服务器拒绝提供该文件（状态码 {status}）",
        "check `authorization`, and whether the server allows the address that requests come from",
        "请检查 authorization，以及服务器是否允许本方出口 IP 访问"
    }
    "roster-not-found" by Administrator: fn roster_not_found(status) {
        "there is no such file (status {status})",
        "文件不存在（状态码 {status}）",
        "check the address, and whether the export has put the file there",
        "请检查地址，以及导出程序是否已把文件放到该处"
    }
    "server-unavailable" by Nobody: fn server_unavailable(status) {
        "the server cannot answer now (status {status})",
        "服务器暂时无法响应（状态码 {status}）",
        "try again later",
        "请稍后重试"
    }
    "unexpected-status" by Administrator: fn unexpected_status(status) {
        "the server answers without a file (status {status})",
        "服务器没有返回文件（状态码 {status}）",
        "open the address in a browser and check it",
        "请在浏览器中打开该地址进行检查"
    }
    "roster-empty" by SourceAdministrator: fn roster_empty() {
        "the file is empty",
        "文件是空的",
        "check the export; an empty file is never taken for an empty organisation",
        "请检查导出结果；空文件不会被当作空的组织"
    }
    "roster-is-a-web-page" by Administrator: fn roster_is_a_web_page() {
        "this is a web page, not a roster",
        "返回的是网页，不是花名册",
        "it may be a sign-in page: set `authorization`, or use an address that needs no sign-in",
        "可能是登录页面：请填写 authorization，或使用无需登录的地址"
    }
    "not-utf8" by SourceAdministrator: fn not_utf8(line) {
        "line {line} is not UTF-8 text",
        "第 {line} 行不是 UTF-8 文本",
        "save the file as UTF-8; in a spreadsheet choose \"CSV UTF-8\"",
        "请以 UTF-8 编码保存文件；在表格软件中选择“CSV UTF-8”格式"
    }
    "not-json" by Administrator: fn not_json(begins) {
        "this is not JSON; it begins with {begins}",
        "这不是 JSON，开头是 {begins}",
        "for CSV files set `departments_url` and `people_url` instead of `url`",
        "如果是 CSV 文件，请填写 departments_url 和 people_url，而不是 url"
    }
    "roster-not-understood" by SourceAdministrator: fn roster_not_understood(why) {
        "this is not a roster: {why}",
        "这不是有效的花名册：{why}",
        "the document must be {{\"departments\": [...], \"people\": [...]}}",
        "文档必须形如 {{\"departments\": [...], \"people\": [...]}}"
    }
    "column-twice" by SourceAdministrator: fn column_twice(column) {
        "column {column} stands in the header twice",
        "表头中 {column} 列重复"
    }
    "columns-missing" by SourceAdministrator: fn columns_missing(missing, first_line, advice) {
        "the header lacks {missing}; the first line is {first_line}",
        "表头缺少 {missing} 列；第一行是 {first_line}",
        "{advice}",
        "{advice}"
    }
    "unknown-columns" by SourceAdministrator: fn unknown_columns(names, known) {
        "columns that are not known were left out: {names}",
        "以下列无法识别，已忽略：{names}",
        "the columns are {known}",
        "可用的列：{known}"
    }
    "no-departments" by SourceAdministrator: fn no_departments() {
        "no departments are listed, and people name some",
        "没有列出任何部门，但人员引用了部门",
        "check the export; if there are no departments, take them from the people, too",
        "请检查导出结果；如果确实没有部门，请同时清空人员的部门"
    }
    "no-people" by SourceAdministrator: fn no_people() {
        "no people are listed",
        "没有列出任何人员",
        "check the export; a roster without people is not imported as one",
        "请检查导出结果；空的人员列表不会被当作真实情况导入"
    }

    // Rows and columns of it.
    "row-broken" by SourceAdministrator: fn row_broken(why) {
        "{why}",
        "{why}"
    }
    "id-not-unique" by SourceAdministrator: fn id_not_unique(id, first, advice) {
        "id {id} stands on {first} already; none of its rows is imported",
        "id {id} 已出现在{first}；这些行都不会导入",
        "{advice}",
        "{advice}"
    }
    "reference-unknown" by SourceAdministrator: fn reference_unknown(id) {
        "{id} is not in the roster",
        "花名册中没有 {id}",
        "add what is missing or correct the id; until then the row is imported without the reference",
        "请补全缺失的行或更正 id；在此之前导入该行时去掉这一引用"
    }
    "parent-cycle" by SourceAdministrator: fn parent_cycle(id) {
        "department {id} is its own ancestor",
        "部门 {id} 是自己的上级",
        "correct the parent; until then the platform keeps where the department is",
        "请更正上级部门；在此之前平台保留该部门的现有位置"
    }
    "value-missing" by SourceAdministrator: fn value_missing() {
        "a value is required",
        "不能为空"
    }
    "value-not-a-text" by SourceAdministrator: fn value_not_a_text() {
        "the value must be a text or a whole number",
        "值必须是文本或整数"
    }
    "value-not-valid" by SourceAdministrator: fn value_not_valid(value, what) {
        "{value} has {what}",
        "{value}{what}"
    }
    "not-a-whole-number" by SourceAdministrator: fn not_a_whole_number(value) {
        "{value} is not a whole number",
        "{value} 不是整数"
    }
    "departments-missing" by SourceAdministrator: fn departments_missing() {
        "a list of department ids is required",
        "必须是部门 id 的列表"
    }
    "too-many-departments" by SourceAdministrator: fn too_many_departments(n, max) {
        "{n} departments, at most {max}",
        "{n} 个部门，最多 {max} 个"
    }
    "not-an-email-address" by SourceAdministrator: fn not_an_email_address(value) {
        "{value} is not an e-mail address",
        "{value} 不是邮箱地址"
    }
    "not-a-telephone-number" by SourceAdministrator: fn not_a_telephone_number(value) {
        "{value} is not a telephone number; if a spreadsheet rounded it, format the column as text",
        "{value} 不是电话号码；如果是表格软件改写了数字，请把该列设为文本格式后重新导出"
    }
}
