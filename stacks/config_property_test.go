package stacks

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the table offers can be combined, in any form and from any source, and means what was written.
func TestValidConfigurationsLoadAndRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wanted := validConfiguration(t)
		config, err := LoadConfig(spread(t, wanted), noVariables)
		if err != nil {
			t.Fatalf("%v: %v", wanted, err)
		}
		for name, value := range wanted {
			if got := keyNamed(name).value.get(config); !reflect.DeepEqual(jsonOf(got), jsonOf(value)) {
				t.Errorf("%s is %v, want %v", name, got, value)
			}
		}
		if config.Deployment.Timeline().Total() > ReleaseBudget {
			t.Errorf("%+v does not fit the hour", config.Deployment)
		}
		again, err := LoadConfig(written(config), noVariables)
		if err != nil || !reflect.DeepEqual(again, config) {
			t.Errorf("read back as %+v (%v), want %+v", again, err, config)
		}
	})
}

// validConfiguration draws typed values that fit together.
func validConfiguration(t *rapid.T) object {
	whole := func(name string, least, most int) float64 { return float64(rapid.IntRange(least, most).Draw(t, name)) }
	zones := whole("zones", 2, 3)
	most := whole("most", 1, 500)
	desired := whole("desired", 1, int(most))
	least := whole("least", 1, int(desired))
	suffix := rapid.OneOf(rapid.SampledFrom([]string{"dev", "staging", "prod"}), rapid.StringMatching(`[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4})?[a-z0-9]`))
	size := rapid.SampledFrom(fargateSizes).Draw(t, "size")
	shift := rapid.SampledFrom(predefinedShifts).Draw(t, "shift")
	spare := ReleaseBudget - DeploymentConfig{DeploymentConfigName: shift.name}.Timeline().Total()
	drawn := object{
		"environmentSuffix":      suffix.Draw(t, "suffix"),
		"region":                 rapid.SampledFrom([]string{"us-east-2", "eu-central-1", "ap-southeast-4"}).Draw(t, "region"),
		"account":                rapid.StringMatching(`(\d{12})?`).Draw(t, "account"),
		"vpcCidr":                fmt.Sprintf("10.%d.0.0/%d", rapid.IntRange(0, 255).Draw(t, "block"), rapid.IntRange(16, 19).Draw(t, "prefix")),
		"availabilityZones":      zones,
		"natGateways":            whole("nat", 0, int(zones)),
		"imageTag":               rapid.StringMatching(`|[A-Za-z0-9_][A-Za-z0-9._-]{0,60}`).Filter(isNotLatest).Draw(t, "tag"),
		"containerPort":          whole("port", 1024, 65535),
		"cpu":                    float64(size.cpu),
		"memoryMiB":              float64(rapid.SampledFrom(fargateMemory(size.cpu)).Draw(t, "memory")),
		"architecture":           rapid.SampledFrom([]string{"X86_64", "ARM64"}).Draw(t, "architecture"),
		"minCapacity":            least,
		"desiredCount":           desired,
		"maxCapacity":            most,
		"fargateBase":            whole("base", 0, int(least)),
		"fargateSpotWeight":      whole("spot", 0, 1000),
		"domainName":             "pay.example.com", // production insists on TLS
		"hostedZoneId":           "Z0123456789ABC",
		"zoneName":               "example.com",
		"ingressCidrs":           []any{"0.0.0.0/0", "203.0.113.0/24"}[:rapid.IntRange(1, 2).Draw(t, "sources")],
		"targetProtocol":         rapid.SampledFrom([]string{"HTTP", "HTTPS"}).Draw(t, "protocol"),
		"requestsPerAddress":     whole("requests", 10, 2000000),
		"auditLogDays":           float64(rapid.SampledFrom([]int{400, 545, 731}).Draw(t, "audit days")),
		"archiveLogs":            rapid.Bool().Draw(t, "archive"),
		"auditTrail":             rapid.Bool().Draw(t, "trail"),
		"deploymentConfigName":   shift.name,
		"terminationWaitMinutes": whole("wait", 0, minutes(spare)),
		"tags": jsonOf(rapid.MapOfN(rapid.StringMatching(`[a-z]{4}`), rapid.StringMatching(`[A-Za-z0-9]{1,9}( [A-Za-z0-9]{1,9})?`), 0, 9).
			Filter(func(tags map[string]string) bool { return tags["name"] == "" }).Draw(t, "tags")),
	}
	maps.Copy(drawn, validDatabase(t, int(zones)))
	return drawn
}

func validDatabase(t *rapid.T, zones int) object {
	most := rapid.IntRange(2, mostACU).Draw(t, "most ACU")
	created := object{
		"database":       "created",
		"databaseMaxAcu": float64(most), "databaseMinAcu": float64(rapid.IntRange(1, most).Draw(t, "least ACU")),
		"databaseAutoPauseMinutes": float64(rapid.IntRange(5, 1440).Draw(t, "pause")),
		"databaseReaders":          float64(rapid.IntRange(0, zones-1).Draw(t, "readers")),
		"databaseBackupDays":       float64(rapid.IntRange(30, 35).Draw(t, "backups")),
	}
	external := maps.Clone(inNetwork)
	external["databasePort"] = float64(rapid.IntRange(1, 65535).Draw(t, "database port"))
	return rapid.SampledFrom([]object{created, inGroup, external}).Draw(t, "database")
}

func isNotLatest(tag string) bool { return tag != "latest" }

// spread writes each value typed or as the text of -c, at the top or under its environment.
func spread(t *rapid.T, values object) object {
	context, environment := object{}, object{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if rapid.Bool().Draw(t, "as text") {
			value = asText(value)
		}
		if name != suffixKey && rapid.Bool().Draw(t, "for the environment") {
			environment[name] = value
		} else {
			context[name] = value
		}
	}
	context["environments"] = object{values[suffixKey].(string): environment, "other": object{"cpu": "512"}}
	return context
}

func asText(value any) string {
	switch v := value.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = fmt.Sprint(element)
		}
		return strings.Join(parts, " , ")
	case object:
		var parts []string
		for key, element := range v {
			parts = append(parts, fmt.Sprintf("%s=%v", key, element))
		}
		return strings.Join(parts, ",")
	}
	if n, ok := value.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64) // a person writes no 2e+06
	}
	return fmt.Sprint(value)
}

// written is the context that says everything a configuration says.
func written(config Config) object {
	context := object{}
	for _, k := range keys {
		context[k.name] = jsonOf(k.value.get(config))
	}
	return context
}

// jsonOf returns a value as cdk.json would have it.
func jsonOf(value any) any {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	var read any
	if err := json.Unmarshal(raw, &read); err != nil {
		panic(err)
	}
	return read
}

// A context is what users and tools write; whatever it is, it ends in a configuration or in a message.
func TestNoContextPanics(t *testing.T) {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	value := rapid.Deferred(func() *rapid.Generator[any] { return anyValue(names, 3) })
	rapid.Check(t, func(t *rapid.T) {
		context := rapid.MapOf(rapid.OneOf(rapid.SampledFrom(names), rapid.String()), value).Draw(t, "context")
		variable := rapid.OneOf(rapid.Just(""), rapid.String()).Draw(t, "variable")
		checkOutcome(t, context, variable)
	})
}

func anyValue(names []string, depth int) *rapid.Generator[any] {
	of := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Float64().AsAny(), rapid.IntRange(-9, 99999).AsAny(), rapid.String().AsAny(),
		rapid.Map(rapid.IntRange(-9, 99999), func(n int) any { return fmt.Sprint(n) }),
	}
	if depth > 0 {
		deeper := anyValue(names, depth-1)
		key := rapid.OneOf(rapid.SampledFrom(names), rapid.SampledFrom([]string{"dev", "prod"}), rapid.String())
		of = append(of, rapid.SliceOfN(deeper, 0, 3).AsAny(), rapid.MapOfN(key, deeper, 0, 4).AsAny())
	}
	return rapid.OneOf(of...)
}

// checkOutcome holds LoadConfig to its promises: a configuration that says the same when it is written down, or
// mistakes of one short line each.
func checkOutcome(t interface{ Errorf(string, ...any) }, context object, variableValue string) {
	config, err := LoadConfig(context, variable("ENVIRONMENT_SUFFIX", variableValue))
	if err == nil {
		again, err := LoadConfig(written(config), noVariables)
		if err != nil || !reflect.DeepEqual(again, config) {
			t.Errorf("%v read back as %+v (%v), want %+v", context, again, err, config)
		}
		return
	}
	found, ok := err.(Mistakes)
	if !ok || len(found) == 0 {
		t.Errorf("%v: refused with %v, want mistakes", context, err)
	}
	for _, mistake := range found {
		line := mistake.Error()
		if mistake.Key == "" || mistake.Next == "" || strings.ContainsAny(line, "\r\n") || len([]rune(line)) > 1500 {
			t.Errorf("%v: no message to read: %q", context, line)
		}
	}
}

// Run it for longer with go test ./stacks -run '^$' -fuzz FuzzLoadConfig.
func FuzzLoadConfig(f *testing.F) {
	for _, context := range slices.Concat(wrongConfigurations, rightConfigurations) {
		raw, err := json.Marshal(context)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, "")
	}
	f.Add([]byte(`{"environments": {"dev": {"tags": {"owner": "payments"}}}}`), "prod")
	f.Fuzz(func(t *testing.T, raw []byte, variable string) {
		var context map[string]any
		if json.Unmarshal(raw, &context) != nil {
			return
		}
		checkOutcome(t, context, variable)
	})
}
