//! Programs that declare: Pulumi's and CDKTF's classes in any language with a front end, and commands of the shell whose needs
//! are known.
//!
//! Works on what the front ends make of a file, one file at a time: a class is known by the package that it is imported
//! from. Names that take more than the file's imports to understand are not followed.

use super::block::{self, Argument, Block, Exists};
use super::classes::{self, Class};
use super::kinds;
use super::terraform::keys::KEYS;
use super::terraform::{DeclaredKey, Element, Scopes};
use crate::evidence::{Evidence, Place};
use crate::ir::{self, Arg, Expr, ExprId, Key, Language, Member, Module, Name, Piece, Stmt};
use std::collections::BTreeMap;

/// How far arguments are looked into.
const DEPTH: usize = 6;

/// The evidence of one module.
pub fn read(module: &Module) -> Vec<Evidence> {
    let mut reader = Reader { module, names: BTreeMap::new(), open: Vec::new(), providers: BTreeMap::new() };
    reader.imports();
    reader.providers();
    let declares = !reader.names.is_empty() || !reader.open.is_empty();
    let mut found = Vec::new();
    for (id, expr) in module.exprs() {
        match expr {
            Expr::Command(words) => reader.command(id, words, &mut found),
            Expr::Call(callee, args) | Expr::New(callee, args) if declares => {
                reader.call(id, *callee, args, matches!(expr, Expr::New(..)), &mut found);
            }
            _ => {}
        }
    }
    for evidence in &mut found {
        evidence.test |= module.test;
        if let Place::Source { language, .. } = &mut evidence.place {
            *language = Some(module.language);
        }
    }
    found
}

/// The keys and tokens that a module declares with Pulumi's or CDKTF's classes, as far as their lists are written out.
pub fn keys(module: &Module) -> Vec<DeclaredKey> {
    let mut reader = Reader { module, names: BTreeMap::new(), open: Vec::new(), providers: BTreeMap::new() };
    reader.imports();
    let calls = module.exprs().filter_map(|(id, expr)| match expr {
        Expr::Call(callee, args) | Expr::New(callee, args) => Some((id, *callee, args)),
        _ => None,
    });
    calls.filter_map(|(id, callee, args)| reader.key(id, callee, args)).collect()
}

/// A package whose classes declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Package {
    Pulumi,
    Cdktf,
}

/// The package that a path belongs to, and what follows its name.
fn package(path: &str) -> Option<(Package, &str)> {
    const ROOTS: [(&str, Package); 12] = [
        ("@pulumi/datadog", Package::Pulumi),
        ("pulumi_datadog", Package::Pulumi),
        ("Pulumi.Datadog", Package::Pulumi),
        ("com.pulumi.datadog", Package::Pulumi),
        ("github.com/pulumi/pulumi-datadog/sdk", Package::Pulumi),
        ("@cdktf/provider-datadog", Package::Cdktf),
        ("cdktf_cdktf_provider_datadog", Package::Cdktf),
        ("github.com/cdktf/cdktf-provider-datadog-go", Package::Cdktf),
        ("com.hashicorp.cdktf.providers.datadog", Package::Cdktf),
        ("HashiCorp.Cdktf.Providers.Datadog", Package::Cdktf),
        ("imports.datadog", Package::Cdktf),
        (".gen/providers/datadog", Package::Cdktf),
    ];
    ROOTS.iter().find_map(|(root, package)| {
        // Generated bindings lie anywhere in the tree.
        let at = if root.starts_with('.') { path.find(root)? } else { path.starts_with(root).then_some(0)? };
        let rest = path.get(at + root.len()..)?;
        rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_').then_some((*package, rest))
    })
}

struct Reader<'m> {
    module: &'m Module,
    /// What names of the file are imported as, in full.
    names: BTreeMap<Name, String>,
    /// Packages whose names are all brought in.
    open: Vec<String>,
    /// Variables that hold a configured provider, and its name.
    providers: BTreeMap<Name, String>,
}

impl Reader<'_> {
    fn imports(&mut self) {
        for import in &self.module.imports {
            if package(&import.module).is_none() {
                // `from imports import datadog`, `using Pulumi;` and then `Datadog.Monitor`.
                let Member::Named(member) = &import.member else { continue };
                let path = format!("{}.{member}", import.module);
                if package(&path).is_some() {
                    self.names.insert(import.local.clone(), path);
                }
                continue;
            }
            match &import.member {
                Member::Module => drop(self.names.insert(import.local.clone(), import.module.to_string())),
                Member::Named(member) if member == "default" => {
                    self.names.insert(import.local.clone(), import.module.to_string());
                }
                Member::Named(member) => {
                    self.names.insert(import.local.clone(), format!("{}.{member}", import.module));
                }
                Member::All => self.open.push(import.module.to_string()),
            }
        }
    }

    /// `const eu = new datadog.Provider("eu", …)`.
    fn providers(&mut self) {
        let functions = self.module.functions.iter().flat_map(|function| &function.body);
        let mut named = BTreeMap::new();
        for statement in functions {
            let Stmt::Assign(ir::Place::Name(variable), value) = statement else { continue };
            let (Expr::Call(callee, args) | Expr::New(callee, args)) = self.module.expr(*value) else { continue };
            let callee = match self.module.expr(*callee) {
                Expr::Index(of, _) if self.module.language == Language::Go => *of,
                _ => *callee,
            };
            if let Some((_, _, Some(Class::Provider), _)) = self.class(callee) {
                named.extend(self.name_of(args).map(|name| (variable.clone(), format!("datadog.{name}"))));
            }
        }
        self.providers = named;
    }

    /// The full path of an expression made of names and fields.
    fn path(&self, id: ExprId, depth: usize) -> Option<String> {
        match self.module.expr(id) {
            Expr::Name(name) => match self.names.get(name) {
                Some(path) => Some(path.clone()),
                None if depth == 0 => self.open.first().map(|package| format!("{package}.{name}")),
                None => None,
            },
            Expr::Field(object, name) if depth < DEPTH => Some(format!("{}.{name}", self.path(*object, depth + 1)?)),
            Expr::Module(name) => Some(name.to_string()),
            Expr::Generic(inner, _) => self.path(*inner, depth),
            _ => None,
        }
    }

    /// Package, name, class and, of a method of a class, the method.
    fn class(&self, callee: ExprId) -> Option<(Package, String, Option<Class>, Option<String>)> {
        let path = self.path(callee, 0)?;
        let (package, rest) = package(&path)?;
        let mut parts: Vec<&str> = rest.split(['.', '/']).filter(|part| !part.is_empty()).collect();
        let mut method = None;
        // `Monitor.get`, `GetMonitor.InvokeAsync`, `Monitor.Builder.create`, `DatadogFunctions.getMonitor`.
        let is_method = |name: &&str| matches!(*name, "get" | "Get" | "Invoke" | "InvokeAsync" | "create" | "Builder");
        while parts.last().is_some_and(is_method) {
            method = parts.pop().map(str::to_owned);
        }
        parts.retain(|part| {
            !matches!(*part, "DatadogFunctions" | "index" | "lib" | "go" | "datadog") && !is_version(part)
        });
        let name = (*parts.last()?).to_owned();
        let name = if self.module.language == Language::Go {
            name.strip_prefix("New").unwrap_or(&name).to_owned()
        } else {
            name
        };
        let class = match package {
            Package::Cdktf => classes::of_cdktf(&name),
            Package::Pulumi => {
                let modules = parts.iter().rev().skip(1);
                let module = modules.copied().find(|part| classes::of_pulumi("", part).is_none()).unwrap_or_default();
                classes::of_pulumi(module, &name).or_else(|| classes::of_pulumi("", &name))
            }
        };
        Some((package, name, class, method))
    }

    fn call(&self, id: ExprId, callee: ExprId, args: &[Arg], new: bool, found: &mut Vec<Evidence>) {
        let go = self.module.language == Language::Go;
        let written = match self.module.expr(callee) {
            Expr::Field(_, name) | Expr::Name(name) => name.clone(),
            _ => Name::default(),
        };
        // Go makes resources by functions; its literals are arguments.
        if go && (new || !["New", "Get", "Lookup"].iter().any(|start| written.starts_with(start))) {
            return;
        }
        let Some((package, name, class, method)) = self.class(callee) else { return };
        let address = self.name_of(args).map_or(name.clone(), |given| format!("{name} {given}"));
        let vocabulary = if package == Package::Pulumi { "pulumi" } else { "terraform" };
        let provider = self.provider_of(args).unwrap_or_else(|| "datadog".to_owned());
        let at = Block {
            file: self.module.file.clone(),
            span: self.module.span(id),
            address,
            vocabulary,
            provider: Name::new(&provider),
        };
        let look_up = |argument: &str| self.argument(args, argument);
        match class {
            Some(Class::Known(kind)) => {
                let reads = method.as_deref().is_some_and(|method| matches!(method, "get" | "Get"));
                let happens = |call: &kinds::Calls| !reads || call.action == "read";
                found.extend(block::calls(&at, kind.name, kind.calls, Exists::Unknown, &happens, &look_up));
            }
            Some(Class::Provider) => {
                let own = self.name_of(args).map_or(provider, |name| format!("datadog.{name}"));
                let at = Block { address: format!("provider {own}"), provider: Name::new(own), ..at };
                let calls = kinds::configure();
                found.extend(block::calls(&at, "provider.datadog", calls, Exists::Unknown, &|_| true, &look_up));
            }
            None if self.is_strange(&name, package, new) => {
                found.push(block::unknown(&at, &name, None));
            }
            None => {}
        }
    }

    /// Whether a name that stands for nothing looks like a resource all the same.
    fn is_strange(&self, name: &str, package: Package, new: bool) -> bool {
        let class = name.starts_with(|letter: char| letter.is_ascii_uppercase());
        let of = |name: &str| match package {
            Package::Pulumi => classes::of_pulumi("", name),
            Package::Cdktf => classes::of_cdktf(name),
        };
        let constructs = new || matches!(self.module.language, Language::Python | Language::Go);
        class && constructs && !classes::is_part_of_another(name, of) && !name.starts_with("Get")
    }

    /// The name that a resource is given: the first text among the first arguments.
    fn name_of(&self, args: &[Arg]) -> Option<String> {
        args.iter().take(3).filter(|arg| arg.name.is_none()).find_map(|arg| self.text(arg.value, 0))
    }

    /// A literal text, also inside a wrapper with one argument (`pulumi.String("x")`, `jsii.String("x")`).
    fn text(&self, id: ExprId, depth: usize) -> Option<String> {
        match self.module.expr(id) {
            Expr::Text(pieces) => match pieces.as_slice() {
                [] => Some(String::new()),
                [Piece::Text(text)] => Some(text.to_string()),
                _ => None,
            },
            Expr::Bool(value) => Some(value.to_string()),
            Expr::Call(_, args) => match args.as_slice() {
                [arg] if depth < DEPTH => self.text(arg.value, depth + 1),
                _ => None,
            },
            Expr::Typed(value, _) if depth < DEPTH => self.text(*value, depth + 1),
            _ => None,
        }
    }

    /// What is written for an argument of a resource, by the name that Terraform gives it.
    fn argument(&self, args: &[Arg], argument: &str) -> Option<Argument> {
        let mut fields = self.fields(args);
        let mut value = None;
        for name in argument.split('.') {
            let same = |(known, _): &&(Name, ExprId)| super::classes::is_argument(known, name);
            let Some((_, id)) = fields.known.iter().find(same) else {
                return fields.more.then_some(Argument::Open);
            };
            value = Some(*id);
            fields = self.fields(&[Arg::positional(*id)]);
        }
        let id = value?;
        match (self.text(id, 0), self.module.expr(id)) {
            (Some(text), _) => Some(Argument::Literal(text)),
            (None, Expr::Null) => None,
            (None, Expr::List(items)) if items.is_empty() => None,
            _ => Some(Argument::Open),
        }
    }

    /// The named arguments of a resource: keywords, and the fields of an object or literal among the arguments.
    fn fields(&self, args: &[Arg]) -> Fields {
        let mut all = Fields::default();
        for (number, arg) in args.iter().enumerate() {
            match (&arg.name, self.module.expr(arg.value)) {
                _ if arg.spread => all.more = true,
                (Some(name), _) => all.known.push((name.clone(), arg.value)),
                (None, Expr::Object(entries)) => {
                    for (key, value) in entries {
                        match key {
                            Key::Name(name) => all.known.push((name.clone(), *value)),
                            Key::Expr(_) | Key::Spread => all.more = true,
                        }
                    }
                }
                (None, Expr::New(_, inner)) => {
                    let named = inner.iter().filter_map(|arg| Some((arg.name.clone()?, arg.value)));
                    all.known.extend(named);
                }
                // The stack or context comes first.
                (None, Expr::This | Expr::Text(_)) => {}
                (None, Expr::Name(_)) if number == 0 => {}
                (None, _) => all.more |= self.text(arg.value, 0).is_none(),
            }
        }
        all
    }

    fn key(&self, id: ExprId, callee: ExprId, args: &[Arg]) -> Option<DeclaredKey> {
        let (_, name, Some(Class::Known(kind)), None) = self.class(callee)? else { return None };
        if !KEYS.contains(&kind.name) {
            return None;
        }
        let fields = self.fields(args);
        let given = fields.known.iter().find(|(known, _)| classes::is_argument(known, "scope"));
        let (scopes, place) = match given {
            Some((_, value)) => (self.list(*value, 0), self.place(*value)),
            None if fields.more => (Scopes::Open("arguments that are made elsewhere".to_owned()), self.place(id)),
            None => (Scopes::Absent, self.place(id)),
        };
        let address = self.name_of(args).map_or(name.clone(), |given| format!("{name} {given}"));
        Some(DeclaredKey { kind: kind.name.to_owned(), address, scopes, place, block: self.place(id) })
    }

    fn place(&self, id: ExprId) -> Place {
        let language = Some(self.module.language);
        Place::Source { file: self.module.file.clone(), language, span: self.module.span(id) }
    }

    /// A list of texts: written out, in a variable that is assigned once, or in one of the packages' wrappers.
    fn list(&self, id: ExprId, depth: usize) -> Scopes {
        let open = |what: &str| Scopes::Open(what.to_owned());
        if depth > DEPTH {
            return open("an expression");
        }
        let elements = |items: &mut dyn Iterator<Item = ExprId>| {
            let element = |item: ExprId| match self.text(item, 0) {
                Some(name) => Element::Name(name, self.place(item)),
                None => Element::Open("an expression".to_owned(), self.place(item)),
            };
            Scopes::List(items.map(element).collect())
        };
        match self.module.expr(id) {
            Expr::Null => Scopes::Absent,
            Expr::List(items) => elements(&mut items.iter().copied()),
            Expr::Name(name) => {
                let statements = self.module.functions.iter().flat_map(|function| &function.body);
                let mut assigned = statements.filter_map(|statement| match statement {
                    Stmt::Assign(ir::Place::Name(known), value) if known == name => Some(*value),
                    _ => None,
                });
                match (assigned.next(), assigned.next()) {
                    (Some(value), None) => self.list(value, depth + 1),
                    _ => open(&format!("`{name}`")),
                }
            }
            Expr::Call(_, args) | Expr::New(_, args) => match args.as_slice() {
                [arg] if self.text(arg.value, 0).is_none() => self.list(arg.value, depth + 1),
                args => elements(&mut args.iter().map(|arg| arg.value)),
            },
            Expr::Typed(value, _) => self.list(*value, depth + 1),
            _ => open("an expression"),
        }
    }

    /// The configured provider that a resource names among its options.
    fn provider_of(&self, args: &[Arg]) -> Option<String> {
        let mut stack: Vec<(ExprId, usize)> = args.iter().map(|arg| (arg.value, 0)).collect();
        if let Some(arg) = args.iter().find(|arg| arg.name.as_deref() == Some("provider")) {
            return self.configured(arg.value);
        }
        while let Some((id, depth)) = stack.pop() {
            let (inner, named): (&[Arg], _) = match self.module.expr(id) {
                Expr::Object(entries) => {
                    let provider = |(key, value): &(Key, ExprId)| {
                        matches!(key, Key::Name(name) if name.eq_ignore_ascii_case("provider")).then_some(*value)
                    };
                    (&[], entries.iter().find_map(provider))
                }
                Expr::Call(_, inner) | Expr::New(_, inner) if depth < 2 => {
                    let named = inner
                        .iter()
                        .find(|arg| arg.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("provider")));
                    (inner.as_slice(), named.map(|arg| arg.value))
                }
                Expr::Name(_) => (&[], Some(id)),
                _ => (&[], None),
            };
            if let Some(name) = named.and_then(|value| self.configured(value)) {
                return Some(name);
            }
            stack.extend(inner.iter().map(|arg| (arg.value, depth + 1)));
        }
        None
    }

    fn configured(&self, id: ExprId) -> Option<String> {
        let Expr::Name(name) = self.module.expr(id) else { return None };
        self.providers.get(name).cloned()
    }

    /// A command whose needs are known: `datadog-ci synthetics run-tests`, also through `npx` and the like.
    fn command(&self, id: ExprId, words: &[ExprId], found: &mut Vec<Evidence>) {
        let words: Vec<Option<String>> = words.iter().map(|word| self.text(*word, 0)).collect();
        let is_program = |word: &Option<String>| {
            let word = word.as_deref().unwrap_or_default().trim_start_matches("@datadog/");
            let word = word.rsplit('/').next().unwrap_or_default();
            word.split('@').next() == Some("datadog-ci")
        };
        let Some(at) = words.iter().take(8).position(is_program) else { return };
        let named: Vec<&str> =
            words.iter().skip(at + 1).map_while(Option::as_deref).take_while(|it| !it.starts_with('-')).collect();
        let Some(first) = named.first() else { return };
        let long = named.get(1).map(|second| format!("datadog-ci {first} {second}"));
        let known = long.as_deref().and_then(|name| kinds::other("cli", name));
        let known = known.or_else(|| kinds::other("cli", &format!("datadog-ci {first}")));
        let name =
            known.map_or_else(|| long.clone().unwrap_or(format!("datadog-ci {first}")), |known| known.kind.to_owned());
        let block = Block {
            file: self.module.file.clone(),
            span: self.module.span(id),
            address: name.clone(),
            vocabulary: "cli",
            provider: Name::default(),
        };
        match known {
            Some(known) => {
                found.extend(block::calls(&block, known.kind, known.calls, Exists::Unknown, &|_| true, &|_| {
                    Some(Argument::Open)
                }));
            }
            // Installing or looking at the program is no use of it.
            None if words
                .iter()
                .take(at)
                .flatten()
                .any(|word| matches!(word.as_str(), "install" | "i" | "add" | "which")) => {}
            None => found.push(block::opaque(&block, name, "unknown-command")),
        }
    }
}

/// Named arguments.
#[derive(Default)]
struct Fields {
    known: Vec<(Name, ExprId)>,
    /// Whether there may be more than can be seen.
    more: bool,
}

/// `v4`, as Go writes it in import paths.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}
