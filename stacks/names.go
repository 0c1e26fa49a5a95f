package stacks

// names holds the physical names that people and pipelines type. Everything else is named by CloudFormation.
type names struct{ suffix string }

func (c Config) names() names { return names{c.EnvironmentSuffix} }

// application names the cluster, service, repository, task family and CodeDeploy application.
func (n names) application() string { return "payment-processor-" + n.suffix }

func (n names) stack(part string) string { return "payment-processor-" + part + "-" + n.suffix }

func (n names) vpc() string { return "payment-processor-vpc-" + n.suffix }

func (n names) loadBalancer() string { return "payment-proc-alb-" + n.suffix }

func (n names) blueTargetGroup() string { return "payment-proc-blue-" + n.suffix }

func (n names) greenTargetGroup() string { return "payment-proc-green-" + n.suffix }

func (n names) logGroup() string { return "/ecs/payment-processor-" + n.suffix }

func (n names) databaseSecret() string { return "db-credentials-" + n.suffix }
