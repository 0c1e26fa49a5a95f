package functions

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func (c call) list() (int, any, error) {
	c.runtime.lock.Lock()
	defer c.runtime.lock.Unlock()
	all := []any{}
	for _, name := range slices.Sorted(maps.Keys(c.runtime.functions)) {
		all = append(all, titled(c.runtime.functions[name].config))
	}
	return http.StatusOK, map[string]any{"Functions": all}, nil
}

func (c call) get() (int, any, error) {
	return c.about(http.StatusOK, func(f *function) (any, error) {
		return map[string]any{
			"Configuration": titled(f.config), "Tags": maps.Clone(f.tags),
			"Code": map[string]any{"RepositoryType": "S3", "Location": "file://" + f.code.directory},
		}, nil
	})
}

func (c call) configuration() (int, any, error) {
	return c.about(http.StatusOK, func(f *function) (any, error) {
		return titled(f.config), nil
	})
}

func (c call) remove() (int, any, error) {
	return http.StatusNoContent, nil, c.runtime.DeleteFunction(c.name)
}

func (c call) invoke() (int, any, error) {
	kind := types.InvocationType(c.r.Header.Get("X-Amz-Invocation-Type"))
	if kind == types.InvocationTypeDryRun {
		_, err := c.runtime.function(c.name)
		return http.StatusNoContent, nil, err
	}
	if kind == types.InvocationTypeEvent {
		return http.StatusAccepted, nil, c.runtime.Send(c.name, c.body)
	}
	answered, err := c.runtime.invoke(c.r.Context(), c.name, c.body)
	if err != nil {
		return 0, nil, err
	}
	if answered.failure != "" {
		c.w.Header().Set("X-Amz-Function-Error", answered.failure)
	}
	if c.r.Header.Get("X-Amz-Log-Type") == string(types.LogTypeTail) {
		tail := answered.log[max(0, len(answered.log)-4096):]
		c.w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(tail))
	}
	c.w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	return http.StatusOK, json.RawMessage(valid(answered.payload)), nil
}

// valid is JSON, as every answer has to be.
func valid(payload []byte) []byte {
	if json.Valid(payload) {
		return payload
	}
	return []byte("null")
}

func (c call) policy() (int, any, error) {
	return c.about(http.StatusOK, func(f *function) (any, error) {
		if len(f.policy) == 0 {
			return nil, refuse("ResourceNotFoundException", "The resource you requested does not exist.")
		}
		var statements []any
		for _, id := range slices.Sorted(maps.Keys(f.policy)) {
			statements = append(statements, f.policy[id])
		}
		document, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": statements}) // texts
		return map[string]any{"Policy": string(document), "RevisionId": strconv.Itoa(len(f.policy))}, nil
	})
}

func (c call) permit() (int, any, error) {
	in, err := read[lambda.AddPermissionInput](c)
	if err != nil {
		return 0, nil, err
	}
	statement, err := c.runtime.AddPermission(in)
	encoded, _ := json.Marshal(statement) // texts
	return http.StatusCreated, map[string]any{"Statement": string(encoded)}, err
}

func (c call) forbid() (int, any, error) {
	return http.StatusNoContent, nil, c.runtime.RemovePermission(c.name, c.which)
}

func (c call) publish() (int, any, error) {
	return c.about(http.StatusCreated, func(f *function) (any, error) {
		f.version++
		return f.published(f.version), nil
	})
}

// published is a version, which differs from the function in nothing but its number.
func (f *function) published(version int) any {
	published := *f.config
	published.Version = new(strconv.Itoa(version))
	return titled(&published)
}

func (c call) versions() (int, any, error) {
	return c.about(http.StatusOK, func(f *function) (any, error) {
		all := []any{titled(f.config)}
		for before := range f.version {
			all = append(all, f.published(before+1))
		}
		return map[string]any{"Versions": all}, nil
	})
}

func (c call) alias() (int, any, error) {
	in, err := read[lambda.CreateAliasInput](c)
	if err != nil {
		return 0, nil, err
	}
	return c.about(http.StatusCreated, func(f *function) (any, error) {
		f.aliases[text(in.Name)] = text(in.FunctionVersion)
		return f.aliased(text(in.Name)), nil
	})
}

func (f *function) aliased(name string) map[string]any {
	return map[string]any{"Name": name, "AliasArn": *f.config.FunctionArn + ":" + name, "FunctionVersion": f.aliases[name]}
}

func (c call) aliases() (int, any, error) {
	return c.about(http.StatusOK, func(f *function) (any, error) {
		all := []any{}
		for _, name := range slices.Sorted(maps.Keys(f.aliases)) {
			all = append(all, f.aliased(name))
		}
		return map[string]any{"Aliases": all}, nil
	})
}

func (c call) tags() (int, any, error) {
	return c.about(http.StatusOK, func(f *function) (any, error) {
		return map[string]any{"Tags": maps.Clone(f.tags)}, nil
	})
}

func (c call) tag() (int, any, error) {
	in, err := read[lambda.TagResourceInput](c)
	if err != nil {
		return 0, nil, err
	}
	return c.about(http.StatusNoContent, func(f *function) (any, error) {
		if f.tags == nil {
			f.tags = map[string]string{}
		}
		maps.Copy(f.tags, in.Tags)
		return nil, nil
	})
}

func (c call) untag() (int, any, error) {
	return c.about(http.StatusNoContent, func(f *function) (any, error) {
		for _, key := range c.r.URL.Query()["tagKeys"] {
			delete(f.tags, key)
		}
		return nil, nil
	})
}

// nothing is the answer about what is not set.
func (c call) nothing() (int, any, error) {
	_, err := c.runtime.function(c.name)
	return http.StatusOK, map[string]any{}, err
}
