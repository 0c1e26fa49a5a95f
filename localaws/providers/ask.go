package providers

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/smithy-go"
)

// ask fills an input from properties and calls an operation with it.
func ask[Input, Output, Option any](
	ctx context.Context, properties map[string]any, input *Input,
	operation func(context.Context, *Input, ...Option) (*Output, error),
) (*Output, error) {
	if err := shape(properties, input); err != nil {
		return nil, err
	}
	return operation(ctx, input)
}

// failed drops an operation's answer.
func failed(_ any, err error) error { return err }

// refuse is an error as a service words it, where moto accepts what AWS refuses.
func refuse(service, code, message string) error {
	return &smithy.OperationError{ServiceID: service, Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

// list is a property that is a list; one that is absent is empty.
func list(value any) []any {
	items, _ := value.([]any)
	return items
}

// object is a property that is an object, nil where it is absent.
func object(value any) map[string]any {
	fields, _ := value.(map[string]any)
	return fields
}

// texts are the elements of a property that is a list of strings.
func texts(value any) []string {
	items := list(value)
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = text(item)
	}
	return words
}

// isTrue reads a property that is true or false: "true" stands for true.
func isTrue(value any) bool { return text(value) == "true" }

// lacking are the strings of all that are not among others.
func lacking(all, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, other := range others {
		known[other] = true
	}
	var rest []string
	for _, one := range all {
		if !known[one] {
			rest = append(rest, one)
		}
	}
	return rest
}

// unless drops an error whose code says that what was to be done is done.
func unless(err error, codes ...string) error {
	var fault smithy.APIError
	if errors.As(err, &fault) && slices.Contains(codes, fault.ErrorCode()) {
		return nil
	}
	return err
}

// ifThere drops an error that says that what is to go is not there.
func ifThere(err error) error {
	if missing(err) {
		return nil
	}
	return err
}
