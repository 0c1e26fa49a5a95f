package functions

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"payment-processor/lambda/probe"
	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// handler is what is run in a function's place.
type handler = func(ctx context.Context, payload []byte) outcome

// equivalent is the handler that replaces a function, nil for those that run themselves.
func (r *Runtime) equivalent(config *types.FunctionConfiguration, c *code) handler {
	switch {
	case c.command == "./lambda/probe/main" && r.options.Tasks != nil:
		return r.probe
	case c.command == "./lambda/database/main":
		return r.database(config)
	case strings.HasPrefix(string(config.Runtime), "nodejs") && text(config.Handler) == "framework.onEvent" && config.Environment != nil:
		return r.framework(config).handle
	case strings.HasPrefix(string(config.Runtime), "nodejs"):
		return r.node(config)
	}
	return nil
}

// probe answers for tasks, which are no processes and so on no network: a healthy one says so at every path.
func (r *Runtime) probe(_ context.Context, payload []byte) outcome {
	var request probe.Request
	if err := json.Unmarshal(payload, &request); err != nil {
		return failed("SyntaxError", "%v", err)
	}
	response := probe.Response{Results: []probe.Result{}}
	for _, target := range request.Targets {
		if _, err := netip.ParseAddr(target.Address); err != nil {
			return failed("errorString", "target %s:%d is not a task's address and port", target.Address, target.Port)
		}
		healthy, there := r.options.Tasks(target.Address)
		for _, path := range request.Paths {
			result := probe.Result{Target: target, Path: path, Status: http.StatusServiceUnavailable, Detail: "the model has this task unhealthy"}
			switch {
			case !there:
				result.Status, result.Detail = 0, "no route to host"
			case healthy:
				result.Status, result.Detail = http.StatusOK, "ok"
			}
			response.Results = append(response.Results, result)
		}
	}
	encoded, _ := json.Marshal(response) // texts and numbers
	return outcome{payload: encoded}
}

// node replaces the CDK's own handlers for custom resources; other functions in Node have no equivalent.
func (r *Runtime) node(config *types.FunctionConfiguration) handler {
	return func(ctx context.Context, payload []byte) outcome {
		var request event
		_ = json.Unmarshal(payload, &request) // not a custom resource's: no equivalent
		equivalents := map[any]func(context.Context, event) error{
			"Custom::VpcRestrictDefaultSG": r.restrictDefaultGroup,
			"Custom::S3AutoDeleteObjects":  r.emptyBucket,
		}
		do, known := equivalents[request["ResourceType"]]
		if !known {
			return failed("Runtime.Unsupported", "%s is a function for %s, whose AWS SDK is not on this machine, and there is no equivalent for it here",
				*config.FunctionName, config.Runtime)
		}
		if physical, _ := request["PhysicalResourceId"].(string); physical == "" {
			request["PhysicalResourceId"] = request["RequestId"]
		}
		if err := do(ctx, request); err != nil {
			r.respond(ctx, request, "FAILED", err.Error())
			return outcome{payload: []byte("null")}
		}
		r.respond(ctx, request, "SUCCESS", "")
		return outcome{payload: []byte("null")}
	}
}

func property(request event, set, name string) string {
	properties, _ := request[set].(map[string]any)
	if value, there := properties[name]; there {
		return fmt.Sprint(value)
	}
	return ""
}

// restrictDefaultGroup takes the rules away that AWS gives a default security group. What is as wanted already is fine.
func (r *Runtime) restrictDefaultGroup(ctx context.Context, request event) error {
	group, account := property(request, "ResourceProperties", "DefaultSecurityGroupId"), property(request, "ResourceProperties", "Account")
	switch request["RequestType"] {
	case "Delete":
		return r.defaultRules(ctx, "Authorize", group, account)
	case "Update":
		old := property(request, "OldResourceProperties", "DefaultSecurityGroupId")
		if old == group {
			return nil
		}
		if err := r.defaultRules(ctx, "Authorize", old, account); err != nil {
			return err
		}
	}
	return r.defaultRules(ctx, "Revoke", group, account)
}

func (r *Runtime) defaultRules(ctx context.Context, verb, group, account string) error {
	in := url.Values{"GroupId": {group}, "IpPermissions.1.IpProtocol": {"-1"}, "IpPermissions.1.Groups.1.GroupId": {group}, "IpPermissions.1.Groups.1.UserId": {account}}
	out := url.Values{"GroupId": {group}, "IpPermissions.1.IpProtocol": {"-1"}, "IpPermissions.1.IpRanges.1.CidrIp": {"0.0.0.0/0"}}
	for action, form := range map[string]url.Values{verb + "SecurityGroupIngress": in, verb + "SecurityGroupEgress": out} {
		err := r.wire.Query(ctx, "ec2", "2016-11-15", action, form, nil)
		if err != nil && !wire.Is(err, "InvalidPermission.NotFound", "InvalidPermission.Duplicate", "InvalidGroup.NotFound") {
			return err
		}
	}
	return nil
}

// emptyBucket deletes every version of every object, on deletion of the resource or when its bucket is another.
func (r *Runtime) emptyBucket(ctx context.Context, request event) error {
	bucket := property(request, "ResourceProperties", "BucketName")
	if request["RequestType"] == "Update" {
		old := property(request, "OldResourceProperties", "BucketName")
		if old == bucket {
			return nil
		}
		bucket = old
	}
	if request["RequestType"] == "Create" {
		return nil
	}
	err := r.empty(ctx, bucket)
	if wire.Is(err, "NoSuchBucket", "HTTP404") {
		return nil
	}
	return err
}

type version struct {
	Key       string
	VersionID string `xml:"VersionId"`
}

func (r *Runtime) empty(ctx context.Context, bucket string) error {
	for {
		listed, err := r.wire.Send(ctx, "s3", http.MethodGet, "/"+bucket+"?versions=", nil, nil)
		if err != nil {
			return err
		}
		var page struct {
			Versions []version `xml:"Version"`
			Markers  []version `xml:"DeleteMarker"`
		}
		if err := xml.Unmarshal(listed, &page); err != nil {
			return err
		}
		if len(page.Versions)+len(page.Markers) == 0 {
			return nil
		}
		for _, v := range append(page.Versions, page.Markers...) {
			path := "/" + bucket + "/" + (&url.URL{Path: v.Key}).EscapedPath() + "?versionId=" + url.QueryEscape(v.VersionID)
			if _, err := r.wire.Send(ctx, "s3", http.MethodDelete, path, nil, nil); err != nil {
				return err
			}
		}
	}
}
