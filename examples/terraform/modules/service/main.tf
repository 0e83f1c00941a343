variable "name" { type = string }
variable "team" { type = string }
variable "p95" { type = number }

resource "datadog_monitor" "latency" {
  name    = "${var.name} is slow"
  type    = "query alert"
  query   = "avg(last_5m):p95:trace.http.request{service:${var.name}} > ${var.p95}"
  message = "@slack-${var.team}"
}

resource "datadog_service_level_objective" "availability" {
  name        = "${var.name} answers"
  type        = "monitor"
  monitor_ids = [datadog_monitor.latency.id]
  thresholds {
    timeframe = "30d"
    target    = 99.9
  }
}

resource "datadog_dashboard" "overview" {
  title       = "${var.name} overview"
  layout_type = "ordered"
  widget {
    alert_graph_definition {
      alert_id = datadog_monitor.latency.id
      viz_type = "timeseries"
    }
  }
}
