//! What a module says that the figures count: what it defines, imports and mentions. Plain data, which nothing of the syntax is in.
//!
//! Not here: reading it (`gather`, `tokens`) and what it means (`scopes`).

/// All that is known of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) definitions: Vec<Definition>,
    pub(super) imports: Vec<Import>,
    pub(super) mentions: Vec<Mention>,
    pub(super) functions: Vec<Function>,
    pub(super) calls: Vec<Call>,
    /// Lines at which a method `canonical` is called.
    pub(super) canonical: Vec<usize>,
    /// Whether a macro is called where items stand, which may define anything.
    pub(super) is_made: bool,
}

/// What a name can stand for. The language keeps types, values and macros apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Any,
    Type,
    Value,
    Macro,
}

/// An item with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) sort: Sort,
    /// Whether it is a struct, an enum, a union, a trait or a type alias.
    pub(super) is_type: bool,
    /// Of a constant: the text that it is.
    pub(super) text: Option<String>,
    pub(super) line: usize,
}

/// One name that a `use` brings, or all of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Path,
    /// The name that it has here; none if it is a glob.
    pub(super) name: Option<String>,
    /// Whether it goes on to others, by any `pub`.
    pub(super) is_public: bool,
    /// Whether it stands in a function.
    pub(super) is_local: bool,
    pub(super) line: usize,
}

/// The names of a path. It begins with an empty one if the path begins with `::`.
pub(super) type Path = Vec<String>;

/// A path outside of a `use`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) path: Path,
    pub(super) sort: Sort,
    pub(super) line: usize,
}

/// A function or a method with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    /// From `fn` to the closing brace.
    pub(super) n_lines: usize,
}

/// A call of a path that may be given an error code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) of: Path,
    pub(super) code: Code,
    /// The first sentence among the other arguments.
    pub(super) text: Option<String>,
    pub(super) line: usize,
}

/// The first argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// A literal of the shape of a code.
    Literal(String),
    /// Perhaps a constant.
    Path(Path),
}

/// Whether the text has the shape of an error code: small words with hyphens between them.
pub(super) fn is_code(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.contains('-') && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(is_word)
}
