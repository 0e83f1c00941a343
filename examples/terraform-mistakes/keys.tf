data "datadog_permissions" "all" {
  provider = datadog.admin
}

variable "extra_scopes" {
  type    = list(string)
  default = ["monitor_write", "logs_read_index_data"]
}

# Plans, but may write.
resource "datadog_application_key" "plan" {
  provider = datadog.admin
  name     = "plan"
  scopes   = ["dashboards_read", "monitors_read", "monitors_write"]
}

# Applies, but cannot: dashboards_write is missing, one scope is misspelt, one is not needed.
resource "datadog_application_key" "apply" {
  provider = datadog.admin
  name     = "apply"
  scopes   = concat(["dashboards_read", "monitors_read"], var.extra_scopes)
}

# Ids are for roles. The API refuses them as scopes.
resource "datadog_service_access_token" "ids" {
  provider           = datadog.admin
  name               = "ids"
  service_account_id = "0f5c3a52-7a3b-4a7e-9b6a-3f0d5d4f1a01"
  scopes             = [data.datadog_permissions.all.permissions.monitors_read]
}

# Neither of these is limited at all.
resource "datadog_application_key" "empty" {
  provider = datadog.admin
  name     = "empty"
  scopes   = []
}

resource "datadog_application_key" "bare" {
  provider = datadog.admin
  name     = "bare"
}
