package providers

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestEveryTypeHasOneProvider(t *testing.T) {
	all := All(aws.Config{Region: "us-east-2"}) // two for one would panic
	if len(all.Types()) == 0 {
		t.Error("there are no providers")
	}
}

func TestTypesThatMakeNothing(t *testing.T) {
	for _, kind := range []string{"AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle"} {
		life{kind: kind, properties: func(string) map[string]any { return map[string]any{"Analytics": "v2"} },
			changes: []func(map[string]any){func(p map[string]any) { p["Analytics"] = "v3" }}}.live(t)
	}
}

func TestResourcesWithoutTags(t *testing.T) {
	for kind, properties := range map[string]map[string]any{
		"AWS::EC2::InternetGateway": {}, "AWS::Logs::LogGroup": {}, "AWS::KMS::Key": {},
		"AWS::SSM::Parameter": {"Type": "String", "Value": "x"}, "AWS::SQS::Queue": {},
	} {
		provider := providerOf(t, kind)
		request := asked(kind, properties)
		request.Tags = nil
		result, err := provider.Create(t.Context(), request)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		request = updated(request, result, properties)
		if _, err := provider.Update(t.Context(), request); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := provider.Delete(t.Context(), request); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
