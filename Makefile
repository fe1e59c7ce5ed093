# What a person or a CI machine types. Everything of substance is in `cargo xtask`; this file finds or installs what that needs.
#
# It expects Rust (cargo, best by rustup) and, on Debian, apt. Nothing is asked of the system when nothing is missing, and sudo is
# used only to install a missing system package by somebody who is not root.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help test test-clients demo fuzz fmt install-tools install-compiler

# Outside the clone, so that a second clone builds in seconds. Set CARGO_TARGET_DIR to build elsewhere.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/salesbridge
ifeq ($(CARGO_TARGET_DIR),)
  CARGO_TARGET_DIR := $(CACHE)/target
endif
export CARGO_TARGET_DIR

# Tools of ours stand behind those a person has installed already.
TOOLS := $(CACHE)/tools
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(TOOLS)/bin

NEXTEST_VERSION := 0.9.151
DENY_VERSION := 0.20.2

# Unoptimised: both spend their time waiting for others, and an optimised build of them takes minutes longer.
INSTALL := CARGO_TARGET_DIR="$(TOOLS)/target" CARGO_PROFILE_DEV_DEBUG=false cargo install --locked --debug --quiet --root "$(TOOLS)"

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# More for the demo, as in: make demo ARGS="--clients 500"
ARGS ?=

help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target sentence; do \
	  printf '%-22s%s\n' "$$target" "$$sentence"; \
	done

test: install-tools ## Install what is missing, then check and test everything, as CI does
	@cargo run --quiet --locked --package xtask -- ci

test-clients: install-tools ## Install every client program we know, and run them all against a local org
	@cargo run --quiet --locked --package xtask -- clients --all

demo: install-compiler ## Build Salesbridge, then show the whole story against a local Salesforce org
	@echo "Building salesbridge in $(CARGO_TARGET_DIR): a few minutes the first time, seconds afterwards."
	@cargo build --locked --package salesbridge-cli
	@if [ -t 0 ] && [ -t 1 ]; then \
	  exec "$(CARGO_TARGET_DIR)/debug/salesbridge" demo $(ARGS); \
	else \
	  exec "$(CARGO_TARGET_DIR)/debug/salesbridge" demo --once $(ARGS); \
	fi

fuzz: install-tools ## Throw inputs at the local org and the SOQL parser, ten minutes for each of four targets
	@cargo run --quiet --locked --package xtask -- fuzz

fmt: ## Format the code
	@cargo fmt --all

install-tools: install-compiler ## Install the tools that the checks need, those that are missing
	@cargo fmt --version >/dev/null 2>&1 || { \
	  echo "Installing rustfmt, which checks the format of the code."; \
	  rustup component add rustfmt; }
	@cargo clippy --version >/dev/null 2>&1 || { \
	  echo "Installing clippy, which finds what compiles and is still wrong."; \
	  rustup component add clippy; }
	@cargo nextest --version >/dev/null 2>&1 || { \
	  echo "Installing cargo-nextest $(NEXTEST_VERSION), which runs the tests, into $(TOOLS). About three minutes, once."; \
	  $(INSTALL) --version $(NEXTEST_VERSION) --no-default-features --features default-no-update cargo-nextest; }
	@cargo deny --version >/dev/null 2>&1 || { \
	  echo "Installing cargo-deny $(DENY_VERSION), which checks licences and sources of crates, into $(TOOLS). About a minute, once."; \
	  $(INSTALL) --version $(DENY_VERSION) cargo-deny; }
	@rm -rf "$(TOOLS)/target"
	@command -v c++ >/dev/null || { \
	  echo "Installing g++: libFuzzer is C++."; \
	  $(SUDO) apt-get update; \
	  $(SUDO) apt-get install --yes --no-install-recommends g++; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Installing Python: clients of Salesforce are written in it, and so is schemathesis."; \
	  $(SUDO) apt-get update; \
	  $(SUDO) apt-get install --yes --no-install-recommends python3 python3-venv; }
	@command -v node >/dev/null && command -v npm >/dev/null || { \
	  echo "Installing Node.js and npm: clients of Salesforce are written for it."; \
	  $(SUDO) apt-get update; \
	  $(SUDO) apt-get install --yes --no-install-recommends nodejs npm; }
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || [ -n "$${SALESBRIDGE_TEST_POSTGRES_URL:-}" ] || { \
	  echo "Installing PostgreSQL: the store's tests need a real one. They start a server of their own; Debian's may be stopped."; \
	  $(SUDO) apt-get update; \
	  $(SUDO) apt-get install --yes --no-install-recommends postgresql; }

install-compiler:
	@command -v cargo >/dev/null || { \
	  echo "Rust is missing. Install it as https://rustup.rs says, open a new shell, and try again." >&2; \
	  exit 1; }
	@printf 'int main(void){return 0;}' | cc -x c -include stdlib.h -o /dev/null - 2>/dev/null || { \
	  echo "Installing gcc and the C library's headers: Rust links with them, and SQLite and the TLS library are partly C."; \
	  $(SUDO) apt-get update; \
	  $(SUDO) apt-get install --yes --no-install-recommends gcc libc6-dev; }
