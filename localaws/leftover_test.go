package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestLeftoversAreNamed(t *testing.T) {
	o := endpoint(t)
	var out bytes.Buffer
	if err := leftover(t.Context(), o, &out); err != nil || !strings.Contains(out.String(), "has left no") {
		t.Fatal(out.String(), err)
	}
	client := s3.NewFromConfig(settings(o.endpoint()), func(s *s3.Options) { s.UsePathStyle = true })
	bucket := "payment-processor-platform-dev-logs"
	create := &s3.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: region}}
	if _, err := client.CreateBucket(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteBucket(context.WithoutCancel(t.Context()), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
			t.Error(err)
		}
	})
	if err := leftover(t.Context(), o, &out); err == nil || !strings.Contains(err.Error(), "bucket "+bucket) {
		t.Error(err)
	}
	other := o
	other.suffix = "staging"
	if err := leftover(t.Context(), other, &out); err != nil {
		t.Error(err)
	}
}

// Each look must notice that it could not look.
func TestALookThatFailsIsNoAnswer(t *testing.T) {
	for kind, look := range looks {
		if names, err := look(t.Context(), settings("http://127.0.0.1:1")); err == nil {
			t.Errorf("%s: %v", kind, names)
		}
	}
}
