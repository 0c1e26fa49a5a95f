package providers

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// shape copies properties into an SDK's input. CloudFormation and the SDKs name the same things alike but for case; a
// scalar becomes what the field wants, a JSON document its text. What the input has no field for is left alone.
func shape(properties map[string]any, input any) error {
	return fill("", properties, reflect.ValueOf(input).Elem())
}

func fill(path string, value any, into reflect.Value) error {
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return fill(path, value, into.Elem())
	case reflect.Struct:
		return fillStruct(path, value, into)
	case reflect.Slice:
		return fillSlice(path, value, into)
	case reflect.Map:
		return fillMap(path, value, into)
	case reflect.String:
		into.SetString(text(value))
		return nil
	default:
		return fillScalar(path, text(value), into)
	}
}

func fillStruct(path string, value any, into reflect.Value) error {
	members, ok := value.(map[string]any)
	if !ok {
		return said("Property %s must be an object", path)
	}
	for name, member := range members {
		field := into.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
		if !field.IsValid() || !field.CanSet() || field.Kind() == reflect.Interface {
			continue
		}
		if err := fill(path+"/"+name, member, field); err != nil {
			return err
		}
	}
	return nil
}

func fillSlice(path string, value any, into reflect.Value) error {
	if into.Type().Elem().Kind() == reflect.Uint8 {
		into.SetBytes([]byte(text(value)))
		return nil
	}
	elements, ok := value.([]any)
	if !ok {
		return said("Property %s must be a list", path)
	}
	into.Set(reflect.MakeSlice(into.Type(), len(elements), len(elements)))
	for i, element := range elements {
		if err := fill(fmt.Sprintf("%s/%d", path, i), element, into.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func fillMap(path string, value any, into reflect.Value) error {
	members, ok := value.(map[string]any)
	if !ok {
		return said("Property %s must be an object", path)
	}
	into.Set(reflect.MakeMap(into.Type()))
	for name, member := range members {
		element := reflect.New(into.Type().Elem()).Elem()
		if err := fill(path+"/"+name, member, element); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(name).Convert(into.Type().Key()), element)
	}
	return nil
}

func fillScalar(path, value string, into reflect.Value) error {
	var err error
	switch into.Kind() {
	case reflect.Bool:
		var parsed bool
		parsed, err = strconv.ParseBool(value)
		into.SetBool(parsed)
	case reflect.Float32, reflect.Float64:
		var parsed float64
		parsed, err = strconv.ParseFloat(value, 64)
		into.SetFloat(parsed)
	default:
		var parsed int64
		parsed, err = strconv.ParseInt(value, 10, 64)
		into.SetInt(parsed)
	}
	if err != nil {
		return said("Property %s: %q is no %s", path, value, into.Kind())
	}
	return nil
}

// text is a property as a string: a document as JSON, a whole number without exponent, nothing as the empty string.
func text(value any) string {
	switch typed := value.(type) {
	case nil:
		return ""
	case string:
		return typed
	case float64:
		return strconv.FormatFloat(typed, 'f', -1, 64)
	case map[string]any, []any:
		document, _ := json.Marshal(typed) // decoded from JSON or YAML: it can be encoded
		return string(document)
	default:
		return fmt.Sprint(typed)
	}
}
