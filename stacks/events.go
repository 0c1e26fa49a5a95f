package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// serviceEvents are what ECS and CodeDeploy say about the service, and no metric does. An event of the first four
// rules pages with a message that names the task or deployment, and counts in the rule's metric, which is drawn and
// has an alarm. The history keeps all events, for queries.
//
// The rules are L1: CDK's target for a topic grants EventBridge the topic's key for whatever use, and its target for a
// log group brings a Lambda that writes the log's policy.
type serviceEvents struct {
	Spot       awsevents.CfnRule
	Placement  awsevents.CfnRule
	Deployment awsevents.CfnRule
	Findings   awsevents.CfnRule
	History    awslogs.LogGroup
}

const (
	taskStateChange       = "ECS Task State Change"
	serviceAction         = "ECS Service Action"
	deploymentStateChange = "CodeDeploy Deployment State-change Notification"
)

func newServiceEvents(stack awscdk.Stack, key awskms.IKey, topic awssns.ITopic, props ObservabilityStackProps) serviceEvents {
	application := props.Config.names().application()
	return serviceEvents{
		// The two minutes' notice: the task still runs and has been told to stop.
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
		Spot: newPagingRule(stack, "SpotInterruption", topic, pagingRule{
			Pattern: taskChanges(props.Platform, map[string]any{
				"stopCode": []string{"SpotInterruption"}, "lastStatus": []string{"RUNNING"}, "desiredStatus": []string{"STOPPED"},
			}),
			Message: "Spot takes back task <task> of " + application + " in two minutes. ECS replaces it; nothing to do " +
				"unless the alarm spot-interruptions follows.",
			Fields: map[string]string{"task": "$.detail.taskArn"},
		}),
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
		Placement: newPagingRule(stack, "PlacementFailure", topic, pagingRule{
			Pattern: actions(props.Platform, map[string]any{"eventName": []string{"SERVICE_TASK_PLACEMENT_FAILURE"}}),
			Message: "ECS cannot place a task of " + application + ": <reason>. Payments run on fewer tasks than wanted; " +
				"see docs/runbooks/alarms.md, task-placement.",
			Fields: map[string]string{"reason": "$.detail.reason"},
		}),
		// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
		Deployment: newPagingRule(stack, "DeploymentFailure", topic, pagingRule{
			Pattern: releases(props.Platform, map[string]any{"state": []string{"FAILURE", "STOP"}}),
			Message: "Deployment <deployment> of " + application + " ended with <state>. CodeDeploy puts the old version " +
				"back; see docs/runbooks/alarms.md, deployment-failed.",
			Fields: map[string]string{"deployment": "$.detail.deploymentId", "state": "$.detail.state"},
		}),
		Findings: newPagingRule(stack, "ImageFindings", topic, pagingRule{
			Pattern: findings(props.Platform),
			Message: "The scan of image <image> of " + application + " found holes of high or critical severity; see " +
				"docs/runbooks/alarms.md, image-findings.",
			Fields: map[string]string{"image": "$.detail.image-digest"},
		}),
		History: newHistory(stack, key, props),
	}
}

// findings matches the scans of this repository's images that found something grave: ECR's own, and Inspector's where
// the account has enhanced scanning, which counts nothing as 0.
//
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html
func findings(platform PlatformStack) map[string]any {
	some := []map[string]any{{"numeric": []any{">", 0}}}
	return map[string]any{
		"source":      []string{"aws.ecr", "aws.inspector2"},
		"detail-type": []string{"ECR Image Scan", "Inspector2 Scan"},
		"detail": map[string]any{
			"repository-name": []*string{platform.Repository.RepositoryName(), platform.Repository.RepositoryArn()},
			"finding-severity-counts": map[string]any{
				"$or": []map[string]any{{"CRITICAL": some}, {"HIGH": some}},
			},
		},
	}
}

// taskChanges matches this service's task state changes whose detail is as given.
func taskChanges(platform PlatformStack, detail map[string]any) map[string]any {
	detail["clusterArn"] = []*string{platform.Cluster.ClusterArn()}
	detail["group"] = []*string{jsii.Sprintf("service:%s", *platform.Service.ServiceName())}
	return map[string]any{"source": []string{"aws.ecs"}, "detail-type": []string{taskStateChange}, "detail": detail}
}

// actions matches what ECS says about this service as a whole.
func actions(platform PlatformStack, detail map[string]any) map[string]any {
	detail["clusterArn"] = []*string{platform.Cluster.ClusterArn()}
	return map[string]any{
		"source": []string{"aws.ecs"}, "detail-type": []string{serviceAction},
		"resources": []*string{platform.Service.ServiceArn()}, "detail": detail,
	}
}

// releases matches this service's deployments.
func releases(platform PlatformStack, detail map[string]any) map[string]any {
	detail["application"] = []*string{platform.DeploymentGroup.Application().ApplicationName()}
	detail["deploymentGroup"] = []*string{platform.DeploymentGroup.DeploymentGroupName()}
	return map[string]any{"source": []string{"aws.codedeploy"}, "detail-type": []string{deploymentStateChange}, "detail": detail}
}

type pagingRule struct {
	Pattern map[string]any
	Message string            // one line, with <fields> of the event
	Fields  map[string]string // their JSON paths
}

func newPagingRule(stack awscdk.Stack, id string, topic awssns.ITopic, rule pagingRule) awsevents.CfnRule {
	return awsevents.NewCfnRule(stack, &id, &awsevents.CfnRuleProps{
		EventPattern: rule.Pattern,
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: new("Page"), Arn: topic.TopicArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: rule.Fields,
				InputTemplate: jsii.Sprintf("%q", rule.Message),
			},
		}},
	})
}

// newHistory logs every event of the service.
func newHistory(stack awscdk.Stack, key awskms.IKey, props ObservabilityStackProps) awslogs.LogGroup {
	names := props.Config.names()
	group := newLogGroup(stack, "Events", logGroupProps{Config: props.Config, Key: key, Name: names.eventLog(), Audit: true})
	policy := awslogs.NewResourcePolicy(stack, new("EventsPolicy"), &awslogs.ResourcePolicyProps{
		ResourcePolicyName: new(names.application() + "-events"),
		PolicyStatements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{servicePrincipal("events"), servicePrincipal("delivery.logs")},
			Actions:    jsii.Strings("logs:CreateLogStream", "logs:PutLogEvents"),
			Resources:  &[]*string{group.LogGroupArn()},
		})},
	})
	alternatives := []map[string]any{
		taskChanges(props.Platform, map[string]any{"lastStatus": []string{"RUNNING", "STOPPED"}}),
		actions(props.Platform, map[string]any{}),
		releases(props.Platform, map[string]any{}),
	}
	for _, pattern := range alternatives {
		delete(pattern, "source") // said once, for all
	}
	rule := awsevents.NewCfnRule(stack, new("EventHistory"), &awsevents.CfnRuleProps{
		EventPattern: map[string]any{"source": []string{"aws.ecs", "aws.codedeploy"}, "$or": alternatives},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: new("Log"), Arn: arnOf(stack, "logs", "log-group:"+*group.LogGroupName()),
		}},
	})
	rule.Node().AddDependency(policy)
	return group
}
