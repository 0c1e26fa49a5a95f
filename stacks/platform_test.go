package stacks

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// platformFacts are properties that somebody would miss, by type and id prefix: what the template must say.
var platformFacts = []struct{ loss, kind, id, dev, prod string }{
	{"production's images", "AWS::ECR::Repository", "", `"EmptyOnDelete":true`, `"EmptyOnDelete":true`},
	{"the known holes of an image", "AWS::ECR::Repository", "", `"ScanOnPush":true`, `"ScanOnPush":true`},
	{"the image that was tested", "AWS::ECR::Repository", "", `"ImageTagMutability":"IMMUTABLE"`, `"ImageTagMutability":"IMMUTABLE"`},
	{"the running image", "AWS::ECR::Repository", "", `\"tagPrefixList\":[\"live-\"],\"countType\":\"imageCountMoreThan\",\"countNumber\":100000`, `\"rulePriority\":1`},
	{"the last ten images", "AWS::ECR::Repository", "", `\"countNumber\":10}`, `\"countNumber\":10}`},
	{"metrics of tasks", "AWS::ECS::Cluster", "", `"enhanced"`, `"enhanced"`},
	{"who was in a task", "AWS::ECS::Cluster", "", `"CloudWatchEncryptionEnabled":true`, `"Logging":"OVERRIDE"`},
	{"a stop in the middle of a payment", "AWS::ECS::TaskDefinition", "", `"StopTimeout":120`, `"StopTimeout":120`},
	{"the read-only root", "AWS::ECS::TaskDefinition", "", `"ReadonlyRootFilesystem":true`, `"ReadonlyRootFilesystem":true`},
	{"the unprivileged user", "AWS::ECS::TaskDefinition", "", `"User":"65532"`, `"Privileged":false`},
	{"the dropped capabilities", "AWS::ECS::TaskDefinition", "", `{"Capabilities":{"Drop":["ALL"]},"InitProcessEnabled":true}`, `"Drop":["ALL"]`},
	{"payments while logs are away", "AWS::ECS::TaskDefinition", "", `"mode":"non-blocking"`, `"max-buffer-size":"26214400b"`},
	{"a shell in a task", "AWS::ECS::TaskDefinition", "", `"/managed-agents","ReadOnly":false`, `"/var/lib/amazon/ssm","ReadOnly":false`},
	{"the architecture", "AWS::ECS::TaskDefinition", "", `"X86_64"`, `"X86_64"`},
	{"blue/green", "AWS::ECS::Service", "", `"DeploymentController":{"Type":"CODE_DEPLOY"}`, `"CODE_DEPLOY"`},
	{"Spot, or the base on demand", "AWS::ECS::Service", "", `[{"Base":2,"CapacityProvider":"FARGATE","Weight":1},{"CapacityProvider":"FARGATE_SPOT","Weight":4}]`, `"Weight":4`},
	{"ECS Exec", "AWS::ECS::Service", "", `"EnableExecuteCommand":true`, `"EnableExecuteCommand":true`},
	{"the grace of a start", "AWS::ECS::Service", "", `"HealthCheckGracePeriodSeconds":60`, `"DesiredCount":3`},
	{"privacy", "AWS::ECS::Service", "", `"AssignPublicIp":"DISABLED"`, `"AssignPublicIp":"DISABLED"`},
	{"tags of tasks", "AWS::ECS::Service", "", `"PropagateTags":"SERVICE"`, `"EnableECSManagedTags":true`},
	{"full capacity", "AWS::ECS::Service", "", `{"MaximumPercent":200,"MinimumHealthyPercent":100}`, `"MinimumHealthyPercent":100`},
	{"the load balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", "", `"deletion_protection.enabled","Value":"false"`, `"deletion_protection.enabled","Value":"true"`},
	{"safety from smuggled requests", "AWS::ElasticLoadBalancingV2::LoadBalancer", "", `"strictest"`, `"routing.http.drop_invalid_header_fields.enabled","Value":"true"`},
	{"HTTP/2", "AWS::ElasticLoadBalancingV2::LoadBalancer", "", `"routing.http2.enabled","Value":"true"`, `"internet-facing"`},
	{"the log of requests", "AWS::ElasticLoadBalancingV2::LoadBalancer", "", `"access_logs.s3.enabled","Value":"true"`, `"connection_logs.s3.enabled","Value":"true"`},
	{"the one listener of port 80", "AWS::ElasticLoadBalancingV2::Listener", "HttpListener", `"Port":80,"Protocol":"HTTP"`, `"RedirectConfig":{"Port":"443","Protocol":"HTTPS","StatusCode":"HTTP_301"}`},
	{"TLS of tests", "AWS::ElasticLoadBalancingV2::Listener", "TestListener", `"Port":9001,"Protocol":"HTTP"`, `"Port":9001,"Protocol":"HTTPS"`},
	{"requests in flight", "AWS::ElasticLoadBalancingV2::TargetGroup", "Blue", `"deregistration_delay.timeout_seconds","Value":"60"`, `"TargetType":"ip"`},
	{"the health check", "AWS::ElasticLoadBalancingV2::TargetGroup", "Green", `"HealthCheckPath":"/health"`, `"Matcher":{"HttpCode":"200"}`},
	{"the canary", "AWS::CodeDeploy::DeploymentGroup", "", `"CodeDeployDefault.ECSCanary10Percent5Minutes"`, `"CodeDeployDefault.ECSCanary10Percent5Minutes"`},
	{"the way back", "AWS::CodeDeploy::DeploymentGroup", "", `["DEPLOYMENT_FAILURE","DEPLOYMENT_STOP_ON_REQUEST","DEPLOYMENT_STOP_ON_ALARM"]`, `"DEPLOYMENT_STOP_ON_ALARM"`},
	{"the time to go back", "AWS::CodeDeploy::DeploymentGroup", "", `"TerminationWaitTimeInMinutes":5`, `"TerminationWaitTimeInMinutes":15`},
	{"the bounds of scaling", "AWS::ApplicationAutoScaling::ScalableTarget", "", `"MaxCapacity":10,"MinCapacity":3`, `"MaxCapacity":10`},
	{"scaling on CPU", "AWS::ApplicationAutoScaling::ScalingPolicy", "ServiceTaskCountTargetCpu", `"ScaleInCooldown":300,"ScaleOutCooldown":60,"TargetValue":70`, `"ECSServiceAverageCPUUtilization"`},
	{"scaling on memory", "AWS::ApplicationAutoScaling::ScalingPolicy", "ServiceTaskCountTargetMemory", `"ScaleInCooldown":300,"ScaleOutCooldown":60,"TargetValue":80`, `"ECSServiceAverageMemoryUtilization"`},
	{"a usable password", "AWS::SecretsManager::Secret", "", `"ExcludePunctuation":true,"GenerateStringKey":"password","PasswordLength":32`, `\"host\":\"database.invalid\"`},
	{"what runs without internet", "AWS::Lambda::Function", "HookFunction", `"Architectures":["arm64"]`, `"TracingConfig":{"Mode":"Active"}`},
	{"the probe's place", "AWS::Lambda::Function", "ProbeFunction", `"VpcConfig"`, `"provided.al2023"`},
}

func TestProductionSpeaksTLS(t *testing.T) {
	listener := platformResource(t, synthesized(t, "prod"), "AWS::ElasticLoadBalancingV2::Listener", "ProductionListener").Properties
	if listener["Port"] != 443.0 || listener["Protocol"] != "HTTPS" || listener["SslPolicy"] != "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" {
		t.Errorf("production listens on %v with %v and %v", listener["Port"], listener["Protocol"], listener["SslPolicy"])
	}
}

// A certificate that is added or taken away must not make a second listener for port 80, even for a moment: CloudFormation
// makes before it deletes, and could neither go on nor back.
func TestPortsKeepTheirListeners(t *testing.T) {
	byPort := map[any]map[string]bool{}
	for _, e := range variants(t) {
		for _, r := range e.resources("AWS::ElasticLoadBalancingV2::Listener") {
			if byPort[r.Properties["Port"]] == nil {
				byPort[r.Properties["Port"]] = map[string]bool{}
			}
			byPort[r.Properties["Port"]][r.ID] = true
		}
	}
	for port, ids := range byPort {
		if len(ids) != 1 {
			t.Errorf("port %v is wanted by %v", port, ids)
		}
	}
	redirect := platformResource(t, synthesized(t, "prod"), "AWS::ElasticLoadBalancingV2::Listener", "HttpListener")
	production := platformResource(t, synthesized(t, "prod"), "AWS::ElasticLoadBalancingV2::Listener", "ProductionListener")
	if waits := listed(redirect.Body["DependsOn"]); !slices.Contains(waits, any(production.ID)) {
		t.Errorf("customers are redirected before %s answers: the redirect waits for %v", production.ID, waits)
	}
}

func TestPlatformSaysWhatItMust(t *testing.T) {
	for _, fact := range platformFacts {
		for suffix, want := range map[string]string{"dev": fact.dev, "prod": fact.prod} {
			r := platformResource(t, synthesized(t, suffix), fact.kind, fact.id)
			raw := new(strings.Builder)
			encoder := json.NewEncoder(raw)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(r.Properties); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(raw.String(), want) {
				t.Errorf("%s loses %s: %s has no %s in %s", suffix, fact.loss, r.ID, want, raw)
			}
		}
	}
}

func platformResource(t *testing.T, e *environment, kind, id string) resource {
	t.Helper()
	var found []resource
	for _, r := range e.resources(kind) {
		if r.Stack == "platform" && strings.HasPrefix(r.ID, id) {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("found %d of type %s with id %s…, want 1", len(found), kind, id)
	}
	return found[0]
}

// Without the order ECS makes the log group itself: unencrypted, kept for ever, and left behind by destroy.
func TestContainerInsightsLogsAreOurs(t *testing.T) {
	e := synthesized(t, "dev")
	group := platformResource(t, e, "AWS::Logs::LogGroup", "InsightsLogs")
	if got := group.Properties["LogGroupName"]; got != "/aws/ecs/containerinsights/payment-processor-dev/performance" {
		t.Errorf("named %v", got)
	}
	if after := listed(e.only(t, "AWS::ECS::Cluster").Body["DependsOn"]); !slices.Contains(after, any(group.ID)) {
		t.Errorf("the cluster comes after %v, want %s among them", after, group.ID)
	}
}

// In an account that never had a cluster, what comes right after it finds no service-linked role of ECS.
func TestTheServiceLinkedRoleOfECSHasTimeToSpread(t *testing.T) {
	e := synthesized(t, "dev")
	cluster := e.only(t, "AWS::ECS::Cluster").ID
	balancer := e.only(t, "AWS::ElasticLoadBalancingV2::LoadBalancer")
	providers := e.only(t, "AWS::ECS::ClusterCapacityProviderAssociations")
	service := e.only(t, "AWS::ECS::Service")
	for _, after := range []struct {
		late  resource
		early string
	}{{balancer, cluster}, {providers, balancer.ID}, {service, providers.ID}} {
		if waits := listed(after.late.Body["DependsOn"]); !slices.Contains(waits, any(after.early)) {
			t.Errorf("%v comes after %v, want %s among them", after.late, waits, after.early)
		}
	}
}

// What an auditor may ask for, and what keeps it readable, outlives production's stack; elsewhere nothing does.
func TestProductionKeepsThePlatformsData(t *testing.T) {
	kept := []string{"AWS::ECR::Repository", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}
	for suffix, want := range map[string]string{"dev": "Delete", "prod": "RetainExceptOnCreate"} {
		e := synthesized(t, suffix)
		for _, r := range e.resources(kept...) {
			if r.Stack == "platform" && r.Body["DeletionPolicy"] != want {
				t.Errorf("%s: %v is %v, want %s", suffix, r, r.Body["DeletionPolicy"], want)
			}
		}
		for _, id := range []string{"Logs", "SessionLogs"} {
			if r := platformResource(t, e, "AWS::Logs::LogGroup", id); r.Body["DeletionPolicy"] != want {
				t.Errorf("%s: %v is %v, want %s", suffix, r, r.Body["DeletionPolicy"], want)
			}
		}
		task := e.only(t, "AWS::ECS::TaskDefinition")
		if task.Body["DeletionPolicy"] != "RetainExceptOnCreate" || task.Body["UpdateReplacePolicy"] != "Retain" {
			t.Errorf("%s: the revision that a rollback needs is gone", suffix)
		}
	}
	if emptied := synthesized(t, "prod").resources("Custom::S3AutoDeleteObjects"); len(emptied) > 0 {
		t.Errorf("production empties %v", emptied)
	}
}

func TestDomainGetsARecordAndACertificate(t *testing.T) {
	e := synthesized(t, "dev", object{"domainName": "pay.example.com", "hostedZoneId": "Z0123456789ABCDEFGHIJ", "zoneName": "example.com"})
	record := properties(t, e, e.only(t, "AWS::Route53::RecordSet"))
	if record["Name"] != "pay.example.com." || record["HostedZoneId"] != "Z0123456789ABCDEFGHIJ" || record["AliasTarget"] == nil {
		t.Errorf("the domain is %v", record)
	}
	certificate := e.only(t, "AWS::CertificateManager::Certificate")
	if certificate.Properties["ValidationMethod"] != "DNS" {
		t.Errorf("the certificate waits for %v", certificate.Properties["ValidationMethod"])
	}
	redirect := asObject(listed(platformResource(t, e, "AWS::ElasticLoadBalancingV2::Listener", "HttpListener").Properties["DefaultActions"])[0])
	if got := asObject(redirect["RedirectConfig"]); got["Protocol"] != "HTTPS" || got["Port"] != "443" || got["StatusCode"] != "HTTP_301" {
		t.Errorf("plain HTTP gets %v", got)
	}
	for _, suffix := range []string{"dev", "prod"} {
		if found := synthesized(t, suffix).resources("AWS::Route53::RecordSet", "AWS::CertificateManager::Certificate"); len(found) > 0 {
			t.Errorf("%s: %v without a domain", suffix, found)
		}
	}
}

// admitted are the ports of the load balancer, and for whom.
func admitted(t *testing.T, e *environment) []string {
	t.Helper()
	var all []string
	group := platformResource(t, e, "AWS::EC2::SecurityGroup", "LoadBalancerSecurityGroup")
	for _, rule := range listed(group.Properties["SecurityGroupIngress"]) {
		all = append(all, strings.ReplaceAll(asObject(rule)["Description"].(string), " from ", ":"))
	}
	slices.Sort(all)
	return all
}

func TestLoadBalancerAdmitsWhomTheConfigurationNames(t *testing.T) {
	for _, c := range []struct {
		suffix  string
		context object
		want    []string
	}{
		{"dev", nil, []string{"HTTP:0.0.0.0/0"}},
		{"prod", nil, []string{"HTTPS:0.0.0.0/0", "Redirects to HTTPS:0.0.0.0/0"}},
		{"dev", object{"ingressCidrs": "192.0.2.0/24", "testIngressCidrs": "198.51.100.0/24"}, []string{"HTTP:192.0.2.0/24", "Tests of a release:198.51.100.0/24"}},
	} {
		if got := admitted(t, synthesized(t, c.suffix, c.context)); !slices.Equal(got, c.want) {
			t.Errorf("%s %v admits %v, want %v", c.suffix, c.context, got, c.want)
		}
	}
}

func TestBakeMinutesMakeADeploymentConfig(t *testing.T) {
	for name, want := range map[string]string{
		"CodeDeployDefault.ECSCanary10Percent5Minutes":      `{"TimeBasedCanary":{"CanaryInterval":2,"CanaryPercentage":10},"Type":"TimeBasedCanary"}`,
		"CodeDeployDefault.ECSLinear10PercentEvery1Minutes": `{"TimeBasedLinear":{"LinearInterval":2,"LinearPercentage":10},"Type":"TimeBasedLinear"}`,
	} {
		e := synthesized(t, "dev", object{"deploymentConfigName": name, "bakeMinutes": "2"})
		raw, err := json.Marshal(e.only(t, "AWS::CodeDeploy::DeploymentConfig").Properties["TrafficRoutingConfig"])
		if err != nil || string(raw) != want {
			t.Errorf("%s: got %s %v, want %s", name, raw, err, want)
		}
	}
	if found := synthesized(t, "dev").resources("AWS::CodeDeploy::DeploymentConfig"); len(found) > 0 {
		t.Errorf("%v although CodeDeploy has its own", found)
	}
}

// CodeDeploy takes ten alarms; each must be of a group that can be the new one, and forgive silence.
func TestGateAlarms(t *testing.T) {
	e := synthesized(t, "dev")
	seen := map[string]bool{}
	for _, name := range listed(asObject(e.only(t, "AWS::CodeDeploy::DeploymentGroup").Properties["AlarmConfiguration"])["Alarms"]) {
		id, _ := e.reference("platform", asObject(name)["Name"])
		gate := platformResource(t, e, "AWS::CloudWatch::Alarm", strings.TrimPrefix(id, "platform/"))
		seen[strings.TrimPrefix(gate.ID, "Gate")[:8]] = true
		p := gate.Properties
		if p["TreatMissingData"] != "notBreaching" || p["EvaluationPeriods"] != float64(2) || p["ComparisonOperator"] != "GreaterThanThreshold" {
			t.Errorf("%v fires otherwise than when two minutes are bad: %v", gate, p)
		}
	}
	if got := slices.Sorted(maps.Keys(seen)); len(got) != 6 {
		t.Errorf("gates %v, want three of each group", got)
	}
	for id, threshold := range map[string]float64{"GateBlueUnhealthy": 0, "GateGreenErrors": 5, "GateGreenSlow": 2} {
		if got := platformResource(t, e, "AWS::CloudWatch::Alarm", id).Properties["Threshold"]; got != threshold {
			t.Errorf("%s fires above %v, want %v", id, got, threshold)
		}
	}
}

func TestArchitectureIsTheConfigured(t *testing.T) {
	e := synthesized(t, "dev", object{"architecture": "ARM64"})
	if got := asObject(e.only(t, "AWS::ECS::TaskDefinition").Properties["RuntimePlatform"])["CpuArchitecture"]; got != "ARM64" {
		t.Errorf("tasks run on %v", got)
	}
	if got := e.only(t, "Custom::ImageGate").Properties["Architecture"]; got != "ARM64" {
		t.Errorf("the bootstrap image is for %v", got)
	}
}

func TestCustomPropertiesRefusesWhatHasNoJSON(t *testing.T) {
	for name, broken := range map[string]any{"no JSON": func() {}, "no object": "text"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			customProperties(broken)
		}()
	}
}
