//! The shell front end and the scripts inside other files: what they become, in the readable form of the program model.

use ddscope::ir::Expr;
use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::fmt::Write as _;
use std::sync::Arc;

fn modules(ending: &str, path: &str, text: &str) -> Vec<ddscope::ir::Module> {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&ending)).expect("the ending is registered");
    front_end.lower(&File { path: path.into(), text: Arc::new(text.to_owned()) })
}

fn lowered(ending: &str, path: &str, text: &str) -> String {
    modules(ending, path, text).iter().map(dump).collect()
}

/// The places of all commands, as `line:column-line:column first words`.
fn places(ending: &str, path: &str, text: &str) -> String {
    let mut out = String::new();
    for module in modules(ending, path, text) {
        for (id, expr) in module.exprs() {
            if matches!(expr, Expr::Command(_)) {
                let span = module.span(id);
                let shown: String = ddscope::ir::dump::expr(&module, id).chars().take(50).collect();
                let _ = writeln!(out, "{}:{}-{}:{} {shown}", span.line, span.column, span.end_line, span.end_column);
            }
        }
    }
    out
}

#[test]
fn words_variables_and_functions() {
    insta::assert_snapshot!(lowered(
        "sh",
        "bin/deploy.sh",
        r#"#!/bin/bash
source "$(dirname "$0")/lib.sh"
API="https://api.${DD_SITE:-datadoghq.com}" KEY=$1
: "${OUT:=x}"
declare -A codes=([ok]=200 [gone]="4 10")
args=(-s "a b"); args+=(-X POST)
curl "${args[@]}" 'raw'"$KEY"\ x "${codes[ok]}" ${KEY%/} "${#KEY}" $'tab\t' > out.json "$API"
printf -v url 'https://%s/%d' "$host" 3
dd() { local verb="$1"; shift; curl -X "$verb" "https://x$1" "${@:2}"; }
get_url() { echo "https://$HOST/$1"; }
wrap() { curl -s -H "K: $KEY" -X "$M" "$@"; }
dd POST "/p/$id" -d @- <<EOF
$body
EOF
wrap "$(get_url a)" | jq .
"#
    ));
}

#[test]
fn control_flow_and_scripts_inside_scripts() {
    insta::assert_snapshot!(lowered(
        "sh",
        "run.sh",
        r#"
if ! out=$(curl -s "$A"); then exit 1; elif [[ $B == prod && -n "$C" ]]; then X=1; else X=2; fi
[ -z "$X" ] && X=default || exit 2
case "$1" in a|b) P=one;; *.x) P=two;; *) P=three;; esac
for i in 1 2 "$P"; do curl "$U/$i"; done
while read -r line; do wget "$line" || continue; done < list
bash -c "curl '$U' | jq ."
sudo -u me timeout 5 env A=b curl in
cat ids | xargs -I{} -n 1 curl "$U/{}"
kubectl exec pod -- sh -c 'curl pod'
ssh host <<EOF
curl "$U"
EOF
cat <<EOF > later
curl never
EOF
eval "curl $U"
test "$A" = b && curl t
"#
    ));
}

const WORKFLOW: &str = r#"on: push
env: { DD_SITE: datadoghq.eu }
jobs:
  a:
    steps:
      - name: block
        env:
          URL: https://api.${{ vars.SITE || 'datadoghq.com' }}/x
        run: |
          curl -X POST "$URL" \
            -H 'K: ${{ secrets.DD_API_KEY }}'

          curl "${{ inputs.url }}/y"
      - run: >
          curl
          "https://folded/${{ github.run_id }}"
      - run: "curl \"quoted\""
      - { run: curl flow }
      - shell: python
        run: import x
      - uses: actions/github-script@v7
        with: { script: "await y()" }
script: [ "curl one", curl two ]
containers:
  - command: [/bin/sh, -c]
    args: ["curl $HOST | jq"]
    env: [ { name: HOST, value: h } ]
  - command: [curl, -s, "$(HOST)/z"]
tasks:
  - uri: { url: "{{ base | default('http://b') }}/q", method: POST }
plain: curl is a word here
"#;

#[test]
fn workflows() {
    insta::assert_snapshot!(lowered("yml", "ci.yml", WORKFLOW));
    insta::assert_snapshot!(places("yml", "ci.yml", WORKFLOW));
    assert_eq!(lowered("yml", "values.yml", "a: 1\nb: [x, y]\n"), "");
}

const MAKEFILE: &str = r#"SITE ?= datadoghq.com
export BASE := https://$(SITE) # comment
FLAGS = -s
FLAGS += -f
NOW = $(shell date +%s)
define get
	@curl $(FLAGS) "$(BASE)/$(1)"
endef

all: dep ; curl $(BASE)/inline
.PHONY: all
dep:
	@curl -X POST $(BASE)/a \
	  -H "K: $${KEY}" | jq .
	-for i in $$(cat ids); do curl $(BASE)/$$i $@; done
	$(call get,b)
"#;

#[test]
fn makefiles() {
    insta::assert_snapshot!(lowered("mk", "Makefile", MAKEFILE));
    insta::assert_snapshot!(places("mk", "Makefile", MAKEFILE));
}

const DOCKERFILE: &str = r#"FROM alpine AS base
ARG KEY
ENV SITE=datadoghq.com OTHER="a b"
ENV OLD two words
RUN apk add curl && \
    # why
    curl "https://$SITE/a"
RUN --mount=type=cache ["curl", "-s", "https://b"]
run <<EOF
curl here
EOF
HEALTHCHECK --interval=5s CMD curl http://localhost || exit 1
ENTRYPOINT ["sh", "-c", "curl $SITE"]
COPY <<EOF /x
curl not
EOF
"#;

#[test]
fn dockerfiles() {
    insta::assert_snapshot!(lowered("Dockerfile", "Dockerfile", DOCKERFILE));
    insta::assert_snapshot!(places("Dockerfile", "Dockerfile", DOCKERFILE));
}

#[test]
fn broken_and_hostile_files_cost_their_own_finding_only() {
    let broken = lowered("sh", "a.sh", "curl one\nif then fi (\ncurl two\n");
    assert!(broken.contains("curl\" \"one") && broken.contains("syntax error"), "{broken}");
    for open in ["(", "$(", "\"$(", "{ ", "if x; then ", "x=${y:-", "bash -c \"", "`", "case x in a) ", "f() { "] {
        assert!(lowered("sh", "deep.sh", &open.repeat(10_000)).contains("module deep.sh"), "{open}");
    }
    let list = format!("a{}", " && b".repeat(20_000));
    assert!(lowered("sh", "list.sh", &list).contains("command(\"a\")"));
    for open in ["[", "{a: ", "- ", "a:\n "] {
        lowered("yml", "deep.yml", &format!("{}run: curl x", open.repeat(10_000)));
    }
    lowered("mk", "deep.mk", &format!("A = {}", "$(call x,".repeat(10_000)));
    lowered("yml", "cut.yml", "run: |\n  curl a\n bad: : :\n\t- x");
    lowered("Dockerfile", "Dockerfile", "RUN <<\nRUN \\\nENV\nRUN --x");
}
