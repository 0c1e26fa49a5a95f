package deployment

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"payment-processor/lambda/internal/awstest"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

var service = Service{Cluster: "c", Service: "s", Application: "a", DeploymentGroup: "g"}

func info(id string, status types.DeploymentStatus, age time.Duration) types.DeploymentInfo {
	return types.DeploymentInfo{DeploymentId: &id, Status: status, CreateTime: new(noon.Add(-age))}
}

func TestReadFindsAllInFlightAndTheDaysHistory(t *testing.T) {
	cloud := &awstest.Cloud{Page: 7}
	for i := range 40 {
		cloud.Deployments = append(cloud.Deployments, info(fmt.Sprintf("d-%02d", i), types.DeploymentStatusSucceeded, time.Duration(i)*time.Hour))
	}
	cloud.Deployments = append(cloud.Deployments, info("d-old", types.DeploymentStatusReady, 48*time.Hour),
		info("d-new", types.DeploymentStatusInProgress, 0))
	found, err := Read(t.Context(), cloud, service, noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 25+2 || found[len(found)-1].ID != "d-old" || !found[0].Created.Equal(noon) {
		t.Errorf("got %d deployments, first %s, last %s", len(found), found[0].ID, found[len(found)-1].ID)
	}
	if !cloud.Did("ListDeployments a/g") || !cloud.Did("BatchGetDeployments 25") || !cloud.Did("BatchGetDeployments 2") {
		t.Errorf("calls: %v", cloud.Calls)
	}
}

func TestDescribe(t *testing.T) {
	one := info("d-1", types.DeploymentStatusFailed, time.Hour)
	one.Description = new(Describe("id", "family:2", false))
	one.CompleteTime = new(noon)
	one.AutoRollbackConfiguration = &types.AutoRollbackConfiguration{Enabled: true}
	one.RollbackInfo = &types.RollbackInfo{RollbackMessage: new("nothing to roll back")}
	one.ErrorInformation = &types.ErrorInformation{Code: types.ErrorCodeAlarmActive, Message: new("alarm")}
	got := describe(one)
	want := Deployment{ID: "d-1", Status: types.DeploymentStatusFailed, Description: "release of CloudFormation to family:2, request id",
		Created: noon.Add(-time.Hour), Completed: noon, RollsBack: true, RolledBack: "nothing to roll back",
		Code: "ALARM_ACTIVE", Message: "alarm"}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for name, change := range map[string]func(*types.DeploymentInfo){
		"creator":   func(d *types.DeploymentInfo) { d.Creator = types.DeploymentCreatorCodeDeployRollback },
		"trigger":   func(d *types.DeploymentInfo) { d.RollbackInfo.RollbackTriggeringDeploymentId = new("d-0") },
		"our own":   func(d *types.DeploymentInfo) { d.Description = new(Describe("id", "family:1", true)) },
		"release":   func(*types.DeploymentInfo) {},
		"unrelated": func(d *types.DeploymentInfo) { d.Description = nil },
	} {
		changed := one
		changed.RollbackInfo = &types.RollbackInfo{}
		change(&changed)
		got := describe(changed)
		if want := slices.Contains([]string{"creator", "trigger", "our own"}, name); got.wayBackTo("") != want || got.wayBackTo("family:1") != want {
			t.Errorf("%s: way back %v, want %v", name, got.wayBackTo(""), want)
		}
		if want := slices.Contains([]string{"creator", "trigger"}, name); got.wayBackTo("family:10") != want {
			t.Errorf("%s: way back to family:10 %v, want %v", name, got.wayBackTo("family:10"), want)
		}
		if want := slices.Contains([]string{"our own", "release"}, name); got.Of("id") != want || got.Of("other") {
			t.Errorf("%s: of the request %v, want %v", name, got.Of("id"), want)
		}
	}
}

// CodeDeploy names the rollback before it lists it: a request that does not wait for it meets a listener in motion.
func TestReadFollowsRollbacks(t *testing.T) {
	failed := info("d-1", types.DeploymentStatusStopped, time.Minute)
	failed.AutoRollbackConfiguration = &types.AutoRollbackConfiguration{Enabled: true}
	failed.CompleteTime = new(noon.Add(-10 * time.Second))
	failed.RollbackInfo = &types.RollbackInfo{RollbackDeploymentId: new("d-2")}
	back := info("d-2", types.DeploymentStatusInProgress, 0)
	back.Creator = types.DeploymentCreatorCodeDeployRollback
	cloud := &awstest.Cloud{Deployments: []types.DeploymentInfo{failed, back}, Unlisted: []string{"d-2"}}
	found, err := Read(t.Context(), cloud, service, noon)
	if err != nil || len(found) != 2 {
		t.Fatalf("got %v, %v", found, err)
	}
	if blocking, stop := Blocking(found, "id", "", noon); blocking == nil || blocking.ID != "d-2" || stop {
		t.Errorf("blocking: %v, stop %v; want to wait for d-2", blocking, stop)
	}
	cloud.Deployments = cloud.Deployments[:1]
	if found, err = Read(t.Context(), cloud, service, noon); err != nil {
		t.Fatal(err)
	}
	if blocking, stop := Blocking(found, "id", "", noon); blocking == nil || blocking.ID != "d-1" || stop {
		t.Errorf("blocking: %v, stop %v; want to wait until d-1's rollback can be read", blocking, stop)
	}
	cloud.Fail = map[string]error{}
	second := &failsSecond{Cloud: cloud}
	if _, err := Read(t.Context(), second, service, noon); err == nil {
		t.Error("want the error of reading the rollback")
	}
}

func TestBlocking(t *testing.T) {
	own := Deployment{ID: "own", Status: types.DeploymentStatusInProgress, Description: Describe("id", "f:2", false)}
	foreign := Deployment{ID: "foreign", Status: types.DeploymentStatusQueued}
	back := Deployment{ID: "back", Status: types.DeploymentStatusCreated, Automatic: true}
	stopped := Deployment{ID: "stopped", Status: types.DeploymentStatusStopped, RollsBack: true, Completed: noon.Add(-30 * time.Second)}
	rolledBack, overdue, lone, shifted, done := stopped, stopped, stopped, stopped, own
	rolledBack.RolledBack = "back"
	overdue.Completed = noon.Add(-settling)
	lone.RollsBack = false
	shifted.Status = types.DeploymentStatusSucceeded
	done.Status = types.DeploymentStatusSucceeded
	ours, straggler := foreign, foreign
	ours.Description, straggler.Description = Describe("another", "f:1", true), Describe("another", "f:2", true)
	for name, test := range map[string]struct {
		all  []Deployment
		want string
		stop bool
	}{
		"a way back to the wanted revision":  {[]Deployment{ours}, "foreign", false},
		"a way back to another revision":     {[]Deployment{straggler}, "foreign", true},
		"nothing":                            {nil, "", false},
		"own":                                {[]Deployment{own}, "own", false},
		"foreign":                            {[]Deployment{foreign}, "foreign", true},
		"foreign behind a rollback":          {[]Deployment{back, foreign}, "foreign", true},
		"a rollback is never stopped":        {[]Deployment{back}, "back", false},
		"its rollback may still come":        {[]Deployment{stopped}, "stopped", false},
		"its rollback is known":              {[]Deployment{rolledBack}, "", false},
		"its rollback is overdue":            {[]Deployment{overdue}, "", false},
		"no rollback is configured":          {[]Deployment{lone}, "", false},
		"there is nothing to roll back":      {[]Deployment{shifted}, "", false},
		"ended":                              {[]Deployment{done}, "", false},
		"a rollback, and what it rolls back": {[]Deployment{back, rolledBack}, "back", false},
	} {
		blocking, stop := Blocking(test.all, "id", "f:1", noon)
		got := ""
		if blocking != nil {
			got = blocking.ID
		}
		if got != test.want || stop != test.stop {
			t.Errorf("%s: got %q, stop %v; want %q, %v", name, got, stop, test.want, test.stop)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for _, operation := range []string{"ListDeployments", "BatchGetDeployments"} {
		cloud := &awstest.Cloud{
			Deployments: []types.DeploymentInfo{info("d-1", types.DeploymentStatusReady, 0)},
			Fail:        map[string]error{operation: errors.New("lost")},
		}
		if _, err := Read(t.Context(), cloud, service, noon); err == nil {
			t.Errorf("%s failed, and Read did not", operation)
		}
	}
	cloud := &awstest.Cloud{}
	if _, err := Read(t.Context(), &failsSecond{Cloud: cloud}, service, noon); err == nil {
		t.Error("the second ListDeployments failed, and Read did not")
	}
}

func TestStop(t *testing.T) {
	for code, want := range map[string]bool{
		"": false, "DeploymentAlreadyCompletedException": false, "DeploymentDoesNotExistException": false,
		"InvalidDeploymentStatusException": false, "ThrottlingException": true, "AccessDeniedException": true,
	} {
		cloud := &awstest.Cloud{Fail: map[string]error{}}
		if code != "" {
			cloud.Fail["StopDeployment"] = awstest.Refusal(code)
		}
		if err := Stop(t.Context(), cloud, "d-1"); (err != nil) != want {
			t.Errorf("%s: got %v", code, err)
		}
		if !cloud.Did("StopDeployment d-1 with rollback") {
			t.Errorf("calls: %v", cloud.Calls)
		}
	}
}
