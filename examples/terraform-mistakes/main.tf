# What goes wrong with keys in Terraform; `ddscope check` finds all of it.

terraform {
  required_providers {
    datadog = {
      source = "DataDog/datadog"
    }
  }
}

provider "datadog" {}

provider "datadog" {
  alias = "admin"
}

resource "datadog_monitor" "latency" {
  name    = "checkout is slow"
  type    = "query alert"
  query   = "avg(last_5m):p95:trace.http.request{service:checkout} > 2"
  message = "@slack-payments"
}

resource "datadog_dashboard" "overview" {
  title       = "checkout overview"
  layout_type = "ordered"
}
