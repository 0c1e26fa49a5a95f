package awstest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestEveryCallIsNotedAndCanFail(t *testing.T) {
	lost := Refusal("Lost")
	c := &Cloud{Fail: map[string]error{}}
	calls := map[string]func() error{
		"ListDeployments": func() error {
			_, err := c.ListDeployments(t.Context(), &codedeploy.ListDeploymentsInput{ApplicationName: new("a"), DeploymentGroupName: new("g")})
			return err
		},
		"BatchGetDeployments": func() error {
			_, err := c.BatchGetDeployments(t.Context(), &codedeploy.BatchGetDeploymentsInput{})
			return err
		},
		"StopDeployment": func() error {
			_, err := c.StopDeployment(t.Context(), &codedeploy.StopDeploymentInput{DeploymentId: new("d"), AutoRollbackEnabled: new(true)})
			return err
		},
		"DescribeServices": func() error {
			_, err := c.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"s"}})
			return err
		},
		"GetParameter": func() error {
			_, err := c.GetParameter(t.Context(), &ssm.GetParameterInput{Name: new("p")})
			return err
		},
		"PutParameter": func() error {
			_, err := c.PutParameter(t.Context(), &ssm.PutParameterInput{Name: new("p"), Value: new("v")})
			return err
		},
		"DeleteParameter": func() error {
			_, err := c.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: new("p")})
			return err
		},
	}
	for name, call := range calls {
		c.Parameters = map[string]string{"p": "v"}
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.Parameters = nil
		c.Fail[name] = lost
		if err := call(); !errors.Is(err, lost) {
			t.Errorf("%s: got %v, want it to fail", name, err)
		}
		delete(c.Fail, name)
	}
	if err := calls["PutParameter"](); err != nil || c.Parameters["p"] != "v" {
		t.Errorf("put: %v, %v", err, c.Parameters)
	}
	delete(c.Parameters, "p")
	if calls["GetParameter"]() == nil || calls["DeleteParameter"]() == nil {
		t.Error("want a parameter that is not there refused")
	}
	if err := c.Call("Plain", ""); err != nil || !c.Did("Plain") || !c.Did("StopDeployment d with rollback") {
		t.Errorf("calls: %v", c.Calls)
	}
}

func TestListsArePagedAndFiltered(t *testing.T) {
	now := time.Now()
	c := &Cloud{Page: 2, Unlisted: []string{"hidden"}}
	for id, age := range map[string]time.Duration{"a": 0, "b": 0, "c": 0, "old": time.Hour, "hidden": 0} {
		c.Deployments = append(c.Deployments, types.DeploymentInfo{DeploymentId: &id, CreateTime: new(now.Add(-age))})
	}
	pages := codedeploy.NewListDeploymentsPaginator(c, &codedeploy.ListDeploymentsInput{
		ApplicationName: new("a"), DeploymentGroupName: new("g"), CreateTimeRange: &types.TimeRange{Start: new(now.Add(-time.Minute))},
	})
	var ids []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil || len(page.Deployments) > 2 {
			t.Fatalf("got %v, %v", page, err)
		}
		ids = append(ids, page.Deployments...)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"a", "b", "c"}) {
		t.Errorf("got %v", ids)
	}
	if got, err := c.BatchGetDeployments(t.Context(), &codedeploy.BatchGetDeploymentsInput{DeploymentIds: ids}); err != nil || len(got.DeploymentsInfo) != 3 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := c.BatchGetDeployments(t.Context(), &codedeploy.BatchGetDeploymentsInput{DeploymentIds: []string{"none"}}); err == nil {
		t.Error("want an unknown id refused")
	}
}
