package gates

import "testing"

// shapes are what else the configuration accepts.
var shapes = map[string]map[string]any{
	"production with a database by its addresses, and everything on": {
		"environmentSuffix": "prod", "certificateArn": testCertificate, "auditTrail": true, "targetProtocol": "HTTPS",
		"database": "external", "databaseHost": "db.example.com", "databaseCidr": "192.168.7.0/24",
		"alarmEmail": "payments@example.com",
	},
	"somebody's secret, and no way out": {
		"database": "external", "databaseCidr": "192.168.7.0/24", "databaseSecretArn": "arn:aws:secretsmanager:us-east-2:111122223333:secret:db-AbCdEf",
		"natGateways": 0.0, "bakeMinutes": 7.0, "testIngressCidrs": []any{"192.0.2.0/24"}, "architecture": "ARM64",
		"lifecycleHookArn": "arn:aws:lambda:us-east-2:111122223333:function:check",
		"domainName":       "pay.example.com", "hostedZoneId": "Z0123456789ABC", "zoneName": "example.com",
	},
}

// Each validated synth asks our own rules, so a rule that forgets what the configuration accepts forbids it to everybody.
func TestRulesForbidNoConfiguration(t *testing.T) {
	for name := range shapes {
		if len(ask(t).assemblies[name].Stacks) == 0 {
			t.Errorf("%s has no stacks", name)
		}
		for _, finding := range ask(t).findings[name] {
			t.Error(finding)
		}
	}
}
