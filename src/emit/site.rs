//! Names that some sites lack, as far as anyone has reported it.

use crate::ir::Name;

/// (scope, sites where it is known to be refused, what to know).
static GAPS: &[(&str, &[&str], &str)] = &[
    // DataDog/pup issue 657.
    ("status_pages_notice_write", &["us5.datadoghq.com"], "authorize requests with it fail there"),
    // DataDog/pup issue 570.
    (
        "built_in_features",
        &["us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com", "ap2.datadoghq.com", "ddog-gov.com"],
        "database monitoring needs `dbm_read` there",
    ),
    ("dbm_read", &["datadoghq.com", "datadoghq.eu"], "database monitoring needs `built_in_features` there"),
];

/// Sites that are known.
pub static SITES: &[&str] = &[
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "uk1.datadoghq.com",
    "us2.ddog-gov.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
];

/// A warning for each scope that the site is known to lack.
pub fn warnings(scopes: &[Name], site: &str) -> Vec<String> {
    let gap = |scope: &Name| {
        let (_, _, note) = GAPS.iter().find(|(name, sites, _)| name == scope && sites.contains(&site))?;
        Some(format!("`{scope}` is not known at {site}: {note}"))
    };
    scopes.iter().filter_map(gap).collect()
}
