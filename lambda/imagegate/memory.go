package imagegate

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// memory is what one request was answered with.
type memory struct {
	Image     string    `json:"image"`
	RequestID string    `json:"requestId"`
	IssuedAt  time.Time `json:"issuedAt,omitzero"` // when CloudFormation sent the request
}

// recall returns what is remembered under a parameter, the zero memory if nothing is.
func (h Handler) recall(ctx context.Context, parameter string) (memory, error) {
	var known memory
	out, err := h.Parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &parameter})
	if missing := new(types.ParameterNotFound); errors.As(err, &missing) {
		return known, nil
	}
	if err != nil {
		return known, err
	}
	if err := json.Unmarshal([]byte(*out.Parameter.Value), &known); err != nil {
		// Somebody wrote there. A rollback is better off with another answer than with none.
		slog.Warn("what is remembered cannot be read", "parameter", parameter, "error", err)
		return memory{}, nil
	}
	return known, nil
}

func (h Handler) remember(ctx context.Context, parameter string, m memory) error {
	encoded, _ := json.Marshal(m) // two strings and a time
	_, err := h.Parameters.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &parameter, Value: new(string(encoded)), Type: types.ParameterTypeString, Overwrite: new(true),
		Description: new("Image that ImageGate answered these properties with; a rollback gets it again"),
	})
	return err
}

// renew makes a remembered answer the newest one. A rollback does not fail because it could not.
func (h Handler) renew(ctx context.Context, asked asked, m memory) {
	if err := h.remember(ctx, asked.parameter, m); err != nil {
		slog.Warn("could not renew what is remembered", "parameter", asked.parameter, "error", err)
	}
}

// remembered returns every parameter under path, the newest first.
func (h Handler) remembered(ctx context.Context, path string) ([]types.Parameter, error) {
	var all []types.Parameter
	pages := ssm.NewGetParametersByPathPaginator(h.Parameters, &ssm.GetParametersByPathInput{Path: &path})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Parameters...)
	}
	slices.SortStableFunc(all, func(a, b types.Parameter) int { return modified(b).Compare(modified(a)) })
	return all, nil
}

func modified(p types.Parameter) time.Time {
	if p.LastModifiedDate == nil {
		return time.Time{}
	}
	return *p.LastModifiedDate
}

// forgetting takes ten parameters a call.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html
const forgetting = 10

// forgetThese deletes parameters. It is no error if they are gone.
func (h Handler) forgetThese(ctx context.Context, parameters []types.Parameter) error {
	for some := range slices.Chunk(parameters, forgetting) {
		var names []string
		for _, parameter := range some {
			names = append(names, *parameter.Name)
		}
		if _, err := h.Parameters.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: names}); err != nil {
			return err
		}
	}
	return nil
}

// forget deletes every answer. A stack's deletion does not fail because of a parameter that nobody reads any more.
func (h Handler) forget(ctx context.Context, path string) {
	if path == "" {
		return
	}
	err := h.retry(ctx, func() error {
		all, err := h.remembered(ctx, path)
		if err != nil {
			return err
		}
		return h.forgetThese(ctx, all)
	})
	if err != nil {
		slog.Warn("parameters are left behind", "path", path, "error", err)
	}
}
