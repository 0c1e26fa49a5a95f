# Containers run with the least that they need. PCI DSS 2.2.4, 2.2.6, 8.6.2, 10.2.1; Security Hub ECS.3, ECS.4,
# ECS.5, ECS.8, ECS.9, ECS.17, ECS.20.
package payment

import rego.v1

containers contains [id, i, c] if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some i, c in task.properties.ContainerDefinitions
}

root_user(c) if not c.User

root_user(c) if regex.match(`^(0|root)(:|$)|:(0|root)$`, c.User)

violation contains v if {
	some [id, i, c] in containers
	root_user(c)
	v := finding("PAY-CONTAINER-01", id, sprintf("Properties.ContainerDefinitions.%d.User", [i]), "a container runs as root")
}

violation contains v if {
	some [id, i, c] in containers
	object.get(c, "ReadonlyRootFilesystem", false) != true
	v := finding("PAY-CONTAINER-02", id, sprintf("Properties.ContainerDefinitions.%d.ReadonlyRootFilesystem", [i]), "a container can write to its root file system")
}

violation contains v if {
	some [id, i, c] in containers
	object.get(c, "Privileged", false) != false
	v := finding("PAY-CONTAINER-03", id, sprintf("Properties.ContainerDefinitions.%d.Privileged", [i]), "a container is privileged")
}

drops_all(c) if {
	"ALL" in c.LinuxParameters.Capabilities.Drop
	count(object.get(c.LinuxParameters.Capabilities, "Add", [])) == 0
}

violation contains v if {
	some [id, i, c] in containers
	not drops_all(c)
	v := finding("PAY-CONTAINER-04", id, sprintf("Properties.ContainerDefinitions.%d.LinuxParameters", [i]), "a container keeps Linux capabilities")
}

violation contains v if {
	some [id, i, c] in containers
	some e in c.Environment
	regex.match(`(?i)(password|passwd|secret|token|credential|api_?key|private|username|^db_|^aws_)`, e.Name)
	v := finding("PAY-CONTAINER-05", id, sprintf("Properties.ContainerDefinitions.%d.Environment", [i]), sprintf("%s is plain text in the environment; it belongs under Secrets", [e.Name]))
}

violation contains v if {
	some [id, i, c] in containers
	some name in ["DB_USERNAME", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_DATABASE"]
	not given_secret(c, name)
	v := finding("PAY-CONTAINER-06", id, sprintf("Properties.ContainerDefinitions.%d.Secrets", [i]), sprintf("%s does not come from a secret", [name]))
}

given_secret(c, name) if {
	some s in c.Secrets
	s.Name == name
	from_a_secret(text(s.ValueFrom), sprintf(":%s::", [lower(trim_prefix(name, "DB_"))]))
}

from_a_secret(value, key) if {
	some id, _ in typed("AWS::SecretsManager::Secret")
	startswith(value, sprintf("{ref:%s}", [id]))
	endswith(value, key)
}

from_a_secret(value, key) if {
	startswith(value, "arn:aws:secretsmanager:") # somebody's, which the configuration names
	endswith(value, key)
}

# Spot gives two minutes' notice: less cuts payments off, and Fargate takes no more.
violation contains v if {
	some [id, i, c] in containers
	object.get(c, "StopTimeout", 30) != 120
	v := finding("PAY-CONTAINER-07", id, sprintf("Properties.ContainerDefinitions.%d.StopTimeout", [i]), "a container is not given the two minutes that Spot gives")
}

# Payments do not wait until a line is logged.
logs(c) if {
	c.LogConfiguration.LogDriver == "awslogs"
	reference(c.LogConfiguration.Options["awslogs-group"])
	c.LogConfiguration.Options.mode == "non-blocking"
	to_number(trim_suffix(c.LogConfiguration.Options["max-buffer-size"], "b")) >= 1048576
}

violation contains v if {
	some [id, i, c] in containers
	not logs(c)
	v := finding("PAY-CONTAINER-08", id, sprintf("Properties.ContainerDefinitions.%d.LogConfiguration", [i]), "a container does not log to a log group of ours")
}

# A tag can be moved; what the ImageGate resolved is a digest.
pinned(image) if {
	image.__kind == "getatt:Image"
	input.resources[image.__ref].resourceType == "Custom::ImageGate"
}

violation contains v if {
	some [id, i, c] in containers
	not pinned(c.Image)
	v := finding("PAY-CONTAINER-09", id, sprintf("Properties.ContainerDefinitions.%d.Image", [i]), "an image is named by a tag, which can be moved, or comes from somebody else")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	object.get(task.properties, "NetworkMode", "bridge") != "awsvpc"
	v := finding("PAY-CONTAINER-10", id, "Properties.NetworkMode", "tasks share their host's network")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some shared in ["PidMode", "IpcMode"]
	task.properties[shared]
	v := finding("PAY-CONTAINER-11", id, sprintf("Properties.%s", [shared]), "containers share processes or memory")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	task.properties.TaskRoleArn.__ref == task.properties.ExecutionRoleArn.__ref
	v := finding("PAY-CONTAINER-12", id, "Properties.TaskRoleArn", "the application has the rights that starting it needs, its secrets' among them")
}

# A port below 1024 is for root, and UDP is no way to the load balancer.
violation contains v if {
	some [id, i, c] in containers
	some port in c.PortMappings
	not unprivileged(port)
	v := finding("PAY-CONTAINER-13", id, sprintf("Properties.ContainerDefinitions.%d.PortMappings", [i]), "a container listens where it must not")
}

# What can be written to is what ECS Exec needs, and /tmp.
writable := {"/managed-agents", "/var/log/amazon/ssm", "/var/lib/amazon/ssm", "/tmp"}

violation contains v if {
	some [id, i, c] in containers
	some mount in c.MountPoints
	not writable[mount.ContainerPath]
	v := finding("PAY-CONTAINER-02", id, sprintf("Properties.ContainerDefinitions.%d.MountPoints", [i]), sprintf("%s can be written to", [mount.ContainerPath]))
}

# Without an init process what Exec starts is never ended, and a task that lost its container goes on without it.
violation contains v if {
	some [id, i, c] in containers
	not minded(c)
	v := finding("PAY-CONTAINER-14", id, sprintf("Properties.ContainerDefinitions.%d", [i]), "nobody minds the container's processes, or that it has ended")
}

minded(c) if {
	c.Essential == true
	c.LinuxParameters.InitProcessEnabled == true
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	not task.properties.RequiresCompatibilities == ["FARGATE"]
	v := finding("PAY-CONTAINER-15", id, "Properties.RequiresCompatibilities", "tasks run on machines that somebody must patch")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	task.properties.RuntimePlatform.OperatingSystemFamily != "LINUX"
	v := finding("PAY-CONTAINER-15", id, "Properties.RuntimePlatform", "tasks run on an operating system that no rule is for")
}

# The application asks for no credentials itself: what it knows, ECS gives it.
violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some [policy, statement] in permissions
	given(task.properties.TaskRoleArn.__ref, policy)
	some action in listed(statement.Action)
	split(action, ":")[0] in {"ecs", "iam", "lambda", "secretsmanager", "ssm", "sts"}
	v := finding("PAY-CONTAINER-12", id, "Properties.TaskRoleArn", sprintf("the application may %s", [action]))
}

unprivileged(port) if {
	port.ContainerPort >= 1024
	port.Protocol == "tcp"
}
