package providers

import (
	"regexp"
	"slices"
	"strings"
)

// CloudFormation says some properties of buckets in other words than S3's API does. These functions translate.

var capital = regexp.MustCompile(`([a-z])([A-Z])`)

// cannedACL turns LogDeliveryWrite into log-delivery-write.
func cannedACL(value any) any {
	return strings.ToLower(capital.ReplaceAllString(text(value), "$1-$2"))
}

// renamed is an object with some of its fields under other names, in pairs of old and new.
func renamed(value any, pairs ...string) map[string]any {
	fields := with(object(value))
	for pair := range slices.Chunk(pairs, 2) {
		if field, there := fields[pair[0]]; there {
			delete(fields, pair[0])
			fields[pair[len(pair)-1]] = field
		}
	}
	return fields
}

// every applies a translation to the elements of a list.
func every(value any, translate func(any) any) []any {
	items := []any{}
	for _, item := range list(value) {
		items = append(items, translate(item))
	}
	return items
}

func encryption(value any) any {
	return map[string]any{"Rules": every(object(value)["ServerSideEncryptionConfiguration"], func(rule any) any {
		return renamed(rule, "ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault")
	})}
}

func lifecycleRules(value any) any {
	return map[string]any{"Rules": every(object(value)["Rules"], lifecycleRule)}
}

func lifecycleRule(value any) any {
	rule := with(object(value))
	expiration := map[string]any{}
	for from, to := range map[string]string{
		"ExpirationInDays": "Days", "ExpirationDate": "Date", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
	} {
		if limit := rule[from]; limit != nil {
			expiration[to] = limit
		}
	}
	if len(expiration) > 0 {
		rule["Expiration"] = expiration
	}
	if days := rule["NoncurrentVersionExpirationInDays"]; days != nil {
		rule["NoncurrentVersionExpiration"] = map[string]any{"NoncurrentDays": days}
	}
	if rule["Transitions"] != nil {
		rule["Transitions"] = every(rule["Transitions"], func(one any) any {
			return renamed(one, "TransitionInDays", "Days", "TransitionDate", "Date")
		})
	}
	if rule["NoncurrentVersionTransitions"] != nil {
		rule["NoncurrentVersionTransitions"] = every(rule["NoncurrentVersionTransitions"], func(one any) any {
			return renamed(one, "TransitionInDays", "NoncurrentDays")
		})
	}
	rule["Filter"] = lifecycleFilter(rule)
	delete(rule, "Prefix") // S3 takes it in the filter or here, not in both
	return rule
}

// lifecycleFilter says which objects a rule is for: one condition stands alone, several stand in And.
func lifecycleFilter(rule map[string]any) map[string]any {
	filter := map[string]any{}
	for _, name := range []string{"Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"} {
		if condition := rule[name]; condition != nil {
			filter[name] = condition
		}
	}
	tags := list(rule["TagFilters"])
	switch {
	case len(filter) == 0 && len(tags) == 0:
		return map[string]any{"Prefix": ""}
	case len(filter) == 1 && len(tags) == 0:
		return filter
	case len(filter) == 0 && len(tags) == 1:
		return map[string]any{"Tag": tags[0]}
	case len(tags) > 0:
		filter["Tags"] = tags
	}
	return map[string]any{"And": filter}
}

func accessLog(value any) any {
	return map[string]any{"LoggingEnabled": renamed(value, "DestinationBucketName", "TargetBucket", "LogFilePrefix", "TargetPrefix")}
}

func notifications(value any) any {
	wanted := object(value)
	said := map[string]any{}
	for _, kind := range []struct{ from, to, target, arn string }{
		{"LambdaConfigurations", "LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"},
		{"QueueConfigurations", "QueueConfigurations", "Queue", "QueueArn"},
		{"TopicConfigurations", "TopicConfigurations", "Topic", "TopicArn"},
	} {
		if wanted[kind.from] != nil {
			said[kind.to] = every(wanted[kind.from], func(one any) any {
				fields := renamed(one, kind.target, kind.arn)
				fields["Events"] = []any{fields["Event"]}
				if filter := object(object(fields["Filter"])["S3Key"]); filter != nil {
					fields["Filter"] = map[string]any{"Key": map[string]any{"FilterRules": filter["Rules"]}}
				}
				return fields
			})
		}
	}
	if bridge := object(wanted["EventBridgeConfiguration"]); bridge != nil && text(bridge["EventBridgeEnabled"]) != "false" {
		said["EventBridgeConfiguration"] = map[string]any{}
	}
	return said
}

func website(value any) any {
	said := with(object(value))
	if page := said["IndexDocument"]; page != nil {
		said["IndexDocument"] = map[string]any{"Suffix": page}
	}
	if page := said["ErrorDocument"]; page != nil {
		said["ErrorDocument"] = map[string]any{"Key": page}
	}
	if said["RoutingRules"] != nil {
		said["RoutingRules"] = every(said["RoutingRules"], func(rule any) any {
			return renamed(rule, "RedirectRule", "Redirect", "RoutingRuleCondition", "Condition")
		})
	}
	return said
}

func cors(value any) any {
	return map[string]any{"CORSRules": every(object(value)["CorsRules"], func(rule any) any {
		return renamed(rule, "ExposedHeaders", "ExposeHeaders", "MaxAge", "MaxAgeSeconds")
	})}
}
