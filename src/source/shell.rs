//! Shell scripts (POSIX, Bash and their kin): commands, variables, functions and the control flow around them.
//!
//! Here are the front end, the state of one lowering and the statements; `word` reads words and expansions, `command` reads
//! commands, `condition` reads tests, `loops` goes over words and lines, `forward` follows `$@`, `lines` knows where a piece of script stands in its file. Scripts inside workflows,
//! Makefiles and Dockerfiles are found by `embedded` and lowered by the same [`Program`].

use super::{File, FrontEnd, testing};
use crate::ir::{Arm, Expr, ExprId, Function, FunctionId, Import, Language, Member, Module, Name, Place, Span, Stmt};
use std::collections::{HashMap, HashSet};
use tree_sitter::Node;

mod command;
mod condition;
mod forward;
mod lines;
mod loops;
mod word;

pub(super) use lines::Lines;

/// The front end for shell scripts.
pub struct Shell;

/// How deep statements and words may nest before the rest is left out.
const MAX_DEPTH: usize = 120;
/// How many unreadable places are noted per program.
const MAX_ERRORS: usize = 20;

impl FrontEnd for Shell {
    fn languages(&self) -> &'static [Language] {
        &[Language::Shell]
    }

    fn endings(&self) -> &'static [&'static str] {
        &[
            "sh",
            "bash",
            "zsh",
            "ksh",
            "dash",
            "ash",
            "command",
            "bats",
            "envrc",
            "bashrc",
            "bash_profile",
            "bash_aliases",
            "zshrc",
            "profile",
            "zprofile",
            "zshenv",
        ]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let mut program = Program::new(&file.path);
        program.chunk(&file.text, Lines::default());
        vec![program.finish()]
    }
}

/// A program being lowered: one module to which pieces of script are added in order.
pub(super) struct Program {
    module: Module,
    /// Functions defined anywhere in the program, so that calls before the definition are known as such.
    functions: HashSet<Name>,
    /// What stands for `${{ … }}` and the like in prepared texts.
    placeholders: HashMap<Name, ExprId>,
    /// Commands of functions that are given the rest of the function's arguments.
    forwards: HashMap<Name, Vec<forward::Forward>>,
    /// Functions that run their arguments as a command.
    runners: HashSet<Name>,
    /// Whether the program reads in other scripts, whose functions it may call.
    sources: bool,
    current: FunctionId,
    /// How many parameters `shift` has taken away so far.
    shifted: usize,
    /// How many parameters the current function has by position.
    positional: usize,
    /// Statements found inside expressions, to run before the statement that holds them.
    pending: Vec<Stmt>,
    /// How many constructs around catch what is printed, so that it is no result of the function.
    captured: usize,
    /// The lines of the here-document that the statement being lowered reads.
    input: Option<ExprId>,
    depth: usize,
}

/// One text under lowering and where it stands.
struct Chunk<'p, 't> {
    program: &'p mut Program,
    text: &'t str,
    lines: Lines,
}

impl Program {
    /// A program without statements.
    pub fn new(path: &str) -> Self {
        let segments = path.split('/').filter(|s| !s.is_empty() && *s != ".").map(Name::from).collect();
        let mut module = Module::new(path, Language::Shell, segments);
        module.test = testing::is_test_path(path);
        Self {
            module,
            functions: HashSet::new(),
            placeholders: HashMap::new(),
            forwards: HashMap::new(),
            runners: HashSet::new(),
            sources: false,
            current: Module::MAIN,
            shifted: 0,
            positional: 0,
            pending: Vec::new(),
            captured: 0,
            input: None,
            depth: 0,
        }
    }

    /// The module under construction, for statements that do not come from script text.
    pub fn module_mut(&mut self) -> &mut Module {
        &mut self.module
    }

    /// Appends a statement to the program's body.
    pub fn push(&mut self, stmt: Stmt) {
        if let Some(main) = self.module.functions.first_mut() {
            main.body.push(stmt);
        }
    }

    /// Makes `$name` in later chunks stand for an expression.
    pub fn placeholder(&mut self, name: Name, value: ExprId) {
        self.placeholders.insert(name, value);
    }

    /// How many placeholders there are.
    pub fn placeholders(&self) -> usize {
        self.placeholders.len()
    }

    /// Parses and lowers a piece of script at the end of the program's body.
    pub fn chunk(&mut self, text: &str, lines: Lines) {
        let body = self.nested(text, lines);
        if let Some(main) = self.module.functions.first_mut() {
            main.body.extend(body);
        }
    }

    /// The finished module.
    pub fn finish(self) -> Module {
        self.module
    }

    /// The statements of a piece of script.
    fn nested(&mut self, text: &str, lines: Lines) -> Vec<Stmt> {
        let mut body = Vec::new();
        let Some(tree) = super::parsing::parse(&tree_sitter_bash::LANGUAGE.into(), text) else { return body };
        self.module.unread |= super::parsing::is_given_up(&tree);
        let root = tree.root_node();
        self.survey(root, text, &lines);
        Chunk { program: self, text, lines }.block(root, &mut body);
        body
    }

    /// Notes function names, and the places that could not be read.
    fn survey(&mut self, root: Node<'_>, text: &str, lines: &Lines) {
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            match node.kind() {
                "function_definition" => {
                    if let Some(name) = node.child_by_field_name("name").and_then(|n| text.get(n.byte_range())) {
                        self.functions.insert(name.into());
                    }
                }
                "command_name" => {
                    self.sources |= matches!(text.get(node.byte_range()), Some("source" | "."));
                }
                _ if (node.is_error() || node.is_missing()) && self.module.syntax_errors.len() < MAX_ERRORS => {
                    self.module.syntax_errors.push(lines.place(Span::of(&node)));
                }
                _ => {}
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}

impl<'t> Chunk<'_, 't> {
    fn add(&mut self, expr: Expr, node: Node<'_>) -> ExprId {
        let span = self.lines.place(Span::of(&node));
        self.program.module.add(expr, span)
    }

    fn slice(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// Lowers all statements directly below a node.
    fn block(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.statement(child, out);
        }
    }

    fn statement(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        if self.program.depth >= MAX_DEPTH {
            return;
        }
        self.program.depth += 1;
        let start = out.len();
        let before = std::mem::take(&mut self.program.pending);
        self.statement_inside(node, out);
        let inside = std::mem::replace(&mut self.program.pending, before);
        out.splice(start..start, inside);
        self.program.depth -= 1;
    }

    fn statement_inside(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        match node.kind() {
            "program"
            | "compound_statement"
            | "do_group"
            | "subshell"
            | "ERROR"
            | "variable_assignments"
            | "negated_command"
            | "declaration_command"
            | "else_clause"
            | "process_substitution" => self.block(node, out),
            "pipeline" => self.pipeline(node, out),
            "command" => self.command(node, &[], false, out),
            "variable_assignment" => self.assignment(node, out),
            "redirected_statement" => self.redirected(node, out),
            "list" => self.list(node, out),
            "if_statement" => self.if_statement(node, out),
            "case_statement" => self.case_statement(node, out),
            "for_statement" => self.for_statement(node, out),
            "while_statement" | "c_style_for_statement" => self.loop_statement(node, out),
            "function_definition" => self.function(node, out),
            "test_command" | "command_substitution" => {
                let value = self.condition(node);
                out.push(Stmt::Eval(value));
            }
            _ => {}
        }
    }

    /// Of what the parts of a pipeline print, only the last part's output is the function's.
    fn pipeline(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let last = last_named(node).map(|n| n.id());
        let mut cursor = node.walk();
        for part in node.named_children(&mut cursor) {
            let inner = usize::from(Some(part.id()) != last);
            self.program.captured += inner;
            self.statement(part, out);
            self.program.captured -= inner;
        }
    }

    /// `a && b || c`: the first runs, each of the others may.
    fn list(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let mut parts = Vec::new();
        let mut left = node;
        while left.kind() == "list" {
            let (Some(first), Some(last)) = (left.named_child(0), last_named(left)) else { break };
            if first.id() == last.id() {
                break;
            }
            parts.push((last, operator(left)));
            left = first;
        }
        let mut when = self.status(left, out);
        for (part, and) in parts.into_iter().rev() {
            let condition = if and { when } else { self.add(Expr::Not(when), part) };
            let mut body = Vec::new();
            let next = self.status(part, &mut body);
            when = next;
            out.push(Stmt::Branch(vec![Arm { when: Some(condition), body }]));
        }
    }

    /// Runs a statement for its exit status, and says what that status depends on.
    fn status(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) -> ExprId {
        if matches!(node.kind(), "test_command" | "negated_command") {
            if node.kind() == "test_command" {
                return self.condition(node);
            }
            if let Some(inner) = node.named_child(0).filter(|n| n.kind() == "test_command") {
                let inner = self.condition(inner);
                return self.add(Expr::Not(inner), node);
            }
        }
        if let Some(condition) = self.test_builtin(node) {
            return condition;
        }
        self.statement(node, out);
        self.add(Expr::Unknown, node)
    }

    fn if_statement(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let mut arms = Vec::new();
        let mut body = Vec::new();
        let mut when = None;
        let mut cursor = node.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let child = cursor.node();
            let condition = cursor.field_name() == Some("condition");
            more = cursor.goto_next_sibling();
            if !child.is_named() {
                continue;
            }
            match child.kind() {
                "elif_clause" => {
                    arms.push(Arm { when, body: std::mem::take(&mut body) });
                    when = Some(self.elif(child, out, &mut body));
                }
                "else_clause" => {
                    arms.push(Arm { when, body: std::mem::take(&mut body) });
                    when = None;
                    self.block(child, &mut body);
                }
                _ if condition => {
                    when = Some(self.status(child, out));
                }
                _ => self.statement(child, &mut body),
            }
        }
        arms.push(Arm { when, body });
        out.push(Stmt::Branch(arms));
    }

    /// The condition of an `elif`, whose body is put where told; its statements have no field names.
    fn elif(&mut self, node: Node<'_>, out: &mut Vec<Stmt>, body: &mut Vec<Stmt>) -> ExprId {
        let mut when = None;
        let mut then = false;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "then" => then = true,
                _ if !child.is_named() => {}
                _ if then => self.statement(child, body),
                _ => when = Some(self.status(child, out)),
            }
        }
        when.unwrap_or_else(|| self.add(Expr::Unknown, node))
    }

    fn case_statement(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let Some(value) = node.child_by_field_name("value") else { return };
        let subject = self.word(value);
        let mut arms = Vec::new();
        let mut cursor = node.walk();
        for item in node.named_children(&mut cursor).filter(|c| c.kind() == "case_item") {
            let when = self.case_patterns(item, subject);
            let mut body = Vec::new();
            let mut inner = item.walk();
            let mut more = inner.goto_first_child();
            while more {
                if inner.node().is_named() && inner.field_name() != Some("value") {
                    self.statement(inner.node(), &mut body);
                }
                more = inner.goto_next_sibling();
            }
            arms.push(Arm { when, body });
        }
        out.push(Stmt::Branch(arms));
    }

    /// What must hold for a `case` item: equal to one of the patterns; nothing for `*`.
    fn case_patterns(&mut self, item: Node<'_>, subject: ExprId) -> Option<ExprId> {
        let mut all = Vec::new();
        let mut cursor = item.walk();
        for pattern in item.children_by_field_name("value", &mut cursor) {
            let text = self.slice(pattern);
            if text == "*" {
                return None;
            }
            let plain = !text.contains(['*', '?', '[', '$', '(']);
            all.push(if plain {
                let label = self.word(pattern);
                self.add(Expr::Equal(subject, label, true), pattern)
            } else {
                self.add(Expr::Opaque(vec![subject]), pattern)
            });
        }
        match all.as_slice() {
            [one] => Some(*one),
            _ => Some(self.add(Expr::Any(all), item)),
        }
    }

    fn function(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
            return;
        };
        let span = self.lines.place(Span::of(&node));
        let name = Name::from(self.slice(name));
        let mut function = Function::new(name.clone(), span);
        function.parent = Some(self.program.current);
        let positional = word::count_parameters(self.slice(node));
        function.params = word::parameters(positional);
        let id = self.program.module.add_function(function);
        let outer = (self.program.current, self.program.shifted, self.program.positional);
        (self.program.current, self.program.shifted, self.program.positional) = (id, 0, positional);
        let mut statements = Vec::new();
        self.statement(body, &mut statements);
        (self.program.current, self.program.shifted, self.program.positional) = outer;
        if let Some(function) = self.program.module.functions.get_mut(id.0 as usize) {
            function.body = statements;
        }
        let lambda = self.add(Expr::Lambda(id), node);
        out.push(Stmt::Assign(Place::Name(name), lambda));
    }

    /// `source lib.sh`: brings in everything of another script.
    fn import(&mut self, path: &str, node: Node<'_>) {
        let span = self.lines.place(Span::of(&node));
        let mut parts: Vec<&str> = self.program.module.file.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        // With a slash it is read as a path, not as a dotted name.
        let module =
            parts.into_iter().filter(|p| !p.is_empty() && *p != ".").fold(String::from("."), |p, s| p + "/" + s);
        let module = Name::from(module);
        self.program.module.imports.push(Import { local: Name::default(), module, member: Member::All, span });
    }
}

fn last_named(node: Node<'_>) -> Option<Node<'_>> {
    node.named_child(u32::try_from(node.named_child_count().checked_sub(1)?).ok()?)
}

/// Whether a list is joined by `&&`.
fn operator(list: Node<'_>) -> bool {
    let mut cursor = list.walk();
    list.children(&mut cursor).any(|c| c.kind() == "&&")
}
