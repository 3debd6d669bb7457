//! What macros are given, and what attributes say: paths and calls are told by their look, since only the macro knows what it
//! makes of them.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Token};

use super::facts::{Facts, Mention, Path, Sort};
use super::gather::{called, is_upper, word};

/// Take the paths and the calls out of what a macro is given. In a macro's definition a name means what it means where the macro
/// is called, so only paths from the root of the crate are taken.
pub(super) fn gather(tokens: TokenStream, is_definition: bool, facts: &mut Facts) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    let mut before = None;
    while let Some((first, after)) = rest.split_first() {
        let (path, n_tokens) = path(rest);
        if path.is_empty() {
            if let TokenTree::Group(group) = first {
                gather(group.stream(), is_definition, facts);
            }
            (before, rest) = (Some(first), after);
            continue;
        }
        let (_, after) = rest.split_at_checked(n_tokens).unwrap_or((rest, &[]));
        let is_meant_here = !is_definition || path.first().is_some_and(|name| name == "crate");
        if is_meant_here && !is_part(before, &path) {
            found(path, first.span().start().line, after.first(), facts);
        }
        (before, rest) = (None, after);
    }
}

/// Whether the name after this token is a field, a method or a lifetime.
fn is_part(before: Option<&TokenTree>, path: &[String]) -> bool {
    path.len() == 1 && (is_mark(before, '.') || is_mark(before, '\''))
}

/// The path at the beginning and the number of its tokens; `$crate` is `crate`.
fn path(tokens: &[TokenTree]) -> (Path, usize) {
    let begins_with_dollar = is_mark(tokens.first(), '$') && is_crate(tokens.get(1));
    let mut at = usize::from(begins_with_dollar);
    let mut names = Vec::new();
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        names.push(word(name));
        at += 1;
        let goes_on = is_mark(tokens.get(at), ':')
            && is_mark(tokens.get(at + 1), ':')
            && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)));
        if !goes_on {
            break;
        }
        at += 2;
    }
    (names, at)
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}

fn is_crate(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Ident(name)) if name == "crate")
}

/// Note the path, and the call of it if arguments follow.
fn found(path: Path, line: usize, after: Option<&TokenTree>, facts: &mut Facts) {
    let arguments = match after {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Some(group),
        Some(_) | None => None,
    };
    let sort = if is_mark(after, '!') { Sort::Macro } else { Sort::Any };
    let is_named = 1 < path.len() || is_upper(&path) || arguments.is_some() || sort == Sort::Macro;
    if is_named {
        facts.mentions.push(Mention { path: path.clone(), sort, line });
    }
    if let Some(arguments) = arguments.and_then(expressions) {
        facts.calls.extend(called(path, &arguments.iter().collect::<Vec<_>>(), line));
    }
}

/// What a call is given; nothing if that is no list of expressions, as in a pattern.
fn expressions(group: &Group) -> Option<Vec<Expr>> {
    let list = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(group.stream()).ok()?;
    Some(list.into_iter().collect())
}

/// Take the paths out of an attribute, those in its texts as well: `#[serde(with = "super::moment")]`.
pub(super) fn gather_attribute(tokens: TokenStream, facts: &mut Facts) {
    gather_texts(tokens.clone(), facts);
    let mut inside = Facts::default();
    gather(tokens, false, &mut inside);
    // A single name is one of the attribute's own words.
    facts.mentions.extend(inside.mentions.into_iter().filter(|mention| 1 < mention.path.len()));
}

fn gather_texts(tokens: TokenStream, facts: &mut Facts) {
    for token in tokens {
        match token {
            TokenTree::Literal(literal) => {
                let line = literal.span().start().line;
                let path = text_of(literal).as_deref().and_then(spelled);
                facts.mentions.extend(path.map(|path| Mention { path, sort: Sort::Any, line }));
            }
            TokenTree::Group(group) => gather_texts(group.stream(), facts),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The path that a text is, of two names or more.
fn spelled(text: &str) -> Option<Path> {
    let path: Path = text.split("::").map(str::to_owned).collect();
    (1 < path.len() && path.iter().all(|name| Ident::parse_any.parse_str(name).is_ok())).then_some(path)
}

/// The first text among the tokens.
pub(super) fn first_text(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Literal(literal) => text_of(literal),
        TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => None,
    })
}

fn text_of(literal: Literal) -> Option<String> {
    let Lit::Str(text) = Lit::new(literal) else { return None };
    Some(text.value())
}
