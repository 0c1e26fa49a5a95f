// Package wire speaks the JSON protocols of AWS with the values of the Go SDK, on the side of the service: a method with
// the shape of an SDK client's, over HTTP. It also calls services that no SDK module of this repository is for.
package wire

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
)

var instant = reflect.TypeFor[time.Time]()

// Encode turns an SDK value into one that encoding/json writes as the service would: names begin with a small letter,
// what is absent is left out, times are seconds.
func Encode(value any) any { return encode(reflect.ValueOf(value)) }

func encode(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer, reflect.Interface:
		return encode(v.Elem())
	case reflect.Struct:
		return encodeStruct(v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return base64.StdEncoding.EncodeToString(v.Bytes())
		}
		all := make([]any, 0, v.Len())
		for i := range v.Len() {
			all = append(all, encode(v.Index(i)))
		}
		return all
	case reflect.Map:
		all := map[string]any{}
		for _, key := range v.MapKeys() {
			all[key.String()] = encode(v.MapIndex(key))
		}
		return all
	}
	return v.Interface()
}

func encodeStruct(v reflect.Value) any {
	if v.Type() == instant {
		return float64(v.Interface().(time.Time).UnixMilli()) / 1000
	}
	all := map[string]any{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() || field.Name == "ResultMetadata" || absent(v.Field(i)) {
			continue
		}
		name := spelled(field.Name)
		if capital(v.Type()) {
			name = field.Name
		}
		all[name] = encode(v.Field(i))
	}
	return all
}

// capital are the shapes of CodeDeploy whose names, unlike all others, begin with a capital letter.
func capital(t reflect.Type) bool {
	return strings.Contains(t.PkgPath(), "/codedeploy") && (t.Name() == "Tag" || t.Name() == "ListTagsForResourceOutput")
}

// spelled is a field's name on the wire.
func spelled(field string) string {
	field = strings.TrimSuffix(field, "_")
	return string(unicode.ToLower(rune(field[0]))) + field[1:]
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0 // an enumeration
	}
	return false
}

// Decode fills the SDK value that into points to from decoded JSON. Names may begin with a capital letter, as
// CloudFormation's do, and scalars may be strings. What into has no field for is passed over.
func Decode(from, into any) error { return decode(from, reflect.ValueOf(into).Elem(), "") }

func decode(from any, v reflect.Value, path string) error {
	if from == nil {
		return nil
	}
	if v.Type() == instant {
		at, err := readTime(from)
		v.Set(reflect.ValueOf(at))
		return named(path, err)
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return decode(from, v.Elem(), path)
	case reflect.Struct:
		return decodeStruct(from, v, path)
	case reflect.Slice:
		return decodeSlice(from, v, path)
	case reflect.Map:
		return decodeMap(from, v, path)
	}
	return named(path, decodeScalar(from, v))
}

func named(path string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", strings.TrimPrefix(path, "."), err)
	}
	return nil
}

func decodeStruct(from any, v reflect.Value, path string) error {
	members, ok := from.(map[string]any)
	if !ok {
		return named(path, fmt.Errorf("got %v, want an object", from))
	}
	for name, member := range members {
		field, known := v.Type().FieldByNameFunc(func(f string) bool {
			return strings.EqualFold(strings.TrimSuffix(f, "_"), name)
		})
		if !known || !field.IsExported() {
			continue
		}
		if err := decode(member, v.FieldByIndex(field.Index), path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func decodeSlice(from any, v reflect.Value, path string) error {
	if text, ok := from.(string); ok && v.Type().Elem().Kind() == reflect.Uint8 {
		decoded, err := base64.StdEncoding.DecodeString(text)
		v.SetBytes(decoded)
		return named(path, err)
	}
	elements, ok := from.([]any)
	if !ok {
		return named(path, fmt.Errorf("got %v, want a list", from))
	}
	v.Set(reflect.MakeSlice(v.Type(), len(elements), len(elements)))
	for i, element := range elements {
		if err := decode(element, v.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func decodeMap(from any, v reflect.Value, path string) error {
	members, ok := from.(map[string]any)
	if !ok {
		return named(path, fmt.Errorf("got %v, want an object", from))
	}
	v.Set(reflect.MakeMap(v.Type()))
	for name, member := range members {
		element := reflect.New(v.Type().Elem()).Elem()
		if err := decode(member, element, path+"."+name); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(name), element)
	}
	return nil
}

func decodeScalar(from any, v reflect.Value) error {
	text := fmt.Sprint(from)
	if number, ok := from.(float64); ok {
		text = strconv.FormatFloat(number, 'f', -1, 64)
	}
	switch from.(type) {
	case map[string]any, []any:
		return fmt.Errorf("got %v, want a scalar", from)
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		value, err := strconv.ParseBool(text)
		v.SetBool(value)
		return err
	case reflect.Float64:
		value, err := strconv.ParseFloat(text, 64)
		v.SetFloat(value)
		return err
	default: // SDK values have no other scalars
		value, err := strconv.ParseInt(text, 10, 64)
		v.SetInt(value)
		return err
	}
	return nil
}

func readTime(from any) (time.Time, error) {
	if seconds, ok := from.(float64); ok {
		return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
	}
	return time.Parse(time.RFC3339, fmt.Sprint(from))
}
