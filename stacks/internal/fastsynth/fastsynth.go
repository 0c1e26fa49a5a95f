// Package fastsynth turns the CDK's template validation off for the test binary that imports it.
//
// jsii copies the environment when its package is initialized, so the variable has to be set before that: a package
// that imports nothing but os is initialized first. The validated synth of every environment is CI's.
package fastsynth

import "os"

func init() {
	if _, set := os.LookupEnv("CDK_VALIDATION"); !set {
		_ = os.Setenv("CDK_VALIDATION", "false")
	}
}
