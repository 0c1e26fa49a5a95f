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

## On this machine, without an AWS account

# Another emulator instead of ours: AWS_ENDPOINT_URL=http://127.0.0.1:4566.
LOCAL_PORT ?= 4566
endpoint := $(or $(AWS_ENDPOINT_URL),http://127.0.0.1:$(LOCAL_PORT))
local_env := env -u AWS_PROFILE -u AWS_SESSION_TOKEN AWS_ENDPOINT_URL=$(endpoint) AWS_ACCESS_KEY_ID=local \
	AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-2 CDK_VALIDATION=false NODE_NO_WARNINGS=1
localaws := $(local_env) build/localaws/localaws
local_flags := -port $(LOCAL_PORT) -endpoint $(endpoint) -suffix $(or $(SUFFIX),dev)
local_deploy = @$(local_env) $(cdk) deploy $(filter-out --require-approval=%,$(deploy_flags)) --require-approval=never $(context)

.PHONY: local local-diff local-release local-rehearse local-destroy local-stop integration integration-live local-start
local: local-start ## deploy all stacks here, in two minutes
	@$(local_env) $(cdk) bootstrap --quiet aws://$$($(localaws) account $(local_flags))/us-east-2
	$(local_deploy)
	@go run ./tools/outputs -file cfn-outputs/outputs.json
	@$(localaws) summary $(local_flags)

local-diff: build ## fail if there is a difference to what is deployed here
	@$(local_env) $(cdk) diff --fail $(context)

local-release: local-start ## release an image here: make local-release TAG=v2
	@$(localaws) push $(local_flags) $(TAG)
	$(local_deploy) -c imageTag=$(TAG)
	@$(localaws) summary $(local_flags)

local-rehearse: local-start ## let releases fail here, and see the old version serve again
	@$(localaws) rehearse $(local_flags) $(cdk)

local-destroy: build ## delete all stacks here; fail if something is left
	@$(local_env) $(cdk) destroy --all --force $(context)
	@$(localaws) leftover $(local_flags)

local-stop: ## end what make local has started
	@go build -o build/localaws/localaws ./localaws
	@$(localaws) stop $(local_flags)

local-start: build
	@tools/progress "compiling localaws" go build -o build/localaws/localaws ./localaws
	@$(localaws) start $(local_flags)

integration: local ## check what is deployed here through the AWS APIs
	@$(local_env) go test ./integration -count=1 -v -target=local -suffix=$(or $(SUFFIX),dev)

integration-live: ## check a real environment: make integration-live SUFFIX=dev (needs AWS credentials)
	@[ -n "$(SUFFIX)" ] || { echo "say which environment, as in make integration-live SUFFIX=dev"; exit 1; }
	@$(MAKE) --no-print-directory outputs SUFFIX=$(SUFFIX)
	@go test ./integration -count=1 -v -timeout 3h -target=live -suffix=$(SUFFIX)

## Before a pull request

.PHONY: check gates lint vuln cover race generate fuzz simulate simulate-trials mutate
check: ## all that CI checks
	@.ci/run

gates: build ## cdk-nag, our own rules, Control Tower's, and sabotage that they must notice
	@echo "asking the gates about dev, staging and prod …"
	@go test ./gates -count=1 -skip TestGatesLook

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

generate: build ## rewrite README's configuration table, docs/simulation.md, controls.md, sabotage.md and the resource schema
	@go run ./localaws/schema/generate
	@go test ./stacks -count=1 -run TestReadmeExplainsEachKey -update
	@go test ./simulation -count=1 -run TestDocument -update
	@go test ./gates -count=1 -run TestDocuments -update

fuzz: build/modules ## fuzz the configuration's parser for five minutes
	@go test ./stacks -run '^$$' -fuzz FuzzLoadConfig -fuzztime $(or $(TIME),5m)

simulate: build/modules ## 100,000 random histories of releases, cancels and faults
	@echo "simulating, five minutes at most …"
	@go test ./simulation -count=1 -v -run TestHistories -histories $(or $(HISTORIES),100000)

simulate-trials: build/modules ## remove each protection of a release: the simulation must notice
	@echo "removing nine protections, one after the other …"
	@go test ./simulation -count=1 -v -run TestTrials -trials

mutate: build ## mutation tests of lambda/ and stacks/, an hour and more
	@tools/mutate lambda
	@tools/mutate stacks

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
