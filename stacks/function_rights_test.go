package stacks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// right is one statement of a role's policy.
type right struct{ actions, resources []string }

// policyOf returns what the role of that construct id may do.
func policyOf(t *testing.T, e *environment, role string) []right {
	t.Helper()
	var rights []right
	for _, r := range e.resources("AWS::IAM::Policy") {
		if r.Stack != "platform" || !strings.HasPrefix(r.ID, role+"DefaultPolicy") {
			continue
		}
		for _, s := range listed(properties(t, e, r)["PolicyDocument"].(object)["Statement"]) {
			var found right
			for _, action := range listed(s.(object)["Action"]) {
				found.actions = append(found.actions, action.(string))
			}
			for _, resource := range listed(s.(object)["Resource"]) {
				found.resources = append(found.resources, resource.(string))
			}
			rights = append(rights, found)
		}
	}
	if rights == nil {
		t.Fatalf("no policy of %s", role)
	}
	return rights
}

// implied are the rights that AWS asks for beside those that are named like the calls.
var implied = map[string][]string{
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html, required permissions
	"codedeploy:CreateDeployment": {
		"codedeploy:GetApplicationRevision", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision",
	},
	// The registry's protocol: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
	"ecr:GetAuthorizationToken": {
		"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer",
		"ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
	},
}

// everyFunction may write its log and trace itself.
var everyFunction = []string{"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}

// A right too many is an attacker's; one too few fails a deployment at night.
func TestFunctionsMayDoWhatTheyCall(t *testing.T) {
	for role, folder := range map[string]string{
		"ReleaseRole": "release", "LiveTargetGroupRole": "livetarget", "ImageGateRole": "imagegate", "HookRole": "hook",
		"RotationReleaseRole": "rotationrelease",
	} {
		var got []string
		for _, right := range policyOf(t, synthesized(t, "prod"), role) {
			got = append(got, right.actions...)
		}
		want := slices.Clone(everyFunction)
		for _, call := range calls(t, folder) {
			want = append(append(want, call), implied[call]...)
		}
		if folder == "release" {
			want = append(want, "codedeploy:UpdateDeploymentGroup") // API_CreateDeployment, overrideAlarmConfiguration
		}
		slices.Sort(got)
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("%s allows\n%v, the code of lambda/%s calls\n%v", role, got, folder, want)
		}
	}
}

// The functions that are shown passwords: each may do what its own clients can, and be connected to the VPC.
func TestDatabaseFunctionsMayDoWhatTheyCall(t *testing.T) {
	vpc := []string{
		"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
		"ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
	}
	for role, interfaces := range map[string][]string{
		"ApplicationCredentialsRole": {"Secrets"}, "RotationRole": {"Secrets", "RotatedSecrets", "Lambda"},
	} {
		called := map[string]bool{"kms:Decrypt": true, "kms:GenerateDataKey": true} // Secrets Manager's, on our behalf
		collect(t, "database", func(name string) bool { return slices.Contains(interfaces, name) }, called)
		want := slices.Concat(everyFunction, vpc, slices.Collect(maps.Keys(called)))
		var got []string
		for _, right := range policyOf(t, synthesized(t, "prod"), role) {
			got = append(got, right.actions...)
			if slices.Contains(right.actions, "secretsmanager:PutSecretValue") && len(right.resources) != 1 {
				t.Errorf("%s may write %v, want the application's secret alone", role, right.resources)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%s allows\n%v, its clients can call\n%v", role, got, want)
		}
	}
}

// GuardDuty says of a cluster whose tasks cannot pull its agent that it is unhealthy, and watches nothing there.
func TestGuardDutyMayWatchTheTasks(t *testing.T) {
	rights := policyOf(t, synthesized(t, "prod"), "TaskExecutionRole")
	if !slices.ContainsFunc(rights, func(r right) bool {
		return slices.Contains(r.resources, "arn:aws:ecr:us-east-2:*:repository/aws-guardduty-agent-fargate") &&
			slices.Equal(r.actions, []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"})
	}) {
		t.Errorf("ECS may not pull GuardDuty's agent: %v", rights)
	}
}

// calls are the actions that a function's interfaces to AWS can call: the methods that take an input of an SDK package.
func calls(t *testing.T, folder string) []string {
	t.Helper()
	found := map[string]bool{}
	collect(t, folder, func(string) bool { return true }, found)
	if len(found) == 0 {
		t.Fatalf("no calls in lambda/%s", folder)
	}
	var all []string
	for call := range found {
		all = append(all, call)
	}
	return all
}

// shared are the packages whose interfaces are parts of other functions'.
var shared = []string{"deployment", "tasks"}

func collect(t *testing.T, folder string, wanted func(string) bool, found map[string]bool) {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), filepath.Join("..", "lambda", folder), //nolint:staticcheck // one folder, no build tags
		func(file fs.FileInfo) bool { return !strings.HasSuffix(file.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range packages[folder].Files {
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok || !wanted(spec.Name.Name) {
				return true
			}
			ast.Inspect(spec.Type, func(node ast.Node) bool {
				switch node := node.(type) {
				case *ast.FuncType:
					return false
				case *ast.Field:
					method(node, found)
				case *ast.SelectorExpr:
					if from, ok := node.X.(*ast.Ident); ok && slices.Contains(shared, from.Name) && folder != from.Name {
						collect(t, from.Name, func(name string) bool { return name == node.Sel.Name }, found)
					}
				}
				return true
			})
			return false
		})
	}
}

// method notes the action of an SDK client's method.
func method(field *ast.Field, found map[string]bool) {
	function, ok := field.Type.(*ast.FuncType)
	if !ok || len(field.Names) != 1 || len(function.Params.List) != 3 {
		return
	}
	pointer, ok := function.Params.List[1].Type.(*ast.StarExpr)
	if !ok {
		return
	}
	input, ok := pointer.X.(*ast.SelectorExpr)
	if !ok || input.Sel.Name != field.Names[0].Name+"Input" {
		return
	}
	service, action := input.X.(*ast.Ident).Name, field.Names[0].Name
	if service == "elasticloadbalancingv2" {
		service = "elasticloadbalancing"
	}
	if service == "lambda" && action == "Invoke" {
		action = "InvokeFunction"
	}
	found[service+":"+action] = true
}
