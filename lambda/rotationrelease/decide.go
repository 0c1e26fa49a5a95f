package rotationrelease

import (
	"fmt"
	"strings"
	"time"

	"payment-processor/lambda/deployment"
)

// State is what one invocation sees.
type State struct {
	Now         time.Time
	Version     string    // id of the secret's current version
	Since       time.Time // it may not have been current before
	Deployments []deployment.Deployment
	Live        deployment.Live
}

const (
	// skew is how far apart the clocks of ECS and Secrets Manager may be. Tasks read the secret seconds after their task
	// set was created.
	skew = 5 * time.Second
	// Pause is how long a version of the secret is not tried again: a release that fails would fail again, and each
	// attempt may move traffic. The tasks' credentials stay valid until the next rotation.
	Pause = 6 * time.Hour
)

// Needless returns why no deployment is to be started, as far as that depends on the service; empty if one is.
func Needless(s State) string {
	primary := s.Live.Primary
	blocking, _ := deployment.Blocking(s.Deployments, "", "", s.Now)
	switch {
	case s.Version == "":
		return "the secret has no current version"
	case primary == nil || primary.Running == 0:
		return "nothing runs"
	case s.Since.Add(skew).Before(primary.Created):
		return "the tasks are newer than the credentials"
	case blocking != nil:
		return fmt.Sprintf("deployment %s is %s", blocking.ID, blocking.Status)
	}
	for _, d := range s.Deployments {
		if of(d, s.Version) && s.Now.Sub(d.Created) < Pause {
			return fmt.Sprintf("deployment %s has released this version of the secret, and is %s", d.ID, d.Status)
		}
	}
	return ""
}

// Grace is how late a rotation may be: Secrets Manager chooses the hour of the day that it is due, and tries again for a
// while what failed, which the rotation function's own errors tell.
//
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
const Grace = 48 * time.Hour

// Overdue returns an error if the current version is older than rotations, days apart, let it become. It goes by age
// alone: NextRotationDate is there only while rotation is on, and who turns it off must not be who silences this.
func Overdue(s State, days int) error {
	if days == 0 || s.Version == "" {
		return nil
	}
	if due := s.Since.AddDate(0, 0, days); s.Now.After(due.Add(Grace)) {
		return fmt.Errorf("rotation is overdue: version %s is current since %s, was to be replaced by %s",
			s.Version, s.Since.Format(time.RFC3339), due.Format(time.RFC3339))
	}
	return nil
}

const kind = "rotation release"

// describe is the description of a deployment that is started here.
func describe(taskDefinition, version string) string {
	return fmt.Sprintf("%s of %s, secret version %s", kind, taskDefinition[strings.LastIndex(taskDefinition, "/")+1:], version)
}

// Is reports whether a deployment's description is of one that was started here.
func Is(description string) bool { return strings.HasPrefix(description, kind) }

func of(d deployment.Deployment, version string) bool {
	return Is(d.Description) && !d.Automatic && strings.HasSuffix(d.Description, "version "+version)
}
