//! Every finding code with its severity, summary and description: one table, from which the documentation and the SARIF
//! rules are made.

use super::Severity;

/// A row of the table.
struct Row {
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    description: &'static str,
}

macro_rules! codes {
    ($($variant:ident, $name:literal, $severity:ident, $summary:literal, $description:literal;)*) => {
        /// What kind of finding; the name is stable, tools may rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $summary] $variant,)* }

        impl Code {
            /// Every code, by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn row(self) -> Row {
                match self { $(Self::$variant => Row {
                    name: $name,
                    severity: Severity::$severity,
                    summary: $summary,
                    description: $description,
                },)* }
            }
        }
    };
}

impl Code {
    /// Its kebab-case id.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// How bad it is unless configured otherwise.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// What it says in a few words.
    pub fn summary(self) -> &'static str {
        self.row().summary
    }

    /// What it means, why it matters, what to do; Markdown.
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// The code of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The code with the nearest name, for messages about misspelt ones.
    pub fn nearest(name: &str) -> Option<Self> {
        let scored = Self::ALL.iter().map(|code| (strsim::jaro_winkler(name, code.name()), *code));
        scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, code)| code)
    }
}

codes! {
    BroaderScope, "broader-scope", Note, "a granted scope does more than a narrower one that would serve",
"Some calls accept any of several scopes. The credential holds one that serves, but a less privileged one would serve as
well.

Replace the scope by the narrower one that the finding names.";

    DeniedCall, "denied-call", Note, "traffic shows a refused call although the scope is held",
"A recorded request was answered with 401 or 403, yet the credential holds what the operation requires. Usual reasons: the
owner of the key lacks the permission (a scope filters, it adds nothing), the endpoint is not enabled for OAuth on this
site, or the recording is older than the grant.

Give the owner's permissions with `--owner FILE`, or record again.";

    ExcessScope, "excess-scope", Warning, "a granted scope that no call needs",
"The credential holds a scope that nothing found in code, Terraform or traffic needs. If it leaks, it can do that much
more.

Remove the scope (`ddscope check --fix` edits `ddscope.toml` and Terraform), or allow it with a reason:

```toml
[[credential.allow]]
scope = \"metrics_read\"
reason = \"used by the weekly notebook, which is not in this repository\"
```";

    IdAsScope, "id-as-scope", Error, "a permission's UUID where a scope's name is required",
"Scopes of keys and tokens are names (`monitors_read`). Roles refer to permissions by UUID; such a UUID in the `scopes` of a
key is refused by the API with `400 Invalid scopes`. In Terraform this happens with
`scopes = [data.datadog_permissions.all.permissions.monitors_read]`.

Write the name as a string.";

    IgnoreWithoutReason, "ignore-without-reason", Error, "an ignore or allowance without a reason",
"`ddscope: ignore[code]` and `[[credential.allow]]` need a reason: whoever reads them next must be able to judge whether it
still holds.

Write the reason after the bracket, or as `reason = \"…\"`.";

    MaybeUnscopedOnly, "maybe-unscoped-only", Note, "log monitors cannot be managed with a scoped key",
"Creating, updating and validating monitors works with a scoped application key, except for log monitors, which need an
unscoped one. Whether this call handles log monitors is not visible.

If it does, use a separate unscoped key of a service account whose role is as small as possible.";

    MissingScope, "missing-scope", Error, "a call needs a scope that the credential does not hold",
"A call was found whose operation requires a scope that the credential lacks: the call will be answered with 403.

Grant the scope, or remove the call. Where several scopes would do, the least privileged one is named first.";

    NoGrant, "no-grant", Note, "a credential with nothing to compare with",
"A credential is declared without `scopes` and without `granted-from`, so only what it needs can be told.

Declare `scopes = […]` or `granted-from = [\"file\"]` for it.";

    NotForOauth, "not-for-oauth", Error, "a call that no OAuth client can make",
"The operation does not accept OAuth tokens at all, whatever their scopes: it answers 401.

Use an application key (or a personal or service access token) for this call.";

    NotShownPermission, "not-shown-permission", Note, "a needed permission that the Roles API does not show",
"The Roles API lists most permissions, but not all: some that operations require are never listed, so whether a role has
them cannot be told from its listing. They are not reported as missing.

`GET /api/v2/current_user` of a user with the role shows them.";

    OwnerLacksPermission, "owner-lacks-permission", Error, "the owner of a key lacks a permission that is needed",
"A scope filters what the owner may do, it adds nothing: the effective right is the intersection. The key is allowed to, its
owner is not, so the call fails.

Give the owner a role with the permission, or let a service account own the key.";

    PossiblyExcessScope, "possibly-excess-scope", Note, "a granted scope that only unresolved calls could need",
"No call that was understood needs the scope, but calls that could not be decided might. They are named.

Look at the named calls. If none needs the scope, remove it.";

    RefusedScope, "refused-scope", Warning, "a scope that keys cannot or should not hold",
"The name exists, but it is deprecated, a placeholder, or known to be refused in key scopes.

Remove it.";

    RenamedScope, "renamed-scope", Note, "an old name of a permission",
"The listing gives the permission a new name; the old one may stop working.

Use the new name.";

    RetiredEndpoint, "retired-endpoint", Warning, "a call to an endpoint that was retired",
"The operation is no longer in Datadog's API documents. Its requirement is the last one known.

Move to the successor that the finding names, if there is one.";

    ScopeNotForOauth, "scope-not-for-oauth", Error, "a scope that no OAuth client may hold",
"The name is a permission, but not an OAuth scope. One such name makes the whole `authorize` request fail with
`invalid_scope`.

Remove it. Calls that need it must be made with an application key.";

    StaleAllowance, "stale-allowance", Warning, "an allowance that no longer applies",
"A scope is allowed as excess, but it is not held, or it is needed, so the allowance hides nothing.

Remove the allowance.";

    StaleBaseline, "stale-baseline", Note, "a baseline entry that no longer applies",
"The baseline lists a finding that is gone.

Write the baseline again with `ddscope check --write-baseline`.";

    StaleIgnore, "stale-ignore", Warning, "an ignore comment that no longer applies",
"`ddscope: ignore[…]` stands on a line where there is no such finding, so it hides nothing, or will hide the next one.

Remove the comment.";

    SunsetEndpoint, "sunset-endpoint", Note, "a call to an endpoint whose end is announced",
"Datadog's documents name a day after which the operation may stop working.

Move to the successor that the finding names, if there is one, before that day.";

    TakeoverScope, "takeover-scope", Note, "a needed scope that amounts to taking over the organisation",
"The scope is needed, but whoever holds it can give itself more than it was granted: manage users, roles or keys, redirect
all logs, act with stored connections.

Separate these calls from the rest, give them a credential of their own, and guard it accordingly.";

    UnclaimedCall, "unclaimed-call", Warning, "a call that no declared credential covers",
"`ddscope.toml` says which paths and traces each credential covers, and this call is in none of them, so nobody compares what it
needs with what is granted.

Add its folder to the `paths`, or its recording to the `traces`, of the credential that makes it.";

    UnclearGrant, "unclear-grant", Warning, "a grant whose scopes cannot be read",
"The file names the credential but not what it holds, or only in part, so a comparison would be wrong.

The finding says which answer of the API has it.";

    UnknownCode, "unknown-code", Warning, "an ignore comment names a code that does not exist",
"`ddscope: ignore[…]` names a code that ddscope does not have, so it ignores nothing.

Use the code that the finding proposes.";

    UnknownEndpoint, "unknown-endpoint", Note, "a call to a Datadog endpoint that the table does not have",
"The URL is Datadog's, but no current, retired or known undocumented operation fits. What it requires is unknown.

Check the path for a mistake. `--deny-unresolved` makes this a finding that fails.";

    UnknownScope, "unknown-scope", Error, "a name that is no scope",
"The name is in no list of Datadog's permissions. The API refuses it in key scopes with `400 Invalid scopes`, and a single
one makes an OAuth `authorize` request fail.

Use the nearest right name, which the finding proposes.";

    UnpublishedRequirement, "unpublished-requirement", Note, "what a call requires is not published",
"Datadog's documents say nothing of the permission that the operation requires. The answer may lack a scope because of it.

Try the call with the scopes at hand; traffic with a 403 shows what is missing.";

    UnregisteredKey, "unregistered-key", Note, "a call that works only with a registered key",
"Operations of Actions, App Builder and Workflow Automation accept only application keys that were registered for the
Actions API, besides having the scopes.

Register the key (`PUT /api/v2/actions/app_key_registrations/{id}`, or `datadog_app_key_registration` in Terraform).";

    UnresolvedCall, "unresolved-call", Note, "a Datadog call whose operation cannot be decided",
"A call to Datadog was found, but not which: the path is built from values that are not visible, or several operations fit. It
does not count towards the required scopes.

Make the path visible, or record traffic and pass it with `--trace`. `--deny-unresolved` makes this a finding that fails.";

    UnscopedKey, "unscoped-key", Warning, "a key without a scope list, which can do all its owner can",
"An application key without scopes has every permission of its owner. If it leaks, so does all the owner may do, however
little the code uses.

Give the key the scopes that the finding lists.";

    UnscopedOnly, "unscoped-only", Error, "a call that works only with an unscoped key",
"Datadog refuses this operation to scoped application keys, whatever their scopes.

Make the call with a separate unscoped key of a service account whose role is as small as possible.";

    UnusedCredential, "unused-credential", Note, "a credential that nothing uses",
"No code, Terraform or traffic that was given uses the credential.

Give the places that use it, or revoke it.";
}
