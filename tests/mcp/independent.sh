#!/usr/bin/env bash
# Judges that we did not write: the MCP Inspector's command line as a host that cannot ask, the conformance
# suite's scenarios that suit any server, and the bundle's own validator. Not part of the tests, because they
# are fetched from npm. `tests/mcp/independent.sh [FOLDER]`; what is fetched is kept in FOLDER.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tools=${1:-${TMPDIR:-/tmp}/limner-independent}
mkdir -p "$tools"
npm install --silent --no-audit --no-fund --prefix "$tools" node@24 @modelcontextprotocol/inspector@2.12.0 \
    @modelcontextprotocol/conformance@0.2.0-alpha.12 @anthropic-ai/mcpb@2.1.2
PATH=$tools/node_modules/.bin:$root/.venv/bin:$PATH
place=$(mktemp -d)
export MCP_INSPECTOR_SECRET_STORE=memory LIMNER_HOME=$place/home
server=
end() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$place"
}
trap end EXIT
failed=0
say() { printf '%-64s %s\n' "$1" "$2"; }
judge() { # name, command…
    local name=$1
    shift
    if "$@" >"$place/log" 2>&1; then say "$name" ok; else
        say "$name" FAILED
        tail -n 25 "$place/log"
        failed=1
    fi
}

limner mcp --sandbox --http 0 2>"$place/address" &
server=$!
for _ in $(seq 100); do
    grep -q 'http://' "$place/address" && break
    sleep 0.1
done
url=$(grep -o 'http://[^ ]*' "$place/address" | head -1)
name=$(command -v limner)
for era in legacy modern; do
    cat >"$place/$era.json" <<CONFIG
{"mcpServers": {
  "pipe": {"type": "stdio", "command": "$name", "args": ["mcp", "--sandbox"],
           "env": {"LIMNER_HOME": "$LIMNER_HOME"}, "protocolEra": "$era"},
  "http": {"type": "streamable-http", "url": "$url", "protocolEra": "$era"}
}}
CONFIG
done

inspect() { # era, way, method, rest…
    mcp-inspector --cli --config "$place/$1.json" --server "$2" --method "$3" --format json "${@:4}"
}
field() { python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print(eval('d' + sys.argv[2]))" "$place/log" "$1"; }
buys() { # era, way
    inspect "$1" "$2" tools/call --tool-name quote_image --tool-args-json '{"prompt": "a lighthouse"}' >"$place/log"
    local quote
    quote=$(field "['result']['structuredContent']['quote_id']" 2>/dev/null || field "['structuredContent']['quote_id']")
    inspect "$1" "$2" tools/call --tool-name generate_image --tool-args-json "{\"quote_id\": \"$quote\"}" >"$place/log"
    grep -q '"needs_confirmation"' "$place/log"
    for _ in 1 2; do
        inspect "$1" "$2" tools/call --tool-name generate_image \
            --tool-args-json "{\"quote_id\": \"$quote\", \"approved\": \"$quote\"}" >"$place/log"
        grep -q '"status": *"done"' "$place/log"
    done
}
for era in legacy modern; do
    for way in pipe http; do
        for method in tools/list prompts/list resources/templates/list; do
            judge "inspector $era $way $method" inspect "$era" "$way" "$method"
        done
        judge "inspector $era $way asks, is told how, buys once" buys "$era" "$way"
    done
done
jobs=$(limner jobs --sandbox --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["data"]["items"]))')
if [ "$jobs" = 4 ]; then say "four purchases, each asked for twice, are four jobs" ok; else
    say "four purchases are $jobs jobs" FAILED
    failed=1
fi

conforms() { # scenario; the exit code alone is not enough to go by
    conformance server --url "$url" --scenario "$1" >"$place/told" 2>&1 || { cat "$place/told"; return 1; }
    grep -q ', 0 failed' "$place/told" || { cat "$place/told"; return 1; }
}
for scenario in server-initialize server-session-lifecycle ping tools-list resources-list prompts-list \
    dns-rebinding-protection caching http-header-validation sep-2164-resource-not-found server-sse-multiple-streams \
    input-required-result-unsupported-methods input-required-result-ignore-extra-params \
    input-required-result-validate-input input-required-result-missing-input-response; do
    judge "conformance $scenario" conforms "$scenario"
done

judge "mcpb validate manifest.json" mcpb validate "$root/manifest.json"
exit $failed
