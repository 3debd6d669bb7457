//! The words around the document.

rollcall_words::sentences! {
    fn title() { "HTTP API", "HTTP API 文档" }
    fn document() { "The document (OpenAPI 3.1)", "下载 OpenAPI 3.1 文档" }
    fn problems() { "Problems", "错误" }
    fn problems_explained() {
        "Whatever goes wrong is told as problem details (RFC 9457, application/problem+json), in the language that Accept-Language asks for. The code is for programs and stays; the sentences are for people.",
        "所有错误都以问题详情（RFC 9457，application/problem+json）返回，语言由 Accept-Language 决定。code 供程序使用，保持不变；说明文字供人阅读。"
    }
    fn types() { "Types", "类型" }
    fn parameters() { "Parameters", "参数" }
    fn body() { "Body", "请求正文" }
    fn answers() { "Answers", "响应" }
    fn name() { "Name", "名称" }
    fn place() { "In", "位置" }
    fn kind() { "Type", "类型" }
    fn meaning() { "Meaning", "含义" }
    fn status() { "Status", "状态码" }
    fn required() { "(required)", "（必填）" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
