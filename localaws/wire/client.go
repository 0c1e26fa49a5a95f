package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
)

// Client signs and sends requests to the endpoint of a configuration. Refusals come back as smithy.APIError.
type Client struct{ Config aws.Config }

// JSON calls an operation of a JSON protocol, such as AWSEvents.ListRules of events. out is decoded as Go does; nil: not.
func (c Client) JSON(ctx context.Context, service, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {target}}
	answer, err := c.Send(ctx, service, http.MethodPost, "/", header, body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// Query calls an operation of the query protocol and decodes its XML; nil: not.
func (c Client) Query(ctx context.Context, service, version, action string, parameters url.Values, out any) error {
	form := url.Values{"Action": {action}, "Version": {version}}
	maps.Copy(form, parameters)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	answer, err := c.Send(ctx, service, http.MethodPost, "/", header, []byte(form.Encode()))
	if err != nil || out == nil {
		return err
	}
	return xml.Unmarshal(answer, out)
}

// Send signs a request for a service and returns the body of its answer.
func (c Client) Send(ctx context.Context, service, method, path string, header http.Header, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(aws.ToString(c.Config.BaseEndpoint), "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if header != nil {
		request.Header = header
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	request.Header.Set("X-Amz-Content-Sha256", hash)
	credentials, err := c.Config.Credentials.Retrieve(ctx)
	if err == nil {
		err = v4.NewSigner().SignHTTP(ctx, credentials, request, hash, service, c.Config.Region, time.Now())
	}
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusMultipleChoices {
		err = refusal(response.StatusCode, answer)
	}
	return answer, err
}

// refusal reads the code and the message of an error in JSON or XML.
func refusal(status int, body []byte) error {
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	var marked struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
		Error   struct {
			Code    string
			Message string
		}
		Errors struct {
			Error struct {
				Code    string
				Message string
			}
		}
	}
	if json.Unmarshal(body, &said) != nil {
		_ = xml.Unmarshal(body, &marked) // neither: the status is all there is
	}
	code := cmp.Or(said.Type[strings.LastIndex(said.Type, "#")+1:], marked.Error.Code, marked.Errors.Error.Code, marked.Code, fmt.Sprintf("HTTP%d", status))
	message := cmp.Or(said.Message, marked.Error.Message, marked.Errors.Error.Message, marked.Message, string(body))
	return &smithy.GenericAPIError{Code: code, Message: message}
}

// Is tells whether an error is a refusal with one of the codes.
func Is(err error, codes ...string) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && slices.Contains(codes, refusal.ErrorCode())
}
