package release

import (
	"reflect"
	"testing"

	"payment-processor/lambda/deployment"

	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func weighted(pairs map[string]int32) []elbtypes.Action {
	action := elbtypes.Action{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
		TargetGroupStickinessConfig: &elbtypes.TargetGroupStickinessConfig{Enabled: new(true), DurationSeconds: new(int32(60))},
	}}
	for group, weight := range pairs {
		tuple := elbtypes.TargetGroupTuple{TargetGroupArn: &group}
		if weight >= 0 {
			tuple.Weight = &weight
		}
		action.ForwardConfig.TargetGroups = append(action.ForwardConfig.TargetGroups, tuple)
	}
	return []elbtypes.Action{action}
}

func TestForwardsOnlyTo(t *testing.T) {
	for name, test := range map[string]struct {
		actions []elbtypes.Action
		want    bool
	}{
		"to it":                   {forwardTo("green"), true},
		"elsewhere":               {forwardTo("blue"), false},
		"all weight on it":        {weighted(map[string]int32{"green": 100, "blue": 0}), true},
		"in the midst of a shift": {weighted(map[string]int32{"green": 90, "blue": 10}), false},
		"no weight on it":         {weighted(map[string]int32{"green": 0, "blue": 100}), false},
		"no weight on anything":   {weighted(map[string]int32{"green": 0}), false},
		"no weights":              {weighted(map[string]int32{"green": -1}), true},
		"nothing":                 {nil, false},
		"a redirect":              {[]elbtypes.Action{{Type: elbtypes.ActionTypeEnumRedirect}}, false},
		"authenticated":           {append([]elbtypes.Action{{Type: elbtypes.ActionTypeEnumAuthenticateOidc}}, forwardTo("green")...), true},
	} {
		if got := (Listener{Actions: test.actions}).ForwardsOnlyTo("green"); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestRepairChangesNothingButTheTargetGroup(t *testing.T) {
	a := running(v2, "green")
	login := elbtypes.Action{Type: elbtypes.ActionTypeEnumAuthenticateOidc, Order: new(int32(1))}
	a.listener = append([]elbtypes.Action{login}, weighted(map[string]int32{"green": 10, "blue": 90})...)
	before := *a.listener[1].ForwardConfig
	event := a.request(t, "id", deployment.Update, v2, v2)
	a.looksAgain(t, event)
	in := a.modified[0]
	if in.Port != nil || in.Protocol != "" || in.SslPolicy != nil || in.Certificates != nil || in.MutualAuthentication != nil {
		t.Errorf("changes more than the default actions: %+v", in)
	}
	if len(in.DefaultActions) != 2 || !reflect.DeepEqual(in.DefaultActions[0], login) {
		t.Errorf("the action before the forward changed: %+v", in.DefaultActions)
	}
	forward := in.DefaultActions[1]
	if !reflect.DeepEqual(forward.ForwardConfig.TargetGroupStickinessConfig, before.TargetGroupStickinessConfig) {
		t.Errorf("stickiness changed: %+v", forward.ForwardConfig)
	}
	if !(Listener{Actions: in.DefaultActions}).ForwardsOnlyTo("green") {
		t.Errorf("forwards to %+v", forward.ForwardConfig.TargetGroups)
	}
}

func TestRepairOfASimpleForward(t *testing.T) {
	actions := (Listener{Actions: forwardTo("blue")}).forwarding("green")
	if !(Listener{Actions: actions}).ForwardsOnlyTo("green") || actions[0].TargetGroupArn != nil {
		t.Errorf("got %+v", actions)
	}
}

func TestListenerThatIsGone(t *testing.T) {
	a := running(v2, "green")
	a.Fail["DescribeListeners"] = &elbtypes.ListenerNotFoundException{}
	a.fails(t, a.request(t, "id", deployment.Update, v2, v2), "there is no such listener", "listener listener")
	a = running(v2, "green")
	a.listener = nil
	a.fails(t, a.request(t, "id", deployment.Update, v2, v2), "there is no such listener")
}
