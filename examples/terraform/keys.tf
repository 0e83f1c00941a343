# One key to plan with, which cannot change anything, and one to apply with.

locals {
  plan_scopes = [
    "dashboards_read",
    "monitors_downtime",
    "monitors_read",
    "slos_read",
    "synthetics_read",
  ]
}

resource "datadog_service_account" "terraform" {
  provider = datadog.admin
  email    = "terraform@shop.example.com"
  name     = "Terraform"
  roles    = [datadog_role.on_call.id]
}

resource "datadog_service_account_application_key" "plan" {
  provider           = datadog.admin
  service_account_id = datadog_service_account.terraform.id
  name               = "terraform plan"
  scopes             = local.plan_scopes
}

resource "datadog_service_account_application_key" "apply" {
  provider           = datadog.admin
  service_account_id = datadog_service_account.terraform.id
  name               = "terraform apply"
  scopes = concat(local.plan_scopes, [
    "dashboards_write",
    "monitors_write",
    "slos_write",
    "synthetics_write",
  ])
}
