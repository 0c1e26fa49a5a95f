package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"payment-processor/localaws/resource"
)

const lifecycle = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}`

func TestRepository(t *testing.T) {
	client := ecr.NewFromConfig(local(t))
	life{
		kind: "AWS::ECR::Repository",
		properties: func(unique string) map[string]any {
			return map[string]any{"RepositoryName": "r-" + unique, "ImageTagMutability": "IMMUTABLE", "EmptyOnDelete": true,
				"ImageScanningConfiguration": map[string]any{"ScanOnPush": "true"}, "Tags": tag("a", "b"),
				"LifecyclePolicy":      map[string]any{"LifecyclePolicyText": lifecycle},
				"RepositoryPolicyText": policyOf("Action", "ecr:GetDownloadUrlForLayer", "Resource", nil)}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				delete(p, "ImageTagMutability")
				delete(p, "ImageScanningConfiguration")
				delete(p, "LifecyclePolicy")
				delete(p, "RepositoryPolicyText")
				p["Tags"] = tag("c", "d")
			},
			func(p map[string]any) {
				p["LifecyclePolicy"] = map[string]any{"LifecyclePolicyText": lifecycle}
				p["ImageTagMutability"] = "IMMUTABLE"
				p["ImageScanningConfiguration"] = map[string]any{"ScanOnPush": "true"}
			},
		},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := client.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{result.PhysicalID}})
			if err != nil {
				t.Fatal(err)
			}
			repository := found.Repositories[0]
			if *repository.RepositoryUri != result.Attributes["RepositoryUri"] || !repository.ImageScanningConfiguration.ScanOnPush ||
				(repository.ImageTagMutability == "IMMUTABLE") != (step != 1) {
				t.Errorf("step %d: %v %v %v", step, repository, repository.ImageScanningConfiguration, result)
			}
			_, err = client.GetLifecyclePolicy(t.Context(), &ecr.GetLifecyclePolicyInput{RepositoryName: &result.PhysicalID})
			if missing(err) != (step == 1) {
				t.Errorf("step %d: the lifecycle policy: %v", step, err)
			}
		},
	}.live(t)
	name := made(t, "AWS::ECR::Repository", map[string]any{}).PhysicalID
	refused(t, "AWS::ECR::Repository", "already exists", map[string]any{"RepositoryName": name})
	refused(t, "AWS::ECR::Repository", "Invalid repository policy", map[string]any{"RepositoryPolicyText": policyOf("Effect", "No")})
	refused(t, "AWS::ECR::Repository", "ifecycle", map[string]any{"LifecyclePolicy": map[string]any{"LifecyclePolicyText": "{}"}})
}

func TestScaling(t *testing.T) {
	table := func(unique string) map[string]any {
		return map[string]any{"ServiceNamespace": "dynamodb", "ResourceId": "table/" + unique, "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
			"MinCapacity": 3, "MaxCapacity": "10", "RoleARN": "arn:aws:iam::123456789012:role/scaling"}
	}
	life{
		kind: "AWS::ApplicationAutoScaling::ScalableTarget", properties: table,
		changes: []func(map[string]any){func(p map[string]any) { p["MinCapacity"] = 4 }},
	}.live(t)
	target := made(t, "AWS::ApplicationAutoScaling::ScalableTarget", table(unique())).PhysicalID
	tracking := func(percent any) map[string]any {
		return map[string]any{"TargetValue": percent, "ScaleInCooldown": 300,
			"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
	}
	life{
		kind: "AWS::ApplicationAutoScaling::ScalingPolicy",
		properties: func(unique string) map[string]any {
			return map[string]any{"PolicyName": "p-" + unique, "PolicyType": "TargetTrackingScaling", "ScalingTargetId": target,
				"TargetTrackingScalingPolicyConfiguration": tracking(70)}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["TargetTrackingScalingPolicyConfiguration"] = tracking("80") }},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := applicationautoscaling.NewFromConfig(local(t)).DescribeScalingPolicies(t.Context(),
				&applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: "dynamodb"})
			if err != nil || len(found.ScalingPolicies) != 1 || !strings.HasPrefix(result.Attributes["Arn"].(string), "arn:aws:autoscaling:") ||
				*found.ScalingPolicies[0].TargetTrackingScalingPolicyConfiguration.TargetValue != []float64{70, 80}[step] {
				t.Errorf("step %d: %v, %v", step, found, err)
			}
		},
	}.live(t)
	made(t, "AWS::ApplicationAutoScaling::ScalingPolicy", with(table("other"), "PolicyName", "direct", "PolicyType", "TargetTrackingScaling",
		"ResourceId", scaled(map[string]any{"ScalingTargetId": target})["ResourceId"], "TargetTrackingScalingPolicyConfiguration", tracking(60)))
	refused(t, "AWS::ApplicationAutoScaling::ScalableTarget", "Maximum capacity", with(table("x"), "MinCapacity", 11))
}
