# What a newcomer types: make demo, make test, make install.
SWIFT_STATIC = -Xswiftc -static-executable
RELEASE = -c release --product apus $(SWIFT_STATIC) -Xlinker --gc-sections -Xlinker -s
PREFIX ?= /usr/local
BUILD ?= .build
APUS = $(BUILD)/release/apus
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
PACKAGES = libseccomp-dev busybox-static

.PHONY: help build test bench install packages

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

packages:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || { $(SUDO) apt-get -q update && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get -q -y --no-install-recommends install $(PACKAGES); }

build: packages ## Build the static binary, .build/release/apus
	swift build --scratch-path $(BUILD) $(RELEASE)

test: build ## Run all tests, those on real containers as root
	APUS=$(abspath $(APUS)) swift test --scratch-path $(BUILD)

bench: build ## Measure apus beside crun, runc and the floor in C
	APUS=$(abspath $(APUS)) Bench/bench

install: build ## Install under PREFIX
	install -D -m 755 $(APUS) $(DESTDIR)$(PREFIX)/bin/apus
