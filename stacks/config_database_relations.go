package stacks

import (
	"fmt"
	"reflect"
	"strings"
)

// The keys that mean something to one kind of database only.
var (
	createdKeys  = []string{"databaseMinAcu", "databaseMaxAcu", "databaseAutoPauseMinutes", "databaseReaders", "databaseBackupDays"}
	externalKeys = []string{"databaseHost", "databasePort", "databaseName", "databaseSecurityGroupId", "databaseCidr", "databaseSecretArn", "databaseSecretKeyArn"}
)

var databaseRelations = []relation{
	{[]string{"databaseMinAcu", "databaseMaxAcu"}, "in ascending order", func(c Config) string {
		if c.Database.MinACU > c.Database.MaxACU {
			return "raise databaseMaxAcu or lower databaseMinAcu"
		}
		return ""
	}},
	{[]string{suffixKey, "database", "databaseMinAcu"}, "a database that never pauses, in production", func(c Config) string {
		if c.Production() && c.Database.Created() && c.Database.MinACU == 0 {
			return "raise databaseMinAcu to 1 or more: the first payment after a pause would wait for about 15 seconds"
		}
		return ""
	}},
	{[]string{suffixKey, "database", "databaseBackupDays"}, "a month of backups, in production", backsUpAMonth},
	{[]string{"databaseReaders", "availabilityZones"}, "a zone for the writer and each reader", func(c Config) string {
		if c.Database.Readers >= c.Network.AvailabilityZones {
			return fmt.Sprintf("lower databaseReaders to %d or raise availabilityZones", c.Network.AvailabilityZones-1)
		}
		return ""
	}},
	{append([]string{"database"}, externalKeys...), "a created database without a key of an external one", func(c Config) string {
		return meaningless(c, c.Database.Created(), externalKeys, databaseExternal)
	}},
	{append([]string{"database"}, createdKeys...), "an external database without a key of a created one", func(c Config) string {
		return meaningless(c, !c.Database.Created(), createdKeys, databaseCreated)
	}},
	{[]string{"database", "databaseHost", "databaseName", "databaseSecretArn"}, "a host, or a secret that names it", oneSource},
	{[]string{"database", "databaseSecurityGroupId", "databaseCidr"}, "either a security group or a network of the external database",
		func(c Config) string {
			group, cidr := c.Database.SecurityGroupID != "", c.Database.Cidr != ""
			switch {
			case c.Database.Created() || group != cidr:
				return ""
			case group:
				return "leave one of databaseSecurityGroupId and databaseCidr away"
			}
			return "set databaseSecurityGroupId or databaseCidr: tasks may speak to no other address on the database's port"
		}},
	{[]string{"databaseSecretArn", "databaseSecretKeyArn"}, "a key together with its secret", func(c Config) string {
		if c.Database.SecretKeyArn != "" && c.Database.SecretArn == "" && !c.Database.Created() {
			return "set databaseSecretArn or leave databaseSecretKeyArn away"
		}
		return ""
	}},
	{[]string{"databaseSecretArn", "region", "account"}, "a secret of the deployment's own region and account",
		func(c Config) string { return arnFits(c, c.Database.SecretArn) }},
	{[]string{"databaseSecretKeyArn", "region", "account"}, "a key of the deployment's own region and account",
		func(c Config) string { return arnFits(c, c.Database.SecretKeyArn) }},
}

// meaningless finds keys that say something where they mean nothing: a database that somebody sized, and that is not
// there, or a host that nobody connects to.
func meaningless(c Config, when bool, names []string, fitting string) string {
	if !when {
		return ""
	}
	var said []string
	for _, name := range names {
		k, standard := keyNamed(name), Config{}
		k.value.read(&standard, k.defaultOf(c.EnvironmentSuffix))
		if !reflect.DeepEqual(k.value.get(c), k.value.get(standard)) {
			said = append(said, name)
		}
	}
	if len(said) == 0 {
		return ""
	}
	return fmt.Sprintf("leave %s away or set database to %s", strings.Join(said, " and "), fitting)
}

// oneSource tells whether an external database's address stands in exactly one place.
func oneSource(c Config) string {
	d := c.Database
	switch {
	case d.Created():
		return ""
	case d.SecretArn == "" && d.Host == "":
		return "set databaseHost, or databaseSecretArn of a secret that has it"
	case d.SecretArn != "" && (d.Host != "" || d.Name != paymentsName):
		return "leave databaseHost and databaseName away: the secret of databaseSecretArn has them"
	}
	return ""
}
