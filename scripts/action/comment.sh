#!/usr/bin/env bash
# The comment of action.yml: one a pull request and file, written anew on each push. Wants `pull-requests: write`; without
# it, as in a pull request from a fork, the report stands in the job summary alone.
set -uo pipefail

marker="<!-- launchd-reconcile: $(printf '%s' "$TITLE" | tr -c 'A-Za-z0-9._/\n' '-') -->"
body=$(mktemp "${RUNNER_TEMP:?}/comment-XXXXXX")
limit=60000 # GitHub takes 65536 characters.
{
  echo "$marker"
  if [ "$(wc -c <"$REPORT")" -le "$limit" ]; then cat "$REPORT"
  else
    # Cut after a whole line, and with every block ended.
    head -c "$limit" "$REPORT" | sed '$d' | awk '
      { print }
      /^````*/ { match($0, /^`+/); ticks = substr($0, 1, RLENGTH); open = open == "" ? ticks : (ticks == open && $0 == ticks ? "" : open) }
      END { if (open != "") print open }'
    printf '\n\nThe rest is in the summary of the job.\n'
  fi
} >"$body"

comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
refused() { echo "::notice title=reconcile::No comment was written: $1 The report is in the summary of the job."; exit 0; }

MARKER=$marker
export MARKER
id=$(gh api --paginate "$comments" --jq '.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id' | sed -n 1p) ||
  refused 'the comments cannot be read.'
if [ -n "$id" ]
then gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$body"
else gh api --silent --method POST "$comments" --field "body=@$body"
fi || refused 'this workflow may not (permissions: { pull-requests: write }).'
