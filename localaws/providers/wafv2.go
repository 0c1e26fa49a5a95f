package providers

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"

	"payment-processor/localaws/resource"
)

// WAFv2 makes web ACLs, IP sets, and what joins the former to resources and to logs.
func WAFv2(config aws.Config) resource.Registry {
	client := wafv2.NewFromConfig(config)
	acls, sets, associations, logs := webACLs{client}, ipSets{client}, aclAssociations{client}, aclLogs{client}
	return resource.Registry{
		"AWS::WAFv2::WebACL":               operations{acls.create, acls.update, acls.remove},
		"AWS::WAFv2::IPSet":                operations{sets.create, sets.update, sets.remove},
		"AWS::WAFv2::WebACLAssociation":    operations{associations.put, associations.put, associations.remove},
		"AWS::WAFv2::LoggingConfiguration": operations{logs.put, logs.put, logs.remove},
	}
}

// wafKey is what a physical id of WAF consists of.
func wafKey(physicalID string) map[string]any {
	parts := append(strings.Split(physicalID, "|"), "", "")
	return map[string]any{"Name": parts[0], "Id": parts[1], "Scope": parts[2]}
}

func wafID(name, id string, properties map[string]any) string {
	return name + "|" + id + "|" + text(properties["Scope"])
}

type webACLs struct{ *wafv2.Client }

func (w webACLs) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "Name", 128)
	if err := checkPriorities(request.Properties); err != nil {
		return resource.Result{}, err
	}
	made, err := call(ctx, w.CreateWebACL, with(tagged(request), "Name", name))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = wafID(name, *made.Summary.Id, request.Properties)
	return w.describe(ctx, request)
}

// checkPriorities refuses two rules of one priority, of which WAF would not know which to ask first.
func checkPriorities(properties map[string]any) error {
	seen := map[string]bool{}
	for _, entry := range flat(properties["Rules"]) {
		priority := text(entry.(map[string]any)["Priority"])
		if seen[priority] {
			return said("Error reason: You have duplicate rule priorities, field: PRIORITY, parameter: %s", priority)
		}
		seen[priority] = true
	}
	return nil
}

func (w webACLs) describe(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{PhysicalID: request.PhysicalID}
	found, err := call(ctx, w.GetWebACL, wafKey(request.PhysicalID))
	if err != nil {
		return result, err
	}
	result.Attributes = map[string]any{
		"Arn": *found.WebACL.ARN, "Id": *found.WebACL.Id, "Capacity": found.WebACL.Capacity,
		"LabelNamespace": fmt.Sprintf("awswaf:%s:webacl:%s:", request.AccountID, *found.WebACL.Name),
	}
	return result, nil
}

func (w webACLs) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkPriorities(request.Properties); err != nil {
		return resource.Result{}, err
	}
	key := wafKey(request.PhysicalID)
	found, err := call(ctx, w.GetWebACL, key)
	if err != nil {
		return resource.Result{}, err
	}
	err = inOrder(
		func() error {
			return run(ctx, w.UpdateWebACL, with(request.Properties, "Name", key["Name"], "Id", key["Id"], "LockToken", *found.LockToken))
		},
		func() error {
			return retag(ctx, request, "ResourceARN", *found.WebACL.ARN, w.TagResource, w.UntagResource)
		},
	)
	if err != nil {
		return resource.Result{}, err
	}
	return w.describe(ctx, request)
}

func (w webACLs) remove(ctx context.Context, request resource.Request) error {
	key := wafKey(request.PhysicalID)
	found, err := call(ctx, w.GetWebACL, key)
	if err != nil {
		return err
	}
	return run(ctx, w.DeleteWebACL, with(key, "LockToken", *found.LockToken))
}

type ipSets struct{ *wafv2.Client }

func (i ipSets) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "Name", 128)
	made, err := call(ctx, i.CreateIPSet, with(tagged(request), "Name", name))
	if err != nil {
		return resource.Result{}, err
	}
	return ipSetResult(wafID(name, *made.Summary.Id, request.Properties), *made.Summary.ARN), nil
}

func ipSetResult(physicalID, arn string) resource.Result {
	return resource.Result{PhysicalID: physicalID, Attributes: map[string]any{"Arn": arn, "Id": wafKey(physicalID)["Id"]}}
}

func (i ipSets) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	key := wafKey(request.PhysicalID)
	found, err := call(ctx, i.GetIPSet, key)
	if err != nil {
		return resource.Result{}, err
	}
	return ipSetResult(request.PhysicalID, *found.IPSet.ARN), inOrder(
		func() error {
			return run(ctx, i.UpdateIPSet, with(request.Properties, "Name", key["Name"], "Id", key["Id"], "LockToken", *found.LockToken))
		},
		func() error {
			return retag(ctx, request, "ResourceARN", *found.IPSet.ARN, i.TagResource, i.UntagResource)
		},
	)
}

func (i ipSets) remove(ctx context.Context, request resource.Request) error {
	key := wafKey(request.PhysicalID)
	found, err := call(ctx, i.GetIPSet, key)
	if err != nil {
		return err
	}
	return run(ctx, i.DeleteIPSet, with(key, "LockToken", *found.LockToken))
}

type aclAssociations struct{ *wafv2.Client }

func (a aclAssociations) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	id := text(request.Properties["WebACLArn"]) + "|" + text(request.Properties["ResourceArn"])
	return resource.Result{PhysicalID: id}, run(ctx, a.AssociateWebACL, request.Properties)
}

func (a aclAssociations) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, a.DisassociateWebACL, request.Properties)
}

type aclLogs struct{ *wafv2.Client }

// put wants WAF's own prefix in the name of where it writes to, as WAF does.
func (a aclLogs) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	for _, destination := range flat(request.Properties["LogDestinationConfigs"]) {
		if !strings.Contains(text(destination), "aws-waf-logs-") {
			return resource.Result{}, said("Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other "+
				"information separated by colons or slashes., field: LOG_DESTINATION, parameter: %s", destination)
		}
	}
	id := text(request.Properties["ResourceArn"])
	return resource.Result{PhysicalID: id}, run(ctx, a.PutLoggingConfiguration, map[string]any{"LoggingConfiguration": request.Properties})
}

func (a aclLogs) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, a.DeleteLoggingConfiguration, map[string]any{"ResourceArn": request.PhysicalID})
}
