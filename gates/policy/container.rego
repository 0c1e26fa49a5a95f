# Containers run with the least that they need. PCI DSS 2.2.4, 2.2.6, 8.6.2, 10.2.1; Security Hub ECS.3, ECS.4,
# ECS.5, ECS.8, ECS.9, ECS.17, ECS.20.
package payment

import rego.v1

containers contains [id, i, c] if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some i, c in task.properties.ContainerDefinitions
}

root_user(c) if not c.User

root_user(c) if regex.match(`^(0|root)(:|$)`, c.User)

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
	from_a_secret(s.ValueFrom)
}

from_a_secret(value) if reference(value)

from_a_secret(value) if startswith(value, "arn:aws:secretsmanager:") # somebody's, which the configuration names

# Spot gives two minutes' notice: less cuts payments off, and Fargate takes no more.
violation contains v if {
	some [id, i, c] in containers
	object.get(c, "StopTimeout", 30) != 120
	v := finding("PAY-CONTAINER-07", id, sprintf("Properties.ContainerDefinitions.%d.StopTimeout", [i]), "a container is not given the two minutes that Spot gives")
}

logs(c) if {
	c.LogConfiguration.LogDriver == "awslogs"
	reference(c.LogConfiguration.Options["awslogs-group"])
}

violation contains v if {
	some [id, i, c] in containers
	not logs(c)
	v := finding("PAY-CONTAINER-08", id, sprintf("Properties.ContainerDefinitions.%d.LogConfiguration", [i]), "a container does not log to a log group of ours")
}

# A tag can be moved; what the ImageGate resolved is a digest.
pinned(image) if startswith(image.__kind, "getatt:")

pinned(image) if contains(image, "@sha256:")

violation contains v if {
	some [id, i, c] in containers
	not pinned(c.Image)
	v := finding("PAY-CONTAINER-09", id, sprintf("Properties.ContainerDefinitions.%d.Image", [i]), "an image is named by a tag, which can be moved")
}

violation contains v if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	task.properties.NetworkMode != "awsvpc"
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
