// Package clicontext reads the context that the CDK CLI hands to an app.
package clicontext

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// Read returns cdk.json's context with -c on top. The CLI passes it in a variable, and in a file what the variable has
// no room for.
func Read(getenv func(string) string) (map[string]any, error) {
	raw := getenv("CDK_CONTEXT_JSON")
	if raw == "" {
		return nil, errors.New("CDK_CONTEXT_JSON is not set: run this through the CDK CLI, which passes cdk.json's context, as make synth does")
	}
	settings := map[string]any{}
	if err := json.Unmarshal([]byte(raw), &settings); err != nil {
		return nil, fmt.Errorf("CDK_CONTEXT_JSON: %w", err)
	}
	file := getenv("CONTEXT_OVERFLOW_LOCATION_ENV") // the CLI's own name for it
	if file == "" {
		return settings, nil
	}
	overflow, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("context overflow: %w", err)
	}
	if err := json.Unmarshal(overflow, &settings); err != nil {
		return nil, fmt.Errorf("context overflow %s: %w", file, err)
	}
	return settings, nil
}
