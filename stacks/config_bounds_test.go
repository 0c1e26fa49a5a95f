package stacks

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

const testDomain = "pay.example.com"

// rightConfigurations lie just inside what is accepted; those just outside are among wrongConfigurations.
var rightConfigurations = []object{
	{"environmentSuffix": "qa"},
	{"environmentSuffix": "feature-12345"},
	{"environmentSuffix": "a1-b2-c3"},
	{"region": "eu-central-1"}, {"region": "mx-central-1"}, {"region": "cn-north-1"}, {"region": "us-gov-west-1"}, {"region": "eusc-de-east-1"},
	{"region": "us-iso-east-1"}, {"region": "us-isob-east-1"}, {"region": "eu-isoe-west-1"}, {"region": "us-isof-south-1"},
	{"account": "000000000001"},

	{"vpcCidr": "172.31.0.0/16"},
	{"vpcCidr": "192.168.0.0/20"},
	{"vpcCidr": "100.127.0.0/16"},
	{"vpcCidr": "10.0.0.0/23", "maxCapacity": "20"},
	{"vpcCidr": "10.0.0.0/23", "maxCapacity": "30", "availabilityZones": "3"},
	{"vpcCidr": "10.0.0.0/19", "maxCapacity": "500"},
	{"availabilityZones": "3", "natGateways": "3"},
	{"natGateways": "0"}, {"natGateways": "2"},

	{"databaseMinAcu": "4"}, {"databaseMinAcu": "256", "databaseMaxAcu": "256"}, {"databaseMaxAcu": "1"},
	{"databaseAutoPauseMinutes": "5"}, {"databaseAutoPauseMinutes": "1440"}, {"databaseBackupDays": "1"}, {"databaseBackupDays": "35"},
	{"databaseReaders": "1"}, {"databaseReaders": "2", "availabilityZones": "3"},
	{"environmentSuffix": "prod", "certificateArn": testCertificate, "databaseMinAcu": "1"},
	{"environmentSuffix": "prod", "certificateArn": testCertificate, "databaseBackupDays": "30", "logRetentionDays": "30", "auditLogDays": "400"},
	inGroup, inNetwork, withSecret, {"database": "external", "databaseHost": "db.example.com", "databaseCidr": "10.0.0.0/16", "databaseName": "_a1"},
	{"database": "external", "databaseCidr": "192.168.7.0/24", "databasePort": "65535", "databaseSecretArn": givenSecretArn, "account": "111122223333"},

	{"imageTag": "1"}, {"imageTag": "_1.4.2-rc.1"}, {"imageTag": strings.Repeat("a", 128)}, {"imageTag": "latest-1"},
	{"containerPort": "1024"}, {"containerPort": "65535"},
	{"healthCheckPath": "/"}, {"healthCheckPath": "/health?deep=1&x=%20"}, {"healthCheckPath": "/" + strings.Repeat("a", 1023)},
	{"architecture": "ARM64"},

	{"desiredCount": "1", "minCapacity": "1", "fargateBase": "0"},
	{"desiredCount": "10"}, {"desiredCount": "500", "minCapacity": "500", "maxCapacity": "500", "fargateBase": "500"},
	{"maxCapacity": "3"}, {"minCapacity": "2"}, {"fargateBase": "3"},
	{"cpuTargetPercent": "1", "memoryTargetPercent": "1"}, {"cpuTargetPercent": "100", "memoryTargetPercent": "100"},
	{"fargateWeight": "0"}, {"fargateSpotWeight": "0"}, {"fargateWeight": "1000", "fargateSpotWeight": "1000"},

	{"certificateArn": testCertificate, "account": "111122223333"},
	{"certificateArn": "arn:aws-us-gov:acm:us-gov-west-1:111122223333:certificate/0f7a2c3e-0000-4000-8000-000000000000", "region": "us-gov-west-1"},
	{"domainName": testDomain, "hostedZoneId": "Z1", "zoneName": "example.com", "environmentSuffix": "prod"},
	{"domainName": "example.com", "hostedZoneId": "Z" + strings.Repeat("A", 31), "zoneName": "example.com"},
	{"domainName": strings.Repeat("a", 52) + ".example.com", "hostedZoneId": "Z1", "zoneName": "example.com"},
	{"domainName": strings.Repeat("a", 53) + ".example.com", "hostedZoneId": "Z1", "zoneName": "example.com", "certificateArn": testCertificate},
	{"ingressCidrs": "0.0.0.0/0"}, {"ingressCidrs": "203.0.113.7/32"}, {"ingressCidrs": manyNetworks(30)},
	{"ingressCidrs": manyNetworks(29), "testIngressCidrs": "198.51.100.0/24,203.0.113.0/24"},
	{"testIngressCidrs": "10.0.0.0/8"},

	{"deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce", "terminationWaitMinutes": "40"},
	{"deploymentConfigName": "CodeDeployDefault.ECSLinear10PercentEvery3Minutes", "terminationWaitMinutes": "13"},
	{"deploymentConfigName": "CodeDeployDefault.ECSLinear10PercentEvery1Minutes", "bakeMinutes": "4", "terminationWaitMinutes": "4"},
	{"bakeMinutes": "35"}, {"bakeMinutes": "1"}, {"terminationWaitMinutes": "35"}, {"terminationWaitMinutes": "0"},
	{"lifecycleHookArn": testHook, "terminationWaitMinutes": "30", "account": "111122223333"},
	{"lifecycleHookArn": "arn:aws:lambda:us-east-2:111122223333:function:check"},
	{"lifecycleHookArn": "arn:aws:lambda:us-east-2:111122223333:function:check:$LATEST"},

	{"alarmEmail": "on.call+pay@ops.example.com"},
	{"tags": object{strings.Repeat("k", 128): strings.Repeat("v", 256)}},
	{"tags": object{strings.Repeat("ß", 128): strings.Repeat("ß", 256)}},
	{"tags": "team=payments,awsome=1,Cost Center/1=a b:c@d"}, {"tags": object{"k": "v"}},
	{"tags": manyTags(32)},
}

func TestBoundsAreAccepted(t *testing.T) {
	for _, context := range rightConfigurations {
		if _, err := LoadConfig(context, noVariables); err != nil {
			t.Errorf("%v: %v", context, err)
		}
	}
}

// Every period of CloudWatch Logs, and none between.
func TestLogRetention(t *testing.T) {
	periods := []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	for days := range 3700 {
		_, err := LoadConfig(object{"logRetentionDays": strconv.Itoa(days)}, noVariables)
		if accepted := err == nil; accepted != slices.Contains(periods, days) {
			t.Errorf("%d days: accepted %v", days, accepted)
		}
	}
}

// Fargate's task sizes as the ECS Developer Guide lists them, in GiB, for both processors.
func TestFargateSizes(t *testing.T) {
	sizes := map[int][]float64{
		256:   {0.5, 1, 2},
		512:   {1, 2, 3, 4},
		1024:  {2, 3, 4, 5, 6, 7, 8},
		2048:  {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
		4096:  {8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30},
		8192:  {16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60},
		16384: {32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120},
	}
	for cpu, gib := range sizes {
		for _, architecture := range []string{"X86_64", "ARM64"} {
			for mib := 512; mib <= 122880; mib += 512 {
				_, err := LoadConfig(object{"cpu": float64(cpu), "memoryMiB": float64(mib), "architecture": architecture}, noVariables)
				if accepted := err == nil; accepted != slices.Contains(gib, float64(mib)/1024) {
					t.Errorf("cpu %d with %d MiB on %s: accepted %v", cpu, mib, architecture, accepted)
				}
			}
		}
	}
}
