package stacks

// taskCount has half of the 1000 targets that a load balancer takes (Elastic Load Balancing quotas, "Targets per
// Application Load Balancer"): blue and green are registered side by side.
var taskCount = between(1, 500, "a whole number of tasks")

// mostMinutes is CodeDeploy's limit of two days (CodeDeploy, BlueInstanceTerminationOption); ReleaseBudget is far below.
const mostMinutes = 2880

var entranceKeys = []key{
	{
		name:    "certificateArn",
		value:   text{func(c *Config) *string { return &c.LoadBalancer.CertificateArn }, optional(certificateRule)},
		meaning: "A certificate of the same region for HTTPS. Empty: one is made for `domainName`; without either, plain HTTP, which `prod` refuses.",
	},
	{
		name:    "domainName",
		value:   text{func(c *Config) *string { return &c.LoadBalancer.DomainName }, optional(domainRule)},
		meaning: "The service's name, made in Route 53; needs `hostedZoneId` and `zoneName`.",
	},
	{
		name:    "hostedZoneId",
		value:   text{func(c *Config) *string { return &c.LoadBalancer.HostedZoneID }, optional(matching("the id of a Route 53 hosted zone", `Z[A-Z0-9]{1,31}`, "copy it from `aws route53 list-hosted-zones`, without /hostedzone/"))},
		meaning: "The hosted zone of `domainName`.",
	},
	{
		name:    "zoneName",
		value:   text{func(c *Config) *string { return &c.LoadBalancer.ZoneName }, optional(domainRule)},
		meaning: "The name of that zone.",
	},
	{
		name: "ingressCidrs", standard: "0.0.0.0/0",
		value:   list{func(c *Config) *[]string { return &c.LoadBalancer.IngressCidrs }, sourceRule},
		meaning: "Who reaches the production listener.",
	},
	{
		name:    "testIngressCidrs",
		value:   list{func(c *Config) *[]string { return &c.LoadBalancer.TestIngressCidrs }, testSourceRule},
		meaning: "Who reaches the test listener, where green is seen before it is released. Empty: nobody.",
	},
}

var releaseKeys = []key{
	{
		name: "deploymentConfigName", standard: "CodeDeployDefault.ECSCanary10Percent5Minutes",
		value:   text{func(c *Config) *string { return &c.Deployment.DeploymentConfigName }, amongWords(predefinedShiftNames()...)},
		meaning: "How traffic moves to a new version.",
	},
	{
		name: "bakeMinutes", standard: "0",
		value:   number{func(c *Config) *int { return &c.Deployment.BakeMinutes }, between(0, mostMinutes, "a whole number of minutes")},
		meaning: "Time between two traffic shifts. 0: as `deploymentConfigName` says.",
	},
	{
		name: "terminationWaitMinutes", standard: "5", staging: "10", prod: "15",
		value:   number{func(c *Config) *int { return &c.Deployment.TerminationWaitMinutes }, between(0, mostMinutes, "a whole number of minutes")},
		meaning: "Time that the old version is kept after all traffic has left it. A release has 55 minutes: 10 for green to start, 5 for each hook, the shift and this.",
	},
	{
		name:    "lifecycleHookArn",
		value:   text{func(c *Config) *string { return &c.Deployment.LifecycleHookArn }, optional(functionRule)},
		meaning: "A function of yours that CodeDeploy asks at AfterAllowTestTraffic, when green answers on the test listener.",
	},
}

var operationKeys = []key{
	{
		name:    "alarmEmail",
		value:   text{func(c *Config) *string { return &c.AlarmEmail }, optional(emailRule)},
		meaning: "Who is told about alarms. Empty: the topic has no subscription.",
	},
	{
		name: "logRetentionDays", standard: "30",
		value:   number{func(c *Config) *int { return &c.LogRetentionDays }, retentionRule},
		meaning: "How long logs are kept.",
	},
	{
		name:    "tags",
		value:   pairs{func(c *Config) *map[string]string { return &c.Tags }, tagRule},
		meaning: "More tags on everything, or other values of the eight required ones. Those of every source are added together.",
	},
}

// retentionRule has the periods of CloudWatch Logs (PutRetentionPolicy: retentionInDays).
var retentionRule = amongNumbers(
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)

// perEnvironment is the key environments, which holds other keys and is read apart from them.
type perEnvironment struct{}

func (perEnvironment) read(*Config, any) string { return "" }
func (perEnvironment) get(Config) any           { return nil }
func (perEnvironment) accepted() string         { return "an object, from a suffix to an object of these keys" }
func (perEnvironment) check(Config) []finding   { return nil }
