# A slip of the pen: there is no such type.
resource "datadog_dashbord" "second" {
  title = "checkout, again"
}

# Never downloaded here, so nobody knows what it declares.
module "alerts" {
  source  = "acme/alerts/datadog"
  version = "1.4.0"
}
