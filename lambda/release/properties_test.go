package release

import (
	"strings"
	"testing"

	"payment-processor/lambda/deployment"
)

// A first deployment that asks nobody proves nothing. A rollback may bring properties of before there was a question.
func TestOnlyAFirstDeploymentNeedsAQuestion(t *testing.T) {
	a := running(v1, "blue")
	event := Event{RequestType: deployment.Create, RequestID: "r1", Properties: wanting(v1)}
	event.Properties.Probe, event.Properties.Paths = "", nil
	_, err := a.handler().OnEvent(t.Context(), event)
	if err == nil || !strings.Contains(err.Error(), "property Paths is empty") || !strings.Contains(err.Error(), "property Probe is empty") {
		t.Errorf("on creation: %v", err)
	}
	event.RequestType = deployment.Update
	if _, err := a.handler().OnEvent(t.Context(), event); err != nil {
		t.Errorf("on a way back: %v", err)
	}
}

func TestValidate(t *testing.T) {
	if err := wanting(v1).validate(); err != nil {
		t.Error(err)
	}
	for name, test := range map[string]struct {
		change func(*Properties)
		want   []string
	}{
		"all missing": {func(p *Properties) { *p = Properties{} }, []string{"Cluster", "Service", "AppSpec", "Listener", "Parameter"}},
		"not JSON":    {func(p *Properties) { p.AppSpec = "version: 0.0" }, []string{"AppSpec is not JSON"}},
		"no resource": {func(p *Properties) { p.AppSpec = "{}" }, []string{"has 0 resources"}},
		"another":     {func(p *Properties) { p.TaskDefinition = v2 }, []string{v1, v2}},
		"loses Spot":  {func(p *Properties) { p.AppSpec = strings.Replace(p.AppSpec, "CapacityProviderStrategy", "Other", 1) }, []string{"CapacityProviderStrategy", "Spot is lost"}},
		"empty strategy": {func(p *Properties) {
			p.AppSpec = strings.Replace(p.AppSpec, `[{"CapacityProvider": "FARGATE"}]`, "[]", 1)
		}, []string{"CapacityProviderStrategy"}},
	} {
		p := wanting(v1)
		test.change(&p)
		err := p.validate()
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q in it", name, err, want)
			}
		}
	}
}
