package release

import (
	"fmt"
	"time"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// State is what one poll sees. While a deployment is in flight only the deployments are looked at.
type State struct {
	RequestType string
	RequestID   string
	Receipt     deployment.Receipt
	Now         time.Time
	Wanted      string                  // task definition ARN
	Deployments []deployment.Deployment // newest first
	Live        deployment.Live
	Listener    Listener
	Tasks       *Answers // of a first deployment, once they were asked
}

// Action is what a poll does.
type Action string

// The actions. All but Finish and Fail are followed by another poll.
const (
	Wait   Action = "wait"
	Stop   Action = "stop"   // the deployment, with rollback
	Start  Action = "start"  // a deployment of the wanted revision
	Repair Action = "repair" // make the listener forward to the PRIMARY task set's target group
	Ask    Action = "ask"    // the tasks, and decide again by what they answer
	Finish Action = "finish" // CloudFormation hears SUCCESS
	Fail   Action = "fail"   // CloudFormation hears FAILED
)

// Decision is an action and why.
type Decision struct {
	Action     Action
	Reason     string
	Deployment string // the one it is about, if any
}

// grace is how long a request that interrupts another waits before it ends: a last poll of the other may be about to start
// a deployment, ListDeployments may be late to show it, and a slow onEvent may be about to write over the record.
const grace = deployment.FunctionTimeout + 15*time.Second

// Decide is the whole of the release logic. It gives up before CloudFormation does, so as to say why.
func Decide(s State) Decision {
	d := decide(s)
	if d.Action == Finish && s.interrupts() && s.Receipt.Waited(s.Now) < grace {
		return Decision{Wait, "making sure that the request before this one starts nothing any more", ""}
	}
	if (d.Action == Wait || d.Action == Stop || d.Action == Start) && s.Receipt.Waited(s.Now) >= deployment.Patience {
		return Decision{Fail, fmt.Sprintf("gave up after %v, short of CloudFormation's hour; last: %s. "+
			"A deployment in flight is stopped by the rollback that follows", deployment.Patience, d.Reason), d.Deployment}
	}
	return d
}

func decide(s State) Decision {
	if d, stop := s.blocking(); stop {
		return Decision{Stop, "a deployment that is not of this request is in flight", d.ID}
	} else if d != nil {
		return Decision{Wait, fmt.Sprintf("deployment %s is %s", d.ID, d.Status), d.ID}
	}
	if s.RequestType == deployment.Delete {
		return Decision{Finish, "nothing is in flight", ""}
	}
	if own := s.own(); own != nil && own.Status != types.DeploymentStatusSucceeded {
		return Decision{Fail, "the deployment did not succeed", own.ID}
	} else if own != nil && s.Now.Sub(own.Completed) < showing && !s.Live.Primary.Serves(s.Wanted) {
		return Decision{Wait, "the deployment succeeded, the service does not show it yet", own.ID}
	}
	switch primary := s.Live.Primary; {
	case !s.Live.Exists:
		return Decision{Fail, "there is no such service", ""}
	case primary == nil:
		return Decision{Wait, "the service has no PRIMARY task set", ""}
	case !s.Listener.Exists:
		return Decision{Fail, "there is no such listener", ""}
	case primary.TargetGroup == "":
		return Decision{Fail, "the PRIMARY task set has no target group", ""}
	case primary.TaskDefinition == s.Wanted && !primary.Serves(s.Wanted):
		return Decision{Wait, "the PRIMARY task set is of the wanted revision but runs no task", ""}
	case !s.Listener.ForwardsOnlyTo(primary.TargetGroup):
		// Before a start too: CodeDeploy refuses with "Primary taskset target group must be behind listener".
		return Decision{Repair, "the listener does not forward to the PRIMARY task set's target group", ""}
	case primary.TaskDefinition != s.Wanted:
		return Decision{Start, "the PRIMARY task set runs " + revision(primary.TaskDefinition), ""}
	case s.unproven():
		return s.proof()
	default:
		return Decision{Finish, "the PRIMARY task set runs the wanted revision and has the listener's traffic", s.ownID()}
	}
}

// showing is how late ECS may be to show the PRIMARY task set that a deployment left behind.
const showing = 2 * time.Minute

// interrupts reports whether another request may still be at work. In a rollback that one may not even be recorded yet.
func (s State) interrupts() bool {
	return s.Receipt.Interrupts || rollingBack(s.Receipt.StackStatus)
}

func (s State) blocking() (*deployment.Deployment, bool) {
	return deployment.Blocking(s.Deployments, s.RequestID, revision(s.Wanted), s.Now)
}

// own is the newest deployment that this request started.
func (s State) own() *deployment.Deployment {
	for i := range s.Deployments {
		if s.Deployments[i].Of(s.RequestID) {
			return &s.Deployments[i]
		}
	}
	return nil
}

func (s State) ownID() string {
	if own := s.own(); own != nil {
		return own.ID
	}
	return ""
}
