//! Every code that this connector says something with: sentence and remedy, in English and Chinese side by side, with the exact
//! place in DingTalk's console.
//!
//! Not here: which of them is said when, and the facts beside it (`messages`).

use rollcall_kit::Diagnosis;

rollcall_rules::codes! {
    Diagnosis;

    // What DingTalk refuses, and answers that cannot be understood.
    "source-busy" by Nobody: fn source_busy(path, said) {
        "DingTalk is busy and did not answer {path}: {said}",
        "钉钉繁忙，{path} 没有得到结果：{said}",
        "try again in a few minutes",
        "请过几分钟再试"
    }
    "source-throttled" by Administrator: fn source_throttled(path, said) {
        "DingTalk limits how often {path} may be called: {said}",
        "钉钉限制了 {path} 的调用频率：{said}",
        "lower requests_per_second, keep other programs from using the same application at the same time, and avoid the full hour",
        "请调低 requests_per_second，避免其他程序同时使用同一应用，并错开整点"
    }
    "source-not-answering" by Operator: fn source_not_answering(path, status) {
        "{path} was answered with HTTP {status} and nothing that DingTalk would say",
        "{path} 返回了 HTTP {status}，内容不是钉钉的应答",
        "try again later; if it stays, check the proxy and the gateway on the way",
        "请稍后重试；如果一直如此，请检查途中的代理和网关"
    }
    "answer-not-understood" by Administrator: fn answer_not_understood(path, why, base) {
        "{path} was answered in a form that this connector does not know: {why}",
        "{path} 的应答无法识别：{why}",
        "check that {base} points to DingTalk and that no proxy on the way answers in its place; if that is right, report this to the connector's author",
        "请检查 {base} 是否指向钉钉，以及途中的代理是否替它作了应答；如果无误，请反馈给连接器的作者"
    }
    "address-blocked" by Operator: fn address_blocked() {
        "DingTalk has blocked the caller's address for 5 minutes because too many requests came from it",
        "来自该出口 IP 的请求过多，已被钉钉封禁 5 分钟",
        "wait 5 minutes; if others share this address, use a proxy with an address of its own",
        "请等待 5 分钟；如果有其他系统共用该 IP，请改用独立出口 IP 的代理"
    }
    "token-interface-missing" by Administrator: fn token_interface_missing(path, said) {
        "there is no {path} at api_base: {said}",
        "api_base 上没有 {path}：{said}",
        "correct api_base; if a gateway is there that passes on the old API alone, choose gettoken as token_interface",
        "请更正 api_base；如果那里的网关只转发旧版 API，请将 token_interface 设为 gettoken"
    }
    "not-visible" by SourceAdministrator: fn not_visible(said) {
        "outside of what the application may see: {said}",
        "不在应用的可见范围内：{said}",
        "in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff",
        "请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本"
    }
    "person-disabled" by SourceAdministrator: fn person_disabled(said) {
        "the account is disabled in DingTalk: {said}",
        "该账号在钉钉中已停用：{said}",
        "if the person has left, remove the account in DingTalk",
        "如果该成员已离职，请在钉钉中将其移除"
    }
    "credentials-wrong" by Administrator: fn credentials_wrong(said) {
        "DingTalk does not accept app_key and app_secret: {said}",
        "钉钉不接受 app_key 与 app_secret：{said}",
        "copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter",
        "请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写"
    }
    "token-refused" by Administrator: fn token_refused(said) {
        "DingTalk refused an access token that it had only just issued: {said}",
        "钉钉拒绝了刚刚签发的 access_token：{said}",
        "check that oapi_base belongs to the same DingTalk as the application, and whether its secret was just reset",
        "请检查 oapi_base 与应用是否属于同一个钉钉环境，以及应用的密钥是否刚被重置"
    }
    "permission-missing" by SourceAdministrator: fn permission_missing(permission, path, said, wanted) {
        "the application lacks {permission}, which {path} needs{said}",
        "应用缺少权限{permission}，无法调用 {path}{said}",
        "in DingTalk's developer console > your application > Permission Management (权限管理), apply for {wanted}; it takes effect at once",
        "请在钉钉开发者后台 > 您的应用 > 权限管理 中申请{wanted}，开通后立即生效"
    }
    "ip-not-allowed" by SourceAdministrator: fn ip_not_allowed(address) {
        "the application does not accept requests from address {address}",
        "应用不允许来自 IP {address} 的请求",
        "add {address} in DingTalk's developer console > your application > Development Configuration (开发配置) > Security Settings (安全设置) > Server Outbound IP (服务器出口IP), or use the proxy whose address is listed there",
        "请在钉钉开发者后台 > 您的应用 > 开发配置 > 安全设置 > 服务器出口IP 中添加 {address}，或改用该列表中已有出口 IP 的代理"
    }
    "access-denied" by SourceAdministrator: fn access_denied(path, said) {
        "DingTalk denies the application {path}: {said}",
        "钉钉拒绝该应用调用 {path}：{said}",
        "see in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理) that the application is enabled, and that the organization itself is",
        "请在钉钉管理后台 > 工作台 > 应用管理 中确认该应用已启用，并确认组织本身未被停用"
    }
    "application-disabled" by SourceAdministrator: fn application_disabled(said) {
        "the application is disabled in DingTalk: {said}",
        "应用在钉钉中已停用：{said}",
        "enable it in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理)",
        "请在钉钉管理后台 > 工作台 > 应用管理 中启用该应用"
    }
    "corp-id-wrong" by Administrator: fn corp_id_wrong(said) {
        "DingTalk says that corp_id is wrong: {said}",
        "钉钉指出 corp_id 有误：{said}",
        "compare corp_id with the CorpId on the home page of DingTalk's developer console, at the top right",
        "请将 corp_id 与钉钉开发者后台首页右上角的 CorpId 核对"
    }
    "organization-disabled" by SourceAdministrator: fn organization_disabled(said) {
        "the organization is disabled or dissolved in DingTalk: {said}",
        "该组织在钉钉中已停用或解散：{said}",
        "ask the organization's main administrator; nothing that was imported is removed",
        "请联系组织的主管理员；已导入的内容不会被删除"
    }
    "quota-used-up" by SourceAdministrator: fn quota_used_up(said) {
        "the organization has used up this month's calls: {said}",
        "该组织本月的调用量已用完：{said}",
        "wait for the next month, or buy more in DingTalk's developer console > Resource Usage (资源用量)",
        "请等待下个月，或在钉钉开发者后台 > 资源用量 中扩容"
    }
    "request-refused" by ConnectorAuthor: fn request_refused(path, said) {
        "DingTalk refused {path}: {said}",
        "钉钉拒绝了 {path}：{said}",
        "look the code up in DingTalk's table of error codes; if it does not help, report it with the request id",
        "请在钉钉的错误码表中查询；如仍无法解决，请附上 request_id 反馈"
    }
    "refusal-not-known" by ConnectorAuthor: fn refusal_not_known(path, said) {
        "DingTalk refused {path}: {said}",
        "钉钉拒绝了 {path}：{said}",
        "look the code up in DingTalk's table of error codes; if it does not help, report it with the request id",
        "请在钉钉的错误码表中查询；如仍无法解决，请附上 request_id 反馈"
    }

    // What the checklist says besides.
    "settings-valid" by Nobody: fn settings_valid() {
        "the settings are complete and well-formed",
        "配置完整且格式正确"
    }
    "token-granted" by Nobody: fn token_granted() {
        "DingTalk accepts app_key and app_secret",
        "钉钉接受 app_key 与 app_secret"
    }
    "token-granted-to-an-address" by Administrator: fn token_granted_to_an_address(because, advice) {
        "DingTalk accepts app_key and app_secret; app_secret was sent in an address (GET gettoken), which proxies and gateways may write into their logs, because {because}",
        "钉钉接受 app_key 与 app_secret；但 app_secret 是放在网址中发送的（GET gettoken），途中的代理和网关可能会把它写入日志，原因：{because}",
        "{advice}",
        "{advice}"
    }
    "address-allowed" by Nobody: fn address_allowed() {
        "DingTalk accepts requests from this address",
        "钉钉接受来自该出口 IP 的请求"
    }
    "scope-whole" by Nobody: fn scope_whole() {
        "the application may see the whole organization",
        "应用可以看到整个组织"
    }
    "scope-part" by SourceAdministrator: fn scope_part(n_departments, n_people) {
        "the application may see a part of the organization: {n_departments} with all below, and {n_people}",
        "应用只能看到组织的一部分：{n_departments} 个部门（含下级）和 {n_people} 名单独授权的成员",
        "if everyone should be imported, in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff",
        "如需导入全部成员，请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本"
    }
    "departments-listed" by Nobody: fn departments_listed(n_departments) {
        "departments can be listed; {n_departments} directly below the first one",
        "可以读取部门列表；第一个部门之下直接有 {n_departments} 个部门"
    }
    "no-department" by Nobody: fn no_department(check) {
        "{check} was not tried: the application may see single people and no department",
        "未检查“{check}”：应用的授权范围只包含单独的成员，没有部门"
    }
    "members-listed" by Nobody: fn members_listed(n_people) {
        "the members of departments can be listed; {n_people} looked at",
        "可以读取部门成员；抽样查看了 {n_people} 人"
    }
    "accounts-read" by Nobody: fn accounts_read() {
        "whether enterprise accounts are disabled can be read",
        "可以读取企业账号的停用状态"
    }
    "person-read" by Nobody: fn person_read() {
        "single people can be read",
        "可以读取单个成员的信息"
    }
    "field-visible" by Nobody: fn field_visible(n_with, n_people, shows) {
        "{n_with} of {n_people} {shows}",
        "抽样的 {n_people} 人中有 {n_with} 人能看到{shows}"
    }
    "nobody-to-judge-by" by Nobody: fn nobody_to_judge_by(check) {
        "{check} was not tried: the departments that were looked at have no members",
        "未检查“{check}”：抽样的部门中没有成员"
    }
    "not-tried" by Nobody: fn not_tried(check, blocked_by) {
        "{check} was not tried",
        "未检查“{check}”",
        "it is tried once {blocked_by} succeeds",
        "“{blocked_by}”通过后即会检查"
    }
    "channel-opened" by SourceAdministrator: fn channel_opened() {
        "DingTalk opens a channel for this application; changes arrive over it while the host listens",
        "钉钉同意为该应用建立长连接；宿主在线时，变更将通过它到达",
        "in DingTalk's developer console > your application > Development Configuration (开发配置) > Event Subscription (事件订阅), choose Stream mode (Stream 模式推送) and tick the events of contacts (通讯录事件)",
        "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 中选择“Stream 模式推送”，并勾选通讯录事件"
    }
    "channel-leads-elsewhere" by Administrator: fn channel_leads_elsewhere(address) {
        "DingTalk opens a channel for this application, and it leads to {address}, which these settings do not plan for: where it is not granted, no changes arrive over it",
        "钉钉同意为该应用建立长连接，但连接地址 {address} 不在这些配置的范围内：未授权访问该地址时，变更无法通过它到达",
        "if this is your DingTalk's address, set stream_base to {address}; if not, check what is at api_base",
        "如果这是您的钉钉的地址，请将 stream_base 设为 {address}；否则请检查 api_base 指向的服务"
    }
    "callback-well-formed" by Administrator: fn callback_well_formed() {
        "callback_token and callback_aes_key are well-formed; whether they are DingTalk's, and whether DingTalk reaches the callback address, shows when it sends a test event as the address is saved there",
        "callback_token 与 callback_aes_key 格式正确；它们是否与钉钉一致、钉钉能否访问回调地址，要在钉钉后台保存地址、由钉钉发送测试事件时才能确认",
        "in DingTalk's developer console > your application > Development Configuration (开发配置) > Event Subscription (事件订阅), choose HTTP push (HTTP 推送), enter the callback address that this host shows for the source, save, and tick the events of contacts (通讯录事件)",
        "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 中选择“HTTP 推送”，填入宿主为该来源显示的回调地址并保存，再勾选通讯录事件"
    }
    "corp-id-confirmed" by Nobody: fn corp_id_confirmed() {
        "DingTalk confirms that the application belongs to corp_id",
        "钉钉确认该应用属于 corp_id 所指的组织"
    }
    "corp-id-not-confirmed" by Administrator: fn corp_id_not_confirmed(said) {
        "DingTalk accepts the application and yet does not confirm corp_id: {said}",
        "钉钉接受该应用，但没有确认 corp_id：{said}",
        "compare corp_id with the CorpId on the home page of DingTalk's developer console, at the top right",
        "请将 corp_id 与钉钉开发者后台首页右上角的 CorpId 核对"
    }
    "field-not-visible" by SourceAdministrator: fn field_not_visible(n_people, field, permission) {
        "none of {n_people} shows {field}; the application probably lacks a field permission",
        "抽样的 {n_people} 人都没有{field}，应用很可能缺少相应的字段权限",
        "if it should be imported, apply for {permission} in DingTalk's developer console > your application > Permission Management (权限管理)",
        "如需导入，请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“{permission}”"
    }

    // Single departments and people, and why a reading cannot begin.
    "scope-empty" by SourceAdministrator: fn scope_empty() {
        "the application may see no department and nobody",
        "应用的通讯录授权范围为空，看不到任何部门和成员",
        "in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff",
        "请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本"
    }
    "scope-not-readable" by SourceAdministrator: fn scope_not_readable() {
        "DingTalk says which departments the application may see, and then shows none of them",
        "钉钉给出了应用的授权范围，但其中的部门都无法读取",
        "in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff",
        "请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本"
    }
    "department-skipped" by Nobody: fn department_skipped() {
        "a home-school or alumni book and not a department; it is left out",
        "这是家校或校友通讯录，不是部门，已略过"
    }
    "department-in-a-circle" by SourceAdministrator: fn department_in_a_circle(parent) {
        "listed below department {parent}, which is itself below it; not followed again",
        "它出现在部门 {parent} 之下，而后者又在它之下；不再重复读取",
        "report this to DingTalk's support",
        "请反馈给钉钉客服"
    }
    "departments-in-a-ring" by SourceAdministrator: fn departments_in_a_ring(ring, follows) {
        "its parents lead back to it: {ring}; {follows}",
        "其上级部门形成循环：{ring}（后者为前者的上级），{follows}",
        "look at these departments in DingTalk's admin console; if they are right there, report this to DingTalk's support",
        "请在钉钉管理后台核对这些部门；如果后台显示正常，请反馈给钉钉客服"
    }
    "department-listed-elsewhere" by Nobody: fn department_listed_elsewhere(listed, claimed) {
        "listed below department {listed} although it names {claimed} as its parent; the listing is followed",
        "它列在部门 {listed} 之下，自身却标明上级为 {claimed}；以列表为准"
    }
    "department-moved" by Nobody: fn department_moved(from, to) {
        "moved from below department {from} to below {to} during the reading",
        "读取期间从部门 {from} 之下移到了 {to} 之下"
    }
    "department-departed" by Nobody: fn department_departed(said) {
        "deleted during the reading: {said}",
        "读取期间已被删除：{said}"
    }
    "authorised-department-gone" by SourceAdministrator: fn authorised_department_gone(said) {
        "the application is authorised for it, and it does not exist: {said}",
        "应用的授权范围中有该部门，但它已不存在：{said}",
        "in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff",
        "请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本"
    }
    "department-contradicted" by SourceAdministrator: fn department_contradicted(said) {
        "listed by its parent, and yet DingTalk says that it is not there: {said}",
        "上级部门中列有该部门，钉钉却称其不存在：{said}",
        "import again; if it stays, report it to DingTalk's support",
        "请重新导入；如果一直如此，请反馈给钉钉客服"
    }
    "department-not-understood" by ConnectorAuthor: fn department_not_understood(n_departments) {
        "of what is listed below it, {n_departments} no id that can be read, and the ids of the departments below it name nothing else; it is left out",
        "列在其下的内容中有 {n_departments} 项的 ID 无法读取，而按 ID 查询没有其他下级部门，已略过",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    "person-not-understood" by ConnectorAuthor: fn person_not_understood(n_people) {
        "of the people listed in it, {n_people} no userid that can be read; whoever that is stays as before",
        "该部门列出的成员中有 {n_people} 名的 userid 无法读取，保持原样",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    /// The listing of a department does not say whether there are any below it, and by their ids there are.
    "departments-asked-about" by Nobody: fn departments_asked_about(n_departments) {
        "the list of what is below it lacks departments that DingTalk names by their ids; each of those, {n_departments} in all, was asked about",
        "其下级部门列表缺少 {n_departments} 个部门，已按部门 ID 逐个读取"
    }
    "departments-unknown" by Administrator: fn departments_unknown(why) {
        "DingTalk does not say which departments are below it, nor by their ids: {why}",
        "钉钉没有返回其下级部门，按 ID 查询也没有结果：{why}",
        "import again",
        "请重新导入"
    }
    "id-differs-in-case" by SourceAdministrator: fn id_differs_in_case(other) {
        "the userid differs from that of {other} in nothing but upper and lower case; both are kept, and programs that compare without case take them for one",
        "userid 与 {other} 仅大小写不同；两者都已保留，但不区分大小写的程序会将其视为同一人",
        "give one of them another userid in DingTalk",
        "请在钉钉中为其中一人更换 userid"
    }
    "too-many-pages" by ConnectorAuthor: fn too_many_pages(n_pages) {
        "DingTalk has listed {n_pages} of members and promises more; the rest is not read",
        "钉钉已返回 {n_pages} 页成员且仍有后续，其余不再读取",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    "too-many-empty-pages" by Operator: fn too_many_empty_pages(n_pages) {
        "DingTalk has listed {n_pages} pages in a row with nobody on them and promises more; the rest is not read",
        "钉钉已连续返回 {n_pages} 个空页且仍称有后续，其余不再读取",
        "import again; if it happens again, check what stands between this host and DingTalk, and report it to DingTalk's support",
        "请重新导入；如果再次出现，请检查本机与钉钉之间的代理和网关，并反馈给钉钉客服"
    }
    "person-gone-meanwhile" by Nobody: fn person_gone_meanwhile(said) {
        "named by DingTalk, and no longer there when asked about: {said}",
        "钉钉曾列出该成员，查询时已不存在：{said}"
    }
    "people-kept" by Nobody: fn people_kept(n_people) {
        "{n_people} left as before, because not all of their departments could be read",
        "有 {n_people} 名成员的部门未能全部读取，保持原样"
    }
    "memberships-not-visible" by Nobody: fn memberships_not_visible(n_memberships) {
        "left out: {n_memberships} in departments that the application may not see",
        "有 {n_memberships} 条所属部门关系指向应用不可见的部门，已略过"
    }
    /// Why a department of a branch that is held is no longer read.
    "branch-left-out" by Administrator: fn branch_left_out() {
        "it comes from a branch organisation, which these settings leave out; it stays with all below it until a person approves that they leave",
        "该部门来自下级组织，按当前配置不再导入；在有人批准之前，它和所有下级部门均予以保留",
        "look at what would leave in the history, and approve the run; or turn leave_out_branches off again",
        "请在运行历史中查看将要离开的对象，然后批准该次运行；或者关闭 leave_out_branches"
    }
    /// Why the uppermost department of a branch, and all below it, wait for a person.
    "branch-ended" by Administrator: fn branch_ended() {
        "it came from a branch organisation and is not there any more: the link to that organisation has ended, it seems; it stays with all below it until a person approves that they leave",
        "该部门来自下级组织，现在已不存在，与该组织的关联似乎已经解除；在有人批准之前，它和所有下级部门均予以保留",
        "look at what would leave in the history, and approve the run if the link was meant to end",
        "请在运行历史中查看将要离开的对象；如果确实解除了关联，请批准该次运行"
    }
    /// What is left out on purpose.
    "branch-unclear" by Administrator: fn branch_unclear() {
        "whether the department is of a branch organisation cannot be read (from_union_org); it was not imported before, and is left out with all below it",
        "无法读取该部门是否属于上下级组织中的下级组织（from_union_org）；此前未导入，因此连同其下级一并不导入",
        "import again; if it happens again, report it to DingTalk's support, or switch off leave_out_branches",
        "请重新导入；如果再次出现，请反馈给钉钉客服，或关闭 leave_out_branches"
    }
    "branches-left-out" by Nobody: fn branches_left_out(n) {
        "left out, with all below: {n} of branch organisations",
        "按配置未导入下级组织的 {n} 个部门（含所有下级部门）"
    }
    "accounts-unknown" by Administrator: fn accounts_unknown(n, why) {
        "of {n} it could not be told whether they are disabled; `active` stays as it was. The first time, because {why}",
        "有 {n} 个企业账号未能确认是否已停用，`active` 保持原样。首个原因：{why}"
    }
    "calls-throttled" by Administrator: fn calls_throttled(n_calls) {
        "DingTalk refused {n_calls} for coming too fast, and was asked again later",
        "钉钉因调用过快拒绝了 {n_calls} 次请求，均已在稍后重试",
        "if this slows imports down, lower requests_per_second, and keep other programs from using the same application at the same time",
        "如果因此导入变慢，请调低 requests_per_second，并避免其他程序同时使用同一应用"
    }
    "department-not-read-yet" by Administrator: fn department_not_read_yet(department) {
        "now in department {department}, which this reading has not seen; it is left as it is",
        "现位于部门 {department}，而本次读取没有见到该部门，保持原样",
        "import again",
        "请重新导入"
    }
    "department-not-listed" by Administrator: fn department_not_listed() {
        "people name it and it is visible, and yet no department listed it: it is new, or moved during the reading",
        "有成员属于该部门且应用可见，但没有任何上级部门列出它：它是新建的，或在读取期间被移动",
        "import again",
        "请重新导入"
    }
    "not-an-id" by Administrator: fn not_an_id() {
        "not an id that DingTalk could have given",
        "这不是钉钉可能给出的 ID",
        "remove the object on the platform if nobody needs it",
        "如果不再需要，请在平台上删除该对象"
    }

    // Deliveries, channels and events.
    "delivery-unsigned" by Nobody: fn delivery_unsigned() {
        "the delivery carries no signature, timestamp and nonce in its query",
        "推送请求的参数中缺少签名、时间戳或随机串"
    }
    "delivery-not-encrypted" by Nobody: fn delivery_not_encrypted() {
        "the delivery's body is not JSON with a text \"encrypt\"",
        "推送请求的内容不是带有 \"encrypt\" 的 JSON"
    }
    "delivery-signature-wrong" by Administrator: fn delivery_signature_wrong() {
        "the delivery's signature does not match its content and callback_token",
        "推送请求的签名与其内容及 callback_token 不符",
        "copy both callback_token and callback_aes_key again from DingTalk's developer console > your application > Development Configuration (开发配置) > Event Subscription (事件订阅) > HTTP push (HTTP 推送); if they are right there, someone else is calling this address",
        "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 > HTTP 推送 中重新复制 callback_token（签名 token）与 callback_aes_key（加密 aes_key）；如果无误，则是他人在调用该地址"
    }
    "delivery-owner-wrong" by Administrator: fn delivery_owner_wrong() {
        "the delivery is meant for another application or organization",
        "该推送属于其他应用或组织",
        "check app_key and corp_id, and the address that is entered for other applications in DingTalk's console",
        "请检查 app_key 与 corp_id，以及钉钉后台中其他应用填写的请求网址"
    }
    "delivery-not-decrypted" by Administrator: fn delivery_not_decrypted() {
        "the delivery is signed correctly and cannot be decrypted with callback_aes_key",
        "推送请求的签名正确，但无法用 callback_aes_key 解密",
        "copy both callback_token and callback_aes_key again from DingTalk's developer console > your application > Development Configuration (开发配置) > Event Subscription (事件订阅) > HTTP push (HTTP 推送); if they are right there, someone else is calling this address",
        "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 > HTTP 推送 中重新复制 callback_token（签名 token）与 callback_aes_key（加密 aes_key）；如果无误，则是他人在调用该地址"
    }
    "delivery-stale" by Operator: fn delivery_stale() {
        "the delivery was signed too long ago or not yet: it is a repeat, or a clock is wrong",
        "推送请求的签名时间过早或在未来：可能是重放，也可能是时钟不准",
        "check this machine's clock",
        "请检查本机时钟"
    }
    "delivery-not-understood" by ConnectorAuthor: fn delivery_not_understood() {
        "the delivery was decrypted and is not an event",
        "推送请求已解密，但内容不是事件",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    "deliveries-not-wanted" by Administrator: fn deliveries_not_wanted() {
        "DingTalk pushes events over HTTP, and setting \"events\" is not \"http\"",
        "钉钉正在通过 HTTP 推送事件，但配置项 \"events\" 不是 \"http\"",
        "set events to \"http\" with callback_token and callback_aes_key, or switch the push off in DingTalk's console",
        "请将 events 设为 \"http\" 并填写 callback_token 与 callback_aes_key，或在钉钉后台关闭该推送"
    }
    "frame-not-understood" by ConnectorAuthor: fn frame_not_understood() {
        "DingTalk sent something over the channel that cannot be answered",
        "钉钉通过长连接发来了无法应答的内容",
        "report this to the connector's author",
        "请反馈给连接器的作者"
    }
    /// The organization is no more, as its last event says.
    "organization-dissolved" by SourceAdministrator: fn organization_dissolved() {
        "DingTalk says that the organization was dissolved",
        "钉钉通知：该组织已解散",
        "ask the organization's main administrator; nothing that was imported is removed",
        "请联系组织的主管理员；已导入的内容不会被删除"
    }
    "full-reading-needed" by Administrator: fn full_reading_needed(kind) {
        "{kind} does not say which objects it concerns; the next full run brings them in line",
        "{kind} 没有说明涉及哪些对象，将在下次全量同步时更新",
        "run a full import if it must be soon",
        "如需尽快生效，请执行一次全量导入"
    }
    "event-not-known" by Nobody: fn event_not_known(kind) {
        "events of kind {kind} are not known to this connector; nothing was done",
        "该连接器不认识 {kind} 类事件，未做处理"
    }
    /// A department with so much below it that reading everything asks less of DingTalk.
    "subtree-too-large" by Administrator: fn subtree_too_large() {
        "the department came into view or left it with more below it than is read after one event; the next full run brings it in line",
        "该部门移入或移出了可见范围，其下级过多，将在下次全量同步时更新",
        "run a full import if it must be soon",
        "如需尽快生效，请执行一次全量导入"
    }
    "channel-forbidden" by SourceAdministrator: fn channel_forbidden(said) {
        "DingTalk does not let the application open a channel: {said}",
        "钉钉不允许该应用建立长连接：{said}",
        "in DingTalk's developer console > your application > Development Configuration (开发配置) > Event Subscription (事件订阅), choose Stream mode (Stream 模式推送)",
        "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 中选择“Stream 模式推送”"
    }
    "channel-refused" by Administrator: fn channel_refused(said) {
        "DingTalk refused to open a channel: {said}",
        "钉钉拒绝建立长连接：{said}",
        "check that api_base points to DingTalk; if it does, report this with the request id",
        "请检查 api_base 是否指向钉钉；如果无误，请附上 request_id 反馈"
    }
    "channel-not-understood" by Administrator: fn channel_not_understood() {
        "DingTalk's answer names no address and ticket of a WebSocket",
        "钉钉的应答中没有长连接的地址和票据",
        "check that api_base points to DingTalk and that no proxy on the way answers in its place",
        "请检查 api_base 是否指向钉钉，以及途中的代理是否替它作了应答"
    }

    // Fields that cannot be mapped. Their content is a person's and is not repeated.
    "phone-not-understood" by SourceAdministrator: fn phone_not_understood() {
        "the mobile number in DingTalk is not a telephone number; what the platform holds is kept",
        "钉钉中的手机号不是有效的电话号码，平台上的现有值保持不变",
        "correct the number in DingTalk",
        "请在钉钉中更正该号码"
    }
    "phone-doubtful" by SourceAdministrator: fn phone_doubtful() {
        "the mobile number in DingTalk is not one of the country that its code names; it is taken over as it is written",
        "钉钉中的手机号不符合其国家（地区）代码的号码规则，已按原样导入",
        "correct the number or its country code in DingTalk",
        "请在钉钉中更正该号码或其国家（地区）代码"
    }
    "phone-without-country" by Nobody: fn phone_without_country() {
        "the mobile number in DingTalk has no country code and is not a number of mainland China; it is taken over as it is",
        "钉钉中的手机号没有国家（地区）代码，也不是中国大陆号码，已按原样导入"
    }
    "member-not-understood" by ConnectorAuthor: fn member_not_understood(member) {
        "DingTalk sent {member:?} in a form that is not known here; what the platform holds of it is kept",
        "钉钉返回的 {member:?} 格式无法识别，平台上的现有值保持不变",
        "correct it in DingTalk, or report this to the connector's author",
        "请在钉钉中更正，或反馈给连接器的作者"
    }
    "characters-replaced" by SourceAdministrator: fn characters_replaced(member) {
        "{member:?} holds characters that cannot be read; each was replaced by U+FFFD",
        "{member:?} 中有无法识别的字符，均已替换为 U+FFFD",
        "write it anew in DingTalk",
        "请在钉钉中重新填写"
    }
    "department-without-name" by SourceAdministrator: fn department_without_name() {
        "DingTalk shows no name of the department; it is kept by its id",
        "钉钉没有返回该部门的名称，以部门 ID 保留",
        "name it in DingTalk",
        "请在钉钉中填写名称"
    }
    "person-without-name" by SourceAdministrator: fn person_without_name() {
        "DingTalk shows no name of the person, who is kept by the user id",
        "钉钉没有返回该人员的姓名，以用户 ID 保留",
        "enter the name in DingTalk",
        "请在钉钉中填写姓名"
    }
    "person-without-departments" by SourceAdministrator: fn person_without_departments() {
        "DingTalk does not say which departments the person belongs to; what the platform holds of them is kept",
        "钉钉没有返回该人员所属的部门，平台上的现有值保持不变",
        "look up the person in DingTalk; the next full import reads who is in each department",
        "请在钉钉中查看该人员；下次全量导入会读取各部门的成员"
    }

    // Settings. Their values are never repeated: a secret may have been pasted anywhere.
    "settings-not-an-object" by Administrator: fn settings_not_an_object() {
        "the settings are not a JSON object",
        "配置不是 JSON 对象"
    }
    "setting-missing" by Administrator: fn setting_missing(name, advice) {
        "setting {name:?} is missing",
        "缺少配置项 {name:?}",
        "{advice}",
        "{advice}"
    }
    "setting-has-white-space" by Administrator: fn setting_has_white_space(name) {
        "setting {name:?} contains white space or an invisible character",
        "配置项 {name:?} 含有空格或不可见字符",
        "copy it again without what surrounds it",
        "请重新复制，不要带上前后的内容"
    }
    "setting-too-long" by Administrator: fn setting_too_long(name, max_chars, advice) {
        "setting {name:?} is longer than {max_chars} characters",
        "配置项 {name:?} 超过 {max_chars} 个字符",
        "{advice}",
        "{advice}"
    }
    "setting-out-of-range" by Administrator: fn setting_out_of_range(name, max) {
        "setting {name:?} must be a whole number from 1 to {max}",
        "配置项 {name:?} 必须是 1 到 {max} 之间的整数",
        "use 15 with DingTalk's standard edition, and up to 40 or 60 with a larger one",
        "钉钉标准版建议填 15，更高版本可填至 40 或 60"
    }
    "setting-not-an-origin" by Administrator: fn setting_not_an_origin(name, schemes, example) {
        "setting {name:?} must be {schemes} address of a host alone, without user, path or query",
        "配置项 {name:?} 必须是仅含主机的 {schemes} 地址，不能带用户名、路径或参数",
        "leave it out, or write it like {example:?}",
        "可以不填，或按 {example:?} 的形式填写"
    }
    "setting-unknown" by Administrator: fn setting_unknown(name) {
        "setting {name:?} is not one of this connector's",
        "该连接器没有名为 {name:?} 的配置项",
        "remove it, or correct its name: corp_id, app_key, app_secret, details, person_details, account_status, leave_out_branches, requests_per_second, oapi_base, api_base, stream_base, token_interface, events, callback_token, callback_aes_key",
        "请删除或更正名称，可用的有：corp_id、app_key、app_secret、details、person_details、account_status、leave_out_branches、requests_per_second、oapi_base、api_base、stream_base、token_interface、events、callback_token、callback_aes_key"
    }
    "setting-wrong-type" by Administrator: fn setting_wrong_type(name, kind) {
        "setting {name:?} must be {kind}",
        "配置项 {name:?} 必须是{kind}"
    }
}
