//! Telling Rust's code from its comments and its texts, so that a rule about code is not broken by a sentence about it.
//! It knows just enough of the language for that.

/// A file taken apart. Both have the file's own lines, with spaces where the rest was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Without comments and without what is inside string and character literals.
    pub(super) code: String,
    /// The comments alone, doc comments included.
    pub(super) comments: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// Take a source text apart.
pub(super) fn parts(text: &str) -> Parts {
    let mut parts = Parts { code: String::new(), comments: String::new() };
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, length) = token(rest);
        // A length that is no boundary cannot come from `token`; the rest is then read as code.
        let (word, after) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        parts.code.push_str(&shown(word, kind == Kind::Code));
        parts.comments.push_str(&shown(word, kind == Kind::Comment));
        rest = after;
    }
    parts
}

fn shown(word: &str, visible: bool) -> String {
    if visible { word.to_owned() } else { word.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect() }
}

/// What comes next, and how many bytes of it.
fn token(rest: &str) -> (Kind, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    if rest.starts_with("//") {
        (Kind::Comment, rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        (Kind::Comment, block_comment(rest))
    } else if let Some(length) = raw_string(rest) {
        (Kind::Literal, length)
    } else if first == '"' {
        (Kind::Literal, quoted(rest, '"'))
    } else if first == '\'' {
        quote(rest)
    } else if is_word(first) {
        // Whole, so that the `r` at the end of a name opens no raw string.
        (Kind::Code, rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
    } else {
        (Kind::Code, first.len_utf8())
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Up to the `*/` that closes it; block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    while let Some(here) = rest.get(length..).filter(|here| !here.is_empty()) {
        let step = match here {
            here if here.starts_with("/*") => {
                depth += 1;
                2
            }
            here if here.starts_with("*/") => {
                depth -= 1;
                2
            }
            here => here.chars().next().map_or(1, char::len_utf8),
        };
        length += step;
        if depth == 0 {
            return length;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, `br"…"`, `cr"…"`.
fn raw_string(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"]
        .into_iter()
        .find(|prefix| rest.strip_prefix(prefix).is_some_and(|after| after.starts_with(['"', '#'])))?;
    let after = rest.strip_prefix(prefix)?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after.trim_start_matches('#').strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close)?;
    Some(prefix.len() + hashes + 1 + end + close.len())
}

/// From the opening quote to the closing one.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A character literal, or the tick of a lifetime.
fn quote(rest: &str) -> (Kind, usize) {
    let mut after = rest.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => (Kind::Literal, quoted(rest, '\'')),
        _ => (Kind::Code, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code without its blanks, then the comments without theirs.
    #[track_caller]
    fn check(text: &str, code: &str, comments: &str) {
        let found = parts(text);
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((squeeze(&found.code).as_str(), squeeze(&found.comments).as_str()), (code, comments));
        assert_eq!(found.code.lines().count(), text.lines().count());
    }

    #[test]
    fn a_comment_is_no_code() {
        check("a(); // todo!()\nb();", "a(); b();", "// todo!()");
    }

    #[test]
    fn a_block_comment_ends_where_its_own_close_is() {
        check("a /* x /* y */ z\n */ b", "a b", "/* x /* y */ z */");
    }

    #[test]
    fn a_text_is_no_code_even_with_quotes_in_it() {
        check(r#"a("x \" // y"); b"#, "a( ); b", "");
    }

    #[test]
    fn a_raw_text_ends_at_its_own_hashes() {
        check("a(r#\"x \" // y\"#); b", "a( ); b", "");
    }

    #[test]
    fn a_name_that_ends_in_r_opens_no_raw_text() {
        check("for_r\"x\" y", "for_r y", "");
    }

    #[test]
    fn a_quote_character_opens_no_text() {
        check("a('\"'); b('\\''); // c", "a( ); b( );", "// c");
    }

    #[test]
    fn a_lifetime_opens_no_character() {
        check("fn f<'a>(x: &'a str) -> &'a str", "fn f<'a>(x: &'a str) -> &'a str", "");
    }
}
