# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# --redact: reports for others.

case_redacted() {
    build lives
    measure ./lives
    "$memscope" export --format json --redact j.mscope >redacted.json || fail "status $?"
    jq -e '.process.command == [] and .process.host == null and (.stacks | length > 0)' redacted.json >jq.out ||
        fail "redacted.json: $(jq -c .process redacted.json)"
    "$memscope" report --redact -o page.html j.mscope >out || fail "status $?"
    for file in redacted.json page.html; do
        ! grep -qF "$PWD" "$file" || fail "$file names $PWD"
        ! grep -qE '"(module|path|file)":"/' "$file" || fail "$file has a path"
    done
    # Numbers are the same.
    same "$(jq -c .summary redacted.json)" "$(jq -c .summary report.json)" 'the summary'
    # Two of them, compared.
    "$memscope" diff --redact -o diff.html report.json j.mscope >out || fail "status $?"
    ! grep -qF "$PWD" diff.html || fail "diff.html names $PWD"
    ! grep -qE '"(executable|location)":"/' diff.html || fail 'diff.html has a path'
    same "$("$memscope" diff --redact --json report.json j.mscope | jq -c '[.rows[] | .total_bytes.new] | add')" \
        "$("$memscope" diff --json report.json j.mscope | jq -c '[.rows[] | .total_bytes.new] | add')" 'numbers of a redacted comparison'
}
