package stacks

// names holds the physical names that people and pipelines type. Everything else is named by CloudFormation: what has a
// name cannot be replaced. Each carries the suffix, so that environments can share an account, and stays within AWS's
// limit for the longest suffix that the configuration accepts.
type names struct{ suffix string }

func (c Config) names() names { return names{c.EnvironmentSuffix} }

// application names the cluster, service, repository, task family, CodeDeploy application and deployment group.
func (n names) application() string { return "payment-processor-" + n.suffix }

// stack names a part's stack, which is the name of its files in cdk.out as well.
func (n names) stack(part string) string { return "payment-processor-" + part + "-" + n.suffix }

// vpc is the VPC's tag Name.
func (n names) vpc() string { return "payment-processor-vpc-" + n.suffix }

// The load balancer and its target groups have 32 characters at most, hence the short form.

func (n names) loadBalancer() string { return "payment-proc-alb-" + n.suffix }

func (n names) blueTargetGroup() string { return "payment-proc-blue-" + n.suffix }

func (n names) greenTargetGroup() string { return "payment-proc-green-" + n.suffix }

// logGroup holds what the payment processor writes.
func (n names) logGroup() string { return "/ecs/payment-processor-" + n.suffix }

// insightsLogGroup is where ECS keeps the events behind Container Insights: the name is AWS's.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference.html
func (n names) insightsLogGroup() string {
	return "/aws/ecs/containerinsights/" + n.application() + "/performance"
}

// firewallLog holds the requests that the firewall refuses; AWS WAF wants the beginning.
func (n names) firewallLog() string { return "aws-waf-logs-" + n.application() }

// waiterLog is where a custom resource's framework logs. To let the state machine's log be delivered, AWS adds each group
// to one policy of the account, of 5120 characters, which forgets no group that has gone; not those of this beginning.
// https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
func (n names) waiterLog(resource string) string {
	return "/aws/vendedlogs/states/" + n.application() + "/" + resource
}

// archive is the stream that carries the application's log to S3.
func (n names) archive() string { return "payment-processor-archive-" + n.suffix }

// databaseSecret holds the credentials that reach the container.
func (n names) databaseSecret() string { return "db-credentials-" + n.suffix }

// parameter is where the release machinery remembers something between requests.
func (n names) parameter(what string) string { return "/payment-processor-" + n.suffix + "/" + what }
