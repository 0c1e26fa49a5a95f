package cloudformation

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"reflect"
	"time"
)

const namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

// encode writes one of the SDK's output structures as an awsquery answer.
func encode(action, requestID string, output any) []byte {
	var body bytes.Buffer
	fmt.Fprintf(&body, "<%sResponse xmlns=%q><%sResult>", action, namespace, action)
	writeFields(&body, reflect.ValueOf(output).Elem())
	fmt.Fprintf(&body, "</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", action, requestID, action)
	return body.Bytes()
}

func writeFields(body *bytes.Buffer, value reflect.Value) {
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if field.IsExported() && field.Name != "ResultMetadata" {
			write(body, field.Name, value.Field(i))
		}
	}
}

// write leaves out what is not set, as AWS does.
func write(body *bytes.Buffer, name string, value reflect.Value) {
	if value.IsZero() {
		return
	}
	if value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	body.WriteString("<" + name + ">")
	switch v := value.Interface().(type) {
	case time.Time:
		body.WriteString(v.UTC().Format("2006-01-02T15:04:05.000Z"))
	default:
		writeValue(body, value)
	}
	body.WriteString("</" + name + ">")
}

func writeValue(body *bytes.Buffer, value reflect.Value) {
	switch value.Kind() {
	case reflect.Struct:
		writeFields(body, value)
	case reflect.Slice:
		for i := range value.Len() {
			body.WriteString("<member>")
			writeValue(body, value.Index(i))
			body.WriteString("</member>")
		}
	default:
		// Line breaks are escaped: XML would turn a carriage return into a line feed, and a template must come back as it was.
		_ = xml.EscapeText(body, []byte(fmt.Sprint(value.Interface())))
	}
}
