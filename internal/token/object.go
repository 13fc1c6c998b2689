package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Object is a JSON object in the order of its text, as Python keeps it: a name
// that comes twice keeps its first place and its last value. Values are string,
// json.Number, bool, nil, []any and *Object.
type Object struct {
	names  []string
	values map[string]any
}

// Names returns the names in the order of the text.
func (o *Object) Names() []string { return append([]string{}, o.names...) }

// Get returns a value and whether the name is present.
func (o *Object) Get(name string) (any, bool) {
	value, ok := o.values[name]
	return value, ok
}

func (o *Object) has(name string) bool {
	_, ok := o.values[name]
	return ok
}

func (o *Object) text(name string) string {
	text, _ := o.values[name].(string)
	return text
}

const maxDepth = 200

// parseJSON reads one JSON value with nothing after it.
func parseJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := parseValue(decoder, 0)
	if err != nil {
		return nil, plainJSONError(err, decoder.InputOffset())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows it, at byte %d", decoder.InputOffset())
	}
	return value, nil
}

// plainJSONError words an error without quoting the text.
func plainJSONError(err error, offset int64) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s, at byte %d", syntax.Error(), syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it ends too early, after byte %d", offset)
	}
	return err
}

func parseValue(decoder *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("it is nested too deeply")
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := &Object{values: map[string]any{}}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := parseValue(decoder, depth+1)
			if err != nil {
				return nil, err
			}
			key, _ := name.(string)
			if !object.has(key) {
				object.names = append(object.names, key)
			}
			object.values[key] = value
		}
		_, err = decoder.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := parseValue(decoder, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = decoder.Token()
		return list, err
	}
	return token, nil
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}
