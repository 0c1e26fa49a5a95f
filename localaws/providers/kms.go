package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"payment-processor/localaws/resource"
)

// KMS makes keys and their aliases.
func KMS(config aws.Config) resource.Registry {
	k := keys{kms.NewFromConfig(config)}
	return resource.Registry{
		"AWS::KMS::Key":   operations{k.createKey, k.updateKey, k.deleteKey},
		"AWS::KMS::Alias": operations{k.createAlias, k.updateAlias, k.deleteAlias},
	}
}

type keys struct{ *kms.Client }

func checkKey(properties map[string]any) error {
	policy := properties["KeyPolicy"]
	if policy == nil {
		return nil // KMS's own
	}
	if fault := malformed(policy, resourcePolicy); fault != "" {
		return refuse("KMS", "MalformedPolicyDocumentException", fault)
	}
	return nil
}

// kmsTags are the tags in KMS's own words.
func kmsTags(request resource.Request) []any {
	tags := []any{}
	for _, entry := range list(tagged(request)["Tags"]) {
		tags = append(tags, map[string]any{"TagKey": object(entry)["Key"], "TagValue": object(entry)["Value"]})
	}
	return tags
}

func (k keys) createKey(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkKey(request.Properties); err != nil {
		return resource.Result{}, err
	}
	properties := with(request.Properties, "Tags", kmsTags(request))
	if policy := properties["KeyPolicy"]; policy != nil {
		properties["Policy"] = policy
	}
	output, err := call(ctx, k.CreateKey, properties)
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = aws.ToString(output.KeyMetadata.KeyId)
	return keyResult(request), inOrder(
		given(request, "EnableKeyRotation", func() error { return k.rotate(ctx, request) }),
		given(request, "Enabled", func() error { return k.enable(ctx, request) }),
	)
}

func keyResult(request resource.Request) resource.Result {
	return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{
		"Arn": "arn:aws:kms:" + request.Region + ":" + request.AccountID + ":key/" + request.PhysicalID, "KeyId": request.PhysicalID,
	}}
}

func (k keys) rotate(ctx context.Context, request resource.Request) error {
	key := map[string]any{"KeyId": request.PhysicalID}
	if !isTrue(request.Properties["EnableKeyRotation"]) {
		return run(ctx, k.DisableKeyRotation, key)
	}
	if days := request.Properties["RotationPeriodInDays"]; days != nil {
		key["RotationPeriodInDays"] = days
	}
	return run(ctx, k.EnableKeyRotation, key)
}

func (k keys) enable(ctx context.Context, request resource.Request) error {
	key := map[string]any{"KeyId": request.PhysicalID}
	if enabled := request.Properties["Enabled"]; enabled == nil || isTrue(enabled) {
		return run(ctx, k.EnableKey, key)
	}
	return run(ctx, k.DisableKey, key)
}

func (k keys) updateKey(ctx context.Context, request resource.Request) (resource.Result, error) {
	key := map[string]any{"KeyId": request.PhysicalID}
	return keyResult(request), inOrder(
		func() error { return checkKey(request.Properties) },
		changed(request, func() error {
			if request.Properties["KeyPolicy"] == nil {
				return nil // CloudFormation leaves the policy as it is
			}
			return run(ctx, k.PutKeyPolicy, with(key, "PolicyName", "default", "Policy", request.Properties["KeyPolicy"]))
		}, "KeyPolicy"),
		changed(request, func() error {
			return run(ctx, k.UpdateKeyDescription, with(key, "Description", text(request.Properties["Description"])))
		}, "Description"),
		changed(request, func() error { return k.enable(ctx, request) }, "Enabled"),
		changed(request, func() error { return k.rotate(ctx, request) }, "EnableKeyRotation", "RotationPeriodInDays"),
		func() error {
			if gone := untagged(request); len(gone) > 0 {
				return run(ctx, k.UntagResource, with(key, "TagKeys", anyList(gone)))
			}
			return nil
		},
		func() error {
			if tags := kmsTags(request); len(tags) > 0 {
				return run(ctx, k.TagResource, with(key, "Tags", tags))
			}
			return nil
		},
	)
}

// deleteKey schedules a key's deletion: nobody can delete one at once.
func (k keys) deleteKey(ctx context.Context, request resource.Request) error {
	days := request.Properties["PendingWindowInDays"]
	if days == nil {
		days = 30
	}
	err := run(ctx, k.ScheduleKeyDeletion, map[string]any{"KeyId": request.PhysicalID, "PendingWindowInDays": days})
	return unless(err, "KMSInvalidStateException") // it waits for its end already
}

func (k keys) createAlias(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := run(ctx, k.CreateAlias, request.Properties); err != nil {
		return resource.Result{}, err
	}
	return alone("AliasName", text(request.Properties["AliasName"])), nil
}

func (k keys) updateAlias(ctx context.Context, request resource.Request) (resource.Result, error) {
	return alone("AliasName", request.PhysicalID), run(ctx, k.UpdateAlias, request.Properties)
}

func (k keys) deleteAlias(ctx context.Context, request resource.Request) error {
	return run(ctx, k.DeleteAlias, map[string]any{"AliasName": request.PhysicalID})
}
