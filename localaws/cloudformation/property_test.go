package cloudformation_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"pgregory.net/rapid"

	"payment-processor/localaws/resource"
)

// part is one resource of a random template.
type part struct {
	There     bool
	Delay     int // changed in place
	Name      int // changed by replacement
	Depends   []bool
	Deletion  string
	Replacing string
}

// step is one thing that people do, and what goes wrong meanwhile.
type step struct {
	Do         string
	Parts      []part
	NoRollback bool
	Fail       map[string]bool // "Update C"
	Cancel     time.Duration   // 0: nobody cancels
	Skip       bool
	Late       bool // what fails has had its effect
}

var ids = []string{"A", "B", "C", "D"}

func steps() *rapid.Generator[[]step] {
	parts := rapid.Custom(func(t *rapid.T) part {
		p := part{
			There: rapid.IntRange(0, 3).Draw(t, "there") > 0, Delay: rapid.IntRange(1, 2).Draw(t, "delay"), Name: rapid.IntRange(1, 2).Draw(t, "name"),
			Deletion:  rapid.SampledFrom([]string{"Delete", "Delete", "Retain", "RetainExceptOnCreate"}).Draw(t, "deletion"),
			Replacing: rapid.SampledFrom([]string{"Delete", "Delete", "Retain"}).Draw(t, "replacing"),
		}
		p.Depends = rapid.SliceOfN(rapid.Bool(), len(ids), len(ids)).Draw(t, "depends")
		return p
	})
	fails := rapid.Custom(func(t *rapid.T) map[string]bool {
		all := map[string]bool{}
		for _, id := range ids {
			for _, operation := range []string{"Create", "Update", "Delete"} {
				if rapid.IntRange(0, 9).Draw(t, operation+id) == 0 {
					all[operation+" "+id] = true
				}
			}
		}
		return all
	})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			Do:    rapid.SampledFrom([]string{"deploy", "deploy", "deploy", "continue", "rollback", "delete"}).Draw(t, "do"),
			Parts: rapid.SliceOfN(parts, len(ids), len(ids)).Draw(t, "parts"), NoRollback: rapid.IntRange(0, 3).Draw(t, "no rollback") == 0,
			Fail: fails.Draw(t, "fail"), Cancel: time.Duration(rapid.IntRange(0, 4).Draw(t, "cancel")) * 700 * time.Millisecond,
			Skip: rapid.Bool().Draw(t, "skip"), Late: rapid.Bool().Draw(t, "late"),
		}
	}), 1, 8)
}

func body(parts []part) string {
	var text strings.Builder
	text.WriteString("Resources:\n  Always: {Type: AWS::SNS::Topic}\n")
	for i, p := range parts {
		if !p.There {
			continue
		}
		fmt.Fprintf(&text, "  %s:\n    Type: AWS::SQS::Queue\n    DeletionPolicy: %s\n    UpdateReplacePolicy: %s\n    Properties:\n", ids[i], p.Deletion, p.Replacing)
		fmt.Fprintf(&text, "      DelaySeconds: %d\n      FifoQueue: %d\n      KmsMasterKeyId: !Sub 'x", p.Delay, p.Name)
		for j := range i {
			if p.Depends[j] && parts[j].There {
				fmt.Fprintf(&text, "-${%s.Arn}", ids[j])
			}
		}
		text.WriteString("'\n")
	}
	return text.String()
}

// history plays the steps, and says what is wrong after one of them.
func history(t *testing.T, all []step) string {
	b := newBench(t)
	name := "app"
	var current []part // what the stack was last brought to
	leaky := false     // somebody skipped a resource: it is as it may be
	for i, s := range all {
		b.mu.Lock()
		b.late = s.Late
		b.deny = func(operation string, r resource.Request) error {
			b.mu.Unlock()
			time.Sleep(time.Second) // it takes time: others run meanwhile, and somebody cancels
			b.mu.Lock()
			if s.Fail[operation+" "+r.LogicalID] {
				return errors.New("refused")
			}
			return nil
		}
		b.mu.Unlock()
		cancelled := b.act(name, s, current != nil)
		b.server.Wait()
		if cancelled && !strings.HasPrefix(b.status(name), "UPDATE_ROLLBACK_") {
			return fmt.Sprintf("step %d was cancelled and ends in %s", i, b.status(name))
		}
		out, err := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: &name})
		if err != nil {
			current, leaky = nil, false
			if wrong := b.compare(nil, false); wrong != "" {
				return fmt.Sprintf("after step %d, deleted: %s", i, wrong)
			}
			continue
		}
		switch status := out.Stacks[0].StackStatus; status {
		case types.StackStatusCreateComplete, types.StackStatusUpdateComplete:
			if s.Do == "deploy" {
				current = s.Parts
			}
		case types.StackStatusRollbackComplete:
			current = nil
		case types.StackStatusUpdateRollbackComplete:
			leaky = leaky || s.Do == "continue" && s.Skip
		case types.StackStatusDeleteFailed, types.StackStatusCreateFailed, types.StackStatusUpdateFailed, types.StackStatusRollbackFailed,
			types.StackStatusUpdateRollbackFailed:
			continue // not settled
		default:
			return fmt.Sprintf("step %d ends in %s", i, status)
		}
		if wrong := b.compare(current, leaky); wrong != "" {
			return fmt.Sprintf("after step %d, %s: %s\n%s", i, out.Stacks[0].StackStatus, wrong, strings.Join(b.history(name), "\n"))
		}
	}
	return ""
}

// act does what a step says, and does not mind being refused. It tells whether an update was cancelled.
func (b *bench) act(name string, s step, exists bool) bool {
	template := body(s.Parts)
	switch s.Do {
	case "deploy":
		if !exists {
			_, _ = b.CreateStack(ctx, &sdk.CreateStackInput{StackName: &name, TemplateBody: &template, DisableRollback: &s.NoRollback})
		}
		_, _ = b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: &name, TemplateBody: &template, DisableRollback: &s.NoRollback})
		if s.Cancel > 0 {
			time.Sleep(s.Cancel)
			_, err := b.CancelUpdateStack(ctx, &sdk.CancelUpdateStackInput{StackName: &name})
			return err == nil
		}
	case "continue":
		in := &sdk.ContinueUpdateRollbackInput{StackName: &name}
		if s.Skip {
			for _, id := range ids {
				one := []string{id}
				if _, err := b.ContinueUpdateRollback(ctx, &sdk.ContinueUpdateRollbackInput{StackName: &name, ResourcesToSkip: one}); err == nil {
					return false
				}
			}
		}
		_, _ = b.ContinueUpdateRollback(ctx, in)
	case "rollback":
		_, _ = b.RollbackStack(ctx, &sdk.RollbackStackInput{StackName: &name})
	case "delete":
		_, _ = b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: &name})
	}
	return false
}

// compare says how what there is differs from what the template says, apart from what was retained, or could not be deleted.
func (b *bench) compare(parts []part, leaky bool) string {
	excused := map[string]bool{}
	for _, e := range b.events {
		if e.Status == "DELETE_SKIPPED" || e.Status == "DELETE_FAILED" {
			excused[e.PhysicalID] = true
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	found, physicals := map[string]map[string]any{}, map[string]string{}
	for _, physical := range slices.Sorted(maps.Keys(b.live)) {
		id := physical[:strings.LastIndex(physical, "-")]
		if id == "Always" || excused[physical] {
			continue
		}
		if found[id] != nil {
			return "two of " + id
		}
		found[id], physicals[id] = b.live[physical], physical
	}
	for i, p := range parts {
		got := found[ids[i]]
		refers := "x"
		for j := range i {
			if p.Depends[j] && parts[j].There {
				refers += "-arn:" + physicals[ids[j]]
			}
		}
		delete(found, ids[i])
		switch {
		case p.There != (got != nil):
			return fmt.Sprintf("%s is there: %t", ids[i], got != nil)
		case p.There && !leaky && (got["DelaySeconds"] != float64(p.Delay) || got["FifoQueue"] != float64(p.Name) || got["KmsMasterKeyId"] != refers):
			return fmt.Sprintf("%s is %v, not %+v with %s", ids[i], got, p, refers)
		}
	}
	if len(found) > 0 {
		return fmt.Sprintf("there is still %v", found)
	}
	return ""
}

// Whatever happens, what there is in the end is what the stack's template says, with its values.
func TestWhatIsThereIsWhatTheTemplateSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := steps().Draw(rt, "steps")
		wrong := ""
		synctest.Test(t, func(t *testing.T) { wrong = history(t, all) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}
