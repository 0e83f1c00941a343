//! The Go front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"go")).expect("go is registered");
    let file = File { path: path.into(), text: Arc::new(text.to_owned()) };
    front_end.lower(&file).iter().map(dump).collect()
}

#[test]
fn packages_imports_and_types() {
    insta::assert_snapshot!(lowered(
        "internal/monitors/client.go",
        r#"
package monitors

import (
	"net/http"

	. "example.com/dsl"
	_ "example.com/driver"
	dd "github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"
	"github.com/go-resty/resty/v2"
	"gopkg.in/zorkian/go-datadog-api.v2"
)

type Method string
type Options = map[string]string

type Client struct {
	*http.Client
	monitors, synthetics *datadogV1.MonitorsApi
	hosts []string
}

type Lister interface {
	Closer
	List(ctx context.Context, names ...string) ([]Monitor, error)
}

type wrapped dd.APIClient

func (c *Client) Close() {}
func (l *elsewhere[T]) Close() {}
"#
    ));
}

#[test]
fn values_and_literals() {
    insta::assert_snapshot!(lowered(
        "main.go",
        r#"
package main

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	First = iota
	Second
	base  = "https://api." + site + "/api/v1"
	tab   = `raw\n`
)

type endpoint struct{ method, path string }

var endpoints = []endpoint{{http.MethodGet, "/monitor"}, {path: "/dash\u0062oard"}}
var byName = map[string]*endpoint{"list": {path: "/a"}, key: {path: "/b"}}
var inline = []struct{ name string }{{"x"}}
var names = [...]string{First: "first"}

func urls(id int, parts []string) (string, error) {
	a := fmt.Sprintf("%s/monitor/%d%%?q=%[1]s", base, id)
	b := fmt.Sprintf(format, id)
	c := strings.Join([]string{base, "x", parts[0]}, "/")
	req := &http.Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: host}}
	req.Header["K"] = []string{"v"}
	n := 1 + 2
	s := string(a) + c[1:]
	s += "/tail"
	all := append(parts, a, b)
	all = append(all, parts...)
	m := make(map[string]int)
	return s, nil
}
"#
    ));
}

#[test]
fn statements() {
    insta::assert_snapshot!(lowered(
        "pkg/run.go",
        r#"
package run

func (c *Client) Run(ctx context.Context, meta interface{}) (out *Monitor, err error) {
	api, err := dial(ctx)
	if err != nil {
		return nil, err
	} else if v, ok := c.cache[key]; ok && !v.stale {
		panic("stale")
	} else {
		c.last = v
	}
	for name, path := range paths {
		go func() { c.get(name, path) }()
		if name == "" || skip {
			continue
		}
	}
	switch kind {
	case "a", "b":
		c.get("ab")
	default:
		c.get("other")
	}
	switch t := meta.(type) {
	case *Config:
		t.load()
	case string:
		use(t)
	}
	select {
	case ev := <-events:
		handle(ev)
	case done <- 1:
	}
	for _, c := range clients {
		c.shadow()
	}
	var request Request
	client := meta.(*dd.Client)
	get := c.get
	defer api.Close()
	retry(func(n int) error { return c.get(n) })
	return
}
"#
    ));
}

#[test]
fn broken_and_hostile_input_costs_only_itself() {
    let broken = lowered("a.go", "package a\nfunc f() { x := \nfunc g() { get(\"/api/v1/monitor\") }\n");
    assert!(broken.contains("get(\"/api/v1/monitor\")"), "{broken}");
    assert!(broken.contains("syntax error"), "{broken}");
    for (open, close) in [("(", ")"), ("[]int{", "}"), ("f(", ")"), ("func() { a = ", "}"), ("-", ""), ("a.b(", ").c")]
    {
        let deep = format!("package a\nvar x = {}1{}\nvar y = 2\n", open.repeat(10_000), close.repeat(10_000));
        assert!(lowered("deep.go", &deep).contains("syntax error"), "{open}");
    }
    let long = format!("package a\nvar x = \"a\"{}\n", " + \"b\"".repeat(10_000));
    assert!(lowered("long.go", &long).contains("abbb"));
    let ifs = format!("package a\nfunc f() {{ {} }}\n", "if a { ".repeat(5_000) + &"}".repeat(5_000));
    assert!(lowered("ifs.go", &ifs).contains("syntax error"));
}

#[test]
fn test_files_are_told_by_their_ending() {
    assert!(lowered("a/b_test.go", "package a").starts_with("module a (go) test"));
    assert!(!lowered("a/x_test_.go", "package a").contains(" test"));
}
