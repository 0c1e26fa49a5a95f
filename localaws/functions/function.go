package functions

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// function is one with its code. Its fields change only by replacing what they point to, under the runtime's lock.
type function struct {
	config  *types.FunctionConfiguration
	code    *code
	tags    map[string]string
	policy  map[string]map[string]any // statements by id
	aliases map[string]string         // versions by alias
	version int                       // the last that was published
	idle    []*process
}

var functionName = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`)

// CreateFunction refuses a name that is taken and what Lambda would refuse of its settings.
func (r *Runtime) CreateFunction(ctx context.Context, in *lambda.CreateFunctionInput) (*types.FunctionConfiguration, error) {
	called := text(in.FunctionName)
	if !functionName.MatchString(called) {
		return nil, refuse("ValidationException", "function name %q does not match %s", called, functionName)
	}
	if _, err := r.function(called); err == nil {
		return nil, refuse("ResourceConflictException", "Function already exist: %s", called)
	}
	if in.Code == nil {
		return nil, refuse("InvalidParameterValueException", "Please provide a source for function code.")
	}
	f := &function{tags: maps.Clone(in.Tags), policy: map[string]map[string]any{}, aliases: map[string]string{}}
	err := r.configure(ctx, f, r.configuration(in), settings{in.Environment, in.VpcConfig}, sourceOf(in.Code))
	if err != nil {
		return nil, err
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.functions[called] = f
	return f.config, nil
}

func sourceOf(code *types.FunctionCode) source {
	return source{code.ZipFile, code.S3Bucket, code.S3Key}
}

func (r *Runtime) configuration(in *lambda.CreateFunctionInput) *types.FunctionConfiguration {
	config := &types.FunctionConfiguration{
		FunctionName: in.FunctionName, FunctionArn: new(r.arn("function:" + text(in.FunctionName))), Description: in.Description, Handler: in.Handler,
		Runtime: in.Runtime, Role: in.Role, Timeout: or(in.Timeout, 3), MemorySize: or(in.MemorySize, 128), Version: new("$LATEST"),
		Architectures: in.Architectures, PackageType: types.PackageTypeZip, State: types.StateActive,
		LastUpdateStatus: types.LastUpdateStatusSuccessful, LoggingConfig: in.LoggingConfig, EphemeralStorage: in.EphemeralStorage,
		TracingConfig: &types.TracingConfigResponse{Mode: types.TracingModePassThrough},
	}
	if config.Architectures == nil {
		config.Architectures = []types.Architecture{types.ArchitectureX8664}
	}
	if in.TracingConfig != nil {
		config.TracingConfig.Mode = in.TracingConfig.Mode
	}
	return config
}

type settings struct {
	environment *types.Environment
	vpc         *types.VpcConfig
}

// configure checks and completes a configuration, fetches the code if there is any, and gives the function both.
func (r *Runtime) configure(ctx context.Context, f *function, config *types.FunctionConfiguration, s settings, from source) error {
	switch {
	case config.Role == nil:
		return refuse("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
	case config.Runtime == "" || text(config.Handler) == "":
		return refuse("InvalidParameterValueException", "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	case *config.Timeout < 1 || *config.Timeout > 900:
		return refuse("ValidationException", "Value %d at 'timeout' failed to satisfy constraint: Member must have value between 1 and 900", *config.Timeout)
	case *config.MemorySize < 128 || *config.MemorySize > 10240:
		return refuse("ValidationException", "Value %d at 'memorySize' failed to satisfy constraint: Member must have value between 128 and 10240", *config.MemorySize)
	}
	if s.environment != nil {
		config.Environment = &types.EnvironmentResponse{Variables: s.environment.Variables}
	}
	if s.vpc != nil {
		config.VpcConfig = &types.VpcConfigResponse{SubnetIds: s.vpc.SubnetIds, SecurityGroupIds: s.vpc.SecurityGroupIds}
	}
	if config.LoggingConfig == nil {
		config.LoggingConfig = &types.LoggingConfig{}
	}
	if config.LoggingConfig.LogGroup == nil {
		logging := *config.LoggingConfig
		logging.LogGroup = new("/aws/lambda/" + *config.FunctionName)
		config.LoggingConfig = &logging
	}
	if from.given() {
		zipped, err := r.fetch(ctx, from)
		if err != nil {
			return err
		}
		code, err := r.unpack(zipped)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(zipped)
		config.CodeSha256, config.CodeSize = new(base64.StdEncoding.EncodeToString(sum[:])), int64(len(zipped))
		f.code = code
	}
	config.LastModified = new(time.Now().UTC().Format("2006-01-02T15:04:05.000+0000"))
	f.config = config
	return nil
}

// change replaces a function's settings or code. Its processes have the old ones, and end.
func (r *Runtime) change(ctx context.Context, called string, edit func(*types.FunctionConfiguration), s settings, from source) (*types.FunctionConfiguration, error) {
	f, err := r.function(called)
	if err != nil {
		return nil, err
	}
	r.lock.Lock()
	config, next := *f.config, *f
	r.lock.Unlock()
	edit(&config)
	if err := r.configure(ctx, &next, &config, s, from); err != nil {
		return nil, err
	}
	r.lock.Lock()
	idle := f.idle
	f.config, f.code, f.idle = next.config, next.code, nil
	r.lock.Unlock()
	for _, p := range idle {
		p.kill()
	}
	return &config, nil
}

// UpdateFunctionCode replaces the code.
func (r *Runtime) UpdateFunctionCode(ctx context.Context, in *lambda.UpdateFunctionCodeInput) (*types.FunctionConfiguration, error) {
	return r.change(ctx, text(in.FunctionName), func(c *types.FunctionConfiguration) {
		if in.Architectures != nil {
			c.Architectures = in.Architectures
		}
	}, settings{}, source{in.ZipFile, in.S3Bucket, in.S3Key})
}

// UpdateFunctionConfiguration replaces what is named.
func (r *Runtime) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput) (*types.FunctionConfiguration, error) {
	return r.change(ctx, text(in.FunctionName), func(c *types.FunctionConfiguration) {
		set(&c.Description, in.Description)
		set(&c.Handler, in.Handler)
		set(&c.Role, in.Role)
		set(&c.Timeout, in.Timeout)
		set(&c.MemorySize, in.MemorySize)
		set(&c.LoggingConfig, in.LoggingConfig)
		set(&c.EphemeralStorage, in.EphemeralStorage)
		if in.Runtime != "" {
			c.Runtime = in.Runtime
		}
		if in.TracingConfig != nil {
			c.TracingConfig = &types.TracingConfigResponse{Mode: in.TracingConfig.Mode}
		}
	}, settings{in.Environment, in.VpcConfig}, source{})
}

// DeleteFunction ends its processes.
func (r *Runtime) DeleteFunction(called string) error {
	f, err := r.function(called)
	if err != nil {
		return err
	}
	r.lock.Lock()
	delete(r.functions, name(called))
	idle := f.idle
	f.idle = nil
	r.lock.Unlock()
	for _, p := range idle {
		p.kill()
	}
	return nil
}

func text(of *string) string {
	if of == nil {
		return ""
	}
	return *of
}

func or(value *int32, otherwise int32) *int32 {
	if value == nil {
		return &otherwise
	}
	return value
}

func set[T any](to **T, value *T) {
	if value != nil {
		*to = value
	}
}
