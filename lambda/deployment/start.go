package deployment

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// Creator starts deployments.
type Creator interface {
	CreateDeployment(context.Context, *codedeploy.CreateDeploymentInput, ...func(*codedeploy.Options)) (*codedeploy.CreateDeploymentOutput, error)
}

// AllAtOnce is CodeDeploy's configuration that shifts all traffic in one step. A way back needs no canary: the version
// has proved itself in production.
const AllAtOnce = "CodeDeployDefault.ECSAllAtOnce"

// Wanted is a deployment to start.
type Wanted struct {
	Description string
	AppSpec     string // JSON
	// Back is of a way back: it shifts all at once and looks at no alarm. The gate alarms are in ALARM because of the
	// version that has to go, and CodeDeploy would stop the deployment that removes it (API_CreateDeployment,
	// overrideAlarmConfiguration; it needs codedeploy:UpdateDeploymentGroup). The hooks of the AppSpec still check the tasks.
	Back bool
}

// Start creates the deployment and returns its id. While another is in flight that is ErrNotNow.
func Start(ctx context.Context, client Creator, service Service, wanted Wanted) (string, error) {
	input := &codedeploy.CreateDeploymentInput{
		ApplicationName: &service.Application, DeploymentGroupName: &service.DeploymentGroup,
		Description: &wanted.Description,
		Revision: &types.RevisionLocation{
			RevisionType:   types.RevisionLocationTypeAppSpecContent,
			AppSpecContent: &types.AppSpecContent{Content: &wanted.AppSpec},
		},
	}
	if wanted.Back {
		input.DeploymentConfigName = new(AllAtOnce)
		input.OverrideAlarmConfiguration = &types.AlarmConfiguration{Alarms: []types.Alarm{}} // not Enabled
	}
	answer, err := client.CreateDeployment(ctx, input)
	if Busy(err) {
		return "", fmt.Errorf("%w: the deployment group is busy with a deployment that is not listed yet", ErrNotNow)
	}
	if err != nil {
		return "", fmt.Errorf("creating a deployment in %s/%s: %w", service.Application, service.DeploymentGroup, err)
	}
	return *answer.DeploymentId, nil
}
