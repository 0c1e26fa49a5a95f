package services

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"payment-processor/localaws/internal/localtest"
	"payment-processor/simulation/cloud"
)

// village answers as moto does, and notes what it was asked.
type village struct {
	answers map[string]string // by operation; without one the operation fails
	asked   []string
}

func (v *village) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	operation := r.Header.Get("X-Amz-Target")
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		operation = form.Get("Action") + form.Get("NextToken")
	}
	if operation == "" {
		operation = r.URL.Path
	}
	v.asked = append(v.asked, operation+" "+string(body))
	answer, known := v.answers[operation]
	if !known {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>None</Code><Message>none</Message></Error></ErrorResponse>`)
		return
	}
	if strings.HasSuffix(operation, "/invocations") {
		w.WriteHeader(http.StatusAccepted)
	}
	fmt.Fprint(w, answer)
}

func visit(t *testing.T, answers map[string]string) (Neighbours, *village) {
	t.Helper()
	v := &village{answers: answers}
	address := localtest.Serve(t, v)
	return NewNeighbours(localtest.Config(address), address), v
}

func TestNeighbours(t *testing.T) {
	n, v := visit(t, map[string]string{
		"DescribeListeners":    `<R><DescribeListenersResult><Listeners><member><DefaultActions><member><Type>forward</Type><TargetGroupArn>arn:blue</TargetGroupArn></member></DefaultActions></member></Listeners></DescribeListenersResult></R>`,
		"ModifyListener":       `<R><ModifyListenerResult/></R>`,
		"DescribeSubnets":      `<R><subnetSet><item><subnetId>subnet-1</subnetId><availabilityZone>us-east-2a</availabilityZone><cidrBlock>10.0.0.0/24</cidrBlock></item></subnetSet></R>`,
		"DescribeTargetGroups": `<R><DescribeTargetGroupsResult><TargetGroups><member><TargetGroupArn>arn:blue</TargetGroupArn><TargetGroupName>blue</TargetGroupName><TargetType>ip</TargetType><LoadBalancerArns><member>lb</member></LoadBalancerArns></member></TargetGroups></DescribeTargetGroupsResult></R>`,
		"DescribeAlarms":       `<R><DescribeAlarmsResult><MetricAlarms><member><AlarmName>gate</AlarmName><StateValue>OK</StateValue></member></MetricAlarms><NextToken>2</NextToken></DescribeAlarmsResult></R>`,
		"DescribeAlarms2":      `<R><DescribeAlarmsResult><CompositeAlarms><member><AlarmName>all</AlarmName><StateValue>ALARM</StateValue></member></CompositeAlarms></DescribeAlarmsResult></R>`,
		"SetAlarmState":        `<R/>`,
		"AnyScaleFrontendService.DescribeScalableTargets": `{"ScalableTargets":[{"MinCapacity":3,"MaxCapacity":10}]}`,
		ecsTarget + "CreateCluster":                       "{}", ecsTarget + "RegisterTaskDefinition": "{}", ecsTarget + "CreateService": "{}", ecsTarget + "DeleteService": "{}",
		"/2015-03-31/functions/hook/invocations": "",
	})
	ctx := t.Context()
	if weights, err := n.Weights("listener"); err != nil || len(weights) != 1 || weights[0].TargetGroup != "arn:blue" {
		t.Errorf("weights %v, %v", weights, err)
	}
	if subnets, err := n.Subnets(ctx, []string{"subnet-1"}); err != nil || len(subnets) != 1 || subnets[0] != (Subnet{"subnet-1", "us-east-2a", "10.0.0.0/24"}) {
		t.Errorf("subnets %v, %v", subnets, err)
	}
	if groups, err := n.TargetGroups(ctx, nil, []string{"blue"}); err != nil || len(groups) != 1 || groups[0] != (TargetGroup{"arn:blue", "blue", true, "ip"}) {
		t.Errorf("target groups %v, %v", groups, err)
	}
	if alarms, err := n.Alarms(ctx); err != nil || alarms["gate"] != "OK" || alarms["all"] != "ALARM" {
		t.Errorf("alarms %v, %v", alarms, err)
	}
	if scaling, err := n.Scaling(ctx, "service/app/app"); err != nil || scaling != (Scaling{3, 10}) {
		t.Errorf("scaling %v, %v", scaling, err)
	}
	for name, err := range map[string]error{
		"route": n.Route("listener", cloud.Weight{TargetGroup: "arn:green", Weight: 100}), "alarm": n.SetAlarm(ctx, "gate", "ALARM", "test"),
		"announce": n.Announce(ctx, "app", "app", true), "leave": n.Announce(ctx, "app", "app", false),
		"invoke": n.Invoke(ctx, "hook", map[string]string{"DeploymentId": "d-1"}),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	all := strings.Join(v.asked, "\n")
	for _, want := range []string{"SubnetId.1=subnet-1", "arn%3Agreen", "StateValue=ALARM", `"serviceName":"app"`, `{"DeploymentId":"d-1"}`} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody was asked for %s", want)
		}
	}
}

func TestNeighboursThatFail(t *testing.T) {
	n, _ := visit(t, map[string]string{})
	ctx := t.Context()
	_, weights := n.Weights("listener")
	_, subnets := n.Subnets(ctx, nil)
	_, groups := n.TargetGroups(ctx, nil, nil)
	_, alarms := n.Alarms(ctx)
	_, scaling := n.Scaling(ctx, "")
	for name, err := range map[string]error{
		"weights": weights, "subnets": subnets, "groups": groups, "alarms": alarms, "scaling": scaling,
		"announce": n.Announce(ctx, "app", "app", true), "invoke": n.Invoke(ctx, "hook", nil), "payload": n.Invoke(ctx, "hook", make(chan int)),
	} {
		if err == nil {
			t.Errorf("%s: nobody hears that it failed", name)
		}
	}
	n, _ = visit(t, map[string]string{"DescribeListeners": `<R><DescribeListenersResult/></R>`, "AnyScaleFrontendService.DescribeScalableTargets": `{}`})
	if _, err := n.Weights("listener"); err == nil {
		t.Error("weights of a listener that does not forward")
	}
	if scaling, err := n.Scaling(ctx, "service/app/app"); err != nil || scaling.Max != 0 {
		t.Errorf("scaling %v, %v", scaling, err)
	}
}
