package stacks

import "github.com/aws/aws-cdk-go/awscdk/v2"

// override sets a property that the L2 has no way to set, a nil value removes it. The reason stands beside the property
// in the template, where a reviewer meets it.
func override(resource awscdk.CfnResource, property string, value any, reason string) {
	if value == nil {
		resource.AddPropertyDeletionOverride(&property)
	} else {
		resource.AddPropertyOverride(&property, value)
	}
	resource.AddMetadata(new("override:"+property), reason)
}
