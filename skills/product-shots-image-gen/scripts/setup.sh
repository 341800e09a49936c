#!/bin/sh
# Installs limner, the package that scripts/generate.py runs on. Running it again changes nothing.
#
#   sh scripts/setup.sh             install
#   sh scripts/setup.sh --dry-run   only say what would be done
set -eu

version="0.1.0"
package="limner==$version"
script="$(cd "$(dirname "$0")" && pwd)/generate.py"
dry_run=no

case "${1:-}" in
    "") ;;
    --dry-run) dry_run=yes ;;
    *)
        echo "usage: setup.sh [--dry-run]" >&2
        exit 2
        ;;
esac

say() { printf '%s\n' "$*"; }

run() {
    say "+ $*"
    if [ "$dry_run" = no ]; then "$@"; fi
}

has() { command -v "$1" >/dev/null 2>&1; }

can_import() {
    "$1" -c "import limner, sys; import limner.dropin.product_shots; sys.exit(limner.__version__ != '$version')" \
        >/dev/null 2>&1
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in python3 python python3.14 python3.13 python3.12 python3.11; do
        if has "$name" && new_enough "$name"; then
            echo "$name"
            return
        fi
    done
}

python="$(find_python)"
venv="${XDG_DATA_HOME:-$HOME/.local/share}/limner-venv"

if [ -n "$python" ] && can_import "$python"; then
    say "limner $version is already there for $python."
elif has uv; then
    if has limner && [ "$(limner --version 2>/dev/null)" = "limner $version" ]; then
        say "limner $version is already there."
    else
        run uv tool install --compile-bytecode "$package"
    fi
    say "Run the script with: uv run $script --help"
    exit 0
elif [ -x "$venv/bin/python" ] && can_import "$venv/bin/python"; then
    say "limner $version is already there, in $venv."
    python="$venv/bin/python"
elif [ -z "$python" ]; then
    say "Neither uv nor Python 3.11 or newer was found. Install one of them, then run this again." >&2
    exit 1
elif run "$python" -m pip install --user "$package"; then
    :
else
    say "pip did not install it for this user; a virtual environment will do."
    run "$python" -m venv "$venv"
    run "$venv/bin/python" -m pip install "$package"
    python="$venv/bin/python"
    say "The limner command is $venv/bin/limner"
fi
say "Run the script with: $python $script --help"
