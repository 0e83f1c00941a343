//! What no field of any source says: which part of a request decides between alternatives, keys that must not be scoped,
//! endpoints outside the documents, slips and limits of scopes, names of clients that changed. Each with its source.

/// Operations whose alternatives the request decides, and the part that decides. From the request schemas and the
/// descriptions in the OpenAPI documents.
pub const DECIDED_BY: [(&str, &str); 21] = [
    ("v1:CreateMonitor", "draft_status"),
    ("v1:CreatePublicDashboard", "share_type"),
    ("v1:DeleteMonitor", "draft_status"),
    ("v1:DeletePublicDashboard", "share_type"),
    ("v1:UpdateMonitor", "draft_status"),
    ("v1:UpdatePublicDashboard", "share_type"),
    ("v2:AssignSeatsUser", "product_code"),
    ("v2:BulkExportSecurityMonitoringTerraformResources", "resource_type"),
    ("v2:ConvertSecurityMonitoringTerraformResource", "resource_type"),
    ("v2:CreateWidget", "experience_type"),
    ("v2:DeleteWidget", "experience_type"),
    // `service_account_write` is for the users that are service accounts: nobody else's account can be edited with it.
    ("v2:DisableUser", "service_account"),
    ("v2:ExportSecurityMonitoringTerraformResource", "resource_type"),
    ("v2:GetSeatsUsers", "product_code"),
    ("v2:GetWidget", "experience_type"),
    ("v2:PublishStatusPage", "type"),
    ("v2:SearchWidgets", "experience_type"),
    ("v2:UnassignSeatsUser", "product_code"),
    ("v2:UnpublishStatusPage", "type"),
    ("v2:UpdateUser", "service_account"),
    ("v2:UpdateWidget", "experience_type"),
];

/// Operations that refuse scoped keys. The snapshot: DataDog/documentation issue 24068.
pub const UNSCOPED_ONLY: [&str; 1] = ["v1:GetGraphSnapshot"];

/// A row that is in none of the machine-readable sources.
pub struct Extra {
    /// Method.
    pub method: &'static str,
    /// Path template.
    pub path: &'static str,
    /// Query pair that tells it from others on the path.
    pub query: Option<&'static str>,
    /// Group.
    pub group: &'static str,
    /// `keys` or `api-key`.
    pub auth: &'static str,
    /// What keys need, if a document says so.
    pub keys: Option<&'static str>,
    /// Flags.
    pub flags: &'static [&'static str],
    /// Hosts.
    pub hosts: &'static [&'static str],
    /// Who calls it.
    pub used_by: &'static str,
}

/// Database Monitoring's query: the guide on building apps with Database Monitoring's API says that it needs
/// `built_in_features` and an unscoped key. Intake: Datadog's guides on sending logs.
pub const EXTRAS: [Extra; 2] = [
    Extra {
        method: "POST",
        path: "/api/v1/logs-analytics/list",
        query: Some("type=databasequery"),
        group: "Database Monitoring",
        auth: "keys",
        keys: Some("built_in_features"),
        flags: &["unscoped-key-only"],
        hosts: &[],
        used_by: "documentation",
    },
    Extra {
        method: "POST",
        path: "/v1/input/{api_key}",
        query: None,
        group: "Logs",
        auth: "api-key",
        keys: None,
        flags: &[],
        hosts: &["http-intake.logs.{site}"],
        used_by: "documentation",
    },
];

/// Scopes that only look like a slip for a listed one.
pub const SLIPS: [(&str, &str); 2] = [("connection_write", "connections_write"), ("oncall_page", "on_call_page")];

/// Permissions that a role can hold within limits, and by what (Roles API, limited scopes).
pub const LIMITS: [(&str, &str); 3] = [
    ("logs_read_index_data", "indexes"),
    ("logs_write_exclusion_filters", "indexes"),
    ("logs_write_processors", "pipelines"),
];

/// Scopes marked deprecated in their own description, and refused as key scopes.
pub const SCOPE_FLAGS: [(&str, &str); 6] = [
    ("admin", "deprecated"),
    ("built_in_features", "refused"),
    ("placeholder_admin", "placeholder"),
    ("placeholder_read_only", "placeholder"),
    ("placeholder_standard", "placeholder"),
    ("standard", "deprecated"),
];

/// Classes that clients had for a group before the oldest release read, in the Python client's spelling: old class, class of today.
pub const OLD_CLASSES: [(&str, &str); 4] = [
    ("CloudWorkloadSecurityApi", "CSMThreatsApi"),
    ("AppsApi", "AppBuilderApi"),
    ("AppDeploymentApi", "AppBuilderApi"),
    ("TeamConnectionsApi", "TeamsApi"),
];

/// Operations that stood on another class: operation, old class.
pub const OLD_CLASS_OF: [(&str, &str); 6] = [
    ("v2:CreateService", "ServicesApi"),
    ("v2:CreateServiceAccount", "UsersApi"),
    ("v2:DeleteService", "ServicesApi"),
    ("v2:GetService", "ServicesApi"),
    ("v2:GetServices", "ServicesApi"),
    ("v2:UpdateService", "ServicesApi"),
];

/// Endpoints of the documentation's page of scopes that no document of the releases read has: anchor, method, path.
pub const SCOPE_PAGE_ROUTES: [(&str, &str, &str); 4] = [
    ("monitors/#mute-a-monitor", "POST", "/api/v1/monitor/{monitor_id}/mute"),
    ("monitors/#unmute-a-monitor", "POST", "/api/v1/monitor/{monitor_id}/unmute"),
    ("synthetics/#create-a-test", "POST", "/api/v1/synthetics/tests"),
    ("synthetics/#edit-a-test", "PUT", "/api/v1/synthetics/tests/{public_id}"),
];
