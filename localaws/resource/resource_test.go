package resource

import (
	"slices"
	"strings"
	"testing"
)

func TestRegistry(t *testing.T) {
	var one, custom struct{ Provider }
	registry := Registry{}
	registry.Add(Registry{"AWS::One::Thing": &one, "Custom::": &custom})
	for name, want := range map[string]Provider{
		"AWS::One::Thing": &one, "Custom::Anything": &custom, "AWS::CloudFormation::CustomResource": &custom,
	} {
		if got, err := registry.Find(name); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := registry.Find("AWS::Other::Thing"); err == nil || !strings.Contains(err.Error(), "AWS::Other::Thing") {
		t.Errorf("a type that nobody makes: %v", err)
	}
	if got := registry.Types(); !slices.Equal(got, []string{"AWS::One::Thing", "Custom::"}) {
		t.Errorf("types %v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a type got a second provider, and nobody knows which of them makes it")
		}
	}()
	registry.Add(Registry{"AWS::One::Thing": &one})
}
