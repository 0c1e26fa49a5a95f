package simulation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"payment-processor/lambda/rotationrelease"
	"payment-processor/simulation/cloud"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// rotate begins a rotation of the credentials, if the one before has reached every task: they are thirty days apart.
func (w *World) rotate() bool {
	service, secret := w.cloud.ECS.Service(), w.cloud.SecretsManager
	if service == nil {
		return false
	}
	for _, set := range service.TaskSets {
		if set.Secret < secret.Current() {
			return false
		}
	}
	return secret.Rotate()
}

// rotated is the rotation's own request for a release.
func (w *World) rotated() {
	w.cloud.After(time.Duration(w.rand.IntN(3))*time.Second, func() { w.renew(1) })
	w.schedule()
}

// schedule asks for two days, whether there is a reason or not.
func (w *World) schedule() {
	asked := w.asking
	w.asking = int(48 * time.Hour / rotationrelease.Every)
	if asked == 0 {
		w.tick()
	}
}

func (w *World) tick() {
	w.cloud.After(rotationrelease.Every, func() {
		w.renew(3)
		if w.asking--; w.asking > 0 {
			w.tick()
		}
	})
}

// rotating tells whether tasks hold credentials that are not the current ones.
func (w *World) rotating() bool {
	live := w.live()
	return live != nil && live.Secret < w.cloud.SecretsManager.Current()
}

// renew calls the rotation release, and again what fails, as Lambda does for asynchronous events.
func (w *World) renew(attempt int) {
	if strings.HasPrefix(string(w.stack.Status), "DELETE") {
		return
	}
	err := invoke(w, "rotationrelease", cloud.Request{ID: "event"}, func(ctx context.Context) error {
		h := rotationrelease.Handler{
			CodeDeploy: w.cloud.CodeDeploy, ECS: w.cloud.ECS, CloudFormation: w.cloud.CloudFormation, Secrets: w.cloud.SecretsManager,
			Now: w.cloud.Now, Properties: rotationrelease.Properties{
				Cluster: application, Service: application, Application: application, DeploymentGroup: application,
				AppSpec: fmt.Sprintf(appSpec, rotationrelease.Primary), Stack: stackName, Secret: "secret",
			},
		}
		answer, err := h.Handle(ctx)
		w.log("lambda", "rotation release: %s %s", answer.Deployment, answer.Reason)
		return err
	})
	if err != nil && attempt < 3 {
		w.cloud.After(time.Duration(attempt)*time.Minute, func() { w.renew(attempt + 1) })
	}
}

// renews is told of a deployment that the rotation release creates.
func (w *World) renews(d *cloud.Deployment) {
	live := w.live()
	w.check(renewal, live != nil && live.Revision.Arn == d.TaskDefinition(), "%s deploys %s", d.ID, d.TaskDefinition())
	w.check(renewal, !w.busy() || w.began.After(w.running.started), "%s starts while the stack is %s", d.ID, w.stack.Status)
	w.check(renewal, live == nil || w.rotating() || live.Created.Before(w.cloud.SecretsManager.Rotation().Add(time.Minute)), "%s deploys for nothing", d.ID)
	w.check(spotKept, sameStrategy(d.Strategy()), "%s has an AppSpec without the capacity strategy", d.ID)
}

// renewed lets the schedule finish, where a release can succeed at all.
func (w *World) renewed() {
	live := w.live()
	if w.broken != nil || !w.usable() || live == nil || !w.rotating() {
		return
	}
	image := w.cloud.ECR.Image(live.Revision.Digest())
	if w.foreign || image == nil || image.Broken || image.Refused || image.Alarming || live.Revision.Status != ecstypes.TaskDefinitionStatusActive {
		w.excused("a version that cannot be released again keeps its credentials")
		return
	}
	w.schedule()
	for range 4 {
		w.cloud.Advance(rotationrelease.Pause + time.Hour)
		if !w.rotating() {
			break
		}
	}
	w.check(renewedLast, !w.rotating(), "%s holds version %d of %d", w.live().ID, w.live().Secret, w.cloud.SecretsManager.Current())
}

// awaitRenewal lets a rotation release end that an update has met and that Release had no reason to stop, and CodeDeploy's
// way back from one: meanwhile the traffic is divided between tasks of the same version.
func (w *World) awaitRenewal() {
	for end := w.cloud.Now().Add(3 * time.Hour); renewing(w.cloud.CodeDeploy.InFlight()) && w.cloud.Now().Before(end); {
		w.cloud.Advance(time.Minute)
	}
}

// renewing tells whether a deployment is a rotation release, or the way back from one.
func renewing(d *cloud.Deployment) bool {
	return d != nil && (rotationrelease.Is(d.Description) || renewing(d.RollsBack()))
}
