//! Reading a module's items into facts.
//!
//! Not here: what stands inside of macros, which is no syntax but tokens (`tokens`).

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprCall, ExprLit, ExprMethodCall, ExprPath, ExprStruct, FieldValue, Ident, ImplItemFn,
    Item, ItemMod, Lit, Macro, Member, Signature, TraitItemFn, UseTree, Visibility,
};

use super::facts::{Call, Code, Definition, Facts, Function, Import, Mention, Path, Sort, is_code};
use super::literals::FIELD;
use super::shipped::is_for_tests;
use super::tokens;

/// What these items say.
pub(super) fn gather(items: &[Item]) -> Facts {
    let mut gather = Gather { facts: Facts::default(), depth: 0 };
    items.iter().for_each(|item| gather.visit_item(item));
    gather.facts
}

struct Gather {
    facts: Facts,
    /// Items that the one at hand stands in.
    depth: usize,
}

/// The name without the `r#` that only the parser needs.
pub(super) fn word(name: &Ident) -> String {
    name.unraw().to_string()
}

fn line(span: Span) -> usize {
    span.start().line
}

fn names(path: &syn::Path) -> Path {
    let leading = path.leading_colon.as_ref().map(|_| String::new());
    leading.into_iter().chain(path.segments.iter().map(|segment| word(&segment.ident))).collect()
}

fn line_of(path: &syn::Path) -> usize {
    path.segments.first().map_or(0, |segment| line(segment.ident.span()))
}

/// A name that a local variable does not have.
pub(super) fn is_upper(path: &[String]) -> bool {
    path.first().is_some_and(|name| name.starts_with(|c: char| c.is_uppercase()))
}

impl Gather {
    fn define(&mut self, name: &Ident, sort: Sort, is_type: bool) {
        let (name, line) = (word(name), line(name.span()));
        self.facts.definitions.push(Definition { name, sort, is_type, text: None, line });
    }

    fn constant(&mut self, name: &Ident, value: &Expr) {
        let line = line(name.span());
        let definition =
            Definition { name: word(name), sort: Sort::Value, is_type: false, text: literal(value), line };
        self.facts.definitions.push(definition);
    }

    fn mention(&mut self, path: &syn::Path, sort: Sort) {
        self.facts.mentions.push(Mention { path: names(path), sort, line: line_of(path) });
    }

    fn function(&mut self, signature: &Signature, end: Span) {
        let (name, line) = (word(&signature.ident), line(signature.fn_token.span));
        let n_lines = end.end().line.saturating_sub(line) + 1;
        self.facts.functions.push(Function { name, line, n_lines });
    }

    /// What the item defines, with its name.
    fn defined(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => self.define(&item.ident, Sort::Any, true),
            Item::Enum(item) => self.define(&item.ident, Sort::Type, true),
            Item::Union(item) => self.define(&item.ident, Sort::Type, true),
            Item::Trait(item) => self.define(&item.ident, Sort::Type, true),
            Item::TraitAlias(item) => self.define(&item.ident, Sort::Type, true),
            Item::Type(item) => self.define(&item.ident, Sort::Type, true),
            Item::Fn(item) => {
                self.define(&item.sig.ident, Sort::Value, false);
                self.function(&item.sig, item.block.brace_token.span.close());
            }
            Item::Const(item) => self.constant(&item.ident, &item.expr),
            Item::Static(item) => self.constant(&item.ident, &item.expr),
            Item::Macro(item) => match &item.ident {
                Some(name) => self.define(name, Sort::Macro, false),
                None => self.facts.is_made |= self.depth == 0,
            },
            Item::Use(item) => {
                let is_public = !matches!(item.vis, Visibility::Inherited);
                let path = item.leading_colon.as_ref().map(|_| String::new()).into_iter().collect();
                self.import(&item.tree, path, is_public, line(item.use_token.span));
            }
            Item::ExternCrate(_)
            | Item::ForeignMod(_)
            | Item::Impl(_)
            | Item::Mod(_)
            | Item::Verbatim(_)
            | _ => {}
        }
    }

    fn import(&mut self, tree: &UseTree, mut path: Path, is_public: bool, line: usize) {
        let name = match tree {
            UseTree::Path(part) => {
                path.push(word(&part.ident));
                return self.import(&part.tree, path, is_public, line);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, path.clone(), is_public, line));
            }
            UseTree::Glob(_) => None,
            UseTree::Name(part) => {
                extend(&mut path, &part.ident);
                path.last().cloned()
            }
            UseTree::Rename(part) => {
                extend(&mut path, &part.ident);
                Some(word(&part.rename))
            }
        };
        self.facts.imports.push(Import { path, name, is_public, is_local: 0 < self.depth, line });
    }
}

/// `a::{self}` is `a`.
fn extend(path: &mut Path, name: &Ident) {
    let name = word(name);
    if name != "self" || path.is_empty() {
        path.push(name);
    }
}

impl<'ast> Visit<'ast> for Gather {
    fn visit_item(&mut self, item: &'ast Item) {
        self.defined(item);
        self.depth += 1;
        visit::visit_item(self, item);
        self.depth -= 1;
    }

    /// A module inside of a function: too rare to be read.
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_use_tree(&mut self, _: &'ast UseTree) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        if !is_for_tests(&method.attrs) {
            self.function(&method.sig, method.block.brace_token.span.close());
            visit::visit_impl_item_fn(self, method);
        }
    }

    fn visit_trait_item_fn(&mut self, method: &'ast TraitItemFn) {
        if let Some(body) = &method.default {
            self.function(&method.sig, body.brace_token.span.close());
        }
        visit::visit_trait_item_fn(self, method);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(path, Sort::Any);
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, expression: &'ast ExprPath) {
        let names = names(&expression.path);
        if 1 < names.len() || is_upper(&names) {
            self.mention(&expression.path, Sort::Value);
        }
        if let Some(own) = &expression.qself {
            self.visit_qself(own);
        }
        // The types between the angle brackets.
        expression.path.segments.iter().for_each(|segment| self.visit_path_segment(segment));
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(function) = &*call.func {
            if function.path.segments.len() == 1 {
                self.mention(&function.path, Sort::Value);
            }
            let arguments: Vec<&Expr> = call.args.iter().collect();
            self.facts.calls.extend(called(names(&function.path), &arguments, line_of(&function.path)));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_struct(&mut self, record: &'ast ExprStruct) {
        let is_code = |field: &&FieldValue| matches!(&field.member, Member::Named(name) if name == FIELD);
        if let Some(code) = record.fields.iter().find(is_code) {
            let others = record.fields.iter().filter(|field| !is_code(field)).map(|field| &field.expr);
            let values: Vec<&Expr> = [&code.expr].into_iter().chain(others).collect();
            let mut of = names(&record.path);
            of.push(FIELD.to_owned());
            self.facts.calls.extend(called(of, &values, line_of(&record.path)));
        }
        visit::visit_expr_struct(self, record);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if call.method == "canonical" {
            self.facts.canonical.push(line(call.method.span()));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let is_definition = call.path.is_ident("macro_rules");
        if !is_definition {
            self.mention(&call.path, Sort::Macro);
        }
        tokens::gather(call.tokens.clone(), is_definition, &mut self.facts);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            tokens::gather_attribute(list.tokens.clone(), &mut self.facts);
        }
    }
}

/// The call, if its first argument may be an error code.
pub(super) fn called(of: Path, arguments: &[&Expr], line: usize) -> Option<Call> {
    let (first, others) = arguments.split_first()?;
    let code = if let Expr::Path(constant) = first {
        Code::Path(names(&constant.path))
    } else {
        Code::Literal(literal(first).filter(|text| is_code(text))?)
    };
    Some(Call { of, code, text: others.iter().find_map(|other| sentence(other)), line })
}

/// The text that an expression is.
pub(super) fn literal(value: &Expr) -> Option<String> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else { return None };
    Some(text.value())
}

/// The text of a literal or of a `format!`, if it has words.
fn sentence(value: &Expr) -> Option<String> {
    let text = if let Expr::Macro(made) = value {
        tokens::first_text(made.mac.tokens.clone()).filter(|_| made.mac.path.is_ident("format"))
    } else if let Expr::MethodCall(call) = value {
        literal(&call.receiver)
    } else if let Expr::Reference(inner) = value {
        return sentence(&inner.expr);
    } else {
        literal(value)
    };
    text.filter(|text| text.contains(' ') || !text.is_ascii())
}
