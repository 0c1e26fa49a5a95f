package docs

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// described is what "aws ecs describe-services" answers in the middle of a release, cut to what matters.
const described = `{"services": [{"taskSets": [
	{"status": "ACTIVE", "taskDefinition": "arn:aws:ecs:us-east-2:111122223333:task-definition/payment-processor-prod:42"},
	{"status": "PRIMARY", "taskDefinition": "arn:aws:ecs:us-east-2:111122223333:task-definition/payment-processor-prod:40",
	 "platformVersion": "1.4.0",
	 "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}},
	 "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 2}, {"capacityProvider": "FARGATE_SPOT", "weight": 4}],
	 "loadBalancers": [{"targetGroupArn": "arn", "containerName": "payment", "containerPort": 8080}]}]}]}`

// The AppSpec that the emergency runbook writes must be complete. Without the capacity strategy Spot is lost, without the
// network configuration the deployment is refused.
func TestEmergencyAppSpecIsComplete(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not installed, so the runbook's programs cannot be run")
	}
	const wanted = "arn:aws:ecs:us-east-2:111122223333:task-definition/payment-processor-prod:41"
	programs := jqPrograms(t, "docs/runbooks/emergency-deployment-by-cli.md")
	if len(programs) != 2 {
		t.Fatalf("the runbook has %d jq programs, want one for the AppSpec and one for the revision", len(programs))
	}
	appSpec := jq(t, programs[0], described, "--arg", "task", wanted)
	var spec struct {
		Resources []struct {
			TargetService struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(appSpec, &spec); err != nil || len(spec.Resources) != 1 {
		t.Fatalf("%v\n%s", err, appSpec)
	}
	got, _ := json.Marshal(spec.Resources[0].TargetService.Properties)
	const complete = `{"CapacityProviderStrategy":[{"Base":2,"CapacityProvider":"FARGATE","Weight":1},` +
		`{"Base":0,"CapacityProvider":"FARGATE_SPOT","Weight":4}],` +
		`"LoadBalancerInfo":{"ContainerName":"payment","ContainerPort":8080},` +
		`"NetworkConfiguration":{"AwsvpcConfiguration":{"AssignPublicIp":"DISABLED","SecurityGroups":["sg-1"],"Subnets":["subnet-1","subnet-2"]}},` +
		`"PlatformVersion":"1.4.0","TaskDefinition":"` + wanted + `"}`
	if string(got) != complete {
		t.Errorf("the AppSpec is\n%s, want\n%s", got, complete)
	}

	var revision types.RevisionLocation
	decoder := json.NewDecoder(bytes.NewReader(jq(t, programs[1], string(appSpec))))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&revision); err != nil {
		t.Fatal(err)
	}
	if revision.RevisionType != types.RevisionLocationTypeAppSpecContent || !json.Valid([]byte(*revision.AppSpecContent.Content)) {
		t.Errorf("the revision is %+v", revision)
	}
}

// jqPrograms returns the programs of a page's jq commands that build JSON.
func jqPrograms(t *testing.T, page string) []string {
	t.Helper()
	var programs []string
	for _, b := range blocks(t, "sh") {
		if b.Page != page {
			continue
		}
		commands, err := parseShell(b.Text, b.Line)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range commands {
			program := slices.IndexFunc(c.Words, func(word string) bool { return strings.Contains(word, "{") })
			if c.Words[0] == "jq" && program > 0 {
				programs = append(programs, c.Words[program])
			}
		}
	}
	return programs
}

func jq(t *testing.T, program, input string, arguments ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), "jq", append(arguments, program)...)
	command.Stdin = strings.NewReader(input)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return output
}
