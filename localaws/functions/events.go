package functions

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Event is what EventBridge delivers.
type Event struct {
	Version    string         `json:"version"`
	ID         string         `json:"id"`
	DetailType string         `json:"detail-type"`
	Source     string         `json:"source"`
	Account    string         `json:"account"`
	Time       string         `json:"time"`
	Region     string         `json:"region"`
	Resources  []string       `json:"resources"`
	Detail     map[string]any `json:"detail"`
}

// Emit delivers an event of AWS to the functions that rules of the default bus name, and does not wait.
func (r *Runtime) Emit(source, kind string, resources []string, detail map[string]any) {
	event := Event{
		Version: "0", ID: uuid(identity()), DetailType: kind, Source: source, Account: r.options.Account,
		Time: time.Now().UTC().Format(time.RFC3339), Region: r.options.Config.Region, Resources: resources, Detail: detail,
	}
	r.later(0, func(ctx context.Context) { _ = r.Deliver(ctx, event) }) // an event that finds no rules is lost
}

type rule struct {
	Name         string
	EventPattern string
	State        string
}

type target struct {
	Arn, Input, InputPath string
	InputTransformer      *struct {
		InputPathsMap map[string]string
		InputTemplate string
	}
}

// Deliver calls the functions that the enabled rules with a matching pattern name. Targets of other kinds are moto's to
// keep and nobody's to call.
func (r *Runtime) Deliver(ctx context.Context, event Event) error {
	encoded, err := json.Marshal(event)
	if err != nil {
		return err
	}
	var plain any
	_ = json.Unmarshal(encoded, &plain) // it was just written
	rules, err := r.rules(ctx)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if rule.State == "DISABLED" || !matches(rule.EventPattern, plain) {
			continue
		}
		var listed struct{ Targets []target }
		if err := r.wire.JSON(ctx, "events", "AWSEvents.ListTargetsByRule", map[string]string{"Rule": rule.Name}, &listed); err != nil {
			return err
		}
		for _, target := range listed.Targets {
			if strings.Contains(target.Arn, ":lambda:") {
				_ = r.Send(target.Arn, target.input(encoded, plain)) // a function that is gone gets nothing
			}
		}
	}
	return nil
}

func (r *Runtime) rules(ctx context.Context) ([]rule, error) {
	var all []rule
	in := map[string]string{}
	for {
		var page struct {
			Rules     []rule
			NextToken string
		}
		if err := r.wire.JSON(ctx, "events", "AWSEvents.ListRules", in, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Rules...)
		if page.NextToken == "" {
			return all, nil
		}
		in["NextToken"] = page.NextToken
	}
}

// input is what the target gets of an event.
func (t target) input(event []byte, plain any) []byte {
	switch {
	case t.Input != "":
		return []byte(t.Input)
	case t.InputPath != "":
		part, _ := json.Marshal(at(plain, t.InputPath)) // it came as JSON
		return part
	case t.InputTransformer != nil:
		return []byte(t.transformed(plain))
	}
	return event
}

// transformed fills a template in: a text keeps its quotes unless it stands in quotes already.
func (t target) transformed(plain any) string {
	text := t.InputTransformer.InputTemplate
	for name, path := range t.InputTransformer.InputPathsMap {
		encoded, _ := json.Marshal(at(plain, path)) // it came as JSON
		mark := "<" + name + ">"
		inner := strings.TrimSuffix(strings.TrimPrefix(string(encoded), `"`), `"`)
		if strings.HasPrefix(text, `"`) {
			text = strings.ReplaceAll(text, mark, inner)
			continue
		}
		text = strings.ReplaceAll(text, `"`+mark+`"`, `"`+inner+`"`)
		text = strings.ReplaceAll(text, mark, string(encoded))
	}
	return text
}

// at follows a JSON path such as $.detail.state or $.resources[0].
func at(value any, path string) any {
	path = strings.ReplaceAll(strings.TrimPrefix(path, "$"), "[", ".[")
	for step := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		if step == "" {
			continue
		}
		if index, is := strings.CutPrefix(step, "["); is {
			number, _ := strconv.Atoi(strings.TrimSuffix(index, "]"))
			list, _ := value.([]any)
			if number >= len(list) {
				return nil
			}
			value = list[number]
			continue
		}
		members, _ := value.(map[string]any)
		value = members[step]
	}
	return value
}
