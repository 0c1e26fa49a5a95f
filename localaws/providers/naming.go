package providers

import (
	"maps"
	"slices"
	"strings"

	"payment-processor/localaws/resource"
)

// named is the name that a property gives, or one that CloudFormation would make up, no longer than AWS allows.
func named(request resource.Request, property string, longest int) string {
	if name := text(request.Properties[property]); name != "" {
		return name
	}
	suffix := strings.ToUpper(request.Token)[:12]
	stack, logical := request.StackName, request.LogicalID
	room := longest - len(suffix) - 2
	if len(stack)+len(logical) > room {
		stack = stack[:min(len(stack), max(room/2, room-len(logical)))]
		logical = logical[:min(len(logical), room-len(stack))]
	}
	return strings.Trim(stack, "-") + "-" + logical + "-" + suffix
}

// tagged is the properties with the stack's tags among their own, which win.
func tagged(request resource.Request) map[string]any {
	values := map[string]string{}
	maps.Copy(values, request.Tags)
	maps.Copy(values, tagsOf(request.Properties))
	properties := with(request.Properties)
	delete(properties, "Tags")
	if len(values) == 0 {
		return properties
	}
	list := make([]any, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		list = append(list, map[string]any{"Key": key, "Value": values[key]})
	}
	properties["Tags"] = list
	return properties
}

// untagged are the keys of tags that a resource had and shall have no more.
func untagged(request resource.Request) []string {
	kept := tagsOf(request.Properties)
	maps.Copy(kept, request.Tags)
	gone := tagsOf(request.Old)
	maps.DeleteFunc(gone, func(key, _ string) bool { _, stays := kept[key]; return stays })
	return slices.Sorted(maps.Keys(gone))
}

func tagsOf(properties map[string]any) map[string]string {
	tags := map[string]string{}
	list, _ := properties["Tags"].([]any)
	for _, entry := range list {
		tag, _ := entry.(map[string]any)
		tags[text(tag["Key"])] = text(tag["Value"])
	}
	return tags
}

// tagMap is the tags of tagged, for services that want them in a map.
func tagMap(request resource.Request) map[string]any {
	tags := map[string]any{}
	for key, value := range tagsOf(tagged(request)) {
		tags[key] = value
	}
	return tags
}

// goneTags are the tags of untagged, for services that remove tags and not keys.
func goneTags(request resource.Request) []any {
	list := []any{}
	for _, key := range untagged(request) {
		list = append(list, map[string]any{"Key": key})
	}
	return list
}
