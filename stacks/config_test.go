package stacks

import (
	"maps"
	"reflect"
	"testing"
)

// load reads a context that must be in order.
func load(t *testing.T, context object) Config {
	t.Helper()
	config, err := LoadConfig(context, noVariables)
	if err != nil {
		t.Fatalf("%v: %v", context, err)
	}
	return config
}

// `cdk deploy` on a fresh clone says nothing at all: this is what it then means.
func TestDefaults(t *testing.T) {
	want := Config{
		EnvironmentSuffix: "dev", Region: "us-east-2",
		Network:          NetworkConfig{VpcCidr: "10.0.0.0/16", AvailabilityZones: 2, NatGateways: 1},
		Task:             TaskConfig{ContainerPort: 8080, HealthCheckPath: "/health", CPU: 2048, MemoryMiB: 4096, Architecture: "X86_64", TargetProtocol: "HTTP"},
		Scaling:          ScalingConfig{DesiredCount: 3, MinCapacity: 3, MaxCapacity: 10, CPUTargetPercent: 70, MemoryTargetPercent: 80},
		Capacity:         CapacityConfig{FargateBase: 2, FargateWeight: 1, FargateSpotWeight: 4},
		LoadBalancer:     LoadBalancerConfig{IngressCidrs: []string{"0.0.0.0/0"}, TestIngressCidrs: []string{}, RequestsPerAddress: 6000},
		Audit:            AuditConfig{LogDays: 30},
		Deployment:       DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes", TerminationWaitMinutes: 5},
		Database:         DatabaseConfig{Mode: "created", MaxACU: 4, AutoPauseMinutes: 30, BackupDays: 7, Port: 5432, Name: "payments"},
		LogRetentionDays: 30,
		Tags:             map[string]string{},
	}
	compareConfig(t, load(t, nil), want)

	want.EnvironmentSuffix = "pr-1234"
	compareConfig(t, load(t, object{"environmentSuffix": "pr-1234"}), want)

	want.EnvironmentSuffix = "staging"
	want.Network.NatGateways = 2
	want.Deployment.TerminationWaitMinutes = 10
	want.Database.MinACU = 1
	compareConfig(t, load(t, object{"environmentSuffix": "staging"}), want)

	want.EnvironmentSuffix = "prod"
	want.Network.AvailabilityZones, want.Network.NatGateways = 3, 3
	want.Deployment.TerminationWaitMinutes = 15
	want.Database.MinACU, want.Database.MaxACU, want.Database.Readers, want.Database.BackupDays = 2, 16, 1, 35
	want.Audit = AuditConfig{LogDays: 400, ArchiveLogs: true}
	want.LoadBalancer.CertificateArn = testCertificate
	compareConfig(t, load(t, object{"environmentSuffix": "prod", "certificateArn": testCertificate}), want)
}

func compareConfig(t *testing.T, got, want Config) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// -c gives texts and cdk.json gives types; who moves a setting from one to the other must get the same environment.
func TestTextsAndTypesMeanTheSame(t *testing.T) {
	texts := load(t, object{
		"cpu": "1024", "fargateSpotWeight": "0", "testIngressCidrs": "198.51.100.0/24, 203.0.113.0/24", "ingressCidrs": "203.0.113.0/24",
		"tags": "owner = payments, cost-center=a=b",
	})
	types := load(t, object{
		"cpu": 1024.0, "fargateSpotWeight": 0.0, "testIngressCidrs": []any{"198.51.100.0/24", "203.0.113.0/24"},
		"ingressCidrs": []any{"203.0.113.0/24"}, "tags": object{"owner": "payments", "cost-center": "a=b"},
	})
	compareConfig(t, texts, types)
	if texts.Task.CPU != 1024 || texts.Capacity.FargateSpotWeight != 0 {
		t.Errorf("cpu %d, weight %d, want 1024 and 0", texts.Task.CPU, texts.Capacity.FargateSpotWeight)
	}
	if got := texts.LoadBalancer.TestIngressCidrs; !reflect.DeepEqual(got, []string{"198.51.100.0/24", "203.0.113.0/24"}) {
		t.Errorf("test sources are %q", got)
	}
	if !reflect.DeepEqual(texts.Tags, map[string]string{"owner": "payments", "cost-center": "a=b"}) {
		t.Errorf("tags are %v", texts.Tags)
	}
}

// null in cdk.json, and nothing after the = of -c, are ways to take a setting back.
func TestNullAndNothingAreAbsent(t *testing.T) {
	nulls := object{}
	for _, k := range keys {
		nulls[k.name] = nil
	}
	compareConfig(t, load(t, nulls), load(t, nil))
	delete(nulls, "environmentSuffix")
	delete(nulls, "environments")
	compareConfig(t, load(t, object{"environments": object{"dev": nulls, "prod": nil}}), load(t, nil))

	base := object{"imageTag": "1.4.2", "certificateArn": testCertificate, "testIngressCidrs": "198.51.100.0/24"}
	taken := object{"imageTag": "", "certificateArn": "", "testIngressCidrs": "", "tags": "", "environments": object{"dev": base}}
	compareConfig(t, load(t, taken), load(t, nil))
}

func TestLaterSourcesWin(t *testing.T) {
	environments := object{
		"prod": object{"natGateways": 1.0, "cpu": 4096.0, "memoryMiB": 8192.0, "certificateArn": testCertificate, "tags": object{"owner": "prod", "tier": "1"}},
		"dev":  object{"natGateways": 0.0},
	}
	prod := load(t, object{"environmentSuffix": "prod", "environments": environments, "cpu": "2048", "tags": "owner=cli"})
	if prod.Network.NatGateways != 1 || prod.Network.AvailabilityZones != 3 {
		t.Errorf("%+v, want the NAT gateways of environments.prod and the zones of the stage", prod.Network)
	}
	if prod.Task.CPU != 2048 || prod.Task.MemoryMiB != 8192 {
		t.Errorf("%+v, want the CPU of -c and the memory of environments.prod", prod.Task)
	}
	if !reflect.DeepEqual(prod.Tags, map[string]string{"owner": "cli", "tier": "1"}) {
		t.Errorf("tags %v, want those of both, -c's where they differ", prod.Tags)
	}
	if dev := load(t, object{"environments": environments}); dev.Network.NatGateways != 0 || dev.Task.CPU != 2048 {
		t.Errorf("%+v, want environments.dev and nothing of prod", dev)
	}
	if other := load(t, object{"environmentSuffix": "pr-1", "environments": environments}); other.Network.NatGateways != 1 {
		t.Errorf("%+v, want nothing of environments.dev in another environment", other.Network)
	}
}

func TestEnvironmentSuffixVariable(t *testing.T) {
	for _, c := range []struct {
		context  object
		variable string
		suffix   string
		zones    int
	}{
		{nil, "", "dev", 2},
		{nil, "prod", "prod", 3},
		{object{"environmentSuffix": nil}, "prod", "prod", 3},
		{object{"environmentSuffix": "staging"}, "prod", "staging", 2},
		{object{"environmentSuffix": "prod"}, "staging", "prod", 3},
		{object{"environmentSuffix": "staging"}, "NOT VALID", "staging", 2},
	} {
		context := object{"certificateArn": testCertificate}
		maps.Copy(context, c.context)
		config, err := LoadConfig(context, variable("ENVIRONMENT_SUFFIX", c.variable))
		if err != nil || config.EnvironmentSuffix != c.suffix || config.Network.AvailabilityZones != c.zones {
			t.Errorf("%v with ENVIRONMENT_SUFFIX=%q is %q with %d zones (%v), want %q with %d",
				c.context, c.variable, config.EnvironmentSuffix, config.Network.AvailabilityZones, err, c.suffix, c.zones)
		}
	}
	_, err := LoadConfig(nil, variable("ENVIRONMENT_SUFFIX", "Prod"))
	want := `ENVIRONMENT_SUFFIX must be ` + suffixRule.accepted + `, received "Prod": write something like dev, staging, prod or pr-1234`
	if found, _ := err.(Mistakes); len(found) != 1 || found[0].Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The context is the CDK's as well: feature flags, look-ups and what the CLI remembers are no mistakes of the user's.
func TestKeysOfTheCDKAreLeftAlone(t *testing.T) {
	compareConfig(t, load(t, object{
		"@aws-cdk/core:enablePartitionLiterals":                             true,
		"availability-zones:account=111122223333:region=us-east-2":          []any{"us-east-2a"},
		"aws:cdk:enable-path-metadata":                                      true,
		"library/setting":                                                   1.0,
		"acknowledged-issue-numbers":                                        []any{34892.0},
		"cli-telemetry":                                                     false,
		"@aws-cdk-containers/ecs-service-extensions:enableDefaultLogDriver": true,
	}), load(t, nil))
	_ = mistakesOf(t, object{"cli-telemetri": false})
}

func TestProduction(t *testing.T) {
	for suffix, want := range map[string]bool{"dev": false, "staging": false, "prod": true, "prod-2": false} {
		if got := (Config{EnvironmentSuffix: suffix}).Production(); got != want {
			t.Errorf("%s: production %v, want %v", suffix, got, want)
		}
	}
}

func TestTLS(t *testing.T) {
	for _, c := range []struct {
		lb   LoadBalancerConfig
		want bool
	}{
		{LoadBalancerConfig{}, false},
		{LoadBalancerConfig{CertificateArn: testCertificate}, true},
		{LoadBalancerConfig{DomainName: "pay.example.com"}, true},
	} {
		if got := c.lb.TLS(); got != c.want {
			t.Errorf("%+v: TLS %v, want %v", c.lb, got, c.want)
		}
	}
}
