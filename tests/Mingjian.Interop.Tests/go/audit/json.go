package main

// Canonical JSON (RFC 8785, integers only, no null): one value, one encoding.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// object is a JSON object; its values are object, []any, string, int64 or bool.
type object = map[string]any

const deepest = 16

// parse reads the one encoding of a value; whatever is not it is a fault of that name.
func parse(data []byte, name, where string) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		fail(name, "%s: %v", where, err)
	}
	value, err := plain(raw, 0)
	if err != nil {
		fail(name, "%s: %v", where, err)
	}
	if !bytes.Equal(encode(value), data) {
		fail(name, "%s is not canonical JSON", where)
	}
	return value
}

// parseLoose reads JSON of any spelling: schemas and what a test expects, which nobody signs.
func parseLoose(data []byte, where string) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		fail("input", "%s: %v", where, err)
	}
	return raw
}

func plain(raw any, depth int) (any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("nested too deep")
	}
	switch v := raw.(type) {
	case json.Number:
		return strconv.ParseInt(v.String(), 10, 64)
	case map[string]any:
		for key, item := range v {
			value, err := plain(item, depth+1)
			if err != nil {
				return nil, err
			}
			v[key] = value
		}
		return v, nil
	case []any:
		for i, item := range v {
			value, err := plain(item, depth+1)
			if err != nil {
				return nil, err
			}
			v[i] = value
		}
		return v, nil
	case string, bool:
		return v, nil
	}
	return nil, fmt.Errorf("a null")
}

func encode(value any) []byte {
	var out bytes.Buffer
	write(&out, value)
	return out.Bytes()
}

func write(out *bytes.Buffer, value any) {
	switch v := value.(type) {
	case string:
		writeString(out, v)
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case int:
		out.WriteString(strconv.Itoa(v))
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case []any:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, item)
		}
		out.WriteByte(']')
	case object:
		// Names are ASCII, so that order of bytes is order of UTF-16 units.
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		out.WriteByte('{')
		for i, name := range names {
			if i > 0 {
				out.WriteByte(',')
			}
			writeString(out, name)
			out.WriteByte(':')
			write(out, v[name])
		}
		out.WriteByte('}')
	default:
		panic(fmt.Sprintf("not a JSON value: %T", value))
	}
}

func writeString(out *bytes.Buffer, text string) {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	out.WriteByte('"')
	for _, r := range text {
		if escape, ok := short[r]; ok {
			out.WriteString(escape)
		} else if r < 0x20 {
			fmt.Fprintf(out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}

func text(o object, name string) string  { s, _ := o[name].(string); return s }
func number(o object, name string) int64 { n, _ := o[name].(int64); return n }
func list(o object, name string) []any   { l, _ := o[name].([]any); return l }
func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}
func has(o object, name string) bool { _, ok := o[name]; return ok }

// pick copies the named members that are there.
func pick(from object, names string) object {
	result := object{}
	for _, name := range strings.Fields(names) {
		if value, ok := from[name]; ok {
			result[name] = value
		}
	}
	return result
}

// with is a copy with other members; nil takes one away.
func with(from object, changes object) object {
	result := object{}
	for name, value := range from {
		result[name] = value
	}
	for name, value := range changes {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = value
		}
	}
	return result
}
