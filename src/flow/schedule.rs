//! In which order functions are run: callees before their callers, as far as names tell, so that most need one run.
//!
//! Only the order depends on this, and with it how much is done twice; what is found does not.

use crate::ir::{Arm, Expr, ExprId, FunctionKind, Key, Module, Name, Piece, Place, Stmt};
use rayon::prelude::*;
use rustc_hash::FxHashMap as Map;

use super::program::Program;
use super::value::Fun;

/// A name that more functions share tells nothing of who is called.
const MAX_NAMESAKES: usize = 8;

/// How high each function stands above those that it calls.
pub type Levels = Map<Fun, u32>;

/// The level of every function: higher than those of all that it calls, circles aside. Functions keep the level they have.
pub fn levels(program: &Program, known: &Levels) -> Levels {
    let funs: Vec<Fun> = program.functions().collect();
    let index: Map<Fun, usize> = funs.iter().enumerate().map(|(i, f)| (*f, i)).collect();
    let mut named: Map<&Name, Vec<usize>> = Map::default();
    for (i, fun) in funs.iter().enumerate() {
        let function = program.function(*fun);
        let name = match (function.kind, program.owner(*fun)) {
            (FunctionKind::Constructor, Some(class)) => &program.class(class).name,
            _ => &function.name,
        };
        if !name.is_empty() {
            named.entry(name).or_default().push(i);
        }
    }
    let calls: Vec<Vec<usize>> = funs
        .par_iter()
        .map(|fun| {
            let module = program.module(fun.module);
            let mut out = Vec::new();
            if known.contains_key(fun) {
                return out;
            }
            walk(module, &module.function(fun.id).body, &mut |expr| match expr {
                Expr::Call(callee, _) | Expr::New(callee, _) => {
                    let name = match module.expr(*callee) {
                        Expr::Name(name) | Expr::Field(_, name) => name,
                        _ => return,
                    };
                    if let Some(same) = named.get(name).filter(|same| same.len() <= MAX_NAMESAKES) {
                        out.extend(same);
                    }
                }
                Expr::Lambda(id) => out.extend(index.get(&Fun { module: fun.module, id: *id })),
                _ => {}
            });
            out
        })
        .collect();
    let levels = depths(&calls, funs.iter().map(|fun| known.get(fun).copied()).collect());
    funs.into_iter().zip(levels).collect()
}

/// How long the longest chain below each node is whose level is not known; edges that close a circle are left out.
fn depths(edges: &[Vec<usize>], mut level: Vec<Option<u32>>) -> Vec<u32> {
    let mut open = vec![false; edges.len()];
    for start in 0..edges.len() {
        if level[start].is_some() {
            continue;
        }
        let mut stack = vec![(start, 0)];
        open[start] = true;
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            match edges[node].get(*next) {
                Some(&to) => {
                    *next += 1;
                    if level[to].is_none() && !open[to] {
                        open[to] = true;
                        stack.push((to, 0));
                    }
                }
                None => {
                    let below = edges[node].iter().filter_map(|to| level[*to]).max();
                    level[node] = Some(below.map_or(0, |l| l + 1));
                    open[node] = false;
                    stack.pop();
                }
            }
        }
    }
    level.into_iter().map(Option::unwrap_or_default).collect()
}

/// Visits every expression below statements.
fn walk<'m>(module: &'m Module, body: &'m [Stmt], visit: &mut dyn FnMut(&'m Expr)) {
    let mut bodies = vec![body];
    let mut exprs: Vec<ExprId> = Vec::new();
    while let Some(body) = bodies.pop() {
        for stmt in body {
            match stmt {
                Stmt::Assign(place, value) => {
                    exprs.push(*value);
                    match place {
                        Place::Field(object, _) => exprs.push(*object),
                        Place::Index(object, key) => exprs.extend([*object, *key]),
                        Place::Name(_) | Place::Global(_) => {}
                    }
                }
                Stmt::Eval(value) => exprs.push(*value),
                Stmt::Return(value) => exprs.extend(value),
                Stmt::Exit => {}
                Stmt::Branch(arms) => {
                    for Arm { when, body } in arms {
                        exprs.extend(when);
                        bodies.push(body);
                    }
                }
            }
        }
    }
    while let Some(id) = exprs.pop() {
        let expr = module.expr(id);
        visit(expr);
        parts(expr, &mut exprs);
    }
}

/// The expressions that an expression is made of.
fn parts(expr: &Expr, out: &mut Vec<ExprId>) {
    match expr {
        Expr::Text(pieces) => out.extend(pieces.iter().filter_map(|p| match p {
            Piece::Expr(id) => Some(*id),
            Piece::Text(_) => None,
        })),
        Expr::Field(object, _) | Expr::Element(object) | Expr::Entry(object) | Expr::Not(object) => {
            out.push(*object);
        }
        Expr::Index(a, b) | Expr::Equal(a, b, _) | Expr::Contains(a, b, _) | Expr::Typed(a, b) => out.extend([*a, *b]),
        Expr::Call(callee, args) | Expr::New(callee, args) => {
            out.push(*callee);
            out.extend(args.iter().map(|a| a.value));
        }
        Expr::Format(_, format, args) => {
            out.push(*format);
            out.extend(args.iter().map(|a| a.value));
        }
        Expr::Object(entries) => {
            for (key, value) in entries {
                out.push(*value);
                if let Key::Expr(key) = key {
                    out.push(*key);
                }
            }
        }
        Expr::Select(arms) => {
            for (when, value) in arms {
                out.extend(when);
                out.push(*value);
            }
        }
        Expr::List(items)
        | Expr::Choice(items)
        | Expr::All(items)
        | Expr::Any(items)
        | Expr::Command(items)
        | Expr::Opaque(items) => {
            out.extend(items);
        }
        Expr::Generic(base, args) => {
            out.push(*base);
            out.extend(args);
        }
        Expr::Number(_)
        | Expr::Bool(_)
        | Expr::Null
        | Expr::Name(_)
        | Expr::This
        | Expr::Super
        | Expr::Lambda(_)
        | Expr::Module(_)
        | Expr::Unknown => {}
    }
}
