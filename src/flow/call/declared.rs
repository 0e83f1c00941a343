//! Settings that a program declares with their defaults, whoever sets them: options of command lines, fields of settings classes. What
//! is declared here stands under its name for the file, and for the whole program where nobody else declares it otherwise.

use crate::flow::exec::Run;
use crate::flow::request::Site;
use crate::flow::scope::module_class;
use crate::flow::transport::last_segment;
use crate::flow::value::{Args, Made, Set, Table, Value};
use crate::ir::{Arg, Expr, ExprId, Function, Language, Name, Place};
use std::sync::Arc;

/// What has all settings of a file as its fields; the file is its first argument.
pub(in crate::flow) const SETTINGS: &str = "settings()";
/// Stands for the whole program among the files that declare settings.
const EVERYWHERE: u32 = u32::MAX / 2;

/// Functions that declare a setting by its name.
const DECLARING: &[&str] = &[
    "DEFINE_string",
    "SetDefault",
    "String",
    "StringFlag",
    "StringP",
    "addOption",
    "add_argument",
    "add_option",
    "default",
    "option",
    "options",
    "positional",
];

/// Functions that read one.
const READING: &[&str] = &["GetString", "String", "getOption", "getOptionValue", "getStringOption"];

/// Functions that give all of them.
const GIVING: &[&str] = &["opts", "optsWithGlobals", "parse_args", "parse_known_args"];

/// Functions whose result is the default that they are given, and at which place that stands if it has no name.
const DEFAULTS: &[(&str, Option<usize>)] = &[
    ("typer.Option", Some(0)),
    ("typer.Argument", Some(0)),
    ("pydantic.Field", Some(0)),
    ("pydantic.fields.Field", Some(0)),
    ("pydantic_settings.Field", Some(0)),
    ("fastapi.Query", Some(0)),
    ("dataclasses.field", None),
    ("attr.ib", None),
    ("attr.field", None),
    ("attrs.field", None),
    ("environ.var", Some(0)),
    ("mashumaro.field_options", None),
];

/// A name as all spellings of it have it: `--api-host <host>`, `apiHost`, `api_host`.
fn canonical(name: &str) -> Option<Name> {
    let long = name.split([' ', ',', '|']).rfind(|word| word.starts_with("--") && word.len() > 3);
    let word = long.unwrap_or(name).split(['=', ' ', '[']).next().unwrap_or(name);
    let plain: String = word.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    (plain.len() > 1 && !word.contains(['/', ':', '{'])).then(|| format!("setting {plain}").into())
}

/// Whether all that a default may be says where requests go, or may.
fn is_default(set: &Set) -> bool {
    let tells = |v: &Value| match v {
        Value::Text(text) => {
            let head = text.head();
            head.contains("://") || head.starts_with('/') || head.contains("datadoghq.") || head.contains("ddog-gov.")
        }
        _ => false,
    };
    let plain = |v: &Value| matches!(v, Value::Text(_));
    set.values().any(tells) && set.values().all(plain)
}

impl<'a> Run<'a> {
    /// A call that declares settings, or gives them back; `None` if it is neither.
    pub(super) fn settings(&mut self, path: &str, args: &Args, site: Site) -> Option<Set> {
        let last = last_segment(path);
        if let Some((_, place)) = DEFAULTS.iter().find(|(known, _)| *known == path) {
            return self.default_of(args, *place, site);
        }
        if GIVING.contains(&last) && args.all().all(|set| set.table().is_none()) {
            return Some(self.all_settings());
        }
        if READING.contains(&last)
            && let [name] = args.positional.as_slice()
            && let Some(name) = name.literal_text()
        {
            return self.setting(self.fun.module, name);
        }
        match last {
            // `minimist(argv, { default: { host: … } })`
            "minimist" | "mri" | "yargs-parser" => {
                Some(Set::of(Value::Table(Arc::new(args.at(1)?.table()?.entry("default")?.table()?))))
            }
            "AnsibleModule" => self.of_arguments(args),
            "default" | "Default" | "withDefault" if args.positional.len() == 1 => {
                args.at(0).filter(|set| is_default(set)).cloned()
            }
            _ if DECLARING.contains(&last) => self.declared(last, args, site),
            _ => None,
        }
    }

    /// All settings of this file.
    pub(in crate::flow) fn all_settings(&self) -> Set {
        let args = Args { positional: vec![Set::of(Value::Module(self.fun.module))], ..Args::default() };
        Set::of(Value::Made(Arc::new(Made { path: SETTINGS.into(), on: None, args, depth: 1 })))
    }

    /// `field(default_factory=…)`, `Option("https://…", "--host")`: the default.
    fn default_of(&mut self, args: &Args, place: Option<usize>, site: Site) -> Option<Set> {
        if let Some(factory) = args.named("default_factory").or_else(|| args.named("factory")).cloned() {
            return Some(self.call_set(&factory, &Args::default(), site));
        }
        args.named("default").or_else(|| args.at(place?)).cloned()
    }

    /// Notes what settings a call declares, and gives the default where the call gives that.
    fn declared(&mut self, last: &str, args: &Args, site: Site) -> Option<Set> {
        // yargs: `.options({ host: { default: … } })`
        if last == "options" {
            let table = args.at(0)?.table()?;
            for (name, option) in &table.entries {
                if let Some(default) = option.table().as_ref().and_then(|option| option.entry("default")) {
                    self.declare(name, default, site);
                }
            }
            return None;
        }
        let text = |set: &Set| set.literal_text().map(Name::from);
        let options = args.positional.iter().find_map(Set::table).unwrap_or_default();
        let named = args.named("default").or_else(|| args.named("Value")).or_else(|| options.entry("default"));
        let default = named.or_else(|| args.positional.iter().skip(1).find(|set| is_default(set))).cloned()?;
        if !is_default(&default) {
            return None;
        }
        let own = args.named("dest").or_else(|| args.named("Name")).and_then(text);
        let dashed = args.positional.iter().filter_map(text).filter(|name| name.starts_with('-'));
        let names: Vec<Name> = match own {
            Some(own) => vec![own],
            None => dashed.chain(args.at(0).and_then(text)).collect(),
        };
        for name in names {
            self.declare(&name, &default, site);
        }
        matches!(last, "String" | "StringP" | "DEFINE_string").then_some(default)
    }

    fn declare(&mut self, name: &str, default: &Set, site: Site) {
        let Some(name) = canonical(name).filter(|_| is_default(default)) else { return };
        for module in [self.fun.module, EVERYWHERE] {
            self.store(&Set::of(Value::Module(module)), &name, &default.without_worlds(), site);
        }
    }

    /// The default of a setting: as this file declares it, or the program, if it does so in one way only.
    pub(in crate::flow) fn setting(&self, module: u32, name: &str) -> Option<Set> {
        self.scope.setting(module, &canonical(name)?)
    }

    /// What `AnsibleModule(argument_spec=…)` makes of the defaults: `module.params`.
    fn of_arguments(&mut self, args: &Args) -> Option<Set> {
        let spec = args.named("argument_spec").or_else(|| args.at(0))?.table()?;
        let mut params = Table { rest: Set::unknown(), ..Table::default() };
        for (name, option) in &spec.entries {
            let Some(option) = option.table() else { continue };
            if let Some(default) = option.entry("default").filter(|set| is_default(set)) {
                params.entries.push((name.clone(), default.clone()));
            }
        }
        if params.entries.is_empty() {
            return None;
        }
        // What else it has, the call says.
        params.rest.add(Value::External(Name::new_static("params")));
        let named = vec![("params".into(), Set::of(Value::Table(Arc::new(params))))];
        let args = Args { named, ..Args::default() };
        Some(Set::of(Value::Made(Arc::new(Made { path: "AnsibleModule()".into(), on: None, args, depth: 1 }))))
    }

    /// `flags.StringVar(&host, "host", "https://…", "…")`: the variable holds the default.
    pub(super) fn declare_into(&mut self, name: &str, args: &'a [Arg], values: &Args, site: Site) {
        let place = match name {
            "StringVar" => 2,
            "StringVarP" => 3,
            _ => return,
        };
        let (Some(target), Some(default)) = (args.first(), values.at(place).filter(|set| is_default(set))) else {
            return;
        };
        let default = default.clone();
        if let Some(name) = values.at(1).and_then(Set::literal_text).map(Name::from) {
            self.declare(&name, &default, site);
        }
        match self.module.expr(target.value) {
            Expr::Name(name) => self.assign(&Place::Name(name.clone()), default, site),
            Expr::Field(object, field) => self.assign(&Place::Field(*object, field.clone()), default, site),
            _ => {}
        }
    }

    /// What decorators give a parameter: `@click.option("--api-host", default="https://…")`.
    pub(in crate::flow) fn decorated_default(&mut self, function: &'a Function, param: &str) -> Option<Set> {
        if self.module.language != Language::Python || function.decorators.is_empty() {
            return None;
        }
        let wanted = canonical(param)?;
        let module = self.module;
        function.decorators.iter().find_map(|decorator| {
            let Expr::Call(callee, args) = module.expr(*decorator) else { return None };
            let (Expr::Field(_, name) | Expr::Name(name)) = module.expr(*callee) else { return None };
            if !matches!(name.as_str(), "option" | "argument") {
                return None;
            }
            let says = |arg: &&Arg| {
                arg.name.is_none() && self.literal(arg.value).and_then(|text| canonical(&text)) == Some(wanted.clone())
            };
            args.iter().find(says)?;
            let default = args.iter().find(|arg| arg.name.as_deref() == Some("default"))?;
            Some(self.eval(default.value)).filter(is_default)
        })
    }

    fn literal(&self, id: ExprId) -> Option<Name> {
        match self.module.expr(id) {
            Expr::Text(pieces) => match pieces.as_slice() {
                [crate::ir::Piece::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

impl crate::flow::scope::Scope<'_> {
    /// The default of a setting by its canonical name.
    fn setting(&self, module: u32, name: &Name) -> Option<Set> {
        let of = |module| {
            let class = module_class(module);
            let (set, _) = self.has_field(class, name).then(|| self.state.field(class, name))??;
            Some(set.clone()).filter(|set| !set.is_unknown())
        };
        of(module).or_else(|| of(EVERYWHERE).filter(|set| set.items.len() == 1))
    }

    /// A field of what has all settings of a file.
    pub(in crate::flow) fn setting_of(&self, settings: &Made, name: &str) -> Option<Set> {
        let module = settings.args.at(0)?.values().find_map(|v| match v {
            Value::Module(module) => Some(*module),
            _ => None,
        })?;
        self.setting(module, &canonical(name)?)
    }
}
