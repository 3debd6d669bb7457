//! A register as it is written: what stands between the braces of `codes!`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Item, LitStr, Token, Type, braced, parenthesized};

/// The codes of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Register {
    /// The folder of the crate.
    pub(super) of: String,
    pub(super) path: String,
    pub(super) entries: Vec<Entry>,
}

/// One code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) code: String,
    /// Who can do something about it.
    pub(super) actor: String,
    pub(super) english: String,
    pub(super) chinese: String,
    pub(super) remedy: Option<(String, String)>,
}

/// The register in this file.
///
/// # Errors
///
/// When there is none, or it is not written as `codes!` reads it.
pub(super) fn read(path: &str, text: &str) -> syn::Result<Register> {
    let mut entries = Vec::new();
    for item in syn::parse_file(text)?.items {
        if let Item::Macro(called) = item
            && called.mac.path.segments.last().is_some_and(|name| name.ident == "codes")
        {
            entries.extend(called.mac.parse_body::<Entries>()?.0);
        }
    }
    let of = path.split_once("/src/").map_or(path, |(of, _)| of).to_owned();
    Ok(Register { of, path: path.to_owned(), entries })
}

struct Entries(Vec<Entry>);

impl Parse for Entries {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Type>()?;
        input.parse::<Token![;]>()?;
        let mut entries = Vec::new();
        while !input.is_empty() {
            entries.push(input.parse()?);
        }
        Ok(Self(entries))
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        let code: LitStr = input.parse()?;
        input.parse::<Ident>()?;
        let actor: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        input.parse::<Token![fn]>()?;
        input.parse::<Ident>()?;
        let (holes, texts);
        parenthesized!(holes in input);
        Punctuated::<Ident, Token![,]>::parse_terminated(&holes)?;
        let braces = braced!(texts in input);
        let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(&texts)?;
        let texts: Vec<String> = texts.iter().map(|text| plain(&text.value())).collect();
        let (english, chinese, remedy) = match texts.as_slice() {
            [english, chinese] => (english, chinese, None),
            [english, chinese, remedy, in_chinese] => {
                (english, chinese, Some((remedy.clone(), in_chinese.clone())))
            }
            _ => return Err(syn::Error::new(braces.span.open(), "two texts or four are expected")),
        };
        Ok(Self {
            code: code.value(),
            actor: actor.to_string(),
            english: english.clone(),
            chinese: chinese.clone(),
            remedy,
        })
    }
}

/// A format as a reader sees it: `{name:?}` is `{name}`, and `{{` is `{`.
fn plain(format: &str) -> String {
    format.replace(":?}", "}").replace("{{", "{").replace("}}", "}")
}
