package docs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
)

// service is one of the AWS CLI's, with the SDK's client of the same API. The CLI and the SDK are generated from one
// model, so the client's types tell which operations, parameters and answers the CLI has, without network.
type service struct {
	client     any
	lowerNames bool // answers are spelled taskSets, not TaskSets
}

var credential = credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "example", "")

var services = map[string]service{
	"cloudformation": {cloudformation.New(cloudformation.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
	"deploy":         {codedeploy.New(codedeploy.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), true},
	"ecr":            {ecr.New(ecr.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), true},
	"ecs":            {ecs.New(ecs.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), true},
	"elbv2":          {elasticloadbalancingv2.New(elasticloadbalancingv2.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
	"lambda":         {lambda.New(lambda.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
	"rds":            {rds.New(rds.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
	"kms":            {kms.New(kms.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
	"logs":           {cloudwatchlogs.New(cloudwatchlogs.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), true},
	"secretsmanager": {secretsmanager.New(secretsmanager.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
	"ssm":            {ssm.New(ssm.Options{Region: "us-east-2", Credentials: credential, HTTPClient: offline{}, RetryMaxAttempts: 1}), false},
}

var errOffline = errors.New("this test uses no network")

// offline refuses every request: one that gets so far was complete.
type offline struct{}

func (offline) Do(*http.Request) (*http.Response, error) { return nil, errOffline }

// waiters are the operations behind "aws <service> wait <name>": a waiter takes its operation's parameters.
var waiters = map[string]string{
	"cloudformation stack-delete-complete":   "describe-stacks",
	"cloudformation stack-update-complete":   "describe-stacks",
	"cloudformation stack-rollback-complete": "describe-stacks",
	"deploy deployment-successful":           "get-deployment",
	"ecs services-stable":                    "describe-services",
	"rds db-cluster-snapshot-available":      "describe-db-cluster-snapshots",
	"rds db-instance-available":              "describe-db-instances",
}

// custom are commands that the CLI has and no API does, with the options we use.
var custom = map[string][]string{
	"cloudwatch describe-alarms": {"--state-value", "--alarm-names", "--query", "--output"},
	"ecr get-login-password":     {"--region"},
	"logs tail":                  {"--follow", "--since", "--region", "--filter-pattern"},
}

// global options may stand at every command.
var global = []string{"--region", "--profile", "--output", "--query", "--no-cli-pager", "--max-items"}

func checkAws(words []string) error {
	if len(words) < 2 {
		return errors.New("aws wants a service and an operation")
	}
	name, operation, rest := words[0], words[1], words[2:]
	if options, isCustom := custom[name+" "+operation]; isCustom {
		return checkOptions(rest, options)
	}
	if operation == "wait" && len(rest) > 0 {
		if operation = waiters[name+" "+rest[0]]; operation == "" {
			return fmt.Errorf("the test knows no waiter %s of %s", rest[0], name)
		}
		rest = rest[1:]
	}
	service, known := services[name]
	if !known {
		return fmt.Errorf("the test knows no AWS service %s: add its client to services", name)
	}
	method := reflect.ValueOf(service.client).MethodByName(spelled(service.client, operation))
	if !method.IsValid() {
		return fmt.Errorf("%s has no operation %s", name, operation)
	}
	if name == "lambda" && operation == "invoke" {
		rest = rest[:len(rest)-1] // the file for the answer, which is no option
	}
	input := reflect.New(method.Type().In(1).Elem())
	complete, query, err := fill(input.Elem(), rest)
	if err != nil {
		return fmt.Errorf("aws %s %s: %w", name, operation, err)
	}
	if query != "" {
		answer := shape{method.Type().Out(0).Elem(), service.lowerNames}
		if err := answer.check(query); err != nil {
			return fmt.Errorf("--query %s: %w", query, err)
		}
	}
	return required(method, input, complete)
}

func checkOptions(words, options []string) error {
	for _, word := range words {
		name, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(name, "--") && !slices.Contains(options, name) {
			return fmt.Errorf("no option %s is known to the test", name)
		}
	}
	return nil
}

// required calls the operation: the SDK refuses an input without a required parameter before it would use the network.
func required(method, input reflect.Value, complete bool) error {
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	err, _ := reflect.TypeAssert[error](results[1])
	var incomplete smithy.InvalidParamsError
	if complete && errors.As(err, &incomplete) {
		return incomplete
	}
	return nil
}

// fill puts the options of a command into an operation's input. What stands in a file is not known: not complete.
func fill(input reflect.Value, words []string) (complete bool, query string, err error) {
	fields := map[string]reflect.Value{}
	for i := range input.NumField() {
		if field := input.Type().Field(i); field.IsExported() {
			fields["--"+kebab(field.Name)] = input.Field(i)
		}
	}
	complete = true
	for len(words) > 0 {
		name := words[0]
		if !strings.HasPrefix(name, "--") {
			return false, "", fmt.Errorf("%q is no option", name)
		}
		values := []string{}
		for words = words[1:]; len(words) > 0 && !strings.HasPrefix(words[0], "--"); words = words[1:] {
			values = append(values, words[0])
		}
		field, known := fields[name]
		if !known {
			field, known = fields[strings.Replace(name, "--no-", "--", 1)]
		}
		switch {
		case slices.Contains(global, name):
			if name == "--query" && len(values) == 1 {
				query = values[0]
			}
		case !known:
			return false, "", fmt.Errorf("no option %s", name)
		case len(values) == 1 && strings.HasPrefix(values[0], "file://"):
			complete = false
		default:
			if err := set(field, values); err != nil {
				return false, "", fmt.Errorf("%s %s: %w", name, strings.Join(values, " "), err)
			}
		}
	}
	return complete, query, nil
}

// spelled is the operation as the client has it: DescribeDBClusters of describe-db-clusters.
func spelled(client any, operation string) string {
	name := pascal(operation)
	for method := range reflect.TypeOf(client).Methods() {
		if strings.EqualFold(method.Name, name) {
			return method.Name
		}
	}
	return name
}

func pascal(kebab string) string {
	var name strings.Builder
	for part := range strings.SplitSeq(kebab, "-") {
		if part != "" {
			name.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return name.String()
}

var (
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	wordEnd   = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// kebab spells a parameter as the CLI does (botocore's xform_name).
func kebab(name string) string {
	return strings.ToLower(wordEnd.ReplaceAllString(wordStart.ReplaceAllString(name, "$1-$2"), "$1-$2"))
}

// The checker must catch what it is there for, and accept what the CLI accepts.
func TestCheckAws(t *testing.T) {
	for line, mistake := range map[string]string{
		"deploy stop-deployment --deployment-id $D --auto-rollback-enabled":                                                  "",
		"deploy list-deployments --include-only-statuses Succeeded --query 'deployments[0]' --output text":                   "",
		"ecs describe-services --cluster c --services s --query \"services[0].taskSets[?status=='PRIMARY'].taskDefinition\"": "",
		"elbv2 describe-target-health --target-group-arn $ARN":                                                               "",
		"cloudformation wait stack-update-complete --stack-name s":                                                           "",
		"deploy stop-deployment --deploymentid d":                                                                            "no option --deploymentid",
		"deploy stop-deployment":                                                              "DeploymentId",
		"deploy halt-deployment --deployment-id d":                                            "no operation halt-deployment",
		"deploy list-deployments --include-only-statuses":                                     "",
		"deploy get-deployment --deployment-id d --query deploymentInfo.revison":              "revison",
		"deploy get-deployment --deployment-id d --query DeploymentInfo.revision":             "DeploymentInfo",
		"deploy create-deployment --application-name a --file-exists-behavior NEVER":          "want one of",
		"deploy create-deployment --application-name a --revision '{\"revisionKind\":\"x\"}'": "unknown field",
		"s9 list": "no AWS service",
	} {
		commands, err := parseShell("aws "+line, 1)
		if err != nil {
			t.Fatal(err)
		}
		err = checkAws(commands[0].Words[1:])
		switch {
		case mistake == "" && err != nil:
			t.Errorf("%s: %v", line, err)
		case mistake != "" && (err == nil || !strings.Contains(err.Error(), mistake)):
			t.Errorf("%s: got %v, want an error that names %q", line, err, mistake)
		}
	}
}
