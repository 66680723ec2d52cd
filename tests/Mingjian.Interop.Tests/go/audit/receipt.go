package main

// Receipts and standings: docs/reference/formats.md, "Receipt". A failed step is the fault receipt-<step>.

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
)

type verifier struct {
	network string
	eras    []era
	schemas *schemas
}

type standing struct {
	key      string
	value    []byte
	proof    []byte
	seal     []byte
	reversal string
	tlog     string
}

type lines struct {
	rest, fault, where string
}

func (l *lines) take(prefix string) string {
	end := strings.IndexByte(l.rest, '\n')
	if end < 0 || !strings.HasPrefix(l.rest, prefix) {
		fail(l.fault, "%s: no line %q", l.where, prefix)
	}
	line := l.rest[len(prefix):end]
	l.rest = l.rest[end+1:]
	return line
}

func readStanding(data []byte, fault, where string) standing {
	l := &lines{string(data), fault, where}
	if l.take("mingjian-payment-standing@v1") != "" {
		fail(fault, "%s: no standing", where)
	}
	s := standing{key: l.take("key ")}
	s.value = bytesOf(l.take("value "), fault, where)
	s.proof = bytesOf(l.take("proof "), fault, where)
	s.seal = bytesOf(l.take("seal "), fault, where)
	if strings.HasPrefix(l.rest, "reversal ") {
		s.reversal = l.take("reversal ")
	}
	l.take("")
	s.tlog = l.rest
	return s
}

// receipt gives the verdict: inForce, reversed or unchanged; another one is a fault. A fresh standing takes the place of the carried one.
func (v *verifier) receipt(data, fresh []byte, where string) string {
	l := &lines{string(data), "receipt-format", where}
	if l.take("mingjian-receipt@v2") != "" {
		fail("receipt-format", "%s: no receipt", where)
	}
	bytes := bytesOf(l.take("entry "), "receipt-format", where)
	holder, carried := "", []byte(nil)
	if strings.HasPrefix(l.rest, "member ") {
		holder = l.take("member ")
	}
	if strings.HasPrefix(l.rest, "standing ") {
		carried = bytesOf(l.take("standing "), "receipt-format", where)
	}
	if l.take("") != "" {
		fail("receipt-format", "%s: no empty line", where)
	}
	index, path, note := tlogProof(l.rest, v.network, "receipt-format", where)

	entry := parse(bytes, "receipt-entry", where).(object)
	v.schemas.check(entry, "log.json", "TransactionEntry", where)
	a := readAct(child(entry, "envelope"), v.network, v.schemas, where)
	events := list(entry, "events")
	if len(events) != 1 {
		fail("receipt-entry", "%s: not one event", where)
	}
	name, e := text(events[0].(object), "name"), child(events[0].(object), "body")
	v.schemas.message(v.schemas.events, name, e, where)
	v.matches(a, name, e, where)
	if number(entry, "time") >= number(a.payload, "expires") {
		fail("receipt-entry", "%s: carried out after it had expired", where)
	}

	actors, collected := list(entry, "actors"), false
	if len(actors) != len(list(a.envelope, "signatures")) {
		fail("receipt-signature", "%s: not as many actors as signatures", where)
	}
	for i, s := range list(a.envelope, "signatures") {
		a.verify(s.(object), text(actors[i].(object), "key"), where)
		collected = collected || actors[i].(object)["member"] == e["collector"]
	}
	if !collected {
		fail("receipt-signature", "%s: the collector has not signed", where)
	}
	if !includes(leafHash(bytes), index, note.size, path, note.root) {
		fail("receipt-inclusion", "%s: the entry does not stand in the log", where)
	}
	note.final(v.network, eraOf(v.eras, note.size), true, "receipt-checkpoint", where)
	v.rule(name, e, where)
	v.holder(holder, e, where)
	if fresh != nil {
		carried = fresh
	}
	if carried == nil {
		return "unchanged"
	}
	return v.standing(readStanding(carried, "receipt-format", where), entry, name, e, index, note, where)
}

func (v *verifier) matches(a act, name string, e object, where string) {
	members := "payment member branch date method payer basis items"
	if a.command == "dues.RecordVoluntaryPayment" && name == "dues.VoluntaryPaymentRecorded" {
		members = "payment member branch date method amount"
	} else if a.command != "dues.RecordPayment" || name != "dues.PaymentRecorded" {
		fail("receipt-entry", "%s: no payment", where)
	}
	happened := pick(e, members)
	if items := list(e, "items"); items != nil {
		happened["items"] = shortItems(items)
	}
	if !bytes.Equal(encode(pick(a.body, members)), encode(happened)) {
		fail("receipt-entry", "%s: the event does not say what was signed", where)
	}
}

func shortItems(items []any) []any {
	result := []any{}
	for _, i := range items {
		result = append(result, pick(i.(object), "month amount"))
	}
	return result
}

func (v *verifier) holder(line string, e object, where string) {
	if line == "" {
		return
	}
	fields := strings.Split(line, " ")
	if len(fields) != 2 || !has(e, "name") {
		fail("receipt-holder", "%s: no name to open", where)
	}
	salt, name := bytesOf(fields[0], "receipt-format", where), bytesOf(fields[1], "receipt-format", where)
	context := text(e, "member") + "/name/1"
	input := append([]byte("mingjian.commitment/v1\x00"), 0, 0)
	binary.BigEndian.PutUint16(input[len(input)-2:], uint16(len(context)))
	// The name is in form C already: whoever types one has to bring it into form C.
	input = append(append(append(input, context...), salt...), name...)
	if b64(sha256.Sum256(input)) != text(e, "name") {
		fail("receipt-holder", "%s: another name", where)
	}
}

func (v *verifier) standing(s standing, entry object, name string, e object, index int64, receipt checkpoint, where string) string {
	sealIndex, path, note := tlogProof(s.tlog, v.network, "receipt-standing-seal", where)
	seal := parse(s.seal, "receipt-standing-seal", where).(object)
	v.schemas.check(seal, "log.json", "SealEntry", where)
	if text(seal, "network") != v.network || number(seal, "height") < number(entry, "height") || sealIndex <= index ||
		number(seal, "firstIndex")+number(seal, "entries")-1 != sealIndex || !includes(leafHash(s.seal), sealIndex, note.size, path, note.root) {
		fail("receipt-standing-seal", "%s: the seal is none of a later block", where)
	}
	note.final(v.network, eraOf(v.eras, note.size), true, "receipt-standing-checkpoint", where)
	if note.size == receipt.size && note.root != receipt.root {
		fail("receipt-standing-checkpoint", "%s: two logs", where)
	}
	if s.key != "dues/payment/"+text(e, "payment") {
		fail("receipt-standing-proof", "%s: another payment's", where)
	}
	checkProof(s.proof, s.key, s.value, hashOf(text(seal, "stateRoot"), "receipt-standing-proof", where), "receipt-standing-proof")

	record := parse(s.value, "receipt-in-force", where).(object)
	v.schemas.record(s.key, record)
	want := pick(e, "payment member branch collector date method payer basis")
	if name == "dues.PaymentRecorded" {
		total := int64(0)
		for _, i := range list(e, "items") {
			total += fen(text(i.(object), "amount"))
		}
		want = with(want, object{"items": shortItems(list(e, "items")), "total": yuan(total), "fund": int64(1)})
	} else {
		want = with(want, object{"items": []any{}, "total": e["amount"], "fund": e["fund"], "payer": record["payer"]})
	}
	if !bytes.Equal(encode(pick(record, "payment member branch collector date method payer basis items total fund")), encode(want)) {
		fail("receipt-in-force", "%s: the record is not this payment's", where)
	}
	if s.reversal != "" {
		v.reversal(s.reversal, record, e, index, sealIndex, note, where)
	}
	if has(record, "reversed") {
		return "reversed"
	}
	return "inForce"
}

func (v *verifier) reversal(line string, record, e object, index, sealIndex int64, note checkpoint, where string) {
	fields := strings.Split(line, " ")
	if len(fields) != 3 || !has(record, "reversed") {
		fail("receipt-in-force", "%s: a reversal of what is in force", where)
	}
	at, _ := strconv.ParseInt(fields[0], 10, 64)
	data, raw := bytesOf(fields[1], "receipt-format", where), bytesOf(fields[2], "receipt-format", where)
	var path []hash
	for ; len(raw) >= 32; raw = raw[32:] {
		path = append(path, *(*hash)(raw))
	}
	entry := parse(data, "receipt-in-force", where).(object)
	found := false
	for _, item := range list(entry, "events") {
		happened := item.(object)
		body := child(happened, "body")
		found = found || (text(happened, "name") == "dues.PaymentReversed" && body["payment"] == e["payment"] && body["member"] == e["member"] &&
			body["branch"] == e["branch"] && body["reason"] == record["reversed"])
	}
	if !found || at <= index || at >= sealIndex || !includes(leafHash(data), at, note.size, path, note.root) {
		fail("receipt-in-force", "%s: not what reversed it", where)
	}
}

// rule re-checks what follows from the event alone, by the rows of tables.json.
func (v *verifier) rule(name string, e object, where string) {
	wrong := func(why string) { fail("receipt-rule", "%s: %s", where, why) }
	const voluntary, monthly, consented = 11, 9, 12
	if name == "dues.VoluntaryPaymentRecorded" {
		fund := int64(1)
		if fen(text(e, "amount")) >= 100_000 {
			fund = 2
		}
		if v.ruleOf(voluntary, text(e, "date")) != text(e, "rule") || number(e, "fund") != fund || fen(text(e, "amount")) <= 0 {
			wrong("rule or fund")
		}
		return
	}
	payer, basis, items := number(e, "payer"), number(e, "basis"), list(e, "items")
	paid, first, last := month(text(e, "date")), month(text(items[0].(object), "month")), month(text(items[len(items)-1].(object), "month"))
	topic := int64(consented)
	if basis == 1 && payer == 1 {
		topic = monthly
	}
	switch {
	case payer >= 4:
		wrong("payer")
	case basis == 1 && (first < paid-1 || last > paid), basis == 2 && (first/3 != paid/3 || last/3 != paid/3),
		basis >= 3 && last > paid, basis == 3 && first < paid-6:
		wrong("months")
	case v.ruleOf(topic, text(e, "date")) != text(e, "rule"):
		wrong("rule")
	}
	for n, i := range items {
		item := i.(object)
		amount, sum, due := fen(text(item, "amount")), fen(text(item, "paid")), fen(text(item, "due"))
		class := v.tables()["classTopics"].(map[string]any)[strconv.FormatInt(number(item, "class"), 10)].(json.Number)
		topic, _ := class.Int64()
		row := v.rowOf(topic, text(item, "month")+"-01")
		if row == nil || row["id"] != item["rule"] || amount <= 0 || sum < amount || sum > due {
			wrong("a month's sums or rule")
		}
		if n > 0 && month(text(item, "month")) < month(text(items[n-1].(object), "month")) {
			wrong("months do not ascend")
		}
		if item["reduced"] != true && !canBeDue(row, number(item, "class"), due) {
			wrong("no base gives this amount")
		}
	}
}

func (v *verifier) tables() map[string]any { return v.schemas.documents["tables.json"] }

func (v *verifier) rowOf(topic int64, date string) map[string]any {
	for _, r := range v.tables()["rules"].([]any) {
		row := r.(map[string]any)
		to, _ := row["to"].(string)
		if n, _ := row["topic"].(json.Number).Int64(); n == topic && row["from"].(string) <= date && (to == "" || date <= to) {
			return row
		}
	}
	return nil
}

func (v *verifier) ruleOf(topic int64, date string) string {
	if row := v.rowOf(topic, date); row != nil {
		return row["id"].(string)
	}
	return ""
}

// canBeDue: some base of the class gives the amount under some rounding (half up, down, up) to the fen or the jiao.
func canBeDue(row map[string]any, class, due int64) bool {
	brackets, _ := row["brackets"].([]any)
	if brackets == nil {
		if class == 5 {
			return due >= 20 && due <= 100
		}
		return due == 20
	}
	for _, unit := range []int64{1, 10} {
		for _, mode := range []int{1, 2, 3} {
			lowest := int64(0)
			for _, b := range brackets {
				bracket := b.(map[string]any)
				rate, _ := bracket["perMille"].(json.Number).Int64()
				highest := int64(1_000_000_000)
				if top, ok := bracket["top"].(string); ok {
					highest = fen(top)
				}
				if due%unit == 0 && due >= rounded(lowest*rate, mode, unit) && due <= rounded(highest*rate, mode, unit) {
					return true
				}
				lowest = highest + 1
			}
		}
	}
	return false
}

func rounded(thousandths int64, mode int, unit int64) int64 {
	step := 1000 * unit
	whole, rest := thousandths/step, thousandths%step
	if (mode == 1 && rest*2 >= step) || (mode == 3 && rest > 0) {
		whole++
	}
	return whole * unit
}
