package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
)

// The event's field names are CodeDeploy's, and the report goes to CodeDeploy.
func TestMainReports(t *testing.T) {
	reports := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.HasSuffix(target, "PutLifecycleEventHookExecutionStatus"):
			reports <- string(body)
			fmt.Fprint(w, "{}")
		case strings.HasSuffix(target, "ListDeploymentTargets"):
			fmt.Fprint(w, `{"targetIds":["cluster:service"]}`)
		case strings.HasSuffix(target, "BatchGetDeploymentTargets"):
			fmt.Fprint(w, `{"deploymentTargets":[{"ecsTarget":{"taskSetsInfo":[{"taskSetLabel":"Green","targetGroup":{"name":"green"}}]}}]}`)
		case strings.HasSuffix(r.URL.Path, "/invocations"):
			fmt.Fprint(w, `{"Results":[{"Status":200},{"Status":200}]}`)
		case strings.Contains(string(body), "Action=DescribeTargetGroups"):
			fmt.Fprint(w, `<r><DescribeTargetGroupsResult><TargetGroups><member><TargetGroupArn>arn:green</TargetGroupArn></member></TargetGroups></DescribeTargetGroupsResult></r>`)
		default:
			fmt.Fprint(w, `<r><DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>10.0.0.1</Id><Port>8080</Port></Target><TargetHealth><State>healthy</State></TargetHealth></member></TargetHealthDescriptions></DescribeTargetHealthResult></r>`)
		}
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("PROBE_FUNCTION", "probe")
	t.Setenv("HEALTH_CHECK_PATH", "/health")
	event := map[string]string{"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "execution"}
	if got := runtimetest.Run(t, main).Invoke(t, event); got.Error != "" {
		t.Fatal(got.Error)
	}
	report := <-reports
	for _, want := range []string{`"d-1"`, `"execution"`, `"Succeeded"`} {
		if !strings.Contains(report, want) {
			t.Errorf("reported %s, want %s in it", report, want)
		}
	}
}
