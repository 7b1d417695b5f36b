#!/usr/bin/env bash
# The check of action.yml: the file is validated, compared with that of the pull request's base, and audited. The report
# goes to the job summary whatever comes of it. Knows its inputs from the environment alone.
set -uo pipefail

work=$(mktemp -d "${RUNNER_TEMP:?}/reconcile-XXXXXX")
report=$work/report.md
sarif=$work/reconcile.sarif
failed=0
as=()
[ -z "$INPUT_AS" ] || as=(--as "$INPUT_AS")
read -r -d '' -a paths <<<"$INPUT_PATHS"
say() { printf '%s\n' "$@" >>"$report"; }
# What a program said, as a block that nothing in it can end.
quote() { say '````````text'; cat -- "$1" >>"$report"; say '````````' ''; }

# The file as it was before the pull request, with all that it includes.
base() {
  local top prefix
  [ -n "${BASE_SHA:-}" ] || return 1
  top=$(git rev-parse --show-toplevel) && prefix=$(git rev-parse --show-prefix) || return 1
  git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null ||
    git fetch --quiet --depth=1 origin "$BASE_SHA" || return 1
  mkdir -p "$work/base" && git -C "$top" -c tar.umask=0022 archive "$BASE_SHA" | tar -x -C "$work/base" || return 1
  compared=$work/base/$prefix$INPUT_FILE
  # A first file is compared with one that declares nothing.
  [ -e "$compared" ] || { mkdir -p "$(dirname "$compared")" && echo 'version: 1' >"$compared"; }
}

say "## reconcile: \`$INPUT_FILE\`" ''
audited=()
if [ -e "$INPUT_FILE" ] || [ "${#paths[@]}" -eq 0 ]; then
  if reconcile validate "${as[@]}" -f "$INPUT_FILE" >"$work/validate" 2>&1; then
    audited=("$INPUT_FILE")
    sed "s|^$PWD/||" "$work/validate"
    compared=
    if base; then
      say '### What this pull request changes' ''
      if reconcile plan "${as[@]}" -f "$INPUT_FILE" --against "$compared" --format markdown >"$work/plan" 2>"$work/plan-errors"
      then cat "$work/plan" >>"$report"
      else say 'The file of the base cannot be compared:' '' && quote "$work/plan-errors"
      fi
      say ''
    elif [ -n "${BASE_SHA:-}" ]; then
      say 'The base of this pull request is not there to compare with: check out with `fetch-depth: 0`.' ''
    fi
  else
    failed=1
    cat "$work/validate" >&2
    # Once more, as annotations at their places.
    reconcile validate "${as[@]}" -f "$INPUT_FILE" --format github 2>/dev/null
    say '### The file is invalid' ''
    quote "$work/validate"
  fi
fi

audited+=("${paths[@]}")
if [ "${#audited[@]}" -gt 0 ]; then
  audit() { reconcile audit "${as[@]}" --fail-on "${INPUT_FAIL_ON:-warning}" "$@" -- "${audited[@]}"; }
  say '### Audit' ''
  audit --format markdown >>"$report" 2>"$work/audit-errors"
  status=$?
  if [ "$status" -eq 0 ] || [ "$status" -eq 2 ]; then
    audit --format github
    audit --format sarif >"$sarif"
    echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
  else
    cat "$work/audit-errors" >&2
    quote "$work/audit-errors"
  fi
  [ "$status" -eq 0 ] || failed=1
fi

cat "$report" >>"$GITHUB_STEP_SUMMARY"
echo "report=$report" >>"$GITHUB_OUTPUT"
exit "$failed"
