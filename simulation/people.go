package simulation

import (
	"fmt"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// configure pushes an image and writes the template of a change.
func (w *World) configure(number int, change Change) template {
	next, _ := w.stack.Template().(template)
	next.FailFirst, next.FailLast = change.FailsFirst, change.FailsLast
	if change.FailsFirst {
		next.First++
	}
	if change.FailsLast {
		next.Last++
	}
	if change.Task {
		next.Task = number + 1
	}
	if change.Listener {
		next.Listener = number + 1
	}
	tag := fmt.Sprint("v", number+1)
	if change.Tag == Pushed {
		w.push(tag, tag, change.Image)
	}
	switch {
	case change.Tag == None:
		next.ImageTag = ""
	case change.Tag == Missing:
		next.ImageTag = "missing"
	case change.Tag == Earlier && len(w.images) > 0:
		next.ImageTag = w.images[w.rand.IntN(len(w.images))]
	default:
		next.ImageTag = tag
	}
	w.noteTag(next.ImageTag)
	return next
}

func (w *World) push(name, tag string, image Image) {
	pushed := w.cloud.ECR.Push(digestOf(name), tag)
	pushed.Broken, pushed.Refused = image == Broken, image == Refused
	pushed.Alarming = image == Alarming
	w.images = append(w.images, tag)
}

func (w *World) noteTag(tag string) {
	if image := w.cloud.ECR.Tagged(tag); image != nil {
		w.update.digests[image.Digest] = true
	}
}

// happen lets one of the plan's events happen, if it can just now.
func (w *World) happen(kind string) {
	tag := ""
	if t, ok := w.stack.Wanted().(template); ok {
		tag = t.ImageTag
	}
	done := false
	switch kind {
	case Cancel:
		done = w.stack.CancelUpdate()
	case Foreign:
		done = w.deployByHand()
	case AlarmFires:
		w.alarm("gate", 10*time.Minute)
		done = true
	case TagMoved:
		if done = w.cloud.ECR.Tagged(tag) != nil; done {
			w.push(fmt.Sprint(tag, w.cloud.Now()), tag, Good)
			w.noteTag(tag)
		}
	case TagRemoved:
		if done = w.cloud.ECR.Tagged(tag) != nil; done {
			w.cloud.ECR.Untag(tag)
		}
	case Scaled:
		done = w.scale()
	case Expired:
		w.cloud.ECR.Expire(2)
		done = true
	case Rotated:
		done = w.rotate()
	}
	if done {
		w.report.Faults[kind]++
	}
}

// deployByHand is somebody who deploys with CodeDeploy itself, some revision that is there.
func (w *World) deployByHand() bool {
	live, active := w.live(), w.cloud.ECS.Active()
	if live == nil || !live.Healthy || len(active) == 0 || !w.usable() && w.stack.Status != "UPDATE_IN_PROGRESS" && w.stack.Status != "UPDATE_ROLLBACK_IN_PROGRESS" {
		return false
	}
	spec := fmt.Sprintf(appSpec, active[w.rand.IntN(len(active))].Arn)
	_, err := w.cloud.CodeDeploy.CreateDeployment(background, &codedeploy.CreateDeploymentInput{
		Description: new("by hand"),
		Revision: &codedeploytypes.RevisionLocation{
			RevisionType:   codedeploytypes.RevisionLocationTypeAppSpecContent,
			AppSpecContent: &codedeploytypes.AppSpecContent{Content: &spec},
		},
	})
	w.foreign = w.foreign || err == nil
	return err == nil
}

func (w *World) scale() bool {
	desired := int32(3 + w.rand.IntN(desiredAtMost-2))
	if w.live() == nil {
		return false
	}
	w.desired = desired
	_, err := w.cloud.ECS.UpdateService(background, &ecs.UpdateServiceInput{DesiredCount: &desired})
	return err == nil
}

func (w *World) alarm(name string, after time.Duration) {
	w.cloud.CodeDeploy.Alarm(name, true)
	w.cloud.After(after, func() { w.cloud.CodeDeploy.Alarm(name, false) })
}

// watch fires the alarm of an image that works, but badly, as soon as traffic reaches it.
func (w *World) watch(set *cloud.TaskSet) {
	if set.Alarmed {
		return
	}
	set.Alarmed = true
	w.cloud.After(time.Duration(1+w.rand.IntN(8))*time.Minute, func() { w.alarm("errors", 15*time.Minute) })
}
