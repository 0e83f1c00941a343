//! Declared resources: Terraform and other places where Datadog is declared rather than called.
//!
//! Each reader turns a file set into evidence; it never sees `source` or `trace`.
