# Names for the commands that a developer repeats; .ci/run needs no make.
.DEFAULT_GOAL := help

BUF  := go tool -modfile=tools/buf/go.mod buf
LINT := go tool -modfile=$(CURDIR)/tools/lint/go.mod golangci-lint

.PHONY: help
help: ## Print this list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "%-16s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Start the stand-ins and the gateway, issue a token of each product, keep serving.
	go run ./cmd/gateway sandbox

.PHONY: test
test: ## Run the tests.
	go test ./...

.PHONY: race
race: ## Run the tests under the race detector. Needs a C compiler.
	go test -race ./...

.PHONY: system
system: ## Run the tests that need programs: Prometheus, Chromium, podman, Node, curl.
	go test -C test/system -count=1 .

.PHONY: idempotency
idempotency: ## Do everything to the Redis of three replicas, a million calls, and check what their keys came to.
	go test -C test/system -count=1 -v -timeout 1h ./fleet -args -operations=1000000

.PHONY: drain
drain: ## Restart three replicas a hundred times under load, and kill them as often: a quarter of an hour. CI does each once.
	go test -C test/system -count=1 -v -timeout 3h -run '^Test(RollingRestarts|KilledReplicas)' ./fleet -args -rollouts=100

.PHONY: fuzz
fuzz: ## Fuzz the adapters, 20 s each.
	tools/fuzz.sh

.PHONY: mutants
mutants: ## Plant mistakes and leaks, and see that the tests named for them notice. CI leaves the leaks out.
	go run ./tools/mutants

.PHONY: grpc-versions
grpc-versions: ## Run the server's tests with the oldest grpc-go that is supported, and the newest.
	tools/grpc-versions.sh

.PHONY: bench-check
bench-check: ## Make everything that the benchmark compares answer once.
	go run ./bench -check

.PHONY: faults-timed
faults-timed: ## Make vendors fail in every way, a minute, judged by the time that things take too.
	go test ./cmd/gateway -run '^TestFaults$$' -count=1 -v -args -faults.timed

.PHONY: faults
faults: ## Make vendors fail in every way, half an hour, and write the table of docs/faults.md.
	go test ./cmd/gateway -run '^TestFaults$$' -count=1 -v -timeout 2h -args -faults.long -faults.table=$(CURDIR)/docs/faults.md

.PHONY: reload
reload: ## Reload a thousand times at 500 calls a second, and replace a hundred credentials: five minutes.
	go test ./cmd/gateway -run '^Test(Reloads|Rotations)UnderLoad$$' -count=1 -v -args -reload.long

.PHONY: attack
attack: ## Attack a gateway in every way, half an hour, and write the table of docs/security.md.
	go run ./tools/attack -long -table docs/security.md

.PHONY: bench
bench: ## Compare the gateway with a floor and with proxies, about half an hour: docs/performance.md.
	go run ./bench

.PHONY: soak
soak: ## Run an hour of mixed load and fail if the gateway grows.
	go run ./bench -soak 1h

.PHONY: lint
lint: ## Lint the Go code and the contract.
	$(LINT) run
	cd tools/thirdparty && $(LINT) run
	cd tools/chart && $(LINT) run
	cd tools/dashboards && $(LINT) run
	cd tools/release && $(LINT) run
	$(BUF) lint
	$(BUF) format proto --diff --exit-code

.PHONY: format
format: ## Format the Go code and the contract.
	$(LINT) fmt
	$(BUF) format proto -w

.PHONY: generate
generate: ## Write gen/, third_party/proto, the generated pages of docs/ and the configuration's schema anew.
	tools/generate.sh

.PHONY: chart
chart: ## Check what the Helm chart renders, and write deploy/kubernetes from its defaults.
	go run -C tools/chart .
	go test -C tools/chart -count=1 .

.PHONY: release
release: ## Make binaries, bills of materials, licences, image archives and checksums of the commit, in dist/.
	go run -C tools/release .

.PHONY: release-check
release-check: ## Make a release for all platforms twice, each compiled anew, and compare every byte.
	go test -C tools/release -count=1 -v -timeout 2h -run '^TestRelease$$' . -args -rebuild -platforms=linux/amd64,linux/arm64,darwin/amd64,darwin/arm64

.PHONY: docs
docs: ## Write docs/errors.md, docs/vendors.md and deploy/config.schema.json anew.
	go run ./tools/docs

.PHONY: generate-check
generate-check: ## Fail if generating changes a committed file.
	tools/generate-check.sh

.PHONY: breaking
breaking: ## Fail if the contract breaks clients of the last release.
	$(BUF) breaking proto --against proto/baseline.binpb

# Only at a release, with the released contract: whatever is in the baseline can
# no longer be changed or taken away.
.PHONY: baseline
baseline: ## Renew proto/baseline.binpb. At a release only.
	$(BUF) build proto --exclude-source-info -o proto/baseline.binpb

.PHONY: ci
ci: ## Run everything that CI runs.
	bash .ci/run
