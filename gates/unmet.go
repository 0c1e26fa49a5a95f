package gates

// Unmet is a control of Security Hub that fails for resources of ours in production, or that only the account can meet.
type Unmet struct {
	Hub, What, Why string
	Rules          []string // the packs' rules that ask the same, and are suppressed
}

// Unmets are all of them that ask about types of resources that we have.
var Unmets = []Unmet{
	{"ELB.18", "every listener speaks HTTPS", "the one on port 80 answers with a redirect to HTTPS, which ELB.1 asks for; without it, who types no https:// finds nothing", nil},
	{"ELB.21, ELB.22", "targets and their health checks speak HTTPS", "with `targetProtocol: HTTPS` they do, which an image must be made for: [decision](decisions/9-encryption-to-tasks.md)", nil},
	{"EC2.10, EC2.57, EC2.58, EC2.60", "a VPC has endpoints of EC2, Systems Manager and Incident Manager", "nothing in it calls them; each would be USD 22 a month in three zones", nil},
	{"EC2.172", "no traffic passes an internet gateway", "customers' does: the load balancer is for the internet", nil},
	{"S3.9", "every bucket logs who reads it", "the last one of the chain, with the log of who reads the others, does not: it would log that it logs", nil},
	{"S3.17", "every bucket is encrypted with a KMS key", "load balancers, and S3's own access log, can write with S3's key only; the archive is", []string{"PCI.DSS.321-S3DefaultEncryptionKMS"}},
	{"S3.7, S3.11, S3.15, S3.20", "buckets are replicated, send events, are locked, and ask for a second factor", "a second region is the landing zone's; nobody acts on each line of a log; [decision](decisions/10-logs-for-the-assessor.md) on the lock; a template cannot ask for the factor, and a policy refuses deletion to everybody", []string{"PCI.DSS.321-S3BucketReplicationEnabled"}},
	{"S3.22, S3.23", "each read and write of an object is in a trail", "data events are a choice, and a cost, of the landing zone's trail; S3's access log has both", nil},
	{"CloudWatch.16", "each log group is kept for a year", "audit logs and those of functions are; the application's is archived for 400 days, and container metrics are no audit log", nil},
	{"RDS.19, RDS.20, RDS.21, RDS.22", "RDS tells somebody of events", "they ask for subscriptions to all databases, parameter groups and security groups of an account: the landing zone's; our alarms page for this database", nil},
	{"RDS.23", "the database has another port than everybody's", "nothing but named security groups reaches it, and another port hides it from nobody", nil},
	{"RDS.26", "the database is in a backup plan", "Aurora backs up continuously; a plan is the landing zone's", []string{"NIST.800.53.R5-RDSInBackupPlan"}},
	{"Lambda.3", "functions are in a VPC", "those that reach the database or tasks are; the others call AWS's APIs, which without NAT they would not reach", []string{"PCI.DSS.321-LambdaInsideVPC"}},
	{"S3.1, EC2.7, EC2.182, SSM.7, Config.1, GuardDuty.1, Inspector.2, Inspector.4, Macie.1", "the account blocks, records and looks", "the landing zone's: [decision](decisions/8-landing-zone.md)", nil},
}
