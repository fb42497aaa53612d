# What a newcomer types: make demo, make test, make install.
PREFIX ?= /usr/local
BUILD ?= .build
MINUTES ?= 20
DEB ?= $(BUILD)
APUS = $(abspath $(BUILD))/release/apus
# Without the import that every module has of itself, a megabyte of regular expressions isn't linked.
# A section for each function, so that the linker leaves out those that nobody calls.
# The linker lays out those that are called as Bench/functions says, so that they share pages.
# The names of all characters are left out: Sources/apus/RuntimeAtStart.swift.
# It begins in Sources/apus/SealAtStart.swift, before the C library does.
STRIP = -Xlinker -s
STATIC = -Xswiftc -static-executable -Xswiftc -use-ld=lld -Xlinker --gc-sections $(STRIP) \
  -Xlinker --symbol-ordering-file=$(CURDIR)/Bench/functions -Xlinker --no-warn-symbol-ordering \
  -Xlinker -e -Xlinker apus_start -Xlinker --wrap=_swift_stdlib_getScalarName \
  -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import
export BUILD APUS

# By Debian's names; Scripts/packages installs those that are missing.
TO_BUILD = gcc libc6-dev libseccomp-dev
TO_DEMO = busybox-static procps
TO_TEST = $(TO_DEMO) crun fish groff-base libcap2-bin mandoc runc spin strace uidmap zsh
TO_TEST_VM = busybox-static cpio e2fsprogs mmdebstrap qemu-system-x86 xz-utils
TO_TEST_OCI = runc golang-go golang-github-opencontainers-runtime-tools-dev \
  golang-github-google-uuid-dev golang-github-mrunalp-fileutils-dev debian-archive-keyring xz-utils
TO_TEST_ENGINES = $(TO_DEMO) runc docker.io docker-compose containerd podman buildah catatonit iptables \
  iproute2 jq netavark aardvark-dns slirp4netns fuse-overlayfs tini uidmap
TO_BENCH = hyperfine strace
TO_PLOT = python3-matplotlib fonts-dejavu-core

.PHONY: help demo build test test-vm test-oci test-engines test-engines-vm fuzz guard counts order bench \
  plot install deb lint model clean

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

demo: ## Take a container from create to delete, before your eyes
	@Scripts/packages $(TO_BUILD) $(TO_DEMO)
	@$(MAKE) --no-print-directory build
	@Scripts/demo

build: ## Build the static binary, .build/release/apus
	@Scripts/packages $(TO_BUILD)
	swift build --scratch-path $(BUILD) -c release --product apus $(STATIC)

test: ## Check everything, on real containers too (as root)
	@Scripts/packages $(TO_BUILD) $(TO_TEST)
	@Scripts/test

test-vm: ## Check containers under systemd and cgroup v2, in a virtual machine
	@Scripts/packages $(TO_BUILD) $(TO_TEST_VM)
	@$(MAKE) --no-print-directory build
	swift build --scratch-path $(BUILD) --build-tests
	@Scripts/test-vm

fuzz: ## Fuzz what reads foreign input (MINUTES=20 each, FUZZ=target for one)
	@Scripts/packages $(TO_BUILD)
	@Scripts/fuzz $$(($(MINUTES) * 60)) $(FUZZ)

test-oci: ## Run the OCI's own validation programs on runc and apus (as root)
	@Scripts/packages $(TO_BUILD) $(TO_TEST_OCI)
	@$(MAKE) --no-print-directory build
	@Scripts/test-oci

test-engines: ## Run Docker, Podman, containerd and Buildah on apus (as root)
	@Scripts/packages $(TO_BUILD) $(TO_TEST_ENGINES)
	@$(MAKE) --no-print-directory build
	@Scripts/test-engines

test-engines-vm: ## Run them in a virtual machine with systemd, and Podman as a user
	@Scripts/packages $(TO_BUILD) $(TO_TEST_VM)
	@$(MAKE) --no-print-directory build
	@VM_PACKAGES="$(strip $(TO_TEST_ENGINES))" Scripts/test-engines --vm

guard: ## Check that no command has come to cost more calls, faults or instructions (as root)
	@Scripts/packages $(TO_BUILD)
	@$(MAKE) --no-print-directory build
	@Bench/guard

counts: ## Write down what they cost now, for make guard (as root)
	@Scripts/packages $(TO_BUILD)
	@$(MAKE) --no-print-directory build
	@Bench/guard --update

order: ## Write down anew which functions the linker is to lay together (as root)
	@Scripts/packages $(TO_BUILD)
	@$(MAKE) --no-print-directory build STRIP= BUILD=$(BUILD)/order
	@Bench/order $(BUILD)/order/release/apus

bench: ## Measure apus beside crun, runc and a floor in C (BENCH=options of Bench/bench)
	@Scripts/packages $(TO_BUILD) $(TO_BENCH)
	@$(MAKE) --no-print-directory build
	Bench/bench $(BENCH)

plot: ## Measure, and draw docs/bench.png of it (BENCH=options of Bench/bench)
	@Scripts/packages $(TO_BUILD) $(TO_BENCH) $(TO_PLOT)
	@$(MAKE) --no-print-directory build
	Bench/bench --json $(BUILD)/bench.json $(BENCH)
	Bench/plot $(BUILD)/bench.json docs/bench.png

install: build ## Install it, its manual pages and completions (PREFIX=/usr/local)
	@DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) Scripts/install

deb: build ## Make a Debian package of it (in DEB=.build)
	@Scripts/deb $(DEB)

lint: ## Check the format of the Swift code
	swift format lint --strict --recursive Sources Tests Fuzz Examples Package.swift

model: ## Search the model of the start gate for what must not happen
	@Scripts/packages gcc libc6-dev spin
	Scripts/check-model

clean: ## Remove all that was built
	rm -rf $(BUILD)
