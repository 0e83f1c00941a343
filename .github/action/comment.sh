#!/usr/bin/env bash
# Keeps the result in one comment on the pull request: written once, then changed in place.
set -euo pipefail

mark='<!-- ddscope -->'
body="${RUNNER_TEMP:-/tmp}/ddscope-comment.md"
# A comment may have 65,536 characters; a cut must be seen.
{
    echo "$mark"
    head -c 60000 "$SUMMARY"
    [ "$(wc -c <"$SUMMARY")" -le 60000 ] || printf '\n\n… cut; the summary of the run has all of it.\n'
} >"$body"

id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" \
    --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id" | sed -n 1p)
if [ -n "$id" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body"
else
    gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" -F "body=@$body"
fi
