package main

// The part of JSON Schema 2020-12 that docs/reference/schemas uses. Message types come from these documents, never from this program.

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

type schemas struct {
	documents map[string]map[string]any
	commands  map[string]any // by name: {"$ref"} inside a document
	events    map[string]any
	home      map[string]string // document of a message
	state     []stateForm
	patterns  map[string]*regexp.Regexp
}

type stateForm struct {
	key      *regexp.Regexp
	record   any
	document string
}

func loadSchemas(folder string) *schemas {
	s := &schemas{map[string]map[string]any{}, map[string]any{}, map[string]any{}, map[string]string{}, nil, map[string]*regexp.Regexp{}}
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	if len(files) == 0 {
		fail("input", "no schemas in %s", folder)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			fail("input", "%v", err)
		}
		s.documents[filepath.Base(file)] = parseLoose(data, file).(map[string]any)
	}
	parts := regexp.MustCompile(`\{(\w+)\}`)
	for name, document := range s.documents {
		for kind, into := range map[string]map[string]any{"x-commands": s.commands, "x-events": s.events} {
			messages, _ := document[kind].(map[string]any)
			for message, reference := range messages {
				into[message], s.home[message] = reference, name
			}
		}
		rows, _ := document["x-state"].([]any)
		for _, row := range rows {
			form := row.(map[string]any)
			key := parts.ReplaceAllStringFunc(form["key"].(string), func(part string) string {
				switch part {
				case "{Hex32}":
					return "[0-9a-f]{64}"
				case "{Number}":
					return "(0|[1-9][0-9]*)"
				}
				definition := s.resolve("values.json#/$defs/"+strings.Trim(part, "{}"), name)
				return strings.Trim(definition["pattern"].(string), "^$")
			})
			s.state = append(s.state, stateForm{regexp.MustCompile("^" + key + "$"), form["record"], name})
		}
	}
	return s
}

func (s *schemas) resolve(reference, home string) map[string]any {
	parts := strings.SplitN(reference, "#/$defs/", 2)
	if parts[0] == "" {
		parts[0] = home
	}
	definitions, _ := s.documents[parts[0]]["$defs"].(map[string]any)
	definition, _ := definitions[parts[1]].(map[string]any)
	if definition == nil {
		fail("input", "no schema %s in %s", reference, home)
	}
	return definition
}

// check is a fault unless the value is what the definition of a document says.
func (s *schemas) check(value any, document, definition, where string) {
	s.walk(value, s.resolve(document+"#/$defs/"+definition, document), document, where)
}

// message checks the body of a command or event.
func (s *schemas) message(table map[string]any, name string, body any, where string) {
	reference, ok := table[name]
	if !ok {
		fail("schema", "%s: no message %s", where, name)
	}
	s.walk(body, reference.(map[string]any), s.home[name], where+" "+name)
}

// record checks a state record by the form of its key.
func (s *schemas) record(key string, value any) {
	for _, form := range s.state {
		if form.key.MatchString(key) {
			s.walk(value, form.record.(map[string]any), form.document, key)
			return
		}
	}
	fail("schema", "no state key has the form of %s", key)
}

func (s *schemas) walk(value any, schema map[string]any, home, where string) {
	if reference, ok := schema["$ref"].(string); ok {
		target := home
		if parts := strings.SplitN(reference, "#", 2); parts[0] != "" {
			target = parts[0]
		}
		s.walk(value, s.resolve(reference, home), target, where)
	}
	if constant, ok := schema["const"]; ok && !same(value, constant) {
		fail("schema", "%s is not %v", where, constant)
	}
	if choices, ok := schema["oneOf"].([]any); ok {
		found := false
		for _, choice := range choices {
			found = found || same(value, choice.(map[string]any)["const"])
		}
		if !found {
			fail("schema", "%s: %v is none of the numbers", where, value)
		}
	}
	switch schema["type"] {
	case "object":
		s.walkObject(value, schema, home, where)
	case "array":
		items, ok := value.([]any)
		if !ok || !within(int64(len(items)), schema, "minItems", "maxItems") {
			fail("schema", "%s is no list of that size", where)
		}
		for _, item := range items {
			s.walk(item, schema["items"].(map[string]any), home, where)
		}
	case "string":
		s.walkString(value, schema, where)
	case "integer":
		n, ok := value.(int64)
		if !ok || !within(n, schema, "minimum", "maximum") {
			fail("schema", "%s is no number in its range", where)
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			fail("schema", "%s is neither true nor false", where)
		}
	}
}

func (s *schemas) walkObject(value any, schema map[string]any, home, where string) {
	o, ok := value.(object)
	if !ok {
		fail("schema", "%s is no object", where)
	}
	properties, _ := schema["properties"].(map[string]any)
	if properties == nil {
		return // a body: checked by its name
	}
	for name, item := range o {
		property, ok := properties[name].(map[string]any)
		if !ok {
			fail("schema", "%s has a member %s", where, name)
		}
		s.walk(item, property, home, where+"."+name)
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if !has(o, name.(string)) {
			fail("schema", "%s has no member %s", where, name)
		}
	}
}

func (s *schemas) walkString(value any, schema map[string]any, where string) {
	t, ok := value.(string)
	if !ok {
		fail("schema", "%s is no text", where)
	}
	if pattern, ok := schema["pattern"].(string); ok {
		known := s.patterns[pattern]
		if known == nil {
			known = regexp.MustCompile(pattern)
			s.patterns[pattern] = known
		}
		if !known.MatchString(t) {
			fail("schema", "%s: %q has not the form %s", where, t, pattern)
		}
	}
	if schema["contentEncoding"] == "base64" {
		bytesOf(t, "schema", where)
	}
}

func same(value, constant any) bool {
	if n, ok := constant.(json.Number); ok {
		v, isNumber := value.(int64)
		c, _ := n.Int64()
		return isNumber && v == c
	}
	return value == constant
}

func within(n int64, schema map[string]any, low, high string) bool {
	if least, ok := schema[low].(json.Number); ok {
		if l, _ := least.Int64(); n < l {
			return false
		}
	}
	if most, ok := schema[high].(json.Number); ok {
		if m, _ := most.Int64(); n > m {
			return false
		}
	}
	return true
}
