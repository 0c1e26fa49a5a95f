// Package awstest is a small account for the functions' tests: what was put in comes out, calls are noted, and any call
// can be made to fail. The simulation's model of AWS is another thing: it behaves, this one only remembers.
package awstest

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// Cloud holds what the functions read and change.
type Cloud struct {
	Parameters  map[string]string
	Deployments []codedeploytypes.DeploymentInfo
	Unlisted    []string // ids that ListDeployments does not show yet
	Services    []ecstypes.Service
	Page        int              // items on a page of a list; 0: all
	Fail        map[string]error // by operation
	Calls       []string         // operations, with the id or name they were about
}

// Refusal is an error as AWS answers it.
func Refusal(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "refused by the test"}
}

// Call notes an operation and returns the error that it is to fail with.
func (c *Cloud) Call(operation, about string) error {
	if about == "" {
		c.Calls = append(c.Calls, operation)
	} else {
		c.Calls = append(c.Calls, operation+" "+about)
	}
	return c.Fail[operation]
}

// Did reports whether the call was made.
func (c *Cloud) Did(call string) bool { return slices.Contains(c.Calls, call) }

// Cut returns one page of all and the token of the next.
func (c *Cloud) Cut(all []string, token *string) ([]string, *string) {
	from := 0
	if token != nil {
		from, _ = strconv.Atoi(*token)
	}
	to := from + c.Page
	if c.Page == 0 || to >= len(all) {
		return all[from:], nil
	}
	return all[from:to], new(strconv.Itoa(to))
}

// ListDeployments filters by status and by the time of creation.
func (c *Cloud) ListDeployments(_ context.Context, in *codedeploy.ListDeploymentsInput, _ ...func(*codedeploy.Options)) (*codedeploy.ListDeploymentsOutput, error) {
	if err := c.Call("ListDeployments", *in.ApplicationName+"/"+*in.DeploymentGroupName); err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range c.Deployments {
		if in.IncludeOnlyStatuses != nil && !slices.Contains(in.IncludeOnlyStatuses, d.Status) ||
			in.CreateTimeRange != nil && d.CreateTime.Before(*in.CreateTimeRange.Start) || slices.Contains(c.Unlisted, *d.DeploymentId) {
			continue
		}
		ids = append(ids, *d.DeploymentId)
	}
	page, next := c.Cut(ids, in.NextToken)
	return &codedeploy.ListDeploymentsOutput{Deployments: page, NextToken: next}, nil
}

// BatchGetDeployments refuses an id that is not there.
func (c *Cloud) BatchGetDeployments(_ context.Context, in *codedeploy.BatchGetDeploymentsInput, _ ...func(*codedeploy.Options)) (*codedeploy.BatchGetDeploymentsOutput, error) {
	if err := c.Call("BatchGetDeployments", strconv.Itoa(len(in.DeploymentIds))); err != nil {
		return nil, err
	}
	var out codedeploy.BatchGetDeploymentsOutput
	for _, id := range in.DeploymentIds {
		i := slices.IndexFunc(c.Deployments, func(d codedeploytypes.DeploymentInfo) bool { return *d.DeploymentId == id })
		if i < 0 {
			return nil, Refusal("DeploymentDoesNotExistException")
		}
		out.DeploymentsInfo = append(out.DeploymentsInfo, c.Deployments[i])
	}
	return &out, nil
}

// StopDeployment only notes the call.
func (c *Cloud) StopDeployment(_ context.Context, in *codedeploy.StopDeploymentInput, _ ...func(*codedeploy.Options)) (*codedeploy.StopDeploymentOutput, error) {
	about := *in.DeploymentId
	if in.AutoRollbackEnabled != nil && *in.AutoRollbackEnabled {
		about += " with rollback"
	}
	return &codedeploy.StopDeploymentOutput{}, c.Call("StopDeployment", about)
}

// DescribeServices answers with all services, whichever was asked for.
func (c *Cloud) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	if err := c.Call("DescribeServices", in.Services[0]); err != nil {
		return nil, err
	}
	return &ecs.DescribeServicesOutput{Services: c.Services}, nil
}

// GetParameter refuses a name that is not there.
func (c *Cloud) GetParameter(_ context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	if err := c.Call("GetParameter", *in.Name); err != nil {
		return nil, err
	}
	value, ok := c.Parameters[*in.Name]
	if !ok {
		return nil, &ssmtypes.ParameterNotFound{}
	}
	return &ssm.GetParameterOutput{Parameter: &ssmtypes.Parameter{Value: &value}}, nil
}

// PutParameter overwrites.
func (c *Cloud) PutParameter(_ context.Context, in *ssm.PutParameterInput, _ ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	if err := c.Call("PutParameter", *in.Name); err != nil {
		return nil, err
	}
	if c.Parameters == nil {
		c.Parameters = map[string]string{}
	}
	c.Parameters[*in.Name] = *in.Value
	return &ssm.PutParameterOutput{}, nil
}

// DeleteParameter refuses a name that is not there.
func (c *Cloud) DeleteParameter(_ context.Context, in *ssm.DeleteParameterInput, _ ...func(*ssm.Options)) (*ssm.DeleteParameterOutput, error) {
	if err := c.Call("DeleteParameter", *in.Name); err != nil {
		return nil, err
	}
	if _, ok := c.Parameters[*in.Name]; !ok {
		return nil, &ssmtypes.ParameterNotFound{}
	}
	delete(c.Parameters, *in.Name)
	return &ssm.DeleteParameterOutput{}, nil
}
