//! Macros whose arguments are expressions: formats, lists, JSON, output, assertions.

use super::Lowerer;
use crate::ir::{Arm, Expr, ExprId, Key, Name, Piece, Place, Span, Stmt};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};

/// Macros that make a text of a format and its arguments.
const FORMATS: &[&str] = &["format", "format_args", "formatcp", "format_bytes"];

/// Macros that leave the function.
const LEAVE: &[&str] = &["panic", "bail", "unreachable", "todo", "unimplemented", "throw", "abort"];

/// Macros whose value is a list of their arguments.
const LISTS: &[&str] = &["vec", "join", "try_join", "smallvec", "hashset", "btreeset", "array"];

/// An argument of a macro, maybe with a name.
struct Argument {
    name: Option<Name>,
    value: syn::Expr,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(syn::Ident)
            && input.peek2(syn::Token![=])
            && !input.peek2(syn::Token![==])
            && !input.peek2(syn::Token![=>])
        {
            let ident: syn::Ident = input.parse()?;
            input.parse::<syn::Token![=]>()?;
            return Ok(Self { name: Some(super::name(&ident)), value: input.parse()? });
        }
        // The sigils of log fields: `%error`, `?error`.
        if input.peek(syn::Token![%]) || input.peek(syn::Token![?]) {
            input.parse::<TokenTree>()?;
        }
        Ok(Self { name: None, value: input.parse()? })
    }
}

impl Lowerer<'_> {
    /// A macro as a statement.
    pub(super) fn macro_statement(&mut self, mac: &syn::Macro, tail: bool) {
        let last = macro_name(mac);
        if LEAVE.contains(&last.as_str()) {
            let value = self.opaque_macro(mac);
            self.out.push(Stmt::Eval(value));
            self.out.push(Stmt::Exit);
            return;
        }
        if last == "ensure" {
            let value = self.opaque_macro(mac);
            self.out.push(Stmt::Eval(value));
            return;
        }
        if matches!(last.as_str(), "write" | "writeln") && self.written(mac) {
            return;
        }
        if last == "select" {
            self.select(mac);
            return;
        }
        let value = self.macro_value(mac);
        self.result(value, tail);
    }

    /// A macro as a value.
    pub(super) fn macro_value(&mut self, mac: &syn::Macro) -> ExprId {
        if self.depth >= super::MAX_DEPTH {
            return self.unknown(Span::default());
        }
        self.depth += 1;
        let value = self.macro_inside(mac);
        self.depth -= 1;
        value
    }

    fn macro_inside(&mut self, mac: &syn::Macro) -> ExprId {
        let last = macro_name(mac);
        let span = self.macro_span(mac);
        match last.as_str() {
            last if FORMATS.contains(&last) => self.formatted(mac, 0).unwrap_or_else(|| self.unknown(span)),
            "concat" | "concatcp" => {
                let parts: Vec<ExprId> = self.arguments(mac).iter().map(|a| self.expression(&a.value)).collect();
                self.concat(&parts)
            }
            "json" => self.json(mac.tokens.clone(), span),
            "env" | "option_env" => {
                let args = self.arguments(mac).iter().take(1).map(|a| self.argument(&a.value)).collect();
                let std = self.add(Expr::Name(Name::new_static("std")), span);
                let env = self.add(Expr::Field(std, Name::new_static("env")), span);
                let callee = self.add(Expr::Field(env, Name::new_static("var")), span);
                self.add(Expr::Call(callee, args), span)
            }
            "dbg" | "black_box" | "pin" | "ready" => {
                let first = self.arguments(mac).into_iter().next();
                match first {
                    Some(argument) => self.expression(&argument.value),
                    None => self.unknown(span),
                }
            }
            last if LISTS.contains(&last) => {
                let items = self.list_arguments(mac);
                self.add(Expr::List(items), span)
            }
            "hashmap" | "btreemap" | "maplit" | "phf_map" => self.map_literal(mac, span),
            _ => self.opaque_macro(mac),
        }
    }

    fn macro_span(&self, mac: &syn::Macro) -> Span {
        let start = self.path_span(&mac.path);
        let close = match &mac.delimiter {
            syn::MacroDelimiter::Paren(it) => it.span.close(),
            syn::MacroDelimiter::Brace(it) => it.span.close(),
            syn::MacroDelimiter::Bracket(it) => it.span.close(),
        };
        super::join(start, self.at(close))
    }

    /// The arguments of a macro as far as they are expressions.
    fn arguments(&self, mac: &syn::Macro) -> Vec<Argument> {
        let parser = |input: ParseStream<'_>| {
            let mut arguments = Vec::new();
            while !input.is_empty() {
                let Ok(argument) = input.parse() else {
                    input.parse::<TokenStream>()?;
                    break;
                };
                arguments.push(argument);
                if input.peek(syn::Token![,]) || input.peek(syn::Token![;]) {
                    input.parse::<TokenTree>()?;
                }
            }
            Ok(arguments)
        };
        parser.parse2(mac.tokens.clone()).unwrap_or_default()
    }

    /// Expressions separated by commas.
    pub(super) fn macro_arguments(&self, tokens: TokenStream) -> Option<Vec<syn::Expr>> {
        let parser = syn::punctuated::Punctuated::<Argument, syn::Token![,]>::parse_terminated;
        Some(parser.parse2(tokens).ok()?.into_iter().map(|a| a.value).collect())
    }

    fn list_arguments(&mut self, mac: &syn::Macro) -> Vec<ExprId> {
        self.arguments(mac).iter().map(|a| self.expression(&a.value)).collect()
    }

    /// A macro of which nothing is known: its arguments are evaluated.
    fn opaque_macro(&mut self, mac: &syn::Macro) -> ExprId {
        let span = self.macro_span(mac);
        let arguments = self.arguments(mac);
        // Output and assertions take formats; other macros may be calls by another name.
        let known = matches!(
            macro_name(mac).as_str(),
            "println"
                | "print"
                | "eprintln"
                | "eprint"
                | "info"
                | "warn"
                | "error"
                | "debug"
                | "trace"
                | "log"
                | "anyhow"
                | "eyre"
                | "assert"
                | "assert_eq"
                | "assert_ne"
                | "debug_assert"
                | "matches"
                | "ensure"
                | "panic"
                | "bail"
                | "unreachable"
                | "todo"
                | "unimplemented"
                | "event"
                | "span"
                | "info_span"
                | "debug_span"
                | "write"
                | "writeln"
                | "stringify"
        );
        let values: Vec<ExprId> = arguments.iter().map(|a| self.expression(&a.value)).collect();
        if known || values.is_empty() {
            return self.add(Expr::Opaque(values), span);
        }
        let callee = self.path(&mac.path);
        let args = values.into_iter().map(crate::ir::Arg::positional).collect();
        self.add(Expr::Call(callee, args), span)
    }

    /// `format!` and its kin: a text of pieces. The format is the argument at `at`.
    fn formatted(&mut self, mac: &syn::Macro, at: usize) -> Option<ExprId> {
        let arguments = self.arguments(mac);
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(format), .. }) = &arguments.get(at)?.value else {
            return None;
        };
        let span = self.macro_span(mac);
        let format_span = self.at(format.span());
        let values: Vec<(Option<Name>, ExprId)> =
            arguments.iter().skip(at + 1).map(|a| (a.name.clone(), self.expression(&a.value))).collect();
        let mut pieces = Vec::new();
        let mut next = 0;
        for part in split_format(&format.value()) {
            match part {
                Part::Text(text) => pieces.push(Piece::Text(text.into())),
                Part::Hole(hole) => {
                    let value = match hole.parse::<usize>() {
                        Ok(index) => values.get(index).map(|v| v.1),
                        Err(_) if hole.is_empty() => {
                            next += 1;
                            values.get(next - 1).map(|v| v.1)
                        }
                        Err(_) => {
                            values.iter().find(|v| v.0.as_deref() == Some(hole.as_str())).map(|v| v.1).or_else(|| {
                                let expr = if hole == "self" { Expr::This } else { Expr::Name(Name::new(&hole)) };
                                Some(self.add(expr, format_span))
                            })
                        }
                    };
                    let value = value.unwrap_or_else(|| self.unknown(format_span));
                    self.push_piece(&mut pieces, value);
                }
            }
        }
        Some(self.add(Expr::Text(crate::source::lowering::strings::join_literals(pieces)), span))
    }

    /// `write!(text, "…", x)` appends to a text that has a name.
    fn written(&mut self, mac: &syn::Macro) -> bool {
        let arguments = self.arguments(mac);
        let Some(target) = arguments.first().map(|a| &a.value) else { return false };
        let target = match target {
            syn::Expr::Reference(inner) => &*inner.expr,
            other => other,
        };
        let syn::Expr::Path(path) = target else { return false };
        let Some(ident) = path.path.get_ident() else { return false };
        let own = super::name(ident);
        // A formatter is no text.
        if matches!(own.as_str(), "f" | "fmt" | "formatter") || !self.scope.contains(&own) {
            return false;
        }
        let Some(text) = self.formatted(mac, 1) else { return false };
        let before = self.expression(target);
        let value = self.concat(&[before, text]);
        self.out.push(Stmt::Assign(Place::Name(own), value));
        true
    }

    /// `select! { pattern = future => body, … }`: the futures run, one of the bodies does.
    fn select(&mut self, mac: &syn::Macro) {
        let parser = |input: ParseStream<'_>| {
            let mut arms = Vec::new();
            while !input.is_empty() {
                if input.peek(syn::Token![else]) || (input.peek(syn::Ident) && input.peek2(syn::Token![;])) {
                    input.parse::<TokenTree>()?;
                    input.parse::<TokenTree>()?;
                    continue;
                }
                let pattern = syn::Pat::parse_multi(input)?;
                input.parse::<syn::Token![=]>()?;
                let future: syn::Expr = input.parse()?;
                input.parse::<syn::Token![=>]>()?;
                let body: syn::Expr = input.parse()?;
                if input.peek(syn::Token![,]) {
                    input.parse::<syn::Token![,]>()?;
                }
                arms.push((pattern, future, body));
            }
            Ok(arms)
        };
        let Ok(found) = parser.parse2(mac.tokens.clone()) else { return };
        let mut arms = Vec::new();
        for (pattern, future, body) in &found {
            let value = self.expression(future);
            let value = self.named_value(value);
            let span = self.span_of(value);
            let when = Some(self.unknown(span));
            let body = self.captured(|it| {
                it.bind(pattern, value);
                it.statement(body, false);
            });
            arms.push(Arm { when, body });
        }
        self.out.push(Stmt::Branch(arms));
    }

    /// `hashmap! { key => value }`.
    fn map_literal(&mut self, mac: &syn::Macro, span: Span) -> ExprId {
        let parser = |input: ParseStream<'_>| {
            let mut entries = Vec::new();
            while !input.is_empty() {
                let key: syn::Expr = input.parse()?;
                input.parse::<syn::Token![=>]>()?;
                let value: syn::Expr = input.parse()?;
                if input.peek(syn::Token![,]) {
                    input.parse::<syn::Token![,]>()?;
                }
                entries.push((key, value));
            }
            Ok(entries)
        };
        let entries = parser.parse2(mac.tokens.clone()).unwrap_or_default();
        let entries = entries
            .iter()
            .map(|(key, value)| {
                let key = self.expression(key);
                (self.key(key), self.expression(value))
            })
            .collect();
        self.add(Expr::Object(entries), span)
    }

    fn key(&self, key: ExprId) -> Key {
        match self.module.expr(key) {
            Expr::Text(pieces) => match pieces.as_slice() {
                [Piece::Text(text)] => Key::Name(text.clone()),
                _ => Key::Expr(key),
            },
            _ => Key::Expr(key),
        }
    }

    /// `json!(…)`: objects, lists and expressions.
    fn json(&mut self, tokens: TokenStream, span: Span) -> ExprId {
        if self.depth >= super::MAX_DEPTH {
            return self.unknown(span);
        }
        self.depth += 1;
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let value = match trees.as_slice() {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
                let mut entries = Vec::new();
                for entry in split(group.stream(), ',') {
                    let Some((key, value)) = split_once(entry, ':') else { continue };
                    let key = self.json_expression(key, span);
                    let value = self.json(value, span);
                    entries.push((self.key(key), value));
                }
                self.add(Expr::Object(entries), span)
            }
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket => {
                let items = split(group.stream(), ',').into_iter().map(|item| self.json(item, span)).collect();
                self.add(Expr::List(items), span)
            }
            [TokenTree::Ident(ident)] if ident == "null" => self.add(Expr::Null, span),
            _ => self.json_expression(tokens, span),
        };
        self.depth -= 1;
        value
    }

    fn json_expression(&mut self, tokens: TokenStream, span: Span) -> ExprId {
        match syn::parse2::<syn::Expr>(tokens) {
            Ok(expr) => self.expression(&expr),
            Err(_) => self.unknown(span),
        }
    }

    /// A macro among items: `lazy_static! { static ref X: T = …; }`, `thread_local! { static X: T = …; }`.
    pub(super) fn macro_item(&mut self, mac: &syn::Macro) {
        if !matches!(macro_name(mac).as_str(), "lazy_static" | "thread_local") {
            return;
        }
        let tokens: TokenStream =
            mac.tokens.clone().into_iter().filter(|t| !matches!(t, TokenTree::Ident(i) if i == "ref")).collect();
        let parser = |input: ParseStream<'_>| {
            let mut items = Vec::new();
            while !input.is_empty() {
                items.push(input.parse::<syn::ItemStatic>()?);
            }
            Ok(items)
        };
        for item in parser.parse2(tokens).unwrap_or_default() {
            self.item(&syn::Item::Static(item), false);
        }
    }
}

enum Part {
    Text(String),
    Hole(String),
}

/// Splits a format into text and holes (`{}`, `{0}`, `{name:?}`).
fn split_format(format: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                text.push(c);
            }
            '{' => {
                let hole: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let hole = hole.split(':').next().unwrap_or("").trim().to_owned();
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Hole(hole));
            }
            c => text.push(c),
        }
    }
    parts.push(Part::Text(text));
    parts
}

fn macro_name(mac: &syn::Macro) -> String {
    mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default()
}

/// Splits tokens at a sign.
fn split(tokens: TokenStream, sign: char) -> Vec<TokenStream> {
    let mut parts = vec![Vec::new()];
    for tree in tokens {
        match &tree {
            TokenTree::Punct(p) if p.as_char() == sign => parts.push(Vec::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(tree);
                }
            }
        }
    }
    parts.into_iter().filter(|p| !p.is_empty()).map(TokenStream::from_iter).collect()
}

/// Splits tokens at the first single sign (`::` does not count).
fn split_once(tokens: TokenStream, sign: char) -> Option<(TokenStream, TokenStream)> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_sign = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == sign);
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if is_sign(tree) {
            if trees.get(at + 1).is_some_and(is_sign) {
                at += 2;
                continue;
            }
            let (left, right) = trees.split_at(at);
            return Some((left.iter().cloned().collect(), right.iter().skip(1).cloned().collect()));
        }
        at += 1;
    }
    None
}
