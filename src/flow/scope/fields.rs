//! What a field is by how its class declares and fills it.

use crate::flow::origin::is_key_name;
use crate::flow::program::Program;
use crate::flow::value::{Cls, Piece, Ref, Root, Set, Table, Value};
use crate::ir::{FunctionKind, Language, Name};

/// Whether a class declares a field of a name, in a language where a method of that name is another thing.
pub(super) fn declares(program: &Program, class: Cls, name: &Name) -> bool {
    program.class(class).parts.iter().any(|&(module, id)| {
        let module = program.module(module);
        matches!(module.language, Language::Rust | Language::Java | Language::Php)
            && module.class(id).fields.iter().any(|f| f.name == *name)
    })
}

/// Whether a table holds texts that the constructor's caller decides, so that each object has its own.
pub(super) fn has_open_texts(table: &Table) -> bool {
    let given = |root: &Root| matches!(root, Root::Param(..));
    table.entries.iter().flat_map(|(_, set)| set.values()).any(|value| match value {
        Value::Ref(r) => given(&r.root),
        Value::Text(text) => text.pieces.iter().any(|p| matches!(p, Piece::Ref(r) if given(&r.root))),
        _ => false,
    })
}

/// The same of any value.
pub(super) fn is_open_table(value: &Value) -> bool {
    matches!(value, Value::Table(table) if has_open_texts(table))
}

/// The entries of a table that are objects, and those whose names show that it carries Datadog's keys.
pub(super) fn with_objects_only(table: &Table) -> Table {
    let object = |v: &Value| !matches!(v, Value::Text(_) | Value::Ref(_) | Value::Null | Value::Bool(_));
    let kept = table.entries.iter().filter(|(key, set)| is_key_name(key) || set.values().any(object));
    Table { entries: kept.cloned().collect(), ..Table::default() }
}

/// Whether a method other than a constructor sets the field to what its caller gives.
pub(super) fn is_set_by_method(program: &Program, field: &Set) -> bool {
    field.values().any(|v| match v {
        Value::Ref(Ref { root: Root::Param(fun, _), path }) => {
            path.is_empty() && program.function(*fun).kind != FunctionKind::Constructor
        }
        _ => false,
    })
}
