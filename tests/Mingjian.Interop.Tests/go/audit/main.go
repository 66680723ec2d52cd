// Audits a Mingjian ledger with a second implementation of its formats, written from docs/reference/formats.md, docs/reference/schemas and vectors alone.
// Go's standard library only.
//
// usage: audit <folder of the schemas> <folder of a recorded ledger | URL of a running one's /ledger>
//
// The environment's MINGJIAN_TOKEN, if any, opens the entries of a running one.
//
// Checks every entry, signature, actor, seal, root, tile, checkpoint; recomputes the state from the events; follows every change of the nodes. Of a
// recorded ledger also votes, batches, proofs, receipts, and what each block must give. Prints what it checked. The first fault ends it: exit code 1, and a
// line "fault: <name>: <where and why>".
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

func fail(name, format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "fault: %s: %s\n", name, fmt.Sprintf(format, arguments...))
	os.Exit(1)
}

// source gives files of a recorded ledger, or answers of a running one; nil where there is none.
type source struct {
	place    string
	isServer bool
}

func (s source) read(path string) []byte {
	if !s.isServer {
		data, err := os.ReadFile(filepath.Join(s.place, path))
		if err != nil && !os.IsNotExist(err) {
			fail("input", "%v", err)
		}
		return data
	}
	request, err := http.NewRequest(http.MethodGet, s.place+"/"+map[string]string{
		"network.mjnet.json": "network?anchor=genesis", "nodes.mjnodes.json": "nodes",
	}[path], nil)
	if err == nil && !strings.HasSuffix(path, ".json") {
		request, err = http.NewRequest(http.MethodGet, s.place+"/"+path, nil)
	}
	if err != nil {
		fail("input", "%v", err)
	}
	if token := os.Getenv("MINGJIAN_TOKEN"); token != "" && strings.HasPrefix(path, "tile/entries/") {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	if err != nil {
		fail("input", "%v", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || (answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNotFound) {
		fail("input", "%s: %s %v", path, answer.Status, err)
	}
	if answer.StatusCode == http.StatusNotFound {
		return nil
	}
	return body
}

func (s source) need(path string) []byte {
	data := s.read(path)
	if data == nil {
		fail("missing", "%s", path)
	}
	return data
}

// block is what the audit found of one.
type block struct {
	seal    object
	nodes   nodeSet // sign it
	root    hash
	size    int64
	entries []object
	writes  map[string][]byte // nil: removed
	state   map[string][]byte
}

type audit struct {
	source   source
	schemas  *schemas
	network  string
	founders nodeSet
	state    *state
	blocks   []block
	leaves   []hash
	ids      map[hash]bool
	checked  int
}

func main() {
	if len(os.Args) != 3 {
		fail("input", "usage: audit <schemas> <ledger>")
	}
	from := source{strings.TrimSuffix(os.Args[2], "/"), strings.HasPrefix(os.Args[2], "http")}
	known := loadSchemas(os.Args[1])
	file, founders := readNetwork(from.need("network.mjnet.json"), known, "network file")
	if number(child(file, "anchor"), "height") != 0 {
		fail("network-file", "an audit begins at the founding")
	}
	a := &audit{from, known, text(file, "network"), founders, newState(), nil, nil, map[hash]bool{}, 0}
	a.log()
	history := walkHistory(from.need("nodes.mjnodes.json"), file, founders, known)
	a.compareHistory(history)
	report := fmt.Sprintf("blocks %d, entries %d, signatures %d, records %d, changes of the nodes %d", len(a.blocks), len(a.leaves), a.checked, len(a.state.records), len(history)-1)
	if !from.isServer {
		report += a.recorded(file, history)
	}
	fmt.Println(report)
}

// log replays every entry, and compares the newest checkpoint and all tiles.
func (a *audit) log() {
	note := string(a.source.need("checkpoint"))
	newest := readCheckpoint(note, a.network, "checkpoint", "checkpoint")
	var open []object
	for n := int64(0); n*256 < newest.size; n++ {
		width := int(newest.size - n*256)
		if width > 256 {
			width = 256
		}
		path := tilePath("entries", n, width)
		for _, entry := range bundle(a.source.need(path), width, path) {
			where := fmt.Sprintf("entry %d", len(a.leaves))
			o, ok := parse(entry, "entry", where).(object)
			if !ok || len(entry) > 65535 {
				fail("entry", "%s is none", where)
			}
			switch text(o, "type") {
			case "transaction":
				a.schemas.check(o, "log.json", "TransactionEntry", where)
			case "refusal":
				a.schemas.check(o, "log.json", "RefusalEntry", where)
			case "seal":
				a.schemas.check(o, "log.json", "SealEntry", where)
				a.block(open, o)
				open = nil
			default:
				fail("entry", "%s is of no kind", where)
			}
			a.leaves = append(a.leaves, leafHash(entry))
			if text(o, "type") == "seal" {
				last := &a.blocks[len(a.blocks)-1]
				last.root, last.size = treeRoot(a.leaves), int64(len(a.leaves))
			} else {
				open = append(open, o)
			}
		}
	}
	if len(open) != 0 || len(a.blocks) == 0 {
		fail("seal", "the log does not end with a seal")
	}
	last := a.blocks[len(a.blocks)-1]
	if last.root != newest.root {
		fail("log-root", "the entries give another root than the checkpoint says")
	}
	newest.final(a.network, last.nodes, false, "checkpoint", "checkpoint")
	checkTiles(a.source.need, a.leaves)
}

// block carries out a block's entries and compares its seal; its own leaf is not yet among the leaves.
func (a *audit) block(entries []object, seal object) {
	height, firstIndex := int64(len(a.blocks)+1), int64(len(a.leaves)-len(entries))
	where, clock := fmt.Sprintf("block %d", height), number(seal, "time")
	nodes := nodesAt(a.state, a.founders, height)
	before := &state{a.state.copy(), map[string]bool{}}
	a.state.written = map[string]bool{}
	context := blockContext{height, clock, beijing(clock), a.founders}
	for i, entry := range entries {
		at := fmt.Sprintf("entry %d", firstIndex+int64(i))
		if number(entry, "height") != height || number(entry, "time") != clock {
			fail("block", "%s is not of %s and its time", at, where)
		}
		if text(entry, "type") == "refusal" {
			a.fresh(hashOf(text(entry, "id"), "entry", at), at)
			continue
		}
		a.carryOut(entry, before, context, at)
	}
	proposer := number(seal, "proposer")
	news := stated(a.state, a.founders.alone, nodes.find(proposer) != nil, proposer, number(seal, "carries"), height)
	if len(entries) == 0 && !news {
		fail("seal", "%s is empty", where)
	}
	if protocol := protocolAt(before, height); number(seal, "protocol") != protocol {
		fail("seal", "%s is made by protocol %d", where, protocol)
	}
	a.seal(seal, entries, nodes, height, firstIndex, where)
	writes := map[string][]byte{}
	for key := range a.state.written {
		value, there := a.state.records[key]
		writes[key] = value
		if there {
			a.schemas.record(key, parse(value, "state", key))
		}
	}
	a.blocks = append(a.blocks, block{seal: seal, nodes: nodes, entries: entries, writes: writes, state: a.state.copy()})
}

func (a *audit) fresh(id hash, where string) {
	if a.ids[id] {
		fail("entry", "%s: the act stands in the log already", where)
	}
	a.ids[id] = true
}

func (a *audit) carryOut(entry object, before *state, context blockContext, where string) {
	signed := readAct(child(entry, "envelope"), a.network, a.schemas, where)
	a.fresh(signed.id, where)
	if expires := number(signed.payload, "expires"); expires <= context.time || expires-context.time > longestValidity {
		fail("entry", "%s: expired, or not yet valid", where)
	}
	actors := signed.resolve(before, where)
	if !bytes.Equal(encode(actors), encode(list(entry, "actors"))) {
		fail("actor", "%s: other actors than the state before the block knows", where)
	}
	signed.checkSites(before, where)
	for i, s := range list(signed.envelope, "signatures") {
		signed.verify(s.(object), text(actors[i].(object), "key"), where)
		a.checked++
	}
	for _, item := range list(entry, "events") {
		event := item.(object)
		name := text(event, "name")
		a.schemas.message(a.schemas.events, name, child(event, "body"), where)
		effect := effects[name]
		if effect == nil {
			fail("event", "%s: this program does not know what %s does", where, name)
		}
		effect(a.state, child(event, "body"), context)
	}
}

func (a *audit) seal(seal object, entries []object, nodes nodeSet, height, firstIndex int64, where string) {
	previous := object{"time": int64(0), "position": int64(0)}
	if len(a.blocks) > 0 {
		previous = a.blocks[len(a.blocks)-1].seal
	}
	epoch := int64(1)
	if record := a.state.get("nodes/network/top"); record != nil {
		epoch = number(record, "epoch")
	}
	root, stateRoot := treeRoot(a.leaves[:firstIndex]), a.state.root()
	want := object{
		"entries": int64(len(entries) + 1), "epoch": epoch, "firstIndex": firstIndex, "height": height, "network": a.network,
		"nextNodeSet": b64(nodesAt(a.state, a.founders, height+1).hash), "nodeSet": b64(nodes.hash), "previousRoot": b64(root),
	}
	for name, value := range want {
		if seal[name] != value {
			fail("seal", "%s: %s is %v, not %v", where, name, value, seal[name])
		}
	}
	if number(seal, "time") < number(previous, "time") || number(seal, "position") <= number(previous, "position") || nodes.find(number(seal, "proposer")) == nil {
		fail("seal", "%s: time, position or proposer", where)
	}
	if text(seal, "stateRoot") != b64(stateRoot) {
		fail("state-root", "%s: the events give %s", where, b64(stateRoot))
	}
}

// compareHistory: the file leads through exactly the changes that the ledger has.
func (a *audit) compareHistory(history []era) {
	want := []hash{a.blocks[0].nodes.hash}
	for _, b := range a.blocks {
		if next := text(b.seal, "nextNodeSet"); next != text(b.seal, "nodeSet") {
			want = append(want, hashOf(next, "seal", "nextNodeSet"))
		}
	}
	if len(want) != len(history) {
		fail("history-order", "%d changes, not %d", len(history)-1, len(want)-1)
	}
	for i := range want {
		if history[i].nodes.hash != want[i] {
			fail("history-nodes", "change %d leads to other nodes", i)
		}
	}
}

// recorded checks what a recorded ledger has beside its log.
func (a *audit) recorded(file object, history []era) string {
	expected := parseLoose(a.source.need("expected.json"), "expected.json").(map[string]any)
	a.compareExpected(expected)
	votes := a.votes()
	batches := a.batches(expected)
	proofs := a.proofs()
	receipts := a.receipts(expected, history)
	a.others(file)
	return fmt.Sprintf(", votes %d, batches %d, proofs %d, receipts %d", votes, batches, proofs, receipts)
}

func (a *audit) compareExpected(expected map[string]any) {
	blocks := expected["blocks"].([]any)
	if len(blocks) != len(a.blocks) {
		fail("expected", "%d blocks, not %d", len(a.blocks), len(blocks))
	}
	for i, b := range blocks {
		want, is := b.(map[string]any), a.blocks[i]
		where := fmt.Sprintf("block %d", i+1)
		if want["root"] != b64(is.root) || want["stateRoot"] != text(is.seal, "stateRoot") {
			fail("expected", "%s: another root", where)
		}
		state := want["state"].(map[string]any)
		for key, value := range state {
			got, written := is.writes[key]
			record, _ := plain(value, 0)
			if !written || (value == nil) != (got == nil) || (value != nil && !bytes.Equal(encode(record), got)) {
				fail("expected", "%s: %s is %s", where, key, got)
			}
		}
		for key := range is.writes {
			if _, ok := state[key]; !ok && i > 0 && !bytes.Equal(a.blocks[i-1].state[key], is.writes[key]) {
				fail("expected", "%s: %s is not written", where, key)
			}
		}
		a.compareActs(want["acts"].([]any), is, where)
		note := readCheckpoint(string(a.source.need(fmt.Sprintf("checkpoints/%d", i+1))), a.network, "checkpoint", where)
		if note.size != is.size || note.root != is.root {
			fail("checkpoint", "%s: its checkpoint is of another log", where)
		}
		note.final(a.network, is.nodes, true, "checkpoint", where)
	}
}

func (a *audit) compareActs(acts []any, is block, where string) {
	logged := 0
	for _, item := range acts {
		want := item.(map[string]any)
		if want["outcome"] == "dropped" {
			continue
		}
		if logged == len(is.entries) {
			fail("expected", "%s has fewer acts", where)
		}
		entry := is.entries[logged]
		logged++
		if text(entry, "type") == "refusal" {
			if want["outcome"] != "refused" || want["code"] != entry["code"] || want["id"] != entry["id"] {
				fail("expected", "%s: another refusal", where)
			}
			continue
		}
		var names []any
		for _, e := range list(entry, "events") {
			names = append(names, e.(object)["name"])
		}
		signed := readAct(child(entry, "envelope"), a.network, a.schemas, where)
		if want["outcome"] != "final" || want["id"] != b64(signed.id) || want["command"] != signed.command || fmt.Sprint(want["events"]) != fmt.Sprint(names) {
			fail("expected", "%s: another act", where)
		}
	}
	if logged != len(is.entries) {
		fail("expected", "%s has more acts", where)
	}
}

// votes: each node's own note over its block, and a quorum for every block.
func (a *audit) votes() int {
	files, _ := filepath.Glob(filepath.Join(a.source.place, "votes", "*.json"))
	count := map[int64]int{}
	for _, file := range files {
		where := filepath.Base(file)
		data, _ := os.ReadFile(file)
		vote, _ := parse(data, "vote", where).(object)
		a.schemas.check(vote, "log.json", "VoteMessage", where)
		height := number(vote, "height")
		if height > int64(len(a.blocks)) || where != fmt.Sprintf("%d-%d-%d.json", number(vote, "epoch"), height, number(vote, "node")) {
			fail("vote", "%s is for another block", where)
		}
		is := a.blocks[height-1]
		note := readCheckpoint(text(vote, "note"), a.network, "vote", where)
		by := is.nodes.find(number(vote, "node"))
		if by == nil || len(note.lines) != 2 || note.size != is.size || note.root != is.root || number(vote, "epoch") < number(is.seal, "epoch") {
			fail("vote", "%s is no vote of a node for this block", where)
		}
		_, log := note.lines[0].signedBy(note, a.network, 1, by.log)
		_, cosigned := note.lines[1].signedBy(note, voteName(a.network, by.number), 4, by.vote)
		if !log || !cosigned {
			fail("vote", "%s: a signature does not hold", where)
		}
		count[height]++
	}
	for i, is := range a.blocks {
		if count[int64(i+1)] < is.nodes.quorum() {
			fail("vote", "block %d has %d votes", i+1, count[int64(i+1)])
		}
	}
	return len(files)
}

// batches: signed by the node that proposed the block, with the acts in them that the block's outcome is of.
func (a *audit) batches(expected map[string]any) int {
	skipped := map[int64]string{}
	for _, item := range expected["skipped"].([]any) {
		one := item.(map[string]any)
		position, _ := one["position"].(json.Number).Int64()
		skipped[position] = one["why"].(string)
	}
	acts := map[int64][]any{}
	for i, b := range expected["blocks"].([]any) {
		acts[int64(i+1)] = b.(map[string]any)["acts"].([]any)
	}
	sealed := map[int64]block{}
	for _, is := range a.blocks {
		sealed[number(is.seal, "position")] = is
	}
	files, _ := filepath.Glob(filepath.Join(a.source.place, "batches", "*.mjbatch"))
	sort.Slice(files, func(i, j int) bool {
		return len(files[i]) < len(files[j]) || len(files[i]) == len(files[j]) && files[i] < files[j]
	})
	nodes, clock := a.founders, int64(0)
	for i, file := range files {
		position := int64(i + 1)
		where := filepath.Base(file)
		data, _ := os.ReadFile(file)
		const magic = "mingjian-batch@v3\n"
		if where != fmt.Sprintf("%d.mjbatch", position) || len(data) < len(magic)+64 || string(data[:len(magic)]) != magic {
			fail("batch", "%s is none", where)
		}
		signed, signature := data[:len(data)-64], data[len(data)-64:]
		end := bytes.IndexByte(signed[len(magic):], '\n')
		if end < 0 || len(signed) < len(magic)+end+5 {
			fail("batch", "%s has no header", where)
		}
		header, _ := parse(signed[len(magic):len(magic)+end], "batch", where).(object)
		a.schemas.check(header, "log.json", "BatchHeader", where)
		is, isBlock := sealed[position]
		if isBlock {
			nodes = is.nodes
		}
		by := nodes.find(number(header, "node"))
		if why := skipped[position]; why == "NotANode" {
			if by != nil {
				fail("batch", "%s is by a node", where)
			}
			continue
		} else if why == "" && !isBlock {
			fail("batch", "%s became no block", where)
		}
		if header["network"] != a.network || by == nil || !ed25519.Verify(by.batch, signed, signature) {
			fail("batch", "%s: not signed by the node whose it is", where)
		}
		length := binary.BigEndian.Uint32(signed[len(magic)+end+1:])
		if length > 196608 {
			fail("batch", "%s: a content of %d bytes", where, length)
		}
		content, fault := unpack(signed[len(magic)+end+5:], int(length))
		if fault != "" {
			fail("batch", "%s: %s", where, fault)
		}
		if isBlock {
			a.compareContent(content, acts[number(is.seal, "height")], where)
			if clock < number(header, "time") {
				clock = number(header, "time")
			}
			if header["node"] != is.seal["proposer"] || header["carries"] != is.seal["carries"] || clock != number(is.seal, "time") || has(header, "restart") != restarts(is) {
				fail("batch", "%s is not what its block's seal says", where)
			}
		}
	}
	if len(files) != len(sealed)+len(skipped) {
		fail("batch", "%d batches for %d blocks", len(files), len(sealed))
	}
	return len(files)
}

// compareContent: each envelope behind its length, in the order of the acts; those that left an entry were compared with it before, by their ids.
func (a *audit) compareContent(content []byte, acts []any, where string) {
	n := 0
	for ; len(content) > 0; n++ {
		if len(content) < 4 || len(content)-4 < int(binary.BigEndian.Uint32(content)) || n == len(acts) {
			fail("batch", "%s: not the acts of its block", where)
		}
		end := 4 + int(binary.BigEndian.Uint32(content))
		envelope, _ := parse(content[4:end], "batch", where).(object)
		content = content[end:]
		a.schemas.check(envelope, "log.json", "Envelope", where)
		if id := readAct(envelope, a.network, a.schemas, where).id; acts[n].(map[string]any)["id"] != b64(id) {
			fail("batch", "%s: another act than its block's", where)
		}
	}
	if n != len(acts) {
		fail("batch", "%s: fewer acts than its block has outcomes", where)
	}
}

func restarts(is block) bool {
	for _, entry := range is.entries {
		for _, e := range list(entry, "events") {
			if text(e.(object), "name") == "nodes.HeightRestarted" {
				return true
			}
		}
	}
	return false
}

func (a *audit) proofs() int {
	proofs := parseLoose(a.source.need("proofs.json"), "proofs.json").(map[string]any)["proofs"].([]any)
	kinds := map[byte]string{proofPresent: "present", proofEmpty: "empty", proofOtherLeaf: "otherLeaf"}
	for _, item := range proofs {
		one := item.(map[string]any)
		height, _ := one["height"].(json.Number).Int64()
		is, key := a.blocks[height-1], one["key"].(string)
		proof := bytesOf(one["proof"].(string), "proof", key)
		kind := checkProof(proof, key, is.state[key], hashOf(text(is.seal, "stateRoot"), "proof", key), "proof")
		if kinds[kind] != one["kind"] {
			fail("proof", "%s is %s", key, kinds[kind])
		}
	}
	return len(proofs)
}

func (a *audit) receipts(expected map[string]any, history []era) int {
	v := &verifier{a.network, history, a.schemas}
	verdicts := expected["receipts"].(map[string]any)
	for name, verdict := range verdicts {
		if got := v.receipt(a.source.need("receipts/"+name), nil, name); got != verdict {
			fail("receipt", "%s is %s, not %s", name, got, verdict)
		}
	}
	if v.receipt(a.source.need("receipts/founders.mjreceipt"), a.source.need("receipts/first.mjstanding"), "first.mjstanding") != "inForce" {
		fail("receipt", "the fresh standing does not say that the payment is in force")
	}
	return len(verdicts)
}

// others: the remaining files, each in its one form and what the ledger says.
func (a *audit) others(file object) {
	last := a.blocks[len(a.blocks)-1]
	newest, nodes := readNetwork(a.source.need("newest.network.mjnet.json"), a.schemas, "newest network file")
	anchor := child(newest, "anchor")
	if nodes.hash != nodesAt(a.state, a.founders, int64(len(a.blocks)+1)).hash || number(anchor, "size") != last.size || text(anchor, "root") != b64(last.root) ||
		newest["network"] != file["network"] {
		fail("network-file", "the newest network file is of another block")
	}
	agreement := parse(a.source.need("agreement.json"), "agreement", "agreement.json").(object)
	a.schemas.check(agreement, "files.json", "AgreementFile", "agreement.json")
	record := a.state.get("nodes/network/top")
	if !bytes.Equal(encode(child(agreement, "agreement")), encode(agreementAt(record, int64(len(a.blocks)+1)))) || agreement["highestNumber"] != record["highestNumber"] {
		fail("agreement", "agreement.json is not what the state says")
	}
	standing := parse(a.source.need("node-1.mjstand.json"), "standing", "standing").(object)
	a.schemas.check(standing, "log.json", "Standing", "standing")
	if text(standing, "checkpoint") != string(a.source.need("checkpoint")) || number(standing, "height") != int64(len(a.blocks)) {
		fail("standing", "the standing is of another block")
	}
	envelope := parse(a.source.need("act.mjact.json"), "act-file", "act file").(object)
	a.schemas.check(envelope, "log.json", "Envelope", "act file")
	passed := readAct(envelope, a.network, a.schemas, "act file")
	actors := passed.resolve(a.state, "act file")
	for i, s := range list(envelope, "signatures") {
		passed.verify(s.(object), text(actors[i].(object), "key"), "act file")
	}
	a.readStatement(nodes)
	for _, name := range []string{"present.mjstate.json", "absent.mjstate.json"} {
		a.stateProof(a.source.need(name), name)
	}
}

// stateProof checks a state proof file by itself, and then against the state that the events gave.
func (a *audit) stateProof(data []byte, where string) {
	const fault = "state-proof"
	proof := parse(data, fault, where).(object)
	a.schemas.check(proof, "files.json", "StateProofFile", where)
	bytesOfSeal := bytesOf(text(proof, "seal"), fault, where)
	seal := parse(bytesOfSeal, fault, where).(object)
	a.schemas.check(seal, "log.json", "SealEntry", where)
	index, path, note := tlogProof(text(proof, "sealProof"), a.network, fault, where)
	is := a.blocks[len(a.blocks)-1]
	note.final(a.network, is.nodes, true, fault, where)
	if index != number(seal, "firstIndex")+number(seal, "entries")-1 || !includes(leafHash(bytesOfSeal), index, note.size, path, note.root) {
		fail(fault, "%s: the seal is not the last entry of its block", where)
	}
	var value []byte
	if has(proof, "value") {
		value = bytesOf(text(proof, "value"), fault, where)
	}
	key := text(proof, "key")
	checkProof(bytesOf(text(proof, "proof"), fault, where), key, value, hashOf(text(seal, "stateRoot"), fault, where), fault)
	if !bytes.Equal(value, is.state[key]) {
		fail(fault, "%s: the state has another record", where)
	}
}

func (a *audit) readStatement(nodes nodeSet) {
	const fault, where = "read-statement", "read-statement.txt"
	parts := strings.FieldsFunc(string(a.source.need(where)), func(r rune) bool { return r == ' ' || r == '.' || r == '\n' })
	if len(parts) != 3 || parts[0] != "Mingjian-Node" {
		fail(fault, "no header")
	}
	body := bytesOf(parts[1], fault, where)
	statement := parse(body, fault, where).(object)
	a.schemas.check(statement, "log.json", "LedgerRequest", where)
	by := nodes.find(number(statement, "node"))
	if by == nil || nodes.find(number(statement, "to")) == nil || statement["network"] != a.network || !ed25519.Verify(by.batch, pae("application/vnd.mingjian.ledger-read.v1+json", body), bytesOf(parts[2], fault, where)) {
		fail(fault, "not signed by the node")
	}
}
