package providers

import "testing"

func TestLogStream(t *testing.T) {
	group := made(t, "AWS::Logs::LogGroup", map[string]any{}).PhysicalID
	life{
		kind: "AWS::Logs::LogStream",
		properties: func(unique string) map[string]any {
			return map[string]any{"LogGroupName": group, "LogStreamName": "s-" + unique}
		},
		changes: []func(map[string]any){func(map[string]any) {}},
	}.live(t)
	refused(t, "AWS::Logs::LogStream", "does not exist", map[string]any{"LogGroupName": group + "0"})
}
