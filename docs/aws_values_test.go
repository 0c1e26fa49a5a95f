package docs

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// set converts the words of one option as the CLI does: JSON, or its shorthand Key=value,Other=value.
func set(field reflect.Value, values []string) error {
	kind := field.Type()
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch kind.Kind() {
	case reflect.Bool:
		if len(values) > 0 {
			return errors.New("a switch takes no value")
		}
		return decode("true", field)
	case reflect.Slice:
		var elements []string
		for _, value := range values {
			elements = append(elements, literal(value, kind.Elem()))
		}
		return decode("["+strings.Join(elements, ",")+"]", field)
	}
	if len(values) != 1 {
		return fmt.Errorf("got %d values, want one", len(values))
	}
	if err := decode(literal(values[0], kind), field); err != nil {
		return err
	}
	return enumerated(field, values[0])
}

// literal is the JSON of one value.
func literal(value string, kind reflect.Type) string {
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind == reflect.TypeFor[time.Time]() {
		return `"` + value + `"`
	}
	switch kind.Kind() {
	case reflect.String:
		quoted, _ := json.Marshal(strings.ReplaceAll(value, unknown, "x"))
		return string(quoted)
	case reflect.Struct:
		if strings.HasPrefix(value, "{") {
			return strings.ReplaceAll(value, unknown, "1")
		}
		var members []string
		for pair := range strings.SplitSeq(value, ",") {
			key, value, _ := strings.Cut(pair, "=")
			members = append(members, fmt.Sprintf("%q:%q", key, strings.ReplaceAll(value, unknown, "x")))
		}
		return "{" + strings.Join(members, ",") + "}"
	default:
		return strings.ReplaceAll(value, unknown, "1")
	}
}

func decode(text string, field reflect.Value) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(field.Addr().Interface())
}

// enumerated refuses a value outside an enumeration.
func enumerated(field reflect.Value, value string) error {
	method := field.MethodByName("Values")
	if !method.IsValid() || strings.Contains(value, unknown) {
		return nil
	}
	accepted := method.Call(nil)[0]
	for i := range accepted.Len() {
		if accepted.Index(i).String() == value {
			return nil
		}
	}
	return fmt.Errorf("want one of %v", accepted)
}
