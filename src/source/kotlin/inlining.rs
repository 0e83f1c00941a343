//! Kotlin scope functions (`let`, `apply`, `with`, …) and functions that only run a block (`runBlocking`, `withContext`, `launch`):
//! their lambdas become part of the surrounding code.

use super::Lowerer;
use super::grammar::{Kind, kind};
use crate::ir::{Expr, ExprId, Name};
use tree_sitter::Node;

/// What a scope function does with its receiver and its lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScopeFunction {
    /// Whether the receiver is `this` in the lambda, else it is the parameter.
    receiver_is_this: bool,
    /// Whether the call's value is the receiver, else it is the lambda's.
    gives_receiver: bool,
}

/// The scope function of a name.
pub(super) fn scope_function(name: &str) -> Option<ScopeFunction> {
    let function = |receiver_is_this, gives_receiver| Some(ScopeFunction { receiver_is_this, gives_receiver });
    match name {
        "let" | "use" => function(false, false),
        "also" | "takeIf" | "takeUnless" => function(false, true),
        "apply" => function(true, true),
        "run" | "with" => function(true, false),
        _ => None,
    }
}

/// What a function that runs its lambda for each element gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    /// The collection.
    Collection,
    /// A list of the lambda's values.
    Values,
    /// The lambda's value, which is a collection itself.
    Value,
}

/// The function of a name that runs its lambda for each element.
pub(super) fn each_function(name: &str) -> Option<Each> {
    match name {
        "forEach" | "onEach" | "filter" | "filterNot" | "sortedBy" | "forEachIndexed" | "onEachIndexed"
        | "filterValues" => Some(Each::Collection),
        "map" | "mapNotNull" | "mapValues" | "mapIndexed" | "associateWith" => Some(Each::Values),
        "flatMap" => Some(Each::Value),
        _ => None,
    }
}

/// Functions that do nothing but run their lambda, as far as requests are concerned.
pub(super) fn runs_block(name: &str) -> bool {
    matches!(
        name,
        "async"
            | "coroutineScope"
            | "launch"
            | "lazy"
            | "measureTimeMillis"
            | "measureTimedValue"
            | "repeat"
            | "run"
            | "runBlocking"
            | "runCatching"
            | "runTest"
            | "supervisorScope"
            | "synchronized"
            | "thread"
            | "withContext"
            | "withTimeout"
            | "withTimeoutOrNull"
    )
}

impl<'t> Lowerer<'t> {
    /// Whether the lambda of a scope function is open.
    pub(super) fn inlines(&self) -> bool {
        self.b.scope.contains(INLINED)
    }

    /// Lowers the lambda of a scope function in place.
    pub(super) fn inline_scope(
        &mut self,
        function: ScopeFunction,
        receiver: ExprId,
        lambda: Node<'t>,
        node: Node<'t>,
    ) -> ExprId {
        let receiver = self.b.named_value(receiver, node);
        let mark = self.b.scope.open(true);
        self.b.scope.declare(Name::new_static(INLINED));
        if function.receiver_is_this {
            let name = self.receiver_variable(receiver);
            self.receivers.push(name);
        } else {
            let name = self.lambda_parameter(lambda).unwrap_or(Name::new_static("it"));
            self.b.assign(name.clone(), receiver);
            self.b.scope.declare(name);
        }
        let value = self.block_value(lambda);
        if function.receiver_is_this {
            self.receivers.pop();
        }
        self.b.scope.close(mark);
        match value {
            Some(value) if function.gives_receiver => {
                self.b.emit(crate::ir::Stmt::Eval(value));
                receiver
            }
            Some(value) => value,
            None if function.gives_receiver => receiver,
            None => self.b.unknown(node),
        }
    }

    /// Lowers the lambda of a function over a collection in place, for any one element.
    pub(super) fn inline_each(&mut self, each: Each, collection: ExprId, lambda: Node<'t>, node: Node<'t>) -> ExprId {
        let collection = self.b.named_value(collection, node);
        let mark = self.b.scope.open(true);
        self.b.scope.declare(Name::new_static(INLINED));
        let element = self.b.add(Expr::Element(collection), node);
        let list = self.b.first(lambda).filter(|k| kind(*k) == Kind::LambdaParameters);
        match list.and_then(|l| self.b.first(l)) {
            Some(variables) if kind(variables) == Kind::MultiVariableDeclaration => {
                self.destructured_loop(variables, collection, node);
            }
            // Key and value, or place and element.
            Some(_) if list.is_some_and(|l| self.b.kids(l).len() > 1) => {
                let entry = self.b.add(Expr::Entry(collection), node);
                let entry = self.b.named_value(entry, node);
                list.into_iter().for_each(|list| self.destructure(list, entry));
            }
            _ => {
                let name = self.lambda_parameter(lambda).unwrap_or(Name::new_static("it"));
                self.b.assign(name.clone(), element);
                self.b.scope.declare(name);
            }
        }
        let value = self.block_value(lambda);
        self.b.scope.close(mark);
        match (each, value) {
            (Each::Value, Some(value)) => value,
            (Each::Values, Some(value)) => self.b.add(Expr::List(vec![value]), node),
            (_, value) => {
                self.b.out.extend(value.map(crate::ir::Stmt::Eval));
                collection
            }
        }
    }

    /// Lowers a lambda in place that nothing is passed to.
    pub(super) fn inline_block(&mut self, lambda: Node<'t>, node: Node<'t>) -> ExprId {
        let mark = self.b.scope.open(true);
        self.b.scope.declare(Name::new_static(INLINED));
        let value = self.block_value(lambda);
        self.b.scope.close(mark);
        value.unwrap_or_else(|| self.b.unknown(node))
    }

    /// The variable that holds a receiver; `this` itself gets one, since lambdas inside see variables only.
    fn receiver_variable(&mut self, receiver: ExprId) -> Name {
        match self.b.module.expr(receiver) {
            Expr::Name(name) => name.clone(),
            _ => {
                let name = self.b.temporary();
                self.b.assign(name.clone(), receiver);
                name
            }
        }
    }

    fn lambda_parameter(&mut self, lambda: Node<'t>) -> Option<Name> {
        let list = self.b.first(lambda).filter(|k| kind(*k) == Kind::LambdaParameters)?;
        let variable = self.b.first(list)?;
        self.variable_name(variable).map(|n| self.ident(n))
    }
}

/// A local name that only open inlined lambdas have; no source can contain it.
const INLINED: &str = "$inlined";
