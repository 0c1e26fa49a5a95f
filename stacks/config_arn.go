package stacks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// certificateRule is the ARN of a certificate in AWS Certificate Manager, which identifies it by a UUID.
var certificateRule = matching(
	"the ARN of an ACM certificate",
	`arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`,
	"copy it from `aws acm list-certificates`: arn:aws:acm:<region>:<account>:certificate/<uuid>",
)

// functionRule is the ARN of a Lambda function, with or without version or alias (Lambda, GetFunction: FunctionName).
var functionRule = matching(
	"the ARN of a Lambda function",
	`arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:(\$LATEST|[A-Za-z0-9_-]{1,128}))?`,
	"copy it from `aws lambda list-functions`: arn:aws:lambda:<region>:<account>:function:<name>",
)

// arnFits tells whether what an ARN names can be used by this environment: a load balancer takes certificates, and
// CodeDeploy hooks, of their own region only. An empty ARN fits.
func arnFits(c Config, arn string) string {
	if arn == "" {
		return ""
	}
	parts := strings.SplitN(arn, ":", 6)
	partition, region, account := parts[1], parts[3], parts[4]
	switch {
	case region != c.Region:
		return fmt.Sprintf("name one in region %s or deploy to region %s", c.Region, region)
	case partition != partitionOf(c.Region):
		return fmt.Sprintf("region %s is in partition %s", c.Region, partitionOf(c.Region))
	case c.Account != "" && account != c.Account:
		return fmt.Sprintf("name one in account %s or deploy to account %s", c.Account, account)
	}
	return ""
}

// arnKeys name things that are of use in their own account only.
var arnKeys = []string{"certificateArn", "databaseSecretArn", "databaseSecretKeyArn", "lifecycleHookArn"}

// arns are the keys that name something by an ARN, and the accounts of that, each once.
func (c Config) arns() (names, accounts []string) {
	for _, name := range arnKeys {
		if arn, _ := keyNamed(name).value.get(c).(string); arn != "" {
			names, accounts = append(names, name), append(accounts, strings.Split(arn, ":")[4])
		}
	}
	slices.Sort(accounts)
	return names, slices.Compact(accounts)
}

// oneAccount asks where the account that is deployed to is not known yet: it cannot be two.
func oneAccount(c Config) string {
	if _, accounts := c.arns(); c.Account == "" && len(accounts) > 1 {
		return "they are of " + strings.Join(accounts, " and ") + ": name ones of the account that is deployed to"
	}
	return ""
}

// guardAccount has CloudFormation refuse a stack, before it makes or changes anything, in another account than the one
// that the configuration's ARNs are of. With a pinned account it needs no such rule: LoadConfig has compared them, and
// the CLI deploys to no other.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
func guardAccount(stack awscdk.Stack, config Config) {
	names, accounts := config.arns()
	if config.Account != "" || len(names) == 0 {
		return
	}
	awscdk.NewCfnRule(stack, new("AccountOfTheArns"), &awscdk.CfnRuleProps{Assertions: &[]*awscdk.CfnRuleAssertion{{
		Assert: awscdk.Fn_ConditionEquals(awscdk.Aws_ACCOUNT_ID(), accounts[0]),
		AssertDescription: jsii.Sprintf("%s: of account %s, and this is another one; deploy there, or name what is in this account",
			strings.Join(names, " and "), accounts[0]),
	}}})
}
