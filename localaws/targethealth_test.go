package main

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/localaws/services"
)

func TestTargetHealthIsTheModels(t *testing.T) {
	moto := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	handler := targetHealth(func(group string) ([]services.Target, bool) {
		return []services.Target{{Address: "10.0.1.5", Port: 8080, Zone: "us-east-2a", State: "healthy"}}, group == "ours"
	}, moto)
	for form, ours := range map[string]bool{
		"Action=DescribeTargetHealth&TargetGroupArn=ours":   true,
		"Action=DescribeTargetHealth&TargetGroupArn=theirs": false,
		"Action=DescribeTargetGroups":                       false,
	} {
		request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if !ours {
			if answer.Code != http.StatusTeapot {
				t.Errorf("%s is not moto's", form)
			}
			continue
		}
		var got healthResponse
		if err := xml.Unmarshal(answer.Body.Bytes(), &got); err != nil || len(got.Members) != 1 || got.Members[0].State != "healthy" || got.Members[0].ID != "10.0.1.5" {
			t.Errorf("%s: %s %v", form, answer.Body, err)
		}
	}
}
