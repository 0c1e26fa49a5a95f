package stacks

// Config is everything that distinguishes one environment from another. LoadConfig fills and validates it: code that
// holds a Config need not check it again. Which values a key accepts, and its default, stand in config_keys.go.
type Config struct {
	EnvironmentSuffix string // in every physical name; default "dev"
	Region            string // where everything is; default "us-east-2"
	Account           string // twelve digits; empty: whichever account the CLI deploys to

	Network      NetworkConfig
	Task         TaskConfig
	Scaling      ScalingConfig
	Capacity     CapacityConfig
	LoadBalancer LoadBalancerConfig
	Deployment   DeploymentConfig
	Database     DatabaseConfig
	Audit        AuditConfig

	AlarmEmail       string            // who is told about alarms; empty: the topic has no e-mail subscription
	LogRetentionDays int               // days, one of CloudWatch Logs' periods; default 30
	Tags             map[string]string // on top of the eight required tags, and over them; default none
}

// Production reports whether the environment keeps its data and refuses to be destroyed.
func (c Config) Production() bool { return c.EnvironmentSuffix == "prod" }

// NetworkConfig sizes the VPC.
type NetworkConfig struct {
	VpcCidr           string // the VPC's addresses, canonical; default "10.0.0.0/16"
	AvailabilityZones int    // zones with subnets, 2 or 3; default 2, in prod 3
	NatGateways       int    // spread over the zones; 0: tasks have no way to the internet; default 1, staging 2, prod 3
}

// TaskConfig describes the payment processor's task.
type TaskConfig struct {
	ImageTag        string // a tag in the environment's repository; empty: keep what is live, or the bootstrap image
	ContainerPort   int    // TCP, unprivileged; default 8080
	HealthCheckPath string // asked by the load balancer; default "/health"
	CPU             int    // CPU units, 1024 is one vCPU; default 2048
	MemoryMiB       int    // MiB, among those that Fargate offers with CPU; default 4096
	Architecture    string // "X86_64" (default) or "ARM64"
	TargetProtocol  string // what the load balancer speaks to tasks: "HTTP" (default) or "HTTPS"
}

// ScalingConfig bounds the number of tasks. MinCapacity ≤ DesiredCount ≤ MaxCapacity.
type ScalingConfig struct {
	DesiredCount        int // tasks at creation; scaling moves it afterwards; default 3
	MinCapacity         int // tasks; default 3
	MaxCapacity         int // tasks; a release runs twice as many for a while; default 10
	CPUTargetPercent    int // mean CPU that scaling aims at; default 70
	MemoryTargetPercent int // mean memory that scaling aims at; default 80
}

// CapacityConfig splits tasks between on-demand Fargate and Fargate Spot.
type CapacityConfig struct {
	FargateBase       int // tasks that are always on demand, at most MinCapacity; default 2
	FargateWeight     int // share of on demand beyond the base; default 1
	FargateSpotWeight int // share of Spot beyond the base; default 4
}

// LoadBalancerConfig says under which name, and to whom, the load balancer answers.
type LoadBalancerConfig struct {
	CertificateArn   string   // an ACM certificate of the region; empty: made for DomainName, if there is one
	DomainName       string   // points at the load balancer; empty: only AWS's own name for it; needs the two below
	HostedZoneID     string   // the Route 53 zone that DomainName is made in
	ZoneName         string   // that zone's name
	IngressCidrs     []string // who reaches the production listener; default everybody
	TestIngressCidrs []string // who reaches the test listener; empty (default): nobody

	RequestsPerAddress int // requests from one address within five minutes, more are refused; default 6000
}

// TLS reports whether the production listener speaks HTTPS.
func (c LoadBalancerConfig) TLS() bool { return c.CertificateArn != "" || c.DomainName != "" }

// DeploymentConfig says how a release moves traffic. Timeline tells how long that takes.
type DeploymentConfig struct {
	DeploymentConfigName   string // one of CodeDeploy's own for ECS; default "CodeDeployDefault.ECSCanary10Percent5Minutes"
	BakeMinutes            int    // minutes between traffic shifts; 0 (default): what DeploymentConfigName says
	TerminationWaitMinutes int    // minutes that blue is kept after all traffic is on green; default 5, staging 10, prod 15
	LifecycleHookArn       string // a Lambda function, called at AfterAllowTestTraffic; empty (default): none
}

// AuditConfig says what is kept for an assessor.
type AuditConfig struct {
	LogDays     int  // days that audit logs are kept, at least LogRetentionDays; default 30, prod 400
	ArchiveLogs bool // the application's log is archived for 400 days; default false, prod true
	Trail       bool // a CloudTrail trail is made; default false: the landing zone has one
}

// auditLogDays is how long an audit log is kept.
func (c Config) auditLogDays() int { return max(c.LogRetentionDays, c.Audit.LogDays) }
