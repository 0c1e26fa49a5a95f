package gateway

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// logsGaps keeps what moto's CloudWatch Logs cannot: saved queries, and keys that a log group gets or loses after its
// creation.
type logsGaps struct {
	moto http.Handler

	lock    sync.Mutex
	queries map[string]map[string]any // by region and id
	keys    map[string]string         // by region and log group; empty: none any more
}

func newLogsGaps(moto http.Handler) *logsGaps {
	return &logsGaps{moto: moto, queries: map[string]map[string]any{}, keys: map[string]string{}}
}

func (l *logsGaps) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := Operation(r)
	switch operation {
	case "PutQueryDefinition", "DescribeQueryDefinitions", "DeleteQueryDefinition", "AssociateKmsKey", "DisassociateKmsKey",
		"DescribeLogGroups", "DeleteLogGroup":
	default:
		l.moto.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	input := map[string]any{}
	if err == nil {
		err = json.Unmarshal(body, &input)
	}
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "SerializationException", err.Error())
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	region := Region(r, "us-east-2") + " "
	group := region + fmt.Sprint(input["logGroupName"])

	l.lock.Lock()
	defer l.lock.Unlock()
	switch operation {
	case "PutQueryDefinition":
		l.putQuery(w, region, input)
	case "DescribeQueryDefinitions":
		l.describeQueries(w, region, fmt.Sprint(input["queryDefinitionNamePrefix"]))
	case "DeleteQueryDefinition":
		id := region + fmt.Sprint(input["queryDefinitionId"])
		if l.queries[id] == nil {
			refuse(w, r, http.StatusBadRequest, "ResourceNotFoundException", "The specified query definition does not exist.")
			return
		}
		delete(l.queries, id)
		answerJSON(w, map[string]any{"success": true})
	case "AssociateKmsKey", "DisassociateKmsKey":
		l.keys[group], _ = input["kmsKeyId"].(string)
		answerJSON(w, map[string]any{})
	case "DeleteLogGroup":
		delete(l.keys, group)
		l.moto.ServeHTTP(w, r)
	default:
		l.describeGroups(w, r, region)
	}
}

func (l *logsGaps) putQuery(w http.ResponseWriter, region string, input map[string]any) {
	id, _ := input["queryDefinitionId"].(string)
	if id == "" {
		random := make([]byte, 16)
		_, _ = rand.Read(random)
		id = fmt.Sprintf("%x-%x-%x-%x-%x", random[:4], random[4:6], random[6:8], random[8:10], random[10:])
	}
	input["queryDefinitionId"], input["lastModified"] = id, time.Now().UnixMilli()
	l.queries[region+id] = input
	answerJSON(w, map[string]any{"queryDefinitionId": id})
}

func (l *logsGaps) describeQueries(w http.ResponseWriter, region, prefix string) {
	found := []any{}
	for _, id := range slices.Sorted(maps.Keys(l.queries)) {
		if prefix == "<nil>" || strings.HasPrefix(fmt.Sprint(l.queries[id]["name"]), prefix) {
			if strings.HasPrefix(id, region) {
				found = append(found, l.queries[id])
			}
		}
	}
	answerJSON(w, map[string]any{"queryDefinitions": found})
}

// describeGroups puts the keys right in what moto answers.
func (l *logsGaps) describeGroups(w http.ResponseWriter, r *http.Request, region string) {
	answer := &memoryWriter{}
	l.moto.ServeHTTP(answer, r)
	output := map[string]any{}
	decoder := json.NewDecoder(&answer.body)
	decoder.UseNumber()
	_ = decoder.Decode(&output)
	groups, _ := output["logGroups"].([]any)
	for _, entry := range groups {
		fields, _ := entry.(map[string]any)
		key, changed := l.keys[region+fmt.Sprint(fields["logGroupName"])]
		if changed && key != "" {
			fields["kmsKeyId"] = key
		} else if changed {
			delete(fields, "kmsKeyId")
		}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if fault := answer.Header().Get("X-Amzn-Errortype"); fault != "" {
		w.Header().Set("X-Amzn-Errortype", fault)
	}
	w.WriteHeader(answer.status())
	_ = json.NewEncoder(w).Encode(output)
}

func answerJSON(w http.ResponseWriter, output map[string]any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(output)
}
