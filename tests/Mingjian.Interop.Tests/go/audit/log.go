package main

// RFC 6962 trees, C2SP signed notes, checkpoints, cosignatures and proofs.

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

type hash = [32]byte

func leafHash(data []byte) hash { return sha256.Sum256(append([]byte{0}, data...)) }

func innerHash(left, right hash) hash {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// treeRoot is the RFC 6962 root over leaf hashes.
func treeRoot(leaves []hash) hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	split := 1
	for split*2 < len(leaves) {
		split *= 2
	}
	return innerHash(treeRoot(leaves[:split]), treeRoot(leaves[split:]))
}

// includes is RFC 9162, section 2.1.3.2.
func includes(leaf hash, index, size int64, path []hash, root hash) bool {
	if index < 0 || index >= size {
		return false
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			r = innerHash(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = innerHash(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && r == root
}

func bytesOf(t, name, where string) []byte {
	data, err := base64.StdEncoding.Strict().DecodeString(t)
	if err != nil || base64.StdEncoding.EncodeToString(data) != t {
		fail(name, "%s: not the one base64 spelling", where)
	}
	return data
}

func hashOf(t, name, where string) hash {
	data := bytesOf(t, name, where)
	if len(data) != 32 {
		fail(name, "%s: not 32 bytes", where)
	}
	return *(*hash)(data)
}

func b64(h hash) string { return base64.StdEncoding.EncodeToString(h[:]) }

type noteLine struct {
	name string
	id   uint32
	sig  []byte
}

type checkpoint struct {
	size  int64
	root  hash
	text  string
	lines []noteLine
}

// readCheckpoint reads a note; nothing in it is trusted yet.
func readCheckpoint(note, origin, fault, where string) checkpoint {
	split := strings.LastIndex(note, "\n\n")
	if split < 0 || !strings.HasSuffix(note, "\n") {
		fail(fault, "%s: no signed note", where)
	}
	result := checkpoint{text: note[:split+1]}
	lines := strings.Split(result.text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		fail(fault, "%s: no checkpoint of this log", where)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		fail(fault, "%s: no size", where)
	}
	result.size, result.root = size, hashOf(lines[2], fault, where)
	for _, line := range strings.Split(strings.TrimSuffix(note[split+2:], "\n"), "\n") {
		parts := strings.Split(line, " ")
		if len(parts) != 3 || parts[0] != "—" {
			fail(fault, "%s: no signature line: %s", where, line)
		}
		blob := bytesOf(parts[2], fault, where)
		if len(blob) < 5 {
			fail(fault, "%s: no signature", where)
		}
		result.lines = append(result.lines, noteLine{parts[1], binary.BigEndian.Uint32(blob), blob[4:]})
	}
	return result
}

func keyHash(name string, kind byte, key []byte) uint32 {
	sum := sha256.Sum256(append(append([]byte(name+"\n"), kind), key...))
	return binary.BigEndian.Uint32(sum[:])
}

// signedBy says whether a line claims to be by a key, and whether it is.
func (l noteLine) signedBy(note checkpoint, name string, kind byte, key ed25519.PublicKey) (claims, holds bool) {
	if l.name != name || l.id != keyHash(name, kind, key) {
		return false, false
	}
	if kind == 1 {
		return true, len(l.sig) == 64 && ed25519.Verify(key, []byte(note.text), l.sig)
	}
	if len(l.sig) != 72 {
		return true, false
	}
	seconds := int64(binary.BigEndian.Uint64(l.sig))
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", seconds)
	return true, seconds >= 0 && ed25519.Verify(key, append([]byte(head), note.text...), l.sig[8:])
}

// final is a fault unless one log key and a quorum of the nodes signed, nobody twice, no known key wrongly, and nobody else where that is refused.
func (c checkpoint) final(origin string, nodes nodeSet, refuseUnknown bool, fault, where string) {
	votes, seen, logged := 0, map[string]bool{}, false
	for _, line := range c.lines {
		known := false
		for _, node := range nodes.nodes {
			if claims, holds := line.signedBy(c, origin, 1, node.log); claims {
				known = true
				mark(seen, "log", node.number, holds, fault, where)
				logged = true
			}
			if claims, holds := line.signedBy(c, voteName(origin, node.number), 4, node.vote); claims {
				known = true
				mark(seen, "vote", node.number, holds, fault, where)
				votes++
			}
		}
		if !known && refuseUnknown {
			fail(fault, "%s: an unknown signer %s", where, line.name)
		}
	}
	if !logged || votes < nodes.quorum() {
		fail(fault, "%s: %d votes of %d, signed by the log: %v", where, votes, nodes.quorum(), logged)
	}
}

func mark(seen map[string]bool, use string, node int64, holds bool, fault, where string) {
	key := fmt.Sprintf("%s %d", use, node)
	if !holds || seen[key] {
		fail(fault, "%s: a signature of node %d does not hold, or stands there twice", where, node)
	}
	seen[key] = true
}

func voteName(origin string, node int64) string { return fmt.Sprintf("%s/node/%d", origin, node) }

// tlogProof reads C2SP tlog-proof@v1 without extra line.
func tlogProof(t, origin, fault, where string) (index int64, path []hash, note checkpoint) {
	head := strings.SplitN(t, "\n\n", 2)
	lines := strings.Split(head[0], "\n")
	if len(head) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		fail(fault, "%s: no tlog-proof", where)
	}
	index, err := strconv.ParseInt(lines[1][6:], 10, 64)
	if err != nil || strconv.FormatInt(index, 10) != lines[1][6:] {
		fail(fault, "%s: no index", where)
	}
	for _, line := range lines[2:] {
		path = append(path, hashOf(line, fault, where))
	}
	return index, path, readCheckpoint(head[1], origin, fault, where)
}

// bundle takes an entry bundle apart.
func bundle(data []byte, width int, where string) [][]byte {
	var entries [][]byte
	for i := 0; i < width; i++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			fail("bundle", "%s is too short", where)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(data) != 0 {
		fail("bundle", "bytes follow %s", where)
	}
	return entries
}

// tilePath is C2SP's: groups of three digits, all but the last behind an x.
func tilePath(level string, n int64, width int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	path = "tile/" + level + "/" + path
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

// checkTiles compares every hash tile with what the leaves give.
func checkTiles(read func(string) []byte, leaves []hash) {
	level := leaves
	for l := 0; len(level) > 0; l++ {
		var next []hash
		for n := 0; n*256 < len(level); n++ {
			end := (n + 1) * 256
			if end > len(level) {
				end = len(level)
			}
			tile := level[n*256 : end]
			var want []byte
			for _, h := range tile {
				want = append(want, h[:]...)
			}
			path := tilePath(strconv.Itoa(l), int64(n), len(tile))
			if !bytes.Equal(read(path), want) {
				fail("tile", "%s is not what the entries give", path)
			}
			if len(tile) == 256 {
				next = append(next, treeRoot(tile))
			}
		}
		level = next
	}
}
