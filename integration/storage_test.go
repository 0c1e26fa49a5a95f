package integration

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func TestLogsAreEncryptedAndEnd(t *testing.T) {
	client := cloudwatchlogs.NewFromConfig(env.aws)
	checked := 0
	for _, part := range parts {
		for _, r := range stack(t, part).Resources {
			if r.Type != "AWS::Logs::LogGroup" {
				continue
			}
			answer := ok[*cloudwatchlogs.DescribeLogGroupsOutput](t)(client.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &r.Physical}))
			if len(answer.LogGroups) == 0 {
				t.Errorf("log group %s is not there", r.Physical)
				continue
			}
			checked++
			got := answer.LogGroups[0]
			if got.KmsKeyId == nil || *got.KmsKeyId == "" {
				t.Errorf("log group %s has no key of ours", r.Physical)
			}
			if want := number(t, r.Properties["RetentionInDays"]); got.RetentionInDays == nil || int(*got.RetentionInDays) != want {
				t.Errorf("log group %s keeps its events %v days, want %d", r.Physical, got.RetentionInDays, want)
			}
		}
	}
	if name := output(t, "log_group_name"); name != "/ecs/payment-processor-"+*suffix {
		t.Errorf("the application logs to %s", name)
	}
	if checked < 3 {
		t.Errorf("only %d log groups were found", checked)
	}
}

func TestApplicationLogs(t *testing.T) {
	onlyLive(t, "no container runs, so nobody logs")
	name := output(t, "log_group_name")
	answer := ok[*cloudwatchlogs.DescribeLogStreamsOutput](t)(cloudwatchlogs.NewFromConfig(env.aws).DescribeLogStreams(t.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &name}))
	if len(answer.LogStreams) == 0 {
		t.Error("no task has ever logged")
	}
}

func TestEveryAlarmIsEnabledAndTellsSomebody(t *testing.T) {
	var wanted []string
	for _, part := range parts {
		for _, r := range stack(t, part).Resources {
			if r.Type == "AWS::CloudWatch::Alarm" || r.Type == "AWS::CloudWatch::CompositeAlarm" {
				wanted = append(wanted, r.Physical)
			}
		}
	}
	client := cloudwatch.NewFromConfig(env.aws)
	found := 0
	for names := range slices.Chunk(wanted, 100) {
		answer := ok[*cloudwatch.DescribeAlarmsOutput](t)(client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: names}))
		for _, alarm := range answer.MetricAlarms {
			found++
			if !*alarm.ActionsEnabled {
				t.Errorf("alarm %s is disabled", *alarm.AlarmName)
			}
			if len(alarm.AlarmActions) == 0 {
				t.Errorf("alarm %s tells nobody", *alarm.AlarmName)
			}
		}
		found += len(answer.CompositeAlarms)
	}
	if found != len(wanted) {
		t.Errorf("%d of %d alarms exist", found, len(wanted))
	}
}

func TestImagesAreScannedImmutableAndExpire(t *testing.T) {
	client, name := ecr.NewFromConfig(env.aws), "payment-processor-"+*suffix
	answer := ok[*ecr.DescribeRepositoriesOutput](t)(client.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{name}}))
	repository := answer.Repositories[0]
	if !repository.ImageScanningConfiguration.ScanOnPush {
		t.Error("images are not scanned when they are pushed")
	}
	if repository.ImageTagMutability != ecrtypes.ImageTagMutabilityImmutable {
		t.Errorf("tags are %s", repository.ImageTagMutability)
	}
	policy := ok[*ecr.GetLifecyclePolicyOutput](t)(client.GetLifecyclePolicy(t.Context(), &ecr.GetLifecyclePolicyInput{RepositoryName: &name}))
	var rules struct{ Rules []json.RawMessage }
	if err := json.Unmarshal([]byte(*policy.LifecyclePolicyText), &rules); err != nil || len(rules.Rules) < 2 {
		t.Errorf("the lifecycle policy has %d rules (%v), want what runs protected and the rest limited", len(rules.Rules), err)
	}
}

func TestSecretHasItsKeysAndRotates(t *testing.T) {
	client, arn := secretsmanager.NewFromConfig(env.aws), output(t, "db_secret_arn")
	value := ok[*secretsmanager.GetSecretValueOutput](t)(client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &arn}))
	var credentials map[string]any
	if err := json.Unmarshal([]byte(*value.SecretString), &credentials); err != nil {
		t.Fatal("the secret is no JSON") // the error would quote it
	}
	for _, key := range []string{"username", "password", "host", "port", "database"} {
		if content, has := credentials[key]; !has || content == "" {
			t.Errorf("the secret has no %s", key)
		}
	}
	secret := ok[*secretsmanager.DescribeSecretOutput](t)(client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &arn}))
	if secret.KmsKeyId == nil || *secret.KmsKeyId == "" {
		t.Error("the secret has no key of ours")
	}
	if !databaseCreated() {
		return
	}
	if secret.RotationEnabled == nil || !*secret.RotationEnabled || secret.RotationLambdaARN == nil {
		t.Fatal("the secret does not rotate")
	}
	rules := secret.RotationRules
	if thirty := rules.AutomaticallyAfterDays != nil && *rules.AutomaticallyAfterDays == 30 || rules.ScheduleExpression != nil && *rules.ScheduleExpression == "rate(30 days)"; !thirty {
		t.Errorf("the secret rotates by %+v, want every 30 days", rules)
	}
}

func TestBucketsAreClosed(t *testing.T) {
	client := s3.NewFromConfig(env.aws, func(o *s3.Options) { o.UsePathStyle = *target == "local" })
	for _, part := range parts {
		for _, r := range stack(t, part).Resources {
			if r.Type != "AWS::S3::Bucket" {
				continue
			}
			block := ok[*s3.GetPublicAccessBlockOutput](t)(client.GetPublicAccessBlock(t.Context(), &s3.GetPublicAccessBlockInput{Bucket: &r.Physical})).PublicAccessBlockConfiguration
			if !*block.BlockPublicAcls || !*block.BlockPublicPolicy || !*block.IgnorePublicAcls || !*block.RestrictPublicBuckets {
				t.Errorf("bucket %s can be made public", r.Physical)
			}
			ok[*s3.GetBucketEncryptionOutput](t)(client.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: &r.Physical}))
		}
	}
}
