//! Every sentence of this program's own, in both of its languages side by side.
//!
//! What is deliberately not here: what a connector or the host says; those diagnoses bring their translations along.

use rollcall_words::sentences;

sentences! {
    // Words of a source file.
    fn a_string() { "a string, {{ env = \"NAME\" }} or {{ file = \"PATH\" }}", "字符串、{{ env = \"变量名\" }} 或 {{ file = \"路径\" }}" }
    fn a_string_found() { "a string", "字符串" }
    fn an_integer() { "an integer", "整数" }
    fn a_float() { "a decimal number", "小数" }
    fn a_boolean() { "a boolean", "布尔值" }
    fn a_datetime() { "a date or time", "日期或时间" }
    fn an_array() { "an array", "数组" }
    fn a_table() { "a table", "表" }
    fn an_array_of_origins() { "an array of origins such as [\"https://api.example.com\"]", "由源（origin）组成的数组，例如 [\"https://api.example.com\"]" }
    fn a_setting() { "a string, a number, a boolean, an array or a table", "字符串、数字、布尔值、数组或表" }
    fn a_proxy() { "a URL, or a table of `url`, `username` and `password`", "代理的 URL，或包含 `url`、`username`、`password` 的表" }

    // What is wrong with a source file.
    fn not_toml(reason) { "not valid TOML: {reason}", "不是合法的 TOML：{reason}" }
    fn wrong_type(key, expected, found) { "`{key}` must be {expected}, found {found}", "`{key}` 应为{expected}，实际为{found}" }
    fn unknown_key(key, place, known) { "unknown key `{key}` in {place}; the keys there are {known}", "{place}中没有名为 `{key}` 的键；可用的键有 {known}" }
    fn missing_key(key, expected) { "`{key}` is missing; it must be {expected}", "缺少 `{key}`，它应为{expected}" }
    fn top_of_file() { "the first part of the file", "文件开头部分" }
    fn table_of_file(name) { "[{name}]", "[{name}] 表" }
    fn out_of_range(key) { "`{key}` must be a finite number of at most 64 bits", "`{key}` 应为有限的、不超过 64 位的数" }
    fn variable_missing(key, name) { "`{key}` is to come from the environment variable {name}, which is not set", "`{key}` 取自环境变量 {name}，但该变量未设置" }
    fn variable_not_text(key, name) { "`{key}` is to come from the environment variable {name}, which is not UTF-8", "`{key}` 取自环境变量 {name}，但其内容不是 UTF-8 文本" }
    fn file_unreadable(key, path, reason) { "`{key}` is to come from the file {path}, which cannot be read: {reason}", "`{key}` 取自文件 {path}，但无法读取：{reason}" }
    fn file_too_large(key, path, limit_bytes) { "`{key}` is to come from the file {path}, which is larger than {limit_bytes} bytes", "`{key}` 取自文件 {path}，但该文件超过 {limit_bytes} 字节" }
    fn bad_name(key) { "`{key}` must be 1 to 64 lower-case letters, digits and hyphens, and not start with a hyphen", "`{key}` 应为 1 到 64 个小写字母、数字或连字符，且不能以连字符开头" }
    fn bad_jitter(key) { "`{key}` must be a time such as \"90s\", \"10m\" or \"1h\"", "`{key}` 应为时长，例如 \"90s\"、\"10m\" 或 \"1h\"" }

    fn about_value(key, what) { "`{key}`: {what}", "配置项 `{key}`：{what}" }
    fn at_place(place, what) { "{place}: {what}", "{place} 处：{what}" }
    fn source_file_unreadable(path, reason) { "the source file {path} cannot be read: {reason}", "无法读取来源配置文件 {path}：{reason}" }
    fn name_not_file() { "give the name that stands in the source file, not the path of the file", "请填写来源配置文件中的名称，而不是文件路径" }

    // What stops the program.
    fn output_failed(reason) { "the result cannot be written: {reason}", "无法输出结果：{reason}" }
    fn store_failed(reason) { "the data cannot be read or written: {reason}", "无法读写数据：{reason}" }
    fn data_unusable(path, reason) { "the data folder {path} cannot be created: {reason}", "无法创建数据目录 {path}：{reason}" }
    fn no_data(path) { "there is no data in {path}", "{path} 中没有数据" }
    fn no_data_remedy() { "import a source into it with `rollcall sync`, or give another `--data`", "请先用 `rollcall sync` 导入来源，或指定其他 `--data`" }
    fn unknown_source(name, path) { "{path} holds nothing of a source named {name}", "{path} 中没有来源 {name} 的数据" }
    fn known_sources(names) { "the sources there are: {names}", "其中的来源有：{names}" }
    fn unknown_run(id, name) { "source {name} has no run {id}", "来源 {name} 没有编号为 {id} 的运行" }
    fn unknown_run_remedy() { "leave the number out to list the runs", "去掉编号即可列出全部运行" }
    fn no_runtime(reason) { "the program cannot start its threads: {reason}", "程序无法启动线程：{reason}" }

    fn engine_unusable(reason) { "components cannot be run here: {reason}", "此环境无法运行组件：{reason}" }
    fn cache_unusable(path, reason) { "the folder for compiled connectors, {path}, cannot be used: {reason}", "无法使用存放已编译连接器的目录 {path}：{reason}" }
    fn cache_not_private(path) { "others can write to {path}, where compiled connectors are kept", "其他用户可以写入存放已编译连接器的目录 {path}" }
    fn cache_not_private_remedy(path) { "run this as the user whose folder it is, and make it that user's alone: chmod 700 {path}", "请以该目录所有者的身份运行，并确保仅其本人可访问：chmod 700 {path}" }
    fn no_such_run(run) { "source has no run {run}; `rollcall history` lists its runs", "该来源没有第 {run} 次运行；可用 `rollcall history` 查看" }
    fn nothing_held(run) { "nothing of run {run} waits for approval; `rollcall history` shows which runs read held", "第 {run} 次运行没有待确认的内容；可用 `rollcall history` 查看哪些运行待确认" }
    fn approving_scope(run, told) {
        "Run {run} holds back: {told}. Everything is read again, and what the application sees now is what counts: whoever is in \
         a department that it no longer sees leaves that department.",
        "第 {run} 次运行待确认：{told}。将重新读取全部数据，并以应用当前的可见范围为准：成员将移出不再可见的部门。"
    }
    fn approving(run, told) { "Run {run} holds back: {told}. The source is asked about each again; who or what is back stays.", "第 {run} 次运行待确认：{told}。将再次向来源逐一确认，已恢复的予以保留。" }
    fn held_would_leave(told) { "Waiting for a person: {told}.", "等待人工确认：{told}。" }
    fn run_waits(run, at) { "Run {run} of {at} waits for a person.", "第 {run} 次运行（{at}）等待人工确认。" }
    fn run_waits_to_remove(run, at, told) { "Run {run} of {at} waits for a person: {told}.", "第 {run} 次运行（{at}）等待人工确认：{told}。" }
    fn how_to_see(command) { "Look at it, then approve or decline it: {command}", "请查看后批准或拒绝：{command}" }
    fn how_to_approve(command) { "If that is right: {command}", "如果无误：{command}" }
    fn how_to_decline(command) { "If it is not: {command}", "如果不对：{command}" }
    fn why_placeholder() { "why", "原因" }
    fn type_the_number(told, n) { "{told}. Type {n} to go on:", "{told}。如需继续，请输入 {n}：" }
    fn nothing_confirmed() { "That is not the number; nothing was removed.", "数量不符，未移除任何对象。" }
    fn removals_unconfirmed(run, told, n) { "to approve run {run}, confirm the number {n}: {told}", "批准第 {run} 次运行需要确认数量 {n}：{told}" }
    fn removals_misconfirmed(run, told, n, confirmed) { "run {run} was confirmed with {confirmed}, and it is {n}: {told}", "批准第 {run} 次运行时确认的数量为 {confirmed}，实际为 {n}：{told}" }
    fn confirm_the_number(n) { "look at them with `rollcall history`; if they are right, add `--confirm {n}`, else say `rollcall decline`", "请用 `rollcall history` 查看；如果无误，请加 `--confirm {n}`；否则请用 `rollcall decline` 拒绝" }
    fn undo_unconfirmed(run, told, n) { "to undo run {run}, confirm the number {n}: {told}", "撤销第 {run} 次运行需要确认数量 {n}：{told}" }
    fn undo_misconfirmed(run, told, n, allowed) { "to undo run {run} may remove {allowed}, and it is {n}: {told}", "撤销第 {run} 次运行时允许移除 {allowed} 个，实际为 {n}：{told}" }
    fn allow_the_number(n) { "look at them with `--dry-run`; if they are right, add `--allow-removals {n}`", "请用 `--dry-run` 查看；如果无误，请加 `--allow-removals {n}`" }
    fn approval_expired(run) { "what run {run} held is of more than 30 days ago", "第 {run} 次运行的待确认内容已超过 30 天" }
    fn approval_expired_remedy() { "import again, and decide about what is held then", "请重新导入，再对届时的待确认内容作出决定" }
    fn not_among_held(run, object) { "run {run} does not hold {object}; `rollcall history {run}` lists what it holds", "第 {run} 次运行的待确认内容中没有 {object}；可用 `rollcall history {run}` 查看" }
    fn not_in_parts(run) { "run {run} holds a smaller view of the source, about which a person decides as a whole; leave out `--user` and `--department`", "第 {run} 次运行的待确认内容是变小的可见范围，只能整体决定；请去掉 `--user` 和 `--department`" }
    fn reason_not_valid(n, limit) { "the reason has {n} characters; it must have 1 to {limit}", "原因有 {n} 个字符，应为 1 到 {limit} 个" }
    fn declined(run, n) { "Declined, of run {run}: {n}. They stay as they are as long as the source says the same, for 90 days at most.", "已拒绝第 {run} 次运行中的 {n} 项变更。只要来源的情况不变，它们保持不变，最长 90 天。" }
    fn declined_whole(run) { "Declined, run {run} as a whole. It held more than is recorded one by one, so the next import holds it anew.", "已整体拒绝第 {run} 次运行。其待确认内容超过逐一记录的上限，因此下次导入会再次等待确认。" }
    fn decided_by(verdict, by, at, n) { "{verdict} by {by} at {at}: {n}", "{by} 于 {at} {verdict}：{n} 项" }
    fn decided_whole(verdict, by, at) { "{verdict} by {by} at {at}, as a whole", "{by} 于 {at} 整体{verdict}" }
    fn word_approved() { "approved", "批准" }
    fn word_declined() { "declined", "拒绝" }
    fn decisions_title() { "Decisions", "决定" }
    fn identities_unanswered(run) { "run {run} holds ids that belong to somebody else now, and the command does not say who these are", "第 {run} 次运行中有 ID 现在属于别人，命令没有说明他们是谁" }
    fn identities_answers() { "say `--as same-people` if they are the same people under new ids, who go on with all they have; or `--as other-people` if they are others: who was there leaves, and nothing of them is inherited", "如果是同一批人换了身份标识，请加 `--as same-people`，保留其全部信息；如果是另一批人，请加 `--as other-people`，原来的人离开，不继承任何信息" }
    fn still_running(run) { "run {run} is under way; wait for it or stop it, then undo it", "第 {run} 次运行仍在进行；请等待其结束或停止后再撤销" }
    fn nothing_to_undo(run) { "run {run} was a dry run and changed nothing", "第 {run} 次运行是试运行，没有变更可撤销" }
    fn source_busy(run) { "run {run} of this source is still at work", "该来源的第 {run} 次运行尚未结束" }
    fn source_busy_remedy() { "wait until it has ended, or stop it", "请等它结束，或先将其停止" }
    fn history_unwritable(reason) { "the history cannot be written: {reason}", "无法写入运行历史：{reason}" }
    fn run_died(reason) { "the run died: {reason}", "运行异常终止：{reason}" }

    // Progress.
    fn phase_reading() { "reading", "读取中" }
    fn phase_confirming() { "confirming", "确认中" }
    fn phase_removing() { "removing", "移除中" }
    fn phase_undoing() { "undoing", "撤销中" }
    fn progress_of(phase, done, total) { "{phase}: {done} of {total}", "{phase}：{done} / {total} 项" }
    fn progress_so_far(phase, done) { "{phase}: {done} so far", "{phase}：已完成 {done} 项" }

    // A check.
    fn check_sum(passed, warnings, failed, skipped) { "{passed} passed, {warnings} to look at, {failed} failed, {skipped} not tried", "通过 {passed} 项，需留意 {warnings} 项，失败 {failed} 项，未检查 {skipped} 项" }

    // A connector.
    fn word_id() { "connector", "连接器" }
    fn word_file() { "file", "文件" }
    fn word_digest() { "digest", "摘要" }
    fn word_objects() { "objects", "对象类型" }
    fn word_capabilities() { "asks for", "请求的能力" }
    fn word_closed() { "closed", "已封闭" }
    fn sealed(file, output, n) {
        "{output} is {file} with what its toolchain asked for closed off (interfaces: {n}); it asks for the contract alone",
        "{output} 已写入：封闭了 {file} 中由编译工具带入的 {n} 个接口，只请求接口约定中的能力"
    }
    fn sealed_already(file, output) {
        "{file} asks for the contract alone; {output} is the same",
        "{file} 只请求接口约定中的能力；{output} 与其相同"
    }
    fn connector_not_written(file, cause) { "{file} cannot be written: {cause}", "无法写入 {file}：{cause}" }
    fn settings_title() { "Settings", "配置项" }
    fn setting_required() { "required", "必填" }
    fn setting_required_secret() { "required, secret", "必填，保密" }
    fn setting_secret() { "optional, secret", "选填，保密" }
    fn setting_optional() { "optional", "选填" }
    fn setting_default(value) { "optional, else {value}", "选填，默认 {value}" }

    // A run.
    fn run_title(id, source) { "Run {id} of {source}", "来源 {source} 的第 {id} 次运行" }
    fn word_run() { "run", "编号" }
    fn word_state() { "state", "状态" }
    fn word_started() { "started", "开始时间" }
    fn word_took() { "took", "耗时" }
    fn word_trigger() { "trigger", "触发方式" }
    fn word_connector() { "connector", "连接器" }
    fn word_read() { "read", "读取" }
    fn word_created() { "created", "新建" }
    fn word_updated() { "updated", "更新" }
    fn word_restored() { "restored", "恢复" }
    fn word_unchanged() { "unchanged", "未变" }
    fn word_skipped() { "skipped", "跳过" }
    fn word_rejected() { "rejected", "拒绝" }
    fn word_deactivated() { "deactivated", "停用" }
    fn word_deleted() { "deleted", "删除" }
    fn word_kept() { "kept", "保留" }
    fn not_done(action) { "not {action}", "未{action}" }
    fn came_as_far_as(stage) { "it had come as far as {stage}", "已进行到 {stage}" }
    fn nothing_changed() { "nothing changed", "未发生任何变更" }
    fn word_came_to() { "came to", "进行到" }
    fn would_be(action) { "held: would be {action}", "待确认：将{action}" }
    fn counted(what, n) { "{n} {what}", "{what} {n} 个" }
    fn nothing_counted() { "nothing read", "未读取任何对象" }
    fn run_ended(id, source, state, took, counts) { "Run {id} of {source}: {state} after {took}; {counts}", "来源 {source} 第 {id} 次运行：{state}，耗时 {took}；{counts}" }
    fn would_be_held() { "would be held", "将待确认" }
    fn dry_run_ended(id, source, state, took, counts) { "Dry run {id} of {source}: {state} after {took}; nothing was written, but would be: {counts}", "来源 {source} 第 {id} 次试运行：{state}，耗时 {took}；未写入任何数据；正式运行将会：{counts}" }
    fn dry_run(trigger) { "{trigger}, dry run", "{trigger}（试运行）" }
    fn word_what() { "what", "内容" }
    fn word_drift() { "missed by events", "事件遗漏" }
    fn kind_full() { "import", "全量导入" }
    fn kind_refresh() { "refresh", "单项刷新" }
    fn kind_events() { "events", "事件" }
    fn kind_undo() { "undo", "撤销" }
    fn trigger_manual() { "manual", "手动" }
    fn trigger_schedule() { "schedule", "定时" }
    fn trigger_event() { "event", "事件" }
    fn trigger_stream() { "stream", "推送流" }
    fn trigger_approval() { "approval", "审批" }
    fn state_running() { "running", "进行中" }
    fn state_succeeded() { "succeeded", "成功" }
    fn state_partial() { "partial", "部分完成" }
    fn state_failed() { "failed", "失败" }
    fn state_held() { "held", "待确认" }
    fn state_cancelled() { "cancelled", "已取消" }
    fn state_interrupted() { "interrupted", "已中断" }
    fn witness(text) { "the source said: {text}", "来源答复：{text}" }

    fn log_title() { "Log", "日志" }
    fn proof_title() { "What it can show for itself", "运行依据" }
    fn changes_title() { "Changes", "变更" }
    fn and_more(n) { "and {n} more; --all shows them", "另有 {n} 项；加 --all 可全部显示" }
    fn not_kept(n) { "counted and not kept: {n} more", "另有 {n} 项只计数、未保存" }
    fn log_sum(errors, warnings) { "In the log: errors {errors}, warnings {warnings}", "日志中有错误 {errors} 条、警告 {warnings} 条" }
    fn where_to_read(command) { "More: {command}", "详情：{command}" }
    fn waiting(run) { "run {run} of this source is at work; waiting for it", "该来源的第 {run} 次运行正在进行，等待其结束" }
    fn object_unchanged(object) { "unchanged {object}", "未变 {object}" }
    fn object_absent(object) { "absent {object}: neither at the source nor held", "不存在 {object}：来源中没有，平台也未持有" }
    fn object_unknown(object) { "not read {object}", "未能读取 {object}" }
    fn stopping() { "stopping in good order; once more to stop at once", "正在有序停止；再按一次立即停止" }

    // Following a source.
    fn serving(url) { "Serving at {url}; Ctrl-C ends it", "正在 {url} 提供服务；按 Ctrl-C 结束" }
    fn data_in_use(folder) { "another `rollcall serve` uses {folder}", "另一个 `rollcall serve` 正在使用 {folder}" }
    fn data_in_use_by(process, machine, since, folder) { "another `rollcall serve` (process {process} on {machine}, since {since}) uses {folder}", "另一个 `rollcall serve`（{machine} 上的进程 {process}，启动于 {since}）正在使用 {folder}" }
    fn data_in_use_at(process, machine, since, url, folder) { "another `rollcall serve` (process {process} on {machine}, since {since}, at {url}) uses {folder}", "另一个 `rollcall serve`（{machine} 上的进程 {process}，启动于 {since}，地址 {url}）正在使用 {folder}" }
    fn data_in_use_remedy() { "use that one, or end it first; or give this one a folder of its own. Other commands work beside it", "请使用正在运行的那个，或先将其停止；也可以为本次启动另设数据目录。其他命令可以与它同时使用" }
    fn setup_link(link) { "There is no account yet. Create one here, once: {link}", "尚无账号。请用此一次性链接创建：{link}" }
    fn address_in_the_clear(address) { "{address} can be reached from other machines, and passwords and personal data would cross the network in the clear", "{address} 可从其他机器访问，密码和个人数据会以明文经过网络" }
    fn callbacks_address_in_the_clear(address) { "{address} can be reached from other machines, and what sources deliver, with the tokens that some prove themselves by, would cross the network in the clear", "{address} 可从其他机器访问，身份源推送的内容以及部分身份源用于证明身份的令牌会以明文经过网络" }
    fn keep_it_from_the_clear() { "give --tls-cert and --tls-key, or --trusted-proxy with the address of the reverse proxy that has the certificate; or listen at 127.0.0.1", "请指定 --tls-cert 和 --tls-key；或用 --trusted-proxy 指定带证书的反向代理的地址；或监听 127.0.0.1" }
    fn certificate_unusable(reason) { "the certificate cannot be served: {reason}", "无法使用证书：{reason}" }
    fn key_unusable(reason) { "secrets cannot be sealed or opened: {reason}", "无法加密或解密密钥类设置：{reason}" }
    fn serving_source(source, callback) { "{source}: followed; callbacks, if it makes any, are taken at {callback}", "{source}：已开始跟随；如使用回调，接收地址为 {callback}" }
    fn source_named_twice(source) { "two source files have the name {source}; give each its own", "有两个来源配置文件的名称都是 {source}；请为每个来源取不同的名称" }
    fn address_unusable(address, reason) { "the address {address} cannot be served: {reason}", "无法在地址 {address} 提供服务：{reason}" }
    fn serving_callbacks(source, callback) { "{source}: followed; its callbacks are taken at {callback}", "{source}：已开始跟随，回调接收地址为 {callback}" }
    fn callbacks_in_the_clear(url, option) { "{url} begins with http: sources on the internet often refuse such a callback address or cannot reach it; name the https address with {option}, or give --tls-cert and --tls-key", "{url} 以 http 开头：互联网上的来源往往拒绝或无法访问这样的回调地址；请用 {option} 指定 https 地址，或指定 --tls-cert 和 --tls-key" }
    fn serving_channel(source) { "{source}: followed over a connection that is held open", "{source}：已开始跟随，通过长连接接收变更" }
    fn serving_silent(source) { "{source}: followed by its schedule; it does not push its changes", "{source}：已按计划跟随；该来源不推送变更" }
    fn channel_callbacks() { "not used; the source calls the callback address", "未使用，来源会调用回调地址" }
    fn channel_none() { "not used; the source does not push its changes", "未使用，来源不推送变更" }
    fn channel_now(source, state) { "{source}: channel {state}", "{source}：通道{state}" }
    fn channel_off() { "off", "未启用" }
    fn channel_connecting() { "connecting", "连接中" }
    fn channel_connected() { "connected", "已连接" }
    fn channel_waiting() { "broken, will be tried again", "已断开，将自动重连" }
    fn channel_refused() { "refused; someone must act", "被拒绝，需要人工处理" }
    fn channel_taken() { "taken by another source", "已被其他来源占用" }
    fn channel_closed() { "closed", "已关闭" }
    fn followed_again(source) { "{source} is followed again", "{source} 已恢复跟随" }
    fn not_followed(source) { "{source} is not followed any more, until someone has acted", "{source} 已停止跟随，需要人工处理" }
    fn deliveries_refused(source, n) { "{source}: deliveries refused: {n}; the last one because", "{source}：拒绝了 {n} 次推送，最近一次的原因" }
    fn console_unusable(reason) { "the console cannot be opened: {reason}", "无法打开控制台：{reason}" }
    fn event_done(kind, about, took) { "{kind} {about}: stored {took} after it happened", "{kind} {about}：发生后 {took} 已写入" }
    fn event_settled(kind, about) { "{kind} {about}: done", "{kind} {about}：已完成" }
    fn event_again(kind, about, attempts) { "{kind} {about}: will be tried again, {attempts} attempts so far", "{kind} {about}：将再次尝试，已尝试 {attempts} 次" }
    fn event_failed(kind, about) { "{kind} {about}: given up; `rollcall events retry` tries it again", "{kind} {about}：已放弃；可用 `rollcall events retry` 重试" }
    fn event_state_waiting() { "waiting", "待处理" }
    fn event_state_done() { "done", "已完成" }
    fn event_state_failed() { "failed", "失败" }
    fn way_callback() { "callback", "回调" }
    fn way_stream() { "stream", "推送流" }
    fn way_missed() { "asked for", "补取" }
    fn word_number() { "number", "编号" }
    fn word_arrived() { "arrived", "到达时间" }
    fn word_way() { "way", "途径" }
    fn word_kind() { "kind", "类型" }
    fn word_about() { "about", "对象" }
    fn word_attempts() { "attempts", "尝试次数" }
    fn word_channel() { "channel", "通道" }
    fn word_heard_until() { "heard until", "最近在线" }
    fn word_next_run() { "next full run", "下次全量导入" }
    fn word_events_waiting() { "events waiting", "待处理事件" }
    fn word_events_failed() { "events failed", "失败事件" }
    fn word_events_done() { "events done", "已完成事件" }
    fn word_deliveries_refused() { "deliveries refused", "被拒绝的推送" }
    fn not_fetched(at) { "What could not be delivered was not fetched at {at}; it is asked for again within the hour:", "{at} 未能补取推送失败的事件，一小时内会再次尝试：" }
    fn schedule_paused() { "paused", "已暂停" }
    fn schedule_none() { "none", "无" }
    fn unfinished_title() { "Tried in vain so far, and tried again:", "已尝试但尚未完成、将重新尝试的事件：" }
    fn unfinished_more(n) { "and {n} more; `rollcall events list --state waiting` shows them", "另有 {n} 个；可用 `rollcall events list --state waiting` 查看" }
    fn unfinished(number, kind, about, arrived, again) { "{number} {kind} {about}: since {arrived}, again at {again}", "{number} {kind} {about}：始于 {arrived}，下次尝试 {again}" }
    fn events_wait_again(n) { "events that wait to be tried again: {n}", "{n} 个事件将重新尝试" }
    fn paused(source) { "the schedule of {source} is held back until `rollcall resume`", "{source} 的计划导入已暂停，直到 `rollcall resume`" }
    fn nothing_to_resume(source) { "{source} was neither paused nor stopped", "{source} 未被暂停，也未被停止" }
    fn resumed(source) { "{source} goes on", "{source} 已恢复" }
    fn events_title() { "Events", "事件" }

    // An organisation.
    fn one_person() { "1 person", "1 人" }
    fn several_people(n) { "{n} people", "{n} 人" }
    fn people_in_all(own, n) { "{own}, {n} in all", "直属 {own}，共 {n} 人" }
    fn one_department() { "1 department", "1 个部门" }
    fn several_departments(n) { "{n} departments", "{n} 个部门" }
    fn tree_sum(departments, people) { "{departments}, {people}", "共 {departments}，{people}" }
    fn without_department() { "Without a department", "不属于任何部门" }
    fn parent_not_held(parent) { "its parent [{parent}] is not held", "未持有上级部门 [{parent}]" }
    fn parent_circular(parent) { "its parent [{parent}] is below it", "上级部门 [{parent}] 位于其下，形成循环" }
    fn word_leader() { "leader", "主管" }
    fn word_departed() { "departed", "已离开" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(ALL, &[]), Vec::<&str>::new());
    }
}
