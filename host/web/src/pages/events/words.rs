//! What the pages about events say.

rollcall_words::sentences! {
    // The table.
    fn number() { "No.", "编号" }
    fn arrived() { "Arrived", "到达时间" }
    fn born() { "Happened", "发生时间" }
    fn way() { "Came by", "途径" }
    fn kind() { "What", "事件类型" }
    fn about() { "About", "涉及对象" }
    fn state() { "State", "状态" }
    fn attempts() { "Failed attempts", "失败次数" }
    fn run() { "Run", "任务" }
    fn latency() { "Until stored", "从发生到入库" }
    fn and_more(n) { "and {n} more", "等另外 {n} 个" }
    fn again_at() { "tried again at", "重试时间：" }
    fn state_waiting() { "waiting", "待处理" }
    fn state_done() { "done", "已处理" }
    fn state_failed() { "failed", "失败" }
    fn way_callback() { "callback", "回调" }
    fn way_stream() { "stream", "推送流" }
    fn way_missed() { "fetched afterwards", "事后补取" }
    fn inbox() { "Events", "事件" }
    fn no_events() { "No event has come yet.", "尚未收到任何事件。" }
    fn no_such_events() { "No event is like this.", "没有符合条件的事件。" }
    fn retry() { "Try again", "重试" }
    fn retry_all(n) { "Try again all that failed ({n})", "重试全部 {n} 个失败事件" }

    // How the source is heard.
    fn channel() { "Channel", "事件通道" }
    fn since() { "since", "始于" }
    fn heard_until() { "Everything was heard until", "以下时间之前的事件均已收到：" }
    fn by_callbacks_told() {
        "The source calls the address below when something changes.",
        "发生变更时，身份源会调用下面的回调地址。"
    }
    fn by_nothing_told() {
        "The source does not push its changes; imports find them.",
        "该身份源不推送变更，由导入发现。"
    }
    fn channel_off() { "off", "未启用" }
    fn channel_off_told() {
        "No connection is held open. Changes come by the callback address, if the settings choose it, or with the next \
         import.",
        "未保持长连接。如果设置中选择了回调方式，变更会推送到回调地址；否则在下次导入时读取。"
    }
    fn channel_connecting() { "connecting", "连接中" }
    fn channel_connecting_told() { "The connection is being opened.", "正在建立连接。" }
    fn channel_connected() { "connected", "已连接" }
    fn channel_connected_told() { "Changes come within seconds.", "变更会在数秒内到达。" }
    fn channel_waiting() { "broken", "已断开" }
    fn channel_waiting_told() {
        "The connection could not be opened or broke. It is tried again by itself, and a full import makes up for what was \
         missed.",
        "连接无法建立或已中断，系统会自动重试；期间遗漏的变更由一次全量导入补齐。"
    }
    fn channel_refused() { "refused", "被拒绝" }
    fn channel_refused_told() {
        "The source refuses the connection. It is not tried again before somebody has acted.",
        "身份源拒绝了连接。在有人处理之前不会再重试。"
    }
    fn channel_taken() { "taken", "已被占用" }
    fn channel_taken_told() {
        "Another source of this server listens in its place. This one does as soon as that one is not followed any more.",
        "本服务器上的另一个身份源已在监听。该身份源不再跟随后，本身份源会自动开始监听。"
    }
    fn channel_closed() { "closed", "已关闭" }
    fn channel_closed_told() { "The program that held it has ended.", "保持该连接的程序已退出。" }
    fn unfetched_at() {
        "What could not be delivered was not fetched; it is asked for again within the hour. Last tried:",
        "未能补取推送失败的事件，一小时内会再次尝试。最近一次尝试："
    }
    fn stopped_since() { "Nothing is acted on any more, since", "已停止处理事件，始于" }
    fn resume() { "Follow again", "恢复同步" }
    fn resume_told() {
        "A full import goes first; then the events that wait are acted on.",
        "恢复后先执行一次全量导入，再处理等待中的事件。"
    }
    fn n_waiting() { "waiting", "待处理" }
    fn n_failed() { "failed", "失败" }
    fn n_done() { "done", "已处理" }
    fn n_refused() { "deliveries refused", "被拒绝的推送" }
    fn last_refused() { "The last refused delivery", "最近一次被拒绝的推送" }
    fn refused_told() {
        "Whoever sent it learnt nothing but that it was refused. A few of these are normal at an address that the internet \
         reaches; many mean that the settings below are not those of the source.",
        "发送方只会得知被拒绝，不会得知原因。公网可访问的地址偶尔收到此类请求属正常现象；如果数量很多，说明下面的设置与身份源中的不一致。"
    }

    // What is carried to the source's own console.
    fn callback() { "Callback address", "回调地址" }
    fn callback_told() {
        "If changes shall come by calls, enter this address in the source's own console. It must be reachable from there.",
        "如果选择以回调方式接收变更，请将此地址填入身份源的管理后台。该地址必须能从那里访问。"
    }
    fn callback_public() {
        "If it is reached under another address, start the program with --public-url.",
        "如果实际访问地址不同，请在启动程序时用 --public-url 指定。"
    }
    fn callback_insecure() {
        "This address begins with http: sources on the internet often refuse such an address or cannot reach it, and what is \
         pushed can be read on its way unless the source encrypts it. Give the program a certificate, or name the https \
         address of the reverse proxy before it with --public-url.",
        "该地址以 http 开头：互联网上的身份源往往拒绝或无法访问这样的地址，且除非身份源对内容加密，推送内容在传输中可被读取。请为程序配置证书，\
         或用 --public-url 指定前置反向代理的 https 地址。"
    }
    fn callback_settings() { "Settings that belong to it", "相关设置" }
    fn callback_settings_told() {
        "Both sides must have the same values. Secret ones are kept sealed and are never shown again: what was entered here \
         is seen only in the source's own console.",
        "两边必须填写相同的值。机密值加密保存，不再显示；已填写的值只能在身份源的管理后台查看。"
    }
    fn edit_settings() { "Change the settings", "修改设置" }
    fn secret() { "secret", "机密" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
