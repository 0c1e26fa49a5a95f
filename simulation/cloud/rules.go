package cloud

// Rule is something that the model takes for true of AWS, and what that rests on.
type Rule struct{ Service, Says, Source string }

const (
	assumed  = "assumed: only a real account can tell"
	cfn      = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
	deploy   = "https://docs.aws.amazon.com/codedeploy/latest/"
	ecsAPI   = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"
	ecrGuide = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
	elbAPI   = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"
	provider = "aws-cdk-lib 2.270.0, custom-resources/lib/provider-framework"
)

// Rules are all of them.
var Rules = []Rule{
	{"CloudFormation", "Resources are made and changed as soon as those they depend on are, several at a time.", cfn + "aws-attribute-dependson.html"},
	{"CloudFormation", "A resource is updated when its own template changes, or when one it refers to was touched by the same update and now has another value.", cfn + "using-cfn-updating-stacks-update-behaviors.html"},
	{"CloudFormation", "A new physical id is a replacement: the old one is deleted in the clean-up, unless it is retained.", cfn + "crpg-ref-requesttypes-update.html"},
	{"CloudFormation", "RetainExceptOnCreate: deleted when the stack's creation is rolled back, kept otherwise.", cfn + "aws-attribute-deletionpolicy.html"},
	{"CloudFormation", "An update can be cancelled while it is UPDATE_IN_PROGRESS; it is rolled back then.", cfn + "using-cfn--stack-update-cancel.html"},
	{"CloudFormation", "A rollback sends Update(new → old) to each resource that was touched, also to the one that failed; to the others nothing.", cfn + "crpg-ref-requesttypes-update.html"},
	{"CloudFormation", "What a cancel or a failure finds in progress is given up, or waited for if CloudFormation makes it itself; both for a custom resource.", assumed},
	{"CloudFormation", "A rollback goes through the resources in the order of an update, or in the reverse order: both.", assumed},
	{"CloudFormation", "A rollback uses the recorded answers of custom resources, or asks again: both.", assumed},
	{"CloudFormation", "What an update has made as a replacement is kept when it is rolled back, if it is to be retained, or deleted: both.", assumed},
	{"CloudFormation", "A rollback begins one to five seconds after its reason.", assumed},
	{"CloudFormation", "LastUpdatedTime is when the last update began.", assumed},
	{"CloudFormation", "UPDATE_ROLLBACK_FAILED can be continued: what is left is tried again.", cfn + "using-cfn-updating-stacks-continueupdaterollback.html"},
	{"CloudFormation", "A custom resource that has not answered after its ServiceTimeout, an hour at most, has failed.", cfn + "aws-resource-cloudformation-customresource.html"},
	{"CloudFormation", "Failures of the clean-up do not fail the operation.", cfn + "view-stack-events.html"},
	{"CloudFormation", "Resource and stack status changes reach EventBridge within seconds.", cfn + "stacks-event-bridge.html"},
	{"CloudFormation", "AWS::ECS::Service is created and deleted, never changed.", "aws-cdk #23564, cloudformation-coverage-roadmap #1529"},
	{"CloudFormation", "A change of the listener sends DefaultActions as the template has them.", "aws-cdk #36649"},
	{"CloudFormation", "A service that is not stable after three hours has failed.", "https://repost.aws/knowledge-center/cloudformation-ecs-service-stabilize"},
	{"Provider framework", "isComplete is asked again and again, also for a request that CloudFormation has given up.", provider + "/runtime/framework.js, waiter-state-machine.js"},
	{"Provider framework", "Any error of onEvent or isComplete, a time-out of theirs included, is FAILED at once.", provider + "/runtime/cfn-response.js"},
	{"Provider framework", "A waiter whose attempts are used up answers \"Operation timed out\".", provider + "/runtime/framework.js"},
	{"Lambda", "An asynchronous event is delivered at least once, now and then twice, and tried three times when the function ends in an error.", "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"},
	{"SDK", "A client tries three times what may succeed then; each attempt has ten seconds.", "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"},
	{"CodeDeploy", "A group has one deployment in flight: another is refused with DeploymentLimitExceededException.", deploy + "APIReference/API_CreateDeployment.html"},
	{"CodeDeploy", "Green starts behind the target group that the PRIMARY task set does not have.", deploy + "userguide/deployment-steps-ecs.html"},
	{"CodeDeploy", "The revision has to be ACTIVE.", ecsAPI + "API_DeregisterTaskDefinition.html"},
	{"CodeDeploy", "The PRIMARY task set's target group has to be behind the listener, else the deployment fails.", "https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html"},
	{"CodeDeploy", "Green that is not healthy after an hour fails the deployment.", deploy + "userguide/troubleshooting-ecs.html"},
	{"CodeDeploy", "A lifecycle hook that fails, or says nothing for an hour, fails the deployment.", deploy + "userguide/reference-appspec-file-structure-hooks.html"},
	{"CodeDeploy", "A canary shifts a part of the traffic, waits, and shifts the rest; a linear shift goes in equal parts.", deploy + "userguide/deployment-configurations.html"},
	{"CodeDeploy", "Test traffic goes to green once it is healthy, and back to blue on rollback.", deploy + "userguide/deployment-steps-ecs.html"},
	{"CodeDeploy", "After the shift green is PRIMARY; blue stays until the termination wait is over, and only then the deployment has succeeded.", deploy + "APIReference/API_BlueInstanceTerminationOption.html"},
	{"CodeDeploy", "An alarm of the group stops the deployment in flight, and one that begins while it is in ALARM.", deploy + "userguide/monitoring-create-alarms.html"},
	{"CodeDeploy", "A deployment may override the group's alarms and its configuration.", deploy + "APIReference/API_CreateDeployment.html"},
	{"CodeDeploy", "Stopping takes a few seconds and rolls back if it is told to.", deploy + "APIReference/API_StopDeployment.html"},
	{"CodeDeploy", "A rollback is a deployment of its own, made by codeDeployRollback, and gives blue the traffic back.", deploy + "userguide/deployments-rollback-and-redeploy.html"},
	{"CodeDeploy", "The end of a deployment reaches EventBridge within seconds.", deploy + "userguide/monitoring-cloudwatch-events.html"},
	{"CodeDeploy", "Alarms do not stop a rollback.", assumed},
	{"CodeDeploy", "A deployment may be missing in lists for up to three seconds.", assumed},
	{"CodeDeploy", "Task sets left over by others end when the next deployment begins.", assumed},
	{"CodeDeploy", "An AppSpec without a capacity provider strategy takes the service's away.", "containers-roadmap #1752"},
	{"ECS", "UpdateService refuses all but the desired count under CODE_DEPLOY.", ecsAPI + "API_UpdateService.html"},
	{"ECS", "A service names a task definition family: it starts on the newest ACTIVE revision.", ecsAPI + "API_CreateService.html"},
	{"ECS", "An INACTIVE revision goes on running where it runs; only an INACTIVE one can be deleted, ten in a call.", ecsAPI + "API_DeleteTaskDefinitions.html"},
	{"ELB", "Traffic is divided by weight; a single target group gets all of it.", elbAPI + "API_ForwardActionConfig.html"},
	{"ELB", "ModifyListener replaces the default actions and leaves what is not named.", elbAPI + "API_ModifyListener.html"},
	{"ECR", "An immutable tag cannot be moved; to delete it and push it again can be done.", ecrGuide + "image-tag-mutability.html"},
	{"ECR", "An image that loses its last tag by BatchDeleteImage is deleted.", "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html"},
	{"ECR", "An image that a rule of higher priority matches is not expired by another rule.", ecrGuide + "LifecyclePolicies.html"},
	{"Secrets Manager", "A rotation makes a version first, and the current one of it last; LastRotatedDate is set after that.", "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html"},
	{"ECS", "Tasks are given the secret's current version when they start, and keep it.", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html"},
	{"Systems Manager", "A parameter has no compare-and-set: the last write wins.", "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"},
}
