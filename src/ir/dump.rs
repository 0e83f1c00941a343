//! A readable text form of a lowered module, for tests of the front ends and for reading by eye.

use super::{Arg, Arm, Class, Expr, ExprId, Function, Key, Member, Module, Param, ParamKind, Piece, Place, Stmt};
use std::fmt::Write as _;

/// The whole module, one statement a line, nested by indentation.
pub fn dump(module: &Module) -> String {
    let mut out = String::new();
    let path: Vec<&str> = module.path.iter().map(|n| n.as_str()).collect();
    let _ = writeln!(out, "module {} ({}){}", path.join("."), module.language.name(), mark(module.test, " test"));
    for import in &module.imports {
        let member = match &import.member {
            Member::Module => "module".to_owned(),
            Member::Named(name) => format!("member {name}"),
            Member::All => "all".to_owned(),
        };
        let _ = writeln!(out, "import {:?} = {} {member}", import.local, import.module);
    }
    for class in &module.classes {
        dump_class(module, class, &mut out);
    }
    for (index, function) in module.functions.iter().enumerate() {
        dump_function(module, index, function, &mut out);
    }
    for span in &module.syntax_errors {
        let _ = writeln!(out, "syntax error at {}:{}", span.line, span.column);
    }
    out
}

fn mark(on: bool, text: &str) -> &str {
    if on { text } else { "" }
}

fn dump_class(module: &Module, class: &Class, out: &mut String) {
    let bases: Vec<String> = class.bases.iter().map(|b| expr(module, *b)).collect();
    let _ = writeln!(out, "class {}({}){}", class.name, bases.join(", "), mark(class.interface, " interface"));
    for decorator in &class.decorators {
        let _ = writeln!(out, "  @{}", expr(module, *decorator));
    }
    for field in &class.fields {
        let ty = field.ty.map(|t| format!(": {}", expr(module, t))).unwrap_or_default();
        let value = field.value.map(|v| format!(" = {}", expr(module, v))).unwrap_or_default();
        let _ = writeln!(out, "  field {}{ty}{value}", field.name);
    }
    for method in &class.methods {
        let _ = writeln!(out, "  method #{} {}", method.0, module.function(*method).name);
    }
}

fn dump_function(module: &Module, index: usize, function: &Function, out: &mut String) {
    let owner = function.owner.map(|c| format!("{}.", module.class(c).name)).unwrap_or_default();
    let parent = function.parent.map(|p| format!(" in #{}", p.0)).unwrap_or_default();
    let params: Vec<String> = function.params.iter().map(|p| param(module, p)).collect();
    let returns = function.returns.map(|r| format!(" -> {}", expr(module, r))).unwrap_or_default();
    let _ = writeln!(
        out,
        "fn #{index} {owner}{}({}){returns} {:?}{parent}{}",
        function.name,
        params.join(", "),
        function.kind,
        mark(function.test, " test")
    );
    for decorator in &function.decorators {
        let _ = writeln!(out, "  @{}", expr(module, *decorator));
    }
    block(module, &function.body, 1, out);
}

fn param(module: &Module, param: &Param) -> String {
    let star = match param.kind {
        ParamKind::Normal => "",
        ParamKind::Rest => "*",
        ParamKind::Named => "**",
    };
    let ty = param.ty.map(|t| format!(": {}", expr(module, t))).unwrap_or_default();
    let default = param.default.map(|d| format!(" = {}", expr(module, d))).unwrap_or_default();
    format!("{star}{}{ty}{default}", param.name)
}

fn block(module: &Module, body: &[Stmt], depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    for stmt in body {
        match stmt {
            Stmt::Assign(place, value) => {
                let place = match place {
                    Place::Name(name) => name.to_string(),
                    Place::Global(name) => format!("global {name}"),
                    Place::Field(object, name) => format!("{}.{name}", expr(module, *object)),
                    Place::Index(object, key) => format!("{}[{}]", expr(module, *object), expr(module, *key)),
                };
                let _ = writeln!(out, "{pad}{place} = {}", expr(module, *value));
            }
            Stmt::Eval(value) => {
                let _ = writeln!(out, "{pad}{}", expr(module, *value));
            }
            Stmt::Return(value) => {
                let value = value.map(|v| format!(" {}", expr(module, v))).unwrap_or_default();
                let _ = writeln!(out, "{pad}return{value}");
            }
            Stmt::Exit => {
                let _ = writeln!(out, "{pad}exit");
            }
            Stmt::Branch(arms) => {
                for Arm { when, body } in arms {
                    let when = when.map_or_else(|| "else".to_owned(), |w| format!("when {}", expr(module, w)));
                    let _ = writeln!(out, "{pad}{when}");
                    block(module, body, depth + 1, out);
                }
            }
        }
    }
}

/// One expression on one line.
pub fn expr(module: &Module, id: ExprId) -> String {
    let one = |e: &ExprId| expr(module, *e);
    let list = |es: &[ExprId], sep: &str| es.iter().map(|e| expr(module, *e)).collect::<Vec<_>>().join(sep);
    match module.expr(id) {
        Expr::Text(pieces) => text(module, pieces),
        Expr::Number(n) => n.to_string(),
        Expr::Bool(b) => b.to_string(),
        Expr::Null => "null".into(),
        Expr::Name(n) => n.to_string(),
        Expr::This => "this".into(),
        Expr::Super => "super".into(),
        Expr::Field(o, n) => format!("{}.{n}", one(o)),
        Expr::Index(o, k) => format!("{}[{}]", one(o), one(k)),
        Expr::Call(c, a) => format!("{}({})", one(c), args(module, a)),
        Expr::New(c, a) => format!("new {}({})", one(c), args(module, a)),
        Expr::Object(entries) => object(module, entries),
        Expr::List(items) => format!("[{}]", list(items, ", ")),
        Expr::Element(c) => format!("element({})", one(c)),
        Expr::Entry(c) => format!("entry({})", one(c)),
        Expr::Choice(items) => format!("({})", list(items, " | ")),
        Expr::Select(arms) => {
            let arms: Vec<String> = arms
                .iter()
                .map(|(w, v)| format!("{} => {}", w.as_ref().map_or_else(|| "else".into(), one), one(v)))
                .collect();
            format!("select({})", arms.join("; "))
        }
        Expr::Format(style, f, a) => format!("format{style:?}({}; {})", one(f), args(module, a)),
        Expr::Lambda(f) => format!("fn#{}", f.0),
        Expr::Module(n) => format!("module({n})"),
        Expr::Typed(v, t) => format!("({} as {})", one(v), one(t)),
        Expr::Generic(b, a) => format!("{}<{}>", one(b), list(a, ", ")),
        Expr::Equal(l, r, yes) => format!("{} {} {}", one(l), if *yes { "==" } else { "!=" }, one(r)),
        Expr::Contains(l, r, yes) => format!("{} {} {}", one(l), if *yes { "in" } else { "not in" }, one(r)),
        Expr::All(items) => format!("all({})", list(items, ", ")),
        Expr::Any(items) => format!("any({})", list(items, ", ")),
        Expr::Not(e) => format!("not {}", one(e)),
        Expr::Command(words) => format!("command({})", list(words, " ")),
        Expr::Opaque(items) => format!("opaque({})", list(items, ", ")),
        Expr::Unknown => "?".into(),
    }
}

fn text(module: &Module, pieces: &[Piece]) -> String {
    let mut text = String::from("\"");
    for piece in pieces {
        match piece {
            Piece::Text(t) => text.push_str(&t.escape_debug().to_string()),
            Piece::Expr(e) => {
                let _ = write!(text, "${{{}}}", expr(module, *e));
            }
        }
    }
    text + "\""
}

fn object(module: &Module, entries: &[(Key, ExprId)]) -> String {
    let entry = |(key, value): &(Key, ExprId)| {
        let value = expr(module, *value);
        match key {
            Key::Name(name) => format!("{name}: {value}"),
            Key::Expr(key) => format!("[{}]: {value}", expr(module, *key)),
            Key::Spread => format!("**{value}"),
        }
    };
    format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
}

fn args(module: &Module, args: &[Arg]) -> String {
    let args: Vec<String> = args
        .iter()
        .map(|a| {
            let name = a.name.as_ref().map(|n| format!("{n}=")).unwrap_or_default();
            format!("{}{name}{}", if a.spread { "..." } else { "" }, expr(module, a.value))
        })
        .collect();
    args.join(", ")
}
