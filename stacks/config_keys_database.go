package stacks

var databaseKeys = []key{
	{
		name: "database", standard: databaseCreated,
		value:   text{func(c *Config) *string { return &c.Database.Mode }, amongWords(databaseCreated, databaseExternal)},
		meaning: "Whether a database is created here, or others run one. Before you switch, read [the runbook](docs/runbooks/database.md).",
	},
	{
		name: "databaseMinAcu", standard: "0", staging: "1", prod: "2",
		value:   number{func(c *Config) *int { return &c.Database.MinACU }, between(0, mostACU, "a whole number of capacity units")},
		meaning: "Least capacity of a created database, of about 2 GiB of memory each. 0: it pauses when nobody is connected, and the next connection waits for about 15 seconds.",
	},
	{
		name: "databaseMaxAcu", standard: "4", prod: "16",
		value:   number{func(c *Config) *int { return &c.Database.MaxACU }, between(1, mostACU, "a whole number of capacity units")},
		meaning: "Most capacity of a created database.",
	},
	{
		name: "databaseAutoPauseMinutes", standard: "30",
		// ServerlessV2ScalingConfiguration: SecondsUntilAutoPause is from 300 to 86,400.
		value:   number{func(c *Config) *int { return &c.Database.AutoPauseMinutes }, between(5, 1440, "a whole number of minutes")},
		meaning: "Time without a connection until a created database pauses, where `databaseMinAcu` is 0.",
	},
	{
		name: "databaseReaders", standard: "0", prod: "1",
		value:   number{func(c *Config) *int { return &c.Database.Readers }, between(0, mostReaders, "a whole number of readers")},
		meaning: "Readers of a created database beside its writer, each in a zone of its own and able to take over.",
	},
	{
		name: "databaseBackupDays", standard: "7", prod: "35",
		value:   number{func(c *Config) *int { return &c.Database.BackupDays }, between(1, 35, "a whole number of days")},
		meaning: "How far the backups of a created database reach back.",
	},
	{
		name:    "databaseHost",
		value:   text{func(c *Config) *string { return &c.Database.Host }, optional(databaseHostRule)},
		meaning: "Name of the external database's host.",
	},
	{
		name: "databasePort", standard: "5432",
		value:   number{func(c *Config) *int { return &c.Database.Port }, between(1, 65535, "a TCP port")},
		meaning: "Port of the external database.",
	},
	{
		name: "databaseName", standard: paymentsName,
		value:   text{func(c *Config) *string { return &c.Database.Name }, databaseNameRule},
		meaning: "Name of the database on the external host.",
	},
	{
		name:    "databaseSecurityGroupId",
		value:   text{func(c *Config) *string { return &c.Database.SecurityGroupID }, optional(matching("the id of a security group", `sg-[0-9a-f]{8}([0-9a-f]{9})?`, "copy it from `aws ec2 describe-security-groups`"))},
		meaning: "Security group of the external database, which must admit the one in the output `app_security_group_id`. Either this or `databaseCidr`.",
	},
	{
		name:    "databaseCidr",
		value:   text{func(c *Config) *string { return &c.Database.Cidr }, optional(databaseCidrRule)},
		meaning: "Network of the external database.",
	},
	{
		name:    "databaseSecretArn",
		value:   text{func(c *Config) *string { return &c.Database.SecretArn }, optional(secretArnRule)},
		meaning: "A secret of yours with the keys username, password, host, port and database of the external database. Empty: `db-credentials-{suffix}`, into which you put user and password.",
	},
	{
		name:    "databaseSecretKeyArn",
		value:   text{func(c *Config) *string { return &c.Database.SecretKeyArn }, optional(keyArnRule)},
		meaning: "The KMS key of that secret. Empty: it is encrypted with AWS's own key.",
	},
}

// databaseNameRule takes what needs no quotes in PostgreSQL, nor in a connection URL.
var databaseNameRule = matching("a name of 1 to 63 lower-case letters, digits and _, the first no digit",
	`[a-z_][a-z0-9_]{0,62}`, "write a name like payments")
