package stacks

import "fmt"

// auditDays is a year, which PCI DSS 10.5.1 asks for, and a month to notice that it is over.
const auditDays = 400

// leastDays is for how long production keeps the application's log, which is archived, and its database's backups.
const leastDays = 30

// The protocols that the load balancer speaks to tasks.
const (
	targetHTTP  = "HTTP"
	targetHTTPS = "HTTPS"
)

var controlKeys = []key{
	{
		name: "targetProtocol", standard: targetHTTP,
		value:   text{func(c *Config) *string { return &c.Task.TargetProtocol }, amongWords(targetHTTP, targetHTTPS)},
		meaning: "What the load balancer speaks to tasks. HTTPS: the container serves TLS, with a certificate that nobody verifies. Chosen before the first deployment: target groups and service cannot change it.",
	},
	{
		name: "requestsPerAddress", standard: "6000",
		value:   number{func(c *Config) *int { return &c.LoadBalancer.RequestsPerAddress }, between(10, 2_000_000, "a whole number of requests")},
		meaning: "Requests that one address may send within five minutes; more are answered with 429.",
	},
	{
		name: "auditLogDays", standard: "30", prod: fmt.Sprint(auditDays),
		value:   number{func(c *Config) *int { return &c.Audit.LogDays }, retentionRule},
		meaning: "How long the logs that an assessor asks for are kept, where `logRetentionDays` is less: flow logs, ECS Exec sessions, blocked requests, events, what the functions of the release and the database did, the trail.",
	},
	{
		name: "archiveLogs", standard: "false", prod: "true",
		value:   boolean{func(c *Config) *bool { return &c.Audit.ArchiveLogs }},
		meaning: "Whether the application's log goes to an encrypted bucket as well, for 400 days.",
	},
	{
		name: "auditTrail", standard: "false",
		value:   boolean{func(c *Config) *bool { return &c.Audit.Trail }},
		meaning: "Whether to make a CloudTrail trail: for an account whose landing zone has none.",
	},
}

// keepsAYear holds production to PCI DSS 10.5.1.
func keepsAYear(c Config) string {
	if c.Production() && c.auditLogDays() < auditDays {
		return fmt.Sprintf("raise auditLogDays to %d or more", auditDays)
	}
	return ""
}

func keepsAMonth(c Config) string {
	if c.Production() && c.LogRetentionDays < leastDays {
		return fmt.Sprintf("raise logRetentionDays to %d or more", leastDays)
	}
	return ""
}

func backsUpAMonth(c Config) string {
	if c.Production() && c.Database.Created() && c.Database.BackupDays < leastDays {
		return fmt.Sprintf("raise databaseBackupDays to %d or more", leastDays)
	}
	return ""
}

// boolean is true or false.
type boolean struct{ at func(*Config) *bool }

func (v boolean) read(into *Config, raw any) string {
	switch raw {
	case true, "true":
		*v.at(into) = true
	case false, "false":
		*v.at(into) = false
	default:
		return "write true or false"
	}
	return ""
}

func (v boolean) get(from Config) any    { return *v.at(&from) }
func (v boolean) accepted() string       { return "true or false" }
func (v boolean) check(Config) []finding { return nil }
