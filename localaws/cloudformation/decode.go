package cloudformation

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// decode fills one of the SDK's input structures from the parameters of an awsquery request: the SDK's fields have the
// names that the protocol uses, and a list's members are numbered.
func decode(form url.Values, into any) {
	fields := node{}
	for name, values := range form {
		fields.put(strings.Split(name, "."), values[0])
	}
	fields.fill(reflect.ValueOf(into).Elem())
}

// node is a parameter, or what its name begins with.
type node struct {
	text  string
	below map[string]*node
}

func (n *node) put(path []string, text string) {
	if len(path) == 0 {
		n.text = text
		return
	}
	if n.below == nil {
		n.below = map[string]*node{}
	}
	if n.below[path[0]] == nil {
		n.below[path[0]] = &node{}
	}
	n.below[path[0]].put(path[1:], text)
}

func (n *node) fill(value reflect.Value) {
	switch value.Kind() {
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		n.fill(value.Elem())
	case reflect.Struct:
		for name, child := range n.below {
			if field := value.FieldByName(name); field.IsValid() && field.CanSet() {
				child.fill(field)
			}
		}
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 0, 0)) // an empty list is said, too
		for i := 1; n.below["member"] != nil && n.below["member"].below[strconv.Itoa(i)] != nil; i++ {
			item := reflect.New(value.Type().Elem()).Elem()
			n.below["member"].below[strconv.Itoa(i)].fill(item)
			value.Set(reflect.Append(value, item))
		}
	case reflect.String:
		value.SetString(n.text)
	case reflect.Bool:
		value.SetBool(n.text == "true")
	case reflect.Int32, reflect.Int64:
		number, _ := strconv.ParseInt(n.text, 10, 64)
		value.SetInt(number)
	}
}
