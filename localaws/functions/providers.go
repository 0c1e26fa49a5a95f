package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"

	"payment-processor/localaws/resource"
	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Providers make the resources of Lambda, and custom resources.
func (r *Runtime) Providers() resource.Registry {
	return resource.Registry{
		"AWS::Lambda::Function":     resource.Of(r.makeFunction, r.changeFunction, r.endFunction),
		"AWS::Lambda::Permission":   resource.Of(r.makePermission, resource.Replaced, r.endPermission),
		"AWS::Lambda::Version":      resource.Of(r.makeVersion, resource.Replaced, kept),
		"AWS::Lambda::Alias":        resource.Of(r.makeAlias, r.makeAlias, r.endAlias),
		"AWS::Lambda::LayerVersion": resource.Of(r.makeLayer, resource.Replaced, kept),
		"Custom::":                  custom{r},
	}
}

// kept is the deletion of what is of no use without something else, and goes with that.
func kept(context.Context, resource.Request) error { return nil }

func plain(properties map[string]any, name string) string {
	if value, there := properties[name]; there {
		return fmt.Sprint(value)
	}
	return ""
}

// wanted reads a function's properties.
func wanted(request resource.Request) (*lambda.CreateFunctionInput, error) {
	properties := maps.Clone(request.Properties)
	tags := map[string]any{}
	for key, value := range request.Tags {
		tags[key] = value
	}
	own, _ := properties["Tags"].([]any)
	for _, tag := range own {
		if members, ok := tag.(map[string]any); ok {
			tags[plain(members, "Key")] = members["Value"]
		}
	}
	properties["Tags"] = tags
	in, code := &lambda.CreateFunctionInput{}, map[string]any{}
	if given, ok := properties["Code"].(map[string]any); ok {
		code = maps.Clone(given)
	}
	inline, isInline := code["ZipFile"]
	delete(code, "ZipFile")
	properties["Code"] = code
	if err := wire.Decode(properties, in); err != nil {
		return nil, err
	}
	if isInline {
		in.Code.ZipFile = zipped(strings.HasPrefix(string(in.Runtime), "python"), fmt.Sprint(inline))
	}
	if text(in.FunctionName) == "" {
		in.FunctionName = new(fmt.Sprintf("%.24s-%.24s-%.12s", request.StackName, request.LogicalID, request.Token))
	}
	return in, nil
}

// zipped is what Lambda makes of a template's inline code.
func zipped(python bool, code string) []byte {
	file := "index.js"
	if python {
		file = "index.py"
	}
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	w, _ := archive.Create(file) // a buffer takes everything
	_, _ = w.Write([]byte(code))
	_ = archive.Close()
	return buffer.Bytes()
}

func (r *Runtime) made(config *types.FunctionConfiguration) resource.Result {
	return resource.Result{PhysicalID: *config.FunctionName, Attributes: map[string]any{"Arn": *config.FunctionArn}}
}

func (r *Runtime) makeFunction(ctx context.Context, request resource.Request) (resource.Result, error) {
	in, err := wanted(request)
	if err != nil {
		return resource.Result{}, err
	}
	config, err := r.CreateFunction(ctx, in)
	if err != nil {
		return resource.Result{}, err
	}
	return r.made(config), nil
}

// changeFunction gives the function all settings anew, and the code if that is another.
func (r *Runtime) changeFunction(ctx context.Context, request resource.Request) (resource.Result, error) {
	in, err := wanted(request)
	if err != nil {
		return resource.Result{}, err
	}
	in.FunctionName = &request.PhysicalID
	var from source
	if !reflect.DeepEqual(request.Properties["Code"], request.Old["Code"]) {
		from = sourceOf(in.Code)
	}
	config, err := r.change(ctx, request.PhysicalID, func(c *types.FunctionConfiguration) {
		hash, size := c.CodeSha256, c.CodeSize
		*c = *r.configuration(in)
		c.CodeSha256, c.CodeSize = hash, size
	}, settings{in.Environment, in.VpcConfig}, from)
	if err != nil {
		return resource.Result{}, err
	}
	if f, err := r.function(request.PhysicalID); err == nil {
		r.lock.Lock()
		defer r.lock.Unlock()
		f.tags = in.Tags
	}
	return r.made(config), nil
}

func (r *Runtime) endFunction(_ context.Context, request resource.Request) error {
	return unlessMissing(r.DeleteFunction(request.PhysicalID))
}

func unlessMissing(err error) error {
	if missing(err) {
		return nil
	}
	return err
}

// AddPermission adds a statement to a function's policy. Nothing here asks it.
func (r *Runtime) AddPermission(in *lambda.AddPermissionInput) (map[string]any, error) {
	f, err := r.function(text(in.FunctionName))
	if err != nil {
		return nil, err
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	id := text(in.StatementId)
	if f.policy[id] != nil {
		return nil, refuse("ResourceConflictException", "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", id)
	}
	principal := map[string]any{"Service": text(in.Principal)}
	if !strings.Contains(text(in.Principal), ".amazonaws.com") {
		principal = map[string]any{"AWS": text(in.Principal)}
	}
	statement := map[string]any{"Sid": id, "Effect": "Allow", "Principal": principal, "Action": text(in.Action), "Resource": *f.config.FunctionArn}
	if in.SourceArn != nil {
		statement["Condition"] = map[string]any{"ArnLike": map[string]any{"AWS:SourceArn": *in.SourceArn}}
	}
	f.policy[id] = statement
	return statement, nil
}

// RemovePermission removes a statement.
func (r *Runtime) RemovePermission(called, id string) error {
	f, err := r.function(called)
	if err != nil {
		return err
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	if f.policy[id] == nil {
		return refuse("ResourceNotFoundException", "Statement %s is not found in resource policy.", id)
	}
	delete(f.policy, id)
	return nil
}

func (r *Runtime) makePermission(_ context.Context, request resource.Request) (resource.Result, error) {
	in := &lambda.AddPermissionInput{}
	if err := wire.Decode(request.Properties, in); err != nil {
		return resource.Result{}, err
	}
	in.StatementId = new(fmt.Sprintf("%.40s-%.40s-%.12s", request.StackName, request.LogicalID, request.Token))
	_, err := r.AddPermission(in)
	return resource.Result{PhysicalID: *in.StatementId, Attributes: map[string]any{"Id": *in.StatementId}}, err
}

func (r *Runtime) endPermission(_ context.Context, request resource.Request) error {
	return unlessMissing(r.RemovePermission(plain(request.Properties, "FunctionName"), request.PhysicalID))
}

func (r *Runtime) makeVersion(_ context.Context, request resource.Request) (resource.Result, error) {
	f, err := r.function(plain(request.Properties, "FunctionName"))
	if err != nil {
		return resource.Result{}, err
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	f.version++
	number := strconv.Itoa(f.version)
	arn := *f.config.FunctionArn + ":" + number
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"Version": number, "FunctionArn": arn}}, nil
}

func (r *Runtime) makeAlias(_ context.Context, request resource.Request) (resource.Result, error) {
	f, err := r.function(plain(request.Properties, "FunctionName"))
	if err != nil {
		return resource.Result{}, err
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	name := plain(request.Properties, "Name")
	f.aliases[name] = plain(request.Properties, "FunctionVersion")
	arn := *f.config.FunctionArn + ":" + name
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"AliasArn": arn}}, nil
}

func (r *Runtime) endAlias(_ context.Context, request resource.Request) error {
	f, err := r.function(plain(request.Properties, "FunctionName"))
	if err != nil {
		return unlessMissing(err)
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(f.aliases, plain(request.Properties, "Name"))
	return nil
}

// makeLayer only counts: the functions that run here need none.
func (r *Runtime) makeLayer(_ context.Context, request resource.Request) (resource.Result, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	name := plain(request.Properties, "LayerName")
	if name == "" {
		name = request.LogicalID
	}
	r.layers[name]++
	arn := r.arn(fmt.Sprintf("layer:%s:%d", name, r.layers[name]))
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"LayerVersionArn": arn}}, nil
}
