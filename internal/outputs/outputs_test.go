package outputs

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// keys are the ones of the design: pipelines read them, so they never change.
var keys = []string{
	"vpc_id", "private_subnet_ids", "public_subnet_ids", "alb_security_group_id", "app_security_group_id",
	"ecs_cluster_name", "ecs_cluster_arn", "ecs_service_name", "ecr_repository_url", "ecr_repository_uri",
	"load_balancer_dns", "alb_arn", "alb_listener_arn", "target_group_arn", "log_group_name", "task_definition_arn",
	"db_secret_arn",
}

func TestFlatHasTheKeysThatPipelinesRead(t *testing.T) {
	network, platform := map[string]string{}, map[string]string{"ExportsOutputRefVpc": "internal"}
	for _, name := range Network {
		network[name] = "value of " + name
	}
	for _, name := range Platform {
		platform[name] = "value of " + name
	}
	flat, err := Flat(map[string]map[string]string{"network": network, "platform": platform})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(flat)), slices.Sorted(slices.Values(keys)); !slices.Equal(got, want) {
		t.Errorf("keys\n%v, want\n%v", got, want)
	}
	if flat["vpc_id"] != "value of VpcId" {
		t.Errorf("vpc_id is %q", flat["vpc_id"])
	}
}

func TestFlatNamesWhatIsMissing(t *testing.T) {
	_, err := Flat(map[string]map[string]string{"network": {"VpcId": "vpc-1"}})
	if err == nil || !strings.Contains(err.Error(), "PublicSubnetIds") || strings.Contains(err.Error(), "VpcId") {
		t.Errorf("got %v, want an error that names what is missing and nothing else", err)
	}
}

func TestExport(t *testing.T) {
	if got := Export("dev", "VpcId"); got != "payment-processor-dev-VpcId" {
		t.Errorf("got %s", got)
	}
}
