package providers

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"payment-processor/localaws/internal/localtest"
	"payment-processor/localaws/resource"
)

type shaped struct {
	Name    *string
	Count   *int32
	Ratio   float64
	On      *bool
	Bytes   []byte
	Labels  map[string]string
	Nested  *shaped
	List    []shaped
	Strings []string
	Union   any
}

func TestShapeTakesScalarsAsTheFieldWantsThem(t *testing.T) {
	got := shaped{}
	err := shape(map[string]any{"name": 5.0, "COUNT": "8080", "Ratio": 1, "On": "true", "Bytes": "raw", "Labels": map[string]any{"a": 1},
		"Nested": map[string]any{"Name": map[string]any{"b": []any{1.5}}}, "List": []any{map[string]any{"Count": 1e6}},
		"Strings": []any{nil, true, 7}, "Union": "left alone", "Unknown": "too"}, &got)
	want := shaped{Name: new("5"), Count: new(int32(8080)), Ratio: 1, On: new(true), Bytes: []byte("raw"), Labels: map[string]string{"a": "1"},
		Nested: &shaped{Name: new(`{"b":[1.5]}`)}, List: []shaped{{Count: new(int32(1000000))}}, Strings: []string{"", "true", "7"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestShapeNamesThePropertyThatDoesNotFit(t *testing.T) {
	for want, properties := range map[string]map[string]any{
		`/Nested/List/1/Count: "many" is no int32`: {"Nested": map[string]any{"List": []any{map[string]any{}, map[string]any{"Count": "many"}}}},
		"/Nested must be an object":                {"Nested": "flat"},
		"/List must be a list":                     {"List": "none"},
		"/Labels must be an object":                {"Labels": []any{}},
		`/Ratio: "half" is no float64`:             {"Ratio": "half"},
		`/On: "perhaps" is no bool`:                {"On": "perhaps"},
	} {
		if err := shape(properties, &shaped{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	type labelled struct{ Weights map[string]int }
	if err := shape(map[string]any{"Weights": map[string]any{"a": "x"}}, &labelled{}); err == nil {
		t.Error("a map took an element that does not fit")
	}
}

func TestNamesStayWithinWhatAWSAllows(t *testing.T) {
	request := asked("x", nil)
	request.StackName, request.LogicalID = "payment-processor-platform-dev", "LoadBalancerOfThePlatform1234"
	if name := named(request, "Name", 32); len(name) != 32 || !strings.HasPrefix(name, "payment-p-LoadBalanc") && !strings.HasPrefix(name, "payment-") {
		t.Errorf("got %s of %d characters, want 32", name, len(name))
	}
	request.StackName, request.LogicalID = "s", "L"
	if name := named(request, "Name", 32); name != "s-L-"+strings.ToUpper(request.Token)[:12] {
		t.Errorf("got %s", name)
	}
	request.Tags = nil
	if tags, there := tagged(request)["Tags"]; there {
		t.Errorf("a resource without tags has %v", tags)
	}
}

func TestNothingToDelete(t *testing.T) {
	provider, _ := All(aws.Config{Region: "us-east-2"}).Find("AWS::SNS::Topic")
	if err := provider.Delete(t.Context(), resource.Request{}); err != nil {
		t.Errorf("deleting what was never made: %v", err)
	}
}

// A target that EventBridge does not take must not go unnoticed: the call as a whole succeeds.
func TestTargetsThatAreRefused(t *testing.T) {
	config := localtest.Config(localtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch afterLast(r.Header.Get("X-Amz-Target"), ".") {
		case "DescribeRule":
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"ResourceNotFoundException","message":"no rule"}`))
		case "PutRule":
			_, _ = w.Write([]byte(`{"RuleArn":"arn:aws:events:us-east-2:123456789012:rule/r"}`))
		default:
			_, _ = w.Write([]byte(`{"FailedEntryCount":1,"FailedEntries":[{"ErrorMessage":"no such queue"}]}`))
		}
	})))
	provider, _ := All(config).Find("AWS::Events::Rule")
	_, err := provider.Create(t.Context(), asked("AWS::Events::Rule", map[string]any{"ScheduleExpression": "rate(1 day)", "Targets": []any{}}))
	if err == nil || err.Error() != "no such queue" {
		t.Errorf("got %v, want the target's refusal", err)
	}
}

func TestReasonsKeepTheErrorThatTheyReword(t *testing.T) {
	refused := &smithy.GenericAPIError{Code: "Throttling", Message: "slow down"}
	if err := reason(refused); !errors.Is(err, refused) || !strings.HasPrefix(err.Error(), "slow down (Service") {
		t.Errorf("got %v", err)
	}
}
