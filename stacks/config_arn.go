package stacks

import (
	"fmt"
	"strings"
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
