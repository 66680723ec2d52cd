package main

// Who signs which blocks, and the file that leads through every change of them.

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
)

type node struct {
	number           int64
	batch, log, vote ed25519.PublicKey
}

type nodeSet struct {
	nodes []node
	alone bool // listed without organisations
	hash  hash
}

func (n nodeSet) quorum() int { return 2*len(n.nodes)/3 + 1 }

func (n nodeSet) find(number int64) *node {
	for i := range n.nodes {
		if n.nodes[i].number == number {
			return &n.nodes[i]
		}
	}
	return nil
}

// readNodes reads a list of seats, or of the one node that is alone.
func readNodes(items []any, where string) nodeSet {
	set := nodeSet{alone: true, hash: sha256.Sum256(encode(items))}
	seen, last := map[string]bool{}, int64(0)
	fresh := func(key string) []byte {
		if seen[key] {
			fail("nodes", "%s: %s stands there twice", where, key)
		}
		seen[key] = true
		return []byte(key)
	}
	for _, item := range items {
		o := item.(object)
		if seat := child(o, "node"); seat != nil {
			set.alone = false
			fresh(text(o, "organization"))
			fresh(text(o, "organizationKey"))
			o = seat
		}
		one := node{number: number(o, "number")}
		for name, key := range map[string]*ed25519.PublicKey{"batchKey": &one.batch, "logKey": &one.log, "voteKey": &one.vote} {
			fresh(text(o, name))
			*key = bytesOf(text(o, name), "nodes", where)
		}
		if one.number <= last {
			fail("nodes", "%s: numbers do not ascend", where)
		}
		last = one.number
		set.nodes = append(set.nodes, one)
	}
	if len(set.nodes) < 1 || len(set.nodes) > 31 {
		fail("nodes", "%s: %d nodes", where, len(set.nodes))
	}
	return set
}

// agreementAt is the agreement of a nodes record under which the block of a height is signed.
func agreementAt(record object, height int64) object {
	if next := child(record, "next"); next != nil && height >= number(next, "from") {
		return next
	}
	return child(record, "current")
}

func nodesAt(s *state, founders nodeSet, height int64) nodeSet {
	if record := s.get("nodes/network/top"); record != nil {
		return readNodes(list(agreementAt(record, height), "seats"), "nodes/network/top")
	}
	return founders
}

// era is a run of blocks that one set of nodes signs.
type era struct {
	nodes    nodeSet
	fromSize int64 // checkpoints of more entries are theirs
}

func eraOf(eras []era, size int64) nodeSet {
	at := len(eras) - 1
	for at > 0 && size <= eras[at].fromSize {
		at--
	}
	return eras[at].nodes
}

// readNetwork reads a network file.
func readNetwork(data []byte, known *schemas, where string) (file object, nodes nodeSet) {
	file = parse(data, "network-file", where).(object)
	known.check(file, "files.json", "NetworkFile", where)
	if has(file, "seats") == has(file, "nodes") || (has(file, "nodes") && len(list(file, "nodes")) != 1) {
		fail("network-file", "%s: seats of a network, or one node", where)
	}
	nodes = readNodes(append(append([]any{}, list(file, "seats")...), list(file, "nodes")...), where)
	if number(file, "quorum") != int64(nodes.quorum()) {
		fail("network-file", "%s: another quorum", where)
	}
	return file, nodes
}

// walkHistory follows every change after the anchor of a network file.
func walkHistory(data []byte, file object, nodes nodeSet, known *schemas) []era {
	history := parse(data, "history-format", "node history").(object)
	known.check(history, "files.json", "NodeHistoryFile", "node history")
	if history["network"] != file["network"] {
		fail("history-network", "a history of another network")
	}
	anchor := child(file, "anchor")
	eras := []era{{nodes, number(anchor, "size")}}
	height, origin := number(anchor, "height"), text(file, "network")
	for i, c := range list(history, "changes") {
		change, where := c.(object), fmt.Sprintf("change %d", i)
		bytes := bytesOf(text(change, "seal"), "history-format", where)
		seal := parse(bytes, "history-format", where).(object)
		known.check(seal, "log.json", "SealEntry", where)
		index, path, note := tlogProof(text(change, "proof"), origin, "history-format", where)
		if number(seal, "height") <= height && height == number(anchor, "height") && height > 0 {
			continue
		}
		now := eras[len(eras)-1].nodes
		next := readNodes(list(change, "seats"), where)
		switch {
		case seal["network"] != file["network"]:
			fail("history-network", "%s: a seal of another network", where)
		case text(seal, "nodeSet") != b64(now.hash) || number(seal, "height") < height:
			fail("history-order", "%s: its block was not signed by the nodes known so far", where)
		case text(seal, "nextNodeSet") != b64(next.hash) || next.hash == now.hash:
			fail("history-nodes", "%s: the seal names other nodes", where)
		}
		note.final(origin, now, true, "history-checkpoint", where)
		if index != note.size-1 || note.size != number(seal, "firstIndex")+number(seal, "entries") || !includes(leafHash(bytes), index, note.size, path, note.root) {
			fail("history-inclusion", "%s: the seal is not the last entry of the log", where)
		}
		height = number(seal, "height") + 1
		eras = append(eras, era{next, note.size})
	}
	return eras
}
