# Monitors, dashboards, objectives and access of a small shop, kept in Terraform. `keys.tf` has the two keys it runs with.

terraform {
  required_providers {
    datadog = {
      source = "DataDog/datadog"
    }
  }
}

provider "datadog" {
  api_url = "https://api.datadoghq.eu/"
}

# Access is managed with a credential of its own, so that the everyday keys cannot give themselves more.
provider "datadog" {
  alias   = "admin"
  api_url = "https://api.datadoghq.eu/"
}

variable "services" {
  type = map(object({ team = string, p95 = number }))
  default = {
    checkout = { team = "payments", p95 = 1.5 }
    search   = { team = "discovery", p95 = 0.8 }
  }
}

module "service" {
  source   = "./modules/service"
  for_each = var.services
  name     = each.key
  team     = each.value.team
  p95      = each.value.p95
}

data "datadog_permissions" "all" {
  provider = datadog.admin
}

resource "datadog_role" "on_call" {
  provider = datadog.admin
  name     = "on-call"

  dynamic "permission" {
    for_each = toset(["monitors_downtime", "dashboards_public_share"])

    content {
      id = data.datadog_permissions.all.permissions[permission.value]
    }
  }
}

resource "datadog_synthetics_test" "front_page" {
  name      = "front page"
  type      = "api"
  subtype   = "http"
  status    = "live"
  locations = ["aws:eu-central-1"]
  request_definition {
    method = "GET"
    url    = "https://shop.example.com/"
  }
  assertion {
    type     = "statusCode"
    operator = "is"
    target   = "200"
  }
  options_list {
    tick_every = 300
  }
}

resource "datadog_downtime_schedule" "nightly" {
  scope = "env:staging"
  monitor_identifier {
    monitor_tags = ["env:staging"]
  }
  recurring_schedule {
    recurrence {
      duration = "8h"
      rrule    = "FREQ=DAILY;INTERVAL=1"
    }
  }
}
