//! The help of the command line in Chinese, beside the English of its definition.
//!
//! What is deliberately not here: the parser's own errors, which clap says in English only.

use clap::{Arg, ArgAction, Command};

/// The order of a help page, with Chinese headings.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

const EXIT_CODES: &str = "\
退出码：
  0  完成
  1  失败，或被信号终止
  2  命令行或来源配置文件有误
  3  部分完成：有内容未能读取或写入；不会因此删除或停用任何对象
  4  待确认（或试运行表明将会待确认）：有离开的对象、可能已清空的值或属于别人的 ID 需要人工确认，请用 `history` 查看，再用
     `approve` 批准或用 `decline` 拒绝

收到一次信号（Ctrl-C、SIGTERM）会有序停止导入，再次收到则立即终止。";

/// What each command and each argument is for, by its path.
const HELP: &[(&str, &str)] = &[
    ("rollcall", "导入一个组织，并跟随其变化。"),
    ("rollcall format", "结果的格式：text 供人阅读（默认），json 为一个 JSON 值（`export` 总是每行一个）"),
    ("rollcall language", "输出语言：en 或 zh-CN；默认取自 LC_ALL、LC_MESSAGES 或 LANG"),
    ("rollcall verbose", "把过程记录到标准错误输出：只含编号和数字"),
    ("rollcall connector", "查看连接器，或封闭其多余的接口。"),
    ("rollcall connector inspect", "说明连接器是什么、请求哪些能力、需要哪些配置。"),
    ("rollcall connector inspect file", "连接器组件，即 `.wasm` 文件"),
    (
        "rollcall connector seal",
        "封闭连接器中由编译工具带入、接口约定之外的接口，使其可在没有 WASI 的宿主中运行。\n\n封闭之后没有文件、网络、参数和环境变量；时钟和随机数由宿主提供，标准错误输出写入宿主的日志。本程序加载任何连接器时都会这样做。",
    ),
    ("rollcall connector seal file", "连接器组件，即 `.wasm` 文件"),
    ("rollcall connector seal output", "封闭后的文件写到哪里；已有的文件会被替换"),
    ("rollcall check", "检查来源：配置、网络通路、凭证与权限。不做任何改动。"),
    ("rollcall check source", "来源配置文件"),
    (
        "rollcall check allow_private_addresses",
        "允许访问本机和私有网络中的地址；链路本地地址和云平台元数据地址始终不能访问",
    ),
    ("rollcall check beside", "与其一同跟随的另一个来源的配置文件，用于检查两者能否并存；可重复指定"),
    ("rollcall sync", "导入来源的组织，或其中的变化。"),
    ("rollcall sync source", "来源配置文件"),
    ("rollcall sync data", "存放导入数据的目录；不存在时自动创建"),
    (
        "rollcall sync allow_private_addresses",
        "允许访问本机和私有网络中的地址；链路本地地址和云平台元数据地址始终不能访问",
    ),
    ("rollcall sync dry_run", "只记录将会发生什么，不写入其他任何内容"),
    ("rollcall sync allow_removals", "允许总共移除最多这么多个对象；超过时与未指定一样，等待人工确认"),
    ("rollcall refresh", "重新读取指定的人员和部门，使其与来源一致，并显示变化。"),
    ("rollcall refresh source", "来源配置文件"),
    ("rollcall refresh data", "存放导入数据的目录；不存在时自动创建"),
    (
        "rollcall refresh allow_private_addresses",
        "允许访问本机和私有网络中的地址；链路本地地址和云平台元数据地址始终不能访问",
    ),
    ("rollcall refresh user", "人员在来源中的编号；可重复指定"),
    ("rollcall refresh department", "部门在来源中的编号；可重复指定"),
    ("rollcall refresh allow_removals", "允许其中最多这么多个对象离开，不论一小时内已有多少离开"),
    (
        "rollcall approve",
        "批准一次运行中待确认的变更：再次向来源确认，确已离开的予以移除，确已清空的予以清除，已恢复的保留。",
    ),
    ("rollcall approve run", "要批准的运行的编号，见 `history`"),
    (
        "rollcall approve as",
        "对于现在属于别人的 ID：same-people 表示同一批人换了身份标识，保留其全部信息；other-people 表示另一批人，原来的人离开",
    ),
    ("rollcall approve confirm", "将要移除的对象总数，即提示中的数量；在终端中会询问"),
    ("rollcall approve user", "只批准此人员，以其在来源中的编号指定；可重复指定"),
    ("rollcall approve department", "只批准此部门，以其在来源中的编号指定；可重复指定"),
    ("rollcall approve source", "来源配置文件"),
    ("rollcall approve data", "存放导入数据的目录；不存在时自动创建"),
    (
        "rollcall approve allow_private_addresses",
        "允许访问本机和私有网络中的地址；链路本地地址和云平台元数据地址始终不能访问",
    ),
    (
        "rollcall decline",
        "拒绝一次运行中待确认的变更：不再等待确认；只要来源的情况不变，一切保持不变，最长 90 天。",
    ),
    ("rollcall decline run", "运行的编号，见 `history`"),
    ("rollcall decline reason", "原因，最多 500 个字符，供日后查看的人阅读"),
    ("rollcall decline user", "只拒绝此人员的变更，以其在来源中的编号指定；可重复指定"),
    ("rollcall decline department", "只拒绝此部门的变更，以其在来源中的编号指定；可重复指定"),
    ("rollcall decline source", "来源名称，即其配置文件中的 name"),
    ("rollcall decline data", "存放导入数据的目录"),
    (
        "rollcall undo",
        "撤销一次运行的变更，之后又有变更的对象除外。请先暂停计划导入：全量导入会重新写入来源中的内容。",
    ),
    ("rollcall undo run", "要撤销的运行的编号，见 `history`"),
    ("rollcall undo source", "来源配置文件"),
    ("rollcall undo data", "存放导入数据的目录；不存在时自动创建"),
    ("rollcall undo dry_run", "只记录将会发生什么，不写入其他任何内容"),
    ("rollcall undo allow_removals", "允许总共移除最多这么多个由该次运行带来的对象"),
    ("rollcall serve", "提供控制台及其 API，并跟随来源，直到收到信号。"),
    ("rollcall serve source", "来源配置文件；每个来源各写一次。也可在控制台中添加来源"),
    ("rollcall serve data", "存放导入数据的目录；不存在时自动创建"),
    ("rollcall serve connectors", "控制台中可用的连接器所在的目录；默认为数据目录中的 connectors"),
    (
        "rollcall serve listen",
        "控制台和接收推送的地址，默认 127.0.0.1:8630；使用本机以外的地址时，须配置证书或可信代理",
    ),
    (
        "rollcall serve callbacks_listen",
        "另行接收回调的地址，控制台的地址便不再接收；对监听地址的要求与控制台相同",
    ),
    ("rollcall serve callbacks_public_url", "来源访问回调地址的网址；与其监听地址不同时填写"),
    (
        "rollcall serve allow_private_addresses",
        "允许身份源和 Webhook 访问本机和私有网络中的地址；链路本地地址和云平台元数据地址始终不能访问",
    ),
    ("rollcall serve public_url", "人员和来源访问控制台的网址；与监听地址不同时填写"),
    (
        "rollcall serve trusted_proxy",
        "可信的反向代理，采信其 X-Forwarded-For 和 X-Forwarded-Proto；每个代理各写一次",
    ),
    (
        "rollcall serve allow_origin",
        "API 令牌可以允许身份源访问的地址（源），如 https://api.example.com；每个地址各写一次。其他地址由人员在控制台中确认",
    ),
    ("rollcall serve tls_cert", "服务证书及其签发链（PEM）"),
    ("rollcall serve tls_key", "证书的私钥（PEM）"),
    (
        "rollcall serve key_file",
        "用于加密密钥类设置的密钥文件；默认为数据目录中的 console.key，不存在时自动创建",
    ),
    (
        "rollcall serve log_format",
        "标准错误输出中日志的格式：text 为供人阅读的警告（默认），json 为每行一个 JSON 对象，并包含启动、运行等过程",
    ),
    ("rollcall status", "说明来源的跟随情况：通道、计划、待处理和失败的事件。"),
    ("rollcall status source", "来源名称，即其配置文件中的 name"),
    ("rollcall status data", "存放导入数据的目录"),
    ("rollcall events", "查看来源推送的事件。"),
    ("rollcall events list", "列出事件，最近的在前；失败的附带原因。"),
    ("rollcall events list source", "来源名称，即其配置文件中的 name"),
    ("rollcall events list data", "存放导入数据的目录"),
    (
        "rollcall events list state",
        "只列出处于该状态的事件：waiting（待处理）、done（已完成）或 failed（失败）",
    ),
    ("rollcall events list all", "列出全部，而不只是最近的"),
    ("rollcall events retry", "重新尝试失败的事件：指定编号的，或全部。"),
    ("rollcall events retry number", "列表中的编号；不填则为全部失败的事件"),
    ("rollcall events retry source", "来源名称，即其配置文件中的 name"),
    ("rollcall events retry data", "存放导入数据的目录"),
    ("rollcall pause", "暂停来源的计划导入，直到 `resume`；其推送仍会跟随。"),
    ("rollcall pause source", "来源名称，即其配置文件中的 name"),
    ("rollcall pause data", "存放导入数据的目录"),
    ("rollcall resume", "恢复来源的计划导入；若来源曾被停止，则重新跟随。"),
    ("rollcall resume source", "来源名称，即其配置文件中的 name"),
    ("rollcall resume data", "存放导入数据的目录"),
    ("rollcall history", "列出来源的运行，最近的在前；或查看其中一次。"),
    ("rollcall history run", "运行编号：查看其日志，以及每项变更的前后内容"),
    ("rollcall history source", "来源名称，即其配置文件中的 name"),
    ("rollcall history data", "存放导入数据的目录"),
    ("rollcall history all", "全部显示：所有运行，或一次运行的全部日志和变更。单次运行的 JSON 总是完整的"),
    ("rollcall directory", "查看从来源导入的内容。"),
    ("rollcall directory tree", "自上而下显示部门及其人员。"),
    ("rollcall directory tree source", "来源名称，即其配置文件中的 name"),
    ("rollcall directory tree data", "存放导入数据的目录"),
    ("rollcall directory tree departed", "同时显示已离开但仍保留的人员"),
    (
        "rollcall directory export",
        "按原样输出所存的 SCIM 文档，每行一个：先部门（上级在前），后人员（按外部编号）。",
    ),
    ("rollcall directory export source", "来源名称，即其配置文件中的 name"),
    ("rollcall directory export data", "存放导入数据的目录"),
    ("rollcall directory export departed", "同时输出已离开但仍保留的人员"),
];

/// The same command line with Chinese help.
pub(super) fn in_chinese(command: Command) -> Command {
    let name = command.get_name().to_owned();
    // Only at the top, which is where English has them, too.
    translated(command, &name).after_help(EXIT_CODES).disable_version_flag(true).arg(version())
}

fn translated(command: Command, path: &str) -> Command {
    let command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_subcommand(true)
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "参数" } else { "选项" };
            let help = help(&format!("{path} {}", argument.get_id())).unwrap_or_default();
            let argument = argument.help(help).help_heading(heading);
            // Their names are part of the Chinese text, because clap's words around them are English.
            if argument.get_action().takes_values() {
                argument.hide_default_value(true).hide_possible_values(true)
            } else {
                argument
            }
        })
        .disable_help_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("显示帮助")
                .help_heading("选项"),
        )
        .mut_subcommands(|subcommand| {
            let path = format!("{path} {}", subcommand.get_name());
            translated(subcommand, &path)
        });
    match help(path) {
        Some(about) => command.about(about),
        None => command,
    }
}

fn version() -> Arg {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    version.help("显示版本").help_heading("选项")
}

fn help(path: &str) -> Option<&'static str> {
    HELP.iter().find(|(known, _)| *known == path).map(|(_, help)| *help)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::args::LowArgs;

    /// The path of each command and argument that has English help.
    fn paths(command: &Command, path: &str, paths: &mut BTreeSet<String>) {
        paths.insert(path.to_owned());
        paths.extend(command.get_arguments().map(|argument| format!("{path} {}", argument.get_id())));
        for subcommand in command.get_subcommands() {
            self::paths(subcommand, &format!("{path} {}", subcommand.get_name()), paths);
        }
    }

    #[test]
    fn every_command_and_argument_has_chinese_help() {
        let mut defined = BTreeSet::new();
        paths(&LowArgs::command(), "rollcall", &mut defined);
        let translated: BTreeSet<_> = HELP.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(translated, defined);
    }

    #[test]
    fn the_help_is_chinese_throughout() {
        let mut command = in_chinese(LowArgs::command()).term_width(120);
        expect_test::expect![[r#"
            导入一个组织，并跟随其变化。

            用法：rollcall [OPTIONS] <命令>

            命令:
              connector  查看连接器，或封闭其多余的接口。
              check      检查来源：配置、网络通路、凭证与权限。不做任何改动。
              sync       导入来源的组织，或其中的变化。
              refresh    重新读取指定的人员和部门，使其与来源一致，并显示变化。
              approve    批准一次运行中待确认的变更：再次向来源确认，确已离开的予以移除，确已清空的予以清除，已恢复的保留。
              decline    拒绝一次运行中待确认的变更：不再等待确认；只要来源的情况不变，一切保持不变，最长 90 天。
              undo       撤销一次运行的变更，之后又有变更的对象除外。请先暂停计划导入：全量导入会重新写入来源中的内容。
              serve      提供控制台及其 API，并跟随来源，直到收到信号。
              status     说明来源的跟随情况：通道、计划、待处理和失败的事件。
              events     查看来源推送的事件。
              pause      暂停来源的计划导入，直到 `resume`；其推送仍会跟随。
              resume     恢复来源的计划导入；若来源曾被停止，则重新跟随。
              history    列出来源的运行，最近的在前；或查看其中一次。
              directory  查看从来源导入的内容。

            选项:
                  --format <FORMAT>      结果的格式：text 供人阅读（默认），json 为一个 JSON 值（`export` 总是每行一个）
                  --language <LANGUAGE>  输出语言：en 或 zh-CN；默认取自 LC_ALL、LC_MESSAGES 或 LANG
                  --verbose              把过程记录到标准错误输出：只含编号和数字
              -h, --help                 显示帮助
              -V, --version              显示版本

            退出码：
              0  完成
              1  失败，或被信号终止
              2  命令行或来源配置文件有误
              3  部分完成：有内容未能读取或写入；不会因此删除或停用任何对象
              4  待确认（或试运行表明将会待确认）：有离开的对象、可能已清空的值或属于别人的 ID 需要人工确认，请用 `history` 查看，再用
                 `approve` 批准或用 `decline` 拒绝

            收到一次信号（Ctrl-C、SIGTERM）会有序停止导入，再次收到则立即终止。
        "#]].assert_eq(&command.render_help().to_string());
        let sync = command.find_subcommand_mut("sync").unwrap();
        expect_test::expect![[r#"
            导入来源的组织，或其中的变化。

            用法：sync [OPTIONS] --source <SOURCE.toml> --data <DIR>

            选项:
                  --format <FORMAT>          结果的格式：text 供人阅读（默认），json 为一个 JSON 值（`export` 总是每行一个）
                  --source <SOURCE.toml>     来源配置文件
                  --data <DIR>               存放导入数据的目录；不存在时自动创建
                  --language <LANGUAGE>      输出语言：en 或 zh-CN；默认取自 LC_ALL、LC_MESSAGES 或 LANG
                  --allow-private-addresses  允许访问本机和私有网络中的地址；链路本地地址和云平台元数据地址始终不能访问
                  --verbose                  把过程记录到标准错误输出：只含编号和数字
                  --dry-run                  只记录将会发生什么，不写入其他任何内容
                  --allow-removals <N>       允许总共移除最多这么多个对象；超过时与未指定一样，等待人工确认
              -h, --help                     显示帮助
        "#]].assert_eq(&sync.render_help().to_string());
    }
}
