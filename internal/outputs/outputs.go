// Package outputs names what the stacks tell pipelines, under CloudFormation's spelling and under the flat one. It
// imports no CDK, so that a tool which only reads outputs starts at once.
package outputs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// The outputs, by the stack that has them. CloudFormation's names are alphanumeric.
var (
	Network  = []string{"VpcId", "PrivateSubnetIds", "PublicSubnetIds"}
	Platform = []string{
		"AlbSecurityGroupId", "AppSecurityGroupId", "EcsClusterName", "EcsClusterArn", "EcsServiceName",
		"EcrRepositoryUrl", "EcrRepositoryUri", "LoadBalancerDns", "AlbArn", "AlbListenerArn", "TargetGroupArn",
		"LogGroupName", "TaskDefinitionArn", "DbSecretArn",
	}
)

// Export is the name under which other stacks and pipelines import an output of the environment with that suffix.
func Export(suffix, name string) string {
	return fmt.Sprintf("payment-processor-%s-%s", suffix, name)
}

// key is the flat spelling of an output's name: vpc_id for VpcId.
func key(name string) string {
	var spelled strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			spelled.WriteByte('_')
		}
		spelled.WriteRune(unicode.ToLower(r))
	}
	return spelled.String()
}

// Flat picks the outputs out of what `cdk deploy --outputs-file` writes, which maps a stack's name to its outputs, and
// puts them under their keys. It returns an error that names what is missing; what else the stacks export is left out.
func Flat(stacks map[string]map[string]string) (map[string]string, error) {
	all := map[string]string{}
	for _, outputs := range stacks {
		maps.Copy(all, outputs)
	}
	flat := map[string]string{}
	var missing []string
	for _, name := range slices.Concat(Network, Platform) {
		if value, ok := all[name]; ok {
			flat[key(name)] = value
		} else {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("outputs: the stacks have no %s", strings.Join(missing, ", "))
	}
	return flat, nil
}
