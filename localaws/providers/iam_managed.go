package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"payment-processor/localaws/resource"
)

func (i identities) createManaged(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkIdentity(request.Properties["PolicyDocument"], identityPolicy); err != nil {
		return resource.Result{}, err
	}
	output, err := call(ctx, i.CreatePolicy, with(tagged(request), "PolicyName", named(request, "ManagedPolicyName", 128)))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = aws.ToString(output.Policy.Arn)
	return alone("PolicyArn", request.PhysicalID), i.attachManaged(ctx, request)
}

// attachManaged gives a policy to the roles that shall have it, and takes it from those that had it besides.
func (i identities) attachManaged(ctx context.Context, request resource.Request) error {
	policy := map[string]any{"PolicyArn": request.PhysicalID}
	now, before := texts(request.Properties["Roles"]), texts(request.Old["Roles"])
	return inOrder(
		each(lacking(before, now), func(role string) error {
			return ifThere(run(ctx, i.DetachRolePolicy, with(policy, "RoleName", role)))
		}),
		each(now, func(role string) error { return run(ctx, i.AttachRolePolicy, with(policy, "RoleName", role)) }),
	)
}

func (i identities) updateManaged(ctx context.Context, request resource.Request) (resource.Result, error) {
	policy := map[string]any{"PolicyArn": request.PhysicalID}
	return alone("PolicyArn", request.PhysicalID), inOrder(
		func() error { return checkIdentity(request.Properties["PolicyDocument"], identityPolicy) },
		changed(request, func() error {
			return inOrder(
				func() error { return i.dropVersions(ctx, request.PhysicalID) }, // there can be five
				func() error {
					return run(ctx, i.CreatePolicyVersion,
						with(policy, "PolicyDocument", request.Properties["PolicyDocument"], "SetAsDefault", true))
				})
		}, "PolicyDocument"),
		func() error { return i.attachManaged(ctx, request) },
		func() error { return retag(ctx, request, "PolicyArn", request.PhysicalID, i.TagPolicy, i.UntagPolicy) },
	)
}

// dropVersions deletes the versions of a policy that are not its default.
func (i identities) dropVersions(ctx context.Context, policy string) error {
	output, err := call(ctx, i.ListPolicyVersions, map[string]any{"PolicyArn": policy})
	if err != nil {
		return err
	}
	for _, version := range output.Versions {
		if version.IsDefaultVersion {
			continue
		}
		if err := run(ctx, i.DeletePolicyVersion,
			map[string]any{"PolicyArn": policy, "VersionId": aws.ToString(version.VersionId)}); err != nil {
			return err
		}
	}
	return nil
}

func (i identities) deleteManaged(ctx context.Context, request resource.Request) error {
	bare := request
	bare.Old, bare.Properties = request.Properties, nil
	return inOrder(
		func() error { return i.attachManaged(ctx, bare) },
		func() error { return i.dropVersions(ctx, request.PhysicalID) },
		func() error { return run(ctx, i.DeletePolicy, map[string]any{"PolicyArn": request.PhysicalID}) },
	)
}

func (i identities) createProfile(ctx context.Context, request resource.Request) (resource.Result, error) {
	request.PhysicalID = named(request, "InstanceProfileName", 128)
	output, err := call(ctx, i.CreateInstanceProfile, with(request.Properties, "InstanceProfileName", request.PhysicalID))
	if err != nil {
		return resource.Result{}, err
	}
	return profileResult(request.PhysicalID, output.InstanceProfile.Arn), i.settleProfile(ctx, request)
}

func profileResult(name string, arn *string) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": aws.ToString(arn)}}
}

func (i identities) updateProfile(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := call(ctx, i.GetInstanceProfile, map[string]any{"InstanceProfileName": request.PhysicalID})
	if err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return profileResult(request.PhysicalID, output.InstanceProfile.Arn), i.settleProfile(ctx, request)
}

// settleProfile takes a profile's former role away and gives it the one it shall have.
func (i identities) settleProfile(ctx context.Context, request resource.Request) error {
	profile := map[string]any{"InstanceProfileName": request.PhysicalID}
	output, err := call(ctx, i.GetInstanceProfile, profile)
	if err != nil {
		return err
	}
	var before []string
	for _, role := range output.InstanceProfile.Roles {
		before = append(before, aws.ToString(role.RoleName))
	}
	now := texts(request.Properties["Roles"])
	return inOrder(
		each(lacking(before, now), func(role string) error {
			return run(ctx, i.RemoveRoleFromInstanceProfile, with(profile, "RoleName", role))
		}),
		each(lacking(now, before), func(role string) error {
			return run(ctx, i.AddRoleToInstanceProfile, with(profile, "RoleName", role))
		}),
	)
}

func (i identities) deleteProfile(ctx context.Context, request resource.Request) error {
	bare := request
	bare.Properties = nil
	if err := i.settleProfile(ctx, bare); err != nil {
		return err
	}
	return run(ctx, i.DeleteInstanceProfile, map[string]any{"InstanceProfileName": request.PhysicalID})
}
