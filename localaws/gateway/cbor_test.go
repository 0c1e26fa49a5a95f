package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"payment-processor/localaws/internal/localtest"

	"github.com/aws/smithy-go/encoding/cbor"
)

func cborCall(t *testing.T, address, operation string, input cbor.Value) (int, http.Header, cbor.Map) {
	t.Helper()
	headers := signedFor("monitoring")
	headers["Smithy-Protocol"], headers["Content-Type"] = "rpc-v2-cbor", "application/cbor"
	body := ""
	if input != nil {
		body = string(cbor.Encode(input))
	}
	status, answered, answer := ask(t, http.MethodPost, address+"/service/GraniteServiceVersion20100801/operation/"+operation, headers, body)
	value, err := cbor.Decode([]byte(answer))
	if err != nil {
		t.Fatalf("%s: the answer is no CBOR: %q", operation, answer)
	}
	fields, _ := value.(cbor.Map)
	return status, answered, fields
}

func TestCloudWatchInCBOR(t *testing.T) {
	address := port(t, Options{})
	status, _, _ := cborCall(t, address, "PutMetricAlarm", cbor.Map{
		"AlarmName": cbor.String("errors"), "MetricName": cbor.String("5xx"), "Namespace": cbor.String("payments"),
		"ComparisonOperator": cbor.String("GreaterThanThreshold"), "Statistic": cbor.String("Sum"), "Period": cbor.Uint(60),
		"EvaluationPeriods": cbor.Uint(2), "Threshold": cbor.Float64(1.5), "ActionsEnabled": cbor.Bool(true),
		"AlarmActions": cbor.List{cbor.String("arn:aws:sns:us-east-2:123456789012:topic")},
	})
	if status != http.StatusOK {
		t.Fatalf("an alarm: %d", status)
	}
	status, headers, answer := cborCall(t, address, "DescribeAlarms", nil)
	alarms, _ := answer["MetricAlarms"].(cbor.List)
	if status != http.StatusOK || headers.Get("Smithy-Protocol") != "rpc-v2-cbor" || len(alarms) != 1 {
		t.Fatalf("alarms: %d %v", status, answer)
	}
	alarm, _ := alarms[0].(cbor.Map)
	if _, isTime := alarm["StateUpdatedTimestamp"].(*cbor.Tag); !isTime || alarm["Threshold"] != cbor.Float64(1.5) ||
		alarm["Period"] != cbor.Uint(60) || alarm["ActionsEnabled"] != cbor.Bool(true) {
		t.Errorf("the alarm is %v", alarm)
	}
	status, _, answer = cborCall(t, address, "SetAlarmState", cbor.Map{"AlarmName": cbor.String("none"),
		"StateValue": cbor.String("ALARM"), "StateReason": cbor.String("test")})
	if status < 400 || !strings.Contains(fmt.Sprint(answer["__type"]), "ResourceNotFound") {
		t.Errorf("an alarm that is not there: %d %v", status, answer)
	}
	if status, _ := jsonCall(t, address, "monitoring", "GraniteServiceVersion20100801.DescribeAlarms", "{}"); status != http.StatusOK {
		t.Errorf("JSON passes as it is: %d", status)
	}
}

func TestTranslationOfCBOR(t *testing.T) {
	values := cbor.List{cbor.Uint(1), cbor.NegInt(2), cbor.Float32(0.5), cbor.Float64(2.5), cbor.Bool(true), cbor.String("s"),
		cbor.Slice("b"), &cbor.Tag{ID: 1, Value: cbor.Uint(7)}, &cbor.Nil{}}
	text, _ := json.Marshal(plain(cbor.Map{"list": values}))
	if string(text) != `{"list":[1,-2,0.5,2.5,true,"s","Yg==",7,null]}` {
		t.Errorf("as JSON: %s", text)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(`{"EndTime":3,"Values":[1,-1.5,null],"Flag":false}`)))
	decoder.UseNumber()
	input := map[string]any{}
	_ = decoder.Decode(&input)
	fields, _ := packed("", input).(cbor.Map)
	numbers, _ := fields["Values"].(cbor.List)
	if tag, isTime := fields["EndTime"].(*cbor.Tag); !isTime || tag.Value != cbor.Float64(3) || len(numbers) != 3 || numbers[0] != cbor.Uint(1) ||
		numbers[1] != cbor.Float64(-1.5) {
		t.Errorf("as CBOR: %v", fields)
	}
	answered := localtest.Serve(t, translateCBOR(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Query-Error", "ResourceNotFound;Sender")
		w.WriteHeader(http.StatusNotFound)
	})))
	silent := localtest.Serve(t, translateCBOR(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	if status, _, fields := cborCall(t, silent, "X", nil); status != http.StatusOK || len(fields) != 0 {
		t.Errorf("no answer became %d %v", status, fields)
	}
	if status, headers, _ := cborCall(t, answered, "X", nil); status != http.StatusNotFound || headers.Get("X-Amzn-Query-Error") == "" {
		t.Errorf("got %d %v", status, headers)
	}
}
