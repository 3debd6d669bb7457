//! Why a password is not taken.

rollcall_words::sentences! {
    fn password_too_short(n) { "The password must have at least {n} characters.", "密码至少需要 {n} 个字符。" }
    fn password_too_long(n) { "The password may have at most {n} bytes.", "密码最多 {n} 字节。" }
    fn password_like_the_name() { "The password is little more than a name that anybody would try. Choose something else.", "密码与用户名或产品名过于相似，容易被猜到，请更换。" }
    fn password_too_few_different() { "The password has too few different characters. Choose something less regular.", "密码中不同的字符太少，请使用更不规则的密码。" }
    fn password_not_repeated() { "The two passwords differ. Enter the same one twice.", "两次输入的密码不一致，请重新输入。" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(super::ALL, &[]), Vec::<&str>::new());
    }
}
