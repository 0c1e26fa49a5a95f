// Package fastsynth makes synths in the test binary that imports it fast and quiet.
//
// jsii copies the environment when its package is initialized, so the variables have to be set before that: a package
// that imports nothing but os is initialized first.
package fastsynth

import "os"

func init() {
	// The validated synth of every environment is CI's.
	setDefault("CDK_VALIDATION", "false")
	// Node.js 20 works, but jsii says so in a banner; the next version to be outdated gets its banner again.
	setDefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
}

func setDefault(name, value string) {
	if _, set := os.LookupEnv(name); !set {
		_ = os.Setenv(name, value)
	}
}
