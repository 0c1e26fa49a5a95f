package providers

import (
	"regexp"
	"slices"
	"strconv"
)

// checkAlarm refuses what CloudWatch refuses of an alarm's properties, and moto does not.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func checkAlarm(properties map[string]any) error {
	queries, _ := properties["Metrics"].([]any)
	_, metric := properties["MetricName"]
	if err := oneOf(properties, "ComparisonOperator", "GreaterThanOrEqualToThreshold", "GreaterThanThreshold",
		"LessThanThreshold", "LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold",
		"LessThanLowerThreshold", "GreaterThanUpperThreshold"); err != nil {
		return err
	}
	if properties["TreatMissingData"] != nil {
		if err := oneOf(properties, "TreatMissingData", "breaching", "notBreaching", "ignore", "missing"); err != nil {
			return err
		}
	}
	evaluations := number(properties["EvaluationPeriods"])
	switch {
	case evaluations < 1:
		return said("EvaluationPeriods must be at least 1")
	case number(properties["DatapointsToAlarm"]) > evaluations:
		return said("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	case metric == (len(queries) > 0):
		return said("Exactly one of MetricName and Metrics must be specified")
	case metric:
		return checkMetric(properties, evaluations)
	}
	return checkQueries(queries)
}

func checkMetric(properties map[string]any, evaluations int) error {
	_, statistic := properties["Statistic"]
	_, extended := properties["ExtendedStatistic"]
	if statistic == extended {
		return said("Exactly one of Statistic and ExtendedStatistic must be specified")
	}
	if statistic {
		if err := oneOf(properties, "Statistic", "SampleCount", "Average", "Sum", "Minimum", "Maximum"); err != nil {
			return err
		}
	} else if value := text(properties["ExtendedStatistic"]); !extendedStatistic.MatchString(value) {
		return said("The value %s for parameter ExtendedStatistic is not supported", value)
	}
	period := number(properties["Period"])
	if err := checkPeriod(period); err != nil {
		return err
	}
	// A day; a week where a period is an hour or longer.
	if seconds := period * evaluations; seconds > 7*86400 || seconds > 86400 && period < 3600 {
		return said("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), " +
			"or more than seven days where the period is an hour or longer")
	}
	return nil
}

// extendedStatistic is a percentile, or one of the trimmed and winsorized ones.
var extendedStatistic = regexp.MustCompile(`^(p(\d{1,2}(\.\d{1,10})?|100)|IQM|(tm|wm|tc|ts|PR|TM|WM|TC|TS)(\d{1,2}(\.\d+)?|100|\(.*\)))$`)

func checkPeriod(seconds int) error {
	if slices.Contains([]int{10, 20, 30}, seconds) || seconds > 0 && seconds%60 == 0 {
		return nil
	}
	return said("Period must be 10, 20, 30 or a multiple of 60, and is %d", seconds)
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// checkQueries refuses metric math that has no, or more than one, result, names twice, and names that nobody has.
func checkQueries(queries []any) error {
	ids, returned := map[string]bool{}, 0
	for _, entry := range queries {
		query, _ := entry.(map[string]any)
		id := text(query["Id"])
		if !queryID.MatchString(id) || ids[id] {
			return said("Metrics: the id %q is not unique, or does not start with a lower-case letter", id)
		}
		ids[id] = true
		if data, said := query["ReturnData"]; !said || text(data) == "true" {
			returned++
		}
	}
	if returned != 1 {
		return said("Metrics list must contain exactly one metric matching the ReturnData=true condition")
	}
	for _, entry := range queries {
		if err := checkQuery(entry.(map[string]any), ids); err != nil {
			return err
		}
	}
	return nil
}

var reference = regexp.MustCompile(`"[^"]*"|'[^']*'|\b[a-z][a-zA-Z0-9_]*\b`)

func checkQuery(query map[string]any, ids map[string]bool) error {
	expression, computed := query["Expression"].(string)
	stat, measured := query["MetricStat"].(map[string]any)
	if computed == measured {
		return said("Metrics %s: exactly one of Expression and MetricStat must be specified", query["Id"])
	}
	if measured {
		if text(stat["Stat"]) == "" {
			return said("Metrics %s: the parameter MetricStat.Stat is required", query["Id"])
		}
		return checkPeriod(number(stat["Period"]))
	}
	for _, word := range reference.FindAllString(expression, -1) {
		if word[0] != '"' && word[0] != '\'' && !ids[word] {
			return said("Error in expression '%s': unknown identifier %s", query["Id"], word)
		}
	}
	return nil
}

// Reductions of a composite alarm's rule: whatever is well-formed ends as one x.
var (
	ruleState    = regexp.MustCompile(`\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("[^"]+"|'[^']+'|[^\s()"']+)\s*\)|\b(TRUE|FALSE)\b`)
	ruleOperator = regexp.MustCompile(`^\s*x\s*$|\(\s*x\s*\)|\bNOT\s*x\b|\bx\s+(AND|OR)\s+x\b`)
)

func checkRule(rule string) error {
	rest := ruleState.ReplaceAllString(rule, "x")
	for last := ""; last != rest; {
		last, rest = rest, ruleOperator.ReplaceAllString(rest, "x")
	}
	if rest != "x" {
		return said("AlarmRule must not contain: %s", rest)
	}
	return nil
}

// oneOf refuses a value that is not in the list, in CloudWatch's words.
func oneOf(properties map[string]any, property string, allowed ...string) error {
	if value := text(properties[property]); !slices.Contains(allowed, value) {
		return said("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %v",
			value, property, allowed)
	}
	return nil
}

// number is a property as a whole number, zero if it is none.
func number(value any) int {
	whole, _ := strconv.Atoi(text(value))
	return whole
}
