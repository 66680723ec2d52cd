package main

// The state: records by key, their Jellyfish Merkle tree, proofs.

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"sort"
)

var placeholder = *(*hash)([]byte("SPARSE_MERKLE_PLACEHOLDER_HASH__"))

type state struct {
	records map[string][]byte // canonical JSON
	written map[string]bool   // since the last block
}

func newState() *state { return &state{map[string][]byte{}, map[string]bool{}} }

func (s *state) get(key string) object {
	value, ok := s.records[key]
	if !ok {
		return nil
	}
	return parse(value, "state", key).(object)
}

func (s *state) put(key string, record object) {
	s.records[key] = encode(record)
	s.written[key] = true
}

func (s *state) remove(key string) {
	delete(s.records, key)
	s.written[key] = true
}

func (s *state) copy() map[string][]byte {
	result := make(map[string][]byte, len(s.records))
	for key, value := range s.records {
		result[key] = value
	}
	return result
}

type stateLeaf struct{ path, value hash }

func (s *state) root() hash {
	leaves := make([]stateLeaf, 0, len(s.records))
	for key, value := range s.records {
		leaves = append(leaves, stateLeaf{sha256.Sum256([]byte(key)), sha256.Sum256(value)})
	}
	sort.Slice(leaves, func(i, j int) bool { return bytes.Compare(leaves[i].path[:], leaves[j].path[:]) < 0 })
	return stateRoot(leaves, 0)
}

func bit(h hash, i int) bool { return h[i/8]&(0x80>>(i%8)) != 0 }

// stateRoot: nothing is the placeholder, one leaf is that leaf at whatever depth, more are an inner node.
func stateRoot(leaves []stateLeaf, depth int) hash {
	switch len(leaves) {
	case 0:
		return placeholder
	case 1:
		return stateLeafHash(leaves[0].path, leaves[0].value)
	}
	split := sort.Search(len(leaves), func(i int) bool { return bit(leaves[i].path, depth) })
	return stateInner(stateRoot(leaves[:split], depth+1), stateRoot(leaves[split:], depth+1))
}

func stateLeafHash(path, value hash) hash {
	return sha256.Sum256(append(append([]byte("JMT::LeafNode"), path[:]...), value[:]...))
}

func stateInner(left, right hash) hash {
	return sha256.Sum256(append(append([]byte("JMT::IntrnalNode"), left[:]...), right[:]...))
}

const (
	proofPresent   = 1
	proofEmpty     = 2
	proofOtherLeaf = 3
)

// checkProof is a fault unless the proof shows that the key has this value, or none (nil), under the root.
func checkProof(proof []byte, key string, value []byte, root hash, fault string) byte {
	wrong := func() { fail(fault, "%s: the proof does not hold", key) }
	if len(proof) < 3 || proof[0] < proofPresent || proof[0] > proofOtherLeaf {
		wrong()
	}
	kind, depth := proof[0], int(binary.BigEndian.Uint16(proof[1:]))
	if depth > 256 || len(proof) < 3+(depth+7)/8 {
		wrong()
	}
	bitmap, rest := proof[3:3+(depth+7)/8], proof[3+(depth+7)/8:]
	set := func(i int) bool { return bitmap[i/8]&(0x80>>(i%8)) != 0 }
	if depth > 0 && !set(depth-1) {
		wrong()
	}
	for i := depth; i < len(bitmap)*8; i++ {
		if set(i) {
			wrong()
		}
	}
	siblings := make([]hash, depth)
	for i := range siblings {
		siblings[i] = placeholder
		if set(i) {
			if len(rest) < 32 {
				wrong()
			}
			siblings[i], rest = *(*hash)(rest), rest[32:]
			if siblings[i] == placeholder {
				wrong()
			}
		}
	}
	path, node := sha256.Sum256([]byte(key)), placeholder
	switch {
	case (kind == proofPresent) != (value != nil):
		wrong()
	case kind == proofPresent:
		node = stateLeafHash(path, sha256.Sum256(value))
	case kind == proofOtherLeaf:
		if len(rest) != 64 {
			wrong()
		}
		other, otherValue := *(*hash)(rest), *(*hash)(rest[32:])
		rest = nil
		for i := 0; i < depth; i++ {
			if bit(other, i) != bit(path, i) {
				wrong()
			}
		}
		if other == path {
			wrong()
		}
		node = stateLeafHash(other, otherValue)
	}
	if len(rest) != 0 {
		wrong()
	}
	for i := depth - 1; i >= 0; i-- {
		if bit(path, i) {
			node = stateInner(siblings[i], node)
		} else {
			node = stateInner(node, siblings[i])
		}
	}
	if node != root {
		wrong()
	}
	return kind
}
