//! Which alternative of a clause a request needs, where a literal in the request tells.
//!
//! The table marks such clauses with the argument that decides; here stands which value means which scope. What no
//! literal decides falls to the documented first alternative, and the caller is told.

use crate::catalog::requirement::Clause;
use crate::ir::Name;

/// What is left of a clause after looking at the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision<'a> {
    /// The alternatives are interchangeable.
    Free,
    /// Literals name alternatives; all of these are needed, since each may be what runs.
    ByLiterals(Vec<Chosen<'a>>),
    /// Nothing visible decides: the documented first.
    First {
        /// The scope.
        scope: &'a str,
        /// The argument that would decide.
        argument: &'a str,
    },
}

/// An alternative that a literal names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen<'a> {
    /// The scope.
    pub scope: &'a str,
    /// The argument.
    pub argument: &'a str,
    /// Its value in the request.
    pub value: &'a str,
}

/// Literals of deciding arguments and the scope each asks for. Several spellings of one argument (`share_type`,
/// `shareType`) are folded by [`fold`].
static MEANINGS: &[(&str, &str, &str)] = &[
    ("draftstatus", "draft", "monitors_draft_write"),
    ("draftstatus", "published", "monitors_write"),
    // Widgets name the product they belong to; that log reports are generated rather than managed is inferred.
    ("experiencetype", "ccmreports", "cloud_cost_management_read"),
    ("experiencetype", "ccmreports", "cloud_cost_management_write"),
    ("experiencetype", "logsreports", "generate_log_reports"),
    ("experiencetype", "productanalytics", "product_analytics_saved_widgets_read"),
    ("experiencetype", "productanalytics", "product_analytics_saved_widgets_write"),
    ("resourcetype", "criticalassets", "security_monitoring_critical_assets_read"),
    ("resourcetype", "rules", "security_monitoring_rules_read"),
    ("resourcetype", "securityfilters", "security_monitoring_filters_read"),
    ("resourcetype", "suppressions", "security_monitoring_suppressions_read"),
    ("serviceaccount", "false", "user_access_manage"),
    ("serviceaccount", "true", "service_account_write"),
    ("sharetype", "embed", "dashboards_embed_share"),
    ("sharetype", "invite", "dashboards_invite_share"),
    ("sharetype", "open", "dashboards_public_share"),
    ("type", "internal", "status_pages_internal_page_publish"),
    ("type", "public", "status_pages_public_page_publish"),
    ("visibility", "internal", "status_pages_internal_page_publish"),
    ("visibility", "public", "status_pages_public_page_publish"),
];

/// Whether the request handles a log monitor, where its literals tell the monitor's type.
pub(crate) fn is_log_monitor(literals: &[(Name, Name)]) -> Option<bool> {
    let known = literals.iter().filter(|literal| is_monitor_type(literal));
    known.map(|(_, value)| is_value(value, "logalert")).reduce(|a, b| a || b)
}

fn is_monitor_type((name, value): &(Name, Name)) -> bool {
    let name = fold(name);
    (name == "type" || name.ends_with("monitortype"))
        && ["alert", "servicecheck", "composite"].iter().any(|kind| fold(value).ends_with(kind))
}

/// Whether a literal can decide between requirements.
pub fn decides(literal: &(Name, Name)) -> bool {
    let (name, value) = literal;
    is_monitor_type(literal)
        || MEANINGS.iter().any(|(known, meaning, _)| is_argument(name, known) && is_value(value, meaning))
}

/// Decides one clause of a request with the literals that flow to it.
pub(crate) fn decide<'a>(clause: &'a Clause, literals: &'a [(Name, Name)]) -> Decision<'a> {
    let (Some(argument), [first, _, ..]) = (clause.decided_by, clause.any_of) else {
        return Decision::Free;
    };
    let mut chosen: Vec<Chosen<'a>> = Vec::new();
    for (name, value) in literals {
        // The table may name the deciding argument by a phrase (`page visibility`), so the value decides, not the name.
        let meant = |(known, meaning, scope): &&(&str, &str, &str)| {
            is_argument(name, known) && is_value(value, meaning) && clause.any_of.contains(scope)
        };
        if let Some((_, _, scope)) = MEANINGS.iter().find(meant)
            && !chosen.iter().any(|known| known.scope == *scope)
        {
            chosen.push(Chosen { scope, argument: if name.is_empty() { argument } else { name }, value });
        }
    }
    if chosen.is_empty() { Decision::First { scope: first, argument } } else { Decision::ByLiterals(chosen) }
}

/// Whether a name is that of a deciding argument, or of a type that carries it (`DashboardShareType`). What stands
/// without a name is told by its value alone.
fn is_argument(name: &str, known: &str) -> bool {
    let name = fold(name);
    name.is_empty() || name == known || known != "type" && name.ends_with(known)
}

/// Whether a value is the one, as a text, a member of an enumeration, or a constant behind its type's name.
fn is_value(value: &str, meaning: &str) -> bool {
    let behind_type = || value.split_once('_').filter(|_| !value.contains(|c: char| c.is_ascii_lowercase()));
    fold(value) == meaning || behind_type().is_some_and(|(_, member)| fold(member) == meaning)
}

/// Lower case without separators and without the type that enum members carry (`DashboardShareType.EMBED` → `embed`).
fn fold(text: &str) -> String {
    let last = text.rsplit(['.', ':']).next().unwrap_or(text);
    last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Clause {
        Clause {
            any_of: &["dashboards_public_share", "dashboards_embed_share", "dashboards_invite_share"],
            decided_by: Some("share_type"),
        }
    }

    fn scopes<'a>(clause: &'a Clause, literals: &'a [(Name, Name)]) -> Vec<&'a str> {
        match decide(clause, literals) {
            Decision::ByLiterals(chosen) => chosen.into_iter().map(|chosen| chosen.scope).collect(),
            Decision::Free | Decision::First { .. } => Vec::new(),
        }
    }

    #[test]
    fn a_literal_picks_its_scope_in_every_spelling() {
        for (name, value) in [
            ("share_type", "embed"),
            ("shareType", "EMBED"),
            ("share_type", "DashboardShareType.EMBED"),
            ("DASHBOARDSHARETYPE", "EMBED"),
            ("ShareType", "DASHBOARDSHARETYPE_EMBED"),
        ] {
            let literals = [(Name::new(name), Name::new(value))];
            assert_eq!(scopes(&shared(), &literals), ["dashboards_embed_share"], "{name}={value}");
        }
    }

    #[test]
    fn every_literal_that_may_be_it_counts() {
        let literals = [(Name::new("share_type"), Name::new("embed")), (Name::new("share_type"), Name::new("invite"))];
        assert_eq!(scopes(&shared(), &literals), ["dashboards_embed_share", "dashboards_invite_share"]);
    }

    #[test]
    fn without_a_literal_the_documented_first_is_taken() {
        assert_eq!(
            decide(&shared(), &[]),
            Decision::First { scope: "dashboards_public_share", argument: "share_type" }
        );
        let other = [(Name::new("name"), Name::new("embed"))];
        assert!(matches!(decide(&shared(), &other), Decision::First { .. }));
    }

    #[test]
    fn interchangeable_alternatives_stay_free() {
        let clause = Clause { any_of: &["billing_read", "usage_read"], decided_by: None };
        assert_eq!(decide(&clause, &[(Name::new("share_type"), Name::new("embed"))]), Decision::Free);
    }
}
