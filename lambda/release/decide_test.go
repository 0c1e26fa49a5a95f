package release

import (
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/tasks"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"pgregory.net/rapid"
)

// quiet is a state in which v2 is wanted and runs, and nothing is in flight.
func quiet() State {
	return State{
		RequestType: deployment.Update, RequestID: "id", Now: noon, Wanted: v2,
		Receipt:  deployment.Receipt{IssuedAt: noon.Add(-time.Minute)},
		Live:     deployment.Live{Exists: true, Primary: &deployment.TaskSet{TaskDefinition: v2, TargetGroup: "green", Running: 3, Desired: 3}},
		Listener: Listener{Exists: true, Actions: forwardTo("green")},
	}
}

func own(status types.DeploymentStatus) deployment.Deployment {
	return deployment.Deployment{ID: "own", Status: status, Description: release("id"), Completed: noon.Add(-time.Hour)}
}

func foreign(status types.DeploymentStatus) deployment.Deployment {
	return deployment.Deployment{ID: "foreign", Status: status, Description: release("another"), Completed: noon.Add(-time.Hour)}
}

func with(changes ...func(*State)) State {
	s := quiet()
	for _, change := range changes {
		change(&s)
	}
	return s
}

func deployments(all ...deployment.Deployment) func(*State) {
	return func(s *State) { s.Deployments = all }
}

func primary(taskDefinition string, running int) func(*State) {
	return func(s *State) { s.Live.Primary.TaskDefinition, s.Live.Primary.Running = taskDefinition, running }
}

func waited(d time.Duration) func(*State) {
	return func(s *State) { s.Receipt.IssuedAt = s.Now.Add(-d) }
}

func interrupting(s *State) { s.Receipt.Interrupts = true }

func deleting(s *State) { s.RequestType = deployment.Delete }

func creating(s *State) { s.RequestType = deployment.Create }

func answering(wrong string) func(*State) {
	return func(s *State) { s.Tasks = &Answers{Wrong: wrong} }
}

func TestDecide(t *testing.T) {
	back := foreign(types.DeploymentStatusInProgress)
	back.Automatic, back.ID = true, "back"
	settling := own(types.DeploymentStatusFailed)
	settling.RollsBack, settling.Completed = true, noon.Add(-10*time.Second)
	fresh := own(types.DeploymentStatusSucceeded)
	fresh.Completed = noon.Add(-10 * time.Second)
	stale := fresh
	stale.Completed = noon.Add(-showing)

	for name, test := range map[string]struct {
		state State
		want  Action
		about string
	}{
		// DESIGN 5.1: somebody else's deployment
		"foreign in flight":                {with(deployments(foreign(types.DeploymentStatusInProgress))), Stop, "foreign"},
		"foreign awaits approval":          {with(deployments(foreign(types.DeploymentStatusReady))), Stop, "foreign"},
		"foreign of the cancelled request": {with(deployments(foreign(types.DeploymentStatusCreated)), primary(v1, 3)), Stop, "foreign"},
		"a rollback in flight":             {with(deployments(back)), Wait, "back"},
		"foreign ended":                    {with(deployments(foreign(types.DeploymentStatusStopped))), Finish, ""},
		"foreign in flight, for the hour":  {with(deployments(foreign(types.DeploymentStatusInProgress)), waited(time.Hour)), Fail, "foreign"},
		"foreign in flight, ours failed":   {with(deployments(foreign(types.DeploymentStatusInProgress), own(types.DeploymentStatusFailed))), Stop, "foreign"},
		// 5.2
		"own in flight":               {with(deployments(own(types.DeploymentStatusInProgress)), primary(v1, 3)), Wait, "own"},
		"own awaits approval":         {with(deployments(own(types.DeploymentStatusReady)), primary(v1, 3)), Wait, "own"},
		"own in flight, for the hour": {with(deployments(own(types.DeploymentStatusInProgress)), waited(deployment.Patience)), Fail, "own"},
		// 5.3
		"own failed, rollback about to begin": {with(deployments(settling), primary(v1, 3)), Wait, "own"},
		"own failed, rollback in flight":      {with(deployments(back, own(types.DeploymentStatusFailed)), primary(v1, 3)), Wait, "back"},
		"own failed, rolled back":             {with(deployments(own(types.DeploymentStatusFailed)), primary(v1, 3)), Fail, "own"},
		"own stopped":                         {with(deployments(own(types.DeploymentStatusStopped)), primary(v1, 3)), Fail, "own"},
		"own failed, PRIMARY is the wanted":   {with(deployments(own(types.DeploymentStatusFailed))), Fail, "own"},
		// 5.4
		"own succeeded":                            {with(deployments(own(types.DeploymentStatusSucceeded))), Finish, "own"},
		"own succeeded, ECS is late":               {with(deployments(fresh), primary(v1, 3)), Wait, "own"},
		"own succeeded, and ECS never showed it":   {with(deployments(stale), primary(v1, 3)), Start, ""},
		"own succeeded, somebody deployed over it": {with(deployments(own(types.DeploymentStatusSucceeded)), primary(v1, 3)), Start, ""},
		"own succeeded, listener elsewhere":        {with(deployments(own(types.DeploymentStatusSucceeded)), func(s *State) { s.Listener.Actions = forwardTo("blue") }), Repair, ""},
		// 5.5
		"runs already": {with(), Finish, ""},
		// a first deployment has no hook
		"runs already, on create":                   {with(creating), Ask, ""},
		"on create, late":                           {with(creating, waited(time.Hour)), Ask, ""},
		"on create, the listener elsewhere":         {with(creating, func(s *State) { s.Listener.Actions = forwardTo("blue") }), Repair, ""},
		"on create, another runs":                   {with(creating, primary(v1, 3)), Start, ""},
		"on create, the hook has asked":             {with(creating, deployments(own(types.DeploymentStatusSucceeded))), Finish, "own"},
		"on create, the tasks answer":               {with(creating, answering("")), Finish, ""},
		"on create, the tasks answer at last":       {with(creating, answering(""), waited(time.Hour)), Finish, ""},
		"on create, the tasks start":                {with(creating, answering("503"), waited(tasks.Patience-time.Second)), Wait, ""},
		"on create, the tasks answer no":            {with(creating, answering("503"), waited(tasks.Patience)), Fail, ""},
		"on create, interrupting, the tasks answer": {with(creating, answering(""), interrupting, waited(10*time.Second)), Wait, ""},
		"runs already, listener elsewhere":          {with(func(s *State) { s.Listener.Actions = forwardTo("blue") }), Repair, ""},
		"runs already, no listener":                 {with(func(s *State) { s.Listener = Listener{} }), Fail, ""},
		"runs already, without a target group":      {with(func(s *State) { s.Live.Primary.TargetGroup = "" }), Fail, ""},
		"another runs":                              {with(primary(v1, 3)), Start, ""},
		"another runs, listener elsewhere":          {with(primary(v1, 3), func(s *State) { s.Listener.Actions = forwardTo("blue") }), Repair, ""},
		"another runs, for the hour":                {with(primary(v1, 3), waited(deployment.Patience)), Fail, ""},
		"the wanted runs without tasks":             {with(primary(v2, 0)), Wait, ""},
		"the wanted runs scaled to zero":            {with(primary(v2, 0), func(s *State) { s.Live.Primary.Desired = 0 }), Finish, ""},
		"no PRIMARY yet":                            {with(func(s *State) { s.Live.Primary = nil }), Wait, ""},
		"no service":                                {with(func(s *State) { s.Live = deployment.Live{} }), Fail, ""},
		// the last poll of a cancelled request
		"interrupting, at once":              {with(interrupting, waited(10*time.Second)), Wait, ""},
		"in a rollback, at once":             {with(waited(10*time.Second), func(s *State) { s.Receipt.StackStatus = "UPDATE_ROLLBACK_IN_PROGRESS" }), Wait, ""},
		"interrupting, later":                {with(interrupting, waited(grace)), Finish, ""},
		"interrupting, with something to do": {with(interrupting, waited(0), primary(v1, 3)), Start, ""},
		// Delete
		"delete, quiet":          {with(deleting), Finish, ""},
		"delete, nothing exists": {with(deleting, func(s *State) { s.Live, s.Listener = deployment.Live{}, Listener{} }), Finish, ""},
		"delete, in flight":      {with(deleting, deployments(foreign(types.DeploymentStatusInProgress))), Stop, "foreign"},
		"delete, rolling back":   {with(deleting, deployments(back)), Wait, "back"},
		"delete, interrupting":   {with(deleting, interrupting, waited(0)), Wait, ""},
	} {
		got := Decide(test.state)
		if got.Action != test.want || got.Deployment != test.about || got.Reason == "" {
			t.Errorf("%s: got %+v, want %s about %q", name, got, test.want, test.about)
		}
	}
}

func TestGivingUpSaysWhatItWaitedFor(t *testing.T) {
	got := Decide(with(deployments(own(types.DeploymentStatusInProgress)), waited(time.Hour)))
	for _, want := range []string{"57m", "deployment own is InProgress", "stopped by the rollback"} {
		if !strings.Contains(got.Reason, want) {
			t.Errorf("got %q, want %q in it", got.Reason, want)
		}
	}
}

// drawn is any state at all.
func drawn(t *rapid.T) State {
	statuses := types.DeploymentStatus("").Values()
	s := quiet()
	s.RequestType = rapid.SampledFrom([]string{deployment.Create, deployment.Update, deployment.Delete}).Draw(t, "type")
	s.Receipt.IssuedAt = noon.Add(-time.Duration(rapid.IntRange(0, 70).Draw(t, "minutes")) * time.Minute)
	s.Receipt.Interrupts = rapid.Bool().Draw(t, "interrupts")
	for range rapid.IntRange(0, 4).Draw(t, "deployments") {
		d := rapid.SampledFrom([]func(types.DeploymentStatus) deployment.Deployment{own, foreign}).Draw(t, "whose")(rapid.SampledFrom(statuses).Draw(t, "status"))
		d.Automatic = d.ID == "foreign" && rapid.Bool().Draw(t, "automatic")
		d.RollsBack = rapid.Bool().Draw(t, "rolls back")
		d.Completed = noon.Add(-time.Duration(rapid.IntRange(0, 200).Draw(t, "ago")) * time.Second)
		s.Deployments = append(s.Deployments, d)
	}
	if rapid.Bool().Draw(t, "asked") {
		s.Tasks = &Answers{rapid.SampledFrom([]string{"", "503"}).Draw(t, "answer")}
	}
	s.Live.Exists = rapid.Bool().Draw(t, "service")
	if rapid.Bool().Draw(t, "primary") {
		s.Live.Primary.TaskDefinition = rapid.SampledFrom([]string{v1, v2}).Draw(t, "revision")
		s.Live.Primary.Running = rapid.IntRange(0, 2).Draw(t, "running")
		s.Live.Primary.TargetGroup = rapid.SampledFrom([]string{"", "blue", "green"}).Draw(t, "group")
	} else {
		s.Live.Primary = nil
	}
	s.Listener.Exists = rapid.Bool().Draw(t, "listener")
	s.Listener.Actions = forwardTo(rapid.SampledFrom([]string{"blue", "green"}).Draw(t, "forwards to"))
	return s
}

func TestDecideNeverHarms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		got := Decide(s)
		inFlight := false
		for _, d := range s.Deployments {
			inFlight = inFlight || d.InFlight()
			if got.Action == Stop && d.ID == got.Deployment && d.InFlight() && d.Of("id") {
				t.Fatalf("stops its own deployment: %+v", got)
			}
		}
		patient := s.Receipt.Waited(s.Now) < deployment.Patience
		switch got.Action {
		case Start, Repair, Finish, Ask:
			if inFlight {
				t.Fatalf("%+v while a deployment is in flight", got)
			}
		case Wait, Stop:
			if !patient {
				t.Fatalf("%+v after the hour", got)
			}
		case Fail:
		}
		serves := s.Live.Exists && s.Live.Primary.Serves(v2)
		switch {
		case got.Action == Start && (serves || s.RequestType == deployment.Delete):
			t.Fatalf("starts what runs already or what is deleted: %+v", got)
		case got.Action == Repair && (!serves && s.Live.Primary.TaskDefinition == v2 || s.Live.Primary.TargetGroup == ""):
			t.Fatalf("moves traffic to where nothing serves: %+v", got)
		case got.Action == Finish && s.RequestType != deployment.Delete && (!serves || !s.Listener.ForwardsOnlyTo(s.Live.Primary.TargetGroup)):
			t.Fatalf("claims success although the wanted revision does not serve: %+v", got)
		case got.Action == Finish && s.RequestType == deployment.Create && s.own() == nil && (s.Tasks == nil || s.Tasks.Wrong != ""):
			t.Fatalf("a first deployment ends without the tasks' word: %+v", got)
		case got.Action == Ask && (!serves || s.Tasks != nil || s.RequestType != deployment.Create):
			t.Fatalf("asks whom nobody has to ask: %+v", got)
		case got.Action == Fail && s.RequestType == deployment.Delete && patient:
			t.Fatalf("fails a destroy: %+v", got)
		}
	})
}
