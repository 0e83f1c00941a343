//! What the front ends built on tree-sitter share: reading nodes, adding expressions, nesting functions and blocks, the
//! depth limit, string pieces. It knows no language; those are in the front ends' own files.

pub(super) mod grammar;
pub(super) mod percent;
pub(super) mod scope;
pub(super) mod strings;

use crate::ir::{Arg, Arm, Expr, ExprId, Function, FunctionId, Key, Language, Module, Name, Piece, Place, Span, Stmt};
use scope::Scope;
use smallvec::SmallVec;
use tree_sitter::{Node, Tree, TreeCursor};

pub(super) use super::parsing::parse;

/// Syntax nested deeper than this is not looked into; real code stays far below, and stacks are small.
const MAX_DEPTH: u16 = 150;

/// What a class body counts in levels: lowering one takes that much more of the stack.
const CLASS_DEPTH: u16 = 10;

/// How many syntax errors of a file are noted.
const MAX_SYNTAX_ERRORS: usize = 64;

/// The children of a node; rarely more than eight.
pub(super) type Nodes<'t> = SmallVec<[Node<'t>; 8]>;

/// A module under construction and the place where statements go.
pub(super) struct Builder<'t> {
    /// The module so far.
    pub module: Module,
    /// Statements of the block being lowered.
    pub out: Vec<Stmt>,
    /// The function being lowered.
    pub function: FunctionId,
    /// Local names visible here.
    pub scope: Scope,
    text: &'t str,
    cursor: TreeCursor<'t>,
    depth: u16,
    temporaries: u32,
}

/// What was set aside while a nested function is lowered.
pub(super) struct FunctionFrame {
    function: FunctionId,
    outer: FunctionId,
    out: Vec<Stmt>,
    scope: scope::Mark,
}

/// What was set aside while a nested block is lowered.
pub(super) struct BlockFrame {
    out: Vec<Stmt>,
    scope: scope::Mark,
}

impl<'t> Builder<'t> {
    /// A builder for one parsed file.
    pub fn new(file: &super::File, language: Language, tree: &'t Tree, text: &'t str) -> Self {
        let mut module = Module::new(file.path.clone(), language, Vec::new());
        note_syntax_errors(&mut module, tree);
        module.unread = super::parsing::is_given_up(tree);
        Self {
            module,
            out: Vec::new(),
            function: Module::MAIN,
            scope: Scope::default(),
            text,
            cursor: tree.walk(),
            depth: 0,
            temporaries: 0,
        }
    }

    /// The finished module; open statements become its body.
    pub fn finish(mut self) -> Module {
        let body = std::mem::take(&mut self.out);
        if let Some(main) = self.module.functions.first_mut() {
            main.body = body;
        }
        self.module
    }

    /// Named children without comments.
    pub fn kids(&mut self, node: Node<'t>) -> Nodes<'t> {
        node.named_children(&mut self.cursor).filter(|n| !n.is_extra()).collect()
    }

    /// The same, and what the grammar skipped to find its way back: statements may be among that.
    pub fn parts(&mut self, node: Node<'t>) -> Nodes<'t> {
        node.named_children(&mut self.cursor).filter(|n| !n.is_extra() || n.is_error()).collect()
    }

    /// The same; in the place of what could not be read stands what is in it.
    pub fn sound_parts(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut sound = Vec::new();
        for part in self.parts(node) {
            if part.is_error() {
                sound.extend(self.parts(part));
            } else {
                sound.push(part);
            }
        }
        sound
    }

    /// All children, punctuation and keywords included, without comments.
    pub fn all_kids(&mut self, node: Node<'t>) -> Nodes<'t> {
        node.children(&mut self.cursor).filter(|n| !n.is_extra()).collect()
    }

    /// The first named child that is no comment.
    pub fn first(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        node.named_children(&mut self.cursor).find(|n| !n.is_extra())
    }

    /// The source text of a node.
    pub fn text(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// The source text of a node as a name.
    pub fn name(&self, node: Node<'t>) -> Name {
        Name::new(self.text(node))
    }

    /// Adds an expression standing at a node.
    pub fn add(&mut self, expr: Expr, node: Node<'t>) -> ExprId {
        self.module.add(expr, Span::of(&node))
    }

    /// Adds `Unknown` at a node.
    pub fn unknown(&mut self, node: Node<'t>) -> ExprId {
        self.add(Expr::Unknown, node)
    }

    /// Adds a literal text.
    pub fn literal(&mut self, text: impl Into<Name>, node: Node<'t>) -> ExprId {
        let text = text.into();
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Text(text)] };
        self.add(Expr::Text(pieces), node)
    }

    /// Adds a text of pieces, neighbouring literals joined.
    pub fn pieces(&mut self, pieces: Vec<Piece>, node: Node<'t>) -> ExprId {
        self.add(Expr::Text(strings::join_literals(pieces)), node)
    }

    /// Appends a value to a text under construction; a text is taken apart, anything else becomes a hole.
    pub fn push_piece(&self, pieces: &mut Vec<Piece>, value: ExprId) {
        match self.module.expr(value) {
            Expr::Text(inner) => pieces.extend(inner.iter().cloned()),
            _ => pieces.push(Piece::Expr(value)),
        }
    }

    /// The whole literal text of an expression, if it is one without holes.
    pub fn literal_text(&self, value: ExprId) -> Option<Name> {
        match self.module.expr(value) {
            Expr::Text(pieces) => match pieces.as_slice() {
                [] => Some(Name::default()),
                [Piece::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// `left + right` of texts.
    pub fn concat(&mut self, parts: &[ExprId], node: Node<'t>) -> ExprId {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            self.push_piece(&mut pieces, *part);
        }
        self.pieces(pieces, node)
    }

    /// A sum: one text, unless a number takes part and no literal text does.
    pub fn sum(&mut self, parts: Vec<ExprId>, node: Node<'t>) -> ExprId {
        let is_number = |e: &ExprId| matches!(self.module.expr(*e), Expr::Number(_) | Expr::Opaque(_));
        let is_text = |e: &ExprId| matches!(self.module.expr(*e), Expr::Text(_));
        if parts.iter().any(is_number) && !parts.iter().any(is_text) {
            return self.add(Expr::Opaque(parts), node);
        }
        self.concat(&parts, node)
    }

    /// A key of a table: by name if the expression is a literal text.
    pub fn key(&self, value: ExprId) -> Key {
        self.literal_text(value).map_or(Key::Expr(value), Key::Name)
    }

    /// `object.name(args)`.
    pub fn call_method(&mut self, object: ExprId, name: &str, args: Vec<Arg>, node: Node<'t>) -> ExprId {
        let callee = self.add(Expr::Field(object, Name::new(name)), node);
        self.add(Expr::Call(callee, args), node)
    }

    /// A simple or dotted name (`a.b.C`) as an expression.
    pub fn dotted(&mut self, text: &str, node: Node<'t>) -> ExprId {
        let mut segments = text.split('.').map(str::trim);
        let first = Name::new(segments.next().unwrap_or(""));
        let mut id = self.add(Expr::Name(first), node);
        for segment in segments {
            id = self.add(Expr::Field(id, Name::new(segment)), node);
        }
        id
    }

    /// Adds a statement to the open block.
    pub fn emit(&mut self, stmt: Stmt) {
        self.out.push(stmt);
    }

    /// What a counter starts with (`i = 0`) is not what it is in the loop. `start` is where the loop's own statements begin.
    pub fn forget_counters(&mut self, start: usize, node: Node<'t>) {
        let counters = counters(&self.module, self.out.get(start..).unwrap_or_default());
        for name in counters {
            let unknown = self.unknown(node);
            self.assign(name, unknown);
        }
    }

    /// Adds `name = value` to the open block.
    pub fn assign(&mut self, name: Name, value: ExprId) {
        self.out.push(Stmt::Assign(Place::Name(name), value));
    }

    /// A variable name that no source can contain.
    pub fn temporary(&mut self) -> Name {
        self.temporaries += 1;
        Name::new(format!("${}", self.temporaries))
    }

    /// Gives a value a name unless it has one, so that using it twice evaluates it once.
    pub fn named_value(&mut self, value: ExprId, node: Node<'t>) -> ExprId {
        if matches!(self.module.expr(value), Expr::Name(_) | Expr::This) {
            return value;
        }
        let name = self.temporary();
        self.assign(name.clone(), value);
        self.add(Expr::Name(name), node)
    }

    /// Goes one level deeper; `false` at the limit, which is noted, and then `ascend` must not be called.
    pub fn descend(&mut self, node: Node<'t>) -> bool {
        if self.depth >= MAX_DEPTH {
            self.note_too_deep(node);
            return false;
        }
        self.depth += 1;
        true
    }

    fn note_too_deep(&mut self, node: Node<'t>) {
        if self.module.syntax_errors.len() < MAX_SYNTAX_ERRORS {
            self.module.syntax_errors.push(Span::of(&node));
        }
    }

    /// Comes back from `descend`.
    pub fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Goes into a class body, which counts as several levels; `false` at the limit, as with `descend`.
    pub fn descend_class(&mut self, node: Node<'t>) -> bool {
        if self.depth + CLASS_DEPTH > MAX_DEPTH {
            self.note_too_deep(node);
            return false;
        }
        self.depth += CLASS_DEPTH;
        true
    }

    /// Comes back from `descend_class`.
    pub fn ascend_class(&mut self) {
        self.depth = self.depth.saturating_sub(CLASS_DEPTH);
    }

    /// Begins a function; its statements go to the open block until `end_function`. `sees_locals` for nested functions.
    pub fn begin_function(&mut self, function: Function, sees_locals: bool) -> FunctionFrame {
        let id = self.module.add_function(function);
        FunctionFrame {
            function: id,
            outer: std::mem::replace(&mut self.function, id),
            out: std::mem::take(&mut self.out),
            scope: self.scope.open(sees_locals),
        }
    }

    /// Ends a function and returns its id.
    pub fn end_function(&mut self, frame: FunctionFrame) -> FunctionId {
        let body = std::mem::replace(&mut self.out, frame.out);
        if let Some(function) = self.module.functions.get_mut(frame.function.0 as usize) {
            function.body = body;
        }
        self.function = frame.outer;
        self.scope.close(frame.scope);
        frame.function
    }

    /// Begins a block whose statements are kept apart.
    pub fn begin_block(&mut self) -> BlockFrame {
        BlockFrame { out: std::mem::take(&mut self.out), scope: self.scope.open(true) }
    }

    /// Ends a block that is flattened into the open one (the body of a loop or `try`). What leaves the function in it must not cut
    /// off what follows, so then the block stays apart, as one that may run.
    pub fn end_flattened(&mut self, frame: BlockFrame, node: Node<'t>) {
        let body = self.end_block(frame);
        if body.iter().any(|s| matches!(s, Stmt::Return(_) | Stmt::Exit)) {
            let when = Some(self.unknown(node));
            self.emit(Stmt::Branch(vec![Arm { when, body }]));
        } else {
            self.out.extend(body);
        }
    }

    /// Ends a block and returns its statements.
    pub fn end_block(&mut self, frame: BlockFrame) -> Vec<Stmt> {
        self.scope.close(frame.scope);
        std::mem::replace(&mut self.out, frame.out)
    }
}

/// The variables that statements give a number.
pub(super) fn counters(module: &Module, stmts: &[Stmt]) -> Vec<Name> {
    let counts = |stmt: &Stmt| match stmt {
        Stmt::Assign(Place::Name(name), value) => matches!(module.expr(*value), Expr::Number(_)).then(|| name.clone()),
        _ => None,
    };
    stmts.iter().filter_map(counts).collect()
}

/// Notes the places that the grammar could not read, without descending into sound parts.
fn note_syntax_errors(module: &mut Module, tree: &Tree) {
    if !tree.root_node().has_error() {
        return;
    }
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let found = node.is_error() || node.is_missing();
        if found {
            module.syntax_errors.push(Span::of(&node));
        }
        if module.syntax_errors.len() >= MAX_SYNTAX_ERRORS {
            return;
        }
        if !found && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}
