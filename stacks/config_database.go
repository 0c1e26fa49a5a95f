package stacks

import (
	"fmt"
	"net/netip"
	"strings"
)

// The values of the key database.
const (
	databaseCreated  = "created"
	databaseExternal = "external"
)

// DatabaseConfig says which database the payment processor uses: one of this app's (Mode "created"), or one that others
// run ("external").
type DatabaseConfig struct {
	Mode string // "created" (default) or "external"

	// Of a created database. The two capacities are Aurora capacity units (ACU), of about 2 GiB of memory each.
	MinACU           int // 0: the database pauses when nobody is connected; default 0, staging 1, prod 2
	MaxACU           int // default 4, prod 16
	AutoPauseMinutes int // minutes without a connection until it pauses, where MinACU is 0; default 30
	Readers          int // in zones of their own, each able to take over from the writer; default 0, prod 1
	BackupDays       int // days that backups reach back; default 7, prod 35

	// Of an external one.
	Host            string // a DNS name; empty with SecretArn, which holds it
	Port            int    // default 5432
	Name            string // of the database on the host; default "payments"
	SecurityGroupID string // the database's; either this or Cidr
	Cidr            string // the database's addresses
	SecretArn       string // a complete secret with all five keys; empty: db-credentials-{suffix}, whose user an operator sets
	SecretKeyArn    string // the key that encrypts it; empty: AWS's own, aws/secretsmanager
}

// Created reports whether there is a DatabaseStack.
func (c DatabaseConfig) Created() bool { return c.Mode == databaseCreated }

const (
	postgresPort = 5432
	paymentsName = "payments"
	mostACU      = 256          // ServerlessV2ScalingConfiguration: MaxCapacity
	mostReaders  = maxZones - 1 // one zone is the writer's
)

// databaseHostRule takes names only: a certificate is verified for a name.
var databaseHostRule = both("a DNS name in lower case, of a host other than a placeholder", domainRule.advice, func(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return "write the host's name: its certificate is verified for that"
	}
	if strings.HasSuffix(host, ".invalid") {
		return "write the name of the real host: .invalid never resolves"
	}
	return ""
})

// databaseCidrRule accepts what a security group's rule for one database should name at most.
var databaseCidrRule = rule[string]{"an IPv4 network of /16 or narrower in its shortest form", func(cidr string) string {
	prefix, advice := parseCidr(cidr)
	switch {
	case advice != "":
		return advice
	case !prefix.Addr().Is4():
		return "write an IPv4 network: the VPC has no IPv6 addresses"
	case prefix.Bits() < largestVpc:
		return fmt.Sprintf("name the database's own network, at most a /%d", largestVpc)
	}
	return ""
}}

var secretArnRule = matching("the complete ARN of a secret", arnOfA("secretsmanager", `secret:[A-Za-z0-9/_+=.@-]{1,505}-[A-Za-z0-9]{6}`),
	"copy it from `aws secretsmanager describe-secret`, with the six characters at its end")

var keyArnRule = matching("the ARN of a KMS key", arnOfA("kms", `key/(mrk-)?[0-9a-f-]{32,36}`),
	"copy the key's ARN, no alias, from `aws kms describe-key`")

func arnOfA(service, resource string) string {
	return `arn:aws[a-z-]*:` + service + `:[a-z0-9-]+:\d{12}:` + resource
}
