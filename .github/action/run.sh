#!/usr/bin/env bash
# Runs ddscope for the action: annotations on standard output, JSON, SARIF and the page for people in files.
set -euo pipefail

folder="${RUNNER_TEMP:-/tmp}/ddscope-result"
rm -rf "$folder"
mkdir -p "$folder"

arguments=("$INPUT_COMMAND" --no-progress)
common=()
lines() { while IFS= read -r line || [ -n "$line" ]; do [ -z "$line" ] || common+=("$line"); done <<<"$1"; }
"$DDSCOPE" scan --help | grep -q -- --no-progress || arguments=("$INPUT_COMMAND")
case "$INPUT_COMMAND" in
    check)
        [ -z "$INPUT_GRANTED" ] || common+=("--granted=$INPUT_GRANTED")
        [ -z "$INPUT_CONFIG" ] || common+=("--config=$INPUT_CONFIG")
        page=markdown
        ;;
    scan) page=text ;;
    *)
        echo "::error title=ddscope::command: '$INPUT_COMMAND' is neither check nor scan"
        exit 2
        ;;
esac
lines "$INPUT_ARGS"
common+=(--)
lines "$INPUT_PATHS"

status=0
write() { # format, file; errors are shown once, by the first
    local code=0
    "$DDSCOPE" "${arguments[@]}" --format "$1" --output "$2" "${common[@]}" 2>"$folder/errors" || code=$?
    [ "$status" -ne 0 ] || [ ! -s "$folder/errors" ] || cat "$folder/errors" >&2
    [ "$code" -le "$status" ] || status=$code
}

write json "$folder/report.json"
write "$page" "$folder/page"
sarif=''
if [ "$INPUT_COMMAND" = check ]; then
    if [ "$INPUT_ANNOTATIONS" = true ]; then
        write github "$folder/annotations"
        [ ! -f "$folder/annotations" ] || cat "$folder/annotations"
    fi
    if [ "$INPUT_SARIF" = true ]; then
        write sarif "$folder/ddscope.sarif"
        [ ! -f "$folder/ddscope.sarif" ] || sarif="$folder/ddscope.sarif"
    fi
fi

if [ ! -f "$folder/page" ]; then
    message=$(head -c 4000 "$folder/errors")
    message=${message#error: }
    message=${message//'%'/'%25'}
    message=${message//$'\n'/'%0A'}
    echo "::error title=ddscope::$message"
    { echo '## Datadog privileges' && echo && echo 'ddscope could not do its work:' && echo && sed 's/^/    /' "$folder/errors"; } >"$folder/page"
elif [ "$page" = text ]; then
    # Text as it is: indented, so that nothing in it is taken for Markdown.
    { echo '## Datadog privileges' && echo && sed 's/^/    /' "$folder/page"; } >"$folder/page.md"
    mv "$folder/page.md" "$folder/page"
fi
head -c 900000 "$folder/page" >>"$GITHUB_STEP_SUMMARY"
{
    echo "status=$status"
    [ ! -f "$folder/report.json" ] || echo "report=$folder/report.json"
    echo "sarif=$sarif"
    echo "summary=$folder/page"
} >>"$GITHUB_OUTPUT"
