package token

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// raised is a Python exception: its qualified class and its message.
type raised struct{ class, message string }

// truthy is Python's bool() of a JSON value.
func truthy(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case json.Number:
		f, err := v.Float64()
		return err != nil || f != 0
	case []any:
		return len(v) > 0
	case *Object:
		return len(v.names) > 0
	}
	return true
}

// pythonInteger is what int() reads; more than 4300 digits are refused.
var pythonInteger = regexp.MustCompile(`^[+-]?[0-9]+(_[0-9]+)*$`)

// toInt is Python's int() of a JSON value, as a float for comparing. The
// exceptions are those of Python 3.8 to 3.13.
func toInt(value any) (float64, *raised) {
	switch v := value.(type) {
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		if isInteger(v) {
			return f, nil
		}
		if err != nil || math.IsInf(f, 0) {
			return 0, &raised{"OverflowError", "cannot convert float infinity to integer"}
		}
		return math.Trunc(f), nil
	case string:
		plain := strings.TrimSpace(v)
		ok := pythonInteger.MatchString(plain) && len(plain) <= 4300
		number, _ := new(big.Int).SetString(strings.ReplaceAll(plain, "_", ""), 10)
		if !ok {
			return 0, &raised{"ValueError", "invalid literal for int() with base 10"}
		}
		f, _ := new(big.Float).SetInt(number).Float64()
		return f, nil
	}
	message := "int() argument must be a string, a bytes-like object or a real number, not '" + pythonType(value) + "'"
	return 0, &raised{"TypeError", message}
}

func isInteger(number json.Number) bool { return !strings.ContainsAny(number.String(), ".eE") }

// toNumber returns a value that is an int or a float in Python, but no bool.
func toNumber(value any) (float64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(number.String(), 64)
	return f, err == nil || math.IsInf(f, 0)
}

func pythonType(value any) string {
	switch v := value.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case json.Number:
		if isInteger(v) {
			return "int"
		}
		return "float"
	case []any:
		return "list"
	}
	return "dict"
}

// stringList returns a string as a list of one, and a list of strings as it
// is; ok is false for anything else.
func stringList(value any) (list []string, ok bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []any:
		for _, item := range v {
			text, isText := item.(string)
			if !isText {
				return nil, false
			}
			list = append(list, text)
		}
		return list, true
	}
	return nil, false
}

func anyIn(wanted, list []string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(list, w) })
}
