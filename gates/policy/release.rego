# A release shifts what was reviewed, is watched, and can be taken back. PCI DSS 6.5.1; docs/releases.md.
package payment

import rego.v1

violation contains v if {
	some id, service in typed("AWS::ECS::Service")
	object.get(service.properties, ["DeploymentController", "Type"], "ECS") != "CODE_DEPLOY"
	v := finding("PAY-RELEASE-01", id, "Properties.DeploymentController", "the service is not deployed by CodeDeploy: nothing rolls a release back")
}

app_spec(release) := json.unmarshal(text(release.properties.AppSpec))

target(release) := app_spec(release).Resources[0].TargetService.Properties

violation contains v if {
	some id, release in typed("Custom::Release")
	some service in typed("AWS::ECS::Service")
	object.get(target(release), "CapacityProviderStrategy", []) != service.properties.CapacityProviderStrategy
	v := finding("PAY-RELEASE-02", id, "Properties.AppSpec", "the AppSpec's capacity strategy is not the service's: the next release would strip it")
}

violation contains v if {
	some id, release in typed("Custom::Release")
	not target(release)
	v := finding("PAY-RELEASE-02", id, "Properties.AppSpec", "the AppSpec cannot be read")
}

violation contains v if {
	production
	some id, service in typed("AWS::ECS::Service")
	not on_demand(service)
	v := finding("PAY-RELEASE-03", id, "Properties.CapacityProviderStrategy", "production keeps no two tasks off Spot")
}

on_demand(service) if {
	some s in service.properties.CapacityProviderStrategy
	s.CapacityProvider == "FARGATE"
	s.Base >= 2
}

violation contains v if {
	some id, release in typed("Custom::Release")
	not probed(release)
	v := finding("PAY-RELEASE-04", id, "Properties.AppSpec", "nothing looks at the new tasks before traffic moves to them")
}

probed(release) if {
	some hook in app_spec(release).Hooks
	hooked(hook.BeforeAllowTraffic)
}

gate_metrics := {"UnHealthyHostCount", "HTTPCode_Target_5XX_Count", "TargetResponseTime"}

# watches are the alarms of the deployment groups: which group, which metric, of which target group.
watches contains [id, alarm.MetricName, d.Value.__ref] if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	some a in group.properties.AlarmConfiguration.Alarms
	alarm := input.resources[a.Name.__ref].properties
	some d in alarm.Dimensions
	d.Name == "TargetGroup"
}

watches contains [id, metric.MetricName, d.Value.__ref] if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	some a in group.properties.AlarmConfiguration.Alarms
	some query in input.resources[a.Name.__ref].properties.Metrics
	metric := query.MetricStat.Metric
	some d in metric.Dimensions
	d.Name == "TargetGroup"
}

violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	some pair in group.properties.LoadBalancerInfo.TargetGroupPairInfoList
	some target_group in pair.TargetGroups
	some metric in gate_metrics
	not watches[[id, metric, target_group.Name.__ref]]
	v := finding("PAY-RELEASE-05", id, "Properties.AlarmConfiguration.Alarms", sprintf("no gate alarm looks at %s of %s", [metric, target_group.Name.__ref]))
}

alarmed(group) if {
	group.properties.AlarmConfiguration.Enabled == true
	object.get(group.properties.AlarmConfiguration, "IgnorePollAlarmFailure", false) == false
	count(group.properties.AlarmConfiguration.Alarms) <= 10
}

violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	not alarmed(group)
	v := finding("PAY-RELEASE-06", id, "Properties.AlarmConfiguration", "gate alarms do not stop a release")
}

rollback_events := {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"}

rolls_back(group) if {
	group.properties.AutoRollbackConfiguration.Enabled == true
	every event in rollback_events {
		event in group.properties.AutoRollbackConfiguration.Events
	}
}

violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	not rolls_back(group)
	v := finding("PAY-RELEASE-07", id, "Properties.AutoRollbackConfiguration", "a failed release stays where it failed")
}

blue_green(group) if {
	group.properties.DeploymentStyle.DeploymentType == "BLUE_GREEN"
	group.properties.DeploymentStyle.DeploymentOption == "WITH_TRAFFIC_CONTROL"
}

violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	not blue_green(group)
	v := finding("PAY-RELEASE-08", id, "Properties.DeploymentStyle", "a release is not blue/green")
}

# A production listener that the template points at one target group is put back to it by the next edit: an outage.
violation contains v if {
	some group in typed("AWS::CodeDeploy::DeploymentGroup")
	some pair in group.properties.LoadBalancerInfo.TargetGroupPairInfoList
	some listener in pair.ProdTrafficRoute.ListenerArns
	some action in input.resources[listener.__ref].properties.DefaultActions
	not live(action)
	v := finding("PAY-RELEASE-09", listener.__ref, "Properties.DefaultActions", "the production listener's target group is not LiveTargetGroup's answer")
}

live(action) if input.resources[action.TargetGroupArn.__ref].resourceType == "Custom::LiveTargetGroup"

# Where nothing is measured, nothing fails: a quiet hour must not stop a release.
violation contains v if {
	some group in typed("AWS::CodeDeploy::DeploymentGroup")
	some a in group.properties.AlarmConfiguration.Alarms
	alarm := input.resources[a.Name.__ref].properties
	object.get(alarm, "TreatMissingData", "missing") != "notBreaching"
	v := finding("PAY-RELEASE-10", a.Name.__ref, "Properties.TreatMissingData", "a gate alarm fires when there is no traffic")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some on in ["deletionPolicy", "updateReplacePolicy"]
	not startswith(object.get(task, on, ""), "Retain")
	v := finding("PAY-RELEASE-11", id, "DeletionPolicy", "the old revision is gone when a release is taken back")
}

violation contains v if {
	some id, service in typed("AWS::ECS::Service")
	object.get(service.properties, ["NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"], "ENABLED") != "DISABLED"
	v := finding("PAY-RELEASE-12", id, "Properties.NetworkConfiguration", "tasks have public addresses")
}

audited(cluster) if {
	exec := cluster.properties.Configuration.ExecuteCommandConfiguration
	exec.Logging == "OVERRIDE"
	reference(exec.KmsKeyId)
	reference(exec.LogConfiguration.CloudWatchLogGroupName)
	exec.LogConfiguration.CloudWatchEncryptionEnabled == true
}

violation contains v if {
	some id, cluster in typed("AWS::ECS::Cluster")
	not audited(cluster)
	v := finding("PAY-RELEASE-13", id, "Properties.Configuration", "sessions of ECS Exec are not recorded in an encrypted log")
}

insights(cluster) if {
	some s in cluster.properties.ClusterSettings
	s.Name == "containerInsights"
	s.Value == "enhanced"
}

violation contains v if {
	some id, cluster in typed("AWS::ECS::Cluster")
	not insights(cluster)
	v := finding("PAY-RELEASE-14", id, "Properties.ClusterSettings", "Container Insights is off")
}

violation contains v if {
	some id, service in typed("AWS::ECS::Service")
	not object.get(service.properties, "PlatformVersion", "LATEST") in {"1.4.0", "LATEST"}
	v := finding("PAY-RELEASE-18", id, "Properties.PlatformVersion", "tasks run on an old version of Fargate")
}

# What CodeDeploy starts is what the AppSpec says, and not the service.
violation contains v if {
	some id, release in typed("Custom::Release")
	network := target(release).NetworkConfiguration.AwsvpcConfiguration
	network.AssignPublicIp != "DISABLED"
	v := finding("PAY-RELEASE-12", id, "Properties.AppSpec", "tasks have public addresses after the next release")
}

# hooked says that CodeDeploy asks a function that asks the tasks, or one of those who configure it.
hooked(hook) if {
	some id, function in typed("AWS::Lambda::Function")
	contains(hook, sprintf("{ref:%s}", [id]))
	function.properties.Environment.Variables.PROBE_FUNCTION
	function.properties.Environment.Variables.HEALTH_CHECK_PATH
}

hooked(hook) if startswith(hook, "arn:aws:lambda:")

# wired says that a release shifts to the task definition of this template, after asking each way in which it is healthy.
wired(release) if {
	task := release.properties.TaskDefinition.__ref
	contains(text(release.properties.AppSpec), sprintf("{ref:%s}", [task]))
	some pair in pairs
	some listener in pair.ProdTrafficRoute.ListenerArns
	refers(release.properties.Listener, listener.__ref)
	checked := {path | some path in release.properties.Paths}
	every group in pair.TargetGroups {
		input.resources[group.Name.__ref].properties.HealthCheckPath in checked
	}
}

violation contains v if {
	some id, release in typed("Custom::Release")
	not wired(release)
	v := finding("PAY-RELEASE-24", id, "Properties", "a release shifts to something else, or asks for too little first")
}

violation contains v if {
	some id, _ in typed("AWS::CodeDeploy::DeploymentGroup")
	count(typed("Custom::Release")) == 0
	v := finding("PAY-RELEASE-24", id, "Properties", "a new task definition releases nothing")
}

# CloudFormation gives a release an hour, and the functions decide when it has failed.
violation contains v if {
	some type in ["Custom::LiveTargetGroup", "Custom::Release"]
	some id, res in typed(type)
	to_number(res.properties.ServiceTimeout) != 3600
	v := finding("PAY-RELEASE-25", id, "Properties.ServiceTimeout", "CloudFormation ends a release before it has ended")
}

# A service that is made on another task definition than this template's stays on it.
violation contains v if {
	some id, service in typed("AWS::ECS::Service")
	families := {task.properties.Family | some task in typed("AWS::ECS::TaskDefinition")}
	not service.properties.TaskDefinition in families
	v := finding("PAY-RELEASE-26", id, "Properties.TaskDefinition", "the service is of another task definition")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some gate in typed("Custom::ImageGate")
	gate.properties.Architecture != task.properties.RuntimePlatform.CpuArchitecture
	v := finding("PAY-RELEASE-26", id, "Properties.RuntimePlatform", "the image is looked for in another architecture")
}

# What scales has room to, by both measures, and never to nothing.
violation contains v if {
	some id, scaled in typed("AWS::ApplicationAutoScaling::ScalableTarget")
	not scales(id, scaled.properties)
	v := finding("PAY-RELEASE-27", id, "Properties", "the service does not grow with its load, or shrinks to nothing")
}

scales(id, range) if {
	range.MinCapacity >= 1
	range.MaxCapacity >= range.MinCapacity
	trackings := [policy.properties.TargetTrackingScalingPolicyConfiguration |
		some policy in typed("AWS::ApplicationAutoScaling::ScalingPolicy")
		refers(policy.properties.ScalingTargetId, id)
	]
	{tracking.PredefinedMetricSpecification.PredefinedMetricType | some tracking in trackings} == {"ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"}
	every tracking in trackings {
		tracking.TargetValue <= 100
		tracking.ScaleOutCooldown <= tracking.ScaleInCooldown
	}
}

violation contains v if {
	some id, _ in typed("AWS::ECS::Service")
	count(typed("AWS::ApplicationAutoScaling::ScalableTarget")) == 0
	v := finding("PAY-RELEASE-27", id, "Properties", "the service does not grow with its load")
}

violation contains v if {
	some id, providers in typed("AWS::ECS::ClusterCapacityProviderAssociations")
	some service in typed("AWS::ECS::Service")
	providers.properties.DefaultCapacityProviderStrategy != service.properties.CapacityProviderStrategy
	v := finding("PAY-RELEASE-02", id, "Properties.DefaultCapacityProviderStrategy", "what else runs in the cluster has another capacity strategy")
}
