package gateway

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// closeGaps puts in front of moto what moto does not do right.
func closeGaps(moto http.Handler) http.Handler {
	buckets := newBucketPolicies(moto)
	metrics := translateCBOR(moto)
	logs := newLogsGaps(moto)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch Service(r) {
		case "s3":
			buckets.ServeHTTP(w, r)
		case "logs":
			logs.ServeHTTP(w, r)
		case "monitoring":
			metrics.ServeHTTP(w, r)
		case "cloudtrail":
			if Operation(r) == "LookupEvents" { // the CLI asks it what denied a deployment
				w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				_, _ = io.WriteString(w, `{"Events":[]}`)
				return
			}
			moto.ServeHTTP(w, r)
		default:
			moto.ServeHTTP(w, r)
		}
	})
}

// explain replaces the web pages with which moto says that it has no such operation by an error that clients understand,
// with a status that they do not try again.
func explain(response *http.Response) error {
	page := strings.HasPrefix(response.Header.Get("Content-Type"), "text/html")
	if response.StatusCode < http.StatusBadRequest || !page {
		return nil
	}
	_ = response.Body.Close()
	request := response.Request
	message := fmt.Sprintf("moto has no answer to %s %s (%s %s)",
		Service(request), Operation(request), request.Method, request.URL.Path)
	kind, body := errorBody(request, "NotImplemented", message)
	response.StatusCode, response.Status = http.StatusNotImplemented, ""
	response.Header.Set("Content-Type", kind)
	response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	response.Header.Set("X-Amzn-Errortype", "NotImplemented")
	response.ContentLength = int64(len(body))
	response.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// refuse answers with an error in the protocol that the request speaks.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	kind, body := errorBody(r, code, message)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func errorBody(r *http.Request, code, message string) (kind string, body []byte) {
	type xmlError struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	switch {
	case Service(r) == "s3":
		body, _ = xml.Marshal(struct {
			XMLName xml.Name `xml:"Error"`
			xmlError
		}{xmlError: xmlError{code, message}})
		return "application/xml", body
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		body, _ = xml.Marshal(struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   xmlError `xml:"Error"`
		}{Error: xmlError{code, message}})
		return "text/xml", body
	}
	body, _ = json.Marshal(map[string]string{"__type": code, "message": message})
	return "application/x-amz-json-1.1", body
}
