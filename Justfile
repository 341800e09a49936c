# The few words of this house. `just` alone lists them.

_default:
    @just --list

# everything CI runs
check: lint types imports test docs scan

test *words:
    uv run --all-extras pytest {{words}}

lint:
    uv run ruff check .
    uv run ruff format --check .

types:
    uv run --all-extras mypy

imports:
    uv run lint-imports

docs:
    uv run --group docs mkdocs build --strict

# the skills, judged by somebody else's scanner
scan:
    uvx --from cisco-ai-skill-scanner==2.3.2 skill-scanner scan-all skills --use-behavioral --check-overlap --fail-on-severity low --format summary

# side by side with real peers; takes minutes
bench *words:
    uv run python -m bench {{words}}

# completion scripts, after a command or an option changed
completions:
    uv run python tests/cli/make_completions.py

# kill buying processes for as long as you like; then race for the last cent
crash *words:
    uv run --all-extras python -m tests.crash {{words}}

# a wheel, checked
release: check
    uv build
    uvx twine check --strict dist/*
