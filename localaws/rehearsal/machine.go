package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	local "payment-processor/localaws/cloudformation"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// Machine is an environment behind a local endpoint.
type Machine struct {
	Endpoint string // http://127.0.0.1:port
	Suffix   string
	CDK      []string // the CDK CLI and what every call of it takes
	Logs     string   // folder for the CLI's output
	AWS      aws.Config
	Pause    time.Duration // between two looks

	deploys, images int
}

func (m *Machine) name() string  { return "payment-processor-" + m.Suffix }
func (m *Machine) stack() string { return "payment-processor-platform-" + m.Suffix }

// Push makes an image that differs from every other in its creation date alone.
func (m *Machine) Push(ctx context.Context) (string, error) {
	m.images++
	tag := fmt.Sprintf("rehearsal-%d-%d", time.Now().Unix(), m.images)
	return tag, Push(ctx, strings.TrimPrefix(m.Endpoint, "http://")+"/"+m.name(), tag)
}

// Deploy runs the CDK CLI. What it says goes to a file of its own.
func (m *Machine) Deploy(ctx context.Context, settings ...string) error {
	m.deploys++
	if err := os.MkdirAll(m.Logs, 0o750); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(m.Logs, fmt.Sprintf("deploy-%d.log", m.deploys)))
	if err != nil {
		return err
	}
	defer log.Close()
	arguments := append([]string{}, m.CDK[1:]...)
	arguments = append(arguments, "deploy", m.stack(), "--exclusively", "--require-approval=never", "--progress=events",
		"--output", filepath.Join(m.Logs, "cdk.out"), "-c", "environmentSuffix="+m.Suffix)
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	command := exec.CommandContext(ctx, m.CDK[0], arguments...)
	command.Stdout, command.Stderr = log, log
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 5 * time.Second
	if err := command.Run(); err != nil {
		return &DeployError{err, log.Name()}
	}
	return nil
}

// Cancel cancels the update, as the console does.
func (m *Machine) Cancel(ctx context.Context) error {
	_, err := cloudformation.NewFromConfig(m.AWS).CancelUpdateStack(ctx, &cloudformation.CancelUpdateStackInput{StackName: new(m.stack())})
	return err
}

// Alarm fires the first alarm of the deployment group.
func (m *Machine) Alarm(ctx context.Context, firing bool) error {
	group, err := codedeploy.NewFromConfig(m.AWS).GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{
		ApplicationName: new(m.name()), DeploymentGroupName: new(m.name()),
	})
	if err != nil {
		return err
	}
	state := cloudwatchtypes.StateValueOk
	if firing {
		state = cloudwatchtypes.StateValueAlarm
	}
	_, err = cloudwatch.NewFromConfig(m.AWS).SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: group.DeploymentGroupInfo.AlarmConfiguration.Alarms[0].Name, StateValue: state, StateReason: new("rehearsal"),
	})
	return err
}

// Break makes the next update of a resource fail, by the endpoint's fault injection.
func (m *Machine) Break(ctx context.Context, resourceType string) error {
	pages := cloudformation.NewListStackResourcesPaginator(cloudformation.NewFromConfig(m.AWS), &cloudformation.ListStackResourcesInput{StackName: new(m.stack())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.StackResourceSummaries {
			if *r.ResourceType == resourceType {
				return m.fault(ctx, local.Fault{
					Stack: m.stack(), LogicalID: *r.LogicalResourceId, Operation: "Update", Phase: "forward", Fail: "injected by the rehearsal",
				})
			}
		}
	}
	return fmt.Errorf("stack %s has no %s", m.stack(), resourceType)
}

func (m *Machine) fault(ctx context.Context, fault local.Fault) error {
	body, _ := json.Marshal(fault) // plain values always encode
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Endpoint+"/_localaws/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s refuses the fault %s: %s", request.URL, body, response.Status)
	}
	return nil
}

// Certificate asks ACM for one, which the local endpoint issues at once.
func (m *Machine) Certificate(ctx context.Context) (string, error) {
	answer, err := acm.NewFromConfig(m.AWS).RequestCertificate(ctx, &acm.RequestCertificateInput{
		DomainName: new("pay.example.com"), ValidationMethod: types.ValidationMethodDns,
	})
	if err != nil {
		return "", err
	}
	return *answer.CertificateArn, nil
}

// State is the status of the Platform stack.
func (m *Machine) State(ctx context.Context) (string, error) {
	answer, err := cloudformation.NewFromConfig(m.AWS).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: new(m.stack())})
	if err != nil {
		return "", err
	}
	return string(answer.Stacks[0].StackStatus), nil
}

// Serving waits until one task set is left, and returns the family and number of its revision.
func (m *Machine) Serving(ctx context.Context) (string, error) {
	revision, group, err := m.primary(ctx)
	if err != nil {
		return "", err
	}
	groups, err := m.traffic(ctx)
	if err != nil {
		return "", err
	}
	if len(groups) != 1 || groups[0] != group {
		return "", fmt.Errorf("the production listener forwards to %v, and the PRIMARY task set is behind %s", groups, group)
	}
	return revision, nil
}

// LiveTargetGroup is the name of the target group that the PRIMARY task set is behind.
func (m *Machine) LiveTargetGroup(ctx context.Context) (string, error) {
	_, group, err := m.primary(ctx)
	if parts := strings.Split(group, "/"); len(parts) == 3 { // …:targetgroup/name/id
		return parts[1], err
	}
	return group, err
}

func (m *Machine) primary(ctx context.Context) (revision, group string, err error) {
	answer, err := ecs.NewFromConfig(m.AWS).DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: new(m.name()), Services: []string{m.name()}})
	if err != nil {
		return "", "", err
	}
	for _, service := range answer.Services {
		for _, set := range service.TaskSets {
			if *set.Status == "PRIMARY" {
				name := *set.TaskDefinition
				return name[strings.LastIndex(name, "/")+1:], *set.LoadBalancers[0].TargetGroupArn, nil
			}
		}
	}
	return "", "", fmt.Errorf("service %s has no PRIMARY task set", m.name())
}

// traffic is the target groups that the production listener forwards to.
func (m *Machine) traffic(ctx context.Context) ([]string, error) {
	group, err := codedeploy.NewFromConfig(m.AWS).GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{
		ApplicationName: new(m.name()), DeploymentGroupName: new(m.name()),
	})
	if err != nil {
		return nil, err
	}
	listeners := group.DeploymentGroupInfo.LoadBalancerInfo.TargetGroupPairInfoList[0].ProdTrafficRoute.ListenerArns
	answer, err := elasticloadbalancingv2.NewFromConfig(m.AWS).DescribeListeners(ctx, &elasticloadbalancingv2.DescribeListenersInput{ListenerArns: listeners})
	if err != nil {
		return nil, err
	}
	var groups []string
	for _, action := range answer.Listeners[0].DefaultActions {
		if action.ForwardConfig == nil {
			groups = append(groups, aws.ToString(action.TargetGroupArn))
			continue
		}
		for _, g := range action.ForwardConfig.TargetGroups {
			if aws.ToInt32(g.Weight) > 0 || g.Weight == nil {
				groups = append(groups, *g.TargetGroupArn)
			}
		}
	}
	return groups, nil
}

// Shifting looks until two target groups share the traffic, or the context ends.
func (m *Machine) Shifting(ctx context.Context) error {
	for {
		groups, err := m.traffic(ctx)
		if err != nil || len(groups) > 1 {
			return err
		}
		time.Sleep(m.Pause)
	}
}
