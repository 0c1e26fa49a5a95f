package deployment

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"payment-processor/lambda/internal/awstest"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

func TestReadLive(t *testing.T) {
	begun := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	cloud := &awstest.Cloud{Services: []ecstypes.Service{{Status: new("ACTIVE"), TaskSets: []ecstypes.TaskSet{
		{Status: new("ACTIVE"), TaskDefinition: new("f:3")},
		{Status: new("PRIMARY"), TaskDefinition: new("f:2"), RunningCount: 3, ComputedDesiredCount: 4, CreatedAt: &begun,
			LoadBalancers: []ecstypes.LoadBalancer{{TargetGroupArn: new("blue")}}},
	}}}}
	live, err := ReadLive(t.Context(), cloud, service)
	if err != nil || !live.Exists || *live.Primary != (TaskSet{"f:2", "blue", 3, 4, begun}) || !slices.Equal(live.Named, []string{"f:3", "f:2"}) {
		t.Errorf("got %+v, %v", live, err)
	}
}

func TestReadLiveWithoutAService(t *testing.T) {
	for name, cloud := range map[string]*awstest.Cloud{
		"none":       {},
		"deleted":    {Services: []ecstypes.Service{{Status: new("INACTIVE"), TaskSets: []ecstypes.TaskSet{{Status: new("PRIMARY")}}}}},
		"no cluster": {Fail: map[string]error{"DescribeServices": &ecstypes.ClusterNotFoundException{}}},
	} {
		if live, err := ReadLive(t.Context(), cloud, service); err != nil || live.Exists || live.Primary != nil {
			t.Errorf("%s: got %+v, %v", name, live, err)
		}
	}
	cloud := &awstest.Cloud{Fail: map[string]error{"DescribeServices": errors.New("lost")}}
	if _, err := ReadLive(t.Context(), cloud, service); err == nil {
		t.Error("want the error")
	}
}

func TestServes(t *testing.T) {
	for _, test := range []struct {
		set  *TaskSet
		want bool
	}{
		{nil, false},
		{&TaskSet{TaskDefinition: "f:1", Running: 3, Desired: 3}, false},
		{&TaskSet{TaskDefinition: "f:2", Running: 0, Desired: 3}, false},
		{&TaskSet{TaskDefinition: "f:2", Running: 1, Desired: 3}, true},
		{&TaskSet{TaskDefinition: "f:2", Running: 0, Desired: 0}, true},
	} {
		if got := test.set.Serves("f:2"); got != test.want {
			t.Errorf("%+v: got %v", test.set, got)
		}
	}
}

func TestKindsOfErrors(t *testing.T) {
	for _, test := range []struct {
		err                                 error
		transient, notFound, denied, isBusy bool
	}{
		{nil, false, false, false, false},
		{errors.New("connection reset"), true, false, false, false},
		{fmt.Errorf("%w: the stack", ErrNotNow), true, false, false, false},
		{Failure("no"), false, false, false, false},
		{ErrSuperseded, false, false, false, false},
		{awstest.Refusal("Throttling"), true, false, false, false},
		{awstest.Refusal("InternalFailure"), true, false, false, false},
		{&smithy.GenericAPIError{Code: "Odd", Fault: smithy.FaultServer}, true, false, false, false},
		{&ecstypes.ServerException{}, true, false, false, false},
		{&ecstypes.ServiceNotFoundException{}, false, true, false, false},
		{awstest.Refusal("ParameterNotFound"), false, true, false, false},
		{awstest.Refusal("AccessDenied"), false, false, true, false},
		{awstest.Refusal("DeploymentLimitExceededException"), false, false, false, true},
	} {
		if Transient(test.err) != test.transient || NotFound(test.err) != test.notFound ||
			Denied(test.err) != test.denied || Busy(test.err) != test.isBusy {
			t.Errorf("%v: transient %v, not found %v, denied %v, busy %v", test.err,
				Transient(test.err), NotFound(test.err), Denied(test.err), Busy(test.err))
		}
	}
}
