# Runs with GNU make 3.81 (macOS) and newer. Bare `make` prints the targets.
#   SUFFIX=prod            the environment, default dev
#   ARGS='-c imageTag=v2'  handed to the CDK CLI as it stands

SUFFIX ?=
ARGS ?=
# A person is asked before permissions widen. A pipeline reviewed `make diff` and has nobody to ask.
APPROVAL ?= $(if $(CI),never,broadening)

cdk := node_modules/.bin/cdk
context := $(if $(SUFFIX),-c environmentSuffix=$(SUFFIX)) $(ARGS)
tool := go tool -modfile=tools/tools.mod
packages := ./...

# No hotswap and no drift reversal, even where a ~/.cdk.json asks for them: both change what a release moved.
deploy_flags := --all --method=change-set --rollback --no-hotswap --no-hotswap-fallback --no-revert-drift \
	--require-approval=$(APPROVAL) --outputs-file cfn-outputs/outputs.json

.DEFAULT_GOAL := help

## Every day

.PHONY: help synth test diff deploy outputs destroy
help: ## print this list
	@awk '/^## / { print (sections++ ? "\n" : "") substr($$0, 4) } \
		/^[a-z-]+:.*## / { split($$0, part, ":.*## "); printf "  make %-15s %s\n", part[1], part[2] }' $(MAKEFILE_LIST)

synth: build ## install what is needed, emit the templates into cdk.out
	@echo "synthesizing and validating …"
	@$(cdk) synth --quiet $(context)
	@ls cdk.out/*.template.json

test: build ## run all tests
	@echo "testing, two minutes at most after the first build …"
	@go test $(packages)

diff: build ## show what a deployment would change (needs AWS credentials)
	@$(cdk) diff $(context)

deploy: build ## deploy all stacks (needs AWS credentials)
	@$(cdk) deploy $(deploy_flags) $(context)
	@go run ./tools/outputs -file cfn-outputs/outputs.json

outputs: synth ## write cfn-outputs/flat-outputs.json from the deployed stacks (needs AWS credentials)
	@go run ./tools/outputs -assembly cdk.out

destroy: build ## delete all stacks (needs AWS credentials)
	@$(cdk) destroy --all $(context)

## Before a pull request

.PHONY: check lint vuln cover race generate fuzz simulate simulate-trials mutate
check: ## all that CI checks
	@.ci/run

lint: build/modules ## golangci-lint
	@echo "linting, minutes the first time because the linter is compiled …"
	@$(tool) golangci-lint run --config tools/golangci.yml $(packages)

vuln: build/modules ## govulncheck; skipped where its database is out of reach
	@tools/vuln

cover: build ## all tests, failing below 100 % of statements
	@go run ./tools/cover $(ARGS)

race: build/modules ## the functions' and the simulation's tests under the race detector
	@echo "testing with the race detector, a minute more the first time …"
	@go test -race ./lambda/... ./simulation/... ./internal/... ./tools/...

generate: build/modules ## rewrite README's configuration table and docs/simulation.md
	@go test ./stacks -count=1 -run TestReadmeExplainsEachKey -update
	@go test ./simulation -count=1 -run TestDocument -update

fuzz: build/modules ## fuzz the configuration's parser for five minutes
	@go test ./stacks -run '^$$' -fuzz FuzzLoadConfig -fuzztime $(or $(TIME),5m)

simulate: build/modules ## 100,000 random histories of releases, cancels and faults
	@echo "simulating, five minutes at most …"
	@go test ./simulation -count=1 -v -run TestHistories -histories $(or $(HISTORIES),100000)

simulate-trials: build/modules ## remove each protection of a release: the simulation must notice
	@echo "removing seven protections, one after the other …"
	@go test ./simulation -count=1 -v -run TestTrials -trials

mutate: build ## mutation tests of stacks/, a quarter of an hour
	@tools/mutate

## Housekeeping

.PHONY: build clean
build: doctor node_modules/.package-lock.json build/modules ## compile the app
	@tools/progress "compiling the app" go build -o build/payment .

clean: ## remove what was built, not what was downloaded
	@rm -rf build cdk.out cfn-outputs

.PHONY: doctor
doctor:
	@tools/doctor

node_modules/.package-lock.json: package.json package-lock.json | doctor
	@tools/progress "installing the CDK CLI" npm ci --no-audit --no-fund
	@touch $@

build/modules: go.mod go.sum | doctor
	@tools/progress "downloading Go modules" go mod download
	@mkdir -p build && touch $@
