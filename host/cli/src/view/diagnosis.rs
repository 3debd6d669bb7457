//! A diagnosis, as an administrator reads it: what happened, its code, what to do, the facts.

use rollcall_host::model::Diagnosis;

use super::Audience;
use super::layout::{Side, columns, plain};

/// What happened and its code, on one line.
pub(crate) fn headline(diagnosis: &Diagnosis, reader: &Audience) -> String {
    let message = diagnosis.localized(reader.language.tag()).message;
    format!("{} ({})", plain(message), plain(&diagnosis.code))
}

/// The headline, and below it what to do and the facts, indented.
pub(crate) fn lines(diagnosis: &Diagnosis, reader: &Audience) -> Vec<String> {
    let mut lines = vec![headline(diagnosis, reader)];
    lines.extend(details(diagnosis, reader).into_iter().map(|line| format!("  {line}")));
    lines
}

/// What to do, and the facts.
pub(crate) fn details(diagnosis: &Diagnosis, reader: &Audience) -> Vec<String> {
    let remedy = diagnosis.localized(reader.language.tag()).remedy;
    let mut lines: Vec<_> =
        remedy.iter().map(|remedy| format!("{} {}", reader.arrow(), plain(remedy))).collect();
    let facts: Vec<_> =
        diagnosis.facts.iter().map(|(name, value)| vec![format!("{}:", plain(name)), plain(value)]).collect();
    lines.extend(columns(&[Side::Left, Side::Left], &facts));
    lines
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn refused() -> Diagnosis {
        Diagnosis::new("address-not-allowed", "the source does not allow this address")
            .with_remedy("add the address to the application's list")
            .in_chinese("来源不允许该地址访问", "请将该地址加入应用的白名单")
            .with_fact("address", "192.0.2.7")
            .with_fact("request id", "abc\u{1b}[0m")
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(diagnosis: &Diagnosis, reader: &Audience, expected: Expect) {
        expected.assert_eq(&lines(diagnosis, reader).join("\n"));
    }

    #[test]
    fn it_says_what_happened_what_to_do_and_the_facts() {
        check(
            &refused(),
            &Audience::ENGLISH,
            expect![[r#"
            the source does not allow this address (address-not-allowed)
              → add the address to the application's list
              address:     192.0.2.7
              request id:  abc\u{1b}[0m"#]],
        );
        check(
            &refused(),
            &Audience::CHINESE,
            expect![[r#"
            来源不允许该地址访问 (address-not-allowed)
              → 请将该地址加入应用的白名单
              address:     192.0.2.7
              request id:  abc\u{1b}[0m"#]],
        );
        check(
            &refused(),
            &Audience::ASCII,
            expect![[r#"
            the source does not allow this address (address-not-allowed)
              -> add the address to the application's list
              address:     192.0.2.7
              request id:  abc\u{1b}[0m"#]],
        );
    }

    #[test]
    fn it_is_one_line_when_there_is_nothing_to_do() {
        check(&Diagnosis::new("fine", "all is well"), &Audience::ENGLISH, expect!["all is well (fine)"]);
    }
}
