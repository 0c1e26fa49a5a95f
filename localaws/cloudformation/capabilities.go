package cloudformation

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

// names are the properties by which a template gives IAM resources names of its own.
var names = map[string]string{
	"AWS::IAM::Group": "GroupName", "AWS::IAM::InstanceProfile": "InstanceProfileName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
	"AWS::IAM::Role": "RoleName", "AWS::IAM::User": "UserName",
}

var plainIAM = strings.Fields("AWS::IAM::AccessKey AWS::IAM::Policy AWS::IAM::UserToGroupAddition AWS::IAM::UserPolicy AWS::IAM::RolePolicy AWS::IAM::GroupPolicy")

// needed are the capabilities that a template needs, and the types that need them.
func needed(t *template.Template) (capability types.Capability, kinds []string) {
	for _, definition := range t.Resources {
		name, nameable := names[definition.Type]
		switch {
		case nameable && definition.Properties[name] != nil:
			capability = types.CapabilityCapabilityNamedIam
		case (nameable || slices.Contains(plainIAM, definition.Type)) && capability == "":
			capability = types.CapabilityCapabilityIam
		}
		if nameable || slices.Contains(plainIAM, definition.Type) {
			kinds = append(kinds, definition.Type)
		}
	}
	slices.Sort(kinds)
	return capability, slices.Compact(kinds)
}

func checkCapabilities(t *template.Template, given []types.Capability) error {
	capability, _ := needed(t)
	if capability == "" || slices.Contains(given, capability) || slices.Contains(given, types.CapabilityCapabilityNamedIam) {
		return nil
	}
	return apiError("InsufficientCapabilitiesException", "Requires capabilities : [%s]", capability)
}
