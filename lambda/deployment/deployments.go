package deployment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// Deployment is what matters here of a CodeDeploy deployment.
type Deployment struct {
	ID          string
	Status      types.DeploymentStatus
	Description string // ours carry the request id; see Describe
	Automatic   bool   // CodeDeploy made it, to roll another back
	Created     time.Time
	Completed   time.Time
	RollsBack   bool   // CodeDeploy rolls it back when it fails or is stopped
	RolledBack  string // by this deployment, which Read returns too, or why it was not; empty until that is known
	Code        string // of the error that ended it
	Message     string

	rollbackID string
}

// History is how far back ended deployments are looked for: longer than any request waits, short enough for a service
// with thousands of deployments.
const History = 24 * time.Hour

// settling is how long CodeDeploy may take, after a deployment has ended, to show the rollback that follows it.
const settling = time.Minute

// inFlight are the statuses of a deployment that has not ended; Ready waits for an approval (ContinueDeployment).
var inFlight = []types.DeploymentStatus{
	types.DeploymentStatusCreated, types.DeploymentStatusQueued, types.DeploymentStatusInProgress,
	types.DeploymentStatusBaking, types.DeploymentStatusReady,
}

const wayBack = "way back"

// Describe is the description of a deployment that a request starts.
func Describe(request, revision string, rollback bool) string {
	kind := "release"
	if rollback {
		kind = wayBack
	}
	return fmt.Sprintf("%s of CloudFormation to %s, request %s", kind, revision, request)
}

// InFlight reports whether the deployment has not ended.
func (d Deployment) InFlight() bool { return slices.Contains(inFlight, d.Status) }

// Of reports whether the request started the deployment. A rollback by CodeDeploy may bear the description of the
// deployment that it repeats and is nobody's.
func (d Deployment) Of(request string) bool {
	return !d.Automatic && strings.HasSuffix(d.Description, "request "+request)
}

// wayBackTo reports whether the deployment is a way back: CodeDeploy's automatic rollback, or ours in a stack's rollback
// to the revision, any revision if it is empty.
func (d Deployment) wayBackTo(revision string) bool {
	return d.Automatic || strings.HasPrefix(d.Description, wayBack) && (revision == "" || strings.Contains(d.Description, " to "+revision+","))
}

// Settling reports whether CodeDeploy's rollback of a deployment that did not succeed may still be about to begin.
func (d Deployment) Settling(now time.Time) bool {
	failed := d.Status == types.DeploymentStatusFailed || d.Status == types.DeploymentStatusStopped
	return failed && d.RollsBack && !d.Automatic && d.RolledBack == "" && now.Sub(d.Completed) < settling
}

// Blocking returns the deployment that has to end before a request can go on, nil if there is none, and whether it has
// to be stopped for that: one of somebody else has, unless it is a way back, and to the wanted revision (family:number)
// if there is one.
func Blocking(all []Deployment, request, wanted string, now time.Time) (blocking *Deployment, stop bool) {
	for i, d := range all {
		switch {
		case d.InFlight() && !d.wayBackTo(wanted) && !d.Of(request):
			return &all[i], true
		case blocking == nil && (d.InFlight() || d.Settling(now)):
			blocking = &all[i]
		}
	}
	return blocking, false
}

// Read returns the group's deployments, newest first: those in flight, however old, all since History, and the
// rollbacks of these.
func Read(ctx context.Context, client Reader, service Service, now time.Time) ([]Deployment, error) {
	current, err := list(ctx, client, service, &codedeploy.ListDeploymentsInput{IncludeOnlyStatuses: inFlight})
	if err != nil {
		return nil, err
	}
	recent, err := list(ctx, client, service, &codedeploy.ListDeploymentsInput{
		CreateTimeRange: &types.TimeRange{Start: new(now.Add(-History))},
	})
	if err != nil {
		return nil, err
	}
	found, err := get(ctx, client, append(current, recent...))
	if err != nil {
		return nil, err
	}
	if found, err = withRollbacks(ctx, client, found); err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Deployment) int { return b.Created.Compare(a.Created) })
	return found, nil
}

func list(ctx context.Context, client Reader, service Service, input *codedeploy.ListDeploymentsInput) ([]string, error) {
	input.ApplicationName, input.DeploymentGroupName = &service.Application, &service.DeploymentGroup
	var ids []string
	pages := codedeploy.NewListDeploymentsPaginator(client, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the deployments of %s/%s: %w", service.Application, service.DeploymentGroup, err)
		}
		ids = append(ids, page.Deployments...)
	}
	return ids, nil
}

// batch is what BatchGetDeployments accepts at most (API_BatchGetDeployments).
const batch = 25

func get(ctx context.Context, client Reader, ids []string) ([]Deployment, error) {
	slices.Sort(ids)
	var found []Deployment
	for some := range slices.Chunk(slices.Compact(ids), batch) {
		answer, err := client.BatchGetDeployments(ctx, &codedeploy.BatchGetDeploymentsInput{DeploymentIds: some})
		if err != nil {
			return nil, fmt.Errorf("reading deployments %s: %w", strings.Join(some, ", "), err)
		}
		for _, info := range answer.DeploymentsInfo {
			found = append(found, describe(info))
		}
	}
	return found, nil
}

// withRollbacks adds the rollbacks that are known but not listed yet. One that cannot even be read yet is not known.
func withRollbacks(ctx context.Context, client Reader, found []Deployment) ([]Deployment, error) {
	known := func(id string) bool {
		return slices.ContainsFunc(found, func(d Deployment) bool { return d.ID == id })
	}
	for i := range found {
		if found[i].rollbackID == "" {
			continue
		}
		if !known(found[i].rollbackID) {
			late, err := get(ctx, client, []string{found[i].rollbackID})
			if err != nil && !NotFound(err) {
				return nil, err
			}
			found = append(found, late...)
		}
		if known(found[i].rollbackID) {
			found[i].RolledBack = found[i].rollbackID
		}
	}
	return found, nil
}

func describe(info types.DeploymentInfo) Deployment {
	d := Deployment{
		ID: aws.ToString(info.DeploymentId), Status: info.Status, Description: aws.ToString(info.Description),
		Automatic: info.Creator == types.DeploymentCreatorCodeDeployRollback,
		Created:   aws.ToTime(info.CreateTime), Completed: aws.ToTime(info.CompleteTime),
	}
	if back := info.RollbackInfo; back != nil {
		d.rollbackID = aws.ToString(back.RollbackDeploymentId)
		if d.rollbackID == "" {
			d.RolledBack = aws.ToString(back.RollbackMessage)
		}
		d.Automatic = d.Automatic || aws.ToString(back.RollbackTriggeringDeploymentId) != ""
	}
	if auto := info.AutoRollbackConfiguration; auto != nil {
		d.RollsBack = auto.Enabled
	}
	if failure := info.ErrorInformation; failure != nil {
		d.Code, d.Message = string(failure.Code), aws.ToString(failure.Message)
	}
	return d
}

// Stop asks CodeDeploy to stop a deployment and to roll it back. One that has ended meanwhile is fine, and so is one
// that CodeDeploy will not stop at this moment: the next poll sees what became of it.
func Stop(ctx context.Context, client CodeDeploy, id string) error {
	_, err := client.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: &id, AutoRollbackEnabled: new(true)})
	if Denied(err) || Transient(err) {
		return fmt.Errorf("stopping deployment %s: %w", id, err)
	}
	return nil
}
