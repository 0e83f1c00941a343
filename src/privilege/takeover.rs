//! Scopes that amount to taking over an organisation, each with the reason.
//!
//! The list is a judgement, not a fact of the table: whoever holds one of these can give itself (or an outsider) more
//! than it was granted, reach every secret or all data, or remove the traces. Everything else is left to `weight`.

/// Why holding `scope` amounts to taking over; `None` for ordinary scopes.
pub fn takeover_reason(scope: &str) -> Option<&'static str> {
    let at = TAKEOVER.binary_search_by_key(&scope, |(name, _)| name).ok()?;
    TAKEOVER.get(at).map(|(_, reason)| *reason)
}

/// All take-over scopes with their reasons, sorted by name.
pub static TAKEOVER: &[(&str, &str)] = &[
    ("admin", "the former administrator permission: everything"),
    ("agent_install_write", "installs software on hosts through remote management"),
    ("agent_upgrade_write", "changes the software that runs on every host"),
    ("api_keys_delete", "can cut off all data from every host and service"),
    ("api_keys_write", "creates API keys, which submit any data in the organisation's name"),
    ("audit_logs_write", "can switch off or redirect the audit trail"),
    ("cloud_auth_config_write", "decides which cloud identities may log in as whom"),
    ("connections_resolve", "uses stored credentials of other systems"),
    ("connections_write", "manages stored credentials of other systems"),
    ("fleet_management_write", "changes the configuration of every Agent"),
    ("logs_delete_data", "deletes logs, and with them the traces of what was done"),
    ("logs_write_archives", "decides where copies of all logs are sent"),
    ("logs_write_forwarding_rules", "sends copies of logs to destinations of its choice"),
    ("on_prem_runner_use", "runs actions inside private networks"),
    ("org_app_keys_write", "manages the application keys of every user"),
    ("org_authorized_apps_write", "decides which OAuth clients may act in the organisation"),
    ("org_connections_write", "shares the organisation's data with other organisations"),
    ("org_group_write", "changes policies across organisations"),
    ("org_management", "changes organisation settings, among them login methods and child organisations"),
    ("security_monitoring_cws_agent_rules_actions", "makes Agents kill processes on hosts"),
    ("service_account_write", "creates service accounts with any role, and keys for them"),
    ("user_access_invite", "invites new users into the organisation"),
    ("user_access_manage", "gives any user any role"),
    ("user_app_keys", "creates application keys with everything the owner has, scoped or not"),
    ("workflows_run", "runs workflows, which act with their owners' connections"),
    ("workflows_write", "writes workflows, which act with stored connections"),
    ("workload_identity_federation_write", "decides which outside workloads may log in as whom"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_unique_and_explained() {
        assert!(TAKEOVER.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, reason) in TAKEOVER {
            assert!(!reason.is_empty() && !reason.ends_with('.'), "{name}");
            assert_eq!(takeover_reason(name), Some(*reason));
        }
    }

    #[test]
    fn ordinary_scopes_are_not_marked() {
        assert_eq!(takeover_reason("monitors_read"), None);
        assert_eq!(takeover_reason("dashboards_write"), None);
    }
}
