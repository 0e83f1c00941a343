//! Blocks and lambdas. The blocks of iterators are loop bodies and become part of the code around them, as loops do.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Function, Name, Param, ParamKind, Span, Stmt};
use tree_sitter::Node;

/// Iterators whose result is the collection itself, or nothing of interest.
const LOOPS: &[&str] = &[
    "each",
    "each_with_index",
    "each_with_object",
    "each_pair",
    "with_index",
    "with_object",
    "each_key",
    "each_value",
    "each_slice",
    "each_cons",
    "each_entry",
    "reverse_each",
    "times",
    "upto",
    "downto",
    "step",
    "find_each",
    "find_in_batches",
    "each_line",
    "each_char",
    "cycle",
    "select",
    "filter",
    "reject",
    "sort_by",
    "partition",
    "group_by",
    "uniq",
    "any?",
    "all?",
    "none?",
    "sum",
    "count",
    "delete_if",
    "keep_if",
    "select!",
    "reject!",
    "take_while",
    "drop_while",
    "min_by",
    "max_by",
    "index_by",
    "parallel_each",
];

/// Iterators whose result is made of what the block yields.
const MAPS: &[&str] =
    &["map", "collect", "flat_map", "collect_concat", "filter_map", "map!", "to_h", "transform_values", "each_map"];

/// Iterators that find one element.
const FINDS: &[&str] = &["find", "detect"];

/// Methods that hand the receiver to the block.
const HANDS: &[&str] = &["tap", "then", "yield_self"];

impl<'t> Lowerer<'t> {
    /// A call of an iterator with a block, lowered as a loop; `None` if it is no such call.
    pub(super) fn iteration(&mut self, receiver: ExprId, name: &str, args: &[Arg], block: Node<'t>) -> Option<ExprId> {
        let hands = HANDS.contains(&name);
        if !hands
            && !LOOPS.contains(&name)
            && !MAPS.contains(&name)
            && !FINDS.contains(&name)
            && name != "inject"
            && name != "reduce"
        {
            return None;
        }
        let params = child(block, Field::Parameters).map(|p| self.b.kids(p)).unwrap_or_default();
        // A parameter that hides a variable needs a function of its own.
        if params.iter().any(|p| self.shadows(*p)) {
            return None;
        }
        let mark = self.b.scope.open(true);
        let receiver = self.b.named_value(receiver, block);
        self.bind(receiver, name, args, &params, block);
        self.inlined += 1;
        let value = match child(block, Field::Body) {
            Some(body) if LOOPS.contains(&name) || name == "tap" => {
                self.body(body, false);
                self.b.unknown(block)
            }
            Some(body) => self.value_of_body(body),
            None => self.b.add(Expr::Null, block),
        };
        self.inlined -= 1;
        self.b.scope.close(mark);
        Some(if MAPS.contains(&name) {
            match name {
                "flat_map" | "collect_concat" => value,
                _ => self.b.add(Expr::List(vec![value]), block),
            }
        } else {
            // What the block ends with may be a call, which must not get lost.
            if !matches!(self.b.module.expr(value), Expr::Unknown) {
                self.b.emit(Stmt::Eval(value));
            }
            match name {
                "find" | "detect" | "min_by" | "max_by" => self.b.add(Expr::Element(receiver), block),
                "then" | "yield_self" | "inject" | "reduce" => value,
                "each_with_object" | "with_object" => args.first().map_or(receiver, |a| a.value),
                "any?" | "all?" | "none?" | "sum" | "count" => self.b.unknown(block),
                _ => receiver,
            }
        })
    }

    /// An iterator that is given a function (`&:name`, `&method(:name)`, `&block`): one call of it with an element.
    pub(super) fn iteration_with(
        &mut self,
        receiver: ExprId,
        name: &str,
        function: ExprId,
        node: Node<'t>,
    ) -> Option<ExprId> {
        if !LOOPS.contains(&name) && !MAPS.contains(&name) && !FINDS.contains(&name) {
            return None;
        }
        let receiver = self.b.named_value(receiver, node);
        let element = self.b.add(Expr::Element(receiver), node);
        let value = self.b.add(Expr::Call(function, vec![Arg::positional(element)]), node);
        if MAPS.contains(&name) {
            return Some(self.b.add(Expr::List(vec![value]), node));
        }
        self.b.emit(Stmt::Eval(value));
        Some(receiver)
    }

    /// `loop do … end` and blocks that simply run once.
    pub(super) fn plain_block(&mut self, block: Node<'t>) {
        let mark = self.b.scope.open(true);
        self.inlined += 1;
        if let Some(body) = child(block, Field::Body) {
            self.body(body, false);
        }
        self.inlined -= 1;
        self.b.scope.close(mark);
    }

    /// What a block yields, lowered in place.
    pub(super) fn block_value(&mut self, block: Node<'t>) -> ExprId {
        let mark = self.b.scope.open(true);
        self.inlined += 1;
        let value = match child(block, Field::Body) {
            Some(body) => self.value_of_body(body),
            None => self.b.add(Expr::Null, block),
        };
        self.inlined -= 1;
        self.b.scope.close(mark);
        value
    }

    fn shadows(&self, param: Node<'t>) -> bool {
        kind(param) == Kind::Identifier && self.b.scope.contains(self.b.text(param))
    }

    fn bind(&mut self, receiver: ExprId, name: &str, args: &[Arg], params: &[Node<'t>], block: Node<'t>) {
        let element = match name {
            "times" | "upto" | "downto" | "step" => self.b.unknown(block),
            "each_key" | "transform_keys" | "each_value" | "transform_values" => {
                let part = if name.ends_with('y') || name.ends_with("keys") { "keys" } else { "values" };
                let parts = self.b.call_method(receiver, part, Vec::new(), block);
                self.b.add(Expr::Element(parts), block)
            }
            "tap" | "then" | "yield_self" | "each_slice" | "each_cons" | "find_in_batches" => receiver,
            _ => self.b.add(Expr::Element(receiver), block),
        };
        match (name, params) {
            (_, []) => {
                for implicit in ["it", "_1"] {
                    if self.mentions(block, implicit) {
                        self.b.scope.declare(Name::new_static(implicit));
                        self.b.assign(Name::new_static(implicit), element);
                    }
                }
            }
            ("inject" | "reduce", [memo, item, ..]) => {
                if let Some(initial) = args.first() {
                    self.bind_param(*memo, initial.value);
                }
                self.bind_param(*item, element);
            }
            ("each_with_object" | "with_object", [item, memo, ..]) => {
                self.bind_param(*item, element);
                if let Some(initial) = args.first() {
                    self.bind_param(*memo, initial.value);
                }
            }
            ("each_with_index" | "with_index", [item, index, ..]) => {
                self.bind_param(*item, element);
                let unknown = self.b.unknown(*index);
                self.bind_param(*index, unknown);
            }
            (_, [one]) => self.bind_param(*one, element),
            (_, several) => {
                let element = self.b.named_value(element, block);
                self.bind_each(several, element);
            }
        }
    }

    fn bind_each(&mut self, params: &[Node<'t>], value: ExprId) {
        for (at, param) in params.iter().enumerate() {
            let key = self.b.add(Expr::Number(Name::new(at.to_string())), *param);
            let part = self.b.add(Expr::Index(value, key), *param);
            self.bind_param(*param, part);
        }
    }

    /// Assigns a value to a block parameter of any shape.
    pub(super) fn bind_param(&mut self, param: Node<'t>, value: ExprId) {
        match kind(param) {
            Kind::DestructuredParameter if self.b.descend(param) => {
                let value = self.b.named_value(value, param);
                let inner = self.b.kids(param);
                self.bind_each(&inner, value);
                self.b.ascend();
            }
            Kind::Identifier => {
                let name = self.b.name(param);
                self.b.scope.declare(name.clone());
                self.b.assign(name, value);
            }
            _ => {
                if let Some(name) = child(param, Field::Name) {
                    self.bind_param(name, value);
                }
            }
        }
    }

    /// Whether a block uses a parameter it does not declare.
    fn mentions(&self, block: Node<'t>, name: &str) -> bool {
        self.b.text(block).split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == name)
    }

    /// A block as a function value.
    pub(super) fn block_lambda(&mut self, block: Node<'t>) -> ExprId {
        let parameters = child(block, Field::Parameters);
        let body = child(block, Field::Body);
        self.function_value(block, parameters, body)
    }

    /// `->(x) { … }`.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let parameters = child(node, Field::Parameters);
        let body = child(node, Field::Body).and_then(|block| child(block, Field::Body));
        self.function_value(node, parameters, body)
    }

    fn function_value(&mut self, node: Node<'t>, parameters: Option<Node<'t>>, body: Option<Node<'t>>) -> ExprId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.b.function);
        function.test = self.test;
        let frame = self.b.begin_function(function, true);
        let inlined = std::mem::take(&mut self.inlined);
        match parameters {
            Some(parameters) => self.parameters(parameters),
            None => {
                for implicit in ["it", "_1"] {
                    if self.mentions(node, implicit) {
                        self.add_param(Param {
                            name: Name::new_static(implicit),
                            ty: None,
                            default: None,
                            kind: ParamKind::Normal,
                        });
                    }
                }
            }
        }
        if let Some(body) = body {
            self.body(body, true);
        }
        self.inlined = inlined;
        let id = self.b.end_function(frame);
        self.b.add(Expr::Lambda(id), node)
    }

    /// `&:name` is a function that calls `name` on its argument.
    pub(super) fn symbol_lambda(&mut self, name: Name, node: Node<'t>) -> ExprId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.b.function);
        function.test = self.test;
        let frame = self.b.begin_function(function, true);
        let param = Name::new_static("it");
        self.add_param(Param { name: param.clone(), ty: None, default: None, kind: ParamKind::Normal });
        let it = self.b.add(Expr::Name(param), node);
        let call = self.b.call_method(it, &name, Vec::new(), node);
        self.b.emit(Stmt::Return(Some(call)));
        let id = self.b.end_function(frame);
        self.b.add(Expr::Lambda(id), node)
    }
}
